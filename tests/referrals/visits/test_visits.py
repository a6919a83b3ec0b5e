"""What came to a case since its reader's last visit, and how much it holds: no more than the reader is shown."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.roles import Role
from encryption import index
from referrals.access import case_ties, child_sight, visibility
from referrals.models import Attachment, Complement, LastVisit, Referral, StepRecord, TeamMessage
from referrals.retention import elimination
from referrals.visits import actions, queries
from referrals.visits.items import STEP, items_of
from referrals.visits.queries import News
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.factories.world import LONG_AGO
from tests.night import some
from tests.referrals.access.test_restricted_children import READERS
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("statements that count what came since")

LATER = AT + timedelta(days=1)
MINUTE = timedelta(minutes=1)
#: The case isn't about exploitation, of which alone its lead may know.
SEEING = [who for who in READERS if who != "exploitation_lead"]


@shared_fixture
def kit(world) -> Kit:
    """A case in assessment, without a message or a file."""
    return Kit(world, "in_assessment")


def case_seen(world, who, pk, at=LATER):
    """Return the actor and the case as a list gives it."""
    see_all()
    actor = world.actor(who, at=at)
    return actor, visibility.visible_to(actor, at=at).filter(pk=pk).select_related("authority").get()


def contents(world, who, pk, at=LATER):
    actor, referral = case_seen(world, who, pk, at)
    ties = case_ties.ties_of(referral, actor)
    return queries.contents_of(referral, child_sight.sight_of(referral, ties, actor), actor=actor, at=at)


def news(world, who, *pks, at=LATER):
    see_all()
    actor = world.actor(who, at=at)
    return queries.news_of(list(visibility.visible_to(actor, at=at).filter(pk__in=pks)), actor=actor, at=at)


def visit(world, who, pk, at):
    actor, referral = case_seen(world, who, pk, at)
    actions.mark(referral, contents(world, who, pk, at).last, actor=actor, at=at)


def lines(world, who, pk, part, **query):
    answer = world.as_(who).get(f"referrals/{pk}/{part}", **query)
    see_all()
    assert answer.status_code in (200, 403, 404), answer.content
    return answer.json()["results"] if answer.status_code == 200 else []


def shown(world, who, pk):
    """Return how many messages, files and measures the API shows somebody."""
    said = [
        line
        for name in ("filer", "professionals")
        for line in lines(world, who, pk, "messages", channel=name)
    ]
    return len(said), len(lines(world, who, pk, "attachments")), len(lines(world, who, pk, "measures"))


@pytest.mark.sec("SEC-AZ20")
@pytest.mark.slow("three parts of a case, as one role, named and not")
@pytest.mark.parametrize("who", [*some(SEEING, "parts", 3), "measure_service"])
def test_counted_is_what_the_parts_show_with_and_without_a_restricted_child(world, family, who):
    for named in (False, True):
        if named:
            family.name_on_list(who)
        found = contents(world, who, family.pk)

        assert (found.messages, found.attachments, found.measures) == shown(world, who, family.pk), named


@pytest.mark.sec("SEC-AZ20")
def test_news_of_a_restricted_child_is_told_to_those_of_its_list_alone(world, family):
    unnamed = news(world, "crip_coordinator", family.pk)[family.pk]
    family.name_on_list("crip_coordinator")
    named = news(world, "crip_coordinator", family.pk)[family.pk]

    assert (named.messages - unnamed.messages, named.attachments - unnamed.attachments) == (5, 1 + 1), (
        "a file about several children is for who sees them all"
    )


@pytest.mark.sec("SEC-AZ21")
def test_a_service_is_told_of_the_child_confided_to_it_alone(world, family):
    found = news(world, "measure_service", family.pk)[family.pk]

    assert (found.messages, found.attachments) == shown(world, "measure_service", family.pk)[:2]


@pytest.mark.both_databases(
    "ten tables in one statement, with arrays of ids as JSON, and no value where one has none"
)
def test_new_is_what_somebody_else_added_after_the_last_visit(world, kit):
    mine, other = world.user("crip_coordinator").pk, world.user("assessor").pk
    visit(world, "crip_coordinator", kit.case.pk, AT)
    for by, when in ((mine, LATER), (other, AT - MINUTE), (other, AT + MINUTE)):
        kit.fill.row(TeamMessage, by=by, at=when)
        kit.fill.row(Attachment, by=by, at=when, kind="letter", access_class="G", media="pdf", scan="clean",
                     role="assessor", size=1, original_size=1, object=kit.case.pk)  # fmt: skip
    kit.fill.row(Complement, role="filer", at=AT + MINUTE)  # a filer's row names nobody

    assert news(world, "crip_coordinator", kit.case.pk) == {kit.case.pk: News(AT, messages=2, attachments=1)}


def test_of_a_case_never_visited_all_that_others_wrote_is_new_and_no_step(world, kit):
    kit.fill.row(TeamMessage, by=world.user("assessor").pk, at=AT - timedelta(days=90))
    kit.fill.row(TeamMessage, by=world.user("crip_coordinator").pk, at=AT)
    step(kit, by=world.user("assessor").pk, at=AT)

    assert news(world, "crip_coordinator", kit.case.pk) == {kit.case.pk: News(None, messages=1)}


def step(kit, **said):
    values = {"machine": "referral", "step": "qualify", "number": "T10", "order": 1_000, "role": "crip_coordinator",
              "access_class": "D", "from_state": "triage", "to_state": "qualified"}  # fmt: skip
    kit.fill.row(StepRecord, **values | said)


def test_steps_of_others_are_new_to_who_reads_their_class(world, kit):
    for who in ("crip_coordinator", "supervisor"):
        visit(world, who, kit.case.pk, AT)
    step(kit, by=world.user("assessor").pk, at=AT + MINUTE)
    step(kit, by=world.user("assessor").pk, at=AT + MINUTE, order=1_001, access_class="K")
    step(kit, by=world.user("crip_coordinator").pk, at=AT + MINUTE, order=1_002)

    assert news(world, "crip_coordinator", kit.case.pk)[kit.case.pk].steps == 1
    assert news(world, "supervisor", kit.case.pk)[kit.case.pk].steps == 0, "whoever reads no class D"


@pytest.mark.sec("SEC-AZ20")
@pytest.mark.slow("the history of a case, as one role")
@pytest.mark.parametrize("who", some(SEEING, "steps", 4))
def test_counted_steps_are_steps_that_the_history_shows(world, family, who):
    kit = family.kit
    about = [{}, *({"child": child.pk} for child in family.children.values())]
    for order, (letter, one) in enumerate((letter, one) for letter in "ADHJ" for one in about):
        step(kit, at=AT, by=None, order=9_000 + 2 * order, access_class=letter, **one)
        step(kit, at=AT, by=None, order=9_001 + 2 * order, access_class=letter, step="acknowledge",
             from_state="triage", to_state="triage", **one)  # fmt: skip
    actor, referral = case_seen(world, who, family.pk)
    sight = child_sight.sight_of(referral, case_ties.ties_of(referral, actor), actor)
    rows = list(items_of([family.pk], [STEP], user_id=actor.user_id, at=LATER))
    counted = {str(row.pk) for row in rows if queries._shown(row, sight, actor.user_id)}

    assert counted <= {line["id"] for line in lines(world, who, family.pk, "timeline")}
    assert counted or who == "dpo"


@pytest.mark.both_databases("a row is written over by the database itself")
def test_openings_close_to_each_other_are_one_visit(world, kit):
    kit.fill.row(TeamMessage, by=world.user("assessor").pk, at=AT + MINUTE)
    first, again, much_later = AT, AT + timedelta(hours=3), AT + timedelta(hours=3, minutes=20)
    found = []
    for when in (first, again, much_later, AT + timedelta(hours=9)):
        found.append(contents(world, "crip_coordinator", kit.case.pk, when).news)
        visit(world, "crip_coordinator", kit.case.pk, when)

    assert [one.since for one in found] == [None, first, first, much_later]
    assert [one.messages for one in found] == [1, 1, 1, 0], "what was new stays marked during the visit"
    assert LastVisit.objects.count() == 1


def test_a_list_counts_nothing_as_new_once_the_case_was_opened(world, kit):
    kit.fill.row(TeamMessage, by=world.user("assessor").pk, at=AT - MINUTE)
    visit(world, "crip_coordinator", kit.case.pk, AT)

    assert not news(world, "crip_coordinator", kit.case.pk)[kit.case.pk]


@pytest.mark.sec("SEC-CR20")
def test_a_copy_of_the_rows_tells_neither_who_looked_nor_that_one_person_looked_twice(world, kit):
    other = Kit(world, "triage")
    for case in (kit, other):
        visit(world, "crip_coordinator", case.case.pk, AT)
    values = [bytes(row.reader) for row in LastVisit.objects.all()]
    user = world.user("crip_coordinator").pk

    assert len(set(values)) == 2
    assert set(values) == {
        index.keyed("visit.reader", user.bytes + one.case.pk.bytes) for one in (kit, other)
    }


def test_who_filed_has_no_news_of_the_own_filing(world):
    pk = (
        world.as_("filer")
        .post("referrals", concern() | {"submit": True}, key="a-filing-of-news")
        .json()["id"]
    )
    see_all()
    filed = Referral.objects.get(pk=pk).pk

    assert news(world, "filer", filed) == {}


def test_a_page_of_cases_costs_as_many_statements_as_one_case(world, kit):
    for _ in range(4):
        Kit(world, "triage").fill.row(TeamMessage, by=world.user("assessor").pk, at=AT)
    kit.fill.row(TeamMessage, by=world.user("assessor").pk, at=AT, children=[str(kit.child.pk)])
    actor = world.actor("crip_coordinator", at=LATER)
    cases = list(visibility.visible_to(actor, at=LATER))

    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = queries.news_of(cases, actor=actor, at=LATER)

    assert sum(one.messages for one in found.values()) >= 5
    assert len(asked) == 2


def test_visits_go_with_the_case(world, kit):
    visit(world, "crip_coordinator", kit.case.pk, AT)

    elimination.destroy_rows(Referral.objects.get(pk=kit.case.pk))

    assert not LastVisit.objects.exists()


def test_a_purged_case_gets_no_row_that_nothing_would_erase(world, kit):
    actor, referral = case_seen(world, "crip_coordinator", kit.case.pk)
    referral.__dict__["state"] = "purged"

    actions.mark(referral, None, actor=actor, at=AT)

    assert not LastVisit.objects.exists()


def test_what_a_member_wrote_in_another_role_is_not_news_to_them(world, kit):
    Membership.objects.create(user=world.user("crip_coordinator"), role=Role.ASSESSOR,
                              authority=world.authorities["93"], unit=world.units["93"], valid_from=LONG_AGO)  # fmt: skip
    kit.fill.row(TeamMessage, by=world.user("crip_coordinator").pk, at=AT)

    assert not news(world, "crip_coordinator", kit.case.pk)[kit.case.pk]
