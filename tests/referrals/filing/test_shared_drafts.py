"""A filer may show a draft to the lead of the own institution, who reads its facts and stops nothing (§1.1, §1.3 ``s``)."""

from uuid import uuid4

import pytest

from accounts.models import Membership
from referrals.models import Referral
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.night import NIGHT
from tests.referrals.api.routes import of_a_case
from tests.security.procedure import seeing_all
from tests.shared_fixtures import shared_fixture

SECRETS = ("Exemple", "Lou", "enseignante@test.invalid", "Collège", "0100000000", "2011-03-02")


@shared_fixture
def draft(world):
    """A draft of a filer who works where ``filer_org_lead`` leads."""
    see_all()
    world.memberships["93", "filer"].organisation = world.services["93"]
    world.memberships["93", "filer"].save()
    return world.as_("filer").post("referrals", concern()).json()["id"]


def share(world, pk, step="share", body=None, who="filer", expect=200):
    answer = world.as_(who).post(f"referrals/{pk}/{step}", body, key=uuid4().hex)
    assert answer.status_code == expect, answer.content.decode()[:500]
    return answer.json()


def seen(world, pk, who="filer_org_lead", code="93"):
    return world.as_(who, code).get(f"referrals/{pk}")


def test_until_it_is_shared_the_lead_knows_of_no_draft(world, draft):
    assert seen(world, draft).status_code == 404
    assert world.as_("filer_org_lead").get("referrals").json()["results"] == []


@pytest.mark.sec("SEC-AZ7")
def test_the_lead_reads_the_coarse_word_and_the_facts_and_nothing_else(world, draft):
    share(world, draft)

    body = seen(world, draft).json()

    assert set(body) == {
        "id", "reference", "status", "submitted_at", "withdrawn_at", "clocks", "available_actions", "blocked_actions",
        "concern", "facts", "signs",
    }  # fmt: skip
    assert (body["status"]["code"], body["available_actions"], body["blocked_actions"]) == ("draft", [], [])
    assert body["facts"][0]["text"] == "Absences répétées, cadeaux."
    assert not any(secret in str(body) for secret in SECRETS)
    (line,) = world.as_("filer_org_lead").get("referrals").json()["results"]
    assert set(line) == {"id", "reference", "status", "submitted_at"}


@pytest.mark.slow("every address")
def test_the_lead_writes_nothing_and_holds_nothing_up(world, draft):
    share(world, draft)
    lead = world.as_("filer_org_lead")

    for route in of_a_case("post", "patch")[:: 1 if NIGHT else 6]:
        status = lead._send(route.verb, route.at(draft, uuid4()), {}, 1, uuid4().hex).status_code
        assert status in (403, 404, 409), route.name
    for route in of_a_case("get")[:: 1 if NIGHT else 4]:
        answer = lead.get(route.at(draft, uuid4()))
        assert answer.status_code in (200, 400, 403, 404), route.name
        assert not any(secret in answer.content.decode() for secret in SECRETS), route.name
    submitted = world.as_("filer").post(f"referrals/{draft}/submit", {}, version=1, key=uuid4().hex)
    assert submitted.status_code == 200, submitted.content.decode()[:500]


@pytest.mark.sec("SEC-AZ10")
def test_what_is_submitted_or_no_longer_shared_is_no_longer_seen(world, draft):
    share(world, draft)
    assert seen(world, draft).status_code == 200

    share(world, draft, "unshare")
    assert seen(world, draft).status_code == 404
    share(world, draft)
    world.as_("filer").post(f"referrals/{draft}/submit", {}, version=1, key=uuid4().hex)

    assert seen(world, draft).status_code == 404
    with seeing_all():
        assert Referral.objects.get(pk=draft).shared_with is None, "nothing tells where its author works"
    share(world, draft, expect=409)


@pytest.mark.sec("SEC-AZ10")
def test_a_lead_who_leaves_the_institution_sees_it_no_longer(world, draft):
    share(world, draft)
    see_all()
    Membership.objects.filter(pk=world.memberships["93", "filer_org_lead"].pk).update(
        organisation=world.services["75"]
    )

    assert seen(world, draft).status_code == 404


def test_only_the_own_institution_can_be_shown_a_draft(world, draft):
    other = {"organisation": str(world.services["75"].pk)}

    share(world, draft, body=other, expect=400)
    share(world, draft)

    assert seen(world, draft, code="75").status_code == 404
    assert seen(world, draft, who="filer_2").status_code == 404
    share(world, draft, "unshare", who="filer_2", expect=404)
    share(world, draft, "unshare", who="filer_org_lead", expect=403)


def test_a_filer_of_no_institution_has_nobody_to_share_with(world):
    pk = world.as_("filer").post("referrals", concern()).json()["id"]

    share(world, pk, expect=400)


def test_the_cell_shares_no_draft(world):
    pk = world.as_("intake_agent").post("referrals", concern()).json()["id"]

    share(world, pk, who="intake_agent", expect=403)
    share(world, pk, "unshare", who="intake_agent", expect=403)
