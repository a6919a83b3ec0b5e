"""A writer's counter: one number for each committed entry, none for any other."""

import hashlib
import hmac
import json
import os
import threading
from collections import defaultdict

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import events, journal, writer
from audit.errors import JournalUnavailable
from audit.models import Entry
from encryption import index
from tests.audit.conftest import NOON
from tests.audit.flush import flush_all
from tests.night import NIGHT

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.both_databases("one counter for each process"),
]

events.register("test:done")


class RolledBackError(Exception):
    """What makes a block roll back."""


def record() -> Entry:
    return journal.record("test:done", actor=None, at=NOON)


def chains() -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for one, seq in Entry.objects.order_by("writer", "writer_seq").values_list("writer", "writer_seq"):
        found[str(one)].append(seq)
    return found


def without_holes() -> bool:
    return all(numbers == list(range(1, len(numbers) + 1)) for numbers in chains().values())


# A transaction is a tree: entries, and blocks that end well or roll back, with a savepoint or without.
blocks = st.recursive(
    st.just("entry"),
    lambda inner: st.tuples(st.sampled_from(["keep", "undo", "join"]), st.lists(inner, max_size=4)),
    max_leaves=12,
)
transactions = st.lists(st.tuples(st.booleans(), st.lists(blocks, max_size=4)), max_size=6)


def play(tree) -> int:
    """Carry out a tree; return how many entries it keeps."""
    if tree == "entry":
        record()
        return 1
    how, inner = tree
    if how == "undo":
        try:
            with transaction.atomic():
                for one in inner:
                    play(one)
                raise RolledBackError
        except RolledBackError:
            return 0
    with transaction.atomic(savepoint=how == "keep"):
        return sum(play(one) for one in inner)


@pytest.mark.slow("examples of what rolls back")
@settings(
    max_examples=200 if NIGHT else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plan=transactions)
def test_whatever_rolls_back_leaves_no_hole(plan):
    """design.md: the counter advances only on commit, so that a hole means a deletion."""
    flush_all(["default"])
    connection.close()
    expected = 0
    for commits, inner in plan:
        try:
            with transaction.atomic():
                kept = sum(play(one) for one in inner)
                if not commits:
                    raise RolledBackError
            expected += kept
        except RolledBackError:
            pass

    assert Entry.objects.count() == expected
    assert len(chains()) <= 1
    assert without_holes()


@settings(
    max_examples=100 if NIGHT else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plan=transactions)
def test_inside_one_transaction_numbers_are_as_they_will_be(plan):
    """The same within an outer transaction that never commits, as most tests are."""
    flush_all(["default"])
    connection.close()
    with transaction.atomic():
        for _, inner in plan:
            for one in inner:
                play(one)
        assert without_holes()
        transaction.set_rollback(True)


def test_a_deletion_leaves_a_hole():
    """The other direction: what the counter is for."""
    for _ in range(3):
        with transaction.atomic():
            record()

    (numbers,) = chains().values()
    numbers.remove(2)

    assert numbers != list(range(1, len(numbers) + 1))


def test_a_new_connection_is_a_new_writer():
    with transaction.atomic():
        first = record()
    connection.close()
    with transaction.atomic():
        second = record()

    assert first.writer != second.writer
    assert first.writer_seq == second.writer_seq == 1


def test_each_thread_has_its_own_writer():
    """Two threads never wait for each other's counter."""
    made = []

    def act() -> None:
        try:
            for _ in range(3):
                with transaction.atomic():
                    made.append(record())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len({one.writer for one in made}) == 3
    assert without_holes()


def test_a_forked_process_is_a_new_writer(monkeypatch):
    with transaction.atomic():
        first = record()
    pid = os.getpid()
    monkeypatch.setattr(writer.os, "getpid", lambda: pid + 1)

    with transaction.atomic():
        assert record().writer != first.writer


def test_a_hook_that_fails_before_ours_does_not_stop_the_counter():
    """Django drops the hooks behind one that fails; ours stand before all others."""

    def fails() -> None:
        raise RolledBackError

    def acts() -> None:
        with transaction.atomic():
            transaction.on_commit(fails)
            record()

    with pytest.raises(RolledBackError):
        acts()
    with transaction.atomic():
        record()

    assert list(chains().values()) == [[1, 2]]


def test_a_hook_may_write_entries_of_its_own():
    def follows() -> None:
        with transaction.atomic():
            record()

    with transaction.atomic():
        transaction.on_commit(follows)
        record()
        record()

    assert list(chains().values()) == [[1, 2, 3]]


def test_the_same_number_twice_is_refused_and_the_writer_retires():
    """A count that isn't the database's any more ends that writer, not the service."""
    with transaction.atomic():
        first = record()
    writer.current(transaction.get_connection()).seq = 0

    with pytest.raises(JournalUnavailable), transaction.atomic():
        record()
    with transaction.atomic():
        second = record()

    assert (second.writer_seq, second.writer == first.writer) == (1, False)
    assert without_holes()


def test_the_mac_chains_a_writers_entries(monkeypatch):
    """Without the index key nobody can re-make an entry, or take one out of the chain."""
    monkeypatch.setattr(
        index, "keyed", lambda purpose, value: hmac.digest(b"key" + purpose.encode(), value, "sha256")
    )
    with transaction.atomic():
        record()
        record()
    with transaction.atomic():
        record()

    previous = b""
    for entry in Entry.objects.order_by("writer_seq"):
        body = json.loads(bytes(entry.body))
        claimed = bytes.fromhex(body["wmac"])
        bare = json.dumps(body | {"wmac": None}, sort_keys=True, separators=(",", ":")).encode()
        again = hmac.new(b"keyjournal.writer", previous + bare, hashlib.sha256).digest()
        assert claimed == again
        previous = claimed


def test_a_rolled_back_entry_is_not_kept_and_a_committed_one_is():
    with transaction.atomic():
        inner = None
        try:
            with transaction.atomic():
                inner = record()
                assert journal.is_committed(inner)
                raise RolledBackError
        except RolledBackError:
            assert not journal.is_committed(inner)
        outer = record()
        assert journal.is_committed(outer)

    assert journal.is_committed(outer)
