"""Whoever has a program is reminded before its token ends, thirty and seven days before, once each (ASVS 5.0, 6.4.5)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts import actions, token_expiry
from accounts.actor import SYSTEM
from accounts.roles import Role
from outbox import delivery
from outbox.models import Notice
from tests.accounts.conftest import acting

DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def program(member, authority_93):
    return member(Role.API_119, authority_93)


@pytest.fixture
def ending(program, token_of, now):
    """Make a token that ends then, made so long before."""

    def make(at, *, made=300 * DAY):
        return token_of(program, at=at - made, expires_at=at).token

    return make


def told(membership):
    return Notice.objects.filter(
        user_id=membership.user_id, template="token.will-end", channel="mail"
    ).count()


@pytest.mark.parametrize(
    ("days", "row_is_authentic"), [(31, 0), (30, 1), (29, 1), (8, 1), (7, 1), (6, 1), (1, 1), (0, 0), (-1, 0)]
)
def test_the_owner_is_reminded_from_thirty_days_before(program, ending, now, days, row_is_authentic):
    ending(now + timedelta(days=days))

    assert token_expiry.remind(now) == row_is_authentic
    assert told(program) == row_is_authentic


def test_twice_in_all(program, ending, now):
    ending(now + 30 * DAY)

    found = [token_expiry.remind(now + timedelta(hours=6 * n)) for n in range(4 * 31)]

    assert sum(found) == told(program) == 2
    assert found[0] == found[4 * 23] == 1, "thirty days before, and seven"


def test_one_that_was_made_for_less_time_is_told_of_by_the_second_alone(program, ending, now):
    ending(now + 30 * DAY, made=30 * DAY)
    ending(now + 3 * DAY, made=5 * DAY)

    assert token_expiry.remind(now) == 0
    assert token_expiry.remind(now + 22 * DAY) == 0
    assert token_expiry.remind(now + 23 * DAY) == 1


def test_one_that_opens_nothing_is_not_told_of(program, ending, now):
    revoked = ending(now + 5 * DAY)
    actions.revoke_token(actor=acting(program, at=now), at=now, token_id=revoked.pk)
    assert token_expiry.remind(now) == 0

    ending(now + 5 * DAY)
    actions.end(actor=SYSTEM, at=now, membership_id=program.pk)
    assert token_expiry.remind(now) == 0


def test_the_mail_names_nothing(program, ending, now):
    token = ending(now + 5 * DAY)
    token_expiry.remind(now)
    mail.outbox.clear()
    delivery.deliver_due()

    (sent,) = [one for one in mail.outbox if one.to == [program.user.email]]
    assert sent.body.startswith("Un jeton d'accès de votre programme expire bientôt ; faites-en un autre.")
    assert token.prefix not in sent.body
    assert token.label not in sent.body
