"""What usually comes next: in each state that waits for somebody, that person is offered what it waits for."""

import pytest

from referrals.models import Referral
from referrals.vocabulary.states import ACTIVE, Machine, State
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps

ASSESSING = {"assessment.start", "assessment.write", "assessment.hand_in", "referral.record_contact"}
DECIDING = {
    "referral.decide_close",
    "referral.decide_admin",
    "referral.decide_judicial",
    "referral.decide_continue",
}
PROTECTING = {"measure.start", "measure.situation_report"}
REVIEWING = {"review.confirm"}
#: By state and by role for which it waits: the steps that are declared to come next, whatever the urgency.
WAITS = {
    "submitted": {"intake_agent": {"referral.acknowledge"}, "crip_coordinator": {"referral.acknowledge"}},
    "acknowledged": {"intake_agent": {"referral.start_triage"}, "crip_coordinator": {"referral.start_triage"}},
    "triage": {
        "crip_coordinator": {"referral.qualify", "referral.reorient", "referral.request_info"},
        "intake_agent": {"referral.request_info"},
    },
    "qualified": {"crip_coordinator": {"referral.assign"}, "assessment_lead": {"referral.assign"}},
    "in_assessment": {"assessor": ASSESSING, "assessment_lead": {"referral.submit_report"}},
    "report_submitted": {"ase_inspector": DECIDING},
    "admin_offer": {
        "ase_inspector": {"referral.record_agreement", "referral.record_refusal"},
        "case_referent": {"referral.record_agreement"},
    },
    "judicial_pending": {
        "crip_coordinator": {"referral.judicial_outcome"},
        "ase_inspector": {"referral.judicial_outcome"},
    },
    "protected_admin": {
        "ase_inspector": {"measure.hand_over", "referral.end_followup"},
        "case_referent": PROTECTING,
        "measure_service": PROTECTING,
    },
    "protected_judicial": {
        "ase_inspector": {"measure.hand_over", "referral.end_followup"},
        "case_referent": PROTECTING,
        "measure_service": PROTECTING,
    },
    "not_qualified": {"supervisor": REVIEWING},
    "closed_no_action": {"supervisor": REVIEWING},
    "ended": {"supervisor": REVIEWING},
    "withdrawn": {"crip_coordinator": REVIEWING},
}  # fmt: skip
#: These wait for nobody: kept, gone, or not sent yet.
WAIT_FOR_NOBODY = {"draft", "merged", "transferred", "archived", "purged"}


def declared(state, role, urgency="U0", *, reads="", justice=""):
    """Return the steps that are declared to come next for a role in a state, by rank."""
    case = Referral(urgency=urgency, judicial_status=justice)
    case.__dict__["state"] = state
    found = {}
    for step in steps.all():
        there = (
            state in step.source
            if step.machine is Machine.REFERRAL
            else state in MACHINES[step.machine].while_in
        )
        ranks = [one.rank for one in step.usual if one.holds(case, {role}, reads)]
        if there and ranks and role in step.roles:
            found[f"{step.machine}.{step.name}"] = min(ranks)
    return found


def test_each_state_either_waits_for_somebody_or_for_nobody():
    assert {*WAITS} | WAIT_FOR_NOBODY == set(State.values)
    assert not {*WAITS} & WAIT_FOR_NOBODY


@pytest.mark.parametrize(
    ("state", "role"), [(state, role) for state, roles in WAITS.items() for role in roles]
)
def test_whom_a_state_waits_for_is_offered_what_it_waits_for(state, role):
    assert WAITS[state][role] <= set(declared(state, role))


@pytest.mark.parametrize("state", ACTIVE)
def test_on_call_a_call_is_answered_first_then_the_case_is_opened_then_the_prosecutor_told(state):
    found = declared(state, "on_call", urgency="U3")

    wanted = ["alert.acknowledge", "glass.open", "referral.send_judicial"]
    assert [name for name in sorted(found, key=found.get) if name in wanted] == wanted


def test_the_prosecutor_comes_first_in_the_highest_urgency_alone():
    assert declared("triage", "crip_coordinator", urgency="U3")["referral.send_judicial"] == 0
    assert "referral.send_judicial" not in declared("triage", "crip_coordinator", urgency="U2")


@pytest.mark.sec("SEC-AZ7")
def test_the_prosecutor_who_was_told_comes_next_no_more_for_who_may_know_it():
    told = {"urgency": "U3", "justice": "sent"}

    assert "referral.send_judicial" not in declared("triage", "crip_coordinator", reads="DI", **told)
    assert "referral.send_judicial" in declared("triage", "on_call", reads="AD", **told)


def test_nothing_is_declared_for_a_role_or_a_state_that_the_step_has_not():
    for step in steps.all():
        for usual in step.usual:
            assert set(usual.roles) <= set(step.roles), step.name
            assert step.machine is not Machine.REFERRAL or set(usual.states) <= set(step.source), step.name
            assert not step.internal, step.name
