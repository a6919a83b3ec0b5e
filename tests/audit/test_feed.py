"""Each process tells the leaf hash of what it commits where the database's keeper can't reach (SEC-AL14)."""

import pytest
from django.db import transaction

from audit import events, feed, journal
from tests.audit.conftest import NOON

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL14"),
]

events.register("test:done")


def record():
    return journal.record("test:done", actor=None, at=NOON)


def line(entry) -> str:
    return f"leaf {entry.writer} {entry.writer_seq} {bytes(entry.leaf_hash).hex()}\n"


def test_what_is_committed_is_told_and_nothing_else(settings, capsys):
    settings.LEAF_FEED = "stdout"
    with transaction.atomic():
        first = record()
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    with transaction.atomic():
        second, third = record(), record()

    told = capsys.readouterr().out.splitlines(keepends=True)
    assert told[0] == line(first)
    assert sorted(told[1:]) == sorted(map(line, (second, third)))


def test_it_may_be_a_file(settings, tmp_path):
    settings.LEAF_FEED = str(tmp_path / "leaves.log")
    with transaction.atomic():
        first = record()

    assert (tmp_path / "leaves.log").read_text() == line(first)
    assert (tmp_path / "leaves.log").stat().st_mode & 0o077 == 0


def test_a_feed_that_fails_takes_nothing_back(settings, tmp_path):
    settings.LEAF_FEED = str(tmp_path / "absent" / "leaves.log")
    with transaction.atomic():
        entry = record()
    settings.LEAF_FEED = ""
    with transaction.atomic():
        after = record()

    assert after.writer_seq == entry.writer_seq + 1


def test_nobody_is_told_where_none_is_set(settings, capsys):
    settings.LEAF_FEED = ""
    with transaction.atomic():
        record()

    assert capsys.readouterr().out == ""
    assert feed.STDOUT == "stdout"
