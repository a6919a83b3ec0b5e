"""SEC-FT17: whatever part of the service is out, nobody gets an empty answer, and it tells nothing of what was asked.

Every address is asked, by somebody who may, while one part is out: in a process that began before, a minute after it
last used its keys, and in one that began meanwhile.
"""

import base64
import hashlib
import html
import re
import time
from contextlib import contextmanager, nullcontext
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, InternalError, connections
from django.test import Client

from accounts.signin import PROVED
from audit import erasures
from config.closed import DOCUMENT, PAGE
from encryption import keyring, keys
from encryption.cache import forget_all
from outbox import maintenance_gate
from referrals.errors import StoreUnavailable
from tests.conftest import see_all
from tests.encryption.providers import gives_up_sooner
from tests.expected.routes import ROUTES
from tests.factories.concerns import concern
from tests.factories.factors import sign_in_fully
from tests.faults.crash import Crash, into_the_journal, quiet
from tests.night import some
from tests.security.test_routes import WORDS_OF_PAGES
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import let_in
from tests.web.test_pages import URGENT
from tests.web.visiting import PASSWORD, form_in, text
from web.assets import FILES
from web.page import FormPage
from web.uploads import UploadPage

pytestmark = [
    pytest.mark.sec("SEC-FT17"),
    pytest.mark.both_databases("what each database leaves after a crash, and its own tools for copies"),
]
HTML, JSON = "text/html,application/xhtml+xml", "application/json"
PARTS = ("provider", "keys", "cases", "journal", "gate", "store", "scanner")
PROVIDERS = {
    "provider": "tests.encryption.providers.Stopped",
    "hanging provider": "tests.encryption.providers.Hangs",
}
ALIASES = {"keys": "keys", "cases": "default"}
BEGAN = ("before", "meanwhile")
#: Nothing at all is answered then but what needs none of it.
ALL = {("keys", "before"), ("cases", "before"), ("gate", "before")} | {
    (part, "meanwhile") for part in ("provider", "keys", "cases", "gate")
}
STANDING = ("/urgence", "/formulaire-papier")
#: What asks no database, or leads away.
APART = ("/healthz", "/readyz", "/metrics", "/api/schema/", "/quitter", *(f"/style/{name}" for name in FILES))
TYPED = "Vu hier vers 22 h, près de la gare : ce texte n'est nulle part ailleurs."


@pytest.fixture(autouse=True)
def _quiet():
    with quiet():
        yield


@contextmanager
def failing(alias, hits=lambda _: True):
    """Let the statements of a database fail, all of them or those that ``hits`` names."""
    with connections[alias].execute_wrapper(Crash(hits=hits)):
        yield


@pytest.fixture
def out(settings, monkeypatch, gate_as_it_is):
    """Put a part out, for a process that began before or meanwhile; until the end of the block that it returns."""

    def no_store(*_, **__):
        raise StoreUnavailable

    def put(part, began):
        maintenance_gate.require_open()
        assert keys.prepare()
        if began == "meanwhile":
            forget_all()
        for cache in (keyring._data, keyring._above, keyring._in_use, keyring._index, keyring._intake):
            cache._start_afresh()
        if began == "meanwhile" or part == "gate":
            maintenance_gate.forget()
            erasures.forget()
        if part in PROVIDERS:
            settings.KEY_PROVIDER = PROVIDERS[part]
            if part == "hanging provider":
                gives_up_sooner(monkeypatch)
        elif part == "gate":
            monkeypatch.setattr(maintenance_gate, "_reasons", [lambda: "cases-restored"])
        elif part == "store":
            for name in ("reading", "writing"):
                monkeypatch.setattr(f"referrals.attachments.folder.FolderStore.{name}", no_store)
        elif part == "scanner":
            settings.SCANNER, settings.SERVE_UNSCANNED = "tcp:127.0.0.1:1", False
        elif part == "journal":
            return failing("default", into_the_journal)
        return failing(ALIASES[part]) if part in ALIASES else nullcontext()

    return put


def signed_in(world, name, accept=HTML, **more):
    client = Client(headers={"accept": accept}, raise_request_exception=False, **more)
    let_in(client, world.user(name), **{PROVED: time.time()})
    return client


@shared_fixture
def draft(world):
    return world.as_("filer").post("referrals", concern()).json()["id"]


def asked(client, route, pk):
    """Send what an address takes, about a draft where it is about a case."""
    verb, path = route.split(" ")
    if path.startswith(("/api/v1/referrals/", "/transmissions/")):
        path = path.replace("<uuid:pk>", pk)
    path = re.sub(r"<uuid:\w+>", lambda _: str(uuid4()), path)
    for name, word in WORDS_OF_PAGES.items():
        path = path.replace(f"<slug:{name}>", word)
    send = getattr(client, verb.lower())
    if verb == "GET":
        return path, send(path)
    if "/api/" in path:
        headers = {"if-match": '"1"', "idempotency-key": uuid4().hex}
        return path, send(path, {}, content_type="application/json", headers=headers)
    return path, send(path, {"version": "1", "text": TYPED})


def timed(client, route, pk):
    """Ask, and read all of the answer; tell too whether that took longer than SEC-FT17 grants (two seconds)."""
    start = time.monotonic()
    path, given = asked(client, route, pk)
    return path, given, b"".join(given), time.monotonic() - start >= 2


@pytest.mark.slow("every address")
@pytest.mark.parametrize("accept", [HTML, JSON], ids=["html", "json"])
@pytest.mark.parametrize("began", BEGAN)
@pytest.mark.parametrize("part", PARTS)
def test_no_answer_is_empty_and_none_tells_what_was_asked(world, draft, out, part, began, accept):
    clients = {name: signed_in(world, name, accept) for name in ("filer", "crip_coordinator")}
    told = set()
    with out(part, began):
        for route in some(sorted(ROUTES), f"{part} {began} {accept}", 6):
            client = clients["filer" if "/transmissions" in route else "crip_coordinator"]
            path, given, body, late = timed(client, route, draft)
            if late and path != "/api/schema/":
                # A process beside others may stand still for seconds; what waits for a part waits for it again.
                path, given, body, late = timed(client, route, draft)

            # The schema is made anew each time and waits for nothing: on a busy machine that takes its time.
            assert not late or path == "/api/schema/", route
            assert given.status_code != 500, route
            assert b"Traceback" not in body, route
            assert body or given.status_code in (204, 303), route
            if given.status_code == 503 and path not in APART:
                a_person = accept == HTML and not path.startswith("/api/")
                assert given["Retry-After"].isdecimal(), route
                kind = "text/html; charset=utf-8" if a_person else "application/problem+json"
                assert given["Content-Type"] == kind, route
                assert not re.search(rb"\bLou\b", body), route  # a drawn token may have the letters
                shown = route.startswith("POST ") and b'role="alert"' in body
                held = shown and ("/transmissions/" in route or TYPED in html.unescape(body.decode()))
                told.add(b"" if held or part in ("store", "scanner") else body)
            elif (part, began) in ALL and path not in (*APART, *STANDING) and not path.startswith("/guide"):
                pytest.fail(f"{route} was answered: {given.status_code}")
    assert told <= {PAGE, DOCUMENT, b""}
    assert told or part in ("store", "scanner", "provider")


# --- What comes as itself -----------------------------------------------------------------------------


@pytest.mark.parametrize("began", BEGAN)
@pytest.mark.parametrize("part", ["provider", "keys", "cases", "journal", "gate"])
def test_the_urgent_page_the_guide_and_the_form_on_paper_open_whatever_is_out(world, out, part, began):
    clients = [signed_in(world, "filer"), Client(headers={"accept": HTML}, raise_request_exception=False)]

    with out(part, began):
        for client in clients:
            urgent, paper = (client.get(path) for path in STANDING)
            assert (urgent.status_code, paper.status_code) == (200, 200)
            assert 'href="tel:17"' in urgent.content.decode()
            assert "Date et signature" in text(paper)
            assert client.head(STANDING[0]).status_code == 200
            assert 'href="tel:119"' in client.get("/guide").content.decode()


@pytest.mark.parametrize(("part", "began", "slug", "field"), [
    (part, began, *form)
    for part, began in product(("keys", "cases", "gate"), BEGAN)
    for form in some([("inquietude", "facts-0-text"), ("urgence", "fact-text")], f"{part} was out {began}")
])  # fmt: skip
def test_a_page_of_the_form_comes_back_as_it_was_typed_and_is_saved_when_the_part_is_back(
    world, draft, out, monkeypatch, part, began, slug, field
):
    """It says that nothing can be filed, and whom to call; what was typed is in it, and its token still counts."""
    filer, path = signed_in(world, "filer", enforce_csrf_checks=True), f"/transmissions/{draft}/{slug}"
    typed = form_in(filer.get(path)) | (URGENT if slug == "urgence" else {}) | {field: TYPED}

    with out(part, began):
        answer = filer.post(path, typed)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Rien ne peut être transmis pour l'instant" in text(answer)
    assert all(f'href="{link}"' in answer.content.decode() for link in ("tel:17", "sms:114", "tel:119"))
    held = form_in(answer)
    left = {"csrfmiddlewaretoken", "key"}
    assert {k: v for k, v in held.items() if k not in left} == {
        k: v for k, v in typed.items() if k not in left
    }
    monkeypatch.setattr(maintenance_gate, "_reasons", [erasures.why_closed])
    forget_all()
    sent = filer.post(path, held)
    assert sent.status_code == 303, text(sent)
    see_all()
    facts = (
        world.as_("crip_coordinator" if slug == "urgence" else "filer")
        .get(f"referrals/{draft}")
        .json()["facts"]
    )
    assert facts[0]["text"] == TYPED


@pytest.mark.parametrize("part", ["keys", "cases", "gate"])
def test_what_was_typed_for_a_step_comes_back_and_can_be_sent_again(world, draft, out, monkeypatch, part):
    """A page that needs the case can't come as itself: its texts come, with all that is needed to send them again."""
    see_all()
    world.as_("filer").post(f"referrals/{draft}/submit", {}, version=1, key=uuid4().hex)
    worker = signed_in(world, "crip_coordinator", enforce_csrf_checks=True)
    assert worker.get(f"/dossiers/{draft}").status_code == 200
    path = f"/dossiers/{draft}/etape/referral/message_professionals"
    typed = form_in(worker.get(path)) | {"text": TYPED}

    with out(part, "before"):
        answer = worker.post(path, typed)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Rien n'a été enregistré" in text(answer)
    assert all(f'href="{link}"' in answer.content.decode() for link in ("tel:17", "sms:114", "tel:119"))
    monkeypatch.setattr(maintenance_gate, "_reasons", [erasures.why_closed])
    forget_all()
    sent = worker.post(path, form_in(answer))
    assert sent.status_code == 303, text(sent)
    lines = (
        world.as_("crip_coordinator")
        .get(f"referrals/{draft}/messages?channel=professionals")
        .json()["results"]
    )
    assert [line["text"] for line in lines] == [TYPED]


#: The pages whose texts come back. None of them asks for a password, a code or a file.
KEPT = {
    "cases.break_glass.Openings", "cases.emergency_search.OneSearch", "cases.exports.AskExport", "cases.signing.Signature", "cases.row_signing.RowSignature", "cases.access_requests.NewAccessRequest", "cases.access_requests.AccessStep", "cases.steps.StepPage", "cases.writing.Writing",
    "filing.sent.StepPage", "filing.sent.AddPage", "filing.sent.TakeBackPage", "web.generic.RowStepPage", "journal.anomalies.AnomalyStep", "cases.inquiries.AskInquiry", "cases.inquiries.InquiryStep",
    "breaches.pages.BreachStep", "breaches.pages.Declare",
    "cases.letters.LetterStep",
    "journal.asked.AccessQuestion", "journal.lookups.AskLookup", "journal.lookups.DecideLookup", "administration.settings.OneSetting", "conflicts_of_interest.TiePage",
    "conflicts_of_interest.NewTie", "conflicts_of_interest.CorrectTie", "conflicts_of_interest.Decide",
    "cases.child_writing.ChildWriting", "cases.writing.TeamPage",
    "web.directory.editing.EditorForm", "web.directory.editing.ServiceForm", "web.directory.editing.StructureForm",
    "directory.structures.NewStructure", "directory.structures.OneStructureForm", "directory.structures.EditStructure",
    "directory.structures.StructureState", "directory.editing.NewService", "directory.editing.ServiceTopic",
    "directory.editing.Capacities", "directory.editing.Verify", "directory.editing.AskByLink", "directory.editing.UndoAnswer",
    "directory.service.Report", "cases.orientations.ProposeOrientation",
    "access_requests.copy.CopyPage", "access_requests.copy.WholeCopy", "access_requests.copy.CopyPart", "access_requests.copy.Lift",
}  # fmt: skip


def test_no_secret_and_no_file_comes_back():
    """What comes back stands in a page: a form is kept where it is said so, and nowhere by default."""
    found = {page for page in all_pages(FormPage) if page.keeps or page.holds}

    assert {
        f"{page.__module__}.{page.__name__}".removeprefix("web.views.") for page in found if page.keeps
    } == KEPT
    assert not any(issubclass(page, UploadPage) for page in found)


def all_pages(page):
    return {one for child in page.__subclasses__() for one in (child, *all_pages(child))}


@pytest.mark.parametrize("began", BEGAN)
def test_the_page_of_the_authoritys_own_questions_needs_its_questions(world, draft, out, began):
    """They lie in the database of the cases: without it that one page can't be made, and the common one comes."""
    filer, path = signed_in(world, "filer"), f"/transmissions/{draft}/questions"
    typed = form_in(filer.get(path))
    assert typed["authority"]

    with out("keys", began):
        assert "Rien ne peut être transmis pour l'instant" in text(filer.post(path, typed))
        with failing("default"):
            assert filer.post(path, typed).content == PAGE


def test_what_another_site_sends_comes_back_to_nobody(world, draft, out):
    path = f"/transmissions/{draft}/inquietude"

    with out("gate", "before"):
        answer = Client(headers={"accept": HTML, "sec-fetch-site": "cross-site"}).post(path, {"text": TYPED})

    assert (answer.status_code, answer.content) == (503, PAGE)


@pytest.mark.sec("SEC-AU10")
@pytest.mark.parametrize("part", ["keys", "cases", "journal", "gate"])
def test_the_quick_exit_leads_away_whatever_is_out(world, out, part):
    filer = signed_in(world, "filer")

    with out(part, "meanwhile"):
        answer = filer.post("/quitter")

    assert answer["Refresh"] == "0; url=https://meteofrance.com/"
    assert "Repère" not in answer.content.decode()


# --- The page itself ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_the_page_asks_nothing_of_any_database_and_needs_no_other_file(db_both, out, method):
    answer = getattr(Client(headers={"accept": HTML}), method)

    with out("gate", "before"):
        found = answer("/dossiers", headers={"cookie": "session=abcdefghijklmnopqrstuvwxyz012345"})

    assert (found.status_code, found["Content-Language"]) == (503, "fr, en")
    assert "Set-Cookie" not in found
    page = PAGE.decode()
    assert found.content == (b"" if method == "head" else PAGE)
    assert len(PAGE) < 16_000
    assert not re.search(r"<script|<link|<img|\sstyle=|\son\w+=|https?://", page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    for policy in (found["Content-Security-Policy"], *re.findall(r'Security-Policy" content="([^"]+)', page)):
        assert f"style-src 'sha256-{digest}'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_the_page_says_in_both_languages_whom_to_call_by_links():
    french, english = re.findall(
        r'<section lang="(?:fr|en)".*?(?=<section lang|</main>)', PAGE.decode(), re.DOTALL
    )

    assert "Repère ne répond pas pour l'instant" in html_text(french)
    assert "Repère isn't answering" in html_text(english)
    for half in (french, english):
        for link in ("tel:17", "sms:114", "tel:119", "/formulaire-papier"):
            assert half.count(f'href="{link}"') == 1, link
    ids = re.findall(r'\sid="([^"]+)"', PAGE.decode())
    assert len(ids) == len(set(ids))


def html_text(half):
    return html.unescape(re.sub(r"<[^>]+>", " ", half))


def test_a_key_service_that_never_answers_keeps_nobody_waiting(world, out):
    filer = signed_in(world, "filer")

    with out("hanging provider", "meanwhile"):
        for path in ("/transmissions", "/connexion", "/"):
            start = time.monotonic()
            found = filer.get(path)
            assert time.monotonic() - start < 2, path
            assert (found.status_code, found.content) == (503, PAGE)


@pytest.mark.parametrize("began", BEGAN)
def test_the_supervisor_is_answered_and_pages_have_their_style_sheet_while_the_service_is_closed(
    db_both, out, began
):
    with out("gate", began):
        assert Client().get("/healthz").json() == {"status": "ok"}
        assert Client().get("/readyz").status_code == 503
        assert Client().get("/style/page.css").status_code == 200


class ReadOnly(Exception):
    """What PostgreSQL's driver raises where a standby is asked to write."""

    sqlstate = "25006"


@pytest.mark.parametrize(
    ("failed", "cause"), [(DatabaseError, None), (InternalError, ReadOnly())], ids=["damaged", "read-only"]
)
def test_a_database_that_answers_and_cannot_be_used_is_one_that_is_out(world, failed, cause):
    """SQLite tells of a damaged file by the plainest of its errors, which tells nothing else."""
    filer = signed_in(world, "filer")

    def unusable(*_):
        raise failed("of no use") from cause

    with connections["default"].execute_wrapper(unusable):
        found = filer.get("/transmissions")

    assert (found.status_code, found.content) == (503, PAGE)


# --- The key service ----------------------------------------------------------------------------------


@pytest.mark.sec("SEC-FT8")
def test_people_sign_in_read_lists_and_file_while_the_key_service_is_out(world, draft, out):
    """In a process that began before: what needs no name opened goes on (SEC-FT8)."""
    user = world.user("filer")
    user.set_password(PASSWORD)
    user.save()
    client = Client(headers={"accept": HTML}, raise_request_exception=False)

    with out("provider", "before"):
        sign_in_fully(client, user, PASSWORD)
        assert client.get("/transmissions").status_code == 200
        begun = client.post("/transmissions/nouvelle", {"lane": "urgent"})
        assert begun.status_code == 303
        sent = client.post(begun["Location"], form_in(client.get(begun["Location"])) | URGENT)
        assert sent.status_code == 303, text(sent)[:900]
