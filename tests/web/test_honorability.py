"""Certificate of honorability: recorded, read, reminded of, and asked for at the yearly review (domain.md §1.5)."""

import re
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import honorability
from accounts.actor import SYSTEM
from accounts.imports.faults import Fault
from accounts.imports.plan import planned
from accounts.imports.rows import Person
from accounts.models import Membership, Organisation
from accounts.roles import Role
from outbox.models import Notice
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.conftest import see_all
from tests.referrals.workflow.kit import Kit

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


def test_supervisors_are_told_of_each_certificate_that_is_over(world):
    world.hire("agent", Role.MEASURE_SERVICE)
    both = Membership.objects.filter(role="measure_service", authority=world.authorities["93"])
    both.update(honorability_seen_on=date(2022, 1, 1))
    both.exclude(user=world.user("agent")).update(honorability_seen_on=date(2022, 1, 10))

    at = datetime(2025, 1, 31, 9, tzinfo=UTC)
    assert [honorability.tell_supervisors(at + timedelta(days=days)) for days in (-1, 0, 8, 9, 10)] == [
        0,
        1,
        0,
        1,
        0,
    ]
    Membership.objects.filter(user=world.user("agent")).update(honorability_seen_on=date(2023, 1, 1))
    assert honorability.tell_supervisors(datetime(2026, 1, 31, 9, tzinfo=UTC)) == 1, "the next one is another"


def grants(world, role="measure_service", who="filer_2", **said):
    """Ask for a role as the administrator, and confirm it as a supervisor; return the answer of who asked."""
    body = {
        "email": world.user(who).email, "role": role, "authority": str(world.authorities["93"].pk),
        "organisation": str(world.services["93"].pk),
    }  # fmt: skip
    asked = world.as_("territory_admin").post("membership-requests", body | said, key=uuid4().hex)
    if asked.status_code == 201:
        done = world.as_("supervisor").post(f"membership-requests/{asked.json()['id']}/confirm")
        assert done.status_code == 200, done.content
    return asked


@pytest.mark.parametrize(
    ("days", "fault"),
    [
        pytest.param(None, "required", id="none"), pytest.param(1, "too-late", id="of-tomorrow"),
        pytest.param(-184, "too-early", id="too-old"), pytest.param(-183, None, id="of-six-months"),
    ],
)  # fmt: skip
def test_a_role_of_services_is_given_with_a_certificate_that_was_seen(world, days, fault):
    today = datetime.now(UTC).date()
    said = {} if days is None else {"certificate": (today + timedelta(days=days)).isoformat()}

    answer = grants(world, **said)

    see_all()
    row = Membership.objects.filter(user=world.user("filer_2"), role="measure_service").first()
    if fault is None:
        assert answer.status_code == 201, answer.content
        assert (row.honorability_issued_on, row.honorability_seen_on) == (today - timedelta(days=183), today)
        assert row.honorability_seen_by == world.user("territory_admin")
    else:
        assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("certificate", fault)]
        assert row is None


def test_of_a_role_that_needs_none_nothing_is_kept(world):
    today = datetime.now(UTC).date().isoformat()
    assert grants(world, "exploitation_lead", certificate=today).status_code == 201

    see_all()
    row = Membership.objects.get(user=world.user("filer_2"), role="exploitation_lead")
    assert (row.honorability_issued_on, row.honorability_seen_on, row.honorability_seen_by) == (
        None,
        None,
        None,
    )


def test_who_is_asked_for_a_certificate_has_ninety_days(world):
    row = world.memberships[SERVICE]
    asked = timezone.now().date()
    row.honorability_issued_on, row.honorability_seen_on = None, None
    assert not honorability.in_order(row, row.valid_from), "a role without one counts on no day"

    row.honorability_asked_on = asked

    days = [
        honorability.in_order(row, datetime.combine(asked, time(9), UTC) + timedelta(days=n))
        for n in (0, 90, 91)
    ]
    assert days == [True, True, False]


def test_an_authority_follows_other_agents_where_it_reads_the_law_so(world):
    """Those who hold the role have their time from then on; whoever gets it shows one first."""
    change = Change(
        AT.date(), {"honorability_roles": ["measure_service", "case_referent"], "honorability_grace_days": 10}
    )
    policy_changes_actions.change(world.authorities["93"].pk, change, actor=SYSTEM, at=AT)
    row = world.memberships["93", "case_referent"]
    row.authority.refresh_from_db()
    assert not honorability.in_order(row, AT)

    honorability.remind(AT)

    row.refresh_from_db()
    assert (row.honorability_asked_on, honorability.ends_on(row, AT)) == (AT.date(), date(2026, 12, 4))
    assert "case_referent" in told(world, "certificate.ends")
    elsewhere = world.memberships["75", "case_referent"]
    assert honorability.ends_on(elsewhere, AT) is None
    assert honorability.ends_on(world.memberships["93", "assessor"], AT) is None


def test_a_file_gives_no_role_that_needs_a_certificate(world):
    row = Person(
        2, "neuf@exemple.fr", "Camille Neuf", "measure_service", organisation=world.services["93"].name
    )

    lines, refused = planned([row], world.authorities["93"], asker=None, at=AT)

    assert (lines, [one.fault for one in refused]) == ([], [Fault.ROLE_OF_CERTIFICATE])


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


# --- M06, M07, T48: the guards themselves are in tests/referrals/workflow ------------------------------


def starts(world, **measure):
    kit = Kit(world, "protected_admin", who="ase_inspector")
    row = kit.measure("agreed", **measure)
    body = {"started_on": kit.case.received_at.date().isoformat(), "term_on": "2027-06-01"}
    return kit.world.as_("ase_inspector").step(str(kit.case.pk), "start", body, part=f"measures/{row.pk}")


def test_one_person_of_a_service_with_a_certificate_is_enough(world):
    world.hire("agent", Role.MEASURE_SERVICE)
    Membership.objects.filter(pk=world.memberships[SERVICE].pk).update(honorability_seen_on=date(2020, 1, 1))

    assert starts(world, service=world.services["93"]).status_code == 200


def test_a_measure_of_a_service_that_has_nobody_here_begins_all_the_same(world):
    """A judge named it; of nobody nothing is followed."""
    elsewhere = Organisation.objects.create(name="Service lointain", kind="association")

    assert starts(world, service=elsewhere).status_code == 200


def test_a_refusal_says_nothing_of_anybodys_certificate(world):
    Membership.objects.filter(role="measure_service").update(honorability_seen_on=date(2020, 1, 1))

    answer = starts(world, service=world.services["93"])

    assert (answer.status_code, answer.json()["rule"]) == (409, "may_be_entrusted")
    assert not re.search(r"attestation|certificat|honorab", answer.content.decode(), re.IGNORECASE)
