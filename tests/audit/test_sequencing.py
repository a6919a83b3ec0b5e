"""Every committed entry gets one place, without gaps, from one leader, whatever happens meanwhile (SEC-AL8)."""

import threading
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction

from audit import appendonly, events, journal, sequencing, sequencing_lag, tree, verifier
from audit.chains import Chains
from audit.models import Checkpoint, Entry, Leaf, LogOrigin, Refused, Tile
from encryption import cache
from tests.audit.conftest import NOON
from tests.audit.keeper import change, forged, insert, unguarded
from tests.audit.sequenced import Sequenced, grown, sequenced, written

__all__ = ["sequenced"]

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.both_databases("which entries a snapshot shows"),
]
postgresql_only = pytest.mark.only_on("postgresql", "SQLite has one writer at a time")

events.register("test:done")


def places() -> list[tuple[int, bytes]]:
    rows = Leaf.objects.order_by("origin", "place").values_list("place", "leaf_hash")
    return [(place, bytes(leaf)) for place, leaf in rows]


@pytest.mark.sec("SEC-AL8")
def test_entries_get_places_in_the_order_of_their_writer(sequenced: Sequenced):
    made = written(5)

    assert sequenced.sequencer.once() == 5

    assert places() == [(number, bytes(one.leaf_hash)) for number, one in enumerate(made)]
    assert sequenced.sequencer.once() == 0


def test_batches_smaller_than_what_waits_take_it_all(sequenced: Sequenced):
    made = written(11)
    sequenced.sequencer.batch = 3

    assert sequenced.sequencer.once() == 11
    assert [leaf for _, leaf in places()] == [bytes(one.leaf_hash) for one in made]


def test_a_sequencer_that_begins_anew_goes_on_where_the_last_one_ended(sequenced: Sequenced):
    written(3)
    sequenced.sequencer.once()
    written(2)
    connection.close()  # another process, another connection

    assert sequenced.again().once() == 2
    assert [place for place, _ in places()] == [0, 1, 2, 3, 4]


def test_what_was_rolled_back_has_no_place(sequenced: Sequenced):
    with transaction.atomic():
        journal.record("test:done", actor=None, at=NOON)
        transaction.set_rollback(True)
    kept = written(1)

    sequenced.sequencer.once()

    assert places() == [(0, bytes(kept[0].leaf_hash))]


@pytest.mark.sec("SEC-AL8")
@pytest.mark.parametrize("true", [True, False], ids=["the service's", "a false one"])
def test_what_lies_below_the_mark_is_found_within_the_hour(sequenced: Sequenced, true):
    """A number of a transaction is what whoever writes the row says, and a mark proves nothing."""
    first = written(2)
    assert sequenced.sequencer.once() == 2
    column = "txid" if connection.vendor == "postgresql" else "rowid"
    if true:
        (made,) = written(1)
        change(made, **{column: -3})
        pk = made.pk
    else:
        pk = insert(forged(first[0], w=str(uuid4()), wseq=1), **{column: -3})
    written(1)
    assert sequenced.sequencer.once() == 1, "it isn't looked for there"
    assert sequencing_lag.oldest_waiting() is None
    assert sequencing_lag.oldest_waiting(whole=True) == NOON

    sequenced.sequencer.clock = lambda: NOON + timedelta(minutes=59)
    assert sequenced.sequencer.once() == 0
    sequenced.sequencer.clock = lambda: NOON + timedelta(hours=1)
    assert sequenced.sequencer.once() == int(true)

    assert Leaf.objects.filter(entry=pk).exists() is true
    assert Refused.objects.filter(entry=pk).exists() is not true
    assert sequencing_lag.oldest_waiting(whole=True) is None
    assert Leaf.objects.count() == 3 + true


@pytest.mark.sec("SEC-AL8")
def test_a_process_that_begins_trusts_no_mark_and_neither_does_the_lag(sequenced: Sequenced, settings):
    """The mark of a checkpoint that somebody wrote lies above all that waits."""
    settings.LOG_LAG_MINUTES = 15
    written(1)
    sequenced.sequencer.once()
    written(1)
    grown([verifier.leaf_hash(b"x")])
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_leaf WHERE place = 1")
        cursor.execute("UPDATE audit_checkpoint SET settled = %s", [2**40])

    late = NOON + timedelta(minutes=16)
    assert sequencing_lag.oldest_waiting() is None
    assert sequencing_lag.Gauge().is_behind(late)
    assert sequenced.again().once() == 1
    assert not sequencing_lag.Gauge().is_behind(late)


# --- Several at once ----------------------------------------------------------------------------------


def aside(act) -> threading.Thread:
    """Run on a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@postgresql_only
@pytest.mark.sec("SEC-AL8")
def test_an_entry_that_commits_after_later_ones_is_not_skipped(sequenced: Sequenced):
    """Its transaction began first, so that its number lies below those that have their places already."""
    written_down, go_on, late = threading.Event(), threading.Event(), []

    def slow() -> None:
        with transaction.atomic():
            late.append(journal.record("test:done", actor=None, at=NOON))
            written_down.set()
            go_on.wait(20)

    thread = aside(slow)
    assert written_down.wait(20)
    early = written(3)
    assert sequenced.sequencer.once() == 3
    assert sequenced.sequencer.once() == 0

    go_on.set()
    thread.join(20)

    assert sequenced.sequencer.once() == 1
    assert [leaf for _, leaf in places()] == [bytes(one.leaf_hash) for one in [*early, *late]]


@postgresql_only
@pytest.mark.sec("SEC-AL8", "SEC-FT13")
def test_two_sequencers_among_writers_give_each_entry_one_place(sequenced: Sequenced):
    stop = threading.Event()

    def sequencing_on() -> None:
        one = sequenced.again()
        one.batch = 7
        while not stop.is_set():
            one.once()
        one.once()

    writers = [aside(partial(written, 60)) for _ in range(4)]
    leaders = [aside(sequencing_on) for _ in range(2)]
    for thread in writers:
        thread.join(60)
    stop.set()
    for thread in leaders:
        thread.join(60)
    sequenced.again().once()

    assert [place for place, _ in places()] == list(range(240))
    assert {leaf for _, leaf in places()} == {
        bytes(one) for one in Entry.objects.values_list("leaf_hash", flat=True)
    }
    assert verifier.main(["verify", str(sequenced.exported()), "--key", sequenced.key(), "--strict"]) == 0


@postgresql_only
@pytest.mark.sec("SEC-FT13")
def test_a_leader_that_is_paused_can_write_nothing_once_another_one_leads(sequenced: Sequenced):
    """The lock and the places are one transaction: who loses its connection has neither."""
    written(2)
    leads, go_on, failed, backend = threading.Event(), threading.Event(), [], []

    def paused() -> None:
        try:
            with sequencing.leading() as leading:
                assert leading
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    backend.append(cursor.fetchone()[0])
                leads.set()
                go_on.wait(20)
                sequencing.integrate(sequencing.current(at=NOON), settled=0, chains=Chains(), at=NOON)
        except (OperationalError, DatabaseError) as error:
            failed.append(error)

    thread = aside(paused)
    assert leads.wait(20)
    assert sequenced.sequencer.once() == 0  # somebody leads

    with connection.cursor() as cursor:  # what the time limit of an idle transaction does
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", backend)
    assert sequenced.sequencer.once() == 2
    go_on.set()
    thread.join(20)

    assert failed
    assert [place for place, _ in places()] == [0, 1]


@postgresql_only
def test_a_leader_that_does_nothing_is_cut_off_by_the_database(sequenced: Sequenced):
    with sequencing.leading(), connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("30s",)


@postgresql_only
@pytest.mark.sec("SEC-AL7")
def test_a_request_waits_for_no_sequencer_and_takes_no_lock_of_its_own(sequenced: Sequenced):
    """An entry is written while a sequencer leads, and the only locks it holds are those of an INSERT."""
    with sequencing.leading():
        thread = aside(partial(written, 1))
        thread.join(20)
        assert not thread.is_alive()
    with transaction.atomic(), connection.cursor() as cursor:
        journal.record("test:done", actor=None, at=NOON)
        cursor.execute(
            "SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('relation', 'advisory')"
            " AND (relation IS NULL OR relation::regclass::text LIKE 'audit_%')"
        )
        assert {mode for (mode,) in cursor.fetchall()} <= {"RowExclusiveLock", "AccessShareLock"}
    assert sequenced.sequencer.once() == 2


# --- What the database itself refuses -----------------------------------------------------------------


def refused(act, match: str) -> None:
    with pytest.raises(DatabaseError, match=match), appendonly.lifted(), transaction.atomic():
        act()


@pytest.mark.sec("SEC-AL8")
def test_the_database_refuses_a_gap_between_places():
    sequencing.add_leaves(1, 0, [(None, bytes(32)), (None, bytes(32))])

    refused(lambda: sequencing.add_leaves(1, 3, [(None, bytes(32))]), "no gap")
    refused(lambda: sequencing.add_leaves(2, 1, [(None, bytes(32))]), "no gap")
    refused(lambda: sequencing.add_leaves(1, 1, [(None, bytes(32))]), "append-only|duplicate")
    assert tree.size_of(1) == 2


def test_the_database_refuses_two_places_for_one_entry():
    (made,) = written(1)
    sequencing.add_leaves(1, 0, [(made.pk, bytes(32))])

    refused(lambda: sequencing.add_leaves(1, 1, [(made.pk, bytes(32))]), "append-only|duplicate")


def head(size: int, origin: int = 1, root: bytes = b"") -> None:
    Checkpoint.objects.create(origin=origin, size=size, root=root, at=NOON, note=b"", settled=0, cluster=0)


@pytest.mark.sec("SEC-AL10")
def test_the_database_refuses_a_second_root_a_smaller_tree_and_an_older_origin():
    LogOrigin.objects.create(number=1, name="one", begun_at=NOON)
    sequencing.add_leaves(1, 0, [(None, bytes(32))] * 3)
    sequencing.add_leaves(2, 0, [(None, bytes(32))])
    head(2)

    refused(lambda: head(2, root=b"other"), "only goes forward|append-only|duplicate")
    refused(lambda: head(1), "only goes forward")
    refused(lambda: head(4), "only goes forward")  # more than there are places
    refused(lambda: head(1, origin=2), "only goes forward")  # an origin that never began
    LogOrigin.objects.create(number=2, name="two", begun_at=NOON)
    refused(lambda: head(3), "only goes forward")
    head(1, origin=2)


@pytest.mark.sec("SEC-AL6")
@pytest.mark.parametrize(
    "table", ["audit_logorigin", "audit_leaf", "audit_tile", "audit_checkpoint", "audit_cosignature"]
)
@pytest.mark.parametrize("verb", ["UPDATE {} SET origin = 5", "DELETE FROM {}"])
def test_rows_of_the_tree_never_change_and_never_go(table, verb):
    LogOrigin.objects.create(number=1, name="one", begun_at=NOON)
    sequencing.add_leaves(1, 0, [(None, bytes(32))])
    Tile.objects.create(origin=1, level=0, number=0, hashes=b"", root=b"")
    head(1)
    tree_model = "audit_logorigin"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_cosignature (origin, size, witness, line, at) VALUES (1, 1, 'w', 'l', %s)",
            [NOON],
        )
    sql = verb.format(table).replace("origin = 5", "number = 5" if table == tree_model else "origin = 5")

    refused(lambda: connection.cursor().execute(sql), "append-only")


@pytest.mark.sec("SEC-AL6")
@pytest.mark.only_on("sqlite", "SQLite alone replaces rows at an insert")
@pytest.mark.parametrize("table", ["audit_logorigin", "audit_leaf", "audit_tile", "audit_checkpoint"])
def test_an_insert_replaces_no_row_of_the_tree(table):
    LogOrigin.objects.create(number=1, name="one", begun_at=NOON)
    sequencing.add_leaves(1, 0, [(None, bytes(32))])
    Tile.objects.create(origin=1, level=0, number=0, hashes=b"", root=b"")
    head(1)

    sql = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"  # noqa: S608 - a table's name
    refused(lambda: connection.cursor().execute(sql), "append-only|only goes forward")


# --- Who may ------------------------------------------------------------------------------------------


@postgresql_only
@pytest.mark.sec("SEC-AL6", "SEC-CF2")
@pytest.mark.parametrize(
    ("role", "sql"),
    [
        ("repere_app", "INSERT INTO audit_leaf (origin, place, leaf_hash) VALUES (1, 0, '')"),
        ("repere_app", "INSERT INTO audit_checkpoint SELECT * FROM audit_checkpoint"),
        ("repere_app", "SELECT body FROM audit_entry"),
        ("repere_app", "SET ROLE repere_sequencer"),
        ("repere_auditor", "INSERT INTO audit_logorigin (number, name) VALUES (1, 'x')"),
        ("repere_sequencer", "INSERT INTO audit_entry SELECT * FROM audit_entry"),
        ("repere_sequencer", "UPDATE audit_leaf SET place = 1"),
        ("repere_sequencer", "DELETE FROM audit_tile"),
        ("repere_sequencer", "TRUNCATE audit_checkpoint"),
        ("repere_sequencer", "SELECT * FROM audit_actorpseudonym"),
        ("repere_sequencer", "SELECT * FROM referrals_referral"),
    ],
)
def test_each_role_may_do_its_own_part_only(role, sql):
    with transaction.atomic(), connection.cursor() as cursor:
        # As a login that is nobody else: a superuser could take any role back.
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {role}")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute(sql)
        cursor.execute("RESET SESSION AUTHORIZATION")


@postgresql_only
@pytest.mark.sec("SEC-AL6")
def test_the_sequencers_role_is_enough_to_build_the_tree(sequenced: Sequenced, settings):
    made = written(2)
    settings.DATABASE_ROLE = "repere_sequencer"
    connections.close_all()
    cache.forget_all()  # it reads the index key itself, as this role
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION AUTHORIZATION repere_sequencer")
    try:
        assert sequenced.sequencer.once() == 2
        assert (
            verifier.main(["verify", str(sequenced.exported()), "--key", sequenced.key(), "--complete"]) == 0
        )
    finally:
        settings.DATABASE_ROLE = ""
        connections.close_all()
    assert [leaf for _, leaf in places()] == [bytes(one.leaf_hash) for one in made]
