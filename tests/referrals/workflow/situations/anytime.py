"""Situations of steps that may come at any time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from referrals.models import Attachment, Exclusion, Grant
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.referrals.workflow.situations.saying import (
    ON,
    SERVICE_SPOILS,
    Body,
    agent_of_the_service,
    asked_by,
    both,
    case_is,
    child_is,
    chosen,
    exclude_a_member,
    follows,
    said,
    situation,
)


@situation(
    "referral", "set_exploitation_status", status_may_move_so=child_is(prostitution_status="established")
)
def _set_status(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    return kit, {"child": kit.child.pk, "value": "at_risk", "reasons": "Indices concordants."}


@situation(
    "referral", "set_urgency",
    lowered_by_coordinator=asked_by("intake_agent", value="U0"),
    floor_of_exploitation=both(child_is(prostitution_status="suspected"), said(value="U1")),
    floor_of_immediate_danger=child_is(immediate_danger=True),
)  # fmt: skip
def _set_urgency(world: Any) -> tuple[Kit, Body]:
    return Kit(world, "triage"), {"value": "U2", "reason": "Éléments nouveaux."}


def _names(*people: str) -> Callable[[Kit, Body], None]:
    return lambda kit, body: body.update(named=[kit.user(name) for name in people])


def _by_a_broken_glass(kit: Kit, _: Body) -> None:
    """Restrict the case to others, and let who asks in by a broken glass alone."""
    kit.put(restricted=True)
    Grant.objects.filter(referral=kit.case, kind="named").update(ended_at=AT)
    for name in ("ase_inspector", "supervisor_2"):
        kit.name(name)
    kit.let_in(kit.who)


def _left_alone(kit: Kit, _: Body) -> None:
    """Leave who asks alone on the list."""
    Grant.objects.filter(referral=kit.case, kind="named", user=kit.user("supervisor")).update(ended_at=AT)


@situation(
    "referral", "restrict",
    two_persons_named=_names("supervisor"), supervisor_named=_names("crip_coordinator", "crip_coordinator_2"),
    none_excluded=lambda kit, body: kit.exclude("supervisor"), changed_by_the_list=_by_a_broken_glass,
)  # fmt: skip
def _restrict(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    named = [kit.user("crip_coordinator"), kit.user("supervisor")]
    return kit, {"named": named, "reason": "Enfant d'une collègue.", "review_on": ON}


@situation(
    "referral", "unrestrict", changed_by_the_list=_by_a_broken_glass, list_completed_first=_left_alone,
)  # fmt: skip
def _unrestrict(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.set_restricted()
    kit.name("supervisor")
    return kit, {"lift": True, "reason": "Plus lieu d'être.", "approver": kit.user("supervisor")}


def _joins(kit: Kit, field: str) -> list[Body]:
    return [{"user": kit.user("assessor_2"), "field": field}]


@situation(
    "referral", "reassign",
    two_assessors=said(join=[]), two_fields=lambda kit, body: body.update(join=_joins(kit, "social")),
    no_follow_up_conflict=follows("join"), none_excluded=exclude_a_member,
    from_where_the_protocol_says=chosen(team_source="unit"),
)  # fmt: skip
def _reassign(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "in_assessment")
    kit.assign("assessor", field="social")
    kit.assign("assessor", "assessor_2", field="psychology")
    return kit, {"leave": [kit.user("assessor_2")], "join": _joins(kit, "health"), "reason": "Congé."}


@situation(
    "referral", "pass_on",
    leaver_on_the_case=lambda kit, body: body.update(leaver=kit.user("intake_agent")),
    habilitated=lambda kit, body: body.update(user=kit.user("ase_inspector_2")),
    none_excluded=exclude_a_member,
    no_conflict_of_interest=lambda kit, body: kit.assign("case_referent", "assessor_2"),
    team_stays=said(field="psychology"),
)  # fmt: skip
def _pass_on(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "in_assessment", who="supervisor")
    kit.assign("assessor", field="social")
    kit.assign("assessor", "supervisor_2", field="psychology")
    return kit, {
        "leaver": kit.user("assessor"),
        "role": "assessor",
        "user": kit.user("assessor_2"),
        "reason": "Départ.",
    }


@situation("referral", "take_charge", not_in_charge_yet=lambda kit, body: kit.assign("crip_coordinator"))
def _take_charge(world: Any) -> tuple[Kit, Body]:
    return Kit(world, "triage", who="crip_coordinator"), {}


@situation(
    "referral", "name_decider",
    habilitated=lambda kit, body: body.update(user=kit.user("assessor")),
    none_excluded=lambda kit, body: kit.exclude("ase_inspector_2"),
    no_conflict_of_interest=agent_of_the_service("ase_inspector_2"),
)  # fmt: skip
def _name_decider(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.measure("active")
    return kit, {"user": kit.user("ase_inspector_2")}


@situation(
    "referral", "name_referent",
    habilitated=lambda kit, body: body.update(user=kit.user("assessor")),
    none_excluded=lambda kit, body: kit.exclude("case_referent"),
    no_conflict_of_interest=lambda kit, body: kit.assign("assessor", "case_referent", "health"),
    certified=chosen(honorability_roles=["measure_service", "case_referent"]),
)  # fmt: skip
def _name_referent(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    return kit, {"user": kit.user("case_referent"), "child": kit.child.pk}


@situation("referral", "name_service", **SERVICE_SPOILS)
def _name_service(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "protected_admin")
    return kit, {"measure": kit.measure("agreed").pk, "service": world.services["93"].pk}


@situation("referral", "exclude", not_excluded_yet=lambda kit, body: kit.exclude("assessor"))
def _exclude(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    return kit, {"user": kit.user("assessor"), "reason": "Lien familial."}


@situation(
    "referral", "lift_exclusion",
    exclusion_in_force=lambda kit, body: Exclusion.objects.filter(referral=kit.case).update(lifted_at=AT),
)  # fmt: skip
def _lift_exclusion(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.exclude("assessor")
    return kit, {"user": kit.user("assessor"), "reason": "Erreur.", "approver": kit.user("supervisor")}


@situation(
    "referral", "grant_access",
    grant_has_an_end=said(until=(TODAY + timedelta(days=31)).isoformat()),
    grantee_of_the_authority=lambda kit, body: body.update(user=kit.user("assessor", "75")),
    none_excluded=lambda kit, body: kit.exclude("assessor"),
)  # fmt: skip
def _grant_access(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    return kit, {"user": kit.user("assessor"), "reason": "Renfort.", "until": ON}


def _with_file(world: Any, **values: Any) -> tuple[Kit, Any]:
    kit = Kit(world, "triage")
    row = kit.fill.row(
        Attachment, kind="letter", access_class="G", media="pdf", scan="clean", at=AT, role="filer", size=1,
        original_size=0, object=uuid4(), **values,
    )  # fmt: skip
    return kit, row.pk


def _set_aside(world: Any) -> tuple[Kit, Body]:
    kit, file = _with_file(world, barred_at=AT, barred_for="minor_image")
    return kit, {"file": file, "reason": "Vu à deux.", "approver": kit.user("supervisor")}


def _file_is(**values: Any) -> Callable[[Kit, Body], Any]:
    return lambda kit, body: kit.case.attachments.update(**values)


@situation("referral", "bar_file", file_at_hand=_file_is(barred_at=AT, barred_for="malware"))
def _bar_file(world: Any) -> tuple[Kit, Body]:
    kit, file = _with_file(world)
    return kit, {"file": file, "reason": "minor_image"}


@situation("referral", "unbar_file", file_set_aside=_file_is(condemned_at=AT))
def _unbar_file(world: Any) -> tuple[Kit, Body]:
    return _set_aside(world)


@situation(
    "referral", "destroy_file",
    file_set_aside=_file_is(condemned_at=AT), no_hold=case_is(legal_hold=True),
    authorities_told=said(authorities_told=False),
)  # fmt: skip
def _destroy_file(world: Any) -> tuple[Kit, Body]:
    kit, body = _set_aside(world)
    return kit, body | {"authorities_told": True}
