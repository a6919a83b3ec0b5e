"""The queue of unexecuted measures: what is decided and hasn't begun, over the reader's cases (domain.md §2.6)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.models import Measure
from tests.days import today
from tests.referrals.workflow.kit import Kit
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("statements of the queue")

TODAY = today()


def waiting(world, state, days, *, code=None, **values):
    """A case with one measure in ``state``, decided some days ago."""
    kit = Kit(world, "protected_admin")
    decided = {"ordered_on" if values.get("judicial") else "agreed_on": TODAY - timedelta(days=days)}
    kit.row = kit.measure(state, **decided, **values)
    return kit


def lines(world, who="supervisor", path="measures", **asked):
    answer = world.as_(who).get(path, **asked)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


@shared_fixture
def queue(world):
    """Three that wait, the longest first, and as many that don't."""
    found = [
        waiting(world, "awaiting_start", 40),
        waiting(world, "ordered", 20, type_id="aemo", judicial=True, service=None),
        waiting(world, "agreed", 5),
    ]
    for state in ("proposed", "active", "cancelled"):
        waiting(world, state, 60)
    return found


def test_it_lists_what_waits_the_longest_first_and_for_how_long(world, queue):
    found = lines(world)

    assert [line["id"] for line in found] == [str(kit.row.pk) for kit in queue]
    assert [line["state"]["code"] for line in found] == ["awaiting_start", "ordered", "agreed"]
    assert [line["waits_since"] for line in found] == [
        (TODAY - timedelta(days=n)).isoformat() for n in (40, 20, 5)
    ]
    assert all(line["waiting_days"] - days in (0, 1) for line, days in zip(found, (40, 20, 5), strict=True))
    assert found[0]["service"]["id"] == str(world.services["93"].pk)
    assert found[0]["unit"]["id"] == str(world.units["93"].pk)
    assert not {"aim", "extract", "agreement", "place", "order_copy"} & set(found[0]), "nothing is opened"


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"state": "ordered"}, [1]),
        ({"type": "aed"}, [0, 2]),
        ({"judicial": "true"}, [1]),
        ({"unit": "93"}, [0, 1, 2]),
        ({"unit": "75"}, []),
        ({"service": "93"}, [0, 2]),
    ],
)
def test_it_is_narrowed_by_state_type_unit_and_service(world, queue, asked, places):
    places_by = {"unit": world.units, "service": world.services}
    asked = {
        name: str(places_by[name][value].pk) if name in places_by else value for name, value in asked.items()
    }

    assert [line["id"] for line in lines(world, **asked)] == [str(queue[n].row.pk) for n in places]


def test_pages_lose_and_repeat_no_line_where_many_wait_since_the_same_day(world):
    made = {str(waiting(world, "agreed", 9).row.pk) for _ in range(5)}
    seen, cursor = [], None
    while True:
        body = (
            world.as_("supervisor").get("measures", limit=2, **({"cursor": cursor} if cursor else {})).json()
        )
        seen += [line["id"] for line in body["results"]]
        cursor = body["next"]
        if cursor is None:
            break

    assert sorted(seen) == sorted(made)


def test_counts_say_how_many_wait_and_since_when(world, queue):
    by_service = lines(world, path="measures/counts")
    by_state = lines(world, path="measures/counts", by="state")

    assert [(line["service"], line["count"]) for line in by_service] == [
        (str(world.services["93"].pk), 2), (None, 1)
    ]  # fmt: skip
    assert by_service[0]["longest_since"] == (TODAY - timedelta(days=40)).isoformat()
    assert {line["state"]: line["count"] for line in by_state} == {
        "awaiting_start": 1,
        "ordered": 1,
        "agreed": 1,
    }


def test_each_sees_what_waits_in_the_own_cases_alone(world, queue):
    """Class J: the coordinator's and supervisor's territory, the inspector's cases, the service's own measures."""
    ids = [str(kit.row.pk) for kit in queue]
    own = [ids[0], ids[2]]

    assert [line["id"] for line in lines(world, "crip_coordinator")] == ids
    assert [line["id"] for line in lines(world, "intake_agent")] == ids, "the shell of a measure (§1.3)"
    assert [line["id"] for line in lines(world, "ase_inspector")] == ids
    assert [line["id"] for line in lines(world, "measure_service")] == own
    for who in ("assessor", "on_call", "filer", "auditor", "territory_admin", "ase_inspector_2"):
        assert lines(world, who) == [], who
    assert world.as_("supervisor", "75").get("measures").json()["results"] == []


@pytest.mark.sec("SEC-AZ4")
def test_what_a_service_may_do_names_its_own_measures_alone(world):
    """No step of a measure that somebody else executes is offered or barred: its id and state aren't its affair."""
    kit = waiting(world, "awaiting_start", 3)
    other = kit.measure("active", service=None, type_id="aemo")

    read = world.as_("measure_service").get(f"referrals/{kit.row.referral_id}").json()

    told = str([read["available_actions"], read["blocked_actions"]])
    assert str(kit.row.pk) in told
    assert str(other.pk) not in told


@pytest.mark.sec("SEC-AZ4")
def test_a_case_restricted_to_others_is_in_no_line_and_no_count(world, queue):
    queue[0].put(restricted=True)
    queue[1].exclude("supervisor")

    assert [line["id"] for line in lines(world)] == [str(queue[2].row.pk)]
    assert [line["count"] for line in lines(world, path="measures/counts")] == [1]


def test_as_many_queries_for_two_lines_as_for_many(world):
    def asked():
        lines(world, limit=50)  # the hour's cap counts a case that is shown for the first time
        with CaptureQueriesContext(connection) as seen:
            lines(world, limit=50)
        return len(seen)

    for _ in range(2):  # an entry about one case alone is written otherwise
        waiting(world, "agreed", 3)
    lines(world)  # what a process asks once
    one = asked()
    for _ in range(4):
        waiting(world, "ordered", 3, judicial=True, type_id="aemo")

    assert asked() == one


def test_the_day_is_the_rows_own_whatever_wrote_it(world):
    """``waits_since`` is counted by the database: no step can forget it."""
    kit = waiting(world, "agreed", 3)
    for state, expected in (
        ("awaiting_start", TODAY - timedelta(days=3)),
        ("active", None),
        ("cancelled", None),
    ):
        Measure.objects.filter(pk=kit.row.pk).update(state=state)
        assert Measure.objects.get(pk=kit.row.pk).waits_since == expected, state

    row = kit.measure("ordered", ordered_on=date(2026, 1, 2), agreed_on=date(2026, 1, 1))
    assert Measure.objects.get(pk=row.pk).waits_since == date(2026, 1, 2)
