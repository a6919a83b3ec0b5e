"""SEC-AZ5, SEC-IN7: whatever is hidden is answered as what isn't there: same bytes, headers and number of queries."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from referrals.models import Exclusion, Grant, Referral
from tests.factories.concerns import concern
from tests.night import NIGHT, some
from tests.referrals.api.routes import ABSENT, ask, counting, masked, of_a_case, routes
from tests.security.procedure import Case, filed, plain, play, seeing_all
from tests.shared_fixtures import shared_fixture

pytestmark = [
    pytest.mark.sec("SEC-AZ5", "SEC-IN7"),
    pytest.mark.usefixtures("keys_stay"),
    pytest.mark.both_databases("statements and refusals are the same whatever is hidden"),
]

NOW = datetime.now(UTC)


@shared_fixture
def hidden(world, case):
    """Ids that the coordinator of 93 may know nothing of, by why."""
    with seeing_all():
        elsewhere = Referral.objects.filter(authority__code="59").get()
    draft = world.as_("filer").post("referrals", concern(), key="a-draft-of-hers").json()["id"]
    excluded, restricted = Case(world, plain), Case(world, plain)
    for one in (excluded, restricted):
        play(world, filed(one, concern()))
    me = world.user("crip_coordinator")
    with seeing_all():
        Exclusion(referral_id=excluded.pk, user=me, by=uuid4(), since_at=NOW).save(force_insert=True)
        Referral.objects.filter(pk=restricted.pk).update(restricted=True)
    return {
        "of another authority": elsewhere.pk,
        "somebody's draft": draft,
        "excluded from it": excluded.pk,
        "restricted, not named": restricted.pk,
        "an account": me.pk,
        "an authority": world.authorities["93"].pk,
        "the unit": world.units["93"].pk,
        "a child": case.children[0],
    }


def answer_of(caller, route, pk):
    with counting() as total:
        answer = ask(caller, route, route.at(pk, ABSENT))
    return masked(answer), total[0]


@pytest.mark.slow("every address of a case")
def test_each_address_hides_a_case_as_if_there_were_none(world, hidden):
    """All routes of a case, GET, PATCH and every step; the others' bodies and versions are never looked at."""
    caller = world.as_("crip_coordinator")
    caller.get(f"referrals/{ABSENT}")  # the first request of an account writes its pseudonym
    asked = 0
    for route in of_a_case() if NIGHT else of_a_case()[::3]:
        expected = answer_of(caller, route, ABSENT)
        assert expected[0][0] == 404, route.name
        for why, pk in some([*hidden.items()], route.name):
            assert answer_of(caller, route, pk) == expected, (route.name, why)
            asked += 1

    assert asked > (400 if NIGHT else 30)


@pytest.mark.slow("every address of a case")
def test_a_filer_knows_nothing_of_anothers_filing(world, case):
    caller = world.as_("filer_2")
    caller.get(f"referrals/{ABSENT}")

    for route in some(of_a_case(), "another's filing", len(of_a_case()) // 4):
        assert answer_of(caller, route, case.pk) == answer_of(caller, route, ABSENT), route.name


def test_a_part_of_another_case_is_no_part_of_this_one(world, case):
    """An id of a measure, a referral to justice, a signature: only within its own case."""
    other = Case(world, plain)
    play(world, filed(other, concern()))
    cell, version = world.as_("crip_coordinator"), 2
    body = {"children": [other.children[0]], "grounds": ["5"], "actions_led": "a", "document": "d"}
    made = cell.step(other.pk, "prepare", body, part="judicial-referrals", expect=200).json()["made"]
    cell.get(f"referrals/{case.pk}")
    version = cell.version(case.pk)

    for route in [r for r in of_a_case("post") if r.path.count("<uuid:") == 2]:
        if "/judicial-referrals/" not in route.path:
            continue
        answers = []
        for part in (made, ABSENT, case.pk):
            with counting() as total:
                answer = ask(cell, route, route.at(case.pk, part), version=version)
            answers.append((masked(answer), total[0]))
        assert answers[0] == answers[1] == answers[2], route.name
        assert answers[0][0][0] == 404


def test_hidden_objects_of_accounts_are_absent_too(world):
    """But who administers nothing there is told so: every authority is known to everybody signed in."""
    caller = world.as_("territory_admin")
    caller.get(f"tokens/{ABSENT}")
    theirs = {
        "memberships/<uuid:pk>/end": world.memberships["59", "filer"].pk,
        "memberships/<uuid:pk>/certificate": world.memberships["59", "measure_service"].pk,
        "memberships/<uuid:pk>/review": world.memberships["59", "auditor"].pk,
        "authorities/<uuid:pk>/units": world.authorities["59"].pk,
        "tokens/<uuid:pk>": world.memberships["59", "filer"].tokens.get().pk,
    }
    asked = 0
    for route in routes():
        if route.path in theirs and route.name != "post authorities/<uuid:pk>/units":
            answers = []
            for pk in (theirs[route.path], ABSENT, world.user("filer").pk):
                with counting() as total:
                    answer = ask(caller, route, route.at(pk))
                answers.append((masked(answer), total[0]))
            assert answers[1] == answers[2], route.name
            assert answers[0] == answers[1], route.name
            asked += 1

    assert asked == 6


def test_a_grant_that_is_over_opens_nothing(world, case):
    """A granted access whose day is past is as if it had never been given."""
    user = world.user("assessor_2")
    with seeing_all():
        Grant(
            referral_id=case.pk, user=user, kind="granted", by=uuid4(), since_at=NOW.replace(year=2025),
            expires_at=NOW.replace(year=2025, month=12),
        ).save(force_insert=True)  # fmt: skip

    assert world.as_("assessor_2").get(f"referrals/{case.pk}").status_code == 404
