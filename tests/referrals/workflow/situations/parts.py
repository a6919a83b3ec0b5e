"""Situations of referrals to justice, of the assessment and of measures."""

from datetime import timedelta
from typing import Any

from referrals.models import Child
from tests.journeys import bodies
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.referrals.workflow.situations.saying import (
    AGREED_SPOILS,
    OFFERED_SPOILS,
    ON,
    REPORT_SPOILS,
    SERVICE_SPOILS,
    Body,
    case_is,
    certificate_is_over,
    child_is,
    judicial,
    lapsed,
    measure_is,
    ordered_by_a_variant,
    refusals_of,
    said,
    situation,
    without,
)


def _order_on_a_closed_case(kit: Kit, body: Body) -> None:
    body["outcomes"] = [bodies.outcome(kit.child.pk, "opp", on=ON)]
    body["orders"] = [bodies.order(kit.child.pk, "opp_prosecutor", on=ON)]


def _order_of_a_variant(kit: Kit, body: Body) -> None:
    kit.put(closed_at=None, state="protected_judicial")
    ordered_by_a_variant(kit, body)


def _restrict_the_child(kit: Kit, body: Body) -> None:
    """Of two: of a referral about restricted children alone whoever isn't named doesn't know (SEC-AZ20)."""
    kit.part.children.add(kit.another_child())
    kit.set_child(restricted=True)


@situation(
    "judicial", "compose",
    argued_in_full=lambda kit, body: kit.case.judicial_referrals.update(requests=None),
    restricted_child_unnamed=_restrict_the_child,
)  # fmt: skip
def _compose(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.part = kit.judicial("prepared")
    kit.case.judicial_referrals.update(grounds=["5"])
    return kit, {}


@situation(
    "judicial", "record_outcome",
    reopen_first=_order_on_a_closed_case, last_reminder_passed=lapsed, variant_known=_order_of_a_variant,
)  # fmt: skip
def _record_outcome(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "closed_no_action")
    kit.put(closed_at=AT)
    kit.part = kit.judicial("sent")
    return kit, {"outcomes": [bodies.outcome(kit.child.pk, "no_further", on=ON)]}


@situation("judicial", "close", nothing_awaited=lambda kit, body: kit.part.outcomes.all().delete())
def _close(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.part = kit.judicial("answered", "no_further")
    return kit, {}


@situation("assessment", "hand_in", **REPORT_SPOILS)
def _hand_in(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "in_assessment", who="assessor")
    kit.assign("assessor", field="social")
    kit.part = kit.assessment("draft_report", level="risk")
    return kit, {}


@situation(
    "measure", "propose",
    after_the_report=case_is(state="in_assessment"), administrative_type=said(type="aemo"),
    one_year_at_most=said(duration_months=13), **OFFERED_SPOILS,
)  # fmt: skip
def _propose(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "report_submitted", who="ase_inspector")
    return kit, bodies.offer(kit.child.pk)


def _measure(world: Any, state: str, who: str = "ase_inspector", **values: Any) -> Kit:
    kit = Kit(world, "protected_admin", who=who)
    kit.part = kit.measure(state, **values)
    return kit


@situation("measure", "agree", **AGREED_SPOILS)
def _agree(world: Any) -> tuple[Kit, Body]:
    return _measure(world, "proposed"), bodies.agreement(on=ON)


@situation(
    "measure",
    "refuse",
    administrative_only=measure_is(judicial=True),
    refusal_of_each_holder=said(refusals=[]),
)
def _refuse(world: Any) -> tuple[Kit, Body]:
    kit = _measure(world, "proposed")
    return kit, {"refusals": refusals_of(kit)}


@situation("measure", "cancel", administrative_only=measure_is(judicial=True))
def _cancel(world: Any) -> tuple[Kit, Body]:
    return _measure(world, "awaiting_start"), {"reason": "Erreur."}


@situation(
    "measure", "order",
    judicial_type=said(type="aed"), through_the_referral=judicial("sent"), exit_ban_is_bounded=said(type="exit_ban"),
    variant_known=said(variant="aemo_soir"),
)  # fmt: skip
def _order(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "protected_admin")
    return kit, bodies.order(kit.child.pk, "aemo", on=ON)


@situation("measure", "hand_over", **SERVICE_SPOILS)
def _hand_over(world: Any) -> tuple[Kit, Body]:
    return _measure(world, "agreed", service=None), {"service": world.services["93"].pk}


def _referent_of_the_team(kit: Kit, body: Body) -> None:
    kit.assign("assessor", field="social")
    body.update(referent=kit.user("assessor"))


@situation(
    "measure", "start",
    term_within_the_law=said(term_on=(TODAY + timedelta(days=400)).isoformat()),
    referent_may_follow=_referent_of_the_team, of_a_minor=child_is(age_band="18+"), certified=certificate_is_over,
)  # fmt: skip
def _start(world: Any) -> tuple[Kit, Body]:
    kit = _measure(world, "agreed")
    return kit, {"started_on": ON, "term_on": (TODAY + timedelta(days=365)).isoformat(),
                 "referent": kit.user("case_referent")}  # fmt: skip


SUSPENDED = measure_is(order_suspended_on=TODAY)


@situation("measure", "resume", order_in_force=SUSPENDED)
def _resume(world: Any) -> tuple[Kit, Body]:
    return _measure(world, "suspended", "case_referent"), {"on": ON}


@situation("measure", "suspend", judge_told=measure_is(judicial=True))
def _suspend(world: Any) -> tuple[Kit, Body]:
    return _measure(world, "active", "case_referent"), {"on": ON, "reason": "Hospitalisation."}


@situation(
    "measure", "renew",
    report_before_term=lambda kit, body: kit.record("measure", "renew", kit.part), renewal_is_founded=said(basis=""),
    term_within_the_law=said(term_on=(TODAY + timedelta(days=400)).isoformat()), of_a_minor=child_is(age_band="18+"),
    order_in_force=SUSPENDED,
)  # fmt: skip
def _renew(world: Any) -> tuple[Kit, Body]:
    kit = _measure(world, "active")
    kit.record("measure", "situation_report", kit.part)
    return kit, {"term_on": (TODAY + timedelta(days=365)).isoformat(), "basis": "Nouvel accord écrit."}


@situation(
    "measure", "end",
    end_report_given=said(end_report=""), danger_answered=said(danger_remains=""), child_heard=said(not_heard=""),
    order_in_force=SUSPENDED,
)  # fmt: skip
def _end(world: Any) -> tuple[Kit, Body]:
    return _measure(world, "active"), bodies.end(on=ON)


@situation(
    "measure", "lift", judge_decided=measure_is(judicial=True), danger_answered=said(danger_remains="")
)
def _lift(world: Any) -> tuple[Kit, Body]:
    return _measure(world, "active"), {"on": ON, "reason": "10", "danger_remains": "no"}


@situation(
    "measure", "not_executed",
    nothing_was_done=measure_is(state="active"), judge_informed=measure_is(judicial=True),
    danger_answered=said(danger_remains=""),
)  # fmt: skip
def _not_executed(world: Any) -> tuple[Kit, Body]:
    return _measure(world, "agreed"), bodies.not_executed()


@situation(
    "measure", "situation_report",
    shown_beforehand=without("shown_on"), shown_already=said(shown_on=(TODAY + timedelta(days=1)).isoformat()),
    child_heard=without("heard", "not_heard"), child_was_shown=said(child_shown=""),
)  # fmt: skip
def _situation_report(world: Any) -> tuple[Kit, Body]:
    return _measure(world, "active", "case_referent"), bodies.situation(shown=ON)


@situation(
    "measure", "ruling",
    judicial_only=measure_is(judicial=False), ruled_already=said(on=(TODAY + timedelta(days=1)).isoformat()),
    danger_answered=said(ruling_kind="quashed", effect="", term_on=None), of_a_minor=child_is(age_band="18+"),
)  # fmt: skip
def _ruling(world: Any) -> tuple[Kit, Body]:
    kit = _measure(world, "active", type_id="aemo", judicial=True)
    term = (TODAY + timedelta(days=90)).isoformat()
    return kit, {"on": ON, "effect": "new_term", "term_on": term, "copy": "Jugement."}


@situation(
    "measure", "inform_judge",
    judicial_only=measure_is(judicial=False), nothing_was_done=measure_is(state="active"),
    told_already=said(on=(TODAY + timedelta(days=1)).isoformat()), danger_answered=said(danger_remains=""),
)  # fmt: skip
def _inform_judge(world: Any) -> tuple[Kit, Body]:
    return _measure(world, "ordered", type_id="aemo", judicial=True), bodies.judge_informed(on=ON)


SIGNED = {"signer": "person", "agreement": "Écrit.", "signed_on": ON}


@situation(
    "measure", "choose_at_majority",
    near_majority=child_is(age_band="11-15"), said_already=said(on=(TODAY + timedelta(days=1)).isoformat()),
    own_signature=said(**SIGNED | {"signer": "holder"}, choice="agrees", term_on=(TODAY + timedelta(days=90)).isoformat()),
    own_help=said(**SIGNED, choice="agrees", term_on=(TODAY + timedelta(days=400)).isoformat()),
    was_looked_after=said(**SIGNED, choice="young_adult", aim="Logement."),
)  # fmt: skip
def _choose_at_majority(world: Any) -> tuple[Kit, Body]:
    kit = _measure(world, "active")
    kit.set_child(age_band="18+")
    return kit, {"on": ON, "choice": "declines", "words": "Non."}


def unaccompanied(kit: Kit, body: Body) -> None:
    """Let the child be an unaccompanied minor."""
    field = Child._meta.get_field("unaccompanied")
    kit.set_child(unaccompanied=kit.fill.keys["case"].seal(field, kit.child.pk, "yes"))


@situation(
    "measure", "majority_interview",
    minor_in_care=child_is(age_band="18+"), held_already=said(on=(TODAY + timedelta(days=1)).isoformat()),
    all_told=said(told=["path", "rights"]), residence_told=unaccompanied,
)  # fmt: skip
def _majority_interview(world: Any) -> tuple[Kit, Body]:
    kit = _measure(world, "active", "case_referent", type_id="temporary_care")
    kit.set_child(age_band="16-17")
    return kit, bodies.interview(on=ON)
