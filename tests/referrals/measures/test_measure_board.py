"""The board of measures: by state and by what is due first, as far as each reads class J (domain.md §2.6, SEC-AZ20)."""

from datetime import UTC, datetime, timedelta

import pytest

from referrals.measures import queries
from referrals.models import Clock, Measure
from referrals.vocabulary.states import MeasureState
from tests.days import today
from tests.referrals.api.routes import counting
from tests.referrals.workflow.kit import Kit
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import Somebody

pytestmark = pytest.mark.both_databases("ranks within columns, and deadlines as subqueries")

NOW = datetime.now(UTC)
COLUMNS = queries.Column


def one(world, state, *, clock=None, days=0, **values):
    """A case with one measure, and a deadline of it that ends in some days."""
    kit = Kit(world, "protected_admin")
    kit.row = kit.measure(state, **values)
    if clock:
        Clock.objects.create(
            referral=kit.case, code=clock, access_class="I" if clock == "C15" else "J", child=kit.row.child_id,
            part=kit.row.pk, started_at=NOW - timedelta(days=90), warn_at=NOW, due_at=NOW + timedelta(days=days),
            statutory=True,
        )  # fmt: skip
    return kit


@shared_fixture
def board(world):
    return {
        COLUMNS.PROPOSED: one(world, "proposed"),
        COLUMNS.DECIDED: one(world, "agreed", agreed_on=today()),
        COLUMNS.AWAITING: one(world, "awaiting_start", agreed_on=today()),
        COLUMNS.ACTIVE: one(world, "active", clock="C17", days=31),
        COLUMNS.REVIEW: one(world, "active", clock="C17", days=29),
        COLUMNS.ENDING: one(world, "active", clock="C10", days=59),
        COLUMNS.SUSPENDED: one(world, "suspended"),
    }


def columns(world, who, **asked):
    actor = world.actor(who, at=NOW)
    return {row.pk: row.column for row in queries.on_board(actor, asked, at=NOW)}


def test_each_measure_stands_by_its_state_and_what_runs_by_what_is_due_first(world, board):
    one(world, "cancelled")

    assert columns(world, "supervisor") == {kit.row.pk: column for column, kit in board.items()}
    assert queries.column_counts(world.actor("supervisor", at=NOW), {}, at=NOW) == dict.fromkeys(COLUMNS, 1)


@pytest.mark.parametrize(
    ("clock", "days", "column"),
    [
        ("C17", 30, COLUMNS.ACTIVE), ("C17", -5, COLUMNS.REVIEW), ("C10", 61, COLUMNS.ACTIVE),
        ("C10", -1, COLUMNS.ENDING), (None, 0, COLUMNS.ACTIVE),
    ],
)  # fmt: skip
def test_the_days_that_make_a_review_or_an_end(world, clock, days, column):
    kit = one(world, "active", clock=clock, days=days)

    assert columns(world, "supervisor")[kit.row.pk] == column


@pytest.mark.sec("SEC-AZ1")
def test_a_deadline_of_justice_moves_no_card_of_who_reads_none(world):
    """C15 is of class I: whoever reads measures alone must not learn it by the column."""
    kit = one(world, "active", clock="C15", days=10)

    assert columns(world, "crip_coordinator")[kit.row.pk] == COLUMNS.ENDING
    assert columns(world, "measure_service")[kit.row.pk] == COLUMNS.ACTIVE


@pytest.mark.sec("SEC-AZ20")
def test_a_service_has_its_own_measures_and_nobody_those_of_a_child_out_of_sight(world, board):
    other = one(world, "active", service=None)
    hidden = board[COLUMNS.ACTIVE].row.child
    hidden.restricted = True
    hidden.save(update_fields=["restricted"])

    of_service = columns(world, "measure_service")
    assert other.row.pk not in of_service
    assert board[COLUMNS.REVIEW].row.pk in of_service
    assert board[COLUMNS.ACTIVE].row.pk not in columns(world, "supervisor")
    assert not columns(world, "auditor")


def test_a_long_column_shows_its_first_cards_and_leads_to_the_rest(world):
    made = [one(world, "active", clock="C17", days=n) for n in range(queries.CARDS + 2)]
    page = Somebody(world.user("supervisor"))

    whole = page.goes("/mesures")
    alone = page.goes("/mesures?column=review")

    first = [str(kit.case.pk) for kit in made[: queries.CARDS]]
    assert places(whole) == first
    assert "Et 2\nautres" in whole or "Et 2 autres" in whole
    assert len(places(alone)) == queries.CARDS + 2
    assert page.client.get("/mesures?column=nonsense").status_code == 400


def places(html):
    return [
        part.partition("/")[0] for part in html.split('href="/dossiers/')[1:] if part[36:44] == "/mesures"
    ]


def test_the_board_costs_as_much_for_many_as_for_one(world, board):
    page = Somebody(world.user("supervisor"))
    page.goes("/mesures")
    with counting() as of_seven:
        page.goes("/mesures")
    for _ in range(4):
        one(world, "active", clock="C17", days=3)
    page.goes("/mesures")  # the hour's count of cases shown is written once

    with counting() as of_eleven:
        page.goes("/mesures")

    assert of_eleven[0] <= of_seven[0]
    assert Measure.objects.filter(state=MeasureState.ACTIVE).count() == 7
