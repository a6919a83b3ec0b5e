"""S11: a referral closed without action is kept its time, put before the archives, and destroyed by two (§7.3, T39–T41)."""

import json
from uuid import UUID, uuid4

import pytest

from audit import erasures, journal
from audit.models import Entry
from encryption.models import WrappedKey
from referrals.models import Referral, RetentionBatch
from referrals.reminders import tasks as reminders_tasks
from referrals.retention import batch_tasks
from referrals.retention import tasks as retention_tasks
from referrals.statistics import aggregates
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("triggers of purges")

CLOSE = {"motivation": "Le danger est écarté.", "feedback": "Classement."}


@shared_fixture
def closed(story):
    """Tuesday 24 November 2026: an assessment rules out danger; closed on 20 January, reviewed the day after."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    story.qualified()
    story.assigned()
    story.at("2026-12-10 14:00")
    story.met()
    story.at("2027-01-15 09:00")
    story.reported(["no_danger"])
    story.at("2027-01-20 11:00")
    decisions = [bodies.decision(pk, "close") for pk in story.children]
    story.does("ase_inspector", "decide_close", CLOSE | {"decisions": decisions})
    story.at("2027-01-21 09:00")
    review = story.reads("supervisor", "closure-reviews")["results"][0]["id"]
    story.does("supervisor", "confirm", {"note": ""}, part=f"closure-reviews/{review}")
    for task in story.reads("crip_coordinator", "feedbacks")["results"]:
        story.does(
            "crip_coordinator", "send", {"text": "Suite.", "means": "letter"}, part=f"feedbacks/{task['id']}"
        )
    return story


@shared_fixture
def archived(closed):
    """Two years after the last action on it the service puts it into the archive."""
    assert closed.due("C20") == "2029-01-21 23:59:59"
    closed.at("2029-01-21 12:00")
    assert retention_tasks.archive_due(closed.now) == 0
    closed.at("2029-01-22 02:00")
    assert retention_tasks.archive_due(closed.now) == 1
    assert (closed.state, closed.running) == ("archived", ["C20"])
    assert closed.due("C20", stopped_at=None) == "2032-01-21 23:59:59"
    assert reminders_tasks.remind(closed.now) == 0
    return closed


def proposed(story):
    """Let the worker of the next month propose."""
    story.at("2032-01-15 03:00")
    assert batch_tasks.propose(story.now) == 0, "its time isn't over"
    story.at("2032-02-01 03:00")
    assert batch_tasks.propose(story.now) == 1
    see_all()
    return str(RetentionBatch.objects.get().pk)


def act(story, who, batch, step, body=None, *, expect=200):
    answer = story.world.as_(who).post(f"retention-batches/{batch}/{step}", body or {}, key=uuid4().hex)
    see_all()
    assert answer.status_code == expect, (step, answer.content.decode())
    return answer.json()


def listed(story, who, batch):
    answer = story.world.as_(who).get(f"retention-batches/{batch}/lines")
    see_all()
    return [line["reference"] for line in answer.json()["results"]]


def granted(story, batch):
    """Let the archives be asked and agree."""
    act(story, "dpo", batch, "request_visa", {"letter": "93/2032/4", "on": "2032-02-01"})
    story.at("2032-03-10 10:00")
    return act(story, "dpo", batch, "grant_visa", {"number": "2032-118", "on": "2032-03-08"})


def told(story, act):
    """Return what the auditor of the authority reads of an act."""
    answer = story.world.as_("auditor").get("audit/entries", act=act)
    see_all()
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["results"]


def certified(story, act, pseudonym):
    """The certificate names the pseudonym, and nothing that leads to the case; other auditors don't see it."""
    (entry,) = told(story, act)
    said = json.dumps(entry)
    assert pseudonym in said
    assert story.pk not in said
    assert story.row.reference not in said
    other = story.world.as_("auditor", "75").get("audit/entries", act=act)
    see_all()
    assert other.json()["results"] == []


@pytest.mark.slow("a case from its filing to its destruction")
@pytest.mark.sec("SEC-AZ5")
@pytest.mark.sec("SEC-AL16")
@pytest.mark.sec("SEC-CR11")
def test_it_is_destroyed_by_two_and_nothing_but_counts_is_left(archived):
    reference, keys = archived.row.reference, [archived.row.case_key, archived.row.filer_key]
    authority = archived.row.authority_id
    before, pseudonym = aggregates.of_authority(authority), str(journal.subject(archived.row.pk))
    with as_owner():
        written = Entry.objects.count()
    batch = proposed(archived)
    assert listed(archived, "dpo", batch) == listed(archived, "supervisor", batch) == [reference]
    assert granted(archived, batch)["state"]["code"] == "visa_granted"
    act(archived, "dpo", batch, "execute", expect=403)
    act(archived, "supervisor", batch, "execute")

    assert batch_tasks.purge_executed(archived.now) == 1

    row = archived.row
    assert (row.state, row.reference, row.archived_from) == ("purged", reference, "closed_no_action")
    assert len(row.tombstone) == 32
    assert not WrappedKey.objects.filter(pk__in=keys).exists()
    assert aggregates.of_authority(authority) == before, "aggregate statistics unchanged"
    assert listed(archived, "dpo", batch) == []
    for code, name in archived.world.secrets:
        archived.reads(name, code=code, expect=404)
    with as_owner():
        assert Entry.objects.count() > written, "the journal only grows"
    see_all()
    assert not Referral.objects.exclude(pk=UUID(archived.pk)).filter(source_referral=archived.pk).exists()
    certified(archived, "key:shredded", pseudonym)
    assert erasures.complete(archived.now) == 0, "a backup of the keys may still be there"
    assert told(archived, "key:erased") == []
    archived.at("2032-03-18 10:00")
    assert erasures.complete(archived.now) == 1
    certified(archived, "key:erased", pseudonym)


def test_a_new_information_the_day_before_takes_it_out(archived):
    first, batch = archived.pk, proposed(archived)
    granted(archived, batch)
    archived.at("2032-03-11 16:00")
    archived.files("filer_2", concern(children=[child(birth_date="2018-03-02")]))
    archived.triaged()
    other = {"other": first, "reasons": ["name"]}
    archived.does("crip_coordinator", "suggest", other, part="duplicates")
    assert listed(archived, "supervisor", batch) == []

    archived.at("2032-03-12 09:00")
    act(archived, "supervisor", batch, "execute")

    assert batch_tasks.purge_executed(archived.now) == 0
    see_all()
    assert Referral.objects.get(pk=first).state == "archived"
    archived.at("2032-05-01 03:00")
    assert batch_tasks.propose(archived.now) == 0, "while the other file is open"


def test_a_hold_keeps_it_until_it_is_released(archived):
    batch = proposed(archived)
    granted(archived, batch)
    archived.does("dpo", "hold", {"reason": "Contentieux en cours."})
    assert archived.running == []
    act(archived, "supervisor", batch, "execute")
    assert batch_tasks.purge_executed(archived.now) == 0
    assert archived.state == "archived"

    archived.at("2033-02-01 09:00")
    archived.does("supervisor", "release_hold", {"reason": "Contentieux clos."})

    assert batch_tasks.propose(archived.now) == 1, "and then it is put before the archives anew"
