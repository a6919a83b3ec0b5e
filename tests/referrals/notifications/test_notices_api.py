"""GET /api/v1/notices and marking as read: mine, unread first, without content."""

from uuid import uuid4

import pytest
from django.utils import timezone

from outbox.models import Notice
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.shared_fixtures import shared_fixture


@shared_fixture
def three(world):
    """Three filings of which the cell was told."""
    references = []
    for number in range(3):
        answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key=f"notices-{number}")
        references.append(answer.json()["reference"])
    see_all()
    return references


def lines(world, who="crip_coordinator", **query):
    return world.as_(who).get("notices", **query).json()["results"]


def test_one_reads_ones_own_newest_first_without_a_word_of_what_happened(world, three):
    found = lines(world)

    assert [line["reference"] for line in found] == three[::-1]
    assert set(found[0]) == {
        "id", "type", "label_fr", "label_en", "reference", "referral", "anomaly", "batch", "urgent", "at", "read_at",
    }  # fmt: skip
    for who in ("filer", "assessor", "auditor", "platform_admin"):
        assert lines(world, who) == []
    assert world.as_("crip_coordinator", "75").get("notices").json()["results"] == []


def test_what_was_read_comes_last_and_can_be_left_out(world, three):
    newest = lines(world)[0]

    answer = world.as_("crip_coordinator").post(f"notices/{newest['id']}/read")
    again = world.as_("crip_coordinator").post(f"notices/{newest['id']}/read")

    assert answer.status_code == again.status_code == 200
    assert answer.json()["read_at"] == again.json()["read_at"] is not None
    assert [line["reference"] for line in lines(world)] == [three[1], three[0], three[2]]
    assert [line["reference"] for line in lines(world, unread="true")] == [three[1], three[0]]


def test_pages_lose_no_line(world, three):
    seen, cursor = [], None
    lines_before = lines(world)
    world.as_("crip_coordinator").post(f"notices/{lines_before[0]['id']}/read")
    while True:
        page = (
            world.as_("crip_coordinator")
            .get("notices", limit=1, **({"cursor": cursor} if cursor else {}))
            .json()
        )
        seen += [line["reference"] for line in page["results"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert seen == [three[1], three[0], three[2]]


@pytest.mark.sec("SEC-IN7")
def test_somebody_elses_notice_is_as_absent_as_none(world, three):
    theirs = Notice.objects.filter(channel="app", user_id=world.user("crip_coordinator_2").pk).first()
    mail = Notice.objects.filter(channel="mail", user_id=world.user("crip_coordinator").pk).first()
    caller = world.as_("crip_coordinator")

    answers = [caller.post(f"notices/{pk}/read") for pk in (theirs.pk, mail.pk, uuid4())]

    assert {answer.status_code for answer in answers} == {404}
    assert not Notice.objects.filter(is_read=True).exists()


def test_a_case_that_is_no_longer_mine_takes_its_notices_along(world, three):
    membership = world.memberships["93", "crip_coordinator"]
    membership.valid_to = timezone.now()
    membership.save()

    assert world.as_("crip_coordinator").get("notices").status_code == 401
    see_all()
    second = world.as_("crip_coordinator_2")
    assert len(second.get("notices").json()["results"]) == 3
