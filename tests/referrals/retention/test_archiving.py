"""A closed case goes to the archive when its time is over, unless something holds it; old drafts go away (§7.3, T39, T40)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from encryption.models import WrappedKey
from outbox.models import Notice
from referrals.access import visibility
from referrals.filing import actions as filing_actions
from referrals.models import Clock, ClosureReview, DuplicateCandidate, Joining, Measure, Referral, StepRecord
from referrals.reminders import tasks as reminders_tasks
from referrals.retention import tasks as retention_tasks
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("triggers of purges, and what its batches see")

CONTACT = {"kind": "other", "with_whom": "École", "means": "phone", "at": AT.isoformat(), "text": "Appel."}
TWO_YEARS = datetime(2028, 11, 24, 23, 0, 1, tzinfo=UTC)


@shared_fixture
def closed(world):
    kit = Kit(world, "closed_no_action", who="supervisor")
    kit.put(closed_at=AT)
    return kit


def archived(kit, at=TWO_YEARS):
    done = retention_tasks.archive_due(at)
    see_all()
    row = Referral.objects.get(pk=kit.case.pk)
    assert done == (row.state == "archived")
    return row.state == "archived"


def test_two_years_after_the_last_action_it_is_archived_and_not_before(closed):
    """Counted to the end of the day in the authority's zone; doing it again does nothing."""
    assert not archived(closed, TWO_YEARS - timedelta(seconds=2))
    assert archived(closed)

    row = Referral.objects.get(pk=closed.case.pk)
    assert (row.archived_from, row.archived_at, row.closed_at) == ("closed_no_action", TWO_YEARS, AT)
    record = row.steps.get(step="archive")
    assert (record.role, record.by, record.from_state) == ("system", None, "closed_no_action")
    assert retention_tasks.archive_due(TWO_YEARS) == 0


def test_a_later_action_counts_anew(closed):
    StepRecord.objects.create(
        referral=closed.case, machine="referral", step="log_contact", number="T49", at=AT + timedelta(days=30), order=1,
        role="crip_coordinator", access_class="D",
    )  # fmt: skip

    assert not archived(closed)
    assert archived(closed, TWO_YEARS + timedelta(days=31))


def on_hold(kit):
    kit.put(legal_hold=True)


def unreviewed(kit):
    kit.fill.row(ClosureReview, step="decide_close", opened_at=AT, due_at=AT, reason=None)


def another_file(kit):
    other = Kit(kit.world, "triage")
    kit.fill.row(DuplicateCandidate, other=other.case, suggested_at=AT, note=None)


def found_from_the_other_file(kit):
    other = Kit(kit.world, "triage")
    other.fill.row(
        DuplicateCandidate, other=kit.case, suggested_at=AT, note=None, state="confirmed", kind="related"
    )


def joined_to_a_closed_file(kit):
    other = Kit(kit.world, "ended")
    Joining.objects.create(referral=kit.case, target=other.case, kind="same_facts", joined_at=AT)


@pytest.mark.parametrize(
    "holds", [on_hold, unreviewed, another_file, found_from_the_other_file, joined_to_a_closed_file]
)
def test_what_holds_a_case_keeps_it_from_the_archive(closed, holds):
    """Holds, a closing that nobody looked at, another file of the child (§2.8 no. 10; §2.2 Closings; S11)."""
    holds(closed)

    assert not archived(closed)


def test_what_holds_no_longer_lets_it_go(closed):
    another_file(closed)
    DuplicateCandidate.objects.update(state="rejected")
    unreviewed(closed)
    ClosureReview.objects.update(state="confirmed")

    assert archived(closed)


@pytest.mark.parametrize("state", ["triage", "archived", "draft"])
def test_only_a_closed_case_is_archived(closed, state):
    closed.put(state=state)

    retention_tasks.archive_due(TWO_YEARS)

    see_all()
    assert Referral.objects.get(pk=closed.case.pk).state == state


def test_measures_have_a_delay_of_their_own(closed, monkeypatch):
    closed.fill.row(Measure, child=closed.child, type_id="aed", judicial=False, proposed_at=AT, state="ended")
    closed.put(state="ended")

    assert archived(closed)


# --- Hold ----------------------------------------------------------------------------------------------


def test_a_hold_is_seen_in_the_shell_and_is_lifted_by_either(closed):
    closed.ask("referral", "hold", {"reason": "Procédure pénale."}, who="dpo")
    assert Referral.objects.get(pk=closed.case.pk).legal_hold

    closed.ask("referral", "release_hold", {"reason": "Terminée."}, who="supervisor")
    assert not Referral.objects.get(pk=closed.case.pk).legal_hold


def test_from_the_archive_a_case_is_opened_again(closed):
    """T34; archived only if it came from one of the four."""
    assert archived(closed)

    closed.ask("referral", "reopen", {"reason": "Erreur.", "ground": "error"}, at=TWO_YEARS)

    row = Referral.objects.get(pk=closed.case.pk)
    assert (row.state, row.archived_from) == ("triage", "")


# --- Drafts --------------------------------------------------------------------------------------------


def test_a_draft_that_nobody_submits_goes_with_its_keys(world):
    begun = filing_actions.begin(concern(), actor=world.actor("filer", at=AT), at=AT).referral
    kept = filing_actions.begin(
        concern(), actor=world.actor("filer", at=AT), at=AT + timedelta(days=1)
    ).referral
    key = begun.case_key

    assert retention_tasks.expire_drafts(AT + timedelta(days=30)) == 0
    assert retention_tasks.expire_drafts(AT + timedelta(days=30, seconds=1)) == 1

    see_all()
    assert not Referral.objects.filter(pk=begun.pk).exists()
    assert Referral.objects.filter(pk=kept.pk).exists()
    assert not WrappedKey.objects.filter(pk=key).exists()
    assert visibility.visible_to(world.actor("filer", at=AT), at=AT).count() == 1


def test_no_submitted_case_expires(world):
    filed = filing_actions.file_at_once(
        concern(), urgent=False, actor=world.actor("filer", at=AT), at=AT
    ).referral

    assert retention_tasks.expire_drafts(AT + timedelta(days=900)) == 0

    see_all()
    assert Referral.objects.get(pk=filed.pk).state == "submitted"


@pytest.mark.only_on("postgresql", "row-level security is PostgreSQL's")
def test_the_work_sees_every_authority_and_nothing_stays_open_behind_it(closed):
    retention_tasks.archive_due(TWO_YEARS)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM referrals_referral")
        assert cursor.fetchone() == (0,)


# --- C20 -----------------------------------------------------------------------------------------------


@shared_fixture
def story_closed(story):
    """A concern set aside on Tuesday 24 November 2026, and the review of it done."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    story.does(
        "crip_coordinator", "reorient", {"reason": "Rien.", "target": "no_object", "feedback": "Suite."}
    )
    return story


def test_c20_runs_from_the_closing_and_anew_from_each_action(story_closed):
    assert story_closed.due("C20") == "2028-11-24 23:59:59"

    story_closed.at("2026-12-05 10:00")
    story_closed.does("crip_coordinator", "log_contact", CONTACT)

    assert story_closed.due("C20") == "2028-12-05 23:59:59"
    assert story_closed.running.count("C20") == 1


def test_a_hold_suspends_c20_and_its_end_gives_it_back_as_it_was(story_closed):
    story_closed.at("2027-01-10 10:00")
    story_closed.does("dpo", "hold", {"reason": "Contentieux."})
    assert "C20" not in story_closed.running

    story_closed.at("2027-03-10 10:00")
    story_closed.does("supervisor", "release_hold", {"reason": "Terminé."})

    assert story_closed.due("C20") == "2028-11-24 23:59:59"


def test_opening_a_case_again_stops_c20(story_closed):
    story_closed.does("crip_coordinator", "reopen", {"reason": "Erreur.", "ground": "error"})

    assert "C20" not in story_closed.running


def test_in_the_archive_c20_counts_the_whole_time_from_the_last_action(closed):
    closed.ask("referral", "log_contact", CONTACT, who="crip_coordinator")
    assert archived(closed)

    clock = Clock.objects.get(referral=closed.case, code="C20", stopped_at=None)
    assert clock.due_at == datetime(2031, 11, 24, 22, 59, 59, tzinfo=UTC)


def test_c20_is_listed_and_pesters_nobody(story_closed):
    """Class A, like the case itself; the queue has it like any deadline; no reminder, nothing for the filer."""
    story_closed.does("crip_coordinator", "log_contact", CONTACT)
    for task in story_closed.reads("crip_coordinator", "feedbacks")["results"]:
        given = {"reason": "secrecy", "reason_text": "Secret."}
        story_closed.does("crip_coordinator", "withhold", given, part=f"feedbacks/{task['id']}")
    assert story_closed.running == ["C20"]
    assert story_closed.row.next_due_at == story_closed.clock("C20").due_at

    story_closed.at("2029-06-01 10:00")
    told = Notice.objects.count()
    assert reminders_tasks.remind(story_closed.now) == 0
    see_all()

    assert Notice.objects.count() == told
    listed = story_closed.world.as_("dpo").get("clocks", code="C20", state="overdue").json()["results"]
    assert [line["referral"] for line in listed] == [story_closed.pk]
    assert [line["code"] for line in story_closed.reads("filer", "clocks")["results"]] == ["C5"]
