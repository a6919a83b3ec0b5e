"""A browser and the whole service: the demonstration in a process of its own, and the system's Chromium.

Pages are reached as a person reaches them. The service writes its own SQLite files whatever database the other tests
use; no test here touches a database.
"""

import base64
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as email_policy
from functools import cache
from hashlib import sha256
from pathlib import Path
from time import sleep, time
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Locator,
    Page,
    Playwright,
    Response,
    sync_playwright,
)

from tests.accounts.oidc.strict import StrictProvider
from tests.browser.checks import (
    DESK,
    NARROW,
    PHONE,
    assert_accessible,
    assert_fits,
    assert_good,
    glanced_at,
    looked_at,
    sized,
)
from tests.browser.keys import held
from tests.night import NIGHT, some
from tests.shared import ROOT, demonstration, plain_environment
from tests.system_packages import CHROMIUM

#: Where pictures of the pages are kept, by whoever wants some.
PICTURES = os.environ.get("REPERE_PICTURES")
#: A code holds for so long, and is taken so long before its time (``encryption/onetime.py``, which needs Django;
#: ``make journeys`` and ``make pictures`` have none).
STEP_SECONDS, EARLY_SECONDS = 30, 5
READY_SECONDS = 600
#: No page weighs more, in bytes, all files together.
HEAVIEST = 150_000
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # Without a limit each context begins two processes, one for the empty page that it opens with; and without a
    # process of its own for drawing the same is drawn for less.
    "--renderer-process-limit=1", "--in-process-gpu",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say what they need."""
    for item in items:
        if item.nodeid.startswith("tests/browser/"):
            item.add_marker(pytest.mark.needs("chromium"))
            item.add_marker(pytest.mark.slow("a browser"))
            item.add_marker(pytest.mark.real_clock("the service and the browser have the machine's"))


# Of this package and no longer: while Playwright runs, the thread has a running event loop, in which Django refuses
# to use a database; the tests that come after these in the same process need theirs.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start the system's Chromium; without one the tests fail, for they prove what people see."""
    with chromium(playwright) as started:
        yield started


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start the system's Chromium; its shell without a window, where it is installed, takes half the time.

    It has the machine's clock: with that of ``faketime`` it takes three times as long.
    """
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.fail(
            "The tests of the pages drive Chromium: apt-get install chromium-headless-shell (Debian)."
        )
    plain: dict[str, str | float | bool] = {
        name: said for name, said in os.environ.items() if name != "LD_PRELOAD"
    }
    started = playwright.chromium.launch(executable_path=path, args=FLAGS, env=plain)
    try:
        yield started
    finally:
        FREE.pop(started, None)
        started.close()


#: The pages at which somebody sits now.
SHOWN: list[Page] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Let a test that failed tell what each page said."""
    report = yield
    if report.failed and report.when == "call":
        report.sections += [(f"What {page.url} said", _said(page)) for page in SHOWN]
    return report


def _said(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=1_000)
    except Error as none:
        return str(none)


#: Of each browser, the windows at which nobody sits.
FREE: dict[Browser, list[BrowserContext]] = defaultdict(list)


@contextmanager
def window(browser: Browser, *, kept: bool = True, **options) -> Iterator[Page]:
    """Lend a page in a window of its own, in which nobody has signed in.

    A window without ``options`` is kept for who comes after, with an empty page, by which its process stays: to begin
    one, and to read style and scripts for the first time, is a tenth of what the tests of pages take.
    """
    keeps, free = kept and not options, FREE[browser]
    if keeps and free:
        context = free.pop()
    else:
        context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport=DESK, **options)
        context.new_page()
    SHOWN.append(shown := context.new_page())
    try:
        yield shown
    except BaseException:
        keeps = False
        raise
    finally:
        SHOWN.remove(shown)
        if keeps:
            for page in context.pages[1:]:
                page.close()
            context.clear_cookies()
            free.append(context)
        else:
            context.close()


#: Django's mailer of files writes a line of so many hyphens after each mail, and mails of one second may share a file.
BETWEEN_MAILS = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class SignedIn:
    """A session: its key, which the cookie alone holds, and what it held right after a sign-in."""

    key: str
    data: dict[str, Any]

    @classmethod
    def read(cls, key: str, sealed: str) -> "SignedIn":
        """Return a session by its key and what the table holds of it."""
        return cls(key, json.loads(_bearer().opened(key.encode(), "session", base64.b64decode(sealed))))

    @property
    def kept_as(self) -> str:
        """Its name in the table (``accounts/sessions.py``)."""
        return sha256(self.key.encode()).hexdigest()[:40]

    def sealed(self) -> str:
        """Return what the table is to hold, with a proof of just now (``accounts/signin.py``)."""
        data = json.dumps(self.data | {"proved_at": time()}).encode()
        return base64.b64encode(_bearer().sealed(self.key.encode(), "session", data)).decode()


def _bearer() -> Any:
    """Return what seals the data of sessions. It needs Django, without which pictures are taken (``pictures.py``)."""
    from encryption import bearer

    return bearer


@dataclass(frozen=True)
class Service:
    """The running service: where it answers, the password of all its people, their passkeys, where its state lies.

    ``secrets`` are those of their applications, ``used`` the last time steps whose codes were typed, and ``sessions``
    those that people go on in, by day from the start; nobody does where it isn't ``shared``.
    """

    address: str
    password: str
    keys: dict[str, dict[str, str]]
    secrets: dict[str, str]
    environment: dict[str, str]
    used: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, "SignedIn"] = field(default_factory=dict)
    shared: bool = True

    def code_of(self, name: str) -> str:
        """Return the code that somebody's application shows, once it shows another one than was typed last."""
        seconds = time()
        self.used[name] = step = max(int(seconds) // STEP_SECONDS, self.used.get(name, 0) + 1)
        sleep(max(0, step * STEP_SECONDS - EARLY_SECONDS - seconds))
        secret = base64.b32decode(self.secrets[f"{name}@demo.invalid"])
        return TOTP(secret, 6, SHA1(), STEP_SECONDS).generate(step * STEP_SECONDS).decode()  # noqa: S303 - RFC 6238

    def mails(self) -> Iterator[EmailMessage]:
        """Yield the mails that the service has written, those of the newest file first."""
        folder = Path(self.environment["REPERE_STATE_DIR"]) / "mail"
        for file in sorted(folder.glob("*"), key=lambda one: one.stat().st_mtime, reverse=True):
            for mail in file.read_bytes().split(BETWEEN_MAILS):
                yield cast("EmailMessage", message_from_bytes(mail, policy=email_policy))

    def database(self) -> AbstractContextManager[sqlite3.Connection]:
        """Open the service's database; each statement commits."""
        file = Path(self.environment["REPERE_STATE_DIR"]) / "repere.sqlite3"
        return closing(sqlite3.connect(file, timeout=30, isolation_level=None))

    def works(self, *names: str) -> None:
        """Let pieces of recurring work be due now, and wait until the service has done them."""
        began = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")  # as Django writes it
        said = {"names": json.dumps(names), "began": began}
        due = "UPDATE outbox_work SET next_at = :began WHERE name IN (SELECT value FROM json_each(:names))"
        done = "SELECT count(*) FROM outbox_work WHERE ran_at > :began AND name IN (SELECT value FROM json_each(:names))"
        with self.database() as database:
            database.execute(due, said)
            for _ in range(READY_SECONDS * 20):
                if database.execute(done, said).fetchone() == (len(names),):
                    return
                sleep(0.05)
        pytest.fail(f"not done: {names}")


def run(command: list[str], environment: dict[str, str]) -> str:
    """Return what a command of ours says."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout


@pytest.fixture(scope="package")
def provider() -> Iterator[StrictProvider]:
    """Run an identity provider, which the service has: at another site than its own, as a browser sees it."""
    running = StrictProvider()
    yield running
    running.stop()


@pytest.fixture(scope="package")
def service(provider: StrictProvider, folder_of_run: Path) -> Iterator[Service]:
    with serving(provider, folder_of_run) as running:
        yield running


def known(provider: StrictProvider, home: str) -> dict[str, str]:
    """Let a provider and a service know each other; return the service's settings."""
    provider.redirects.add(f"{home}/connexion/fournisseur/essai/retour")
    provider.leaves.add(f"{home}/deconnexion/retour")
    said = {
        "ISSUER": provider.issuer, "NAME": "Mon Service", "CLIENT_ID": provider.client_id, "CLIENT_SECRET": provider.secret,
        "PKCE": "no",
    }  # fmt: skip
    return {
        "REPERE_OIDC_PROVIDERS": "essai",
        **{f"REPERE_OIDC_ESSAI_{name}": one for name, one in said.items()},
    }


@contextmanager
def serving(provider: StrictProvider | None = None, folder_of_run: Path | None = None) -> Iterator[Service]:
    """Run the demonstration until the block ends, in a run of the tests from what it leaves when it was prepared."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    state = tempfile.mkdtemp(prefix="pages")
    if folder_of_run is not None:
        demonstration(folder_of_run, Path(state))
    # A page that no network is needed for stands in for the neutral one.
    environment = plain_environment() | {
        "REPERE_STATE_DIR": state,
        "REPERE_QUICK_EXIT_URL": f"http://localhost:{port}/style/mark.svg",
        # By name: browsers bind passkeys to no number.
        "REPERE_PUBLIC_ADDRESS": f"http://localhost:{port}",
    }
    if provider is not None:
        environment |= known(provider, environment["REPERE_PUBLIC_ADDRESS"])
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    try:
        told = []
        for line in running.stdout:
            told.append(line)
            if "répond sur" in line:
                break
        password = re.search(r"password of all accounts\) : (\S+)", "".join(told))
        assert password, "the demonstration didn't start:\n" + "".join(told)
        for_keys = environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        keys, secrets, sessions = json.loads(run([sys.executable, "-m", "tests.browser.keys"], for_keys))
        signed_in = {} if NIGHT else {who: SignedIn(**one) for who, one in sessions.items()}
        home, in_tests = f"http://localhost:{port}", folder_of_run is not None
        yield Service(home, password[1], keys, secrets, environment, sessions=signed_in, shared=in_tests)
    finally:
        running.terminate()
        running.wait(timeout=30)
        running.stdout.close()
        shutil.rmtree(state, ignore_errors=True)


class Visitor:
    """Somebody at a browser: goes places, signs in, and has each page looked at.

    One who ``shares`` goes on in a session that the same person has already.
    """

    def __init__(self, page: Page, service: Service, *, shares: bool = True) -> None:
        self.page, self.service, self.shares = page, service, shares
        self.weights: dict[str, int] = {}
        page.on("response", self._weigh)

    def _weigh(self, response: Response) -> None:
        """Count what a page needs, all files together, by the lengths that the service tells.

        What is kept is no page, nor is what a script asks for later. A file that the browser holds already counts as if
        it came anew.
        """
        headers, request = response.headers, response.request
        if (
            headers.get("content-disposition", "").startswith("attachment")
            or request.resource_type == "fetch"
        ):
            return
        if request.is_navigation_request():
            self._reached = response.url
            self.weights[response.url] = 0
        self.weights[self._reached] += int(headers["content-length"])

    def leaves(self) -> None:
        """Be told of every page that was too heavy."""
        assert {url: weight for url, weight in self.weights.items() if weight > HEAVIEST} == {}

    def goes(self, path: str) -> None:
        self.page.goto(self.service.address + path)

    def signs_in(self, name: str, code: str = "93") -> None:
        who = f"{name}.{code}@demo.invalid"
        if self.shares and self._goes_on(who):
            return
        self.gives_the_password(name, code)
        if self.page.get_by_role("button", name="Utiliser une clé d'accès").is_visible():
            self.proves(name, code)
        else:
            self.types_a_code(name, code)  # where no script runs
        if self.shares:
            self._leaves_for_others(who)

    def _leaves_for_others(self, who: str) -> None:
        cookies = self.page.context.cookies()
        key = next(one["value"] for one in cookies if one["name"] == "session")
        with self.service.database() as database:
            asked = "SELECT session_data FROM accounts_session WHERE session_key = ?"
            (sealed,) = database.execute(asked, [SignedIn(key, {}).kept_as]).fetchone()
        self.service.sessions[who] = SignedIn.read(key, sealed)

    def _goes_on(self, who: str) -> bool:
        """Have the session as it was right after a sign-in, as if that were just now; tell whether it is still one."""
        known = self.service.sessions.get(who)
        if known is None:
            return False
        with self.service.database() as database:
            again = "UPDATE accounts_session SET session_data = ? WHERE session_key = ?"
            if not database.execute(again, [known.sealed(), known.kept_as]).rowcount:
                return False  # signed out, or under another key since a proof
        cookie = {"name": "session", "value": known.key, "url": self.service.address, "httpOnly": True}
        self.page.context.add_cookies([cookie])
        self.goes("/")
        if not self.page.evaluate("document.querySelector('form[action$=deconnexion]') !== null"):
            return False  # ended, by another position
        held(self.page, self.service.keys[who])
        return True

    def gives_the_password(self, name: str, code: str = "93") -> None:
        self.goes("/connexion")
        self.page.get_by_label("Adresse de courriel").fill(f"{name}.{code}@demo.invalid")
        self.page.get_by_role("textbox", name="Mot de passe").fill(self.service.password)
        self.page.get_by_role("button", name="Se connecter").click()
        self.page.wait_for_url("**/connexion/suite")

    def proves(self, name: str, code: str = "93") -> None:
        """Take the second step, with the passkey that this browser holds from now on."""
        held(self.page, self.service.keys[f"{name}.{code}@demo.invalid"])
        self.page.get_by_role("button", name="Utiliser une clé d'accès").click()
        self.page.wait_for_url(lambda url: "/connexion" not in url)

    def types_a_code(self, name: str, code: str = "93") -> None:
        """Take the second step with an application."""
        self.page.get_by_label("Code à six chiffres").fill(self.service.code_of(f"{name}.{code}"))
        self.page.get_by_role("button", name="Continuer").click()
        self.page.wait_for_url(lambda url: "/connexion" not in url)

    def presses(self, name: str) -> None:
        self.clicks(self.page.get_by_role("button", name=name).first)

    def follows(self, name: str) -> None:
        self.clicks(self.page.get_by_role("link", name=name).first)

    def clicks(self, what: Locator) -> None:
        """Click, and have all of the page that comes: Playwright goes on as soon as its first part is there.

        A form that is being saved is sent once that is over, when the click is long done (``page.js``).
        """
        if what.evaluate("one => Boolean(one.form && 'autosave' in one.form.dataset)"):
            with self.page.expect_navigation():
                what.click()
            return
        what.click()
        self.page.wait_for_load_state("load")

    def looks(self, name: str) -> None:
        """Ask axe and the ruler about the page on a desk and, in the dark, on the narrowest window.

        By day a checksum of the name says in which of the two axe reads what it hasn't read yet. Pictures of desk and
        phone are kept where they are wanted. At night all colours are asked for in all windows.
        """
        self.page.wait_for_load_state("load")
        looked_at(self.page)
        windows = [("desk", DESK), ("phone", PHONE), ("narrow", NARROW)]
        if not (PICTURES or NIGHT):
            del windows[1]  # its layout is the narrow one's (web/files/page.css)
            first = some(["desk", "narrow"], name)
            windows.sort(key=lambda one: one[0] not in first)
        for number, (kind, size) in enumerate(windows):
            sized(self.page, size)
            if PICTURES and kind != "narrow":
                self.page.screenshot(path=Path(PICTURES) / f"{name}-{kind}.png", full_page=True)
            assert_fits(self.page, name)
            if kind != "phone" and (NIGHT or number == 0):
                assert_accessible(self.page, name, "dark" if kind == "narrow" else "light")
        self._rests(name)

    def glances(self, name: str) -> None:
        """Ask axe and the ruler about the page as it is on the narrowest window, by day once for each kind of page.

        No picture is kept.
        """
        self.page.wait_for_load_state("load")
        looked_at(self.page)
        if glanced_at(self.page):
            return
        sized(self.page, NARROW)
        assert_fits(self.page, name)
        assert_accessible(self.page, name)
        self._rests(name)

    def _rests(self, name: str) -> None:
        """Have the page again as it was, at night once all ways of looking at it were tried."""
        if NIGHT:
            assert_good(self.page, name, all_ways=True)
        sized(self.page, DESK)


@pytest.fixture
def visitor(browser: Browser, service: Service) -> Iterator[Visitor]:
    with somebody_else(browser, service) as present:
        yield present


@pytest.fixture
def people(browser: Browser, service: Service) -> Iterator[Callable[[str], Visitor]]:
    """Return a function that gives somebody of 93 by name, signed in at a browser of their own."""
    with ExitStack() as present:

        @cache
        def person(name: str) -> Visitor:
            found = present.enter_context(somebody_else(browser, service))
            found.signs_in(name)
            return found

        yield person


@contextmanager
def somebody_else(browser: Browser, service: Service, **options) -> Iterator[Visitor]:
    """A second person, at a browser of their own."""
    with window(browser, **options) as page:
        shares = service.shared and options.get("java_script_enabled", True)
        present = Visitor(page, service, shares=shares)
        yield present
        present.leaves()
