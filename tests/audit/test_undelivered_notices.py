"""SEC-AL1: a notice that is given up is an entry, so that auditors see that somebody wasn't told."""

import json

import pytest

from audit.models import Entry
from outbox import delivery
from outbox.models import Notice
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.factories.concerns import concern


@pytest.mark.sec("SEC-FT9")
def test_a_notice_that_is_given_up_is_an_entry_about_the_case(world):
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key="undelivered").json()
    see_all()
    notice = Notice.objects.filter(channel="mail").first()

    delivery.give_up(notice, "smtp-550", at=notice.created_at)

    with as_owner():
        entry = Entry.objects.get(act="notice:undelivered")
        about = Entry.objects.filter(act="referral:submit").get()
    said = json.loads(bytes(entry.body))
    assert (said["rule"], said["to"], said["out"]) == ("smtp-550", "mail", "fail")
    assert entry.subject == about.subject
    assert entry.tenant == world.authorities["93"].pk
    assert filed["reference"] not in bytes(entry.body).decode()
    see_all()
    assert Notice.objects.get(pk=notice.pk).state == "dead"
