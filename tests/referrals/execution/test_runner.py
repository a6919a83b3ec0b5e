"""A slice of the cells through ``actions.perform``, and a thinner one over HTTP, beside the whole of test_matrix.

Taken are: the allowed (step, role, relation) in their first state, at night all, and the refused cells that a checksum
of their name picks, so that the choice is the same in each run and no eye picks it. The body names a member that no step
takes: an allowed cell then goes as far as a guard or the body, and writes nothing.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import NamedTuple
from uuid import uuid4
from zlib import crc32

import pytest
from django.db import transaction
from rest_framework.exceptions import ValidationError

from accounts.models import Authority
from audit import journal
from referrals.errors import GuardRefused, NotAllowed, NotVisible, WrongState
from referrals.execution import perform, preconditions
from referrals.models import (
    Alert,
    Assessment,
    BreakGlass,
    Child,
    ClosureReview,
    Concern,
    DuplicateCandidate,
    FeedbackTask,
    JudicialReferral,
    Orientation,
    Referral,
    TransferRequest,
)
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.expected.vocabulary import EXECUTING, RECEIVING, ROLES
from tests.factories.resources import a_service
from tests.factories.world import Caller
from tests.night import NIGHT
from tests.referrals.workflow import test_matrix as cells
from tests.referrals.workflow.expectations import MACHINES, STATES, Expected, asked_of_a_case
from tests.referrals.workflow.kit import AT
from tests.referrals.workflow.relations import WORLDS, build, measure, ties_in
from tests.selection import vendor
from tests.shared_fixtures import Unchanged, shared_fixture

pytestmark = pytest.mark.both_databases("the rule of access in SQL, and row-level security under it")

NO_STEP_TAKES_THIS = {"no_such_member": 1}
#: Of the refused cells of cases that one sees one in so many is asked, of the others one in ten times as many.
ONE_SEEN_IN = {
    "referral": 79,
    "judicial": 79,
    "assessment": 79,
    "measure": 400,
    "review": 6,
    "duplicate": 39,
    "feedback": 39,
    "glass": 39,
    "alert": 9,
    "transfer": 39,
    "orientation": 39,
}
HIDDEN_ARE_RARER = 10
ONE_IN_OVER_HTTP = 9 if NIGHT else 36
#: By day one in ten of the allowed, on PostgreSQL another one: the tables themselves are compared in test_matrix.
ALLOWED_ONE_IN = 1 if NIGHT else 10
ALLOWED_FROM = 0 if NIGHT or vendor() == "sqlite" else 3
#: By day one in so many of those, through the runner; more where few are asked of a machine.
SPARSER = (
    dict.fromkeys(MACHINES, 1) if NIGHT else dict.fromkeys(MACHINES, 16) | {"duplicate": 3, "feedback": 4}
)
FOLDER = {
    "judicial": "judicial-referrals/",
    "assessment": "assessment/",
    "measure": "measures/",
    "review": "closure-reviews/",
    "duplicate": "duplicates/",
    "feedback": "feedbacks/",
    "glass": "break-glass/",
    "alert": "alerts/",
    "transfer": "transfers/",
    "orientation": "orientations/",
}


class Pair(NamedTuple):
    """Whoever has this role and this relation."""

    role: str
    relation: str


@dataclass(frozen=True)
class Cell:
    """One cell of the slices, with what the tables let the service answer; ``mark`` is the checksum of its name."""

    step: Expected
    pair: Pair
    state: str
    part_state: str
    expected: set[str]
    mark: int

    @property
    def name(self):
        return f"{self.step.machine}.{self.step.name}.{self.state}.{self.part_state}.{'.'.join(self.pair)}"

    @property
    def is_allowed(self):
        return self.expected == {cells.ALLOWED}

    @property
    def rarity(self):
        return HIDDEN_ARE_RARER if self.expected == {cells.HIDDEN} else 1

    @property
    def is_over_http(self):
        return crc32(f"http.{self.name}".encode()) % ONE_IN_OVER_HTTP == 0

    @property
    def is_through_the_runner(self):
        machine = self.step.machine
        one_in = ONE_SEEN_IN[machine] * SPARSER[machine]
        return self.is_allowed or self.mark % (one_in * self.rarity) == 0


#: With the end of a cell's name.
PAIRS = [(Pair(role, relation), f".{role}.{relation}".encode()) for role in ROLES for relation in WORLDS]


def cells_of(step):
    """Yield the cells of a step that a slice may ask: allowed triples once, refused ones by checksum."""
    seen_in = ONE_SEEN_IN[step.machine]
    shown = set()
    for state in STATES:
        for part_state in step.part_states():
            begins = crc32(f"{step.machine}.{step.name}.{state}.{part_state}".encode())
            starts = step.starts_from(state, part_state)
            for pair, ends in PAIRS:
                mark = crc32(ends, begins)
                if not starts and mark % seen_in:
                    continue
                cell = Cell(step, pair, state, part_state, expected_of(step, pair, state, part_state), mark)
                if cell.is_allowed:
                    if pair not in shown and is_asked_of_the_allowed(step, ends):
                        yield cell
                    shown.add(pair)
                elif mark % (seen_in * cell.rarity) == 0:
                    yield cell


def expected_of(step, pair, state, part_state):
    expected = cells.expected_outcomes(step, pair, state, part_state)
    # Who was asked sees a request while it waits for them; afterwards it is as if there were none.
    if step.crosses and pair.relation == RECEIVING and expected == {cells.ELSEWHERE}:
        expected = {cells.ELSEWHERE, cells.HIDDEN}
    return expected


def is_asked_of_the_allowed(step, ends):
    return crc32(ends, crc32(f"{step.machine}.{step.name}..".encode())) % ALLOWED_ONE_IN == ALLOWED_FROM


@cache
def slices():
    """Return, by machine, the cells asked through the runner and those asked over HTTP."""
    found = {machine: ([], []) for machine in MACHINES}
    for step in asked_of_a_case():
        for cell in cells_of(step):
            through_runner, over_http = found[step.machine]
            if cell.is_through_the_runner:
                through_runner.append(cell)
            if cell.is_over_http:
                over_http.append(cell)
    return found


@shared_fixture
def people(world):
    """Everybody by role and relation, each with the cases of which the slices ask."""
    asked = {(*cell.pair, cell.state) for both in slices().values() for chosen in both for cell in chosen}
    found = build(world, STATES, at=AT, asked=asked)
    return Unchanged([{Pair(one.role, one.relation): one for one in found}])


def part_row(step, one, case, part_state):
    """Save the part that the step is about, in its state; None where the step makes it."""
    if not part_state:
        return None
    if step.machine == "judicial":
        return JudicialReferral.objects.create(referral=case, state=part_state, prepared_at=AT)
    if step.machine == "assessment":
        return Assessment.objects.create(referral=case, state=part_state, opened_at=AT)
    if step.machine == "review":
        return ClosureReview.objects.create(
            referral=case, state=part_state, step="withdraw", opened_at=AT, due_at=AT
        )
    if step.machine == "duplicate":
        other = Referral.objects.exclude(pk=case.pk).order_by("pk").first()
        return DuplicateCandidate.objects.create(
            referral=case, other=other, state=part_state, kind="same", suggested_at=AT
        )
    if step.machine == "feedback":
        return FeedbackTask.objects.create(
            referral=case,
            state=part_state,
            owed_to="professional",
            opened_at=AT,
            due_at=AT,
            decided_at=AT if part_state in ("sent", "withheld") else None,
        )
    if step.machine == "glass":
        return opened(case, one, part_state)
    if step.machine == "alert":
        over = None if part_state == "open" else AT
        Referral.objects.filter(pk=case.pk).exclude(state="purged").update(alert_open=True)
        return Alert.objects.create(
            referral=case, state=part_state, cause="filed", sounded_at=AT, ended_at=over
        )
    if step.machine == "orientation":
        return orientation_in(case, part_state)
    if step.machine == "transfer":
        return transfer_row(one, case, part_state)
    executes = EXECUTING in ties_in(one.role, one.relation)
    service = one.service if executes else None
    row = measure(case, service, Child.objects.create(referral=case), at=AT, state=part_state)
    row.save(force_insert=True)
    return row


def opened(case, one, state):
    """Save an emergency opening of the one who asks: another person's is shown to those alone who review."""
    reviewed = state.startswith("reviewed")
    Referral.objects.filter(pk=case.pk).exclude(state="purged").update(glass_open=True)
    return BreakGlass.objects.create(
        referral=case, state=state, user=one.user, role=one.role, opened_at=AT, expires_at=AT + timedelta(hours=1),
        ended_at=None if state == "opened" else AT, review_due_at=AT, reviewed_at=AT if reviewed else None,
        reviewed_by=uuid4() if reviewed else None,
    )  # fmt: skip


def orientation_in(case, state):
    """Save an orientation in this state, as the database asks for it."""
    awaited = state in ("asked", "under_study")
    return Orientation.objects.create(
        referral=case, state=state, resource=a_service(case.authority), need="specialised_support",
        rules_version="m1", proposed_at=AT, asked_at=AT if awaited else None, expires_at=AT if awaited else None,
        refusal_reason="no_place" if state == "refused" else "",
    )  # fmt: skip


def transfer_row(one, case, state):
    """Save a request of 75 in this state, the one there is of the case; a person's own tie to it may be the part."""
    own = case.transfer_requests.first()
    if one.relation == RECEIVING and own is not None and own.state == state:
        return own
    case.transfer_requests.all().delete()
    return TransferRequest.objects.create(
        referral=case, state=state, reference=case.reference, authority=case.authority, ground="moved",
        channel="electronic", target=Authority.objects.get(code="75" if one.relation == RECEIVING else "59"), asked_by=uuid4(), asked_at=AT,
    )  # fmt: skip


def outcome_in_runner(step, one, case, part):
    asked = preconditions.StepRequest(
        step=steps.get(Machine(step.machine), step.name),
        referral_id=case.pk,
        part_id=part.pk if part is not None else None,
        body=NO_STEP_TAKES_THIS,
        version=case.version,
    )
    try:
        perform.perform(asked, actor=one.actor, at=AT)
    except NotVisible:
        return cells.HIDDEN
    except NotAllowed:
        return cells.FORBIDDEN
    except WrongState:
        return cells.ELSEWHERE
    except (GuardRefused, ValidationError):
        return cells.ALLOWED
    return "done"


@pytest.mark.slow("some thousand cells")
@pytest.mark.sec("SEC-AZ1")
@pytest.mark.sec("SEC-AZ3")
@pytest.mark.parametrize("machines", [MACHINES[:1], MACHINES[1:]], ids=["referral", "others"])
def test_the_runner_decides_each_cell_of_the_slice_as_the_tables_say(people, machines):
    """Each cell is rolled back, so that the same thousands of cases do for several machines."""
    for machine in machines:
        asked, wrong, moved = Counter(), [], []
        for cell in slices()[machine][0]:
            found, stayed = asked_and_rolled_back(
                cell.step, people[0][cell.pair], cell.state, cell.part_state
            )
            if not stayed:
                moved.append(cell.name)
            asked[found] += 1
            if found not in cell.expected:
                wrong.append((cell.name, sorted(cell.expected), found))

        assert wrong == []
        assert moved == []
        few = 1 if ALLOWED_ONE_IN > 1 else 5 if machine in cells.SMALL else 10
        kinds = (cells.HIDDEN, cells.FORBIDDEN, cells.ELSEWHERE, cells.ALLOWED)
        assert all(asked[kind] >= few for kind in kinds), (machine, asked)


def asked_and_rolled_back(step, one, state, part_state):
    """Return what the runner says, and whether case and part stayed as they were."""
    case = one.cases[state]
    with transaction.atomic():
        part = part_row(step, one, case, part_state)
        found = outcome_in_runner(step, one, case, part)
        after = Referral.objects.values_list("state", "version").get(pk=case.pk)
        stayed = after == (state, case.version) and not (
            part and type(part).objects.get(pk=part.pk).state != part_state
        )
        transaction.set_rollback(True)
    return found, stayed


def outcome_over_http(step, one, case, part):
    place = f"{FOLDER.get(step.machine, '')}"
    if part is not None and step.machine != "assessment":
        place += f"{part.pk}/"
    answer = Caller(one.secret).post(
        f"referrals/{case.pk}/{place}{step.name}", NO_STEP_TAKES_THIS, version=case.version, key=uuid4().hex
    )
    code = answer.json()["code"]
    found = {
        (404, "not-found"): cells.HIDDEN,
        (403, "not-allowed"): cells.FORBIDDEN,
        (409, "wrong-state"): cells.ELSEWHERE,
        (409, "guard-refused"): cells.ALLOWED,
        (400, "invalid-input"): cells.ALLOWED,
    }
    return found.get((answer.status_code, code), (answer.status_code, code))


@pytest.mark.sec("SEC-AZ2")
@pytest.mark.sec("SEC-AZ3")
@pytest.mark.sec("SEC-AZ5")
@pytest.mark.slow("hundreds of requests")
@pytest.mark.parametrize("machine", MACHINES)
def test_the_api_decides_each_cell_of_a_thinner_slice_as_the_tables_say(people, machine):
    wrong, asked = [], Counter()
    for cell in slices()[machine][1]:
        see_all()
        one = people[0][cell.pair]
        case = one.cases[cell.state]
        if not Concern.objects.filter(referral=case).exists():
            Concern.objects.create(referral=case)
            journal.new_subject(case.pk, at=AT)
        Assessment.objects.filter(referral=case).delete()
        found = outcome_over_http(cell.step, one, case, part_row(cell.step, one, case, cell.part_state))
        see_all()
        if Referral.objects.values_list("state", "version").get(pk=case.pk) != (cell.state, case.version):
            wrong.append((cell.name, "the case moved"))
        asked[found] += 1
        if found not in cell.expected:
            wrong.append((cell.name, sorted(cell.expected), found))

    assert wrong == []
    assert sum(asked.values()) >= (20 if NIGHT else 5)
