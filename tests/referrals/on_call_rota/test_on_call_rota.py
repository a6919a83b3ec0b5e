"""The rota of an authority (domain.md §11.1 ``ON_CALL_SCHEDULE``): kept over the API, with its history and holes."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.roles import Role
from outbox.models import Notice
from referrals.models import RotaShift
from referrals.models.on_call_rota import Place
from referrals.notifications import recipients
from referrals.on_call_rota import actions as on_call_rota_actions
from tests.audit.owner import written
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import shared_fixture

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now():
    return datetime.now(UTC)


def path(world, code="93"):
    return f"authorities/{world.authorities[code].pk}/rota"


def asked(world, now, *, officer="on_call", code="93", place="first", start=HOUR, end=9 * HOUR):
    return {
        "officer": str(world.user(officer, code).pk), "place": place, "starts_at": (now + start).isoformat(),
        "ends_at": (now + end).isoformat(),
    }  # fmt: skip


def add(world, body, who="supervisor"):
    return world.as_(who).post(path(world), body, key=uuid4().hex)


def shift(world, name, *, place="first", start=-HOUR, end=HOUR, at=AT, code="93", **more):
    return RotaShift.objects.create(
        authority=world.authorities["93"], user=world.user(name, code), place=place, starts_at=at + start,
        ends_at=at + end, made_at=at - DAY, made_by=world.user("supervisor"), **more,
    )  # fmt: skip


def test_an_administrator_and_a_supervisor_keep_it_and_its_history_stays(world, now):
    made = add(world, asked(world, now), who="territory_admin")
    assert made.status_code == 201, made.content
    shift_id = made.json()["id"]
    officer = world.as_("on_call").get(path(world)).json()["results"]
    assert [(line["officer"], line["place"]["code"]) for line in officer] == [
        (str(world.user("on_call").pk), "first")
    ]

    gone = world.as_("supervisor").post(f"{path(world)}/{shift_id}/withdraw", {}, key="rota-gone")

    assert gone.status_code == 200, gone.content
    assert world.as_("on_call").get(path(world)).json()["results"] == []
    (line,) = world.as_("on_call").get(path(world), past="true").json()["results"]
    assert (line["made_by"], line["withdrawn_by"]) == ("territory_admin 93", "supervisor 93")
    again = world.as_("supervisor").post(f"{path(world)}/{shift_id}/withdraw", {}, key="rota-again")
    assert again.status_code == 409
    acts = {
        entry.act: bytes(entry.body).decode()
        for entry in [*written(act="rota:added"), *written(act="rota:withdrawn")]
    }
    assert set(acts) == {"rota:added", "rota:withdrawn"}
    assert '"role":"territory_admin"' in acts["rota:added"]
    assert str(world.user("on_call").pk) not in "".join(acts.values())


def test_it_is_kept_by_nobody_else_and_by_nobody_of_another_authority(world, now):
    for who in ("on_call", "crip_coordinator", "intake_agent", "auditor", "platform_admin", "assessor"):
        assert add(world, asked(world, now), who=who).status_code == 403, who
    for who in ("auditor", "assessor", "filer", "dpo"):
        assert world.as_(who).get(path(world)).status_code == 403, who
    assert world.as_("territory_admin", "75").post(path(world), asked(world, now)).status_code == 404
    assert world.as_("supervisor", "75").get(path(world)).status_code == 404


def test_whoever_is_on_it_holds_the_role_here_wherever_they_work(world, now):
    """Shared with another authority: a membership here first; a shift gives no right by itself."""
    shared = asked(world, now, code="75")
    assert add(world, shared).json()["errors"][0]["field"] == "officer"
    Membership.objects.create(
        user=world.user("on_call", "75"), role=Role.ON_CALL, authority=world.authorities["93"],
        valid_from=now - DAY, valid_to=now + 5 * HOUR,
    )  # fmt: skip
    assert add(world, shared).status_code == 400, "not all that time"
    Membership.objects.update(valid_to=None)

    assert add(world, shared).status_code == 201
    assert add(world, asked(world, now, officer="crip_coordinator")).status_code == 400
    assert add(world, asked(world, now) | {"officer": str(uuid4())}).status_code == 400


def test_a_shift_runs_forward_from_now_for_a_month_at_most_and_once(world, now):
    for start, end in ((HOUR, HOUR), (-2 * HOUR, -HOUR), (HOUR, 32 * DAY)):
        answer = add(world, asked(world, now, start=start, end=end))
        assert answer.json()["errors"][0]["field"] == "ends_at", (start, end)
    assert add(world, asked(world, now)).status_code == 201
    for start, end in ((HOUR, 9 * HOUR), (2 * HOUR, 3 * HOUR), (-HOUR, 2 * HOUR), (8 * HOUR, DAY)):
        assert add(world, asked(world, now, place="second", start=start, end=end)).status_code == 409
    assert add(world, asked(world, now, start=9 * HOUR, end=DAY)).status_code == 201, "the end isn't included"


@pytest.mark.sec("SEC-IN12")
def test_the_same_request_adds_once(world, now):
    body = asked(world, now)
    first, again = (world.as_("supervisor").post(path(world), body, key="rota-once-1") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert RotaShift.objects.count() == 1


# --- Who is called ------------------------------------------------------------------------------------


def on_call_of(kit, party="on_call", at=AT):
    case = recipients.Case(kit.case, actor=recipients.SYSTEM, at=at)
    names = {user.pk: name for (code, name), user in kit.world.users.items()}
    return sorted(names[pk] for pk in recipients.people(case, (party,), {}))


@shared_fixture
def kit(world):
    for name in ("on_call_2", "on_call_3"):
        world.hire(name, Role.ON_CALL)
    return Kit(world, "triage")


def test_without_a_rota_all_officers_are_called(kit):
    assert on_call_of(kit) == ["on_call", "on_call_2", "on_call_3"]
    assert on_call_of(kit, "second_on_call") == ["on_call", "on_call_2", "on_call_3"]


def test_the_rota_says_who_is_first_and_who_second_until_its_very_end(world, kit):
    shift(world, "on_call_2")
    shift(world, "on_call_3", place="second")

    assert (on_call_of(kit), on_call_of(kit, "second_on_call")) == (["on_call_2"], ["on_call_3"])
    before, end = AT + HOUR - timedelta(microseconds=1), AT + HOUR
    assert (on_call_of(kit, at=before), len(on_call_of(kit, at=end))) == (["on_call_2"], 3)


def test_a_shift_that_was_withdrawn_or_has_lost_its_role_counts_no_more(world, kit):
    first = shift(world, "on_call_2")
    shift(world, "on_call_3", place="second")
    RotaShift.objects.filter(pk=first.pk).update(withdrawn_at=AT, withdrawn_by=world.user("supervisor"))
    assert on_call_of(kit) == ["on_call_3"], "the second officer takes the place"
    assert on_call_of(kit, at=AT - timedelta(seconds=1)) == ["on_call_2"], "until then it did"

    Membership.objects.filter(user=world.user("on_call_3")).update(valid_to=AT)
    assert on_call_of(kit) == ["on_call", "on_call_2"], "an empty rota: all who hold the role"


@pytest.mark.sec("SEC-AZ4")
def test_an_officer_who_may_not_know_of_the_case_is_passed(world, kit):
    shift(world, "on_call_2")
    shift(world, "on_call_3", place="second")
    kit.exclude("on_call_2")
    assert (on_call_of(kit), on_call_of(kit, "second_on_call")) == (["on_call_3"], [])

    kit.put(restricted=True)
    kit.case.restricted = True
    assert on_call_of(kit) == []
    kit.let_in("on_call_3")
    assert on_call_of(kit) == ["on_call_3"]


# --- Holes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shifts", "hole"),
    [
        ([], True),
        ([(-HOUR, DAY)], False),
        ([(-HOUR, DAY - HOUR)], True),
        ([(HOUR, 2 * DAY)], True),
        ([(-HOUR, 5 * HOUR), (5 * HOUR, 2 * DAY)], False),
        ([(-HOUR, 5 * HOUR), (6 * HOUR, 2 * DAY)], True),
    ],
)
def test_a_hole_within_a_day_is_told_to_the_administrator_once_a_day(world, shifts, hole):
    for start, end in shifts:
        shift(world, "on_call", start=start, end=end)
    elsewhere = Membership.objects.exclude(authority=world.authorities["93"])
    elsewhere.filter(role=Role.ON_CALL).update(valid_to=AT)

    assert on_call_rota_actions.watch(AT) == int(hole)

    told = {(row.user_id, row.channel, row.reference) for row in Notice.objects.filter(template="rota.hole")}
    admin = world.user("territory_admin").pk
    assert told == ({(admin, "app", ""), (admin, "mail", "")} if hole else set())


@pytest.mark.parametrize(
    "values", [{"place": "third"}, {"ends_at": AT - 2 * HOUR}, {"withdrawn_at": AT}], ids=str
)
def test_the_database_refuses_a_shift_that_contradicts_itself(world, values):
    row = shift(world, "on_call")
    with pytest.raises(IntegrityError), transaction.atomic():
        RotaShift.objects.filter(pk=row.pk).update(**values)


def test_places_are_called_in_their_order():
    assert list(Place) == [Place.FIRST, Place.SECOND]


# --- Weekly shifts ------------------------------------------------------------------------------------


def weekly(world, now, start, **more):
    """Ask for a night from ``start`` (Paris) to eight in the morning."""
    begins = start.astimezone(UTC)
    body = asked(world, now) | {
        "starts_at": begins.isoformat(), "ends_at": (begins + 12 * HOUR).isoformat(), **more,
    }  # fmt: skip
    return add(world, body)


def test_a_weekly_shift_keeps_its_hours_when_the_clocks_change(world, now):
    """ON_CALL_SCHEDULE is weekly: one request writes the same night of many weeks."""
    paris = ZoneInfo("Europe/Paris")
    night = datetime(now.year + 1, 3, 1, 20, tzinfo=paris)

    made = weekly(world, now, night, weeks=6)

    assert made.status_code == 201, made.content
    rows = list(RotaShift.objects.order_by("starts_at"))
    assert [row.starts_at.astimezone(paris).hour for row in rows] == [20] * 6
    assert [row.ends_at.astimezone(paris).hour for row in rows] == [8] * 6
    days = [row.starts_at.astimezone(paris).date() for row in rows]
    assert days == [night.date() + timedelta(weeks=number) for number in range(6)]
    assert {row.starts_at.hour for row in rows} == {18, 19}, "summer time began meanwhile"
    assert made.json()["id"] == str(rows[0].pk)
    assert len(written(act="rota:added")) == 6


def test_a_weekly_shift_that_meets_another_of_the_officer_writes_nothing(world, now):
    third = now + 14 * DAY
    add(world, asked(world, now, start=14 * DAY + HOUR, end=14 * DAY + 2 * HOUR))

    refused = weekly(world, now, third - 14 * DAY + HOUR, weeks=4)

    assert refused.status_code == 409
    assert RotaShift.objects.count() == 1


@pytest.mark.parametrize(("weeks", "hours"), [(0, 9), (27, 9), (2, 24 * 8), ("3", 9), (True, 9)])
def test_a_weekly_shift_has_bounds(world, now, weeks, hours):
    body = asked(world, now, end=hours * HOUR) | {"weeks": weeks}

    assert add(world, body).status_code == 400
    assert not RotaShift.objects.exists()
