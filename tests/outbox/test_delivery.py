"""SEC-FT9: a notice that was committed arrives, or stands as dead in the open; never lost, never to the wrong eyes."""

from datetime import timedelta
from email import message_from_string, policy

import pytest

from accounts.notifications import ROLE_REQUESTED
from outbox import delivery
from outbox.models import Notice
from outbox.ports import doors
from outbox.templates import Kind
from tests.outbox.conftest import NOON, a_notice

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases("rows claimed with SKIP LOCKED")]


def row(notice):
    return Notice.objects.get(pk=notice.pk)


def deliver_for(clock, **span):
    """Let a worker pass every minute for a while."""
    until = clock.now + timedelta(**span)
    while clock.now < until:
        delivery.deliver_due(clock=clock)
        clock.forward(minutes=1)


def test_a_mail_arrives_at_a_real_server_once(smtp, people, clock):
    notice = a_notice(people.one())

    delivery.deliver_due(clock=clock)
    delivery.deliver_due(clock=clock)

    ((to, content),) = smtp.arrived
    mail = message_from_string(content, policy=policy.default)
    assert to == ("lea@test.invalid",)
    assert mail["Subject"] == "[Repère] Un dossier vous attend – 93-K7QX-2MPT"
    assert mail["Message-ID"] == f"<{notice.pk}@repere>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(notice.subject_id) in mail.get_content()
    assert (row(notice).state, row(notice).leased_until) == ("done", None)


@pytest.mark.sec("SEC-FT9")
def test_what_cannot_leave_waits_and_leaves_when_the_server_is_back(no_smtp, people, clock, request):
    notices = [a_notice(people.one(f"n{number}")) for number in range(3)]

    deliver_for(clock, minutes=30)

    for notice in notices:
        assert row(notice).state == "waiting"
        assert row(notice).fault == "smtp-unreachable"
        assert 1 < row(notice).tries < 6, "pauses grow"
    smtp = request.getfixturevalue("smtp")
    deliver_for(clock, hours=3)
    assert sorted(smtp.recipients) == ["n0@test.invalid", "n1@test.invalid", "n2@test.invalid"]
    assert not Notice.objects.exclude(state="done").exists()


@pytest.mark.sec("SEC-FT9")
def test_a_notice_is_given_up_after_days_said_so_once_and_can_be_revived(no_smtp, people, clock, request):
    told = []
    doors.on_dead.append(lambda notice, at: told.append((notice.pk, notice.fault)))
    notice = a_notice(people.one())

    for pause in (timedelta(0), *delivery.PAUSES, timedelta(days=30)):
        clock.now += pause
        delivery.deliver_due(clock=clock)

    assert row(notice).state == "dead"
    assert told == [(notice.pk, "smtp-unreachable")]
    assert sum(delivery.PAUSES, timedelta()) > timedelta(days=3)
    smtp = request.getfixturevalue("smtp")
    assert delivery.revive(at=clock.now) == 1
    delivery.deliver_due(clock=clock)
    assert smtp.recipients == ["lea@test.invalid"]


@pytest.mark.sec("SEC-FT9")
def test_if_it_cannot_be_said_that_a_notice_is_given_up_it_is_not(smtp, people, clock):
    def unwritable(notice, at):
        raise RuntimeError("the journal is away")

    doors.on_dead.append(unwritable)
    smtp.answer = "550 no"
    notice = a_notice(people.one())

    delivery.deliver_due(clock=clock)

    assert (row(notice).state, row(notice).fault) == ("waiting", "unexpected")


@pytest.mark.sec("SEC-FT9")
def test_a_notice_that_cant_be_made_holds_up_no_other_and_is_never_given_up(smtp, people, clock, monkeypatch):
    """An urgent one goes first at each pass: a fault of ours in it must not keep the others from leaving."""
    bad = a_notice(people.one("bad"), urgent=True)
    a_notice(people.one("good"))
    send = delivery.mail.send

    def faulty(notice, *rest):
        return 1 / 0 if notice.pk == bad.pk else send(notice, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(delivery.mail, "send", faulty)
        deliver_for(clock, hours=1)
        assert smtp.recipients == ["good@test.invalid"]
        assert (row(bad).state, row(bad).fault) == ("waiting", "unexpected")
        clock.forward(days=30)
        delivery.deliver_due(clock=clock)
        assert row(bad).state == "waiting"

    clock.forward(days=3)
    delivery.deliver_due(clock=clock)
    assert (row(bad).state, row(bad).fault) == ("done", "")


@pytest.mark.parametrize(("answer", "state"), [("451 later", "waiting"), ("552 full", "dead")])
def test_what_a_server_says_for_now_or_for_good_is_told_apart(smtp, people, clock, answer, state):
    smtp.answer = answer
    notice = a_notice(people.one())

    delivery.deliver_due(clock=clock)

    assert row(notice).state == state
    assert row(notice).fault == f"smtp-{answer[:3]}"
    assert smtp.arrived == []


def test_one_refused_address_holds_up_no_other(smtp, people, clock):
    smtp.refusals["bad@test.invalid"] = "550 unknown"
    bad, good = a_notice(people.one("bad")), a_notice(people.one("good"))

    delivery.deliver_due(clock=clock)

    assert (row(bad).state, row(good).state) == ("dead", "done")


@pytest.mark.sec("SEC-AZ4")
def test_who_was_excluded_since_is_told_nothing(smtp, people, clock):
    user = people.one()
    notice = a_notice(user)
    people.unseen.add(user)

    delivery.deliver_due(clock=clock)

    assert smtp.arrived == []
    assert (row(notice).state, row(notice).fault) == ("dropped", "not-for-these-eyes")


def test_what_is_about_accounts_is_of_no_case_and_leaves(smtp, people, clock):
    """Of a request that a second person decides the rule of cases knows nothing: it was dropped for that."""
    user = people.one()
    notice = a_notice(user, template=ROLE_REQUESTED, kind=Kind.ACCOUNT)
    people.unseen.add(user)

    delivery.deliver_due(clock=clock)

    assert len(smtp.arrived) == 1
    assert row(notice).state == "done"


def test_an_account_that_is_gone_is_told_nothing(smtp, people, clock):
    user = people.one()
    del people.book[user]
    notice = a_notice(user)

    delivery.deliver_due(clock=clock)

    assert row(notice).state == "dropped"


def test_a_filer_is_found_by_its_keyed_value_alone(smtp, people, clock):
    user = people.one("filer")
    a_notice(filer=b"%32d" % (user.int % 10**9))

    delivery.deliver_due(clock=clock)

    assert smtp.recipients == ["filer@test.invalid"]


@pytest.mark.sec("SEC-FT10")
def test_a_worker_killed_before_it_sent_loses_nothing(smtp, people, clock, monkeypatch):
    """Its lease ends; the next worker sends."""
    notice = a_notice(people.one())
    with monkeypatch.context() as patch:
        patch.setattr(delivery.mail, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            delivery.deliver_due(clock=clock)

    assert delivery.deliver_due(clock=clock) == 0, "while the lease holds, nobody else touches it"
    clock.forward(minutes=3)
    delivery.deliver_due(clock=clock)

    assert smtp.recipients == ["lea@test.invalid"]
    assert row(notice).state == "done"


def killed(*_):
    raise KeyboardInterrupt


@pytest.mark.sec("SEC-FT10")
def test_a_worker_that_slept_past_its_lease_neither_sends_nor_finishes(smtp, people, clock):
    notice = a_notice(people.one())
    (sleeper,) = delivery.claim(
        Notice.objects.filter(pk=notice.pk), at=clock.now, lease=delivery.LEASE, limit=1
    )
    clock.forward(minutes=3)
    delivery.deliver_due(clock=clock)

    assert not delivery._try(sleeper, (notice.user_id, people.book[notice.user_id]), clock)
    assert not delivery.finish(sleeper, state="waiting")
    assert smtp.recipients == ["lea@test.invalid"]
    assert row(notice).state == "done"


def test_urgent_notices_go_first_and_come_again_sooner(no_smtp, people, clock, monkeypatch):
    order = []
    real = delivery.mail.send
    monkeypatch.setattr(delivery.mail, "send", lambda n, *a: (order.append(n.pk), real(n, *a)))
    calm, urgent = a_notice(people.one("calm")), a_notice(people.one("fast"), urgent=True)

    delivery.deliver_due(clock=clock)

    assert order == [urgent.pk, calm.pk]
    assert row(urgent).due_at - NOON == timedelta(seconds=10)
    assert row(calm).due_at - NOON == timedelta(minutes=1)


def test_a_batch_goes_on_until_nothing_is_due(smtp, people, clock):
    for number in range(7):
        a_notice(people.one(f"n{number}"))

    assert delivery.deliver_due(clock=clock, batch=2) == 7
    assert len(smtp.arrived) == 7
