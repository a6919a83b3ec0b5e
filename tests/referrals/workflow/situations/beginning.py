"""Situations of filing, the first analysis, and what is owed to justice and to holders."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from accounts.models import AuthorityTerritory
from encryption import keys
from referrals.filing import actions as filing_actions
from referrals.models import Child, Concern, Holder, HolderInformation
from tests.factories.concerns import concern, urgent
from tests.journeys import bodies
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.referrals.workflow.situations.saying import (
    ON,
    T15_SPOILS,
    TEAM_SPOILS,
    Body,
    both,
    case_is,
    child_is,
    chosen,
    judicial,
    measure,
    said,
    situation,
    team,
    without,
)


def _draft(world: Any, form: Body) -> tuple[Kit, Body]:
    kit = Kit.__new__(Kit)
    kit.world, kit.who, kit.part = world, "filer", None
    kit.case = filing_actions.begin(form, actor=world.actor("filer", at=AT), at=AT).referral
    return kit, {}


def _answers(model: Any, **values: Any) -> Callable[[Kit, Body], None]:
    return lambda kit, body: model.objects.filter(referral=kit.case).update(**values)


def _born_tomorrow(kit: Kit, body: Body) -> None:
    """A draft of before, or whose receipt was stated after its children."""
    field: Any = Child._meta.get_field("birth_date")
    row = Child.objects.get(referral=kit.case)
    key = keys.data_key(kit.case.case_key, kit.case.pk)
    row.birth_date = key.seal(field, row.pk, (TODAY + timedelta(days=1)).isoformat())
    row.save()


def _nobody_competent(kit: Kit, body: Body) -> None:
    AuthorityTerritory.objects.filter(department_code="93").delete()


@situation(
    "referral", "submit",
    legal_items_answered=_answers(Concern, good_faith_notice=False),
    practice_items_answered=_answers(Concern, prior_actions=None),
    one_contact_path=both(_answers(Child, address=None, not_known=["address"]), _answers(Holder, phone=None)),
    parents_information_answered=_answers(Concern, parents_informed=""),
    authority_found=_nobody_competent,
    received_at_in_the_past=case_is(received_at=AT - timedelta(days=8)), born_in_time=_born_tomorrow,
)  # fmt: skip
def _submit(world: Any) -> tuple[Kit, Body]:
    return _draft(world, concern())


@situation(
    "referral", "submit_urgent",
    urgent_items_answered=_answers(Concern, danger_now=""), authority_found=_nobody_competent,
    born_in_time=_born_tomorrow,
)  # fmt: skip
def _submit_urgent(world: Any) -> tuple[Kit, Body]:
    return _draft(world, urgent())


def _in_the_index(kit: Kit, body: Body) -> None:
    """The index is named for a case that nobody looked for in it yet."""
    asked = body if "method" in body else body.setdefault("search", {})
    asked.clear()
    asked["method"] = "index"


@situation("referral", "start_triage", duplicate_search_done=without("where"), index_searched=_in_the_index)
def _start_triage(world: Any) -> tuple[Kit, Body]:
    return Kit(world, "acknowledged"), dict(bodies.SEARCHED)


@situation(
    "referral", "qualify",
    criteria_ticked=lambda kit, body: kit.another_child(),
    urgent_filing_completed=case_is(left_open=True),
    qualification_step_off=case_is(state="acknowledged"), index_searched=_in_the_index,
    urgency_at_its_floor=child_is(immediate_danger=True),
)  # fmt: skip
def _qualify(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    return kit, bodies.qualification([kit.child.pk])


@situation(
    "referral", "reorient",
    no_sign_of_exploitation=child_is(prostitution_status="suspected"), not_urgent=case_is(urgency="U2"),
    no_judicial_referral_open=judicial("sent"), no_measure_alive=measure("active"),
    urgent_filing_completed=case_is(left_open=True),
)  # fmt: skip
def _reorient(world: Any) -> tuple[Kit, Body]:
    return Kit(world, "triage"), {"reason": "Sans objet.", "target": "no_object", "feedback": "Réorientée."}


@situation("referral", "assign", **TEAM_SPOILS)
def _assign(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "qualified")
    kit.assessment("to_assign")
    return kit, {"team": team(kit, "social", "health"), "plan_on": ON}


@situation("referral", "send_judicial", **T15_SPOILS)
def _send_judicial(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    return kit, bodies.to_justice(kit.child.pk)


@situation(
    "referral", "inform_holders",
    implicated_holder_is_deferred=lambda kit, body: Holder.objects.filter(pk=kit.holder.pk).update(implicated="yes"),
    deferral_has_reason=said(outcome="deferred", review_on=ON),
    deferral_has_review_date=said(
        outcome="deferred", reason="prosecutor", review_on=(TODAY + timedelta(days=8)).isoformat()
    ),
    still_due=lambda kit, body: kit.fill.row(
        HolderInformation, holder=kit.holder, occasion="transmission", state="not_applicable"
    ),
    reason_admitted=both(
        chosen(holder_deferral_reasons=["holder_implicated"]),
        said(outcome="deferred", reason="prosecutor", review_on=ON),
    ),
    somebody_is_a_minor=child_is(age_band="18+"),
)  # fmt: skip
def _inform_holders(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    return kit, bodies.told(kit.holder.pk, "transmission", on=ON)
