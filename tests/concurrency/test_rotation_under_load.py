"""SEC-CR10: every key above the cases is replaced while other processes read and file; nothing fails, nothing is left.

The readers are processes of their own (``tests/forked.py``): each has its own memory of keys, as workers have.
"""

import json
import os
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections

from accounts.actor import SYSTEM
from core.clock import instant
from encryption import index, rotation
from encryption.cache import forget_all
from encryption.models import Kind, WrappedKey
from referrals.access.row_level_security import for_the_service
from referrals.duplicates import rekeying
from referrals.duplicates import tasks as duplicates_tasks
from referrals.matching import candidates
from referrals.models import Referral
from referrals.workflow.case import Case
from tests import forked
from tests.concurrency.reading import GO, STOP, work
from tests.factories.concerns import concern
from tests.faults.test_killed_server import ROOT, address
from tests.night import NIGHT, some
from tests.security.procedure import seeing_all

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-CR10"),
    pytest.mark.real_clock("when a key was replaced is told by the database's clock"),
    pytest.mark.both_databases("locks and isolation"),
]
CASES = 12 if NIGHT else 9
#: How many things each process does beside each step of a replacement.
TIMES = 5 if NIGHT else 1


def later():
    """When a retired key has rested, and every process knows the new one."""
    return instant() + max(rotation.REST, rekeying.KNOWN_AFTER) + timedelta(seconds=1)


@pytest.fixture
def cases(world):
    filer, cell = world.as_("filer"), world.as_("crip_coordinator")
    made = [
        filer.post("referrals", concern() | {"submit": True}, key=uuid4().hex).json()["id"]
        for _ in range(CASES)
    ]
    for pk in made[
        ::2
    ]:  # read, so acknowledged: under the authority's key; the others stay sealed to its pair
        assert cell.get(f"referrals/{pk}").status_code == 200
    return made


@contextmanager
def processes(tmp_path, *commands):
    """Begin processes; give how to do something while each of them does something, too, and fails at nothing."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": address("default"),
        "KEYS_DATABASE_URL": address("keys"),
        "REPERE_DATABASE_ROLE": settings.DATABASE_ROLE,
        "REPERE_KEY_FILE": str(settings.KEY_FILE),
        "REPERE_SECRET_KEY": settings.SECRET_KEY,
        "REPERE_STATE_DIR": str(tmp_path),
    }
    running = [begun(environment, *command) for command in commands]

    def during(act, *given, **options):
        for _, go, _ in running:
            os.write(go, GO * TIMES)
        found = act(*given, **options)
        for _, _, said in running:
            assert [said.readline() for _ in range(TIMES)] == ["done\n"] * TIMES
        return found

    try:
        for _, _, said in running:
            assert said.readline() == "ready\n"
        yield during
    finally:
        for _, go, _ in running:
            os.write(go, STOP)
        ended = [(os.waitpid(child, 0)[1], said.read()) for child, _, said in running]
        for _, go, said in running:
            os.close(go)
            said.close()
    for status, text in ended:
        assert (status, json.loads(text)) == (0, {"failed": []})


def begun(environment, *command):
    """Begin a process; return its number, where it is told, and where it speaks."""
    (told, go), (heard, says) = os.pipe(), os.pipe()
    child = forked.begin(partial(work, told, *command), env=environment, cwd=ROOT, streams=(0, says, says))
    os.close(told)
    os.close(says)
    return child, go, os.fdopen(heard, encoding="utf-8")


def roots(*versions):
    # Replaced whole: of a file written in place a process beside would read the half.
    draft = settings.KEY_FILE.with_suffix(".new")
    draft.write_text("".join(f"{number} {number:064x}\n" for number in versions))
    draft.chmod(0o600)
    draft.replace(settings.KEY_FILE)


def finished():
    """What the report must say before an old key is destroyed: nothing uses it."""
    found = rotation.report()
    assert found.unfinished() == []
    destroyed, kept = rotation.destroy_retired(at=later())
    assert kept == []
    return destroyed


@pytest.fixture
def own_root(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "KEY_FILE", tmp_path / "root.key")
    roots(1)


@pytest.mark.slow("keys replaced under load")
def test_every_key_is_replaced_under_load_and_no_reading_fails(own_root, world, cases, tmp_path):
    authority = world.authorities["93"].pk
    reads = [world.secrets["93", "crip_coordinator"], "read", *cases]
    first = set(WrappedKey.objects.filter(wrapped_by=None).values_list("pk", flat=True))

    with processes(tmp_path, reads, [reads[0], "read", *reversed(cases)]) as during:
        for _ in range(2 if NIGHT else 1):
            for kind, owner in ((Kind.AUTHORITY, authority), (Kind.INTAKE, authority)):
                during(rotation.begin, kind, owner)
                batches = rotation.carry_over(kind, owner, batch=3)
                while batch := during(next, batches, None):
                    assert batch.unreadable == ()
                assert len(during(finished)) >= 1
        during(rotation.begin, Kind.LIKENESS)
        while during(rekeying.rekey, later(), limit=5):
            pass
        assert len(during(finished)) == 1
        during(roots, 1, 2)
        batches = rotation.rewrap_roots(batch=1)
        while batch := during(next, batches, None):
            assert batch.unreadable == ()
        assert set(rotation.report().roots) == {(1, 2)}, "nothing uses the old root"
        during(roots, 2)

    assert not first & set(
        WrappedKey.objects.filter(kind=Kind.AUTHORITY, owner=authority).values_list("pk", flat=True)
    )


@pytest.mark.slow("keys replaced under load")
def test_filings_go_on_while_the_pair_and_the_authoritys_key_are_replaced(own_root, world, cases, tmp_path):
    """A process that still knows the old pair seals to it; what it sealed is carried over by the next run."""
    authority = world.authorities["93"].pk

    with processes(tmp_path, [world.secrets["93", "filer"], "file"]) as during:
        for kind in (Kind.INTAKE, Kind.AUTHORITY):
            during(rotation.begin, kind, authority)
            batches = rotation.carry_over(kind, authority, batch=3)
            while during(next, batches, None):
                pass
    for kind in (Kind.INTAKE, Kind.AUTHORITY):  # what came late, from memories that are over now
        list(rotation.carry_over(kind, authority))
    assert finished()

    forget_all()
    cell = world.as_("crip_coordinator")
    with seeing_all():
        filed = list(Referral.objects.values_list("pk", flat=True))
    assert len(filed) > CASES
    for pk in filed:
        assert cell.get(f"referrals/{pk}").json()["children"][0]["last_name"] == "Exemple"


# --- The key of the index of likeness -------------------------------------------------------------------


def bare(count):
    """Cases whose values are under the key in use, by number."""
    with seeing_all():
        now = index.likeness_keys()[0]
        return Referral.objects.filter(index_key=now).count() == count


@pytest.mark.slow("keys replaced under load")
@pytest.mark.parametrize("killed_after", some(range(0, CASES, 5), "killed after", 2))
def test_another_index_key_broken_off_anywhere_is_gone_on_with(world, cases, killed_after):
    old = index.likeness_keys()[0]
    rotation.begin(Kind.LIKENESS)
    assert rekeying.rekey(instant()) == 0, "not before every process knows the new key"

    assert rekeying.rekey(later(), limit=killed_after) == killed_after
    forget_all()
    assert bare(killed_after)
    assert rotation.destroy_retired(at=later())[0] == [], "something still stands under the old one"
    while rekeying.rekey(later(), limit=4):
        pass

    assert bare(CASES)
    assert [use.id for use in finished()] == [old]


@pytest.mark.slow("keys replaced under load")
def test_what_resembles_is_found_at_every_moment_of_the_replacement(world, cases):

    def found():
        forget_all()
        with for_the_service():
            case = Case(Referral.objects.get(pk=cases[0]), actor=SYSTEM, at=instant())
            size = candidates.size_of(case.authority_id)
            with duplicates_tasks.opened_in(size, [case.pseudonym], case.at) as entries:
                matches, _cut = duplicates_tasks.compared(case, size, entries)
                return {one.referral.pk for one in matches}

    before = found()
    assert len(before) >= 8  # of so many that are alike, those that are opened first
    rotation.begin(Kind.LIKENESS)
    assert found() == before
    while rekeying.rekey(later(), limit=5):
        assert found() == before
    finished()

    assert found() == before


@pytest.mark.slow("keys replaced under load")
def test_a_lost_index_key_is_replaced_and_all_is_made_anew(world, cases):
    WrappedKey.objects.filter(kind=Kind.LIKENESS).update(commitment=bytes(32))
    forget_all()

    assert rekeying.rekey(later()) == CASES
    assert bare(CASES)
    connections.close_all()
