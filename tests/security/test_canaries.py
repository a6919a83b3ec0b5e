"""SEC-CR18: planted values are found nowhere outside the sealed fields.

The whole procedure is walked with a marked value in every free text; then databases, their files and dumps, logs,
answers, errors, mails, the cache, the journal's export, the feed of its hashes, its witness, the list of what was
shredded, the metrics of all these requests, what health says, and every file that the service left are searched for the
mark in every encoding. Reports of faults and traces: ``tests/config/reporting``.
"""

import base64
import logging
import os
import pickle
import shutil
import subprocess
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.apps import apps
from django.core import mail
from django.core.cache import caches
from django.core.management import call_command
from django.db import connections
from django.test import Client

from audit import erasure_ledger
from config import env
from config.logs import Line
from core.clock import instant
from encryption.fields import SealedField
from outbox import delivery
from outbox.models import Notice
from referrals.access_requests import copies
from referrals.conflicts_of_interest.tasks import begin as begin_comparing
from referrals.conflicts_of_interest.tasks import compare as compare_ties
from referrals.duplicates.tasks import keep_index, search_duplicates
from referrals.exports.tasks import make_due
from referrals.models import (
    AccessPart,
    AccessRedaction,
    AccessRequest,
    Assessment,
    Assignment,
    Inquiry,
    Referral,
    RotaShift,
)
from tests.audit.owner import as_owner
from tests.audit.sequenced import sequenced  # noqa: F401 - a fixture
from tests.factories.concerns import concern
from tests.faults.crash import crashing
from tests.faults.writes import ANSWERED, INQUIRY_STEPS, PAPERS, AccessDesk, Session, question_of
from tests.night import NIGHT
from tests.outbox.conftest import counterpart, gateway  # noqa: F401 - fixtures
from tests.referrals.access_requests.desk import readers_of
from tests.referrals.attachments.conftest import Sender
from tests.referrals.letters.conftest import Full
from tests.security.needles import MARK, Canaries, forms, hits
from tests.security.procedure import play, ready, seeing_all, send, walks
from tests.web.visiting import Visitor

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-CR18"),
    pytest.mark.both_databases("what each database writes to disk"),
]

NOW = datetime.now(UTC)
#: Walks whose sealed texts are those of others too: by day they aren't walked.
SAY_NOTHING_NEW = {"unreachable", "refusal", "continuation", "destroying"}
TOKEN = "4f9c1be27a06d853e9b1fa0472c6d81957b3e0aa"


@pytest.fixture
def said():
    """Everything that is logged, as it is written, and what the records hold before that."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))
            lines.append(repr(record.__dict__.get("fields")))

    handler = Collector(logging.DEBUG)
    handler.setFormatter(Line())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def test_the_search_finds_a_value_in_every_encoding():
    whole = f"avant {MARK}00042 après"
    shown = {
        "utf-8": whole.encode(),
        "latin-1": whole.encode("latin-1"),
        "utf-16-le": whole.encode("utf-16-le"),
        "utf-16-be": whole.encode("utf-16-be"),
        "hex": whole.encode().hex().encode(),
        "HEX": whole.encode().hex().upper().encode(),
        "urlencoded": quote(whole).encode(),
        "json": whole.encode("unicode_escape"),
        **{f"base64+{n}": base64.b64encode(b"x" * (n + 6) + MARK.encode()) for n in range(3)},
    }

    for name, haystack in shown.items():
        assert name in dict(hits(haystack)), name
    assert len(forms()) >= 10


@pytest.fixture
def left(tmp_path, settings, monkeypatch, sequenced):  # noqa: F811 - the fixture
    """Everything that the service writes beside its databases goes to one folder."""
    folder = tmp_path / "left"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    settings.LEAF_FEED = str(folder / "leaves.log")
    settings.FILING_FEED = str(folder / "filings.log")
    settings.SHRED_FILE = str(folder / "shreds.log")
    settings.LOG_WITNESS_FILE = str(folder / "witness.txt")
    return folder


@pytest.mark.slow("the whole procedure, and a search in all that it left")
def test_no_planted_value_is_found_outside_its_seal(
    world,
    said,
    tmp_path,
    left,
    settings,
    sequenced,  # noqa: F811 - the fixture
    gateway,  # noqa: F811 - the fixture
):
    canaries = Canaries()
    answers: list[bytes] = []
    settings.METRICS_TOKEN, settings.METRICS_DIR = TOKEN, left / "metrics"

    def each(move):
        act = ready(world, move)
        with crashing(at=0 if len(answers) % 15 else 25) as crash:  # a fault is logged with its traceback
            answer = act()
        if crash.fired:
            answers.append(answer.content)
            answer = send(world, move)
        answers.append(answer.content + repr(dict(answer.headers)).encode())
        return answer

    for walk in walks(world, canaries.say):
        if NIGHT or walk.__name__ not in SAY_NOTHING_NEW:
            play(world, walk, each)
    answers += [answer.content for answer in wrong_places(world, canaries)]
    answers += [answer.content for answer in files_sent(world, canaries)]
    answers += [answer.content for answer in ties_declared(world, canaries)]
    settings.EXPORT_CASES = 10_000
    answers += [answer.content for answer in names_exported(world, canaries)]
    answers += [answer.content for answer in asked_elsewhere(world, canaries)]
    answers += [answer.content for answer in searched_in_an_emergency(world, canaries)]
    answers += [answer.content for answer in letters_written(world, canaries)]
    answers += [answer.content for answer in access_asked_for(world, canaries)]
    with seeing_all():  # what was said in the walks is indexed and compared too
        Referral.objects.update(index_norm=0, searched_at=None)
    keep_index(NOW)
    search_duplicates(NOW)
    with seeing_all():
        assert Referral.objects.filter(searched_at=NOW).exists()

    with seeing_all():
        called = set(Notice.objects.filter(channel="call").values_list("user_id", flat=True))
    for user in world.users.values():
        if user.pk in called:
            user.phone = "+33612345678"
            user.save()
    delivery.deliver_due(clock=lambda: instant() + timedelta(days=1))
    erasure_ledger.add([(uuid4(), bytes(32))])
    with as_owner():
        sequenced.sequencer.once()
        export = sequenced.exported()

    assert len(canaries.planted) >= 60
    assert every_sealed_text_is_planted() == set()
    places = {
        "answers to writes": b"\n".join(answers),
        "logs": "\n".join(said).encode(),
        **{f"rows of {alias}": rows(alias) for alias in ("default", "keys")},
        **{f"bytes of {name}": content for name, content in files(tmp_path).items()},
    }
    small = {
        "mails": b"\n".join(map(as_sent, mail.outbox)),
        "calls": b"\n".join(body for *_, body in gateway.asked),
        "metrics": Client().get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content,
        "health": health_said(),
        "export of the journal": b"\n".join(one.read_bytes() for one in export.rglob("*") if one.is_file()),
        **{f"left: {one.name}": one.read_bytes() for one in left.rglob("*") if one.is_file()},
    }
    assert b"repere_requests_total{" in small["metrics"]
    assert len(mail.outbox) > 50
    sent = small["mails"] + small["calls"]
    assert not [user.full_name for user in world.users.values() if user.full_name.encode() in sent]
    with seeing_all():
        later = Notice.objects.filter(due_at__gt=instant() + timedelta(days=1), tries=0)
        assert not Notice.objects.filter(state="waiting").exclude(pk__in=later).exists()
    for name in (
        "mails",
        "calls",
        "health",
        "export of the journal",
        "left: leaves.log",
        "left: filings.log",
        "left: witness.txt",
        "left: shreds.log",
    ):
        assert small[name], name
    small["cache"] = pickle.dumps([dict(one._cache) for one in caches.all(initialized_only=True)])
    small |= {f"state: {one}": one.read_bytes() for one in env.state_dir().rglob("*") if is_left(one)}
    for name, content in small.items():
        assert list(hits(content)) == [], name
    clear = "Autorité 93".encode()
    assert sum(clear in content for content in places.values()) >= 2  # what is in clear is found
    for name, content in places.items():
        assert len(content) > 1_000, name
        assert list(hits(content)) == [], name


def health_said():
    """Return what the command says of each part, whatever it ends with."""
    out = StringIO()
    with suppress(SystemExit):
        call_command("health", stdout=out)
    return out.getvalue().encode()


def as_sent(message):
    """Return a mail as it goes over the wire, and as it is read."""
    return b"\n".join([message.message().as_bytes(), message.subject.encode(), message.body.encode()])


def is_left(path):
    """Tell whether a file of the state folder is one that the service left, not a database, which is looked at above."""
    return path.is_file() and ".sqlite3" not in path.name


def wrong_places(world, canaries):
    """Send planted values where none belongs: every error that can come of it."""
    value, name = canaries.say("elsewhere"), canaries.name("searched for")
    filer, cell = world.as_("filer"), world.as_("crip_coordinator")
    nowhere = "referrals/00000000-0000-4000-8000-000000000000"
    return [
        filer.post("referrals", {value: value, "strengths": [value], "danger_now": value}, key="wrong-1234"),
        filer.post("referrals", {"children": [{"birth_date": value, "sex": value}]}, key=value),
        filer.post(f"{nowhere}/{quote(value)}", {"reason": value}),
        filer.post(f"{nowhere}/withdraw", {"reason": value}, version=value.encode().hex()),
        cell.get("referrals", state=value, reference=value, cursor=value),
        cell.get("referrals", **{value: value}),
        cell.post("searches", {"last_name": value, "first_names": value, "birth_date": "2012-03-14"}),
        cell.post("searches", {"last_name": name, "first_names": name, "birth_date": "2012-03-14"}),
        cell.post("searches", {"last_name": value, value: value}),
        cell.get(f"referrals/{quote(value)}"),
        cell.client.get("/api/v1/me", headers={"authorization": f"Bearer {value.encode().hex()}"}),
        cell.client.post("/api/v1/session", value.encode(), content_type="application/json"),
        cell.client.post(
            "/api/v1/session", {"email": value, "password": value}, content_type="application/json"
        ),
        cell.client.generic("BREW", "/api/v1/me", headers={"accept": "text/" + value.encode().hex()}),
    ]


def files_sent(world, canaries):
    """Send files whose names and words are planted: one that is kept, and one that is refused."""
    made = world.as_("filer").post("referrals", concern(), key="files-of-a-draft")
    sender = Sender(world, "filer", made.json()["id"])
    words = canaries.say("words of a file").encode()
    kept = sender.sends(words, f"{canaries.say('name of a file')}.txt", evidence="true")
    refused = sender.sends(b"GIF89a" + words, f"{canaries.say('name of another')}.gif")
    assert (made.status_code, kept.status_code, refused.status_code) == (201, 201, 422), kept.content
    return [kept, refused]


def ties_declared(world, canaries):
    """Declare a tie, and one that is refused; have both compared with what there is."""
    staff = world.as_("assessor_2")
    said = {name: canaries.say(f"tie: {name}") for name in ("last_name", "first_names", "usual_name", "note")}
    kept = staff.post("ties", said, key="a-planted-tie")
    refused = staff.post(
        "ties", said | {"birth_date": canaries.say("tie: birth_date")}, key="a-planted-tie-2"
    )
    assert (kept.status_code, refused.status_code) == (201, 400), kept.content
    begin_comparing(instant())
    compare_ties(instant() + timedelta(hours=1))
    return [kept, refused]


def names_exported(world, canaries):
    """Have the names of all cases made ready to leave, for a planted reason; the file itself isn't taken."""
    why = {"purpose": "meeting", "reason": canaries.say("export: reason")}
    asked = Visitor(world, "crip_coordinator", at=instant()).fills("/exports/demande", **why)
    pk = asked["Location"].rpartition("/")[2]
    decided = Visitor(world, "supervisor", at=instant()).post(
        f"/exports/{pk}/decision", {"decision": "confirm"}
    )
    assert (asked.status_code, decided.status_code) == (303, 303), decided.content
    assert make_due(instant() + timedelta(hours=25)) == 1
    return [asked, decided]


def asked_elsewhere(world, canaries):
    """Ask another authority about a child, have it answer and send documents, and say how they were considered."""

    def step(code, name, body):
        answer = world.as_("crip_coordinator", code).post(
            f"inquiries/{rows[code]}/{name}", body, key=uuid4().hex
        )
        assert answer.status_code == 200, answer.content
        return answer

    with seeing_all():
        pk, question = question_of(world)
    question |= {name: canaries.say(f"inquiry: {name}") for name in ("former_address", "purpose")}
    asked = world.as_("crip_coordinator").post(f"referrals/{pk}/inquiries", question, key=uuid4().hex)
    assert asked.status_code == 201, asked.content
    with seeing_all():
        rows = {row.authority.code: row.pk for row in Inquiry.objects.select_related("authority")}
    return [
        asked,
        step(
            "75",
            "answer",
            ANSWERED
            | {
                "contact": canaries.say("inquiry: contact"),
                "register": canaries.say("inquiry: register"),
                "register_number": canaries.say("inquiry: number"),
            },
        ),
        step("93", "ask_documents", PAPERS | {"for_plan": canaries.say("inquiry: what papers are for")}),
        step("75", "send_documents", INQUIRY_STEPS["send_documents"][2]),
        step("93", "close", {"considered": canaries.say("inquiry: considered")}),
        considered_in_the_report(world, canaries, pk, rows["93"]),
    ]


def considered_in_the_report(world, canaries, pk, inquiry):
    """Let the team that assesses the case write how it considers the answer."""
    with seeing_all():
        case = Referral.objects.get(pk=pk)
        Assessment.objects.create(referral=case, state="draft_report", opened_at=instant())
        Assignment.objects.create(
            referral=case, user=world.user("assessor"), role="assessor", field="health", since_at=instant()
        )
    said = {"inquiry": str(inquiry), "consideration": canaries.say("inquiry: consideration")}
    answer = world.as_("assessor").patch(
        f"referrals/{pk}/assessment", {"considered": [said]}, version=case.version
    )
    assert answer.status_code == 200, answer.content
    return answer


def access_asked_for(world, canaries):
    """Take a request for access through its steps, with something planted in each text, and a copy laid by hand."""
    say = canaries.say
    with seeing_all():
        desk = AccessDesk(world, words=say("access: words"), contact=say("access: contact"))
        answers = [
            desk.does("confirm_identity", how=say("access: how")),
            desk.does("set_scope"),
            desk.does("collect"),
            desk.does("ask_opinion", question=say("access: question")),
            desk.does(
                "give_opinion", who="ase_inspector", reason=say("access: opinion"), noted_on=desk.today,
                note=say("access: note of the prosecutor"),
            ),
        ]  # fmt: skip
        text = say("access: part of the copy")
        part = desk.lay(AccessPart, "content", {"text": text, "attachment": ""}, position=9)
        hides = {"part": str(part.pk), "code": "medical", "start": 0, "end": 3}
        answers.append(desk.does("redact", **hides))
        lifts = {"lift": str(AccessRedaction.objects.get().pk), "reason": say("access: lifted")}
        answers.append(desk.does("redact", part=None, code="", **lifts))
        listed = copies.readers_as_json(readers_of(uuid4()))
        listed["lines"][0]["name"] = say("access: reader")
        desk.lay(AccessRequest, "readers", listed)
        asked = desk.does("refuse", reasons=say("access: why refused"))
        place = ("POST /api/v1/approvals/{id}/refuse", {"reason": say("access: not signed")})
        answers += [asked, Session(world, "supervisor").sends(*place, (asked.json()["approval"],))]
        asked = desk.does("answer", done=say("access: what was done"))
        place = ("POST /api/v1/approvals/{id}/sign", {})
        answers += [asked, Session(world, "supervisor").sends(*place, (asked.json()["approval"],))]
        desk.lay(AccessRequest, "package", say("access: package"))
    assert [one.status_code for one in answers[-4:]] == [202, 200, 202, 200], answers[-1].content
    return answers


def searched_in_an_emergency(world, canaries):
    """Search by name on duty, beyond the cap of the duty, for planted reasons, and contest it."""
    at = instant()
    officer, supervisor = world.user("on_call"), world.user("supervisor")
    RotaShift.objects.create(
        authority=world.authorities["93"], user=officer, place="first", made_by=supervisor, made_at=at,
        starts_at=at - timedelta(hours=1), ends_at=at + timedelta(hours=1),
    )  # fmt: skip
    said = {
        "last_name": canaries.name("emergency search: last name"),
        "reason": canaries.say("emergency search: reason"),
        "first_names": "Essai",
        "age": 14,
        "ground": "hospital",
        "unapproved": True,
    }
    for _ in range(6):
        asked = world.as_("on_call").post("emergency-searches", said)
    assert asked.status_code == 200, asked.content
    note = {"agreed": False, "note": canaries.say("emergency search: review")}
    review = world.as_("supervisor").post(
        f"emergency-searches/{asked.json()['id']}/review", note, key=uuid4().hex
    )
    assert review.status_code == 200, review.content
    return [asked, review]


def letters_written(world, canaries):
    """Write, sign and send a letter to a child, one about justice and one to who filed; discard one (§4.9)."""
    with seeing_all():
        full = Full(world)
    answers = []

    def does(who, path, body):
        answer = world.as_(who).post(path, body, key=uuid4().hex)
        assert answer.status_code in (200, 201), answer.content
        answers.append(answer)
        return answer.json()

    def written(who, words, **about):
        pk = does(who, f"referrals/{full.case.pk}/letters", about)["id"]
        if words:
            does(who, f"letters/{pk}/edit", words)
        draft = world.as_(who).get(f"letters/{pk}").json()["draft"]
        day = does(who, f"letters/{pk}/sign", {"draft": draft})["signed_at"][:10]
        sent = {
            "on": day,
            "way": "hand",
            "proof": canaries.say("letter: proof"),
            "reference": canaries.say("letter: ref"),
        }
        does(who, f"letters/{pk}/send", sent)

    said = {name: canaries.say(f"letter: {name}") for name in ("why", "added")}
    written(
        "ase_inspector", said, kind="child_letter", part=str(full.decided.pk), children=[str(full.girl.pk)]
    )
    holder = str(full.mother.pk)
    written(
        "crip_coordinator",
        {},
        kind="holders_referral",
        part=str(full.seized.pk),
        children=[str(full.girl.pk)],
        holder=holder,
    )
    written("crip_coordinator", {}, kind="feedback", part=str(full.owed.pk))
    about = {"kind": "holders_assessment", "part": str(full.going_on.pk), "holder": holder}
    pk = does("crip_coordinator", f"referrals/{full.case.pk}/letters", about)["id"]
    does("crip_coordinator", f"letters/{pk}/discard", {"reason": canaries.say("letter: reason")})
    return answers


def every_sealed_text_is_planted():
    """Return the sealed texts of which no row has a value after the walks."""
    empty = set()
    with seeing_all():
        for model in apps.get_app_config("referrals").get_models():
            for field in model._meta.concrete_fields:
                text = isinstance(field, SealedField) and field.kind in ("text", "json")
                if text and not model._default_manager.filter(**{f"{field.name}__isnull": False}).exists():
                    empty.add(field.label)
    return empty


def rows(alias):
    """Return every value of every row of a database, as bytes."""
    found = []
    connection = connections[alias]
    with seeing_all(), as_owner(), connection.cursor() as cursor:
        if alias == "keys" and connection.vendor == "postgresql":
            cursor.execute("SET ROLE NONE")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's name
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    found.append(raw)
    return b"\n".join(found)


def files(tmp_path):
    """Return what lies on disk: SQLite's files with their logs, or what PostgreSQL's own dump writes."""
    found = {}
    for alias in ("default", "keys"):
        settings = connections[alias].settings_dict
        if connections[alias].vendor == "sqlite":
            for path in Path(settings["NAME"]).parent.glob(Path(settings["NAME"]).name + "*"):
                if path.stat().st_size and not path.name.endswith("-shm"):
                    found[path.name] = path.read_bytes()
        elif dump := shutil.which("pg_dump"):
            out = tmp_path / f"{alias}.sql"
            where = {
                "PGHOST": settings["HOST"], "PGPORT": str(settings["PORT"]), "PGUSER": settings["USER"],
                "PGPASSWORD": settings["PASSWORD"],
            }  # fmt: skip
            command = [dump, "--file", str(out), settings["NAME"]]
            subprocess.run(command, check=True, env=os.environ | where, timeout=60)  # noqa: S603 - our own database
            found[out.name] = out.read_bytes()
    return found
