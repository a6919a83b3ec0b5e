"""A review and the end of what nobody reviewed, at one moment; and two workers that end roles (0034)."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import reviews
from accounts.models import Membership
from accounts.roles import Role
from audit.models import Entry
from tests.audit.owner import as_owner
from tests.concurrency.together import together

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AZ10", "SEC-FT6"),
    pytest.mark.both_databases("locks and isolation"),
]
LATE = timedelta(days=400)


def made_late(*held, now):
    for one in held:
        Membership.objects.filter(pk=one.pk).update(reviewed_at=now - LATE)
    reviews.tell_holders(now - timedelta(days=14))


def acts():
    with as_owner():
        found = Entry.objects.filter(act__in=["membership:reviewed", "membership:lapsed"])
        return sorted(found.values_list("act", flat=True))


def test_a_role_is_reviewed_or_ends_and_never_both(world):
    now, rounds = timezone.now(), 6
    names = [f"assessor_{n}" for n in range(3, 3 + rounds)]
    for name in names:
        world.hire(name, Role.ASSESSOR)
    admin = world.as_("territory_admin")
    for name in names:
        held = world.memberships["93", name]
        made_late(held, now=now)
        review = partial(admin.post, f"memberships/{held.pk}/review", {}, key=uuid4().hex)

        answer, ended = together([review, partial(reviews.lapse, now)])

        held = Membership.objects.get(pk=held.pk)
        assert (answer.status_code, ended) in ((200, 0), (409, 1)), answer.content
        assert (held.valid_to is None) == (answer.status_code == 200) == (held.reviewed_at > now - LATE)
    assert len(acts()) == rounds


@pytest.mark.slow("races, many times")
def test_of_two_who_are_late_two_workers_leave_one(world):
    now = timezone.now()
    pair = [world.memberships["93", name] for name in ("crip_coordinator", "crip_coordinator_2")]
    made_late(*pair, now=now)

    assert sum(together([partial(reviews.lapse, now)] * 4)) == 1

    assert Membership.objects.in_force(now).filter(pk__in=[one.pk for one in pair]).count() == 1
    assert acts() == ["membership:lapsed"]
