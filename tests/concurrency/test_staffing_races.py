"""Two persons at one moment: a leaver's case is passed on once (X07), and no search of the day is counted away (CR17)."""

from functools import partial
from uuid import uuid4

import pytest

from accounts.roles import Role
from referrals.models import Assignment, SearchCount, StepRecord, UseCount
from referrals.policy.definitions import SETTINGS
from tests.concurrency.together import together
from tests.factories.concerns import concern
from tests.security.procedure import Case, assessed, filed, plain, play, seeing_all, triaged

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.both_databases("locks and isolation"),
]
CAP = int(SETTINGS["searches_per_day"].default)


@pytest.mark.slow("races, many times")
@pytest.mark.sec("SEC-FT6")
def test_of_two_hand_overs_of_one_case_one_takes_it(world):
    """The supervisor and the lead each give the leaver's case to somebody else: one of the two is on it."""
    case = Case(world, plain)
    play(world, filed(case, concern()))
    play(world, triaged(case))
    play(world, assessed(case))
    takers = {
        "supervisor": world.hire("assessor_3", Role.ASSESSOR),
        "assessment_lead": world.hire("assessor_4", Role.ASSESSOR),
    }

    def hand_over(who):
        body = {
            "leaver": case.user("assessor"), "role": "assessor", "reason": "Départ.",
            "moves": [{"user": str(takers[who].pk)}],
        }  # fmt: skip
        return world.as_(who).post("handovers", body, key=uuid4().hex)

    answers = together([partial(hand_over, who) for who in takers])

    assert [answer.status_code for answer in answers] == [200, 200], [answer.content for answer in answers]
    assert sorted(len(answer.json()["passed_on"]) for answer in answers) == [0, 1]
    with seeing_all():
        team = Assignment.objects.filter(referral=case.pk, role="assessor", until_at=None)
        on_case = {found.user_id for found in team}
        assert StepRecord.objects.filter(referral=case.pk, step="pass_on").count() == 1
    assert len(on_case & {taker.pk for taker in takers.values()}) == 1
    assert world.user("assessor").pk not in on_case


@pytest.mark.slow("races, many times")
@pytest.mark.sec("SEC-CR17", "SEC-AZ14")
def test_searches_at_one_moment_are_counted_each(world):
    """At the cap less two, five searches at once: two are answered, three refused."""
    searcher = world.as_("crip_coordinator")
    wanted = {"last_name": "Personne", "first_names": "Aucune"}
    assert searcher.post("searches", wanted).status_code == 200
    with seeing_all():
        SearchCount.objects.update(count=CAP - 2)

    answers = together([partial(searcher.post, "searches", wanted)] * 5)

    assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429, 429]
    with seeing_all():
        assert SearchCount.objects.get().count == CAP


@pytest.mark.sec("SEC-AZ14")
def test_openings_at_one_moment_are_counted_each(world, settings):
    """Five files at once where two may be opened: two are, three are refused."""
    settings.OPENINGS_PER_HOUR = 2
    cases = [Case(world, plain) for _ in range(5)]
    for case in cases:
        play(world, filed(case, concern()))
    cell = world.as_("supervisor")
    with seeing_all():
        UseCount.objects.all().delete()

    answers = together([partial(cell.get, f"referrals/{case.pk}") for case in cases])

    assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429, 429]


@pytest.mark.sec("SEC-AZ23")
def test_refusals_at_one_moment_are_counted_each(world, settings):
    """Four at once where three are free: none is lost, and the next request of the account waits."""
    settings.CASE_REFUSALS_FREE = 3
    cell = world.as_("supervisor")

    answers = together([partial(cell.get, f"referrals/{uuid4()}") for _ in range(4)])

    assert [answer.status_code for answer in answers] == [404] * 4
    assert cell.get("referrals").status_code == 429
