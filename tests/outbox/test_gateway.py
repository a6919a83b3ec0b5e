"""SMS and voice: content-free, handed over once, asked about until they arrive; against a local counterpart."""

import json

import pytest

from outbox import delivery
from outbox.models import Notice
from tests.outbox.conftest import a_notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(people):
    return a_notice(people.one(phone="+33612345678"), channel="call", urgent=True)


def row(notice):
    return Notice.objects.get(pk=notice.pk)


def test_a_call_says_no_more_than_that_somebody_is_awaited(gateway, call, clock):
    delivery.deliver_due(clock=clock)

    ((method, path, headers, body),) = gateway.asked
    assert (method, path, headers["Authorization"]) == ("POST", "/messages", "Bearer gateway-token")
    assert json.loads(body) == {
        "id": str(call.pk), "to": "+33612345678", "text": "Repère : Un dossier vous attend. 93-K7QX-2MPT",
        "by": ["sms", "voice"],
    }  # fmt: skip
    assert (row(call).state, row(call).receipt) == ("sent", "r-1")


def test_it_has_arrived_when_the_receipt_says_so(gateway, call, clock):
    gateway.answers = [
        (202, {"receipt": "r-1"}),
        (200, {"status": "pending"}),
        (200, {"status": "delivered"}),
    ]

    for _ in range(3):
        delivery.deliver_due(clock=clock)
        clock.forward(minutes=1)

    assert [asked[:2] for asked in gateway.asked] == [
        ("POST", "/messages"), ("GET", "/messages/r-1"), ("GET", "/messages/r-1"),
    ]  # fmt: skip
    assert row(call).state == "done"


def test_one_that_failed_is_handed_over_anew_under_another_id(gateway, call, clock):
    gateway.answers = [(202, {"receipt": "r-1"}), (200, {"status": "failed"}), (202, {"receipt": "r-2"})]

    for _ in range(3):
        delivery.deliver_due(clock=clock)
        clock.forward(minutes=1)

    first, _, second = gateway.asked
    assert json.loads(first[3])["id"] == str(call.pk)
    assert json.loads(second[3])["id"] == f"{call.pk}-r-1"
    assert (row(call).state, row(call).receipt) == ("sent", "r-2")


@pytest.mark.sec("SEC-FT9")
@pytest.mark.parametrize(
    "answer", [(500, {}), (429, {}), (302, {}), (200, b"<html>"), (200, {"receipt": "../x"})]
)
def test_while_the_gateway_does_not_take_it_it_waits_under_the_same_id(gateway, call, clock, answer):
    gateway.answers = [answer]

    delivery.deliver_due(clock=clock)
    assert (row(call).state, row(call).tries) == ("waiting", 1)
    clock.forward(minutes=1)
    delivery.deliver_due(clock=clock)

    assert row(call).state == "sent"
    assert {json.loads(asked[3])["id"] for asked in gateway.asked} == {str(call.pk)}
    assert {asked[1] for asked in gateway.asked} == {"/messages"}, "nobody follows a redirect"


def test_without_a_number_it_is_given_up_at_once(gateway, people, clock):
    notice = a_notice(people.one(), channel="call", urgent=True)

    delivery.deliver_due(clock=clock)

    assert (row(notice).state, row(notice).fault) == ("dead", "no-phone")
    assert gateway.asked == []
