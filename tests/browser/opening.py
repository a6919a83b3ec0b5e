"""The first use of an empty service, walked as the guide tells it: ``docs/first-use``, its pictures and its test.

Whoever walks types no address but the one that mail brings, and comes everywhere by links.
"""

import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from playwright.sync_api import Browser

from tests.browser.acting import day
from tests.browser.conftest import Service, run
from tests.browser.journeys.meter import DESK, Journey, Walker
from tests.browser.journeys.people import PAGES
from tests.browser.keys import plugged_in
from tests.days import PARIS
from tests.shared import ROOT, plain_environment

PASSWORD: Final = "trois ponts au clair de lune"
#: What the guide has typed on the server; ``first_people`` asks for the four lines.
COMMANDS: Final = (
    ("first_people", "93"),
    ("seed_resources", "--authority", "93", "--national"),
)
#: What ``manage.py bootstrap`` did before.
INSTALLED: Final = (("migrate",), ("migrate", "--database", "keys"))
ADA: Final = "ada.exemple@departement.invalid", "Ada Exemple"
LUC: Final = "luc.exemple@departement.invalid", "Luc Exemple"
#: Whom the two administrators add: address, name, role as the page says it.
PEOPLE: Final = (
    ("nadia.exemple@departement.invalid", "Nadia Exemple", "crip_coordinator"),
    ("sami.exemple@departement.invalid", "Sami Exemple", "supervisor"),
    ("ines.exemple@departement.invalid", "Inès Exemple", "auditor"),
    ("omar.exemple@departement.invalid", "Omar Exemple", "dpo"),
    ("rose.exemple@departement.invalid", "Rose Exemple", "on_call"),
    ("alice.exemple@ecole.invalid", "Alice Exemple", "filer"),
)
TWO_PERSONS: Final = frozenset({"crip_coordinator", "supervisor", "auditor", "dpo", "on_call"})
PHONE: Final = "01 43 00 00 00"
READY_SECONDS: Final = 60
PATIENCE_MS: Final = 60_000
CODE: Final = re.compile(r"(?<![\w-])[a-z2-7]{4}(?:-[a-z2-7]{4}){3}(?![\w-])")

#: The pictures of the guide, in the order in which they are taken.
PICTURES: Final = (
    "invitation", "passkey", "opening", "person", "confirm", "code", "notices", "rota", "receipt", "queue", "triage",
)  # fmt: skip

type Keep = Callable[[Walker, str], object]


@contextmanager
def empty_service(folder_of_run: Path | None = None) -> Iterator[tuple[Service, list[str]]]:
    """Run a service in which nothing was done but the guide's commands; yield it, and what ``first_people`` said.

    In a run of the tests it begins with the tables that the run has made: ``migrate`` finds its work done.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    state = tempfile.mkdtemp(prefix="opening")
    environment = plain_environment() | {
        "REPERE_STATE_DIR": state,
        "REPERE_QUICK_EXIT_URL": f"http://localhost:{port}/style/mark.svg",
        "REPERE_PUBLIC_ADDRESS": f"http://localhost:{port}",
        "REPERE_DEMO_PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    said = []
    tables = {} if folder_of_run is None else {"default": "repere", "keys": "keys"}
    made = {folder_of_run / f"tables-{alias}.sqlite3": name for alias, name in tables.items()}
    if all(file.exists() for file in made):
        for file, name in made.items():
            shutil.copyfile(file, Path(state) / f"{name}.sqlite3")
    try:
        for command in (*INSTALLED, *COMMANDS):
            more = ["--show-link"] if command[0] == "first_people" else []
            done = subprocess.run(  # noqa: S603 - our own program
                [sys.executable, "manage.py", *command, *more], cwd=ROOT, env=environment, text=True, check=True,
                input="\n".join((*ADA, *LUC, "")) if more else None, capture_output=True,
            )  # fmt: skip
            said += done.stdout.splitlines() if more else []
        run(
            [sys.executable, "manage.py", "sequence"], environment
        )  # its keys, before the process that serves
        server = [sys.executable, "-m", "gunicorn", "-c", "python:config.demo.serving", "config.wsgi"]
        running = subprocess.Popen(server, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603
        try:
            next(line for line in running.stdout if "répond sur" in line)
            yield Service(f"http://localhost:{port}", PASSWORD, {}, {}, environment), said
        finally:
            running.terminate()
            running.wait(timeout=30)
            running.stdout.close()
    finally:
        shutil.rmtree(state, ignore_errors=True)


def mailed_link(service: Service, address: str) -> str:
    """Return the link of the newest mail to somebody, once it has left."""
    until = monotonic() + READY_SECONDS
    while monotonic() < until:
        for mail in service.mails():
            if address in str(mail["To"]) and (found := re.search(r"\S+#\S+", mail.get_content())):
                return found[0]
        sleep(0.1)
    raise AssertionError(f"no mail to {address}")


@dataclass
class Opening:
    """The walk: who is at which window, the codes that were shown, and what each part took."""

    browser: Browser
    service: Service
    stack: ExitStack
    keep: Keep
    codes: dict[str, str] = field(default_factory=dict)
    windows: dict[str, Walker] = field(default_factory=dict)
    journeys: list[Journey] = field(default_factory=list)

    def window(self, who: str) -> Walker:
        """Return somebody's own window, with an authenticator."""
        if who not in self.windows:
            context = self.browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport=DESK)
            context.set_default_timeout(PATIENCE_MS)
            self.stack.callback(context.close)
            self.windows[who] = Walker(context.new_page(), self.service, heights=False)
            plugged_in(self.windows[who].page)
        return self.windows[who]

    @contextmanager
    def does(self, who: str, what: str) -> Iterator[Walker]:
        """Count what somebody does."""
        walker = self.window(who)
        with walker.does(who, what) as journey:
            yield walker
        self.journeys.append(journey)
        assert not journey.hindered, f"{who}, {what}: {journey.hindered}"

    def accepts(self, who: str, link: str) -> None:
        """Accept an invitation: a password, then a passkey of this window."""
        with self.does(who, "accept the invitation") as walker:
            walker.page.goto(link)
            walker.page.get_by_label("Code de l'invitation").fill(self.codes[who])
            walker.page.get_by_role("textbox", name="Nouveau mot de passe").fill(PASSWORD)
            if who == ADA[0]:
                self.keep(walker, "invitation")
            walker.presses("Choisir ce mot de passe")
            walker.follows("Se connecter")
            walker.page.get_by_label("Adresse de courriel").fill(who)
            walker.page.get_by_role("textbox", name="Mot de passe").fill(PASSWORD)
            walker.presses("Se connecter")
            walker.page.get_by_label("Nom de la clé").fill("Poste de travail")
            if who == ADA[0]:
                self.keep(walker, "passkey")
            walker.presses("Créer une clé d'accès")
            walker.page.get_by_role("heading", name="Choisissez").wait_for(state="hidden")
            walker.page.wait_for_load_state("load")
            if walker.page.get_by_role("link", name="Je les ai notés").is_visible():
                walker.follows("Je les ai notés")  # of whoever may use codes


def walk(browser: Browser, service: Service, said: list[str], keep: Keep, stack: ExitStack) -> Opening:
    """Open the service at 93, from the two links of the server to a concern that was received and read."""
    opening = Opening(browser, service, stack, keep)
    links = [re.search(r"\S+#\S+", line)[0] for line in said if "#" in line]
    codes = [found[0] for line in said if "Code" in line and (found := CODE.search(line))]
    opening.codes |= dict(zip((ADA[0], LUC[0]), codes, strict=True))
    for (who, _), link in zip((ADA, LUC), links, strict=True):
        opening.accepts(who, link)
    _adds(opening)
    _confirms(opening)
    _chooses(opening)
    for who in (PEOPLE[0][0], PEOPLE[4][0], PEOPLE[5][0]):
        opening.accepts(who, mailed_link(service, who))
    _tells_phone(opening)
    _puts_on_rota(opening)
    _files(opening)
    _receives(opening)
    return opening


def _adds(opening: Opening) -> None:
    """The first administrator adds everybody; five roles wait for the second one, who is shown their codes."""
    with opening.does(ADA[0], "see what is missing, add six people") as ada:
        ada.follows("Administration")
        ada.follows("Ouverture du service")
        opening.keep(ada, "opening")
        for number, (address, name, role) in enumerate(PEOPLE):
            ada.follows("Personnes")
            ada.follows("Ajouter une personne")
            ada.page.get_by_label("Adresse de courriel professionnelle").fill(address)
            ada.page.get_by_label("Prénom et nom").fill(name)
            ada.page.locator('[name="roles-0-role"]').select_option(role)
            ada.page.get_by_label("J'ai vérifié moi-même").check()
            if number == 0:
                opening.keep(ada, "person")
            ada.presses("Ajouter et inviter")
            code = CODE.search(ada.page.locator("main").inner_text())
            assert (code is None) is (role in TWO_PERSONS), address
            if code is not None:
                opening.codes[address] = code[0]


def _confirms(opening: Opening) -> None:
    """The second administrator confirms what the first one asked, and is told the codes."""
    with opening.does(LUC[0], "confirm five roles") as luc:
        luc.follows("Administration")
        luc.clicks(luc.page.get_by_role("link", name="Demandes", exact=True))
        for number in range(len(TWO_PERSONS)):
            luc.clicks(luc.page.get_by_role("link", name=re.compile("^Voir la demande")).first)
            if number == 0:
                opening.keep(luc, "confirm")
            luc.presses("Confirmer")
            shown = luc.page.locator("main").inner_text()
            (address,) = [one for one, _name, _role in PEOPLE if one in shown]
            opening.codes[address] = CODE.search(shown)[0]
            if number == 0:
                opening.keep(luc, "code")
            luc.follows("Revenir aux demandes")


def _chooses(opening: Opening) -> None:
    """The first administrator types the telephone of the cell, from the list of what is left."""
    with opening.does(ADA[0], "type the telephone of the cell") as ada:
        ada.follows("Ouverture du service")
        ada.follows("Le téléphone de la cellule")
        ada.page.locator('[name="crip_phone"]').fill(PHONE)
        ada.page.locator('[name="effective_on"]').fill(day())
        ada.presses("Enregistrer le changement")


def _tells_phone(opening: Opening) -> None:
    """The officer on call types the number at which the service calls."""
    with opening.does(PEOPLE[4][0], "type one's telephone") as rose:
        rose.follows("Mes avis")
        rose.page.get_by_label("Téléphone pour les appels urgents").fill("06 00 00 00 00")
        opening.keep(rose, "notices")
        rose.presses("Enregistrer")
        rose.page.get_by_text("est enregistrée").wait_for()


def _puts_on_rota(opening: Opening) -> None:
    """The first administrator fills the rota for some weeks."""
    tonight = datetime.now(PARIS).replace(minute=0) - timedelta(hours=1)
    with opening.does(ADA[0], "fill the rota") as ada:
        ada.clicks(ada.page.get_by_role("link", name="Astreinte", exact=True))
        ada.follows("Ajouter une garde")
        ada.page.get_by_label("Personne").select_option(label=PEOPLE[4][1])
        ada.page.locator('[name="starts_at"]').fill(f"{tonight:%d/%m/%Y %H:%M}")
        ada.page.locator('[name="ends_at"]').fill(f"{tonight + timedelta(days=7):%d/%m/%Y %H:%M}")
        ada.page.locator('[name="weeks"]').fill("4")
        ada.presses("Ajouter la garde")
        ada.page.get_by_text(PEOPLE[4][1]).first.wait_for()
        opening.keep(ada, "rota")


def _files(opening: Opening) -> None:
    """The first filer files a concern that is a trial, with invented data."""
    with opening.does(PEOPLE[5][0], "file a trial concern") as alice:
        alice.presses("Transmettre une inquiétude")
        for _ in range(len(PAGES) * 3):
            title = alice.page.get_by_role("heading", level=1).inner_text().strip()
            if title.startswith("Relisez"):
                break
            fills = next((fill for page, fill in PAGES.items() if title.startswith(page)), None)
            if fills is not None:
                fills(alice)
            place = alice.page.get_by_label("Votre structure")
            if place.count() and place.first.is_visible():
                place.first.fill("Collège d'essai")  # the account names none
            alice.presses(re.compile("^Enregistrer et (continuer|relire)"))
        alice.page.get_by_label("J'ai lu ce qui précède").check()
        alice.presses("Transmettre")
        alice.page.locator(".reference").wait_for()
        opening.keep(alice, "receipt")


def _receives(opening: Opening) -> None:
    """The coordinator finds the concern, opens it and begins the first analysis."""
    with opening.does(PEOPLE[0][0], "receive the trial concern") as nadia:
        nadia.follows("Dossiers")
        opening.keep(nadia, "queue")
        nadia.clicks(nadia.page.locator(".cases .ref").first)
        nadia.follows("Ouvrir la première analyse")
        nadia.page.get_by_role("radio").first.check()
        opening.keep(nadia, "triage")
        nadia.presses("Ouvrir la première analyse")
    until = monotonic() + READY_SECONDS
    while nadia.page.get_by_role("radio").count() and monotonic() < until:
        sleep(1)  # the worker looks for similar files first, and the page says so
        nadia.presses("Ouvrir la première analyse")
    nadia.page.get_by_text("est enregistrée").wait_for()
