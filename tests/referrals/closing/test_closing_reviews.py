"""Closings by one person are looked at by another; a closed case is opened again on the right dates (§2.2, T34)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from referrals.closing.effects import open_review
from referrals.execution import approvals
from referrals.models import Clock, ClosureReview, Referral
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.expected.steps import REFERRAL
from tests.factories.concerns import concern
from tests.journeys.story import Story, wall
from tests.referrals.workflow.kit import AT, Kit
from tests.referrals.workflow.situations import SITUATIONS
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("triggers of states")

SOUND = {(s.machine, s.step): s.sound for s in SITUATIONS}
REORIENTED = {"reason": "Sans danger.", "target": "no_object", "feedback": "Suite."}


@shared_fixture
def story(world):
    told = Story(world)
    told.now = datetime.now(UTC)
    return told


@shared_fixture
def withdrawn(story):
    story.files("filer", concern())
    story.does("filer", "withdraw", {"reason": "Je me suis trompé."})
    return story


@shared_fixture
def reoriented(story):
    story.files("filer", concern())
    story.triaged()
    story.does("crip_coordinator", "reorient", REORIENTED)
    return story


def review_of(story):
    see_all()
    return ClosureReview.objects.get(referral=story.pk)


def on_the_list(story, who, **query):
    answer = story.world.as_(who).get("closure-reviews", **query)
    assert answer.status_code == 200, answer.content
    return [line for line in answer.json()["results"] if line["referral"] == story.pk]


def confirm(story, who, **expected):
    return story.does(
        who, "confirm", {"note": "Vu."}, part=f"closure-reviews/{review_of(story).pk}", **expected
    )


# --- What awaits a review ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFERRAL)
def test_the_closings_of_the_paper_open_a_review_and_no_other_step(name):
    """§2.2 Closings: T04 always, T11, T12, T22, T30 when one person signed."""
    step = steps.get(Machine.REFERRAL, name)

    assert (open_review in step.effects) is (REFERRAL[name].opens_review != "never")


def test_a_closing_that_two_signed_awaits_nothing(world):
    kit, body = SOUND["referral", "reorient"](world)
    kit.put(urgency_ever="U2")

    kit.ask("referral", "reorient", body | {"approver": kit.user("supervisor")})
    approval = kit.case.approvals.get()
    approvals.sign(kit.case.pk, approval.pk, actor=world.actor("supervisor", at=AT), at=AT,
                 version=Referral.objects.get(pk=kit.case.pk).version)  # fmt: skip

    assert Referral.objects.get(pk=kit.case.pk).state == "not_qualified"
    assert not ClosureReview.objects.filter(referral=kit.case).exists()


def test_a_withdrawal_is_on_both_lists_and_due_within_the_first_analysis(withdrawn):
    review = review_of(withdrawn)

    assert (review.state, review.step, review.closed_by) == ("due", "withdraw", None)
    assert [line["step"] for line in on_the_list(withdrawn, "supervisor")] == ["withdraw"]
    assert [line["step"] for line in on_the_list(withdrawn, "crip_coordinator")] == ["withdraw"]
    assert on_the_list(withdrawn, "supervisor", overdue="true") == []


def test_a_review_is_due_in_open_hours_or_working_days(story, monkeypatch):
    """A withdrawal within C2's delay, 24 open hours; another closing in five working days (CLOSURE_REVIEW_DAYS)."""
    monkeypatch.setattr("config.pipeline.instant", lambda *_: story.now)
    story.at("2026-05-05 10:00")
    story.files("filer", concern())
    story.does("filer", "withdraw", {"reason": "Je me suis trompé."})
    assert wall(review_of(story).due_at) == "2026-05-11 10:00:00", "8 May is a holiday"

    story.files("filer", concern())
    story.triaged()
    story.does("crip_coordinator", "reorient", REORIENTED)
    assert wall(review_of(story).due_at) == "2026-05-13 23:59:59"


def test_another_closing_is_on_the_supervisors_list_alone(reoriented):
    assert [line["case_state"]["code"] for line in on_the_list(reoriented, "supervisor")] == ["not_qualified"]
    for who in (
        "crip_coordinator",
        "intake_agent",
        "assessor",
        "ase_inspector",
        "on_call",
        "filer",
        "auditor",
    ):
        assert on_the_list(reoriented, who) == [], who


def test_the_list_shows_no_more_than_the_shell(reoriented):
    """A supervisor reads the content as a named second signer or by breaking the glass, not by a review (§1.3)."""
    line = on_the_list(reoriented, "supervisor")[0]

    assert "reason" not in line
    assert "facts" not in reoriented.reads("supervisor")
    assert [sorted(row) for row in reoriented.reads("supervisor", "closure-reviews")["results"]] == [
        ["closed_by", "decided_at", "decided_by", "due_at", "id", "opened_at", "state", "step"]
    ]


# --- Who reviews ---------------------------------------------------------------------------------------


def test_another_person_confirms(reoriented):
    confirm(reoriented, "supervisor")

    review = review_of(reoriented)
    assert (review.state, review.decided_by) == ("confirmed", reoriented.user("supervisor"))
    assert on_the_list(reoriented, "supervisor") == []
    assert reoriented.state == "not_qualified"
    assert reoriented.reads("crip_coordinator", "closure-reviews")["results"][0]["reason"] == "Vu."


@pytest.mark.parametrize("who", ["crip_coordinator", "crip_coordinator_2"])
def test_a_coordinator_confirms_withdrawals_alone(reoriented, who):
    assert confirm(reoriented, who, expect=409)["code"] == "guard-refused"


def test_who_closed_never_confirms_whatever_the_role(world, reoriented):
    see_all()
    ClosureReview.objects.filter(referral=reoriented.pk).update(closed_by=reoriented.user("supervisor"))

    assert confirm(reoriented, "supervisor", expect=409)["rule"] == "reviewer_is_another"
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosureReview.objects.filter(referral=reoriented.pk).update(
            state="confirmed", decided_by=reoriented.user("supervisor")
        )


def test_who_withdrew_never_confirms_in_another_role(withdrawn):
    """Who filed is nowhere in clear: the keyed value tells."""
    world = withdrawn.world
    see_all()
    both = world.user("filer")
    membership = world.memberships["93", "supervisor"]
    membership.pk, membership.user = None, both
    membership.save(force_insert=True)
    review = review_of(withdrawn)

    kit = Kit.__new__(Kit)
    kit.world, kit.who, kit.case, kit.part = world, "filer", withdrawn.row, review
    assert kit.refusal("review", "confirm", {"note": ""}, at=datetime.now(UTC)) == "reviewer_is_another"


# --- Opening again -------------------------------------------------------------------------------------


def test_an_error_keeps_the_dates_and_every_child_is_undecided(reoriented):
    before = (reoriented.row.received_at, reoriented.row.statutory_due_at, reoriented.due("C4"))

    reoriented.does("supervisor", "reopen", {"reason": "Mauvais dossier.", "ground": "error"})

    row = reoriented.row
    assert (row.state, row.closed_at) == ("triage", None)
    assert (row.received_at, row.statutory_due_at, reoriented.due("C4")) == before
    assert {"C2", "C4", "C5"} <= set(reoriented.running)
    assert reoriented.child().decision == "undecided"
    assert review_of(reoriented).state == "reopened"


def test_a_new_fact_opens_a_delay_of_its_own(world):
    """§2.8 no. 1: a second C4 from it; the receipt and its date stay."""
    kit, body = SOUND["referral", "reopen"](world)
    fact = AT - timedelta(days=1)
    dates = (kit.case.received_at, kit.case.statutory_due_at)

    kit.ask("referral", "reopen", body)

    row = Referral.objects.get(pk=kit.case.pk)
    clock = Clock.objects.get(referral=row, code="C4", stopped_at=None)
    assert (row.received_at, row.statutory_due_at) == dates
    assert row.counts_from == clock.started_at == fact
    assert clock.due_at == datetime(2027, 2, 23, 22, 59, 59, tzinfo=UTC)
    assert row.target_due_at <= clock.due_at


def test_a_withdrawal_is_not_confirmed_and_the_filer_learns_nothing(withdrawn):
    """§1.4: beside the own act *retirée* the filing stays *received*, whatever happens inside."""
    world = withdrawn.world

    def seen():
        pk = withdrawn.pk
        own = world.as_("filer")
        parts = [own.get(f"referrals/{pk}{part}").json() for part in ("", "/clocks", "/timeline")]
        return parts, own.get("referrals").json()["results"], own.get("clocks").json()["results"]

    before = seen()
    withdrawn.does(
        "crip_coordinator", "reopen", {"reason": "Retrait sous contrainte ?", "ground": "withdrawal"}
    )

    assert (withdrawn.state, review_of(withdrawn).state) == ("triage", "reopened")
    assert {"C2", "C4", "C5"} <= set(withdrawn.running)
    assert withdrawn.due("C5") == withdrawn.due("C4")
    assert seen() == before
    assert before[0][0]["status"]["code"] == "received"


def test_a_danger_that_was_on_counts_again_from_where_it_began(withdrawn, story):
    see_all()
    child = withdrawn.child()
    child.immediate_danger = True
    child.save()
    began = withdrawn.row.received_at
    Clock.objects.create(
        referral_id=withdrawn.pk, code="C3", access_class="A", child=child.pk, started_at=began, warn_at=began,
        due_at=began, stopped_at=began, statutory=True,
    )  # fmt: skip

    withdrawn.does("supervisor", "reopen", {"reason": "Danger.", "ground": "withdrawal"})

    assert Clock.objects.get(referral=withdrawn.pk, code="C3", stopped_at=None).started_at == began


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"ground": "new_fact"}, "required"),
        ({"ground": "error", "learnt_at": "2026-11-24T09:00:00Z"}, "not-a-choice"),
    ],
)
def test_a_new_fact_says_when_it_came_in_and_nothing_else_does(reoriented, body, fault):
    said = reoriented.does("supervisor", "reopen", {"reason": "Motif."} | body, expect=400)

    assert [(error["field"], error["code"]) for error in said["errors"]] == [("learnt_at", fault)]


def test_the_triggers_of_the_referral_outlive_every_change_of_its_table(db_both):
    """SQLite rebuilds a table to change a column, and drops its triggers with the old one."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'referrals_referral'::regclass AND NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'referrals_referral'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {name for (name,) in cursor.fetchall()}

    wanted = {"referral_guard"} if connection.vendor == "postgresql" else {
        "referral_guard_dates", "referral_guard_state", "referral_guard_names", "referral_guard_purged",
        "referral_guard_archive", "referral_guard_purge"
    }  # fmt: skip
    assert wanted <= found
