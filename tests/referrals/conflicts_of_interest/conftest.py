"""Concerns filed over HTTP, ties declared over HTTP, and the service's own comparing done at will."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from referrals.conflicts_of_interest import tasks as conflicts_of_interest_tasks
from referrals.duplicates import tasks as duplicates_tasks
from referrals.models import KinSearch
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys.story import Story, paris
from tests.shared_fixtures import shared_fixture

NOON = "2026-11-24 10:00"
NIECE = {"last_name": "Lefèvre-Dubois", "first_names": "Chloé Marie", "birth_date": "2012-03-14"}
SISTER = {"last_name": "Lefèvre", "first_names": "Sandrine"}


class Clock:
    """The instant of requests and work; it goes on by hand."""

    def __init__(self):
        self.now = paris(NOON)

    def on(self, **by):
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("config.pipeline.instant", lambda *_: clock.now)
    return clock


@pytest.fixture
def filed(world, clock):
    """Return a way to file a concern about a child, with what differs from the usual one said of it."""

    def file(who="filer", *, of=None, code="93", **child):
        said = concern(**{"holders": [{"name": f"Titulaire {uuid4().hex}", "link": "mother"}]} | (of or {}))
        said["children"][0] |= {"last_name": f"N{uuid4().hex}", "first_names": f"P{uuid4().hex}"} | child
        answer = world.as_(who, code).post("referrals", said | {"submit": True}, key=uuid4().hex)
        assert answer.status_code == 201, answer.content.decode()
        see_all()
        story = Story(world)
        story.pk = answer.json()["id"]
        story._dates = (story.row.received_at, story.row.statutory_due_at)
        return story

    return file


@pytest.fixture
def declared(world):
    """Return a way to declare a tie."""

    def declare(who, code="93", **said):
        answer = world.as_(who, code).post("ties", said or NIECE, key=uuid4().hex)
        assert answer.status_code == 201, answer.content.decode()
        see_all()
        return answer.json()["id"]

    return declare


@shared_fixture
def staff_compared(world):
    """The staff of the world, each compared with the cases of which there is none yet."""
    at = paris("2026-11-23 10:00")
    while conflicts_of_interest_tasks.begin(at):
        pass
    while conflicts_of_interest_tasks.compare(at + timedelta(minutes=5)):
        pass
    see_all()


@pytest.fixture
def worked(world, staff_compared, clock):
    """Return the service's work: index what changed, begin with who is new, compare who waits, to the end."""

    def do():
        at = clock.on(minutes=5)
        duplicates_tasks.keep_index(at)
        duplicates_tasks.search_duplicates(at)
        while conflicts_of_interest_tasks.begin(at):
            pass
        at, done = clock.on(minutes=5), 0
        while opened := conflicts_of_interest_tasks.compare(at):
            done += opened
        see_all()
        return done

    return do


def named(world, who, name, code="93"):
    """Give somebody of the staff another name, under which they are new to the service's work."""
    user = world.user(who, code)
    User.objects.filter(pk=user.pk).update(full_name=name)
    KinSearch.objects.filter(user=user).delete()
    user.full_name = name


def sees(world, who, story, code="93"):
    """Tell whether somebody may know of a case: by its address, and in the list."""
    caller = world.as_(who, code)
    status = caller.get(f"referrals/{story.pk}").status_code
    listed = str(story.pk) in caller.get("referrals", limit=100).content.decode()
    assert status in (200, 404)
    assert listed is (status == 200)
    see_all()
    return listed


def barred(story):
    """Return whom the service barred from a case: account to cause."""
    see_all()
    rows = story.row.exclusions.filter(by=None, lifted_at=None)
    return {UUID(str(user)): cause for user, cause in rows.values_list("user_id", "cause")}
