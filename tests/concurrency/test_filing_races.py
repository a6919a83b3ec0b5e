"""Many filings at once are as many cases; as many of the same request are one (SEC-IN12)."""

from functools import partial

import pytest
from django.db import connection

from accounts.models import Replay, User
from referrals.models import Referral
from tests.concurrency.together import together
from tests.factories.concerns import concern
from tests.faults.crash import entries
from tests.night import NIGHT
from tests.security.procedure import seeing_all

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.both_databases("locks and isolation"),
]

FILING = concern() | {"submit": True}
#: On SQLite one writes at a time, however many there are.
MANY = 50 if NIGHT or connection.vendor == "postgresql" else 10


def test_many_filings_at_once_are_as_many_cases(world):
    caller = world.as_("filer")
    acts = [partial(caller.post, "referrals", FILING, key=f"filing-{number:04}") for number in range(MANY)]

    answers = together(acts)

    assert [answer.status_code for answer in answers] == [201] * MANY
    assert len({answer.json()["reference"] for answer in answers}) == MANY
    assert len({answer.json()["id"] for answer in answers}) == MANY
    with seeing_all():
        assert Referral.objects.filter(state="submitted").count() == MANY
    assert entries()["referral:submit"] == MANY


@pytest.mark.sec("SEC-IN12")
def test_many_times_the_same_filing_is_one_case(world):
    caller = world.as_("filer")

    answers = together([partial(caller.post, "referrals", FILING, key="the-same-one")] * MANY)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert {(a.content, a["Location"]) for a in answers} == {(answers[0].content, answers[0]["Location"])}
    with seeing_all():
        assert Referral.objects.count() == 1
        assert Replay.objects.count() == 1
    assert entries()["referral:submit"] == 1


@pytest.mark.sec("SEC-IN12")
def test_the_same_key_with_another_body_is_refused_also_at_once(world):
    caller = world.as_("filer")
    other = FILING | {"strengths": "Une tante proche"}
    acts = [partial(caller.post, "referrals", body, key="the-same-one") for body in [FILING, other] * 10]

    answers = together(acts)

    statuses = [answer.status_code for answer in answers]
    first = 201 if statuses[0] == 201 else 422
    assert statuses == [first, 423 + 200 - first] * 10
    assert {answer.json()["code"] for answer in answers if answer.status_code == 422} == {
        "idempotency-key-reused"
    }
    with seeing_all():
        assert Referral.objects.count() == 1


@pytest.mark.sec("SEC-IN12")
def test_many_times_the_same_step_is_one_step(world):
    pk = world.as_("filer").post("referrals", FILING, key="a-filing").json()["id"]
    cell = world.as_("intake_agent")
    path, body = f"referrals/{pk}/acknowledge", {"note": "vu"}

    answers = together([partial(cell.post, path, body, version=2, key="acknowledge-it")] * MANY)

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert entries()["referral:acknowledge"] == 1
    assert cell.post(path, {"note": "autre"}, version=2, key="acknowledge-it").status_code == 422


@pytest.mark.sec("SEC-IN12")
def test_many_times_the_same_account_is_one_account(world):
    """The writes of accounts too: one row, one entry, one answer."""
    admin = world.as_("territory_admin")
    authority = str(world.authorities["93"].pk)
    body = {"email": "une@test.invalid", "full_name": "Une Essai", "authority": authority}

    answers = together([partial(admin.post, "users", body, key="the-same-one")] * MANY)

    assert {answer.status_code for answer in answers} == {201}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert User.objects.filter(email="une@test.invalid").count() == 1
    assert entries()["user:made"] == 1
