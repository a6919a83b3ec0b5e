"""Searches and approvals of one officer at one moment: none past what is free, approved or left (SEC-AZ14, SEC-AZ25)."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from referrals.models import EmergencyApproval, EmergencySearch, RotaShift
from tests.concurrency.together import together
from tests.security.procedure import seeing_all

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AZ14", "SEC-AZ25"),
    pytest.mark.both_databases("locks and isolation"),
]
SAID = {
    "ground": "police", "reason": "Retrouvée par la police.", "last_name": "Exemple", "first_names": "Lou", "age": 15,
}  # fmt: skip


@pytest.fixture
def shift(world):
    now = timezone.now()
    return RotaShift.objects.create(
        authority=world.authorities["93"], user=world.user("on_call"), place="first", starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=9), made_at=now, made_by=world.user("supervisor"),
    )  # fmt: skip


def searches(world, number, **said):
    officer = world.as_("on_call")
    done = together([partial(officer.post, "emergency-searches", SAID | said)] * number)
    return sorted(one.status_code for one in done)


def test_no_more_than_are_free_approved_and_left_whoever_is_first(world, shift):
    assert searches(world, 7) == [200] * 5 + [400] * 2

    now = timezone.now()
    with seeing_all():
        EmergencyApproval.objects.create(
            authority=shift.authority, user=shift.user, shift=shift, asked_at=now, given_at=now, allowed=2,
            given_by=world.user("supervisor"), expires_at=now + timedelta(minutes=15),
        )  # fmt: skip
    assert searches(world, 4) == [200] * 2 + [400] * 2
    assert searches(world, 7, unapproved=True) == [200] * 5 + [400] * 2
    with seeing_all():
        assert EmergencySearch.objects.count() == 12
        assert len(EmergencyApproval.objects.get().searches) == 2


def test_an_approval_is_asked_once_and_given_once(world, shift):
    officer = world.as_("on_call")
    asked = together([lambda: officer.post("emergency-approvals", {}, key=uuid4().hex)] * 4)
    (pk,) = {one.json()["id"] for one in asked}

    givers = [world.as_(name) for name in ("supervisor", "supervisor_2")]
    given = together(
        [partial(one.post, f"emergency-approvals/{pk}/give", {}, key=uuid4().hex) for one in givers]
    )

    assert sorted(one.status_code for one in given) == [200, 409]
