"""SEC-FT10: a claim is one worker's; its number tells it from every other claim of the same row."""

import pytest

from outbox.delivery import LEASE
from outbox.leases import claim, finish, renew
from outbox.models import Notice
from tests.outbox.conftest import a_notice

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sec("SEC-FT10"),
    pytest.mark.both_databases("rows claimed with SKIP LOCKED"),
]


def claimed(at):
    return claim(Notice.objects.order_by("id"), at=at, lease=LEASE, limit=1)


def test_while_a_lease_holds_nobody_else_gets_the_row(people, clock):
    a_notice(people.one())
    (mine,) = claimed(clock.now)

    assert claimed(clock.now) == []
    assert renew(mine, at=clock.now, lease=LEASE)


def test_a_claim_that_another_has_followed_neither_renews_nor_finishes(people, clock):
    """Even while the other's lease runs: the number of the claim counts, not that somebody holds the row."""
    a_notice(people.one())
    (slept,) = claimed(clock.now)
    clock.forward(minutes=3)
    (holds,) = claimed(clock.now)

    assert not renew(slept, at=clock.now, lease=LEASE)
    assert not finish(slept, state="dead")
    assert renew(holds, at=clock.now, lease=LEASE)
    assert finish(holds, state="done")
    assert Notice.objects.get().state == "done"
