"""Deadlines in a person's own calendar: off by default, without content, with the rights of each reading (field.md D.3)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar

from accounts import actions as accounts_actions
from accounts.actor import SYSTEM
from accounts.models import CalendarFeed, Membership, User
from accounts.signin import hashed
from audit.anomalies.facts import fact_of
from referrals.composition import row_signatures
from referrals.models import Child, Clock, Referral
from referrals.policy_changes import actions as policy_actions
from tests.audit.owner import written
from tests.conftest import see_all
from tests.factories.world import LONG_AGO
from tests.referrals.family import Family
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, links, text

ADDRESS = re.compile(r"http://testserver(/agenda/[A-Za-z0-9_-]{43}\.ics)")
DUE = AT + timedelta(days=10)


def allow(world, code="93", **values):
    """Let an authority choose: by default that its people may have feeds."""
    change = policy_actions.Change(AT.date(), values or {"calendar_feeds": True})
    policy_actions.change(world.authorities[code].pk, change, actor=SYSTEM, at=AT - timedelta(hours=1))


def due(case, at=DUE, **values):
    """Let a deadline of a case run."""
    said = {
        "code": "C2",
        "access_class": "A",
        "started_at": AT,
        "warn_at": AT,
        "due_at": at,
        "statutory": True,
    }
    return Clock.objects.create(referral=case, **said | values)


@shared_fixture
def kit(world) -> Kit:
    return Kit(world, "triage")


@pytest.fixture
def here(world, kit, clock):
    """93 allows it, and has one case with one deadline."""
    allow(world)
    due(kit.case)
    return kit


def a_feed(world, who="crip_coordinator", name="Téléphone"):
    """Make a feed on the page; return the person and the path of its address."""
    person = Visitor(world, who, at=AT)
    shown = person.fills("/compte/agenda/nouveau", name=name)
    return person, ADDRESS.search(shown.content.decode())[1]


def events(answer):
    """Return the events of a calendar, parsed: title and day."""
    assert answer.status_code == 200, answer.status_code
    read = Calendar.from_ical(answer.content)
    return [(str(one["SUMMARY"]), one.decoded("DTSTART")) for one in read.walk("VEVENT")]


def stranger(client, path, **headers):
    answer = client.get(path, headers=headers)
    see_all()
    return answer


def titled(case, day=date(2026, 12, 4)):
    return [(f"Échéance – dossier {case.reference}", day)]


# --- Off by default -----------------------------------------------------------------------------------


def test_an_authority_that_hasnt_said_so_lets_nobody_have_one(world, kit, clock):
    person = Visitor(world, "crip_coordinator", at=AT)

    assert "/compte/agenda" not in links(person.get("/echeances"))
    assert "n'autorise pas" in text(person.get("/compte/agenda"))
    assert person.get("/compte/agenda/nouveau").status_code == 403
    assert person.post("/compte/agenda/nouveau", {"name": "x"}).status_code == 403
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("who", ["filer", "dpo", "auditor", "territory_admin", "statistician"])
def test_who_has_no_deadlines_has_no_feed(world, here, who):
    person = Visitor(world, who, at=AT)

    assert person.get("/compte/agenda").status_code == 403
    assert person.get("/compte/agenda/nouveau").status_code == 403


# --- What a calendar reads ----------------------------------------------------------------------------


def test_the_address_is_shown_once_and_reads_days_and_references_alone(world, here, client):
    person, path = a_feed(world)

    answer = stranger(client, path)

    assert events(answer) == titled(here.case)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP"}
    assert event["CLASS"] == "PRIVATE"
    assert str(here.case.pk) not in answer.content.decode()
    listed = person.get("/compte/agenda").content.decode()
    assert "Téléphone" in listed
    assert path not in listed
    row = CalendarFeed.objects.get()
    assert row.sha256 == hashed(path.removeprefix("/agenda/").removesuffix(".ics"))
    assert row.ends_on == AT.date() + timedelta(days=90)
    assert "/compte/agenda" in links(person.get("/echeances"))


def test_it_holds_nothing_sealed(world, here, client):
    """Every sealed field of the case is filled with a canary (tests/referrals/workflow/filled.py)."""
    _, path = a_feed(world)

    body = stranger(client, path).content.decode()

    unfolded = body.replace("\r\n ", "")
    allowed = re.compile(
        r"(BEGIN|END):(VCALENDAR|VEVENT)|VERSION:2\.0|METHOD:PUBLISH|PRODID:-//Repère//fr|X-WR-CALNAME:Repère"
        r"|(REFRESH-INTERVAL|X-PUBLISHED-TTL);VALUE=DURATION:PT6H|UID:[0-9a-f]{32}|DTSTAMP:20261124T000000Z"
        r"|DT(START|END);VALUE=DATE:\d{8}|CLASS:PRIVATE|TRANSP:TRANSPARENT"
        rf"|SUMMARY:Échéance – dossier {re.escape(here.case.reference)}"
    )
    assert [line for line in unfolded.splitlines() if not allowed.fullmatch(line)] == []


def test_several_deadlines_of_a_case_on_a_day_are_one_event(world, here, client):
    due(here.case, DUE + timedelta(hours=1), code="C4")
    due(here.case, AT - timedelta(days=31), code="C6", started_at=LONG_AGO, warn_at=LONG_AGO)
    _, path = a_feed(world)

    assert events(stranger(client, path)) == titled(here.case)


def test_the_day_is_that_of_the_authority(world, here, client):
    Clock.objects.update(due_at=datetime(2026, 12, 4, 23, 30, tzinfo=UTC))
    _, path = a_feed(world)

    assert events(stranger(client, path)) == titled(here.case, date(2026, 12, 5))


def test_two_feeds_have_no_value_in_common_by_which_their_owners_could_be_matched(world, here, client):
    (_, one), (_, other) = a_feed(world), a_feed(world, "intake_agent")

    found = [
        {str(event["UID"]) for event in Calendar.from_ical(stranger(client, path).content).walk("VEVENT")}
        for path in (one, other)
    ]

    assert not found[0] & found[1]


def test_titles_are_in_the_language_in_which_it_was_made(world, here, client):
    person = Visitor(world, "crip_coordinator", at=AT)
    person.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    path = ADDRESS.search(person.fills("/compte/agenda/nouveau", name="Phone").content.decode())[1]

    assert events(stranger(client, path)) == [(f"Deadline – case {here.case.reference}", date(2026, 12, 4))]


def test_what_hasnt_changed_isnt_sent_again_and_each_reading_is_written_down(world, here, client, clock):
    _, path = a_feed(world)
    first = stranger(client, path)
    clock.now += timedelta(hours=1)

    same = stranger(client, path, if_none_match=first["ETag"])
    due(here.case, DUE + timedelta(days=1), code="C4")
    other = stranger(client, path, if_none_match=first["ETag"])

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert len(events(other)) == 2
    entries = written(act="list:opened")
    assert len(entries) == 3
    facts = [fact_of(bytes(entry.body)) for entry in entries]
    assert {fact.subjects for fact in facts} == {(here.case.pseudonym,)}
    assert {fact.network for fact in facts} == {""}, "a host of calendars is no place of the person (R18)"
    assert b'"auth":"feed"' in bytes(entries[0].body)


# --- Who reads nothing --------------------------------------------------------------------------------


def nothing(client, path):
    answer = stranger(client, path)
    assert answer.status_code == 404, answer.status_code
    return re.sub(rb'"request_id": ?"[^"]+"', b"", answer.content)


def revoked(world, person):
    row = CalendarFeed.objects.get()
    assert person.post(f"/compte/agenda/{row.pk}/fin", {}).status_code == 303


def closed(world, person):
    User.objects.filter(pk=world.user("crip_coordinator").pk).update(is_active=False)


def role_lost(world, person):
    Membership.objects.filter(user=world.user("crip_coordinator")).update(valid_to=AT)


def no_more_allowed(world, person):
    policy_actions.change(
        world.authorities["93"].pk,
        policy_actions.Change(AT.date(), {"calendar_feeds": False}),
        actor=SYSTEM,
        at=AT,
    )


def forged(world, person):
    """Somebody with the database and no key gives the address to another person."""
    CalendarFeed._base_manager.filter().update(user=world.user("supervisor"))


@pytest.mark.sec("SEC-AZ10", "SEC-AZ22")
@pytest.mark.parametrize("change", [revoked, closed, role_lost, no_more_allowed, forged])
def test_whoever_lost_the_right_reads_what_a_guess_reads(world, here, client, clock, change):
    person, path = a_feed(world)
    assert events(stranger(client, path))
    guess = nothing(client, f"/agenda/{'a' * 43}.ics")

    change(world, person)
    clock.now += timedelta(seconds=1)

    assert nothing(client, path) == guess
    assert nothing(client, "/agenda/x.ics") == guess


def test_it_ends_on_its_day(world, here, client, clock):
    allow(world, calendar_feed_days=7)
    _, path = a_feed(world)

    clock.now = AT + timedelta(days=6)
    assert events(stranger(client, path))
    clock.now = AT + timedelta(days=7)
    nothing(client, path)


@pytest.mark.sec("SEC-AZ4", "SEC-AZ10")
def test_who_is_excluded_since_reads_the_case_no_more(world, here, client):
    _, path = a_feed(world)
    assert events(stranger(client, path)) == titled(here.case)

    here.exclude("crip_coordinator")

    assert events(stranger(client, path)) == []


def test_another_authoritys_person_reads_nothing_of_it(world, here, client):
    allow(world, "75")
    person = Visitor(world, "crip_coordinator", "75", at=AT)
    shown = person.fills("/compte/agenda/nouveau", name="Poste")

    assert events(stranger(client, ADDRESS.search(shown.content.decode())[1])) == []


def test_a_case_of_an_authority_that_doesnt_allow_it_stands_in_no_feed(world, here, client):
    """Somebody of two authorities, of which one allows it."""
    person = world.user("crip_coordinator")
    Membership.objects.create(
        user=person, role="crip_coordinator", authority=world.authorities["75"], valid_from=LONG_AGO
    )
    there = Kit(world, "triage").case
    Referral.objects.filter(pk=there.pk).update(authority=world.authorities["75"], unit=None)
    due(there)
    _, path = a_feed(world)

    assert events(stranger(client, path)) == titled(here.case)


@pytest.mark.sec("SEC-CR20")
def test_own_filings_stand_in_no_feed(world, here, client):
    """The answer that a filer waits for is a deadline to them: a calendar elsewhere would tell who filed."""
    person = world.user("assessor")
    Membership.objects.create(
        user=person, role="filer", authority=world.authorities["93"], valid_from=LONG_AGO
    )
    mine = Kit(world, "triage", filed_by="assessor").case
    due(mine, code="C5", access_class="C")
    visitor, path = a_feed(world, "assessor")

    assert visitor.get("/echeances").content.decode().count(mine.reference) == 1
    assert events(stranger(client, path)) == []


@pytest.mark.sec("SEC-AZ20")
@pytest.mark.parametrize("who", ["crip_coordinator", "ase_inspector"])
def test_what_is_due_for_a_child_out_of_sight_isnt_in_it(world, client, clock, who):
    """By the same rule as on the page of deadlines, day by day."""
    allow(world)
    family = Family(world)
    Clock.objects.all().delete()
    for number, child in enumerate(family.children.values()):
        due(family.kit.case, DUE + timedelta(days=number), child=child.pk, code="C8")
    assert Child.objects.get(pk=family.children["kept"].pk).restricted
    _, path = a_feed(world, who)

    shown = [day for _, day in events(stranger(client, path))]

    listed = world.as_(who).get("clocks").json()["results"]
    assert shown == sorted({date.fromisoformat(line["due_at"][:10]) for line in listed})
    assert len(shown) == 2


# --- Limits -------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-CF4")
def test_one_has_so_many_feeds_and_no_more(world, here, settings):
    settings.CALENDAR_FEEDS_PER_PERSON = 2
    person, _ = a_feed(world)
    a_feed(world)

    refused = person.fills("/compte/agenda/nouveau", name="Un de trop")

    assert refused.status_code == 409
    assert "Révoquez" in text(refused)
    assert CalendarFeed.objects.count() == 2
    revoked_row = CalendarFeed.objects.first()
    person.post(f"/compte/agenda/{revoked_row.pk}/fin", {})
    assert ADDRESS.search(person.fills("/compte/agenda/nouveau", name="Un autre").content.decode())


@pytest.mark.sec("SEC-CF4")
def test_feeds_are_read_so_often_an_hour_and_no_more(world, here, client, clock, settings):
    settings.CALENDAR_FETCHES_PER_HOUR = 2
    (_, one), (_, other) = a_feed(world), a_feed(world)
    assert [stranger(client, path).status_code for path in (one, other, one)] == [200, 200, 429]

    clock.now += timedelta(hours=1, seconds=1)

    assert stranger(client, one).status_code == 200


@pytest.mark.sec("SEC-CF4")
def test_a_feed_shows_so_many_deadlines_and_no_more(world, here, client, settings):
    settings.CALENDAR_FEED_EVENTS = 2
    due(here.case, DUE + timedelta(days=1), code="C4")
    _, path = a_feed(world)
    assert len(events(stranger(client, path))) == 2

    due(here.case, DUE + timedelta(days=2), code="C8")

    assert [day for _, day in events(stranger(client, path))] == [date(2026, 12, 4), date(2026, 12, 5)]


def test_who_guesses_is_slowed_down_and_a_right_address_reads_on(world, here, client, settings):
    settings.SIGNIN_FREE_FAILURES_OF_NETWORK = 2
    _, path = a_feed(world)

    statuses = [stranger(client, f"/agenda/{uuid4().hex}{'a' * 11}.ics").status_code for _ in range(4)]

    assert statuses == [404, 404, 404, 429]
    assert events(stranger(client, path))


# --- Over the API, and what is written down -----------------------------------------------------------


def test_the_same_over_the_api(world, here, client):
    person = Visitor(world, "crip_coordinator", at=AT).client
    person.defaults["HTTP_ACCEPT"] = "application/json"
    url = "/api/v1/calendar-feeds"

    made = person.post(
        url, {"name": "Poste"}, content_type="application/json", headers={"idempotency-key": "agenda-un"}
    )
    again = person.post(
        url, {"name": "Poste"}, content_type="application/json", headers={"idempotency-key": "agenda-un"}
    )

    assert made.status_code == again.status_code == 201
    assert (again.json()["id"], again.json()["address"]) == (made.json()["id"], None)
    assert events(stranger(client, made.json()["address"])) == titled(here.case)
    (line,) = person.get(url).json()["results"]
    assert "address" not in line
    assert person.delete(f"{url}/{line['id']}").status_code == 204
    assert person.get(url).json() == {"results": []}
    nothing(client, made.json()["address"])


def test_a_program_makes_none_and_nobody_revokes_anothers(world, here):
    a_feed(world)
    row = CalendarFeed.objects.get()

    assert world.as_("crip_coordinator").post("calendar-feeds", {"name": "x"}).status_code == 403
    assert world.as_("supervisor").client.delete(f"/api/v1/calendar-feeds/{row.pk}").status_code == 404
    assert Visitor(world, "supervisor", at=AT).post(f"/compte/agenda/{row.pk}/fin", {}).status_code == 404
    assert CalendarFeed.objects.get().revoked_on is None


@pytest.mark.sec("SEC-AL1")
def test_making_and_revoking_are_entries_and_closing_an_account_revokes(world, here):
    a_feed(world)
    a_feed(world)
    user = world.user("crip_coordinator")
    User.objects.filter(pk=user.pk).update(home_authority=world.authorities["93"])

    accounts_actions.close_account(
        actor=replace(world.actor("territory_admin", at=AT), proved_at=AT), at=AT, user_id=user.pk
    )

    assert len(written(act="feed:made", tenant=world.authorities["93"].pk)) == 2
    assert len(written(act="feed:revoked", tenant=world.authorities["93"].pk)) == 2
    assert {row.revoked_on for row in CalendarFeed.objects.all()} <= {AT.date()}


@pytest.mark.sec("SEC-AZ22")
def test_a_revoked_feed_that_is_put_back_is_noticed_within_the_hour(world, here, clock):
    person, _ = a_feed(world)
    before = CalendarFeed.objects.get()
    clock.now += timedelta(seconds=1)  # of two entries of one instant neither is the last
    person.post(f"/compte/agenda/{before.pk}/fin", {})
    assert row_signatures.compare(AT) == 0

    CalendarFeed._base_manager.filter(pk=before.pk).update(revoked_on=None, mac=before.mac)

    assert row_signatures.check(AT) == 0, "it is a row that the service signed"
    assert row_signatures.compare(AT) == 1


def test_an_old_proof_of_the_second_factor_is_asked_for_again(world, here):
    person = Visitor(world, "crip_coordinator", at=AT - timedelta(minutes=6))

    assert person.get("/compte/agenda/nouveau").status_code == 401
    assert person.post("/compte/agenda/nouveau", {"name": "x"}).status_code == 401
