"""SEC-FI4: browsers read files at a host of their own, with a pass of one minute that is taken once."""

import base64
import re
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import handoff_tokens
from accounts.errors import NotVisible
from accounts.models import Membership, Session
from accounts.signin import PROVED
from audit.events import FILE_OPENED
from tests.conftest import see_all
from tests.faults.crash import entries
from tests.referrals.attachments import files

pytestmark = [pytest.mark.sec("SEC-FI4"), pytest.mark.usefixtures("unconfined")]
HOST = "files.example"
OURS = "testserver"


@pytest.fixture
def apart(settings):
    """Files have a host of their own."""
    settings.FILES_ORIGIN = f"https://{HOST}"
    settings.ALLOWED_HOSTS = [OURS, HOST]


@pytest.fixture
def part(filed, apart):
    return filed.as_("intake_agent").keeps(files.image(), "a.jpg", evidence="true")


class Browser:
    """Somebody who has signed in, and what their browser does at either host; no cookie goes from one to the other."""

    def __init__(self, world, who):
        self.user = world.user(who)
        self.client = Client(raise_request_exception=False)
        self.client.force_login(self.user)
        session = self.client.session
        session[PROVED] = timezone.now().timestamp()
        session.save()

    def asks(self, filed, part, what="content"):
        return self.client.get(f"/api/v1/referrals/{filed.pk}/attachments/{part}/{what}")

    def is_sent(self, filed, part, what="content"):
        """Ask for a file; return the address that the browser is sent to."""
        answer = self.asks(filed, part, what)
        assert answer.status_code == 303, answer.content
        assert not answer.content
        return answer["Location"]


def follow(address, **headers):
    """Go where a browser is sent, without a cookie."""
    assert address.startswith(f"https://{HOST}/")
    answer = Client(raise_request_exception=False).get(
        address.removeprefix(f"https://{HOST}"), headers={"host": HOST} | headers
    )
    see_all()
    return answer


@pytest.fixture
def coordinator(world):
    return Browser(world, "crip_coordinator")


def is_refused(answer):
    return answer.status_code == 404 and answer.json()["code"] == "not-found"


@pytest.mark.parametrize("what", ["content", "original"])
def test_a_browser_reads_a_file_there_and_the_entry_names_its_reader(filed, part, coordinator, what):
    before = entries()[FILE_OPENED]
    address = coordinator.is_sent(filed, part, what)
    assert entries()[FILE_OPENED] == before, "nothing was opened yet"

    answer = follow(address)

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert not answer.cookies
    assert entries()[FILE_OPENED] == before + 1


def test_a_pass_is_taken_once(filed, part, coordinator):
    address = coordinator.is_sent(filed, part)

    assert follow(address).status_code == 200
    assert is_refused(follow(address))
    assert coordinator.is_sent(filed, part) != address


@pytest.mark.parametrize(("seconds", "works"), [(0, True), (59, True), (61, False)])
def test_a_pass_lasts_a_minute(filed, part, coordinator, seconds, works):
    text = coordinator.is_sent(filed, part).rpartition("/")[2]
    later = timezone.now() + timedelta(seconds=seconds)

    with nullcontext() if works else pytest.raises(NotVisible):
        actor, what = handoff_tokens.taken(text, RequestFactory().get("/"), at=later)
        assert (actor.user_id, what[16:32].hex()) == (coordinator.user.pk, part.replace("-", ""))


def test_a_changed_pass_opens_nothing(filed, part, coordinator):
    """Every byte of it is told by its tag."""
    address = coordinator.is_sent(filed, part)
    start, text = address[: address.rindex("/") + 1], address[address.rindex("/") + 1 :]
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    for at in range(len(raw)):
        raw[at] ^= 1
        assert is_refused(follow(start + base64.urlsafe_b64encode(raw).rstrip(b"=").decode())), at
        raw[at] ^= 1
    for odd in ("x", "A" * 40, text[:-4], text + "AAAA", "%00", "é"):
        assert follow(start + odd).status_code in (400, 404), odd
    assert follow(address).status_code == 200


def signs_out(browser):
    browser.client.post("/deconnexion", {})


def changes_password(browser):
    browser.user.password = make_password("une autre phrase de passe")
    browser.user.save()


def loses_the_role(browser):
    Membership.objects.filter(user=browser.user).update(valid_to=timezone.now())


def is_closed(browser):
    browser.user.is_active = False
    browser.user.save()


@pytest.mark.parametrize("ending", [signs_out, changes_password, loses_the_role, is_closed])
def test_what_ends_the_session_ends_the_pass(filed, part, coordinator, ending):
    address = coordinator.is_sent(filed, part)

    ending(coordinator)

    assert is_refused(follow(address))


def test_rights_are_those_of_the_moment_in_which_it_is_taken(filed, part, coordinator):
    address = coordinator.is_sent(filed, part)
    excluded = {"user": str(coordinator.user.pk), "reason": "Un lien de famille."}
    done = filed.as_("supervisor").does(
        "exclude", excluded, version=filed.world.as_("supervisor").version(filed.pk)
    )
    assert done.status_code == 200, done.content

    assert is_refused(follow(address))


def test_who_reads_no_file_gets_no_pass(filed, part, world):
    for who in ("assessor", "auditor", "territory_admin", "filer_2"):
        answer = Browser(world, who).asks(filed, part)
        assert answer.status_code == 404, who


def test_a_program_reads_where_it_asks(filed, part):
    assert filed.as_("crip_coordinator").opens(part).status_code == 200


def test_the_host_of_files_serves_nothing_else_and_ours_no_pass(filed, part, coordinator):
    address = coordinator.is_sent(filed, part).removeprefix(f"https://{HOST}")
    assert coordinator.client.get(address).status_code == 404, "on our own host a pass opens nothing"
    for path in ("/", "/connexion", "/api/v1/me", "/api/v1/session", "/healthz", "/style/page.css", "/dossiers",
                 f"/api/v1/referrals/{filed.pk}/attachments/{part}/content"):  # fmt: skip
        for host in (HOST, HOST.upper(), f"{HOST}:8443", f"{HOST}."):
            for accept in ("text/html", "*/*"):
                answer = coordinator.client.get(path, headers={"host": host, "accept": accept})
                assert answer.status_code == 404, (path, host)
                assert answer["Content-Type"] == "application/problem+json"
    for verb in ("post", "put", "delete", "head", "options"):
        assert getattr(Client(), verb)(address, headers={"host": HOST}).status_code in (401, 403, 404, 405), (
            verb
        )
    assert follow(f"https://{HOST}{address}").status_code == 200


def test_a_cookie_or_token_changes_nothing_there(filed, part, coordinator, world):
    """Whoever brings a pass is who was given it, whatever else the browser sends along."""
    before = entries()[FILE_OPENED]
    address = coordinator.is_sent(filed, part)
    secret = world.secrets["93", "filer"]

    assert follow(address, authorization=f"Bearer {secret}").status_code == 200
    assert entries()[FILE_OPENED] == before + 1


def test_the_address_names_no_person_in_words(filed, part, coordinator):
    address = coordinator.is_sent(filed, part)

    assert re.fullmatch(rf"https://{HOST}/api/v1/files/[A-Za-z0-9_-]+", address)
    assert len(address) < 300
    assert Session.objects.count() == 1
