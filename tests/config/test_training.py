"""The training instance: its settings, its mark on each database, its tokens, and the banner on all that it answers."""

import re
import socket
import subprocess
import sys
from datetime import date
from io import BytesIO
from urllib.parse import quote
from uuid import uuid4

import pikepdf
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.db import connections
from django.http import FileResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver

from accounts.models import User
from accounts.signin import hashed
from audit.models import JournalMark
from config import env, state_mark
from config.training import isolation, kind, marking
from encryption import marks
from encryption.models import StoreMark
from outbox import training
from referrals.filing import receipt_pdf
from referrals.letters import paper
from referrals.rest.pdf import pdf
from tests.config.environments import PRODUCTION, environment
from tests.factories.concerns import concern
from tests.night import NIGHT, one_in
from tests.shared import ROOT
from web import spreadsheets

FRENCH = "rien n'est transmis."
HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def apart(settings, tmp_path):
    """A training instance, whose mails are files."""
    settings.TRAINING = True
    settings.MAILERS = {
        "default": {"BACKEND": "outbox.training.Mailbox", "OPTIONS": {"file_path": str(tmp_path / "mail")}}
    }
    return settings


# --- Settings -----------------------------------------------------------------------------------------


def test_it_has_names_keys_and_a_state_of_its_own_beside_another_on_the_same_host(read, tmp_path):
    own = read(REPERE_MODE="training", REPERE_STATE_DIR=str(tmp_path / "own"))
    other = read(REPERE_STATE_DIR=str(tmp_path / "another"))

    assert (own["TRAINING"], own["PRODUCTION"], other["TRAINING"]) == (True, False, False)
    assert own["LOG_ORIGIN"] == "localhost/journal-formation"
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        assert own[f"{name}_COOKIE_NAME"] != other[f"{name}_COOKIE_NAME"]
    assert own["OIDC_COOKIE_NAME"] != other["OIDC_COOKIE_NAME"]
    assert own["PUBLIC_ADDRESS"] == "http://127.0.0.1:8100"
    assert own["SPECTACULAR_SETTINGS"]["TITLE"] == "Repère – Entraînement"


def test_its_state_lies_beside_that_of_others(monkeypatch, tmp_path):
    monkeypatch.delenv("REPERE_STATE_DIR", raising=False)
    monkeypatch.setattr(env, "BASE_DIR", tmp_path)
    monkeypatch.setenv("REPERE_MODE", "training")
    assert env.state_dir() == tmp_path / "var" / "training"
    monkeypatch.setenv("REPERE_MODE", "local")
    assert env.state_dir() == tmp_path / "var"


def test_it_may_be_reached_by_its_own_name_and_then_over_tls(read):
    own = read(
        REPERE_MODE="training", REPERE_ALLOWED_HOSTS="formation.example", REPERE_PUBLIC_ADDRESS="https://formation.example"
    )  # fmt: skip

    assert own["SESSION_COOKIE_SECURE"]
    assert own["SESSION_COOKIE_NAME"] == "__Host-training-session"
    assert own["CSRF_TRUSTED_ORIGINS"] == ["https://formation.example"]


REACHING = [
    {"REPERE_SMTP_URL": "smtp://localhost:25"},
    {"REPERE_SMS_GATEWAY_URL": "http://127.0.0.1:9100/messages"},
    {"REPERE_WEBHOOK_HOSTS": "partner.example"},
    {"REPERE_SENTRY_DSN": "http://key@127.0.0.1:9000/1"},
    {"REPERE_OTLP_ENDPOINT": "http://127.0.0.1:4318/v1/traces"},
    {"REPERE_SCANNER": "tcp:127.0.0.1:3310"},
    {"REPERE_KEY_PROVIDER": "encryption.vault.VaultProvider", "REPERE_VAULT_ADDR": "http://127.0.0.1:8200"},
    {"REPERE_VAULT_ADDR": "http://127.0.0.1:8200"},
    {"REPERE_KMS_ENDPOINT": "http://127.0.0.1:4566"},
    {"REPERE_OBJECT_STORE": "referrals.attachments.s3.S3Store", "REPERE_OBJECT_ENDPOINT": "http://127.0.0.1:9000"},
    {"REPERE_LOG_WITNESSES": "http://127.0.0.1:1 key"},
    {"REPERE_KEY_FILE": "/srv/repere/root.key"},
    {"REPERE_LOG_KEY_FILE": "/srv/repere/log.key"},
    {"REPERE_OBJECT_FOLDER": "/srv/repere/objects"},
    {"REPERE_SHRED_FILE": "/srv/repere/shreds.log"},
    {"REPERE_LEAF_FEED": "stdout"},
    {"REPERE_FILING_FEED": "/srv/repere/filings.log"},
    {"REPERE_SECRET_KEY": "that of a real instance"},
    {"DATABASE_URL": "postgres:///repere"},
    {"DATABASE_URL": "sqlite:////srv/repere/repere.sqlite3"},
    {"KEYS_DATABASE_URL": "sqlite:////srv/repere/keys.sqlite3"},
    {
        "REPERE_OIDC_PROVIDERS": "essai", "REPERE_OIDC_ESSAI_ISSUER": "https://id.example",
        "REPERE_OIDC_ESSAI_NAME": "Un fournisseur", "REPERE_OIDC_ESSAI_CLIENT_ID": "client-7", "REPERE_OIDC_ESSAI_CLIENT_SECRET": "secret-7",
    },
]  # fmt: skip


@pytest.mark.parametrize("said", REACHING, ids=lambda said: " ".join(said))
def test_what_names_another_service_or_file_is_refused_by_its_name(read, said):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(REPERE_MODE="training", **said)

    assert next(iter(said)) in str(refused.value)
    assert not [value for value in said.values() if value in str(refused.value)]


@pytest.mark.parametrize(
    ("mode", "origin"), [("training", "localhost/journal"), ("local", "x/journal-formation")]
)
def test_each_kind_of_log_bears_the_name_of_its_kind(read, mode, origin):
    with pytest.raises(ImproperlyConfigured, match="REPERE_LOG_ORIGIN"):
        read(REPERE_MODE=mode, REPERE_LOG_ORIGIN=origin)


# --- The other kind is refused ------------------------------------------------------------------------


@pytest.fixture
def real(tmp_path):
    """The state folder of a real instance whose databases lie elsewhere, but for a file of another name."""
    state = tmp_path / "real"
    for name in (
        "objects/75/sealed", "mail/20261129.log", "shreds.log", "root.key", "log.key", "witness.txt", "secret_key", "cases.db",
    ):  # fmt: skip
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_text(f"the real {name}")
    return state


def held(state):
    """What lies in a folder, byte by byte."""
    return {str(one.relative_to(state)): one.read_bytes() for one in state.rglob("*") if one.is_file()}


@pytest.mark.slow("a process of its own")
@pytest.mark.parametrize("command", [("training", "--no-serve"), ("reset_training",), ("migrate",)])
def test_no_command_of_training_touches_the_folder_of_a_real_instance(real, command):
    before = held(real)

    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *command],
        cwd=ROOT, env=environment(real, REPERE_MODE="training"), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ended.returncode != 0
    assert str(real) in ended.stderr
    assert "set REPERE_STATE_DIR to an empty folder" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert held(real) == before


@pytest.mark.parametrize("only", ["objects", "shreds.log", "root.key", "cases.db", "secret_key"])
def test_whatever_lies_in_a_folder_training_does_not_begin_there(read, real, tmp_path, only):
    state = tmp_path / "state"
    state.mkdir()
    (real / only).rename(state / only)
    before = held(state)

    with pytest.raises(ImproperlyConfigured, match=re.escape(str(state))):
        read(REPERE_MODE="training", REPERE_STATE_DIR=str(state))

    assert held(state) == before


@pytest.mark.parametrize("there", [True, False])
def test_it_marks_an_empty_or_absent_folder_and_begins_there_again(read, tmp_path, there):
    state = tmp_path / "state"
    if there:
        state.mkdir()

    for _ in range(2):
        assert read(REPERE_MODE="training", REPERE_STATE_DIR=str(state))["TRAINING"]

    assert (state / state_mark.MARK).is_file()
    assert (state / "secret_key").is_file()


@pytest.mark.parametrize(
    "said", [{}, {"REPERE_MODE": "local"}, PRODUCTION], ids=["unset", "local", "production"]
)
@pytest.mark.parametrize("within", ["", "objects"])
def test_no_other_instance_begins_in_a_folder_of_training(read, tmp_path, said, within):
    state = tmp_path / "training"
    read(REPERE_MODE="training", REPERE_STATE_DIR=str(state))
    before = held(state)

    with pytest.raises(ImproperlyConfigured, match="training instance") as refused:
        read(**said, REPERE_STATE_DIR=str(state / within))

    assert str(state) in str(refused.value)
    assert held(state) == before


@pytest.mark.parametrize("name", ["OBJECT_FOLDER", "SHRED_FILE", "KEY_FILE", "LOG_KEY_FILE"])
def test_no_file_of_another_instance_lies_where_training_empties(read, tmp_path, name):
    state = tmp_path / "training"
    read(REPERE_MODE="training", REPERE_STATE_DIR=str(state))

    with pytest.raises(ImproperlyConfigured, match=f"REPERE_{name}"):
        read(REPERE_STATE_DIR=str(tmp_path / "real"), **{f"REPERE_{name}": str(state / "objects" / "x")})


def test_the_folder_of_attachments_is_not_the_whole_state(read, tmp_path):
    """The reset deletes it: keys and databases would go along."""
    with pytest.raises(ImproperlyConfigured, match="REPERE_OBJECT_FOLDER"):
        read(REPERE_MODE="training", REPERE_OBJECT_FOLDER=str(tmp_path))


@pytest.mark.only_on("sqlite", "a training instance has no other")
@pytest.mark.parametrize("alias", ["default", "keys"])
def test_a_database_of_the_other_kind_is_refused_both_ways(db_both, settings, alias, monkeypatch):
    connection = connections[alias]
    monkeypatch.setattr(connection, "close", lambda: None)

    kind.require_own_kind(connection)
    settings.TRAINING = True
    with pytest.raises(ImproperlyConfigured, match="real instance"):
        kind.require_own_kind(connection)

    model = StoreMark if alias == "keys" else JournalMark
    marks.put(model, alias)
    kind.require_own_kind(connection)
    assert marks.is_valid(model, alias)
    settings.TRAINING = False
    with pytest.raises(ImproperlyConfigured, match="training instance"):
        kind.require_own_kind(connection)
    assert not marks.is_valid(model, alias)


def test_a_token_of_training_opens_nothing_in_a_real_instance_nor_the_reverse(world, settings):
    """Even if its row were copied: the form itself is that of the other kind."""
    token = world.memberships["93", "auditor"].tokens.first()
    real = world.secrets["93", "auditor"]
    foreign = "repf_" + real.removeprefix("rep_")

    def answered(secret):
        return Client(headers={"authorization": f"Bearer {secret}"}).get("/api/v1/me").status_code

    assert answered(real) == 200
    token.sha256 = hashed(foreign)
    token.save()
    assert answered(foreign) == 401
    settings.TRAINING = True
    assert answered(foreign) == 200
    token.sha256 = hashed(real)
    token.save()
    assert answered(real) == 401


# --- Nothing leaves -----------------------------------------------------------------------------------


def test_no_connection_leaves_whatever_code_would():
    with socket.socket() as far, socket.socket(socket.AF_UNIX) as near:
        for event, arguments in (
            ("socket.connect", (far, ("192.0.2.1", 443))),
            ("socket.sendto", (far, ("192.0.2.1", 53))),
            ("socket.getaddrinfo", ("repere.example", 443, 0, 0, 0)),
            ("socket.gethostbyname", ("repere.example",)),
        ):
            with pytest.raises(isolation.Isolated):
                isolation.forbid(event, arguments)
        isolation.forbid("socket.connect", (near, "/run/here"))
        isolation.forbid("socket.bind", (far, ("127.0.0.1", 8100)))
        isolation.forbid("open", ("file", "r", 0))


def test_a_mail_says_so_in_its_subject_and_first_line_and_stays_here(apart):
    EmailMessage("[Repère] Un dossier vous attend", "Texte.", to=["a@demo.invalid"]).send()

    (mail,) = training.mails()

    assert mail.subject == "[Entraînement] [Repère] Un dossier vous attend"
    assert mail.text.splitlines()[0] == str(training.BANNER)
    assert mail.to == "a@demo.invalid"
    assert "Texte." in mail.text
    apart.TRAINING = False
    assert training.mails() == []


# --- Everything says so -------------------------------------------------------------------------------


def patterns(found=None, before="/"):
    for one in get_resolver("config.urls").url_patterns if found is None else found:
        path = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield path, one
        else:
            yield from patterns(one.url_patterns, path)


def filled(path, case):
    """An address with what it asks for: the case, or a word."""
    path = re.sub(r"<uuid:(pk|referral|case)>", str(case), path)
    path = re.sub(r"<uuid:\w+>", lambda _: str(uuid4()), path)
    return re.sub(r"<\w+:?\w*>", "historique", path)


def assert_banner(answer, path):
    page = answer.content.decode()
    said = page.replace("\u202f", " ").replace("\u00a0", " ").replace("&#x27;", "'")
    assert FRENCH in said or "nothing is sent" in said, path
    assert page.count('<aside class="training-banner"') == 1, path
    assert "</body>" in page, (path, answer.status_code, page[:300])
    assert '<html class="training"' in page, path
    assert re.search(r"<title>(Entraînement|Training) – ", page), path


#: Who is shown pages that nobody before them is; at night others too, and each all pages.
READERS = ("crip_coordinator", "auditor", "territory_admin", *(("filer", "ase_inspector") if NIGHT else ()))
#: Who asks for pages of a case too: what one may not see is the same page of a refusal for everybody.
ASKS_FOR_THE_CASE = ("crip_coordinator", *((None,) if NIGHT else ()))


@pytest.mark.slow("every page that there is, as several people")
def test_each_page_that_there_is_bears_the_banner(world, apart):
    apart.TRAINING = False
    case = world.as_("filer").post("referrals", {"submit": True, **concern()}, key=uuid4().hex).json()["id"]
    apart.TRAINING = True
    seen, shown = set(), set()
    asked = [(path, pattern) for path, pattern in patterns() if one_in(2, [path])]
    for reader in (None, *READERS):
        client = Client(headers=HTML, raise_request_exception=False)
        if reader is not None:
            client.force_login(world.user(reader))
        for path, pattern in asked:
            if path.startswith("/api/") or ("<" in path and reader not in ASKS_FOR_THE_CASE):
                continue
            if pattern.name in shown and not NIGHT:
                continue
            answer = client.get(filled(path, case))
            if answer.headers.get("Content-Type", "").startswith("text/html") and answer.content:
                assert_banner(answer, path)
                seen.add(pattern.name)
                shown |= {pattern.name} if answer.status_code == 200 else set()
    assert len(seen) > (150 if NIGHT else 75)
    assert len(shown) > (60 if NIGHT else 30)


def test_pages_of_refusals_and_of_a_closed_service_bear_it_too(db_both, apart, monkeypatch):
    client = Client(headers=HTML, raise_request_exception=False)

    for path in ("/rien", f"/{quote('é', encoding='latin-1')}", "/connexion/"):
        assert_banner(client.get(path), path)
    assert_banner(client.post("/quitter"), "/quitter")
    from outbox import maintenance_gate

    maintenance_gate.forget()
    monkeypatch.setattr(maintenance_gate, "_reasons", [lambda: "keys-restored"])
    closed = client.get("/connexion")
    maintenance_gate.forget()
    assert closed.status_code == 503
    assert_banner(closed, "closed")
    assert int(closed["Content-Length"]) == len(closed.content)


def test_a_document_bears_it_once_and_on_each_sheet(apart):
    head = paper.Head(name="Cellule")
    letter = paper.html(
        paper.Paper(title="Lettre", head=head, to=(), on=date(2026, 11, 29), reference="", sections=())
    )
    assert letter.count("training-banner") == 1
    assert training.page(letter) == letter
    receipt = {"reference": "R", "submitted_at": "2026-11-29T10:00:00+00:00", "entry": "e", "proof": None}
    assert "training-banner" in receipt_pdf.page(receipt)

    long = (
        "<!doctype html><html lang='fr'><head><title>A</title></head><body>"
        + "<p>Texte.</p>" * 120
        + "</body></html>"
    )
    with pikepdf.open(BytesIO(pdf(long))) as made, pikepdf.open(BytesIO(_unmarked(apart, long))) as plain:
        assert len(made.pages) > 1
        texts = [len(page.Contents.read_bytes()) for page in made.pages]
        assert all(
            one > other
            for one, other in zip(texts, (len(p.Contents.read_bytes()) for p in plain.pages), strict=False)
        )


def _unmarked(settings, page):
    settings.TRAINING = False
    try:
        return pdf(page)
    finally:
        settings.TRAINING = True


def test_tables_and_calendars_begin_with_it(apart):
    def marked(response):
        return marking.Marked(lambda _: response)(RequestFactory().get("/"))

    table = marked(spreadsheets.table("t", ["a"], [["b"]])).content.decode()
    assert table.startswith(f'{training.BOM}"{training.BANNER}"\r\n"a"')
    file = FileResponse(BytesIO(f"{training.BOM}a;b\r\n".encode()), content_type="text/csv; charset=utf-8")
    streamed = b"".join(marked(file)).decode()
    assert streamed == f'{training.BOM}"{training.BANNER}"\r\na;b\r\n'
    assert marking.HEADER in marked(FileResponse(BytesIO(b"x"), content_type="application/zip")).headers


def test_elsewhere_nothing_is_marked(world):
    client = Client(headers=HTML)
    answer = client.get("/")

    assert "training" not in answer.content.decode()
    assert marking.HEADER not in answer.headers


# --- Who enters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/entrainement/entrer", "/entrainement/courriels"])
def test_the_pages_are_nowhere_else(world, path):
    for client in (Client(headers=HTML), Client(headers=HTML)):
        assert client.get(path).status_code == 404
        assert client.post(path, {"who": "new"}).status_code in (404, 405)
        client.force_login(world.user("crip_coordinator"))
    who = world.memberships["93", "crip_coordinator"].pk
    stranger = Client(headers=HTML)
    assert stranger.post("/entrainement/entrer", {"who": str(who)}).status_code == 404
    assert stranger.get("/aujourdhui").status_code == 401


def test_one_click_enters_as_one_of_the_people(world, apart):
    client = Client(headers=HTML)
    who = world.memberships["93", "crip_coordinator"].pk

    page = client.get("/entrainement/entrer").content.decode()
    assert f'value="{who}"' in page
    for part in ("filer", "crip_coordinator", "assessor", "ase_inspector"):
        assert f"Entrer comme {part}" in page
    assert client.post("/entrainement/entrer", {"who": str(who)}).status_code == 303
    assert client.get("/aujourdhui").status_code == 200
    assert client.get("/entrainement/courriels").status_code == 200


def test_a_newcomer_has_a_filer_of_their_own_and_files(world, apart):
    clients = [Client(headers=HTML), Client(headers=HTML)]
    before = User.objects.count()

    for client in clients:
        assert client.post("/entrainement/entrer", {"who": "new"}).status_code == 303
        assert client.post("/transmissions/nouvelle", {"lane": "ordinary"}).status_code == 303

    assert User.objects.count() == before + 2
    own = [
        set(re.findall(r"/transmissions/[0-9a-f-]{36}", one.get("/transmissions").content.decode()))
        for one in clients
    ]
    assert all(own)
    assert not own[0] & own[1]


def test_so_many_newcomers_have_a_filer_of_their_own_and_no_more(world, apart):
    apart.TRAINING_VISITORS = 2

    def entered():
        return Client(headers=HTML).post("/entrainement/entrer", {"who": "new"}).status_code

    assert [entered() for _ in range(3)] == [303, 303, 403]


def test_what_was_learnt_comes_along_to_another_person(world, apart):
    client = Client(headers=HTML)
    client.post("/entrainement/entrer", {"who": str(world.memberships["93", "filer"].pk)})
    session = client.session
    session["training"] = {"lessons": ["1-victime"]}
    session.save()

    client.post("/entrainement/entrer", {"who": str(world.memberships["93", "assessor"].pk)})

    assert client.session["training"] == {"lessons": ["1-victime"]}
    assert client.session["_auth_user_id"] == str(world.user("assessor").pk)


@pytest.mark.parametrize("who", ["", "nobody", "883e5fe1-cd77-41d2-9bb2-805942089936"])
def test_nobody_enters_as_somebody_who_is_not_there(world, apart, who):
    client = Client(headers=HTML)

    assert client.post("/entrainement/entrer", {"who": who}).status_code == 404
    assert client.get("/aujourdhui").status_code == 401
