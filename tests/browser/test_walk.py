"""Every page that there is, as somebody comes to it by its links: what no other test has looked at is looked at here.

This file runs after the others of its folder, by its name. By day each page is looked at once, in one window and one set of colours
that a checksum of its name picks, and a few are gone through by the keyboard; at night each in all of them, and again
for every person who comes to it.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from accounts.roles import Role
from referrals.vocabulary.states import OPENED
from tests.browser.acting import answers
from tests.browser.checks import LOOKED, assert_by_keyboard, assert_good
from tests.browser.conftest import Visitor, somebody_else
from tests.night import NIGHT, some
from web.cases.tabs import TABS
from web.urls import urlpatterns

#: Addresses that show no page to whoever comes by a link, and why.
NO_PAGE = {
    **dict.fromkeys(
        (
            "journal-table",
            "journal-export",
            "journal-verifier",
            "figures-table",
            "cases-file",
            "access-copy-page",
            "breach-table",
            "export-take",
            "import-template",
            "import-lines",
            "directory-import-template",
            "directory-export",
        ),
        "gives a file to keep",
    ),
    **dict.fromkeys(
        ("to-provider", "to-bind", "from-provider", "left-provider", "invitation-to-provider"),
        "leads to an identity provider or back: test_providers.py",
    ),
    **dict.fromkeys(
        ("invitation-identity", "identity-bind", "identity-remove"),
        "within a sign-in at an identity provider: test_providers.py",
    ),
    **dict.fromkeys(
        ("account-request-page", "account-request-refusal"),
        "after a request that a stranger has confirmed by mail: web/test_account_requests.py",
    ),
    "guidance-review-end": "after a review was recorded: web/guidance/test_reviews.py",
    "calendar-feed-new": "where the authority allows calendars, which none does at first",
    "calendar-feed": "read by calendars: referrals/calendar_feeds/test_feeds.py",
    "export": "after one was asked for and allowed by a second person: referrals/exports/test_exports.py",
    "emergency-search": "after an officer on duty has searched: referrals/emergency_search/test_emergency_search.py",
    "emergency-sheet": "after another authority has opened one: journeys/test_s02_runaway.py",
    "filing-take-back": "until the cell has opened what was filed: web/test_pages.py",
    "first-factor": "for an account without a second factor, which nobody of the demonstration has",
    "barred-decide": "after a tie was found on a case: web/test_conflicts_of_interest.py",
    "letter-prepare-page": "a button on the page of a case's letters: web/test_letters.py",
    **dict.fromkeys(
        ("inquiry-page", "inquiry-step-page"), "after another authority was asked: web/test_inquiries.py"
    ),
    **dict.fromkeys(
        ("access-copy", "access-copy-part", "access-copy-lift", "access-file", "access-receipt"),
        "after the copy of a request was made: web/test_access_copy.py",
    ),
    "directory-look": "after an opening outside working hours: web/test_directory.py",
    "directory-undo": "after a service has answered by its link: web/test_directory_links.py",
    **dict.fromkeys(
        (
            "training",
            "training-story",
            "training-review",
            "training-lesson",
            "training-attestation",
            "training-attested",
            "training-enter",
            "training-mails",
        ),
        "in a training instance: test_training.py",
    ),
    "row-signature": "after somebody proposed a step on a row of no case: referrals/execution/test_row_approvals.py",
    "transfer": "after another authority has asked for a transfer: web/test_transfers.py",
}
#: Pages of a state that only the tests of another file make; they look at them there.
ELSEWHERE = {
    "directory-night": "test_directory.py",
    "second-step": "test_factors.py",
    "anomaly-identities-page": "test_journal.py",
    "access-question-page": "test_journal.py",
    "request-role": "test_administration.py",
    "request-reset": "test_administration.py",
    "import-page": "test_imports.py",
    "assessment-writing": "test_s03_exploiting_parents.py",
    "child-writing": "test_s03_exploiting_parents.py",
    "signature": "test_s03_exploiting_parents.py",
    "case-pair": "test_journeys.py",
    "letter-one": "test_letters.py",
    "find-service": "test_orientations.py",
    "propose-orientation": "test_orientations.py",
    "letter-step-page": "test_letters.py",
    "emergency-search-new": "test_cases.py",
    **dict.fromkeys(
        (
            "directory-service",
            "directory-report",
            "directory-address",
            "directory-merge",
            "directory-structure",
            "directory-structure-edit",
            "directory-structure-status",
            "directory-structure-place",
            "directory-service-new",
            "directory-service-topic",
            "directory-service-place",
            "directory-capacity",
            "directory-verify",
            "directory-ask",
            "directory-history",
        ),
        "test_directory.py",
    ),
}
#: Where a walk begins; the last ones are reached from mails, grave acts or a state alone.
STARTS = (
    "/", "/dossiers", "/mot-de-passe/choix", "/invitation", "/demande-de-compte/confirmation", "/compte/adresse/choix",
    "/annuaire/confirmer",
    "/compte/confirmation", "/compte/roles/collegue", "/dossiers/vues", "/compte/agenda",
    "/administration?state=closed", "/exports/demande",
)  # fmt: skip

#: Of these so many are gone to, for a draft leads elsewhere than what was sent, a closed account than an open one, and
#: each part of a case to other steps; of all others one.
EACH = {"filing": 4, "person": 3, "case-part": len(TABS)}


def begins(visitor: Visitor) -> None:
    """Begin a draft, whose pages lead to all of the form."""
    visitor.goes("/transmissions/nouvelle")
    visitor.presses("Commencer")
    visitor.page.wait_for_url(lambda url: not url.endswith("nouvelle"))


def coordinates(visitor: Visitor) -> str | None:
    """Declare a tie, and begin to type in what somebody says on the phone; say where a case is worked on."""
    for state in OPENED:
        visitor.goes(f"/dossiers?state={state}")
        if visitor.page.locator(".cases .ref").count():
            break
    case = visitor.page.locator(".cases .ref").first.get_attribute("href")
    visitor.goes("/compte/liens/nouveau")
    answers(visitor, {"last_name": "Passage", "first_names": "Essai"})
    visitor.presses("Enregistrer")
    begins(visitor)
    return case


def administers(visitor: Visitor) -> str | None:
    """Close somebody's account, and add a person: their pages lead to what is done to each; say where a service is."""
    visitor.goes("/administration")
    service = visitor.page.get_by_role("link", name=re.compile("Service chargé.*93")).first.get_attribute(
        "href"
    )
    visitor.goes("/administration")
    visitor.clicks(visitor.page.get_by_role("link", name=re.compile("associatif")))
    visitor.clicks(visitor.page.get_by_role("link", name="Fermer le compte"))
    visitor.clicks(visitor.page.locator("main form button"))
    visitor.goes("/administration/personnes/nouvelle")
    answers(visitor, {"email": "passage@demo.invalid", "full_name": "Passage Exemple"})
    visitor.presses("Ajouter et inviter")
    visitor.follows("Voir la page de cette personne")
    return service


def looks_up(visitor: Visitor) -> None:
    """Ask to look up what a complaint names; the other office then decides."""
    visitor.goes("/journal/reclamations/nouvelle")
    said = {"kind": "Un dossier, par sa référence", "named": "R7KD-4M2X-9QPA-W"}
    answers(visitor, said | {"ground": "Réclamation d'une personne concernée"})
    visitor.presses("Demander")


#: Who walks, in this order (by day until nothing is left), and what each does before. No name: somebody who hasn't signed in.
PEOPLE: dict[str, Callable[[Visitor], str | None] | None] = {
    "": None,
    "crip_coordinator": coordinates,
    "filer": begins,
    "territory_admin": administers,
    "auditor": looks_up,
    # By day the walk ends with the third of these: every page is met by then.
    "supervisor": None,
    "directory_editor": lambda _: "/demandes-acces",
    **dict.fromkeys(("filer_org_lead", "platform_admin")),
}
PEOPLE |= {str(role): None for role in Role if role not in PEOPLE and role != Role.API_119}


def names() -> set[str]:
    """Return the names of all addresses that show a page."""
    views = {one.name: one.callback.view_class for one in urlpatterns}
    shown = {name for name, view in views.items() if "get" in view.http_method_names and hasattr(view, "get")}
    return {name for name in shown if name} - NO_PAGE.keys()


@cache
def kind(path: str) -> tuple[str, str]:
    """Return which page an address shows: its name, and which of those that are told apart by a word."""
    try:
        found = resolve(re.split("[?#]", path)[0])
    except Resolver404:
        return "", ""
    words = [str(value) for name, value in found.kwargs.items() if name in ("step", "part", "question")]
    return found.view_name, next((word for word in words if not re.fullmatch("[0-9a-f-]{36}", word)), "")


def walk(
    visitor: Visitor, left: set[str], name: str, first: str | None, known: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield each kind of page that is left, once somebody stands on it; others are passed through.

    By day those that are left come first: what lies behind others is asked for only where it is the way to one, and not
    of the kinds that earlier people were shown, which are ``known``, but for where this person begins and what was filed.
    """
    own, met = [first] if first else [], Counter[str | tuple[str, str]]()
    if name and visitor.page.url.startswith(visitor.service.address):
        own.insert(0, visitor.page.url.removeprefix(visitor.service.address))
    waiting, passed_over = [*own, *STARTS], set() if NIGHT else known - left - {"filing"}
    told_of = set(waiting)
    while waiting and (left or NIGHT):
        next_one = 0 if NIGHT else next((n for n, one in enumerate(waiting) if kind(one)[0] in left), 0)
        path = waiting.pop(next_one)
        what, which = kind(path)
        if (
            not what
            or what in NO_PAGE
            or path in met
            or met[(what, which) if NIGHT else what] >= EACH.get(what, 1)
            or (what in passed_over and path not in (*own, "/"))
        ):
            continue
        met.update({path, what, (what, which)})
        if what in left or (NIGHT and what in names()):
            response = visitor.page.goto(visitor.service.address + path)
            visitor.page.wait_for_load_state("load")
            told = visitor.page.content()
            if response is not None and response.ok:
                known.add(what)
                left.discard(what)
                yield what, f"{what} {which}".strip()
        else:
            answer = visitor.page.request.get(visitor.service.address + path, headers={"accept": "text/html"})
            told = answer.text() if "text/html" in answer.headers.get("content-type", "") else ""
            if answer.ok:
                known.add(what)
        for link in re.findall(r'href="(/[^"]*)"', told):
            to = html.unescape(link)
            if to not in told_of:
                told_of.add(to)
                waiting.append(to)


def test_every_page_can_be_used_by_everybody(request, browser, service):
    """axe finds nothing, in the light and the dark; nothing is too wide; the keyboard reaches all; none weighs too much."""
    left = names() - (set() if NIGHT else LOOKED) - ELSEWHERE.keys()
    ran = {item.path.name for item in request.session.items}
    seen, faults = set[str](), list[str]()
    by_keyboard = set(some(sorted(left), "keyboard", 8))
    firsts, known = dict[str, str | None](), set[str]()
    for name, before in [*PEOPLE.items()] * (1 if NIGHT else 2):
        if not left and not NIGHT:
            break
        with somebody_else(browser, service) as visitor:
            if name:
                visitor.signs_in(name)
            if name in firsts:
                known.clear()  # something is left that is shown to one of several people
            else:
                firsts[name] = before(visitor) if before is not None else None
            for what, which in walk(visitor, left, name, firsts[name], known):
                checks: list[Callable[[Page, str], None]] = [
                    partial(assert_good, all_ways=NIGHT and which not in seen)
                ]
                if which not in seen and (NIGHT or what in by_keyboard):
                    checks.append(assert_by_keyboard)
                seen.add(which)
                for check in checks:
                    try:
                        check(visitor.page, f"{which} of {name or 'anybody'}")
                    except AssertionError as fault:  # one run tells all that is to be put right
                        faults.append(str(fault))
    assert faults == [], "\n".join(faults)
    # At night a test before this one may have done all that a page is for: it looked at that page in all ways too.
    left -= LOOKED
    assert left == set(), " ".join(sorted(left))
    assert sorted(name for name, file in ELSEWHERE.items() if file in ran and name not in LOOKED) == []


@pytest.mark.sec("SEC-AU10")
@pytest.mark.parametrize("place", ["/dossiers?names=true", "the first case"])
def test_after_sign_out_the_back_button_shows_no_case(visitor, place):
    visitor.signs_in("crip_coordinator")
    visitor.goes("/dossiers?names=true")
    if place == "the first case":
        visitor.clicks(
            visitor.page.locator("a[href*='/dossiers/']").filter(has_text=re.compile(r"^\w{4}-")).first
        )
        visitor.page.wait_for_url("**/dossiers/*-*")
    assert "Spécimen" in visitor.page.locator("main").inner_text()
    visitor.presses("Se déconnecter")

    visitor.page.go_back()

    visitor.page.get_by_role("heading", name="Se connecter").wait_for()
    assert "Spécimen" not in visitor.page.content()
