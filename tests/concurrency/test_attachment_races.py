"""An attachment is judged or swept while somebody marks it or lays it to a complement: one waits for the other."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from time import sleep
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from core.clock import instant
from referrals.attachments import cleanup, quarantine
from referrals.models import Attachment, StoredObject
from referrals.vocabulary.attachments import Scan
from tests.journeys import bodies
from tests.referrals.attachments.conftest import (  # noqa: F401 - fixtures
    Sender,
    _made_anew,
    filed,
    folder,
    scanner,
)
from tests.referrals.attachments.test_quarantine import bars, decides, version_of
from tests.security.procedure import seeing_all

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.only_on("postgresql", "SQLite has one writer at a time"),
    pytest.mark.sec("SEC-FT6"),
    pytest.mark.both_databases("locks and isolation"),
]


def _until_it_waits_for_us(asked):
    """Return once the other thread waits for a lock of this one's transaction, or has finished without."""
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    for _ in range(1_000):
        with connection.cursor() as cursor:
            cursor.execute(waits)
            if cursor.fetchone()[0] or asked.done():
                return
        sleep(0.01)
    raise AssertionError("the other thread neither waits nor ends")


@contextmanager
def meanwhile(act):
    """Begin ``act`` in a thread of its own while the block's transaction is open; yield how its answer is had after."""

    def begin():
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            asked = []

            def start():
                asked.append(thread.submit(begin))
                _until_it_waits_for_us(asked[0])

            yield start, asked
        asked[0].result(timeout=60)


def test_a_mark_waits_for_the_verdict_that_lets_the_original_go(filed, scanner):  # noqa: F811 - the fixtures
    cell = filed.as_("crip_coordinator")
    part = cell.keeps()
    caller = filed.world.as_("crip_coordinator")
    path = f"referrals/{filed.pk}/attachments/{part}/mark"

    with meanwhile(lambda: caller.post(path, {"evidence": True}, key=uuid4().hex)) as (start, asked):
        assert cleanup._judge(part, Scan.CLEAN, instant())
        start()

    assert asked[0].result().status_code == 409, "the original is gone"
    with seeing_all():
        row = Attachment.objects.get(pk=part)
        held = set(StoredObject.objects.filter(doomed_at=None).values_list("pk", flat=True))
    assert (row.evidence, row.original) == (False, None)
    assert row.object in held


def test_a_complement_that_names_what_lapses_at_that_moment_is_refused_and_no_fault(filed):  # noqa: F811 - the fixture
    part = filed.keeps()
    said = {"text": "Précision.", "attachments": [part]}
    with meanwhile(lambda: filed.does("provide_info", said)) as (start, asked):
        assert cleanup._lapse(instant() + timedelta(hours=25)) == 1
        start()

    assert asked[0].result().status_code == 400, asked[0].result().content.decode()[:500]
    with seeing_all():
        assert not Attachment.objects.exists()


def test_a_file_that_is_destroyed_while_its_case_is_taken_over_is_destroyed_there_too(filed):  # noqa: F811 - the fixture
    """domain.md §4.6: the copy of the row that is on its way holds the same key; the destruction waits, and finds it."""
    cell, world = filed.as_("crip_coordinator"), filed.world
    part = cell.keeps()
    assert bars(cell, part).status_code == 200
    assert decides(cell, "destroy_file", part, authorities_told=True).status_code == 200
    said = bodies.transfer(world.authorities["59"])
    assert cell.does("transfer_request", said, version=version_of(cell)).status_code == 200
    accepting = world.as_("crip_coordinator", "59")
    path, version = f"referrals/{filed.pk}/transfer_accept", version_of(cell)

    with meanwhile(lambda: quarantine.destroy_condemned(instant())) as (start, asked):
        answer = accepting.post(path, {"receipt": "Reçu."}, version=version, key=uuid4().hex)
        assert answer.status_code == 200, answer.content.decode()[:500]
        start()

    assert asked[0].result() == 1
    with seeing_all():
        rows = list(Attachment.objects.all())
    assert [(row.key, row.object, row.destroyed_at is None) for row in rows] == [(None, None, False)] * 2
