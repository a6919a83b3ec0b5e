"""The check of the model: the procedure as declared passes each proof, and a model broken on purpose fails the one.

Each break is one that a change could bring in unnoticed: a rule left out of a list, a state without a way on, a
closing that nobody is told to look at.
"""

from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from accounts.roles import Role
from referrals import proofs
from referrals.closing.effects import open_review
from referrals.closing.guards import coordinator_reviews_withdrawals, reviewer_is_another
from referrals.decisions.guards import carried_decisions_hold, strongest_is_close
from referrals.proofs import exploitation, shape, witnesses
from referrals.proofs.model import declared
from referrals.triage.guards import no_sign_of_exploitation
from referrals.vocabulary.states import Machine, State
from referrals.workflow import machines
from tests.expected import part_steps, small_steps
from tests.night import NIGHT

#: Typed by hand from domain.md §2.1 (column *terminal*), §2.6 and §2.7.
EXPECTED_ENDS = {
    "referral": {"not_qualified", "closed_no_action", "ended", "transferred", "merged", "withdrawn", "archived",
                 "purged"},
    "judicial": {"closed", "discarded"},
    "assessment": {"delivered", "aborted"},
    "measure": {"ended", "lifted", "transferred", "not_executed", "cancelled"},
    "review": {"confirmed", "reopened"},
    "duplicate": {"confirmed", "rejected"},
    "feedback": {"sent", "withheld"},
    "glass": {"reviewed_ok", "reviewed_ko"},
    "alert": {"acknowledged", "over"},
    "batch": {"executed", "refused"},
    "transfer": {"integrated", "kept"},
    "anomaly": {"closed"},
    "inquiry": {"refused", "withdrawn", "closed"},
    "access_request": {"closed"},
    "breach": {"closed"},
    "letter": {"sent", "discarded"},
    "orientation": {"accepted", "refused", "expired", "withdrawn"},
}  # fmt: skip


def broken(machine, *names, without=(), **changed):
    """Return the models, the named steps of one machine declared otherwise; ``without`` takes rules out of them."""
    return [
        model
        if model.machine is not machine
        else replace(
            model, steps=tuple(_other(s, without, changed) if s.name in names else s for s in model.steps)
        )
        for model in declared()
    ]


def _other(step, without, changed):
    lists = ("guards", "checks", "effects")
    kept = {name: tuple(rule for rule in getattr(step, name) if rule not in without) for name in lists}
    return replace(step, **(kept | changed))


def lacking(machine, *names):
    """Return the models without some steps of one machine."""
    return [
        model
        if model.machine is not machine
        else replace(model, steps=tuple(step for step in model.steps if step.name not in names))
        for model in declared()
    ]


def test_the_procedure_as_it_is_declared_holds():
    assert proofs.faults() == []


def test_the_ends_of_each_machine_are_those_of_the_paper():
    assert {
        str(machine): set(map(str, runs.ends)) for machine, runs in machines.MACHINES.items()
    } == EXPECTED_ENDS
    assert (
        EXPECTED_ENDS.keys()
        - {"referral", "batch", "anomaly", "inquiry", "access_request", "breach", "letter"}
        == (part_steps.STATES | small_steps.STATES).keys()
    )


# --- Every state is reached ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "steps", "state"),
    [
        (Machine.REFERRAL, ["assign", "ask_supplement"], "in_assessment"),
        (Machine.REFERRAL, ["archive"], "archived"),
        (Machine.JUDICIAL, ["discard"], "discarded"),
        (Machine.MEASURE, ["not_executed"], "not_executed"),
        (Machine.FEEDBACK, ["fall_overdue"], "overdue"),
    ],
)
def test_a_state_to_which_nothing_leads_is_found(machine, steps, state):
    found = shape.unreached(lacking(machine, *steps))

    assert f"{machine}: no declared step leads to {state}." in found


# --- Every state that is no end has a way on -----------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "steps", "state"),
    [
        (Machine.REFERRAL, ["judicial_outcome"], "judicial_pending"),
        (Machine.REFERRAL, ["assign", "attach_existing"], "qualified"),
        (Machine.ASSESSMENT, ["deliver", "abort"], "to_validate"),
        (Machine.JUDICIAL, ["close"], "answered"),
        (Machine.DUPLICATE, ["confirm", "reject", "drop"], "suggested"),
    ],
)
def test_a_state_that_holds_a_case_for_ever_is_found(machine, steps, state):
    found = shape.stuck(lacking(machine, *steps))

    assert f"{machine}: no declared step leads from {state} to an end." in found


def test_a_circle_is_no_way_on():
    """From the offer one comes back to the report, from the report to the offer: neither leads to an end."""
    kept = ("decide_admin", "record_refusal", "create", "submit", "acknowledge", "start_triage", "qualify", "assign",
            "submit_report", "withdraw")  # fmt: skip
    others = [step.name for step in next(m for m in declared() if m.machine is Machine.REFERRAL).steps]

    found = shape.stuck(lacking(Machine.REFERRAL, *(name for name in others if name not in kept)))

    assert "referral: no declared step leads from admin_offer to an end." in found
    assert "referral: no declared step leads from report_submitted to an end." in found


def test_a_machine_of_which_nobody_says_where_it_ends_is_found():
    models = [replace(model, ends=frozenset()) for model in declared()]

    assert len([fault for fault in shape.stuck(models) if "a row ends" in fault]) == len(Machine)


# --- No closing over an exploited child ----------------------------------------------------------------


def test_a_reorientation_that_no_longer_asks_for_the_status_is_found():
    found = exploitation.closed_over(broken(Machine.REFERRAL, "reorient", without=[no_sign_of_exploitation]))

    assert found == [
        "referral: a case is closed over a child once exploited, by T11 from triage, suspected.",
        "referral: a case is closed over a child once exploited, by T11 from triage, established.",
    ]


def test_a_closing_that_no_longer_asks_the_rules_of_its_children_is_found():
    without = [carried_decisions_hold, strongest_is_close]

    found = exploitation.closed_over(broken(Machine.REFERRAL, "decide_close", without=without))

    assert any("by T22 from report_submitted, suspected" in fault for fault in found)


def test_a_decision_taken_before_the_suspicion_is_asked_again_or_found():
    rules = [rule for rule in _rules("decide_close") if rule.__name__ == "recorded_decisions_still_hold"]

    found = exploitation.closed_over(broken(Machine.REFERRAL, "decide_close", without=rules))

    assert any("by T22" in fault for fault in found)


def test_a_refutation_by_one_person_is_found():
    found = exploitation.closed_over(broken(Machine.REFERRAL, "set_exploitation_status", signed_when=None))

    assert any(fault.startswith("referral: a case is closed over") and "T44" in fault for fault in found)


@pytest.mark.slow("looks for every way that a status may fall")
def test_a_status_that_falls_without_refutation_is_found():
    rules = [rule for rule in _rules("set_exploitation_status") if rule.__name__ == "status_moves_lawfully"]

    found = exploitation.closed_over(broken(Machine.REFERRAL, "set_exploitation_status", without=rules))

    assert any("T44" in fault for fault in found)


def test_a_new_way_into_a_closing_is_found_wherever_it_starts():
    found = exploitation.closed_over(
        broken(Machine.REFERRAL, "judicial_outcome", target=("protected_judicial", "closed_no_action"))
    )

    assert any("by T28 from judicial_pending, established" in fault for fault in found)


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize(
    ("name", "changed"),
    [
        (name, changed)
        for n, name in enumerate(["reorient", "attach_existing", "decide_close", "end_followup"])
        for m, changed in enumerate([{"signed_when": None}, {"second_signers": ()}])
        if NIGHT or n % 2 == m
    ],
)
def test_a_closing_by_one_person_over_a_grave_past_is_found(name, changed):
    found = exploitation.closed_over(broken(Machine.REFERRAL, name, **changed))

    assert any(f" {name} closes from " in fault for fault in found)


def _rules(name):
    step = next(s for m in declared() if m.machine is Machine.REFERRAL for s in m.steps if s.name == name)
    return (*step.guards, *step.checks)


# --- Nothing is ended out of everybody else's sight -----------------------------------------------------


@pytest.mark.parametrize("name", ["withdraw", "reorient", "attach_existing", "decide_close", "end_followup"])
def test_a_closing_that_opens_no_review_is_found(name):
    found = witnesses.unwitnessed(broken(Machine.REFERRAL, name, without=[open_review]))

    assert len(found) == 1
    assert found[0].endswith("and no review of it is opened.")


def test_a_review_that_whoever_closed_may_do_alone_is_found():
    found = witnesses.unwitnessed(broken(Machine.REVIEW, "confirm", without=[reviewer_is_another]))

    assert all("its author may confirm it alone" in fault for fault in found)
    assert len(found) == 5


def test_a_review_that_nobody_may_do_is_found():
    without = [reviewer_is_another, coordinator_reviews_withdrawals]

    assert witnesses.unwitnessed(broken(Machine.REVIEW, "confirm", without=without, roles=()))


def test_a_closed_state_without_reviews_is_found(monkeypatch):
    runs = replace(machines.MACHINES[Machine.REVIEW], while_in=(State.WITHDRAWN,))
    monkeypatch.setitem(machines.MACHINES, Machine.REVIEW, runs)

    found = witnesses.unwitnessed(declared())

    assert len(found) == 4
    assert all(fault.endswith("where no review can be done.") for fault in found)


def test_a_part_that_only_its_one_role_reads_is_found(monkeypatch):
    monkeypatch.setattr(
        witnesses.matrix, "reads_by", lambda role, _: "A" if role is Role.CRIP_COORDINATOR else ""
    )

    found = witnesses.unwitnessed(declared())

    assert any("read by no other role" in fault for fault in found)


# --- Where it is asked ----------------------------------------------------------------------------------


def test_the_pages_of_a_procedure_that_fails_a_proof_are_not_written(monkeypatch):
    monkeypatch.setattr(proofs, "declared", lambda: lacking(Machine.REFERRAL, "judicial_outcome"))

    with pytest.raises(CommandError) as refused:
        call_command("make_docs", check=True)

    assert "referral: no declared step leads from judicial_pending to an end." in str(refused.value)
