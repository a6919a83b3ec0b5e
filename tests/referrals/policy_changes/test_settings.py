"""Settings of an authority: who reads and changes them, what they may be, from when, and that the past stays."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from accounts.actor import SYSTEM
from accounts.errors import InvalidInput
from accounts.models import Authority
from accounts.roles import Role
from referrals.models import SettingChange
from referrals.policy.chapters import Chapter
from referrals.policy.definitions import (
    CHAPTERS,
    DEFAULTS,
    ORDERS,
    SETTINGS,
    TOPICS,
    Protocol,
    Timeline,
    protocol_of,
)
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.audit.owner import written
from tests.expected import settings as expected
from tests.factories.concerns import concern
from tests.night import some

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
TODAY = NOON.date()
INSIDE = (
    "intake_agent", "crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "on_call", "case_referent",
    "supervisor", "exploitation_lead", "auditor", "dpo", "territory_admin", "statistician", "directory_editor",
)  # fmt: skip
OUTSIDE = ("filer", "filer_org_lead", "measure_service", "platform_admin", "api_119")


@pytest.fixture
def here(world):
    return world.authorities["93"]


@pytest.fixture
def clock(monkeypatch):
    """The instant of the next requests."""
    found = SimpleNamespace(now=NOON)
    monkeypatch.setattr("config.pipeline.instant", lambda *_: found.now)
    return found


@pytest.fixture
def ask(world, here, clock):
    """Ask for a change in a role of 93, ``days`` from today on."""

    def post(values, *, days=0, who="territory_admin", code="93", at=NOON):
        body = {"effective_on": (TODAY + timedelta(days=days)).isoformat(), "values": values}
        clock.now = at
        return world.as_(who, code).post(f"authorities/{here.pk}/settings", body)

    return post


@pytest.fixture
def change(here):
    """Change settings of 93 as the service itself."""

    def do(values, *, days=0, at=NOON):
        asked = Change(
            effective_on=(at + timedelta(days=days)).astimezone(ZoneInfo("Europe/Paris")).date(),
            values=values,
        )
        return policy_changes_actions.change(here.pk, asked, actor=SYSTEM, at=at)

    return do


def shown(answer):
    return {line["key"]: line for line in answer.json()["results"]}


# --- What there is ------------------------------------------------------------------------------------


def test_each_setting_of_the_paper_is_there_with_its_default():
    assert {k: s.default for k, s in SETTINGS.items() if s.kind != "text"} == expected.DEFAULTS
    assert tuple(k for k, s in SETTINGS.items() if s.kind == "text") == expected.TEXTS


def test_each_default_passes_its_own_check_and_is_in_order():
    for key, setting in SETTINGS.items():
        read = setting.loaded(setting.input().run_validation(setting.default))
        assert read == getattr(DEFAULTS, key), key
    assert all(order.holds(DEFAULTS) for order in ORDERS)
    assert {name for order in ORDERS for name in (order.lesser, order.greater)} <= set(SETTINGS)


def test_a_length_is_counted_in_the_unit_that_its_name_ends_in():
    for name, setting in SETTINGS.items():
        if setting.kind == "whole" and (unit := name.rpartition("_")[2]) in (
            "days",
            "hours",
            "minutes",
            "months",
        ):
            assert setting.unit.endswith(unit), name


def test_each_topic_names_its_chapter_and_each_chapter_has_settings(world, here):
    assert [topic.__name__ for topic in TOPICS if "chapter" not in vars(topic)] == []
    assert set(CHAPTERS) == set(SETTINGS)
    assert set(CHAPTERS.values()) == set(Chapter)
    told = world.as_("territory_admin").get(f"authorities/{here.pk}/settings").json()["results"]
    assert {line["key"]: line["chapter"]["code"] for line in told} == CHAPTERS


def test_what_the_law_fixes_is_no_setting():
    assert [key for key in SETTINGS if any(word in key for word in expected.LAW)] == []


def test_every_role_is_inside_or_outside():
    assert {*INSIDE, *OUTSIDE} == {str(role) for role in Role}


# --- Who reads and changes ----------------------------------------------------------------------------


def test_who_works_in_the_authority_reads_them(world, here):
    for who in INSIDE:
        lines = shown(world.as_(who).get(f"authorities/{here.pk}/settings"))

        # From which figure on a reading is odd is told to who audits and who sets it (SEC-AL18).
        knows = who in ("auditor", "dpo", "territory_admin")
        assert set(lines) == {key for key in SETTINGS if knows or not key.startswith("anomaly_")}, who
    line = lines["acknowledge_hours"]
    assert (line["value"], line["default"], line["unit"], line["effective_on"]) == (
        24,
        24,
        "open_hours",
        None,
    )
    assert (line["minimum"], line["maximum"], line["history"], line["to_come"]) == (1, 40, [], [])
    assert [one["text"] for one in lines["assessment_urgent_days"]["law"]] == ["CASF D226-2-4"]
    assert lines["first_meeting_days"]["law"] == []
    assert all(line["label"]["fr"] and line["label"]["en"] for line in lines.values())


@pytest.mark.sec("SEC-AZ1")
def test_who_only_comes_from_outside_does_not(world, here):
    for who in OUTSIDE:
        for place in ("settings", "settings/history"):
            answer = world.as_(who).get(f"authorities/{here.pk}/{place}")

            assert (answer.status_code, answer.json()["rule"]) == (403, "settings.read"), who


@pytest.mark.sec("SEC-AZ5")
def test_another_authoritys_are_not_found(world, here, ask):
    for who in ("territory_admin", "crip_coordinator", "filer"):
        for place in (str(here.pk), str(uuid4())):
            for part in ("settings", "settings/history"):
                assert world.as_(who, "75").get(f"authorities/{place}/{part}").status_code == 404
        assert ask({"triage_hours": 30}, who=who, code="75").status_code == 404
    assert not SettingChange.objects.exists()


@pytest.mark.sec("SEC-AZ1")
def test_only_the_administrator_changes_one(ask):
    for who in sorted({*INSIDE, *OUTSIDE} - {"territory_admin"}):
        answer = ask({"triage_hours": 30}, who=who)

        assert (answer.status_code, answer.json()["rule"]) == (403, "settings.change"), who
    assert not SettingChange.objects.exists()


def test_a_stranger_reads_none(client, here):
    assert client.get(f"/api/v1/authorities/{here.pk}/settings").status_code == 401


# --- What they may be ---------------------------------------------------------------------------------


@contextmanager
def undone():
    """Take back what is done within."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_a_value_within_the_bounds_is_taken(ask):
    for key, fit, _ in expected.BOUNDS:
        for value in fit:
            taken = SETTINGS[key].input().run_validation(value)
            if value not in some(fit, key):
                continue
            with undone():
                answer = ask({key: value})

                assert answer.status_code == 200, (key, value, answer.content)
                assert SETTINGS[key].loaded(shown(answer)[key]["value"]) == SETTINGS[key].loaded(taken)


def test_a_value_out_of_bounds_is_refused_by_name(ask):
    for key, _, unfit in expected.BOUNDS:
        for value in unfit:
            with pytest.raises(ValidationError):
                SETTINGS[key].input().run_validation(value)
            if value not in some(unfit, key):
                continue
            answer = ask({key: value})

            assert answer.status_code == 400, (key, value, answer.content)
            assert all(error["field"].startswith(f"values.{key}") for error in answer.json()["errors"])
    assert not SettingChange.objects.exists()


def test_two_settings_stay_in_order_on_every_day_to_come(change):
    for before, values, days, named in expected.ORDERS:
        with undone():
            for earlier, on in before:
                change(earlier, days=on)

            refused = ()
            try:
                change(values, days=days, at=NOON + timedelta(seconds=1))
            except InvalidInput as error:
                refused = error.extra["fields"]

            assert dict(refused) == {f"values.{key}": ["out-of-order"] for key in named}, (before, values)


def test_a_value_out_of_order_is_refused_by_name(ask):
    answer = ask({"prosecutor_first_reminder_days": 8})

    assert answer.status_code == 400
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        ("values.prosecutor_first_reminder_days", "out-of-order")
    ]
    assert not SettingChange.objects.exists()


def test_a_body_that_is_no_change_is_refused(world, here):
    fit = {"effective_on": "2099-01-01", "values": {"triage_hours": 30}}
    for body in (
        {},
        {"effective_on": "2099-01-01"},
        {"values": {"triage_hours": 30}},
        fit | {"values": {}},
        fit | {"values": {"triage_minutes": 30}},
        fit | {"values": []},
        fit | {"effective_on": "demain"},
        fit | {"authority": "x"},
    ):
        answer = world.as_("territory_admin").post(f"authorities/{here.pk}/settings", body)

        assert answer.status_code == 400, body
    assert not SettingChange.objects.exists()


# --- From when ----------------------------------------------------------------------------------------


def test_a_day_that_is_over_is_refused(ask):
    answer = ask({"triage_hours": 30}, days=-1)

    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("effective_on", "too-early")]


def test_the_day_is_that_of_the_authoritys_zone(here, ask):
    """At 21:30 UTC on the 24th it is the 25th on La Réunion: the 24th is over there."""
    Authority.objects.filter(pk=here.pk).update(timezone="Indian/Reunion")

    assert ask({"triage_hours": 30}, at=NOON.replace(hour=21)).status_code == 400
    assert ask({"triage_hours": 30}, days=2).status_code == 200
    assert SettingChange.objects.get().effective_at == datetime(2026, 11, 25, 20, tzinfo=UTC)


def test_today_means_from_now_and_nothing_before(here, change):
    before = NOON - timedelta(seconds=1)
    authority = change({"triage_hours": 30})

    assert protocol_of(authority, before).triage_hours == 24
    assert protocol_of(authority, NOON).triage_hours == 30


def test_a_later_day_begins_at_its_local_midnight(change):
    authority = change({"triage_hours": 30}, days=7)
    midnight = datetime(2026, 11, 30, 23, tzinfo=UTC)

    assert protocol_of(authority, midnight - timedelta(seconds=1)).triage_hours == 24
    assert protocol_of(authority, midnight).triage_hours == 30


def test_a_change_for_a_later_day_outlasts_one_made_since_for_an_earlier(change):
    change({"triage_hours": 30}, days=7)
    authority = change({"triage_hours": 40}, at=NOON + timedelta(hours=1))

    assert protocol_of(authority, NOON + timedelta(days=2)).triage_hours == 40
    assert protocol_of(authority, NOON + timedelta(days=8)).triage_hours == 30


def test_a_change_for_the_same_day_takes_the_place_of_the_earlier(change):
    change({"triage_hours": 30}, days=7)
    authority = change({"triage_hours": 24}, days=7, at=NOON + timedelta(hours=1))

    assert protocol_of(authority, NOON + timedelta(days=8)).triage_hours == 24


def test_what_holds_anyway_is_not_written_again(ask):
    ask({"triage_hours": 30}, days=3)

    for days in (3, 4):
        assert ask({"triage_hours": 30}, days=days, at=NOON + timedelta(hours=1)).status_code == 200
    assert ask({"decision_days": 5}).status_code == 200
    assert SettingChange.objects.count() == 1


@pytest.mark.sec("SEC-IN12")
def test_a_change_under_a_key_is_made_once(world, here, ask, clock):
    """Repeated after somebody else's change, it doesn't undo that."""
    admin, place = world.as_("territory_admin"), f"authorities/{here.pk}/settings"
    body = {"effective_on": TODAY.isoformat(), "values": {"triage_hours": 30}}
    assert admin.post(place, body, key="settings-0001").status_code == 200
    clock.now += timedelta(hours=1)
    assert admin.post(place, body | {"values": {"triage_hours": 40}}).status_code == 200

    again = admin.post(place, body, key="settings-0001")
    other = admin.post(place, body | {"values": {"triage_hours": 31}}, key="settings-0001")

    assert (again.status_code, shown(again)["triage_hours"]["value"]) == (200, 40)
    assert other.status_code == 422
    assert SettingChange.objects.count() == 2


# --- Trace and history --------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL1")
def test_a_change_is_journaled_without_what_it_says(world, here, ask):
    ask({"feedback_closed_text": "Sentence canari."}, days=7)

    (entry,) = [entry for entry in written() if entry.act == "setting:changed"]
    assert entry.tenant == here.pk
    body = json.loads(bytes(entry.body))
    assert (body["rule"], body["to"]) == ("feedback_closed_text", "2026-12-01")
    assert (body["role"], body["why"]) == ("territory_admin", "administration")
    assert entry.actor is not None
    assert b"canari" not in bytes(entry.body)


def test_history_tells_who_when_and_from_when(world, here, ask, clock):
    ask({"triage_hours": 30}, days=7)
    ask({"triage_hours": 40, "decision_days": 6}, at=NOON + timedelta(hours=1))

    clock.now = NOON + timedelta(days=2)
    line = shown(world.as_("auditor").get(f"authorities/{here.pk}/settings"))["triage_hours"]
    page = world.as_("auditor").get(f"authorities/{here.pk}/settings/history", limit=2).json()
    rest = (
        world.as_("auditor")
        .get(f"authorities/{here.pk}/settings/history", limit=2, cursor=page["next"])
        .json()
    )
    own = world.as_("auditor").get(f"authorities/{here.pk}/settings/history", key="decision_days").json()

    assert (line["value"], line["effective_on"]) == (40, "2026-11-24")
    assert [(c["value"], c["effective_on"]) for c in line["to_come"]] == [(30, "2026-12-01")]
    assert [c["value"] for c in line["history"]] == [40, 30]
    assert {c["made_by"] for c in line["history"]} == {world.user("territory_admin").full_name}
    assert line["history"][0]["made_at"] == "2026-11-24T12:00:00Z"
    assert [c["key"] for c in page["results"] + rest["results"]] == [
        "decision_days",
        "triage_hours",
        "triage_hours",
    ]
    assert rest["next"] is None
    assert [c["key"] for c in own["results"]] == ["decision_days"]


def test_the_database_refuses_to_alter_or_remove_a_change(change):
    change({"triage_hours": 30})

    for alter in (
        lambda: SettingChange.objects.update(value=31),
        lambda: SettingChange.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="added, never altered"), transaction.atomic():
            alter()


def test_the_database_refuses_what_would_count_before_it_is_made(here):
    with pytest.raises(DatabaseError, match="setting_change_not_in_the_past"), transaction.atomic():
        SettingChange.objects.create(
            authority=here, position=1, key="triage_hours", value=30,
            effective_at=NOON - timedelta(seconds=1), made_at=NOON,
        )  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30).map(lambda n: NOON + timedelta(days=n)), st.integers(0, 30), st.integers(4, 80)
        ),
        max_size=8,
    ),
    st.integers(0, 60 * 24),
)
def test_a_change_never_moves_what_was_in_force(changes, hours):
    """Whatever is made later, an instant that is over keeps its protocol."""
    made, looked = [], NOON + timedelta(hours=hours)
    for at, ahead, value in sorted(changes, key=lambda one: one[0]):
        before = Timeline.of(sorted(made, key=lambda row: row[2])).at(looked)
        made.append(("triage_hours", value, at + timedelta(days=ahead)))
        after = Timeline.of(sorted(made, key=lambda row: row[2])).at(looked)
        if looked < at:
            assert after == before


# --- What the rules read ------------------------------------------------------------------------------


def test_a_clock_counts_by_what_is_in_force_when_it_starts(world, story, change):
    change({"assessment_suspected_days": 20})
    story.at("2026-11-24 13:00")

    story.files("filer", concern(prostitution_status_filer="suspected"))

    assert story.row.target_due_at.date().isoformat() == "2026-12-14"


def test_another_authority_keeps_its_own(world, change):
    change({"triage_hours": 30})

    for code in ("75", "59"):
        assert protocol_of(Authority.objects.get(code=code), NOON) is DEFAULTS


def test_a_draft_follows_the_defaults():
    assert protocol_of(None, NOON) is DEFAULTS


def test_settings_cost_nothing_until_one_is_changed_and_one_query_a_version(here, change):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        protocol_of(here, NOON)
    assert len(seen) == 0

    changed = change({"triage_hours": 30})
    with CaptureQueriesContext(connection) as seen:
        for _ in range(3):
            assert protocol_of(changed, NOON).triage_hours == 30
    assert len(seen) == 1

    again = change({"triage_hours": 31}, at=NOON + timedelta(hours=1))
    assert protocol_of(again, NOON + timedelta(hours=1)).triage_hours == 31


def test_what_was_rolled_back_is_not_remembered(here, change):
    try:
        with transaction.atomic():
            changed = change({"triage_hours": 30})
            assert protocol_of(changed, NOON).triage_hours == 30
            raise LookupError
    except LookupError:
        pass

    assert protocol_of(Authority.objects.get(pk=here.pk), NOON) is DEFAULTS


def test_a_stored_value_that_is_no_longer_allowed_counts_for_nothing(here):
    """A later release narrows a range, or drops a setting: what was in force before goes on."""
    rows = [
        ("triage_hours", 30, NOON),
        ("triage_hours", 4000, NOON + timedelta(days=1)),
        ("break_glass_minutes", "soixante", NOON),
        ("no_such_setting", 1, NOON),
    ]

    found = Timeline.of(rows).at(NOON + timedelta(days=2))

    assert found == Protocol(triage_hours=30)


@pytest.mark.parametrize(("mode", "two"), [("never", False), ("always", True)])
def test_the_second_reader_is_the_authoritys_choice(world, story, change, mode, two):
    change({"two_reader_qualification": mode})
    story.at("2026-11-24 13:00")
    story.files("filer", concern())
    story.triaged()

    story.qualified(two=two)

    assert story.state == "qualified"
