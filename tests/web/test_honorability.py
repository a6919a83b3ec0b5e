"""Certificate of honorability: recorded, read, reminded of, and asked for at the yearly review (domain.md §1.5)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from accounts import honorability
from accounts.models import Membership
from outbox.models import Notice
from tests.conftest import see_all

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
SERVICE = ("93", "measure_service")


def told(world, template):
    names = {user.pk: name for (code, name), user in world.users.items() if code == "93"}
    rows = Notice.objects.filter(template=template, channel="app")
    return sorted({names[row.user_id] for row in rows if row.user_id in names})


def test_an_administrator_records_what_they_saw_and_few_read_it(world):
    pk = world.memberships[SERVICE].pk
    path = f"memberships/{pk}/certificate"
    today = datetime.now(UTC).date()

    seen = world.as_("territory_admin").post(path, {"issued_on": today.isoformat()}, key=uuid4().hex)
    again = [
        world.as_(who).get(path).status_code
        for who in ("territory_admin", "supervisor", "measure_service", "dpo")
    ]
    others = [
        world.as_(who).post(path, {"issued_on": today.isoformat()}, key=uuid4().hex).status_code
        for who in ("supervisor", "measure_service")
    ]

    assert seen.status_code == 200, seen.content
    assert seen.json()["ends_on"] == today.replace(year=today.year + 3).isoformat()
    assert again == [200, 200, 200, 404]
    assert others == [403, 403]
    see_all()
    row = Membership.objects.get(pk=pk)
    assert (row.honorability_issued_on, row.honorability_seen_on) == (today, today)
    assert row.honorability_seen_by == world.user("territory_admin")


@pytest.mark.parametrize(("days", "status"), [(1, 400), (0, 200), (-183, 200), (-184, 400)])
def test_the_certificate_is_of_the_last_six_months(world, days, status):
    issued = datetime.now(UTC).date() + timedelta(days=days)
    path = f"memberships/{world.memberships[SERVICE].pk}/certificate"

    answer = world.as_("territory_admin").post(path, {"issued_on": issued.isoformat()}, key=uuid4().hex)

    assert answer.status_code == status


def test_it_is_asked_of_nobody_but_services(world):
    """The law forbids asking it of others (decree 2024-643)."""
    path = f"memberships/{world.memberships['93', 'assessor'].pk}/certificate"
    body = {"issued_on": datetime.now(UTC).date().isoformat()}

    assert world.as_("territory_admin").get(path).status_code == 404
    assert world.as_("territory_admin").post(path, body, key=uuid4().hex).status_code == 404


def test_the_person_and_administrators_are_told_before_it_is_over_and_supervisors_a_month_after(world):
    Membership.objects.filter(role="measure_service").exclude(pk=world.memberships[SERVICE].pk).update(
        honorability_seen_on=date(2030, 1, 1)
    )
    Membership.objects.filter(pk=world.memberships[SERVICE].pk).update(honorability_seen_on=date(2024, 2, 29))
    last = datetime(2027, 3, 1, 9, tzinfo=UTC)

    counts = [honorability.remind(last + timedelta(days=days)) for days in (-91, -90, -89, -30, -8, -7, 0, 1)]

    assert counts == [0, 1, 0, 1, 0, 1, 1, 0]
    assert told(world, "certificate.ends") == ["measure_service"]
    assert told(world, "certificates.end") == ["territory_admin"]
    assert [honorability.tell_supervisors(last + timedelta(days=days)) for days in (29, 30, 31)] == [0, 1, 0]
    assert "supervisor" in told(world, "certificate.over")


def test_a_role_without_one_is_not_confirmed_in_its_review(world):
    row = world.memberships[SERVICE]
    Membership.objects.filter(pk=row.pk).update(honorability_seen_on=date(2020, 1, 1))

    refused = world.as_("territory_admin").post(f"memberships/{row.pk}/review", key=uuid4().hex)
    world.as_("territory_admin").post(
        f"memberships/{row.pk}/certificate",
        {"issued_on": datetime.now(UTC).date().isoformat()},
        key=uuid4().hex,
    )
    done = world.as_("territory_admin").post(f"memberships/{row.pk}/review", key=uuid4().hex)

    assert (refused.status_code, refused.json()["code"]) == (409, "certificate-missing")
    assert done.status_code == 200
