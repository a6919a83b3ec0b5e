"""What the service didn't write gets no place, and holds up nobody (SEC-AL21)."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from structlog.testing import capture_logs

from audit import (
    canonical,
    events,
    exporting,
    health,
    journal,
    sequencing,
    sequencing_lag,
    tree,
    verifier,
    writer,
)
from audit.chains import Reason
from audit.errors import JournalUnavailable
from audit.models import Alarm, Entry, Leaf, Refused
from encryption import index
from encryption.errors import KeysUnavailable
from tests.audit.conftest import NOON
from tests.audit.keeper import body_of, change, delete, forged, insert, unguarded
from tests.audit.sequenced import Sequenced, sequenced, written

__all__ = ["sequenced"]

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL21"),
    pytest.mark.both_databases("what each login can put into the table"),
]
events.register("test:done")


def placed() -> list[UUID]:
    return list(Leaf.objects.order_by("origin", "place").values_list("entry", flat=True))


def refused() -> dict[UUID, str]:
    return dict(Refused.objects.values_list("entry", "reason"))


def pks(entries: list[Entry]) -> list[UUID]:
    return [one.pk for one in entries]


# --- Before their places: by the service's login, triggers on -----------------------------------------


def invented(real: list[Entry]) -> UUID:
    return insert(forged(real[-1], w=str(uuid4()), wseq=1))


def invented_late(real: list[Entry]) -> UUID:
    return insert(forged(real[-1], w=str(uuid4()), wseq=7))


def next_number(real: list[Entry]) -> UUID:
    return insert(forged(real[-1], wseq=real[-1].writer_seq + 1))


def copied_mac(real: list[Entry]) -> UUID:
    """The MAC of the last one, over other bytes, after the one that it follows."""
    return insert(forged(real[-1], out="deny"), writer_seq=99)


def copied_whole(real: list[Entry]) -> UUID:
    """Every byte as it was, in a row of its own."""
    return insert(bytes(real[-1].body), id=uuid4(), writer=uuid4())


def backdated(real: list[Entry]) -> UUID:
    """Under the number of an earlier transaction: beneath all that the sequencer looks at."""
    column = "txid" if connection.vendor == "postgresql" else "rowid"
    return insert(forged(real[-1], w=str(uuid4()), wseq=1), **{column: 3 if column == "txid" else -5})


def no_entry(real: list[Entry]) -> UUID:
    body = forged(real[-1], w=str(uuid4()), wseq=1)
    return insert(body, body=b"\x00" * 40, leaf_hash=bytes(32))


def too_large(real: list[Entry]) -> UUID:
    body = forged(real[-1], w=str(uuid4()), wseq=1)
    return insert(body, body=b" " * 9_000 + body)


FORGED = {
    "an invented writer": (invented, Reason.MAC),
    "an invented writer's seventh": (invented_late, Reason.CHAIN),
    "the next number of a real one": (next_number, Reason.MAC),
    "a copied MAC": (copied_mac, Reason.MAC),
    "a copy of the whole": (copied_whole, Reason.TAKEN),
    "no entry at all": (no_entry, Reason.FORM),
    "more than an entry holds": (too_large, Reason.FORM),
}


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("when", ["in one batch", "in a later one", "by another process"])
def test_what_the_service_didnt_write_is_set_apart_and_holds_up_nobody(
    sequenced: Sequenced, ines, name, when
):
    forge, reason = FORGED[name]
    real = written(3)
    passing = sequenced.sequencer
    if when != "in one batch":
        passing.once()
    if when == "by another process":
        passing = sequenced.again()
    false = forge(real)
    if name == "the next number of a real one":
        with pytest.raises(JournalUnavailable), transaction.atomic():
            journal.record("test:done", actor=None, at=NOON)
    after = written(2)

    with capture_logs() as said:
        passing.once()

    assert placed() == pks([*real, *after])
    assert refused() == {false: reason}
    assert ("journal:alarm", "refused") in {(one["event"], one.get("code")) for one in said}
    assert Alarm.objects.get().key == f"refused:{reason}:{false}"
    assert sequencing_lag.oldest_waiting() is None, "what is set apart is no lag"
    assert passing.once() == 0
    with transaction.atomic():
        stands = health.health(actor=ines, at=NOON)
    assert [(one.entry, one.reason) for one in stands.refused] == [(false, reason)]
    folder = sequenced.exported()
    leaf = bytes(Refused.objects.get().leaf_hash).hex()
    (kept,) = (folder / "refused").iterdir()
    body = bytes(Entry.objects.get(pk=false).body)
    assert kept.name == leaf
    assert kept.read_bytes() == (body if len(body) <= 8_192 else b"")


def test_a_writer_whose_number_was_taken_goes_on_as_another_one(sequenced: Sequenced):
    real = written(1)
    next_number(real)
    with pytest.raises(JournalUnavailable), transaction.atomic():
        journal.record("test:done", actor=None, at=NOON)

    (after,) = written(1)

    assert (after.writer == real[0].writer, after.writer_seq) == (False, 1)
    sequenced.sequencer.once()
    assert placed() == pks([*real, after])


def test_a_writer_that_lived_a_day_gives_way_to_another(monkeypatch):
    """Whoever follows it is checked by its last entry, which so is never pruned by then."""
    first, second = written(2)
    monkeypatch.setattr(writer, "monotonic", lambda: writer.LIFE_SECONDS * 10)
    with transaction.atomic():
        third = [journal.record("test:done", actor=None, at=NOON) for _ in range(2)]

    assert first.writer == second.writer != third[0].writer == third[1].writer
    assert [one.writer_seq for one in third] == [1, 2]


# --- Before their places: by the owner, triggers off --------------------------------------------------


def test_bytes_that_were_changed_with_their_hash_are_set_apart(sequenced: Sequenced):
    first, second, third = written(3)
    body = body_of(second, out="deny")
    change(second, body=body, leaf_hash=canonical.leaf_hash(body))

    sequenced.sequencer.once()

    assert placed() == pks([first, third])
    assert refused() == {second.pk: Reason.MAC}


@pytest.mark.parametrize("batch", [1, 2_000])
def test_what_follows_a_deleted_entry_is_set_apart_and_the_rest_goes_on(sequenced: Sequenced, batch):
    """Its MAC covers one that is gone. What follows it proves the MAC that it bears, and stands."""
    entries = written(5)
    sequenced.sequencer.batch = batch
    delete(entries[1])

    sequenced.sequencer.once()

    assert refused() == {entries[2].pk: Reason.CHAIN}
    assert placed() == pks([entries[0], *entries[3:]])


def test_a_false_entry_in_the_place_of_a_deleted_one_breaks_no_chain(sequenced: Sequenced):
    entries = written(3)
    body = forged(entries[1], act="test:done", out="deny")  # its MAC is the deleted one's
    delete(entries[1])
    false = insert(body)

    sequenced.sequencer.once()

    assert refused() == {false: Reason.MAC}
    assert placed() == pks([entries[0], entries[2]])


def test_claims_on_a_number_make_nobody_wait(sequenced: Sequenced):
    """Many rows that say they are the one before: the true one is found all the same, in the batch or in the table."""
    first = written(1)[0]
    sequenced.sequencer.once()
    false = [insert(forged(first), writer_seq=50 + n) for n in range(3)]
    after = written(2)

    sequenced.again().once()

    assert placed() == pks([first, *after])
    assert refused().keys() == set(false)


def test_two_rows_with_the_bytes_of_one_get_one_place(sequenced: Sequenced):
    """The owner changes the columns of the true one, and puts a copy beside it."""
    (entry,) = written(1)
    change(entry, writer_seq=40)
    copy = insert(bytes(entry.body), id=uuid4(), writer_seq=41)

    sequenced.sequencer.once()

    assert placed() == [entry.pk]
    assert refused() == {copy: Reason.TAKEN}


# --- What it must not do ------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 2, 2_000])
def test_chains_are_followed_over_batches_processes_and_connections(sequenced: Sequenced, batch):
    entries = written(3)
    sequenced.sequencer.batch = batch
    sequenced.sequencer.once()
    entries += written(2)
    sequenced.again().once()
    connection.close()
    with transaction.atomic():
        journal.record("test:done", actor=None, at=NOON)
        transaction.set_rollback(True)
    entries += written(3)
    sequenced.sequencer.once()

    assert placed() == pks(entries)
    assert not Refused.objects.exists()
    assert not Alarm.objects.exists()


def test_without_its_key_no_place_is_given_and_filing_goes_on(sequenced: Sequenced, monkeypatch, settings):
    settings.LOG_LAG_MINUTES = 15
    entries = written(2)
    keyed = index.keyed

    def away(*_: object, **__: object) -> bytes:
        raise KeysUnavailable

    monkeypatch.setattr(canonical.index, "keyed", away)
    with pytest.raises(KeysUnavailable):
        sequenced.sequencer.once()
    assert placed() == []
    assert sequencing_lag.Gauge().is_behind(NOON + timedelta(minutes=16)), "reading closes"

    monkeypatch.setattr(canonical.index, "keyed", keyed)
    assert sequenced.sequencer.once() == 2
    assert placed() == pks(entries)


def test_an_untouched_log_names_nothing(sequenced: Sequenced, ines):
    written(4)
    sequenced.sequencer.once()

    with transaction.atomic():
        stands = health.health(actor=ines, at=NOON)

    assert (stands.refused_count, stands.refused, stands.alarms) == (0, (), ())
    assert not (sequenced.exported() / "refused").exists()
    assert verifier.main(["verify", str(sequenced.exported()), "--key", sequenced.key(), "--strict"]) == 0


def test_what_is_set_apart_never_changes_and_is_no_services_to_write(sequenced: Sequenced):
    invented(written(1))
    sequenced.sequencer.once()

    for sql in ("DELETE FROM audit_refused", "UPDATE audit_refused SET reason = 'x'"):
        with pytest.raises(Exception, match=r"append-only|not authorized"), transaction.atomic():
            connection.cursor().execute(sql)


def test_an_authoritys_export_names_it_and_shows_it_to_its_own_alone(
    sequenced: Sequenced, authority_93, authority_75
):
    with transaction.atomic():
        real = journal.record("test:done", actor=None, at=NOON, tenant=authority_93)
    false = insert(forged(real, w=str(uuid4()), wseq=1))
    sequenced.sequencer.once()
    body = bytes(Entry.objects.get(pk=false).body)

    def files(authority: UUID) -> dict[str, bytes]:
        def bodies(entries):
            rows = Entry.objects.filter(pk__in=entries, tenant=authority)
            return {one.pk: bytes(one.body) for one in rows}

        with sequencing.reading():
            return dict(exporting.latest(bodies, origin=tree.newest()).files())

    name = f"refused/{canonical.leaf_hash(body).hex()}"
    assert files(authority_93)[name] == body
    assert files(authority_75)[name] == b""
    with unguarded() as cursor:  # what was set apart is changed afterwards
        cursor.execute(
            "UPDATE audit_entry SET body = %s WHERE act = 'test:done'", [json.dumps({"x": 1}).encode()]
        )
    assert files(authority_93)[name] == b""
