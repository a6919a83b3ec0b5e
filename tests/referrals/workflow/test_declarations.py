"""The declarations of the four machines are the procedure: nothing more, nothing less than the tables.

Both directions: a state, role, relation, step or guard without its row fails, and so does a row without it.
"""

import pytest
from django.urls import get_resolver

from accounts.roles import Role
from referrals.access.matrix import Relation
from referrals.vocabulary.states import Machine, State
from referrals.workflow.machines import MACHINES as RUNS
from referrals.workflow.step import steps
from tests.expected.small_steps import (
    ACCESS_STATES,
    ANOMALY_STATES,
    BATCH_STATES,
    BREACH_STATES,
    INQUIRY_STATES,
    LETTER_STATES,
)
from tests.expected.steps import HOLDING_STEPS, REFERRAL
from tests.expected.vocabulary import EXCLUDED, NAMED, NONE, RELATIONS, ROLES
from tests.referrals.workflow.expectations import EVERY_MACHINE, EXPECTED, PAPER, STATES
from tests.referrals.workflow.expectations import PART_STATES as EXPECTED_STATES
from tests.referrals.workflow.rules import BODY, FORM, GUARDS, LATER, OURS, RIGHT

PART_STATES = {str(machine): runs.states for machine, runs in RUNS.items() if machine != "referral"}
EVERY = [(machine, name) for machine in EVERY_MACHINE for name in EXPECTED[machine]]


def declared(machine):
    return {step.name: step for step in steps.of(Machine(machine))}


def test_the_referral_has_exactly_the_states_of_the_paper():
    assert set(State.values) == set(STATES)


@pytest.mark.parametrize("machine", PART_STATES)
def test_each_other_machine_has_exactly_its_states(machine):
    assert PART_STATES[machine].values == list(
        (
            EXPECTED_STATES
            | {
                "batch": BATCH_STATES,
                "anomaly": ANOMALY_STATES,
                "inquiry": INQUIRY_STATES,
                "access_request": ACCESS_STATES,
                "breach": BREACH_STATES,
                "letter": LETTER_STATES,
            }
        )[machine]
    )


def test_roles_are_exactly_those_of_the_paper():
    assert set(Role.values) == set(ROLES)


def test_ties_are_exactly_the_relations_of_the_paper():
    """Named, excluded and none aren't ties of their own: they bound the others."""
    assert set(Relation.values) == set(RELATIONS) - {NAMED, EXCLUDED, NONE}


@pytest.mark.sec("SEC-AZ2")
@pytest.mark.parametrize("machine", EVERY_MACHINE)
def test_each_declared_step_has_its_row_and_each_row_its_step(machine):
    assert set(declared(machine)) == set(EXPECTED[machine])


def test_the_rows_are_the_steps_in_scope_and_no_other():
    in_scope = {name for name, line in PAPER["transitions"].items() if line["n"] in PAPER["in_scope"]}

    assert set(REFERRAL) == in_scope


def test_every_step_of_the_paper_is_in_scope():
    assert {line["n"] for line in PAPER["transitions"].values()} == set(PAPER["in_scope"])


@pytest.mark.parametrize("machine", EVERY_MACHINE)
def test_a_step_starts_ends_and_is_done_as_its_row_says(machine):
    for name, expected in EXPECTED[machine].items():
        step = declared(machine)[name]

        assert step.number == expected.row.number, name
        assert set(step.source) == set(expected.origins), name
        assert set(step.target) == set(expected.targets), name
        assert {str(role) for role in step.roles} == expected.roles, name
        assert step.internal is not expected.row.has_route, name


def test_the_paper_names_the_same_roles_as_the_rows():
    for name, row in REFERRAL.items():
        assert set(PAPER["transitions"][name]["who"]) - {"system"} == set(row.who), name
        assert PAPER["transitions"][name]["n"] == row.number


def test_the_steps_of_holding_are_those_of_the_rows():
    assert {step.name for step in steps.all() if step.holding} == set(HOLDING_STEPS)


@pytest.mark.sec("SEC-AZ2")
def test_exactly_the_steps_that_a_person_may_do_have_a_route():
    routes = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    machines = tuple(f"{machine}-" for machine in EVERY_MACHINE)
    other = {"referral-clocks", "referral-assessment", "referral-children", "referral-judicial-referrals",
             "referral-measures", "referral-approvals", "referral-holder-informations",
             "referral-timeline", "referral-people", "referral-voices", "child-writing", "referral-closure-reviews", "referral-duplicates",
             "referral-links", "referral-filings", "referral-emergency-sheets",
             "referral-messages", "referral-feedbacks", "referral-narrative", "referral-receipt", "referral-receipt-page",
             "referral-receipt-pdf", "referral-break-glass", "referral-attachments", "assessment-writing",
             "anomaly-identities", "anomaly-entries", "anomaly-page", "anomaly-identities-page", "anomaly-step-page",
             "access_request-step-page",
             "breach-page", "breach-table", "breach-declare-page", "breach-step-page",
             "breach-figures", "breach-notice", "breach-notice-pdf", "inquiry-page", "inquiry-step-page", "inquiry-ask-page",
             "referral-inquiries", "letter-page", "letter-pdf", "letter-one", "letter-step-page",
             "letter-prepare-page", "referral-letters", "referral-orientations", "referral-excluded-resources", "referral-alerts", "referral-transfers"}  # fmt: skip
    expected = {
        f"{machine}-{name}"
        for machine, name in EVERY
        if EXPECTED[machine][name].row.has_route
        and (machine, name)
        not in {
            ("referral", "create"),
            ("inquiry", "ask"),
            ("access_request", "receive"),
            ("breach", "declare"),
            ("letter", "prepare"),
        }
    }

    assert {name for name in routes if name.startswith(machines)} - other == expected


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize("machine", EVERY_MACHINE)
def test_a_step_asks_for_a_second_signature_where_its_row_says_so(machine):
    for name, expected in EXPECTED[machine].items():
        step = declared(machine)[name]

        assert (step.signed_when is not None) is (expected.row.signed != "never"), name
        if step.signed_when is not None:
            assert "approver" in step.takes().fields, f"{name}: nobody could be asked to sign"


def test_a_supervisor_or_inspector_signs_save_a_qualification_and_a_delay():
    """§2.2 Approver; T10: another coordinator too; T19, DB4: a supervisor alone."""
    signers = {
        (str(s.machine), s.name): {str(r) for r in s.second_signers} for s in steps.all() if s.signed_when
    }

    assert signers.pop(("referral", "extend_assessment")) == {"supervisor"}
    # §2.7 AccessRequest: a supervisor or a second officer; a supervisor of the list of a restricted file.
    assert signers.pop(("access_request", "set_scope")) == {"supervisor"}
    for name in ("name_readers", "answer", "refuse", "settle", "close"):
        assert signers.pop(("access_request", name)) == {"supervisor", "dpo"}
    assert signers.pop(("breach", "rule_out")) == {"supervisor"}
    assert signers.pop(("referral", "qualify")) == {"crip_coordinator", "supervisor", "ase_inspector"}
    assert set(map(frozenset, signers.values())) == {frozenset({"supervisor", "ase_inspector"})}


@pytest.mark.parametrize("machine", EVERY_MACHINE)
def test_each_guard_of_a_row_has_its_rule_and_each_rule_its_row(machine):
    for name, expected in EXPECTED[machine].items():
        step = declared(machine)[name]
        rules = {guard.__name__ for guard in (*step.guards, *step.checks)}
        answered = GUARDS[machine].get(name, {})
        named = {rule for rules in answered.values() for rule in rules.split("|")} - {
            BODY,
            FORM,
            RIGHT,
            LATER,
        }

        assert set(answered) == {guard.name for guard in expected.row.guards}, name
        assert named - rules == set(), f"{name}: a guard of the table without its rule"
        assert rules - named - set(OURS) == set(), f"{name}: a rule without a guard in the table"


def test_no_rule_of_ours_is_listed_in_vain():
    used = {guard.__name__ for step in steps.all() for guard in (*step.guards, *step.checks)}

    assert set(OURS) <= used
