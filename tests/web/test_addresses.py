"""No address, title or file name tells who somebody is: addresses end in histories, and titles on others' screens."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import pytest
from django.urls import resolve

from tests.factories.concerns import concern
from tests.night import NIGHT
from tests.security.procedure import Case, filed, play, refusal
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor

MARK = "Zaqwsx"
ROLES = (
    "filer", "intake_agent", "crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "measure_service",
    "supervisor", "auditor", "dpo", "territory_admin",
)  # fmt: skip
#: Of one kind of page so many are looked at for each person: those with and without something in them.
EACH = 2 if NIGHT else 1
#: How many people look at one kind of page.
PEOPLE = len(ROLES) if NIGHT else 1
STARTS = ("/", "/aujourdhui", "/dossiers", "/dossiers?names=true")
HEADERS = ("Location", "Content-Disposition", "Refresh", "Link", "Content-Location")


@shared_fixture
def decided(world):
    """A case in which whatever can be written holds the mark, with a filer and a child of that name."""
    case = Case(world, f"{MARK} {{}}.".format)
    play(world, refusal(case))
    form = concern(filer_name=f"{MARK} Filer", filer_email=f"{MARK}@test.invalid")
    form["children"][0] |= {"last_name": MARK, "first_names": MARK, "birth_date": "2011-11-03"}
    play(world, filed(Case(world, f"{MARK} {{}}.".format), form))


def walked(visitor: Visitor, name: str, others: Counter[str]) -> Iterator[tuple[str, Any]]:
    """Yield the pages to which somebody comes by links, from the start on; ``others``: who looked at each kind before."""
    waiting, met, kinds = [*STARTS], set(), Counter()
    while waiting:
        path = waiting.pop(0)
        bare = urlsplit(path).path
        kind = resolve(bare).view_name if bare.startswith("/") else ""
        if path in met or not kind or kinds[kind] >= EACH or kind in ("signout", "signout-page"):
            continue
        if others[kind] >= PEOPLE and path not in STARTS:
            continue
        met.add(path)
        kinds[kind] += 1
        answer = visitor.get(path)
        assert answer.status_code < 500, (name, path)
        yield path, answer
        if answer.streaming:
            b"".join(answer.streaming_content)
        elif "text/html" in answer.headers["Content-Type"]:
            waiting += [
                one for one in addresses(answer) if one.startswith("/") and not one.startswith("/assets")
            ]

    others.update(kinds.keys())


def addresses(answer: Any) -> list[str]:
    """Return whatever a page leads to, loads, or sends to."""
    found = re.findall(r'(?:href|src|action|formaction)="([^"]*)"', answer.content.decode())
    return [html.unescape(one) for one in found]


@pytest.mark.slow("walks through every page by its links")
@pytest.mark.sec("SEC-AU9")
def test_no_address_title_or_header_names_anybody(world, decided):
    people = [user.full_name for user in world.users.values()]
    others: Counter[str] = Counter()
    for name in ROLES:
        seen = 0
        for path, answer in walked(Visitor(world, name), name, others):
            told = [answer.headers.get(header, "") for header in HEADERS]
            if not answer.streaming and "text/html" in answer.headers["Content-Type"]:
                title = re.search(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL)
                told += [*addresses(answer), html.unescape(title[1]) if title else ""]
                seen += 1
            for one in map(unquote_plus, told):
                assert MARK.lower() not in one.lower(), (name, path, one)
                assert "2011-11-03" not in one, (name, path, one)
                assert ".invalid" not in one, (name, path, one)
                assert not any(person in one for person in people), (name, path, one)
        assert seen > 1
    assert len(others) > 100
