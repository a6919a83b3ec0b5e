"""Cases filed over HTTP, and the service's own work done at will."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from referrals.duplicates import tasks as duplicates_tasks
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys.story import Story, paris
from tests.shared_fixtures import shared_fixture

GIRL = {"last_name": "Lefèvre-Dubois", "first_names": "Chloé Marie", "birth_date": "2012-03-14"}
OTHER = {"last_name": "Traoré", "first_names": "Aminata", "birth_date": "2011-07-02"}


def at_ten(patch):
    """Let each request arrive at ten."""
    patch.setattr("config.pipeline.instant", lambda *_: paris("2026-11-24 10:00"))


@pytest.fixture(autouse=True)
def _at_ten(monkeypatch):
    at_ten(monkeypatch)


def file(world, who="filer", *, commune="93008", of=None, code="93", **child):
    """File a concern about a child, with what differs from the usual one said of it."""
    holder = {"name": f"Titulaire {uuid4().hex}", "link": "mother"}
    said = concern(**{"holders": [holder]} | (of or {}))
    said["children"][0] |= {"commune_insee": commune} | child
    story = Story(world)
    body = said | {"submit": True}
    with pytest.MonkeyPatch.context() as patch:
        at_ten(patch)
        answer = world.as_(who, code).post("referrals", body, key=uuid4().hex)
    assert answer.status_code == 201, answer.content.decode()
    story.pk = answer.json()["id"]
    story._dates = (story.row.received_at, story.row.statutory_due_at)
    return story


@pytest.fixture
def filed(world):
    """Return a way to file a concern."""
    return partial(file, world)


@shared_fixture
def girl(world):
    """A file about the girl."""
    return file(world, **GIRL)


@shared_fixture
def again(girl):
    """A second file about the girl, by another filer."""
    return file(girl.world, "filer_2", **GIRL)


@shared_fixture
def other(girl):
    """A file about another child, by another filer."""
    return file(girl.world, "filer_2", **OTHER)


@pytest.fixture
def searched(world):
    """Return the service's work: index what is outdated, look for what isn't looked for yet."""
    hours = iter(range(1, 1_000))

    def do():
        at = paris("2026-11-24 10:00") + timedelta(hours=next(hours))
        duplicates_tasks.keep_index(at)
        done = duplicates_tasks.search_duplicates(at)
        see_all()
        return done

    return do


def pairs(story, who="crip_coordinator"):
    """Return the pairs that somebody reads, as (id of the other file, kind, reasons)."""
    lines = story.reads(who, "duplicates")["results"]
    return [(line["other"]["id"], line["kind"] and line["kind"]["code"], line["reasons"]) for line in lines]
