"""What recurs in the directory (field.md A.8): mails that were missed become a task, a suspension ends on its day."""

from datetime import date, timedelta

import pytest

from directory import links, tasks
from directory.actions import confirmations
from directory.models import ConfirmationLink, Reach, Service, Verification
from outbox.models import Notice
from tests.accounts.conftest import entries
from tests.directory.confirmation_requests import ALL_RIGHT, NOON, a_service, asked, mails, token_in

ANSWERS = {
    "vacancy": None,
    "age_from": None,
    "age_to": None,
    "suspended_until": None,
    "remark": "",
    "said_by": "",
}


def missed(clock, service):
    """Let the time of the link pass; return how many mails in a row were missed."""
    clock.on(days=14)
    tasks.count_missed(clock.now)
    service.refresh_from_db()
    return service.asks_missed


def told(world, name="directory_editor", code="93"):
    return Notice.objects.filter(
        template=links.UNANSWERED, user_id=world.user(name, code).pk, channel="mail"
    ).count()


def test_two_missed_mails_are_a_task_for_the_editors_of_the_authority(world, clock):
    service = a_service(world)
    assert len(asked(clock)) == 1
    assert missed(clock, service) == 1
    assert not Service.objects.filter(links.unanswered()).exists()
    assert told(world) == 0
    assert len(asked(clock)) == 1, "once more, as soon as the first was missed"
    assert missed(clock, service) == 2

    assert list(Service.objects.filter(links.unanswered())) == [service]
    assert (told(world), told(world, code="75"), told(world, "crip_coordinator")) == (1, 0, 0)
    assert not ConfirmationLink.objects.exists()
    assert tasks.ask_those_due(clock.now) == 0, "and then in its rhythm"


def test_the_editors_mail_says_that_and_no_more(world, clock):
    service = a_service(world)
    for _ in range(2):
        asked(clock)
        missed(clock, service)

    (message,) = mails(clock)
    assert message.to == [world.user("directory_editor").email]
    assert "n'ont pas répondu à deux courriels" in message.body
    assert "Maison" not in message.body + message.subject


def test_an_answer_ends_the_count(world, clock):
    service = a_service(world)
    asked(clock)
    missed(clock, service)
    (message,) = asked(clock)
    confirmations.confirm(ALL_RIGHT | ANSWERS | {"token": token_in(message)}, at=clock.now)
    assert missed(clock, service) == 0

    assert not Service.objects.filter(links.unanswered()).exists()
    assert not ConfirmationLink.objects.exists(), "the used link is forgotten with its time"


def test_what_an_editor_verified_meanwhile_is_no_task(world, clock):
    service = a_service(world)
    asked(clock)
    missed(clock, service)
    asked(clock)
    Service.objects.filter(pk=service.pk).update(verified_on=clock.now.date())

    assert missed(clock, service) == 1
    Service.objects.filter(pk=service.pk).update(asks_missed=2)
    assert not Service.objects.filter(links.unanswered()).exists()


def test_the_editors_are_told_once_a_day_however_many_are_silent(world, clock):
    services = [a_service(world) for _ in range(3)]
    for _ in range(2):
        asked(clock)
        for service in services:
            missed_now = missed(clock, service)
            clock.on(days=-14)
        clock.on(days=14)

    assert missed_now == 2
    assert told(world) == 1


def test_a_suspension_ends_on_its_day_by_the_authoritys_calendar(world, clock):
    """On 25 November at 02:00 UTC it is still the 24th in Cayenne."""
    world.authorities["93"].timezone = "America/Cayenne"
    world.authorities["93"].save()
    service = a_service(world, status="suspended", suspended_until=date(2026, 11, 25))
    endless = a_service(world, status="suspended")
    assert tasks.resume(NOON.replace(day=25, hour=2)) == 0
    assert tasks.resume(NOON.replace(day=25, hour=4)) == 1

    service.refresh_from_db()
    endless.refresh_from_db()
    assert (service.status, service.suspended_until, endless.status) == ("active", None, "suspended")
    assert Reach.objects.filter(service=service).exists()
    said = Verification.objects.filter(service=service, field="status").get()
    assert (said.old, said.new, said.by) == ("suspended", "active", None)
    assert [one.actor for one in entries(act="directory:service-changed")] == [None]


@pytest.mark.parametrize("task", [tasks.ask_those_due, tasks.count_missed, tasks.resume])
def test_what_recurs_does_nothing_twice(world, clock, task):
    a_service(world)
    a_service(world, status="suspended", suspended_until=NOON.date())
    ConfirmationLink.objects.create(
        service=a_service(world, asked_at=NOON), made_at=NOON - timedelta(days=15), expires_at=NOON
    )

    assert task(NOON) == 1
    assert task(NOON) == 0
