"""Every cell of (step × state × role × relation): what the hand-typed tables list is allowed, all else refuses.

How a cell is decided. For each pair of role and relation one person and one case per state are put into the
database, and the cell is asked of the service's own rules in their order: ``access.visible_to`` finds the case or
not, ``preconditions.role_in`` finds the role in which the step may be done or not, ``preconditions.require_state`` compares the
states of case and part; the guards are left out, they have tests of their own. A no comes before the next
question is asked, so one refusal decides all cells that differ only in what comes later. Nothing here writes; at
the end every row is read again. ``tests/referrals/execution/test_runner.py`` asks a slice of the same cells through ``actions.perform``
and over HTTP.
"""

from collections import Counter
from dataclasses import dataclass, replace

import pytest

from referrals.access import case_ties, transfer_requests, visibility
from referrals.access import people as access_people
from referrals.errors import WrongState
from referrals.execution import preconditions
from referrals.models import (
    Alert,
    Assessment,
    BreakGlass,
    ClosureReview,
    DuplicateCandidate,
    FeedbackTask,
    JudicialReferral,
    Measure,
    Orientation,
    Referral,
    TransferRequest,
)
from referrals.vocabulary.states import Machine
from referrals.workflow.case import Case
from referrals.workflow.step import steps
from tests.expected.steps import REFERRAL
from tests.expected.vocabulary import ROLES
from tests.night import some
from tests.referrals.workflow.expectations import MACHINES, PART_STATES, STATES, asked_of_a_case
from tests.referrals.workflow.kit import AT
from tests.referrals.workflow.relations import WORLDS, build, receives, sees

HIDDEN, FORBIDDEN, ELSEWHERE, ALLOWED = "not visible", "not allowed", "wrong state", "allowed"
PARTS = {
    "judicial": JudicialReferral,
    "assessment": Assessment,
    "measure": Measure,
    "review": ClosureReview,
    "duplicate": DuplicateCandidate,
    "feedback": FeedbackTask,
    "glass": BreakGlass,
    "alert": Alert,
    "transfer": TransferRequest,
    "orientation": Orientation,
}
CELLS_AT_LEAST = 80_000
#: Machines of few steps and states (domain.md §2.7).
SMALL = ("review", "duplicate", "feedback", "glass", "alert", "transfer", "orientation")


@dataclass
class Tally:
    """What was asked, and where the service said something else than the tables."""

    asked: Counter
    wrong: list

    def decide(self, cell, expected, found, *, cells=1):
        self.asked[found] += cells
        if found not in expected:
            self.wrong.append((*cell, sorted(expected), found))


def expected_outcomes(step, one, state, part_state):
    """Return what the service may answer; of a draft, where both role and state say no, either may speak."""
    if not sees(one.role, one.relation, state) and not (
        step.crosses and receives(one.role, one.relation, state)
    ):
        return {HIDDEN}
    lets, starts = step.lets(one.role, one.relation, state), step.starts_from(state, part_state)
    if lets:
        return {ALLOWED} if starts else {ELSEWHERE}
    return {FORBIDDEN, ELSEWHERE} if state == "draft" else {FORBIDDEN}


def part_in(machine, state, case):
    return PARTS[machine](state=state, referral=case) if machine in PARTS else None


def start(declared, case, ties):
    """Ask the state alone: the step without its guards."""
    try:
        preconditions.require_state(declared, case, ties)
    except WrongState:
        return ELSEWHERE
    return ALLOWED


@dataclass
class Asked:
    """The steps of one machine as they are declared, without their guards, and a part in each state."""

    machine: str
    steps: list
    declared: dict
    parts: dict
    tally: Tally


def asked_of(machine):
    asked = [step for step in asked_of_a_case() if step.machine == machine]
    declared = {s.name: replace(steps.get(Machine(machine), s.name), guards=()) for s in asked}
    parts = {state: part_in(machine, state, None) for state in ("", *PART_STATES.get(machine, ()))}
    return Asked(machine, asked, declared, parts, Tally(asked=Counter(), wrong=[]))


def ask_person(one, machines):
    """Ask every cell of one person, whose cases are read once for all machines."""
    rows = visibility.visible_to(one.actor, at=AT).filter(pk__in=[case.pk for case in one.cases.values()])
    seen = {row.pk: (row, case_ties.ties_of(row, one.actor)) for row in rows}
    received = {}
    for request in transfer_requests.transfers_to(one.actor, at=AT).select_related("referral"):
        received[request.referral_id] = (request.referral, transfer_requests.ties_to(request, one.actor))
    for state, case in one.cases.items():
        here = seen.get(case.pk)
        crossing = received.get(case.pk) or here
        for asked in machines:
            for step in asked.steps:
                found = crossing if step.crosses else here
                ask_step(step, asked.declared[step.name], one, state, found, asked.parts, asked.tally)


def ask_step(step, declared, one, state, known, parts, tally):
    found, role, part_states = HIDDEN, None, step.part_states()
    if known is not None:
        row, ties = known
        found, role = FORBIDDEN, preconditions.role_in(declared, ties)
    if role is None:
        # Neither the service nor the tables look at the part: the cells of all its states are decided at once.
        cell = (step.machine, step.name, state, "", one.role, one.relation)
        expected = expected_outcomes(step, one, state, part_states[0])
        tally.decide(cell, expected, found, cells=len(part_states))
        return
    assert str(role) == one.role
    case = Case(row, actor=one.actor, at=AT)
    for part_state in part_states:
        case.part = parts[part_state] if part_state else None
        found = start(declared, case, ties)
        cell = (step.machine, step.name, state, part_state, one.role, one.relation)
        tally.decide(cell, expected_outcomes(step, one, state, part_state), found)


def rows_of(people):
    wanted = [case.pk for one in people for case in one.cases.values()]
    found = {}
    for first in range(0, len(wanted), 500):
        chunk = Referral.objects.filter(pk__in=wanted[first : first + 500])
        found |= {pk: rest for pk, *rest in chunk.values_list("pk", "state", "version")}
    return found


@pytest.mark.sec("SEC-AZ1")
@pytest.mark.sec("SEC-AZ2")
@pytest.mark.sec("SEC-AZ3")
@pytest.mark.sec("SEC-AZ6")
@pytest.mark.slow("asks all 700,000 cells")
def test_every_cell_is_as_the_tables_say(everybody):
    before = rows_of(everybody)
    machines = [asked_of(machine) for machine in MACHINES]

    for one in everybody:
        ask_person(one, machines)

    for asked in machines:
        tally = asked.tally
        assert tally.wrong[:20] == [], asked.machine
        cells = sum(len(s.part_states()) for s in asked.steps) * len(STATES) * len(ROLES) * len(WORLDS)
        assert sum(tally.asked.values()) == cells
        assert cells >= CELLS_AT_LEAST or asked.machine in SMALL
        assert tally.asked[ALLOWED] > 0
    assert rows_of(everybody) == before


def test_a_role_begins_a_draft_exactly_when_the_table_says_so(world):
    """T01 has no case yet: the role alone counts."""
    may = {role for role in ROLES if access_people.may_begin(world.actor(role, at=AT)) is not None}

    assert may == set(REFERRAL["create"].who)


@pytest.mark.sec("SEC-AZ16")
@pytest.mark.parametrize(
    "role",
    some(["auditor", "territory_admin", "platform_admin", "statistician", "directory_editor"], "blind"),
)
def test_who_opens_no_case_has_no_cell(world, role):
    people = build(world, STATES, at=AT, only=lambda r, _: r == role)

    seen = [visibility.visible_to(one.actor, at=AT).count() for one in people]

    assert seen == [0] * len(WORLDS)


def test_a_case_where_nobody_is_exploited_is_nothing_to_the_exploitation_lead(world):
    """Cell x of domain.md §1.3: cases where a child's status is not ``none``, refuted included."""
    lead = [("exploitation_lead", "territory"), ("exploitation_lead", "named")]
    none = build(world, STATES, at=AT, only=lambda *pair: pair in lead, prostitution_status="none")
    assert [visibility.visible_to(one.actor, at=AT).count() for one in none] == [0, 0]

    for status in ("at_risk", "suspected", "established", "refuted"):
        case = none[0].cases["triage"]
        Referral.objects.filter(pk=case.pk).update(prostitution_status=status)
        assert visibility.visible_to(none[0].actor, at=AT).filter(pk=case.pk).exists()
