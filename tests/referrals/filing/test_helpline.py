"""The program of the national helpline: it files, has its receipt, and nothing later (domain.md §1.3, S5)."""

import pytest

from referrals.models import Exclusion, Referral
from tests.expected import access as table
from tests.factories.concerns import concern
from tests.night import NIGHT
from tests.referrals.api.routes import ABSENT, ask, counting, masked, of_a_case
from tests.security.procedure import seeing_all, version_of
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.sec("SEC-AZ7")

KEY = "call-20261124-0001"
FILED = concern() | {"submit": True}


@shared_fixture
def helpline(world):
    return world.as_("api_119")


def advance(world, pk):
    """Let the cell work on the case: the helpline must not see that it does."""
    search = {"method": "by_hand", "where": "registre", "found": "no"}
    world.as_("intake_agent").step(pk, "start_triage", search, expect=200)


def filed_by_steps(helpline, key=KEY):
    """File as T01 and T02 apart; return the id and the answer to the second."""
    pk = helpline.post("referrals", concern()).json()["id"]
    return pk, helpline.post(f"referrals/{pk}/submit", {}, version=version_of(pk), key=key)


def test_the_answer_to_a_filing_is_the_receipt(helpline):
    answer = helpline.post("referrals", FILED, key=KEY)

    assert answer.status_code == 201
    assert set(answer.json()) == set(table.RECEIPT["api_119"])
    assert answer.json()["status"]["code"] == "received"
    assert "ETag" not in answer.headers
    with seeing_all():
        case = Referral.objects.get(pk=answer.json()["id"])
    assert (case.reference, case.channel, case.variant) == (answer.json()["reference"], "119", "from_119")


def test_a_draft_that_is_submitted_is_answered_by_the_receipt_too(helpline):
    _, answer = filed_by_steps(helpline)

    assert answer.status_code == 200
    assert set(answer.json()) == set(table.RECEIPT["api_119"])


@pytest.mark.sec("SEC-IN12")
def test_the_same_filing_sent_again_has_the_same_receipt_whatever_became_of_the_case(world, helpline):
    first = helpline.post("referrals", FILED, key=KEY)
    advance(world, first.json()["id"])

    again = helpline.post("referrals", FILED, key=KEY)

    assert (again.status_code, again.content, again["Location"]) == (201, first.content, first["Location"])
    with seeing_all():
        assert Referral.objects.count() == 1


@pytest.mark.sec("SEC-IN12")
def test_a_submission_sent_again_has_the_same_receipt(world, helpline):
    pk, first = filed_by_steps(helpline)
    advance(world, pk)

    again = helpline.post(f"referrals/{pk}/submit", {}, version=1, key=KEY)

    assert (again.status_code, again.content) == (200, first.content)
    assert helpline.post(f"referrals/{pk}/submit", {"note": "x"}, version=1, key=KEY).status_code == 422
    assert helpline.post(f"referrals/{pk}/submit", {}, version=1, key="another-key").status_code == 404
    assert helpline.post(f"referrals/{pk}/submit", {}, version=1).status_code == 404


@pytest.mark.slow("every address")
@pytest.mark.sec("SEC-AZ5")
def test_later_its_filing_is_nothing_to_it(helpline):
    """Every address of the case, every list: as if there were no such case, at the same cost."""
    pk = helpline.post("referrals", FILED, key=KEY).json()["id"]
    helpline.get(f"referrals/{ABSENT}")

    for route in of_a_case() if NIGHT else of_a_case()[::6]:
        answers = []
        for one in (pk, ABSENT):
            with counting() as total:
                answer = ask(helpline, route, route.at(one, ABSENT))
            answers.append((masked(answer), total[0]))
        assert answers[0] == answers[1], route.name
        assert answers[0][0][0] == 404, route.name
    for path in ("referrals", "clocks", "referrals?names=true"):
        assert helpline.get(path).json()["results"] == [], path


@pytest.mark.sec("SEC-AZ4")
def test_an_exclusion_beats_the_receipt(world, helpline):
    pk = helpline.post("referrals", FILED, key=KEY).json()["id"]
    with seeing_all():
        case = Referral.objects.get(pk=pk)
        Exclusion.objects.create(
            referral=case,
            user=world.user("api_119"),
            by=world.user("supervisor").pk,
            since_at=case.created_at,
        )

    assert helpline.post("referrals", FILED, key=KEY).status_code == 404


def test_anothers_key_opens_nothing(world, helpline):
    helpline.post("referrals", FILED, key=KEY)

    answer = world.as_("api_119", "59").post("referrals", FILED, key=KEY)

    assert answer.status_code == 201, "the key is another caller's: a filing of its own"
    assert answer.json()["id"] != helpline.post("referrals", FILED, key=KEY).json()["id"]
