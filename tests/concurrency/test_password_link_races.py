"""A link to set a password, used or asked for by many at one moment (SEC-AU2)."""

import re
from functools import partial

import pytest
from django.core import mail
from django.test import Client

from accounts.models import MailedLink
from audit.models import Entry
from outbox import delivery
from tests.audit.owner import as_owner
from tests.concurrency.together import together
from tests.factories.factors import give_passkey

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AU2"),
    pytest.mark.both_databases("locks and isolation"),
]
AT_ONCE = 8


def post(path, body):
    return Client().post(f"/api/v1/{path}", body, content_type="application/json").status_code


def mailed():
    """Let the worker deliver; return the secrets that arrived."""
    mail.outbox.clear()
    delivery.deliver_due()
    return [found for message in mail.outbox for found in set(re.findall(r"#(\S+)", message.body))]


def test_of_those_who_use_a_link_at_once_one_does(world):
    user = world.user("filer")
    give_passkey(user)
    assert post("password-link", {"email": user.email}) == 204
    (token,) = mailed()
    body = {"token": token, "password": "trois ponts au clair de lune"}

    found = together(
        [partial(post, "password", body | {"password": f"trois ponts au clair {n}"}) for n in range(AT_ONCE)]
    )

    assert sorted(found) == [204, *[409] * (AT_ONCE - 1)]
    assert not MailedLink.objects.exists()
    with as_owner():
        assert sum(entry.act == "password:set" for entry in Entry.objects.all()) == 1


def test_those_who_ask_at_once_are_counted_each(world, settings):
    settings.PASSWORD_ASKS_FREE = 2
    user = world.user("filer")
    give_passkey(user)
    ask = partial(post, "password-link", {"email": user.email})
    assert ask() == 204

    found = together([ask] * AT_ONCE)

    assert sorted(found) == [204, 204, *[429] * (AT_ONCE - 2)]
    assert MailedLink.objects.count() == 0
    assert len(set(mailed())) == 3
    assert MailedLink.objects.count() == 1
