"""Every number that leads to a list is the number of that list's lines, for each role of the demonstration."""

import html
import re
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from accounts.roles import PROGRAMS, Role
from tests.browser.conftest import Visitor

#: What a list counts, by the name of its page: the lines below its ``main`` or the section that the address names.
LINES = {
    "cases": ".cases tbody tr",
    "calls": ".calls > li",
    "clocks-page": ".queue > li",
    "measures-page": ".board .lane li",
    "filings": ".tasks > li",
    **dict.fromkeys(
        (
            "to-sign",
            "transfers",
            "barred",
            "anomalies-page",
            "directory-tasks",
            "directory-openings",
            "directory-held",
            "account-requests-page",
            "requests-page",
            "reviews-page",
            "breaches-page",
            "access-requests-page",
        ),
        ".queue > li",
    ),
    "settings-page": ".summary > div",
}
#: Pages of several lists that show the first lines of each, below the number of all.
FIRST_LINES = frozenset({"directory-tasks"})
#: Pages to which a number leads that they don't list as such, and why.
OTHERWISE = {"case-part": "one's own letters over all cases: it leads to the case of the oldest, as it says"}
NUMBER = re.compile(
    r'<a\s[^>]*?href="(?P<to>[^"]*)"[^>]*>(?:(?!</a>).)*?'
    r'(?:<span\s+class="(?:big|number-of)[^"]*">\s*(?P<big>\d+)\s*</span>)',
    re.DOTALL,
)
IN_WORDS = re.compile(r'<a\s[^>]*?href="(?P<to>[^"]*)"[^>]*>\s*(?P<big>\d+) [a-zé]', re.DOTALL)
MENU = re.compile(r'<nav class="menu".*?</nav>', re.DOTALL)
ROLES = [str(role) for role in Role if role not in PROGRAMS]


def numbers(page: str) -> dict[str, set[int]]:
    """Return the numbers of a page by the address of what they count."""
    found: dict[str, set[int]] = {}
    for match in (*NUMBER.finditer(page), *IN_WORDS.finditer(page)):
        found.setdefault(html.unescape(match["to"]), set()).add(int(match["big"]))
    return found


def lines(visitor: Visitor, address: str) -> int:
    """Return how many lines the list at an address has, over all its pages."""
    parts = urlsplit(address)
    view = resolve(parts.path).view_name
    selector = LINES[view]
    within = f"[aria-labelledby='{parts.fragment}'] " if parts.fragment else "main "
    count, told = 0, visitor.page.request.get(visitor.service.address + address).text()
    while True:
        count += visitor.page.evaluate(
            "([told, which]) => new DOMParser().parseFromString(told, 'text/html').querySelectorAll(which).length",
            [told, within + selector],
        )
        if view in FIRST_LINES and (above := numbers(told).get(f"#{parts.fragment}")):
            (all_of_them,) = above
            assert count == all_of_them or 0 < count < all_of_them, address
            return all_of_them
        onwards = re.search(r'<a class="button second" href="([^"]*)">Page suivante<', told)
        if onwards is None:
            return count
        told = visitor.page.request.get(visitor.service.address + html.unescape(onwards[1])).text()


def said(page: str) -> dict[str, set[int]]:
    """Return the numbers of a page by the words that follow them: in what leads to lists, and beside the charts."""
    found: dict[str, set[int]] = {}
    told = re.findall(
        r'(?s)<a [^>]*>(?:(?!</a>).)*?class="(?:big|number-of).*?</a>|<figcaption>.*?</figcaption>', page
    )
    for line in (html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", "", one))) for one in told):
        for number, words in re.findall(r"(\d+) ([a-zéèà' ]+)", line):
            if not words.startswith(("jours", "semaines")):
                found.setdefault(words.strip(), set()).add(int(number))
    return found


@pytest.mark.parametrize("who", ROLES)
def test_each_number_is_that_of_the_list_to_which_it_leads(visitor, who):
    visitor.signs_in(who)
    landed = urlsplit(visitor.page.url).path
    pages = dict.fromkeys((landed, *re.findall('href="(/[^"]*)"', MENU.search(visitor.page.content())[0])))
    counted: dict[str, dict[str, set[int]]] = {}
    for path in pages:
        told = visitor.page.request.get(visitor.service.address + path).text()
        main = told.partition("<main")[2]
        assert {words: counts for words, counts in said(main).items() if len(counts) > 1} == {}, path
        for address, found in numbers(main).items():
            whole = path + address if address.startswith("#") else address
            counted.setdefault(whole, {})[path] = found

    differ = {
        address: (on, listed)
        for address, on in counted.items()
        if resolve(urlsplit(address).path).view_name not in OTHERWISE
        and {listed := lines(visitor, address)} != set().union(*on.values())
    }
    assert differ == {}
    assert counted or who in ("filer", "filer_org_lead", "statistician", "platform_admin")
