"""SEC-FI6: what the antivirus hasn't seen is served to nobody; its protocol, its faults, and what becomes of a file."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from referrals.attachments import cleanup, scanning
from referrals.models import Attachment
from referrals.vocabulary.attachments import Scan
from tests.audit.owner import written
from tests.conftest import see_all
from tests.referrals.attachments import clamd, files
from tests.referrals.attachments.conftest import row_of, stored, swept

pytestmark = [pytest.mark.sec("SEC-FI6"), pytest.mark.usefixtures("unconfined")]
NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def counterpart(settings):
    with clamd.strict() as server:
        settings.SCANNER = clamd.address(server)
        yield server


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    # A short path: the name of a socket is at most 107 bytes long.
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, clamd.real(Path(folder) / "c", most="1M") as place:
        yield place


# --- The protocol -----------------------------------------------------------------------------------------


@pytest.mark.needs("clamd")
def test_clamd_knows_the_test_file_and_lets_others_pass(settings, real):
    settings.SCANNER = real
    assert scanning.answers()
    assert scanning.verdict([b"bonjour"]) is Scan.CLEAN
    assert scanning.verdict([b""]) is Scan.CLEAN
    assert scanning.verdict([files.EICAR]) is Scan.INFECTED
    assert scanning.verdict([files.EICAR[:30], files.EICAR[30:]]) is Scan.INFECTED
    assert scanning.verdict([b"x" * 200_000 + files.EICAR]) is Scan.INFECTED
    assert scanning.verdict([b"x" * 500_000] * 3) is Scan.WAITING, "larger than clamd takes: no verdict"


@pytest.mark.needs("clamd")
def test_a_file_with_the_test_signature_is_refused_and_nothing_of_it_stays(settings, real, draft, folder):
    settings.SCANNER = real
    answer = draft.sends(files.EICAR, "note.txt")
    assert (answer.status_code, answer.json()["reason"]) == (422, "malware")
    assert stored(folder) == set()
    assert draft.reads(draft.keeps(b"bonjour", "note.txt")) == b"bonjour"
    assert draft.lists()[0]["scan"]["code"] == "clean"


def test_the_counterpart_takes_what_the_manual_says_byte_for_byte(counterpart):
    assert scanning.answers()
    assert scanning.verdict([b"abc", b"", b"d" * 200_000]) is Scan.CLEAN
    assert counterpart.came == [b"abc" + b"d" * 200_000]
    assert max(counterpart.sizes) <= 64 * 1024


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", Scan.CLEAN),
        (b"stream: Win.Test FOUND\0", Scan.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", Scan.WAITING),
        (b"stream: Can't allocate memory ERROR\0", Scan.WAITING),
        (b"stream: OK FOUND OK\0", Scan.WAITING),
        (b"stream: OK", Scan.WAITING),
        (b"UNKNOWN COMMAND\0", Scan.WAITING),
        (b"", Scan.WAITING),
        (b"x" * 100_000, Scan.WAITING),
    ],
)
def test_only_a_clear_yes_or_no_is_a_verdict(counterpart, answer, verdict):
    counterpart.answer = answer
    assert scanning.verdict([b"abc"]) is verdict


def test_a_scanner_that_never_answers_is_down(settings, monkeypatch):
    monkeypatch.setattr(scanning, "ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.SCANNER = "tcp:{}:{}".format(*silent.getsockname())
        assert scanning.verdict([b"abc"]) is Scan.WAITING
        assert not scanning.answers()


@pytest.mark.parametrize(
    "said", ["clamd", "unix:relative", "tcp:host", "tcp::3310", "http://host:1", "tcp:host:x"]
)
def test_an_address_that_isnt_one_is_said_to_be_so(said):
    with pytest.raises(ImproperlyConfigured, match="REPERE_SCANNER"):
        scanning.place(said)


def test_without_a_scanner_production_serves_nothing_and_a_trial_says_so(settings, draft):
    settings.SCANNER = ""
    settings.SERVE_UNSCANNED = False
    part = draft.keeps()
    assert draft.opens(part).status_code == 409
    settings.SERVE_UNSCANNED = True
    draft.reads(draft.keeps())
    assert [line["scan"]["code"] for line in draft.lists()] == ["waiting", "unscanned"]


# --- Quarantine -----------------------------------------------------------------------------------------


def test_while_the_scanner_is_down_nobody_is_served_and_once_it_answers_the_file_is_there(
    filed, scanner, folder
):
    cell = filed.as_("crip_coordinator")
    part = cell.keeps(files.image(), "a.jpg")
    for what in ("content", "original"):
        answer = cell.opens(part, what)
        assert (answer.status_code, answer.json()["code"]) == (409, "attachment-quarantined")
    assert len(stored(folder)) == 2, "sealed, the original with it: it is what will be scanned"
    assert cleanup.rescan(NOW) == 0, "no key is opened for a scanner that doesn't answer"
    assert not written(act="attachment:scanned")

    scanner(Scan.CLEAN)
    assert cleanup.rescan(NOW) == 1
    swept(NOW)

    assert cell.reads(part).startswith(b"\xff\xd8")
    assert row_of(part).original is None
    assert len(stored(folder)) == 1
    assert len(written(act="attachment:scanned")) == 1
    assert cleanup.rescan(NOW) == 0


def test_what_is_found_later_is_destroyed_and_the_line_says_so(filed, scanner, folder):
    cell = filed.as_("crip_coordinator")
    part = cell.keeps(evidence="true")

    scanner(Scan.INFECTED)
    assert cleanup.rescan(NOW) == 1
    swept(NOW)

    assert stored(folder) == set()
    row = row_of(part)
    assert (row.object, row.original, row.key) == (None, None, None)
    assert (cell.opens(part).status_code, cell.opens(part).json()["code"]) == (409, "attachment-not-kept")
    assert cell.lists()[0]["scan"]["code"] == "infected"


def test_evidence_that_is_found_clean_keeps_its_original(filed, scanner):
    cell = filed.as_("crip_coordinator")
    given = files.image()
    part = cell.keeps(given, "a.jpg", evidence="true")
    scanner(Scan.CLEAN)
    cleanup.rescan(NOW)
    see_all()
    assert cell.reads(part, "original") == given


def test_a_draft_in_quarantine_is_scanned_too_and_goes_on_waiting_while_it_is_submitted(draft, scanner):
    part = draft.keeps()
    assert draft.does("submit", {}, version=1).status_code == 200
    scanner(Scan.CLEAN)
    assert cleanup.rescan(NOW + timedelta(hours=1)) == 1
    see_all()
    assert draft.as_("crip_coordinator").reads(part).startswith(b"%PDF")
    assert Attachment.objects.get().scan == Scan.CLEAN


def test_files_that_never_get_a_verdict_dont_keep_the_others_waiting(filed, scanner, monkeypatch):
    monkeypatch.setattr(cleanup, "_AT_ONCE", 2)
    cell = filed.as_("crip_coordinator")
    stuck = {cell.keeps() for _ in range(2)}
    scanner(Scan.WAITING)
    monkeypatch.setattr(scanning, "answers", lambda: True)
    assert cleanup.rescan(NOW) == 0
    see_all()
    assert {str(row.pk) for row in Attachment.objects.filter(scan_tried_at=NOW)} == stuck
    later = cell.keeps()

    scanner(Scan.CLEAN)
    assert cleanup.rescan(NOW + timedelta(minutes=1)) == 1, "what was tried just now rests"
    see_all()
    assert row_of(later).scan == Scan.CLEAN
    assert cleanup.rescan(NOW + cleanup.RESTS) == 2


def test_a_file_never_tried_goes_before_those_tried_already(filed, scanner, monkeypatch):
    cell = filed.as_("crip_coordinator")
    older, newer = cell.keeps(), cell.keeps()
    Attachment.objects.filter(pk=older).update(scan_tried_at=NOW)
    monkeypatch.setattr(cleanup, "_AT_ONCE", 1)
    scanner(Scan.CLEAN)
    assert cleanup.rescan(NOW + timedelta(days=1)) == 1
    assert (row_of(older).scan, row_of(newer).scan) == (Scan.WAITING, Scan.CLEAN)


def test_one_run_begins_no_further_file_once_its_time_is_over(filed, scanner, monkeypatch):
    cell = filed.as_("crip_coordinator")
    cell.keeps(), cell.keeps()
    clock = iter([0.0, 1.0, cleanup.RUN_SECONDS + 1])
    monkeypatch.setattr(cleanup, "monotonic", lambda: next(clock))
    scanner(Scan.CLEAN)
    assert cleanup.rescan(NOW) == 1
