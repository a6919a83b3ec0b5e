"""Situations of the assessment's end and of the decisions."""

from datetime import timedelta
from typing import Any

from accounts.models import Membership
from referrals.models import Assignment, Visit
from tests.journeys import bodies
from tests.referrals.workflow.kit import TODAY, Kit
from tests.referrals.workflow.situations.saying import (
    AGREED_SPOILS,
    OFFERED_SPOILS,
    ON,
    REPORT_SPOILS,
    T15_SPOILS,
    TEAM_SPOILS,
    Body,
    asked_by,
    both,
    case_is,
    child_is,
    concluded,
    decisions,
    judicial,
    lapsed,
    measure,
    measure_is,
    ordered_by_a_variant,
    prepared,
    refusals_of,
    report_is,
    said,
    situation,
    team,
    without,
)


@situation(
    "referral", "child_unreachable",
    attempts_recorded=lambda kit, body: Visit.objects.filter(referral=kit.case).first().delete(),
    no_child_met=child_is(child_met="with_holder"), **T15_SPOILS,
)  # fmt: skip
def _child_unreachable(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "in_assessment", who="ase_inspector")
    kit.assessment("ongoing")
    kit.set_child(child_met="never")
    kit.assign("assessor", field="social")
    for _ in range(2):
        kit.visit("attempt")
    return kit, bodies.for_all()


def _no_decider(kit: Kit, body: Body) -> None:
    Assignment.objects.filter(referral=kit.case, role="ase_inspector").delete()
    Membership.objects.filter(role="ase_inspector").update(unit=None)


def _nobody_met(kit: Kit, body: Body) -> None:
    kit.case.sightings.all().delete()


@situation("referral", "extend_assessment", date_to_come=said(expected_on=ON))
def _extend_assessment(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "in_assessment", who="assessment_lead")
    kit.assessment("ongoing")
    later = (TODAY + timedelta(days=10)).isoformat()
    return kit, {"reason": "Famille absente.", "expected_on": later, "approver": kit.user("supervisor")}


@situation(
    "referral", "submit_report",
    assessment_to_validate=report_is(state="draft_report"),
    lead_outside_the_team=lambda kit, body: kit.assign("assessor", "assessment_lead", "health"),
    decider_named=_no_decider, visited_and_met=_nobody_met, prosecutor_has_it=case_is(variant="prosecutor_request"),
    **REPORT_SPOILS,
)  # fmt: skip
def _submit_report(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "in_assessment", who="assessment_lead")
    kit.assessment("to_validate", level="risk")
    kit.visit("home_visit", seen="with_holder")
    return kit, {}


@situation("referral", "ask_supplement", team_data_given=without("team"), **TEAM_SPOILS)
def _ask_supplement(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "report_submitted", who="ase_inspector")
    return kit, {"questions": "La fratrie ?", "due_on": ON, "team": team(kit, "social", "health")}


def _to_decide(world: Any, level: str, state: str = "report_submitted") -> Kit:
    kit = Kit(world, state, who="ase_inspector")
    kit.assessment("delivered", level=level)
    return kit


def unheard(kit: Kit, body: Body) -> None:
    """Carry a decision that doesn't say what the child says of it."""
    del body["decisions"][0]["heard"]


@situation(
    "referral", "decide_close",
    no_child_undecided=said(decisions=[]), close_is_strongest=decisions("judicial"),
    child_met=child_is(child_met="never"), danger_ruled_out=concluded("danger"),
    no_judicial_referral_open=judicial("sent"), no_measure_alive=measure("active"),
    no_sign_of_exploitation=child_is(prostitution_status="suspected"), child_heard=unheard,
)  # fmt: skip
def _decide_close(world: Any) -> tuple[Kit, Body]:
    kit = _to_decide(world, "no_danger")
    carried = [bodies.decision(kit.child.pk, "close")]
    return kit, {"decisions": carried, "motivation": "Danger écarté.", "feedback": "Classement."}


@situation(
    "referral", "decide_admin",
    no_child_undecided=said(decisions=[], measures=[]), admin_is_strongest=decisions("judicial", measures=[]),
    child_met=child_is(child_met="never"), danger_or_risk_confirmed=concluded("no_danger"),
    exploitation_calls_for_justice=child_is(prostitution_status="established"),
    one_year_at_most=lambda kit, body: body["measures"][0].update(duration_months=13), child_heard=unheard,
    measure_offered=said(measures=[]), **OFFERED_SPOILS,
)  # fmt: skip
def _decide_admin(world: Any) -> tuple[Kit, Body]:
    kit = _to_decide(world, "risk")
    carried = [bodies.decision(kit.child.pk, "admin")]
    return kit, {"decisions": carried, "motivation": "Soutien.", "measures": [bodies.offer(kit.child.pk)]}


@situation("referral", "record_agreement", **AGREED_SPOILS)
def _record_agreement(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "admin_offer", who="ase_inspector")
    kit.set_child(decision="admin")
    return kit, bodies.agreement(on=ON) | {"measure": kit.measure("proposed").pk}


def _persisting_with_another_document(kit: Kit, body: Body) -> None:
    body.update(bodies.to_justice(grounds=("2",)), danger_persists=True)
    del body["children"]
    prepared(kit, body)


@situation(
    "referral", "record_refusal",
    refusal_of_each_holder=said(refusals=[]),
    refusal_grounds=lambda kit, body: body.update(bodies.to_justice(), danger_persists=True, children=None),
    document_says_the_same=_persisting_with_another_document,
)  # fmt: skip
def _record_refusal(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "admin_offer", who="ase_inspector")
    kit.set_child(decision="admin")
    kit.measure("proposed")
    return kit, {"child": kit.child.pk, "refusals": refusals_of(kit), "danger_persists": False}


_NOTHING_OF_T15 = dict.fromkeys(("actions_led", "recipient", "document", "sending_proof"), "")


@situation(
    "referral", "decide_judicial",
    no_child_undecided=said(decisions=[]), judicial_is_strongest=decisions("close"),
    legal_ground_named=said(grounds=[]), referral_is_argued=said(document=""),
    referral_sent_or_given=said(already_sent=True, grounds=[], **_NOTHING_OF_T15), document_says_the_same=prepared,
    child_heard=unheard, referred_heard=both(case_is(state="admin_offer"), said(decisions=[])),
)  # fmt: skip
def _decide_judicial(world: Any) -> tuple[Kit, Body]:
    kit = _to_decide(world, "no_danger")
    carried = [bodies.decision(kit.child.pk, "judicial")]
    return kit, bodies.to_justice(kit.child.pk) | {"decisions": carried, "motivation": "Argumentée."}


@situation(
    "referral", "decide_continue",
    no_child_undecided=said(decisions=[]), continue_is_strongest=decisions("judicial"),
    child_met=child_is(child_met="never"), measure_alive=measure_is(state="ended"),
    triage_needs_judicial_measures=case_is(state="triage"),
    exploitation_calls_for_justice=child_is(prostitution_status="established"), child_heard=unheard,
)  # fmt: skip
def _decide_continue(world: Any) -> tuple[Kit, Body]:
    kit = _to_decide(world, "risk")
    kit.measure("active")
    return kit, {"decisions": [bodies.decision(kit.child.pk, "continue")], "motivation": "La mesure suffit."}


@situation(
    "referral", "judicial_outcome",
    outcome_is_deciding=lambda kit, body: body["outcomes"][0].update(type="criminal_inquiry"),
    last_reminder_passed=lapsed, variant_known=ordered_by_a_variant,
)  # fmt: skip
def _judicial_outcome(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "judicial_pending")
    kit.set_child(decision="judicial")
    row = kit.judicial("sent")
    return kit, {"judicial_referral": row.pk, "outcomes": [bodies.outcome(kit.child.pk, "returned", on=ON)]}


def _never_begun(**said: str) -> Any:
    def spoil(kit: Kit, body: Body) -> None:
        kit.measure("not_executed")
        body.update(said)

    return spoil


@situation(
    "referral", "end_followup", term_was_reached=_never_begun(reason="term"), danger_answered=_never_begun(),
    danger_excluded=_never_begun(danger_remains="yes"),
    no_measure_alive=measure("suspended"), no_child_undecided=child_is(decision="undecided"),
    no_judicial_referral_open=judicial("prepared"), end_report_given=said(end_report=""), children_heard=said(voices=[]),
)  # fmt: skip
def _end_followup(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "protected_admin", who="ase_inspector")
    kit.set_child(decision="admin")
    return kit, {"reason": "10", "end_report": "Bilan de fin.", "voices": bodies.silent([kit.child.pk])}


def _born_tomorrow(kit: Kit, body: Body) -> None:
    body["corrections"][0].update(field="birth_date", value=(TODAY + timedelta(days=1)).isoformat())


@situation("referral", "rectify", own_entry=asked_by("intake_agent"), born_in_time=_born_tomorrow)
def _rectify(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    correction = {"part": "children", "row": kit.child.pk, "field": "last_name", "value": "Autre"}
    return kit, {"corrections": [correction], "reason": "Erreur de frappe."}


@situation("referral", "add_child", born_in_time=said(birth_date=(TODAY + timedelta(days=1)).isoformat()))
def _add_child(world: Any) -> tuple[Kit, Body]:
    who = {"identity_known": "known", "sex": "girl", "birth_date": TODAY.isoformat()}
    return Kit(world, "triage"), {"kind": "household", "reason": "Née ce jour."} | who


CLOSE = {"decision": "close", "measures": []}


@situation(
    "referral", "decide_child",
    undecided_again=both(case_is(state="protected_admin"), child_is(decision="admin")),
    child_met=child_is(child_met="never"), danger_ruled_out=concluded("danger", **CLOSE),
    danger_or_risk_confirmed=concluded("no_danger"), measure_alive=said(decision="continue", measures=[]),
    no_judicial_referral_open=both(concluded("no_danger", **CLOSE), judicial("sent")),
    no_measure_alive=both(concluded("no_danger", **CLOSE), measure("active")),
    no_sign_of_exploitation=both(concluded("no_danger", **CLOSE), child_is(prostitution_status="suspected")),
    exploitation_calls_for_justice=child_is(prostitution_status="established"),
    one_year_at_most=lambda kit, body: body["measures"][0].update(duration_months=13), child_heard=said(not_heard=""),
    measure_offered=both(case_is(state="protected_admin"), said(measures=[])), **OFFERED_SPOILS,
)  # fmt: skip
def _decide_child(world: Any) -> tuple[Kit, Body]:
    kit = _to_decide(world, "risk")
    offer = bodies.offer(kit.child.pk)
    return kit, bodies.decision(kit.child.pk, "admin") | {"measures": [offer]}
