"""``manage.py health``: one sentence a part, and the exit status of the worst."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from config.env import BASE_DIR
from config.metrics import asking, judging
from config.metrics.judging import Level
from config.metrics.names import BY_NAME
from config.metrics.parts import PARTS
from tests.conftest import BOTH

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOW = AT.timestamp()
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
WELL = {
    ("repere_open",): 1,
    ("repere_database_up", "cases"): 1,
    ("repere_database_up", "keys"): 1,
    ("repere_database_answer_seconds", "cases"): 0.002,
    ("repere_clock_offset_seconds", "cases"): 0.0,
    ("repere_key_service_up",): 1,
    ("repere_clock_synchronised",): 1,
    ("repere_journal_oldest_waiting_seconds",): 2.0,
    ("repere_journal_lag_limit_seconds",): 900.0,
    ("repere_journal_alarms",): 0,
    ("repere_journal_refused_entries",): 0,
    ("repere_sequencer_seen_timestamp_seconds",): NOW - 20,
    ("repere_worker_seen_timestamp_seconds",): NOW - 20,
    ("repere_task_period_seconds", "a:done"): HOUR,
    ("repere_task_failures", "a:done"): 0,
    ("repere_task_success_timestamp_seconds", "a:done"): NOW - HOUR,
    ("repere_notices_waiting", "mail"): 3,
    ("repere_notices_oldest_seconds", "mail"): MINUTE,
    ("repere_notices_given_up", "mail"): 0,
    ("repere_deadlines_overdue", "93"): 15,
    ("repere_object_store_up",): 1,
    ("repere_object_store_free_bytes",): 50 * 2**30,
    ("repere_antivirus_up",): 1,
    ("repere_attachments_waiting",): 2,
    ("repere_part_answered", "copies"): 1,
    ("repere_part_answered", "certificate-pages"): 1,
    ("repere_archive_failures", "cases"): 0,
    ("repere_backup_timestamp_seconds", "cases"): NOW - 20 * HOUR,
    ("repere_archived_timestamp_seconds", "cases"): NOW - 2 * MINUTE,
    ("repere_rehearsal_timestamp_seconds",): NOW - 10 * DAY,
    ("repere_certificate_expiry_timestamp_seconds", "pages"): NOW + 60 * DAY,
}
#: What is spoilt, and how, and whose line says so; on either side of each bound.
SPOILT = [
    ({("repere_open",): 0}, "service", Level.FAULT),
    ({("repere_database_up", "keys"): 0}, "base keys", Level.FAULT),
    ({("repere_clock_offset_seconds", "cases"): 5.1}, "base cases", Level.FAULT),
    ({("repere_clock_offset_seconds", "cases"): 4.9}, "base cases", Level.WARNING),
    ({("repere_clock_offset_seconds", "cases"): 1.9}, "base cases", Level.OK),
    ({("repere_key_service_up",): 0}, "clés", Level.FAULT),
    ({("repere_clock_synchronised",): 0}, "horloge", Level.WARNING),
    ({("repere_journal_oldest_waiting_seconds",): 299}, "journal", Level.OK),
    ({("repere_journal_oldest_waiting_seconds",): 301}, "journal", Level.WARNING),
    ({("repere_journal_oldest_waiting_seconds",): 901}, "journal", Level.FAULT),
    ({("repere_journal_alarms",): 1}, "journal", Level.FAULT),
    # A total that never falls: what of it is open is an alarm.
    ({("repere_journal_refused_entries",): 1}, "journal", Level.OK),
    ({("repere_sequencer_seen_timestamp_seconds",): NOW - 119}, "séquenceur", Level.OK),
    ({("repere_sequencer_seen_timestamp_seconds",): NOW - 121}, "séquenceur", Level.FAULT),
    ({("repere_sequencer_seen_timestamp_seconds",): None}, "séquenceur", Level.FAULT),
    ({("repere_worker_seen_timestamp_seconds",): NOW - 301}, "travaux", Level.FAULT),
    ({("repere_worker_seen_timestamp_seconds",): None}, "travaux", Level.FAULT),
    ({("repere_task_failures", "a:done"): 2}, "travaux", Level.OK),
    ({("repere_task_failures", "a:done"): 3}, "travaux", Level.WARNING),
    ({("repere_task_success_timestamp_seconds", "alerts:climbed"): NOW - 299}, "travaux", Level.OK),
    ({("repere_task_success_timestamp_seconds", "alerts:climbed"): NOW - 301}, "travaux", Level.FAULT),
    ({("repere_database_answer_seconds", "cases"): 0.49}, "base cases", Level.OK),
    ({("repere_database_answer_seconds", "cases"): 0.51}, "base cases", Level.WARNING),
    ({("repere_journal_checkpoint_timestamp_seconds",): NOW,
      ("repere_journal_cosigned_timestamp_seconds", "w"): NOW - 3601}, "témoin w", Level.WARNING),
    ({("repere_journal_checkpoint_timestamp_seconds",): NOW,
      ("repere_journal_cosigned_timestamp_seconds", "w"): 0}, "témoin w", Level.WARNING),
    ({("repere_journal_checkpoint_timestamp_seconds",): NOW - DAY,
      ("repere_journal_cosigned_timestamp_seconds", "w"): NOW - DAY}, "témoin w", Level.OK),
    ({("repere_journal_cosigned_timestamp_seconds", "w"): 0}, "témoin w", Level.OK),
    ({("repere_part_answered", "copies"): 0}, "sauvegardes", Level.WARNING),
    ({("repere_part_answered", "copies"): None}, "sauvegardes", Level.WARNING),
    ({("repere_part_answered", "certificate-pages"): 0,
      ("repere_certificate_expiry_timestamp_seconds", "pages"): None}, "certificat pages", Level.WARNING),
    ({("repere_rehearsal_timestamp_seconds",): None}, "restauration", Level.WARNING),
    ({("repere_task_success_timestamp_seconds", "a:done"): NOW - 3 * HOUR - 5 * MINUTE}, "travaux", Level.OK),
    ({("repere_task_success_timestamp_seconds", "a:done"): NOW - 3 * HOUR - 15 * MINUTE}, "travaux", Level.WARNING),
    ({("repere_notices_oldest_seconds", "mail"): 14 * MINUTE}, "courriels", Level.OK),
    ({("repere_notices_oldest_seconds", "mail"): 16 * MINUTE}, "courriels", Level.WARNING),
    ({("repere_notices_oldest_seconds", "mail"): 61 * MINUTE}, "courriels", Level.FAULT),
    ({("repere_notices_oldest_seconds", "call"): 4 * MINUTE}, "SMS et appels", Level.OK),
    ({("repere_notices_oldest_seconds", "call"): 6 * MINUTE}, "SMS et appels", Level.FAULT),
    ({("repere_notices_given_up", "mail"): 1}, "courriels", Level.WARNING),
    ({("repere_object_store_up",): 0}, "pièces jointes", Level.FAULT),
    ({("repere_object_store_free_bytes",): 4 * 2**30}, "pièces jointes", Level.WARNING),
    ({("repere_object_store_free_bytes",): 2**29}, "pièces jointes", Level.FAULT),
    ({("repere_object_store_free_bytes",): None}, "pièces jointes", Level.OK),
    ({("repere_antivirus_up",): 0}, "antivirus", Level.FAULT),
    ({("repere_attachments_waiting",): 51}, "antivirus", Level.WARNING),
    ({("repere_archive_failures", "cases"): 1}, "sauvegarde cases", Level.FAULT),
    ({("repere_archived_timestamp_seconds", "cases"): NOW - 11 * MINUTE}, "sauvegarde cases", Level.FAULT),
    ({("repere_archive_failures", "keys"): 0, ("repere_backup_timestamp_seconds", "keys"): NOW,
      ("repere_archived_timestamp_seconds", "keys"): NOW - DAY}, "sauvegarde keys", Level.OK),
    ({("repere_backup_timestamp_seconds", "cases"): NOW - 29 * HOUR}, "sauvegarde cases", Level.OK),
    ({("repere_backup_timestamp_seconds", "cases"): NOW - 31 * HOUR}, "sauvegarde cases", Level.WARNING),
    ({("repere_backup_timestamp_seconds", "cases"): NOW - 4 * DAY}, "sauvegarde cases", Level.FAULT),
    ({("repere_backup_timestamp_seconds", "cases"): None}, "sauvegarde cases", Level.WARNING),
    ({("repere_rehearsal_timestamp_seconds",): NOW - 16 * DAY}, "restauration", Level.WARNING),
    ({("repere_certificate_expiry_timestamp_seconds", "pages"): NOW + 20 * DAY}, "certificat pages", Level.WARNING),
    ({("repere_certificate_expiry_timestamp_seconds", "pages"): NOW + 6 * DAY}, "certificat pages", Level.FAULT),
    ({("repere_certificate_expiry_timestamp_seconds", "pages"): NOW - DAY}, "certificat pages", Level.FAULT),
]  # fmt: skip


def judged(changed):
    samples = [(key[0], key[1:], value) for key, value in (WELL | changed).items() if value is not None]
    return judging.lines(samples, at=AT)


def test_a_service_that_is_well_has_nothing_to_say():
    lines = judged({})

    assert judging.worst(lines) is Level.OK
    assert [line for line in lines if line.see] == []
    assert {key[0] for key in WELL} <= BY_NAME.keys()


@pytest.mark.parametrize(("changed", "part", "level"), SPOILT)
def test_each_bound_has_two_sides(changed, part, level):
    lines = judged(changed)

    assert max(line.level for line in lines if line.part == part) is level
    assert judging.worst(lines) is level
    assert bool([line for line in lines if line.see]) == (level > Level.OK)


def test_nothing_measured_is_no_good_news():
    assert judging.worst(judging.lines([], at=AT)) is Level.FAULT
    assert judging.worst([]) is Level.FAULT


def test_each_page_that_a_line_names_is_there():
    source = (BASE_DIR / "config" / "metrics" / "judging.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"(docs/[a-z-]+\.md)#([a-z-]+)"', source))

    assert len(named) >= 8
    for page, place in named:
        titles = re.findall(r"^#+ (.+)$", (BASE_DIR / page).read_text(encoding="utf-8"), re.MULTILINE)
        slugs = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
        assert place in slugs, (page, place)


@pytest.mark.django_db(databases=BOTH)
def test_it_says_the_same_in_sentences_and_as_json(inline):
    out, as_json = StringIO(), StringIO()
    for options, stream in (((), out), (("--json",), as_json)):
        asking.forget()
        with pytest.raises(SystemExit) as ended:  # no worker runs here
            call_command("health", *options, stdout=stream)
        assert ended.value.code == 2

    told = json.loads(as_json.getvalue())
    assert told["level"] == "fault"
    assert {one["part"] for one in told["parts"]} >= {"service", "base cases", "base keys", "clés", "travaux"}
    for one in told["parts"]:
        assert f"{one['part']} : " in out.getvalue()
    assert "défaut     travaux : Aucun travail n'a encore été fait" in out.getvalue()


@pytest.mark.django_db(databases=BOTH)
def test_a_service_that_is_well_ends_with_nothing(inline, monkeypatch):
    monkeypatch.setattr(asking, "read", lambda _: [(key[0], key[1:], value) for key, value in WELL.items()])
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    out = StringIO()

    call_command("health", stdout=out)

    assert all(line.startswith("ok ") for line in out.getvalue().splitlines())


@pytest.mark.slow("a process of its own")
def test_while_both_databases_are_out_it_says_so_without_a_traceback(tmp_path):
    nowhere = "postgres://login:a-password@127.0.0.1:1/name"
    environment = os.environ | {
        "REPERE_MODE": "local",
        "REPERE_STATE_DIR": str(tmp_path),
        "DATABASE_URL": nowhere,
        "KEYS_DATABASE_URL": nowhere,
    }

    ran = subprocess.run(
        [sys.executable, "manage.py", "health"], cwd=BASE_DIR, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert ran.returncode == 2, ran.stderr
    assert "base cases : La base ne répond pas" in ran.stdout
    assert "base keys : La base ne répond pas" in ran.stdout
    assert "travaux : Son état est inconnu" in ran.stdout
    assert "Traceback" not in ran.stderr
    assert "a-password" not in ran.stdout + ran.stderr


@pytest.mark.django_db(databases=BOTH)
@pytest.mark.parametrize(
    ("asked", "told"), [("copies", "sauvegardes"), ("certificate", "certificat pages")]
)  # fmt: skip
def test_what_could_not_be_asked_is_no_good_news(inline, monkeypatch, settings, asked, told):
    def out(*_):
        raise OSError

    settings.PUBLIC_ADDRESS, settings.TRAINING = "https://127.0.0.1:1", False
    if asked == "copies":
        monkeypatch.setattr("config.recovery.status.last_backup", out)
    lines = judging.lines(asking.read(PARTS), at=AT)

    (line,) = [line for line in lines if line.part == told]
    assert line.level is Level.WARNING
    assert "pas pu être lu" in line.sentence


def test_every_part_has_a_name_of_its_own():
    assert len({part.name for part in PARTS}) == len(PARTS)
