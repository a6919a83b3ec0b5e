"""After a restore: which acknowledged filings are lost, by the feed and the witness file; and what a replay asks for."""

import base64
import json
import threading
from io import StringIO
from pathlib import Path

import pytest
from django.db import connection

from audit import leaf_stream
from audit.verifier import FEED_LINE
from config import backups
from config.recovery import status
from core.clock import instant
from encryption import bearer, index
from encryption.envelope import padded
from referrals.filing import feed as filing_feed
from referrals.vocabulary import formats
from tests.audit.sequenced import sequenced  # noqa: F401 - a fixture
from tests.factories.concerns import child, concern
from tests.faults.restoring import Databases
from tests.faults.test_restore import databases  # noqa: F401 - a fixture

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-FT12"),
    pytest.mark.both_databases("what each database leaves after a crash, and its own tools for copies"),
]


@pytest.fixture
def feed(tmp_path, settings):
    settings.LEAF_FEED = str(tmp_path / "leaves.log")
    settings.FILING_FEED = str(tmp_path / "filings.log")
    leaf_stream._opened.clear()
    yield Path(settings.FILING_FEED)
    leaf_stream._opened.clear()


def files(world, key, **said):
    answer = world.as_("api_119").post("referrals", concern(**said) | {"submit": True}, key=key)
    assert answer.status_code == 201, answer.content
    return answer.json()["reference"]


def recalled(databases: Databases, *words):  # noqa: F811
    return json.loads(databases.run("recall", "--json", *words))


@pytest.mark.slow("copies of both databases, read back")
def test_it_names_the_filings_that_were_acknowledged_after_the_copy_and_no_other(
    world, databases, sequenced, feed  # noqa: F811
):  # fmt: skip
    kept = files(world, "kept-of-this-test")
    sequenced.sequencer.once()
    old = databases.backup("old")
    lost = files(world, "lost-of-this-test")
    danger = files(world, "lost-too-of-this-test", danger_now="yes", danger_what="Seule dehors")
    refused = world.as_("api_119").post("referrals", {"submit": True}, key="refused-of-this-test")
    assert refused.status_code >= 400
    sequenced.sequencer.once()
    seen = sequenced.checkpoint().size
    databases.read_back("cases", old["cases"])

    named = databases.folder / "named.txt"
    named.write_text("\n".join([lost, kept.lower(), "", "R7KD-4M2X-9QPA-W", "R7KD"]))

    found = recalled(databases, "--references", str(named))

    assert {one["reference"] for one in found["filings"]} == {lost, danger}
    assert all(one["at"].endswith(":00+00:00") for one in found["filings"]), "whole minutes"
    assert {one["department"] for one in found["filings"]} == {"93"}
    assert found["named"] == 3
    assert found["entries_lost"] > 0
    assert found["witnessed"]["seen"] == seen > found["witnessed"]["held"]
    assert found["references"] == {
        lost: "lost", kept.lower(): "held", "R7KD-4M2X-9QPA-W": "unknown", "R7KD": "misheard",
    }  # fmt: skip

    databases.run("sequence", "--new-origin")
    Path(databases.folder / "shreds.log").touch()
    databases.run("replay")
    after = recalled(databases)
    assert after["filings"] == found["filings"], "it can be asked after the service is open, too"
    assert after["witnessed"] == found["witnessed"]


@pytest.mark.slow("copies of both databases, read back")
def test_the_first_refusal_of_a_replay_lists_all_that_is_missing(world, databases, sequenced, feed):  # noqa: F811
    files(world, "kept-of-this-test")
    sequenced.sequencer.once()
    old = databases.backup("old")
    files(world, "lost-of-this-test")
    sequenced.sequencer.once()
    databases.read_back("cases", old["cases"])

    said = databases.run("replay", "--ledger", str(databases.folder / "nothing"), "--journal", "x", expect=1)

    for missing in ("nothing n'existe pas", "--key", "sequence --new-origin"):
        assert missing in said
    databases.run("sequence", "--new-origin")
    Path(databases.folder / "shreds.log").touch()
    assert "Le service est ouvert." in databases.run("replay"), "after what the first refusal said"


@pytest.mark.sec("SEC-AL14")
@pytest.mark.sec("SEC-CR20")
def test_a_line_of_the_feed_says_nothing_without_the_keys(world, feed, monkeypatch):
    long = child(last_name="E" * 60)
    references = [files(world, "one-of-this-test"), files(world, "two-of-this-test", children=[long, long])]

    lines = feed.read_text().splitlines()

    assert {filing_feed.filing_in(line).reference for line in lines} == {*references}
    assert lines == sorted(lines), "in no order of arrival"
    assert feed.stat().st_mode & 0o077 == 0
    assert len({len(line) for line in lines}) == 1, "all of one length"
    assert not any(reference in feed.read_text() for reference in references)
    monkeypatch.setattr(index, "keyed", lambda *_: bytes(32))
    assert [filing_feed.filing_in(line) for line in lines] == [None, None]


def test_a_filing_that_is_rolled_back_has_no_line(world, feed, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("referrals.feedback.effects.owe", broken)
    world.as_("api_119").post("referrals", concern() | {"submit": True}, key="broken-of-this-test")

    assert not feed.exists()


@pytest.mark.sec("SEC-AL16")
def test_the_feed_of_leaf_hashes_names_no_filing(world, feed, settings):
    files(world, "one-of-this-test")

    leaves = Path(settings.LEAF_FEED).read_text().splitlines()

    assert leaves
    assert all(FEED_LINE.fullmatch(line) for line in leaves)
    assert len(feed.read_text().splitlines()) == 1


def test_a_feed_that_cannot_be_written_keeps_nobody_from_filing(world, settings, tmp_path):
    (tmp_path / "feed").mkdir()
    settings.FILING_FEED = str(tmp_path / "feed")

    files(world, "one-of-this-test")
    settings.FILING_FEED = str(tmp_path / "absent" / "filings.log")

    files(world, "two-of-this-test")
    assert [*tmp_path.rglob(".*")] == [], "no draft is left"


def test_lines_of_many_at_once_are_all_there(feed):
    told = {f"filing {number:04}{'A' * 150}\n" for number in range(40)}
    threads = [threading.Thread(target=filing_feed.tell, args=[line]) for line in told]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert feed.read_text().splitlines(keepends=True) == sorted(told)


def test_recall_reads_an_old_feed_of_leaf_hashes_that_names_filings(databases, tmp_path):  # noqa: F811
    """As written before filings had a feed of their own."""
    reference = formats.new_reference()
    plain = json.dumps([reference, "93", "2026-11-24T10:11:12.345678+00:00"]).encode()
    sealed = base64.urlsafe_b64encode(
        bearer.sealed(index.keyed("feed.filing", b""), "feed.filing", padded(plain))
    )
    old = tmp_path / "leaves-old.log"
    old.write_text(f"leaf 0b5e7d0e-0000-4000-8000-000000000000 1 {'ab' * 32}\nfiling {sealed.decode()}\n")

    found = recalled(databases, "--feed", str(old))

    assert [one["reference"] for one in found["filings"]] == [reference]
    assert found["entries_lost"] == 1


def test_a_reference_is_no_word_of_the_command(databases):  # noqa: F811
    """Everybody on the machine sees the words of a process."""
    from django.core.management import get_commands, load_command_class

    parser = load_command_class(get_commands()["recall"], "recall").create_parser("manage.py", "recall")
    assert not [one for one in parser._actions if "--reference" in one.option_strings]


def test_references_are_read_as_they_are_typed(databases, feed, monkeypatch):  # noqa: F811
    feed.touch()
    monkeypatch.setattr("sys.stdin", StringIO("R7KD\n\n R7KD-4M2X-9QPA-W \n"))

    found = recalled(databases, "--references", "-")

    assert found["references"] == {"R7KD": "misheard", "R7KD-4M2X-9QPA-W": "unknown"}


def test_without_feed_and_witness_it_says_that_nothing_can_be_known(databases, settings):  # noqa: F811
    settings.LOG_WITNESS_FILE = settings.LEAF_FEED = settings.FILING_FEED = ""

    assert "Ni flux" in databases.run("recall", expect=1)


@pytest.mark.slow("copies of both databases")
def test_each_copy_is_in_the_journal_with_its_instant(databases, world):  # noqa: F811
    assert status.last_backup("cases") is None
    before = instant().replace(microsecond=0)

    databases.backup("one")

    for part in ("cases", "keys"):
        assert status.last_backup(part) >= before
    assert status.last_rehearsal() is None
    if connection.vendor == "sqlite":
        assert (status.last_archived("cases"), status.archive_failed("cases")) == (None, False)


def test_a_restore_of_files_must_say_so_and_closes_the_service(databases, world):  # noqa: F811
    assert "--done" in databases.run("restore", "cases", expect=1)

    databases.run("restore", "cases", "--done")

    Path(databases.folder / "shreds.log").touch()
    databases.forget()
    from django.test import Client

    assert Client().get("/readyz").status_code == 503
    databases.run("replay")
    databases.forget()
    assert Client().get("/readyz").status_code == 200


def test_the_newest_copy_of_a_folder_is_taken(databases, world, tmp_path):  # noqa: F811
    with pytest.raises(backups.CopyError, match="Aucune copie"):
        backups.latest("keys", tmp_path)
