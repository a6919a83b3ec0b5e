"""A request for an account, confirmed or decided on by many at one moment (SEC-AZ18, SEC-AU2)."""

from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import pytest
from django.test import Client

from accounts import accountrequests
from accounts.models import AccountRequest, Membership, Organisation, User
from tests.concurrency.together import together
from tests.security.procedure import seeing_all
from tests.security.test_routes import an_account_request

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AZ18"),
    pytest.mark.both_databases("locks and isolation"),
]
SIRET = {"register": "siret", "number": "73282932000074"}


def decide(world, pk, act, body):
    answer = world.as_("territory_admin").post(f"account-requests/{pk}/{act}", body, key=uuid4().hex)
    return answer.status_code


def test_of_two_decisions_at_once_one_counts(world):
    one = an_account_request(world)
    acts = [partial(decide, world, one.pk, "accept", {})] * 3
    acts += [partial(decide, world, one.pk, "refuse", {"reason": "other"})] * 3

    assert sorted(together(acts)) == [200] + [404] * 5
    with seeing_all():
        accepted = AccountRequest.objects.get(pk=one.pk).accepted
        assert User.objects.filter(email=one.email).count() == accepted
        assert Membership.objects.filter(user__email=one.email).count() == accepted


def test_of_two_requests_that_make_one_institution_one_does_and_the_other_comes_to_nothing(world):
    both = [an_account_request(world, **SIRET) for _ in range(2)]
    found = together([partial(decide, world, one.pk, "accept", {"kind": "school"}) for one in both])

    assert sorted(found) == [200, 409]
    with seeing_all():
        assert Organisation.objects.filter(siret=SIRET["number"]).count() == 1
        assert User.objects.filter(email__in=[one.email for one in both]).count() == 1
        assert AccountRequest.objects.filter(decided_at=None).count() == 1


def test_of_two_links_for_one_address_that_are_used_at_once_one_request_is_left(world):
    for n in range(2):
        an_account_request(
            world, email="camille@test.invalid", confirmed_at=None, kept=accountrequests.digest_of(f"secret-{n}"),
            asked_at=datetime.now(UTC),
        )  # fmt: skip

    def confirm(n):
        body = {"token": f"secret-{n}"}
        return (
            Client()
            .post("/api/v1/account-requests/confirm", body, content_type="application/json")
            .status_code
        )

    found = together([partial(confirm, n % 2) for n in range(6)])

    assert sorted(found) == [204, *[409] * 5]
    with seeing_all():
        assert AccountRequest.objects.filter(email="camille@test.invalid").count() == 1
        assert AccountRequest.objects.get(email="camille@test.invalid").confirmed_at
