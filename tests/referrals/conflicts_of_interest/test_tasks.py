"""A tie that is declared, or a member who is new, and the cases that are there; and what shows of it (SEC-AZ4, AZ8)."""

import re

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from referrals.conflicts_of_interest import tasks as conflicts_of_interest_tasks
from referrals.models import Exclusion, KinSearch, Referral
from tests.audit.owner import written
from tests.conftest import see_all
from tests.night import some
from tests.referrals.conflicts_of_interest.conftest import NIECE, SISTER, barred, sees

pytestmark = [
    pytest.mark.sec("SEC-AZ4", "SEC-AZ8"),
    pytest.mark.both_databases("what the worker compares past row-level security"),
]


@pytest.mark.slow("a batch of cases compared anew")
@pytest.mark.parametrize(
    ("tie", "of"),
    some(
        [
            (NIECE, {}),
            (SISTER, {"holders": [{"name": "Sandrine Lefebvre", "link": "mother"}]}),
            (SISTER, {"third_parties": [{"role": "witness", "name": "Lefèvre, Sandrine"}]}),
            (
                {"last_name": "Autre", "first_names": "Jeanne", "phone": "0612345678"},
                {"holders": [{"name": "X", "link": "mother", "phone": "+33612345678"}]},
            ),
        ],
        "tie",
        2,
    ),
)
def test_a_case_that_is_there_is_absent_from_then_on(world, declared, filed, worked, tie, of):
    story, other = filed(**NIECE, of=of), filed()
    worked()
    assert sees(world, "supervisor", story)

    declared("supervisor", **tie)
    worked()

    assert barred(story) == {world.user("supervisor").pk: "tie"}
    assert not sees(world, "supervisor", story)
    assert sees(world, "supervisor", other)
    assert sees(world, "crip_coordinator", story)


def test_a_closed_case_counts_as_an_open_one(world, declared, filed, worked):
    story = filed(**NIECE)
    Referral.objects.filter(pk=story.pk).update(state="archived", version=F("version") + 1)

    declared("supervisor", **NIECE)
    worked()

    assert barred(story) == {world.user("supervisor").pk: "tie"}


def test_whoever_is_new_is_compared_with_what_is_there(world, filed, worked):
    story = filed(of={"holders": [{"name": "Bruno Garnier", "link": "father"}]})
    worked()
    person = world.hire("supervisor_3", Role.SUPERVISOR)
    type(person).objects.filter(pk=person.pk).update(full_name="Bruno Garnier")
    worked()

    assert barred(story) == {person.pk: "name"}
    assert not sees(world, "supervisor_3", story)


def test_a_new_post_at_another_authority_is_compared_there(world, declared, filed, worked):
    from accounts.models import Membership

    story = filed(**NIECE)
    declared("supervisor", code="75", **NIECE)
    worked()
    assert barred(story) == {}
    Membership.objects.create(
        user=world.user("supervisor", "75"), role="supervisor", authority=world.authorities["93"],
        valid_from=story.row.received_at,
    )  # fmt: skip
    worked()

    assert barred(story) == {world.user("supervisor", "75").pk: "tie"}


def test_what_is_taken_back_lifts_nothing(world, declared, filed, worked):
    story = filed(**NIECE)
    pk = declared("supervisor", **NIECE)
    worked()

    assert world.as_("supervisor").post(f"ties/{pk}/remove").status_code == 204
    worked()

    assert not sees(world, "supervisor", story)


@pytest.mark.slow("a batch of cases compared anew")
def test_broken_off_it_goes_on_where_it_stood(world, declared, filed, worked, clock, monkeypatch):
    """Killed after each stride: in the end each case was opened for it, and whom it bars is barred once."""
    monkeypatch.setattr(conflicts_of_interest_tasks, "STRIDE", 2)
    monkeypatch.setattr(conflicts_of_interest_tasks, "_CASES", 1)
    stories = [filed(**NIECE) for _ in range(5)]
    worked()
    declared("supervisor", **NIECE)
    at, rounds = clock.on(minutes=5), 0
    while KinSearch.objects.filter(done_at=None).exists():
        conflicts_of_interest_tasks.compare(at)
        see_all()
        rounds += 1
        assert rounds < 50

    assert rounds > 2
    assert [barred(story) for story in stories] == [{world.user("supervisor").pk: "tie"}] * 5
    assert Exclusion.objects.count() == 5


@pytest.mark.slow("a batch of cases compared anew")
def test_a_tie_declared_meanwhile_begins_it_again(world, declared, filed, worked, clock, monkeypatch):
    monkeypatch.setattr(conflicts_of_interest_tasks, "STRIDE", 2)
    monkeypatch.setattr(conflicts_of_interest_tasks, "_CASES", 1)
    stories = sorted((filed(**NIECE) for _ in range(5)), key=lambda story: story.pk)
    sisters = filed(of={"holders": [{"name": "Sandrine Lefèvre", "link": "mother"}]})
    worked()
    declared("supervisor", **NIECE)
    conflicts_of_interest_tasks.compare(clock.on(minutes=5))
    see_all()
    assert KinSearch.objects.get(user=world.user("supervisor"), authority=world.authorities["93"]).after

    declared("supervisor", **SISTER)
    worked()
    for _ in range(20):
        conflicts_of_interest_tasks.compare(clock.on(minutes=5))
    see_all()

    assert barred(sisters) == {world.user("supervisor").pk: "tie"}
    assert all(barred(story) for story in stories)


@pytest.mark.slow("a batch of cases compared anew")
def test_who_was_let_in_again_stays_in_until_another_tie_is_declared(world, declared, filed, worked):
    story = filed(**NIECE)
    declared("supervisor_2", **NIECE)
    worked()
    story.does("crip_coordinator", "acknowledge")
    lift = {"user": story.user("supervisor_2"), "reason": "Homonyme vérifiée."}
    story.signed("crip_coordinator", "lift_exclusion", lift, by="supervisor")
    assert sees(world, "supervisor_2", story)

    Referral.objects.filter(pk=story.pk).update(index_norm=0, searched_at=None)
    KinSearch.objects.filter(user=story.user("supervisor_2")).update(done_at=None, after=None)
    worked()
    assert sees(world, "supervisor_2", story), "the same tie says nothing new"

    declared("supervisor_2", **NIECE)
    worked()
    assert not sees(world, "supervisor_2", story)


# --- Nobody learns by declaring whether a child is known ----------------------------------------------


def test_declaring_asks_the_same_whether_the_child_is_known(world, filed, worked):
    """Same answer, same statements: no table of cases is asked at all."""
    filed(**NIECE)
    worked()
    known, unknown = NIECE, NIECE | {"last_name": "Lefavre-Dubuis"}
    world.as_("supervisor").post("ties", SISTER)  # what one does first costs once more
    told = []
    for said in (known, unknown):
        with CaptureQueriesContext(connection) as asked:
            answer = world.as_("supervisor").post("ties", said)
        see_all()
        body = answer.json()
        told.append((answer.status_code, sorted(body), [_shape(one["sql"]) for one in asked]))
        assert not [
            one for one in asked if "referrals_indexvalue" in one["sql"] or "referrals_child" in one["sql"]
        ]
        assert not [one for one in asked if 'FROM "referrals_referral"' in one["sql"]]

    assert told[0] == told[1]


def _shape(sql):
    """Return a statement without what is said in it."""
    return re.sub(r"'[^']*'|\bs\d+_x\d+|\b\d+\b|\b[0-9a-f-]{32,36}\b", "?", sql).partition(" VALUES ")[0]


@pytest.mark.slow("a batch of cases compared anew")
def test_the_journal_tells_no_found_tie_from_one_that_wasnt(
    world, declared, filed, worked, clock, monkeypatch
):
    """Whoever reads the journal may have declared it: as many cases are opened, one entry is written."""
    monkeypatch.setattr(conflicts_of_interest_tasks, "STRIDE", 5)
    filed(**NIECE)
    for _ in range(6):
        filed()
    worked()
    shown = []
    for who, said in (("auditor", NIECE), ("dpo", NIECE | {"last_name": "Traoré"})):
        declared(who, **said)
        before = {entry.pk for entry in written()}
        worked()
        made = [entry for entry in written(act="kin:compared") if entry.pk not in before]
        shown.append([_told(entry) for entry in made])

    assert shown[0] == shown[1]
    assert len(shown[0]) == 1


def _told(entry):
    import json

    body = json.loads(bytes(entry.body))
    return sorted(body), len(body["obj"]), body["act"], body["role"], body["fields"].get("child.last_name")


def test_another_authority_tells_nothing_of_somebodys_own_relatives(world, declared, filed):
    """A search by name asks elsewhere too (§1.3 rule 6): of who was declared nothing is told, known there or not."""
    filed(code="59", commune_insee="59350", **NIECE)

    def told(who):
        answer = world.as_(who).post("searches", NIECE).json()
        see_all()
        return [line["authority"] for line in answer["elsewhere"]]

    assert told("crip_coordinator") == [str(world.authorities["59"].pk)]
    declared("crip_coordinator", **NIECE)
    assert told("crip_coordinator") == []
    assert told("crip_coordinator_2") == [str(world.authorities["59"].pk)]


def test_nobody_is_told_and_no_count_of_figures_moves(world, declared, filed, worked):
    filed(**NIECE)
    worked()
    before = world.as_("supervisor").get("notices").json()

    declared("supervisor", **NIECE)
    worked()

    after = world.as_("supervisor").get("notices").json()
    assert {line["type"] for line in after["results"]} <= {line["type"] for line in before["results"]}
