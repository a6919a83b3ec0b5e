"""The whole procedure over HTTP, played once: what holds at each of its writes (SEC-AL2 to AL5, AZ4, CR18, IN6, IN13).

Before a write is sent it is tried in every way that must change nothing; then it is sent, and what it did is looked
at. Each test says what it asks of the play. A try that fails is remembered and not made again, so that one fault fails
the test that it concerns. In a run at night every try is made at every write. By day each write crashes at its entry or
at other statements, and is sent with inner names or with any JSON in its body; of tries that are many, a fixed slice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zlib import crc32

import pytest
from django.test import override_settings

from config.closed import DOCUMENT
from outbox.models import Notice
from referrals.composition import row_history, row_signatures, sealed_cells
from referrals.notifications import recipients
from referrals.vocabulary.states import Machine
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.factories.world import World
from tests.faults.crash import FAULTS, crashing, entries, into_the_journal, quiet, state, wrecked
from tests.faults.test_crash_at_every_statement import route_of, steps_of_the_list
from tests.faults.writes import WALKED, WRITES
from tests.night import NIGHT, one_in, statements
from tests.security.bodies import operations, swept
from tests.security.needles import Canaries
from tests.security.procedure import Move, play, ready, send, walks
from tests.security.undeclared import inner_names, objects, put, refused_names
from tests.selection import vendor
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases(
    "each write of the procedure under row-level security, and what a crash leaves"
)

PART_STEPS = {runs.folder: machine for machine, runs in MACHINES.items() if runs.folder}
#: At which statements of a write it crashes: one of so many.
EVERY = statements(150 if vendor() == "sqlite" else 400)
#: Members that a case's own table must never take from a body.
NEVER_DECLARED = {"state", "version", "filed_by", "case_key", "authority"}


@dataclass
class Played:
    """What was seen on the way, and the first fault of each test by the try that showed it."""

    world: World
    met: set[str] = field(default_factory=set)
    taken: set[tuple[Machine, str]] = field(default_factory=set)
    crashes: int = 0
    unwritten: int = 0
    named: set[str] = field(default_factory=set)
    swept: int = 0
    whole: int = 0
    faults: dict[str, AssertionError] = field(default_factory=dict)

    def tries(self, rule: Callable[..., None], *given: Any) -> None:
        """Try what must hold; remember the first time that it doesn't."""
        if rule.__name__ not in self.faults:
            try:
                rule(self, *given)
            except AssertionError as fault:
                self.faults[rule.__name__] = fault

    def holds(self, rule: Callable[..., None]) -> bool:
        """Tell that what was tried held each time.

        Raises:
            AssertionError: as it was when it didn't.
        """
        if rule.__name__ in self.faults:
            raise self.faults[rule.__name__]
        return True

    def sends(self, move: Move) -> Any:
        """Send a write: a new one after it was tried in every way."""
        fresh = move.name not in self.met
        looked = fresh or NIGHT
        known = set(told().values_list("pk", flat=True)) if looked else set()
        if not fresh:
            answer = send(self.world, move)
        else:
            self.met.add(move.name)
            before = state(), entries()
            number = len(self.met)  # by day every other write is tried in each of two ways
            if NIGHT or number % 4 < 2:
                self.tries(isnt_done_without_its_entry, move, before)
            if NIGHT or number % 2 == 0:
                self.tries(takes_no_inner_name, move, before)
            if NIGHT or number % 2:
                self.tries(answers_any_body, move)
            answer = self.crashed(move, before) if NIGHT or number % 4 >= 2 else send(self.world, move)
            self.tries(is_done_with_its_entry, move, before, answer)
        parts = move.path.split("/")
        if len(parts) >= 3 and answer.status_code < 400:
            machine = PART_STEPS.get("/".join(parts[:2])) or PART_STEPS.get(parts[0])
            self.taken.add((machine or PART_STEPS.get(parts[2], Machine.REFERRAL), parts[-1]))
        if looked:
            self.tries(who_is_told_may_know, move, known)
        return answer

    def crashed(self, move: Move, before: Any) -> Any:
        """Send a write that crashes at one statement after the other, until it passes."""
        if Played.crashed.__name__ in self.faults:
            return send(self.world, move)
        # Another one of so many for each write, so that what all writes have in common crashes at each.
        first = 1 + len(self.met) % EVERY
        try:
            answer, crashed = wrecked(
                move.name, partial(ready, self.world, move), first=first, every=EVERY,
                before=None if self.faults else before[0],
            )  # fmt: skip
        except AssertionError as fault:
            self.faults[Played.crashed.__name__] = fault
            return send(self.world, move)
        self.crashes += crashed
        self.whole += 1
        return answer


def isnt_done_without_its_entry(played: Played, move: Move, before: Any) -> None:
    """Let the entry of a write fail: then nothing is done, and nothing said."""
    act = ready(played.world, move)
    with crashing(hits=into_the_journal) as crash:
        answer = act()
    assert crash.fired, move.name
    assert (answer.status_code, answer.content) == (503, DOCUMENT), (move.name, answer.content)
    assert (state(), entries()) == before, move.name
    played.unwritten += 1


def takes_no_inner_name(played: Played, move: Move, before: Any) -> None:
    """Send every field of every model where an object lies in the body; by day one place of each body has some of them."""
    if move.expect == 409:
        return
    places = list(objects(move.body))
    tried = NEVER_DECLARED | {name for name in inner_names() if len(one_in(8, [f"{move.name} {name}"]))}
    for path, inner in places if NIGHT else [places[crc32(move.name.encode()) % len(places)]]:
        extra = {name: "00000000-0000-4000-8000-000000000000" for name in tried if name not in inner}
        answer = ready(played.world, replace(move, body=put(move.body, path, inner | extra)))()
        assert answer.status_code == 400, (move.name, path, answer.content[:300])
        if path[-1:] == (
            "extra",
        ):  # answers to an authority's own questions: one sealed value, refused whole
            continue
        played.named |= refused_names(answer) & set(extra)
        assert not (set(extra) - refused_names(answer)) & NEVER_DECLARED, (move.name, path)
    assert state() == before[0], move.name


def answers_any_body(played: Played, move: Move) -> None:
    """Send any JSON in place of the body, and of the objects and lists within it."""
    if move.expect == 409 or (route := route_of(move.name)) not in operations():
        return
    # What it does is undone. That the body is looked at is told by the try of inner names.
    played.swept += swept(route, partial(ready, played.world, move), probe=False)


def is_done_with_its_entry(_played: Played, move: Move, before: Any, answer: Any) -> None:
    """Tell that a write which passed did something and wrote it down."""
    if answer.status_code < 400:
        assert state() != before[0]
        assert set(entries() - before[1]) - FAULTS, move.name


def told() -> Any:
    """Return the notices about something that somebody has."""
    see_all()
    return Notice.objects.exclude(user_id=None).exclude(subject_id=None)


def who_is_told_may_know(_played: Played, move: Move, known: set[Any]) -> None:
    """Hold whom a step tells against the rule of access: two texts."""
    new = set(told().values_list("pk", flat=True)) - known
    for user, subject, at, template in (
        told().filter(pk__in=new).values_list("user_id", "subject_id", "created_at", "template")
    ):
        assert recipients.may_be_told(user, subject, at), (move.name, template)
        see_all()


def rows_are_the_services_own(played: Played) -> None:
    """Look through the signed rows and cells: of what the service wrote itself nothing is named."""
    at = datetime.now(UTC)
    assert (sealed_cells.look(at), row_signatures.check(at), row_history.follow(at)) == (0, 0, 0)
    see_all()


@shared_fixture
def played(world):
    """The procedure, played to its ends with a marked value in every free text."""
    found = Played(world)
    with quiet(), override_settings(SMS_GATEWAY_URL="http://127.0.0.1:9/messages"):
        for number, walk in enumerate(walks(world, Canaries().say), 1):
            play(world, walk, found.sends)
            if NIGHT or number % 4 == 0:
                found.tries(rows_are_the_services_own)
    see_all()
    return found


@pytest.mark.slow("plays the procedure for all tests of this page")
def test_the_walks_take_every_step(played):
    """A new step without a move fails here; what has a runner of its own (inquiries, letters, access) is tried as writes."""
    routed = {
        (s.machine, s.name)
        for s in steps.all()
        if not s.internal
        and s.name not in ("create", "declare")
        and s.machine not in (Machine.INQUIRY, Machine.LETTER, Machine.ACCESS_REQUEST)
    }
    assert routed - played.taken == set()


@pytest.mark.slow("may be the one that plays the procedure")
@pytest.mark.sec("SEC-AL2")
@pytest.mark.sec("SEC-AL5")
def test_each_write_of_the_procedure_is_whole_or_nothing(played):
    assert played.holds(Played.crashed)
    assert played.crashes * EVERY > 1_000
    assert played.whole > 60
    assert (WALKED | steps_of_the_list()) - {route_of(name) for name in played.met} - set(WRITES) == set()


@pytest.mark.slow("may be the one that plays the procedure")
@pytest.mark.sec("SEC-AL4")
def test_no_write_of_the_procedure_is_done_without_its_entry(played):
    assert played.holds(isnt_done_without_its_entry)
    assert played.holds(is_done_with_its_entry)
    assert played.unwritten > 60


@pytest.mark.slow("may be the one that plays the procedure")
@pytest.mark.sec("SEC-AZ22")
@pytest.mark.sec("SEC-CR21")
def test_after_each_part_of_the_procedure_no_row_is_named(played):
    assert played.holds(rows_are_the_services_own)


@pytest.mark.slow("may be the one that plays the procedure")
@pytest.mark.sec("SEC-IN6")
def test_no_inner_name_is_taken_in_any_body_of_a_case(played):
    assert played.holds(takes_no_inner_name)
    assert len(played.met) > 60
    assert inner_names() - played.named == set()


@pytest.mark.slow("may be the one that plays the procedure")
@pytest.mark.sec("SEC-IN13")
def test_any_body_of_the_procedure_is_answered(played):
    assert played.holds(answers_any_body)
    assert played.swept > 75


@pytest.mark.slow("may be the one that plays the procedure")
@pytest.mark.sec("SEC-AZ4")
def test_over_the_whole_procedure_whoever_is_told_may_know_of_the_case_then(played):
    assert played.holds(who_is_told_may_know)
    templates = set(Notice.objects.values_list("template", flat=True))
    assert {
        "referral.new",
        "referral.urgent",
        "case.changed",
        "signature.asked",
        "filing.received",
    } <= templates
