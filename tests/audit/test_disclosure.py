"""Sealed values open inside a disclosure, and a disclosure leaves an entry that names what was opened."""

import json
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from audit import events, journal
from audit.disclosure import Disclosure, disclosure, watched
from audit.errors import JournalUnavailable, OutsideTransaction
from audit.events import Purpose
from audit.models import Entry
from encryption import keys
from encryption.errors import ScopeClosed
from encryption.fields import SealedField
from encryption.sealed import OpenScope, Sealed
from tests.audit.conftest import NOON

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

events.register("test:done")


def sealed_values(count: int) -> list[Sealed]:
    """Return values of one referral, each in a row of its own."""
    authority, referral = uuid4(), uuid4()
    keys.create_authority_key(authority)
    key = keys.create_data_keys(referral, authority)["case"]
    field = SealedField(label="test.nickname", access_class="B")
    return [key.seal(field, row, "Perle").bound(row) for row in (uuid4() for _ in range(count))]


@pytest.fixture
def opening(nadia, authority_93):
    """Open a disclosure by Nadia on one referral."""

    def begin(**changed):
        named = {"actor": nadia, "purpose": Purpose.HANDLING, "at": NOON, "objects": [uuid4()]}
        return disclosure(**named | {"tenant": authority_93} | changed)

    return begin


def entries() -> list[dict]:
    return [
        json.loads(bytes(body))
        for body in Entry.objects.order_by("writer_seq").values_list("body", flat=True)
    ]


def test_one_entry_names_every_label_opened_with_counts(opening, nadia, authority_93):
    """SEC-CR2: a scope ends in an entry naming every field opened."""
    subject = uuid4()
    values = sealed_values(3)

    with opening(objects=[subject]) as scope:
        opened = [value.open(scope) for value in values]
        values[0].open(scope)

    (entry,) = entries()
    assert opened == ["Perle"] * 3
    assert entry["fields"] == {"test.nickname": 3}
    assert (entry["act"], entry["out"], entry["why"]) == ("field:opened", "allow", "handling")
    assert (entry["obj"], entry["tenant"]) == ([str(subject)], str(authority_93))
    assert entry["role"] == nadia.role


def test_the_entry_never_holds_what_was_opened(opening):
    with opening() as scope:
        sealed_values(1)[0].open(scope)

    assert b"Perle" not in bytes(Entry.objects.get().body)


def test_a_page_of_many_referrals_is_one_entry(opening):
    shown = [uuid4() for _ in range(50)]

    with opening(objects=shown, purpose=Purpose.LISTING, act="list:opened") as scope:
        for value in sealed_values(50):
            value.open(scope)

    (entry,) = entries()
    assert (len(entry["obj"]), entry["fields"], entry["act"]) == (50, {"test.nickname": 50}, "list:opened")


def test_nothing_opened_is_written_only_when_asked(opening):
    with opening():
        pass
    assert entries() == []

    with opening(always=True):
        pass
    assert [entry["fields"] for entry in entries()] == [{}]


def test_after_its_end_a_disclosure_opens_nothing(opening):
    (value,) = sealed_values(1)
    with opening() as scope:
        pass

    with pytest.raises(ScopeClosed):
        value.open(scope)
    assert entries() == []


def test_a_disclosure_made_by_hand_opens_nothing():
    """Only the context manager, which writes the entry, begins one."""
    (value,) = sealed_values(1)

    with pytest.raises(ScopeClosed):
        value.open(Disclosure(journal.record))


def test_a_disclosure_is_the_only_scope():
    ours = [scope for scope in OpenScope.__subclasses__() if not scope.__module__.startswith("tests.")]

    assert ours == [Disclosure]


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_disclosure_outside_a_transaction_is_refused(opening):
    with pytest.raises(OutsideTransaction), opening():
        pytest.fail("the block must not run")


@pytest.mark.sec("SEC-AL4")
def test_when_the_entry_cannot_be_written_the_reader_gets_nothing(opening):
    def no_entries(execute, sql, params, many, context):
        if "audit_entry" in sql:
            raise DatabaseError
        return execute(sql, params, many, context)

    (value,) = sealed_values(1)

    def read() -> str:
        with opening() as scope:
            return value.open(scope)

    with connection.execute_wrapper(no_entries), pytest.raises(JournalUnavailable):
        read()


def test_a_block_that_fails_is_written_as_failed(opening):
    """Whoever catches the error holds what was opened: the entry stays (SEC-AL2, never under-reported)."""
    (value,) = sealed_values(1)

    def read() -> None:
        with opening() as scope:
            value.open(scope)
            raise LookupError

    with pytest.raises(LookupError):
        read()

    (entry,) = entries()
    assert (entry["out"], entry["fields"]) == ("fail", {"test.nickname": 1})


def test_a_block_that_fails_before_it_opens_leaves_nothing(opening):
    def read() -> None:
        with opening(always=True):
            raise LookupError

    with pytest.raises(LookupError):
        read()

    assert entries() == []


@pytest.mark.sec("SEC-AL2")
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_read_whose_entry_was_rolled_back_is_not_answered(opening):
    """The values are still in memory: the answer is refused, not the reading."""
    (value,) = sealed_values(1)

    with watched() as watch, transaction.atomic(), transaction.atomic():
        with opening() as scope:
            value.open(scope)
        transaction.set_rollback(True)

    with pytest.raises(JournalUnavailable):
        watch.require_recorded()


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_read_whose_entry_is_committed_is_answered(opening):
    (value,) = sealed_values(1)

    with watched() as watch:
        with transaction.atomic(), opening() as scope:
            value.open(scope)
        watch.require_recorded()

    assert len(entries()) == 1


def test_a_read_in_a_transaction_that_goes_on_is_answered(opening):
    """So that tests inside an outer transaction see what production does."""
    (value,) = sealed_values(1)

    with watched() as watch:
        with opening() as scope:
            value.open(scope)
        with opening():
            pass
        watch.require_recorded()


def test_readings_of_one_request_are_not_those_of_the_next(opening):
    with watched() as first:
        pass
    with watched() as second, transaction.atomic():
        with opening() as scope:
            sealed_values(1)[0].open(scope)
        transaction.set_rollback(True)

    first.require_recorded()
    with pytest.raises(JournalUnavailable):
        second.require_recorded()


def test_notes_count_rows_not_calls(opening):
    row = UUID(int=1)
    with opening() as scope:
        scope.note("test.nickname", row, uuid4())
        scope.note("test.nickname", row, uuid4())
        scope.note("test.other", row, uuid4())
        assert scope.opened == {"test.nickname": 1, "test.other": 1}

    assert journal.is_committed(scope.entry)
