"""Refusals outlive the transaction that they end; strangers are counted, not written one by one."""

import json
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import structlog.testing
from django.db import DatabaseError, connection, transaction

from audit import events, journal
from audit.errors import JournalUnavailable
from audit.events import Outcome
from audit.models import Entry
from tests.audit.conftest import NOON, ORIGIN

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

events.register("test:done")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _no_denials_before(monkeypatch):
    monkeypatch.setattr(journal, "_anonymous", journal._AnonymousDenials())


def entries() -> list[dict]:
    found = [json.loads(bytes(body)) for body in Entry.objects.values_list("body", flat=True)]
    return sorted(found, key=lambda body: body["mono"])


@pytest.mark.sec("SEC-AL3")
def test_a_denial_is_written_although_its_transaction_rolled_back(nadia, authority_93):
    subject = uuid4()
    with transaction.atomic():
        journal.record("test:done", actor=nadia, at=NOON, objects=[subject])
        transaction.set_rollback(True)

    journal.record_refusal(actor=nadia, at=NOON, rule="not-allowed", objects=[subject], tenant=authority_93)

    (entry,) = entries()
    assert (entry["act"], entry["out"], entry["rule"]) == ("request:denied", "deny", "not-allowed")
    assert (entry["obj"], entry["tenant"]) == ([str(subject)], str(authority_93))


@pytest.mark.sec("SEC-AL3")
def test_a_failure_is_written_as_a_failure(nadia):
    journal.record_refusal(actor=nadia, at=NOON, rule="internal-error", outcome=Outcome.FAIL)

    (entry,) = entries()
    assert (entry["act"], entry["out"]) == ("request:failed", "fail")


def test_a_refusal_inside_the_refused_transaction_is_a_mistake(nadia):
    """It would roll back with it."""
    with transaction.atomic(), pytest.raises(RuntimeError):
        journal.record_refusal(actor=nadia, at=NOON, rule="not-allowed")


@pytest.mark.sec("SEC-AL4")
def test_a_refusal_that_cannot_be_written_says_so(nadia):
    def broken(execute, sql, params, many, context):
        raise DatabaseError

    with connection.execute_wrapper(broken), pytest.raises(JournalUnavailable):
        journal.record_refusal(actor=nadia, at=NOON, rule="not-allowed")


def test_a_stranger_fills_the_log_and_not_the_journal():
    """design.md, door 4: a log line each, one counted entry a minute."""
    with structlog.testing.capture_logs() as lines:
        for second in range(50):
            journal.count_anonymous_denial(
                at=NOON + timedelta(seconds=second), rule="not-signed-in", origin=ORIGIN
            )
        journal.count_anonymous_denial(at=NOON + MINUTE, rule="not-signed-in", origin=ORIGIN)

    assert [entry["n"] for entry in entries()] == [1, 50]
    assert len(lines) == 51
    assert lines[0] == {"event": "request.denied", "rid": "r-1", "rule": "not-signed-in", "log_level": "info"}


def test_a_counted_entry_names_nobody():
    journal.count_anonymous_denial(at=NOON, rule="not-signed-in", origin=ORIGIN)

    (entry,) = entries()
    assert (entry["act"], entry["out"], entry["rule"]) == ("request:denied", "deny", "anonymous")
    assert [entry[key] for key in ("actor", "ip", "ua", "rid", "tenant")] == [None] * 5


def test_what_could_not_be_written_is_counted_again():
    def broken(execute, sql, params, many, context):
        raise DatabaseError

    with connection.execute_wrapper(broken), pytest.raises(JournalUnavailable):
        journal.count_anonymous_denial(at=NOON, rule="not-signed-in")
    journal.count_anonymous_denial(at=NOON, rule="not-signed-in")

    assert [entry["n"] for entry in entries()] == [2]


def test_no_denial_is_lost_or_counted_twice_among_threads():
    denials = journal._AnonymousDenials()
    written = []

    def deny() -> None:
        written.extend(denials.due(NOON + minute * MINUTE) for minute in range(200))

    threads = [threading.Thread(target=deny) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sum(written) + denials._waiting == 800
