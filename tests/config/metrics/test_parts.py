"""What the parts say of themselves: ages, counts, ends; and no small number of cases."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from threading import Thread
from types import SimpleNamespace
from uuid import uuid4

import pytest

from audit import alarms
from audit.models import Alarm, Cosignature, LogOrigin, Refused, SequencerPass
from audit.notes import vkey
from audit.verifier import COSIGNATURE
from config.metrics import asking, judging, parts, services
from core.clock import instant
from encryption import certificates
from encryption.signing import FileSigner
from outbox.models import Channel, Notice, NoticeState, Work
from outbox.scheduler import registered
from referrals.attachments.folder import FolderStore
from referrals.errors import StoreUnavailable
from referrals.models import Child, Clock, Exclusion, Referral
from tests.audit.owner import as_owner
from tests.conftest import BOTH, see_all
from tests.factories.concerns import concern
from tests.outbox.test_webhooks import certificate

pytestmark = [
    pytest.mark.django_db(databases=BOTH),
    pytest.mark.both_databases("counts over all authorities, past row-level security"),
]


def said(ask):
    return {(name, *labels): value for name, labels, value in ask()}


@pytest.fixture
def cases(world):
    """Eleven cases of 93 and four of 75 whose deadline is over, and one of 93 with two of them."""
    for code, count in (("93", 11), ("75", 4)):
        for _ in range(count):
            body = concern() | {"submit": True}
            if code == "75":
                body["children"][0]["commune_insee"] = "75111"
            filed = world.as_("filer", code).post("referrals", body, key=uuid4().hex)
            assert filed.status_code == 201, filed.content
    see_all()
    Clock.objects.all().delete()
    now = instant()
    for pk in Referral.objects.values_list("pk", flat=True):
        for code in ("C1", "C2"):
            Clock.objects.create(
                referral_id=pk, code=code, access_class="A", statutory=True, started_at=now - timedelta(days=9),
                warn_at=now - timedelta(days=2), due_at=now - timedelta(days=1),
            )  # fmt: skip
    return {code: Referral.objects.filter(authority__code=code).count() for code in ("93", "75")}


@pytest.mark.slow("fifteen cases are filed")
@pytest.mark.sec("SEC-CF6")
def test_a_small_number_of_late_cases_is_not_told_and_no_single_case_is_seen_to_come(cases, inline):
    assert cases == {"93": 11, "75": 4}

    assert said(parts.deadlines) == {("repere_deadlines_overdue", "93"): 10}

    see_all()
    moved = Referral.objects.filter(authority__code="93").values_list("pk", flat=True)[:2]
    Clock.objects.filter(referral__in=list(moved)).update(stopped_at=instant())
    assert said(parts.deadlines) == {("repere_deadlines_overdue", "93"): 5}
    see_all()
    Clock.objects.filter(referral__authority__code="93").update(due_at=instant() + timedelta(days=1))
    assert said(parts.deadlines) == {}


@pytest.mark.slow("fifteen cases are filed")
@pytest.mark.sec("SEC-AZ4")
def test_a_reader_who_counts_learns_of_no_case_that_is_hidden(cases, inline, world):
    """At a step of the number their own exact count would differ from it."""
    see_all()
    restricted, of_child, barred, lifted, *seen = Referral.objects.filter(authority__code="93")
    Referral.objects.filter(pk=restricted.pk).update(restricted=True)
    Child.objects.filter(referral=of_child).update(restricted=True)
    for case, until in ((barred, None), (lifted, instant())):
        Exclusion(
            referral=case, user=world.user("crip_coordinator"), by=uuid4(), since_at=instant(), lifted_at=until
        ).save(force_insert=True)  # fmt: skip
    assert len(seen) == 7

    assert said(parts.deadlines) == {("repere_deadlines_overdue", "93"): 5}

    see_all()
    Clock.objects.filter(referral__in=[one.pk for one in seen[:3]]).update(stopped_at=instant())
    assert said(parts.deadlines) == {}, "four are seen, eight are late"


@pytest.mark.parametrize(("waiting", "told"), [(0, 0), (4, 0), (5, 5), (9, 5), (51, 50)])
def test_no_single_attachment_is_seen_to_come(monkeypatch, db_both, waiting, told):
    monkeypatch.setattr(type(parts.Attachment.objects.all()), "count", lambda _: waiting)

    assert said(parts.attachments) == {("repere_attachments_waiting",): told}


def test_late_cases_are_counted_by_one_statement(db_both, django_assert_num_queries):
    from django.db import connection

    around = (
        6 if connection.vendor == "postgresql" else 0
    )  # transaction, settings of the transaction, time limit
    with django_assert_num_queries(1 + around, exact=False):
        said(parts.deadlines)


def test_notices_are_told_by_channel(db_both):
    now = instant()

    def notice(channel, state, due):
        Notice.objects.create(
            channel=channel, user_id=uuid4(), template="digest", kind="digest", created_at=now, state=state,
            due_at=now + due,
        )  # fmt: skip

    notice(Channel.MAIL, NoticeState.WAITING, -timedelta(minutes=20))
    notice(Channel.MAIL, NoticeState.WAITING, timedelta(minutes=20))
    notice(Channel.CALL, NoticeState.SENT, -timedelta(minutes=1))
    notice(Channel.CALL, NoticeState.DEAD, -timedelta(days=1))
    notice(Channel.MAIL, NoticeState.DEAD, -timedelta(days=1))
    notice(Channel.APP, NoticeState.DONE, -timedelta(days=1))

    work = said(parts.work)
    counts = {key[1]: value for key, value in work.items() if key[0] == "repere_notices_waiting"}
    assert counts == {"mail": 1, "webhook": 0}, "a call is about one urgent case"
    assert work["repere_notices_oldest_seconds", "call"] >= 60
    assert 1200 <= work["repere_notices_oldest_seconds", "mail"] < 1260
    assert work["repere_notices_oldest_seconds", "webhook"] == 0
    assert said(parts.undelivered) == {
        ("repere_notices_given_up", "mail"): 1, ("repere_notices_given_up", "webhook"): 0,
    }  # fmt: skip


def test_each_piece_of_recurring_work_is_told_with_its_last_success(db_both):
    first, second = registered()[:2]
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    Work.objects.create(name=first.name, next_at=at, ran_at=at, failures=3)

    told = said(parts.work)

    assert told["repere_task_success_timestamp_seconds", first.name] == at.timestamp()
    assert told["repere_worker_seen_timestamp_seconds",] == at.timestamp()
    assert told["repere_task_failures", first.name] == 3
    assert told["repere_task_period_seconds", second.name] == second.every.total_seconds()
    assert ("repere_task_success_timestamp_seconds", second.name) not in told


def test_the_journal_tells_of_the_sequencer_though_nothing_was_signed(db_both):
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    with as_owner():
        SequencerPass.objects.create(at=at)

    told = said(parts.journal)

    assert told["repere_sequencer_seen_timestamp_seconds",] == at.timestamp()
    assert told["repere_journal_oldest_waiting_seconds",] == 0
    assert ("repere_journal_checkpoint_timestamp_seconds",) not in told


def test_a_witness_that_never_signed_is_told_of(db_both, settings, tmp_path, monkeypatch):
    """A rule can't compare with what isn't there."""
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    signer = FileSigner(tmp_path / "w.key", make=True)
    settings.LOG_WITNESSES = [
        f"https://{name}.example {vkey(name, COSIGNATURE, signer.ed25519_public())}"
        for name in ("active", "silent")
    ]
    with as_owner():
        LogOrigin.objects.create(number=1, name="one", begun_at=at)
        Cosignature.objects.create(origin=1, size=3, witness="active", line="", at=at)
    monkeypatch.setattr(parts.checkpoints, "last", lambda _: SimpleNamespace(at=at))

    told = said(parts.journal)

    assert told["repere_journal_cosigned_timestamp_seconds", "active"] == at.timestamp()
    assert told["repere_journal_cosigned_timestamp_seconds", "silent"] == 0
    lines = {
        line.part: line
        for line in judging.lines(parts.journal(), at=at + timedelta(minutes=1))
        if line.part.startswith("témoin")
    }
    assert lines["témoin active"].level is judging.Level.OK
    assert lines["témoin silent"].level is judging.Level.WARNING
    assert "jamais" in lines["témoin silent"].sentence


def test_a_refused_entry_is_an_alarm_until_it_is_settled(db_both):
    """The refused row stays for ever; without this the journal would be at fault for ever too."""
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    key = f"refused:order:{uuid4()}"
    with as_owner():
        Refused.objects.create(entry=uuid4(), leaf_hash=bytes(32), reason="order", at=at)
        alarms.raise_all([key], at=at)

    told = said(parts.journal)
    with as_owner():
        Alarm(key=key, at=at, settled_at=at + timedelta(hours=1)).save(force_update=True)
    after = said(parts.journal)

    alarmed, refused = ("repere_journal_alarms",), ("repere_journal_refused_entries",)
    assert (told[alarmed], told[refused]) == (1, 1)
    assert (after[alarmed], after[refused]) == (0, 1)


def test_the_store_is_asked_for_what_isnt_there(settings, tmp_path, monkeypatch):
    settings.OBJECT_STORE = "referrals.attachments.folder.FolderStore"
    settings.OBJECT_FOLDER = tmp_path / "not" / "yet"
    told = said(services.object_store)
    assert told["repere_object_store_up",] == 1
    assert told["repere_object_store_free_bytes",] > 0

    def out(*_):
        raise StoreUnavailable

    monkeypatch.setattr(FolderStore, "reading", out)
    with pytest.raises(StoreUnavailable):
        said(services.object_store)


def test_an_antivirus_that_is_set_and_gone_is_down_and_none_is_silent(settings, inline):
    antivirus = [one for one in parts.PARTS if one.name == "antivirus"]
    settings.SCANNER = "tcp:127.0.0.1:1"
    assert asking.read(antivirus) == [("repere_antivirus_up", (), 0.0)]
    asking.forget()
    settings.SCANNER = ""
    assert asking.read(antivirus) == []


def test_a_clock_that_a_host_keeps_is_not_asked_of_the_kernel(settings, monkeypatch):
    monkeypatch.setattr(parts.clocks, "is_synchronised", lambda: False)
    settings.CLOCK_KEPT_BY_HOST = False
    assert said(parts.clock) == {("repere_clock_synchronised",): 0}
    settings.CLOCK_KEPT_BY_HOST = True
    assert said(parts.clock) == {}


def test_copies_are_told_as_the_recovery_remembers_them(monkeypatch):
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    status = SimpleNamespace(
        last_backup=lambda name: at if name == "cases" else None,
        oldest_backup=lambda name: at if name == "keys" else None,
        last_archived=lambda _: at,
        archive_failed=lambda name: name == "keys",
        last_rehearsal=lambda: None,
    )
    monkeypatch.setattr(parts, "status", status)

    told = said(parts.copies)

    assert told["repere_backup_timestamp_seconds", "cases"] == at.timestamp()
    assert ("repere_backup_timestamp_seconds", "keys") not in told
    assert told["repere_backup_oldest_timestamp_seconds", "keys"] == at.timestamp()
    assert (told["repere_archive_failures", "cases"], told["repere_archive_failures", "keys"]) == (0, 1)
    assert ("repere_rehearsal_timestamp_seconds",) not in told


@pytest.fixture
def tls(tmp_path):
    """A server on this machine whose certificate nobody signed; returns its port and the file."""
    pem, private = certificate(tmp_path, "repere.example")
    (end,) = certificates.ends_of(pem.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                line, _ = listening.accept()
                context.wrap_socket(line, server_side=True).close()
            except ssl.SSLError:
                continue
            except OSError:
                return

    Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1], pem, end.timestamp()
    listening.close()


def test_the_end_of_a_certificate_is_read_where_people_meet_it(tls, settings):
    port, pem, end = tls
    name = "repere_certificate_expiry_timestamp_seconds"

    assert said(lambda: parts.certificate("pages", f"https://127.0.0.1:{port}")) == {(name, "pages"): end}
    assert said(lambda: parts.certificate("pages", "http://127.0.0.1:8000")) == {}
    assert said(lambda: parts.certificate("files", "")) == {}
    settings.OUTBOUND_CA_FILE = str(pem)
    assert said(parts.certificate_files)[name, "authorities-outbound"] == end


def test_the_version_is_the_projects():
    (version,) = [labels[0] for _, labels, _ in parts.build()]

    assert version.count(".") >= 2 or version[0].isdigit()
