"""Of two steps at one moment on one version exactly one wins (SEC-AZ18, SEC-FT6).

Every pair of the steps that the cell and the filer may do from one state, each step against itself too: three hundred
races in all on PostgreSQL, a thousand at night; on SQLite, whose writers pass one by one anyway, a few. There is a pool
of cases; after a race the case is put back by hand, so that the next race finds it as the first one did.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations_with_replacement
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F

from referrals.models import Assessment, Clock, ClosureReview, HolderInformation, Referral, StepRecord
from tests.factories.concerns import concern
from tests.night import NIGHT
from tests.security.procedure import Case, filed, moment, plain, play, qualification, seeing_all, triaged

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AZ18", "SEC-FT6"),
    pytest.mark.both_databases("locks and isolation"),
]

POOL = 5

# One of two threads is woken first on a quiet machine, always; what the other is given before it, in seconds.
LEADS = (0, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016)


@dataclass(frozen=True)
class Runner:
    """Who asks for which step with what, and where it leads; whoever files names no version."""

    who: str
    step: str
    body: dict[str, Any]
    lands: str


def runners(case: Case) -> dict[str, list[tuple[Runner, Runner]]]:
    """Return, by the state from which they start, the steps that race, each as two persons would ask for it."""
    told = {
        "kind": "police",
        "with_whom": "commissariat",
        "means": "téléphone",
        "at": moment(),
        "text": "échange",
    }
    search = {"method": "by_hand", "where": "registre", "found": "no"}
    reorienting = {"reason": "Autre service", "target": "pmi", "feedback": "Transmis"}

    def of_cell(
        step: str, body: dict[str, Any], lands: str, other: dict[str, Any] | None = None
    ) -> tuple[Runner, Runner]:
        return (
            Runner("crip_coordinator", step, body, lands),
            Runner("crip_coordinator_2", step, other or body, lands),
        )

    def urgency(state: str) -> tuple[Runner, Runner]:
        up, down = {"value": "U2", "reason": "fait nouveau"}, {"value": "U0", "reason": "erreur"}
        return of_cell("set_urgency", up, state, down)

    withdrawing = Runner("filer", "withdraw", {"reason": "erreur"}, "withdrawn")
    return {
        "submitted": [of_cell("acknowledge", {"note": "vu"}, "acknowledged"), (withdrawing, withdrawing)],
        "acknowledged": [
            of_cell("start_triage", search, "triage"),
            urgency("acknowledged"),
            of_cell("log_contact", told, "acknowledged"),
        ],
        "triage": [
            of_cell("reorient", reorienting, "not_qualified"),
            of_cell("qualify", qualification(case), "qualified"),
            urgency("triage"),
            of_cell("log_contact", told, "triage"),
        ],
    }


STATES = {"submitted": 2, "acknowledged": 3, "triage": 4}  # how many steps race from each
PAIRS = sum(steps * (steps + 1) // 2 for steps in STATES.values())
#: At night a thousand races.
EACH = {"postgresql": 1 + (1_000 if NIGHT else 300) // PAIRS, "sqlite": 2}[connection.vendor]


def put_back(pk: str, state: str) -> tuple[int, int]:
    """Put a case back to where a race begins; return its version and how many steps it has on record."""
    with seeing_all():
        ClosureReview.objects.filter(referral=pk).delete()
        Assessment.objects.filter(referral=pk).exclude(state="aborted").update(state="aborted")
        Referral.objects.filter(pk=pk).update(
            state=state,
            version=F("version") + 1,
            closed_at=None,
            withdrawn_at=None,
            acknowledged_at=None,
            urgency="U1",
            urgency_ever="U1",
            left_open=False,
        )
        version = Referral.objects.values_list("version", flat=True).get(pk=pk)
        return version, StepRecord.objects.filter(referral=pk).count()


@contextmanager
def two_threads() -> Iterator[ThreadPoolExecutor]:
    """Give two threads, and close their connections at the end."""
    with ThreadPoolExecutor(2) as threads:
        try:
            yield threads
        finally:
            racing(threads, [connections.close_all] * 2)


def racing(threads: ThreadPoolExecutor, acts: list[Callable[[], Any]], lead: float = 0) -> list[Any]:
    """Do two acts at one moment, or the second ``lead`` seconds before the first."""
    gate = Barrier(2)

    def act(one: Callable[[], Any], wait: float) -> Any:
        gate.wait(timeout=60)
        time.sleep(wait)
        return one()

    return list(threads.map(act, acts, (lead, 0)))


@pytest.mark.slow("races, many times")
@pytest.mark.parametrize("state", STATES)
def test_of_two_steps_at_once_one_wins(world, state):
    pool = [Case(world, plain) for _ in range(POOL)]
    for case in pool:
        play(world, filed(case, concern()))
        if state == "triage":
            play(world, triaged(case))
    assert {name: len(steps) for name, steps in runners(pool[0]).items()} == STATES

    winners = Counter()
    with two_threads() as threads:
        for one, other in combinations_with_replacement(range(STATES[state]), 2):
            for number in range(EACH):
                case = pool[number % POOL]
                steps = runners(case)[state]
                pair = [steps[one][0], steps[other][1]][:: -1 if number % 2 else 1]
                winners[race(threads, world, case, state, pair, LEADS[number % len(LEADS)])] += 1

    assert sum(winners.values()) == EACH * STATES[state] * (STATES[state] + 1) // 2
    assert len(winners) > 1 or connection.vendor == "sqlite"


def race(threads, world, case, state, pair, lead):
    """Run one race and check what it left; return which of the two won."""
    version, before = put_back(case.pk, state)
    acts = [
        lambda one=one: world.as_(one.who).post(
            f"referrals/{case.pk}/{one.step}", one.body, version=None if one.who == "filer" else version
        )
        for one in pair
    ]

    answers = racing(threads, acts, lead)

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200, [a.content for a in answers]
    assert statuses[1] in (409, 412), [a.content for a in answers]
    won = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    winner, loser = pair[won], answers[1 - won]
    if loser.status_code == 412:
        assert loser.json()["version"] == version + 1
    with seeing_all():
        row = Referral.objects.get(pk=case.pk)
        steps = list(StepRecord.objects.filter(referral=case.pk, order__gt=before, machine="referral"))
        running = Clock.objects.filter(referral=case.pk, code="C4", stopped_at=None).count()
        informations = HolderInformation.objects.filter(referral=case.pk).count()
    assert [(s.step, s.from_state, s.to_state) for s in steps] == [(winner.step, state, winner.lands)]
    assert (row.state, row.version) == (winner.lands, version + 1)
    assert running <= 1
    assert informations == 0
    return won
