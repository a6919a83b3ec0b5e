"""A case that is filed, corrected, joined or taken over: whoever is tied to somebody of it never sees it (SEC-AZ4)."""

import pytest

from accounts.models import User
from encryption.errors import KeysUnavailable
from referrals.duplicates import tasks as duplicates_tasks
from referrals.models import Assignment, KinSearch
from tests.audit.owner import written
from tests.conftest import see_all
from tests.referrals.conflicts_of_interest.conftest import NIECE, SISTER, barred, named, sees

pytestmark = [
    pytest.mark.sec("SEC-AZ4"),
    pytest.mark.both_databases("what a filing finds past row-level security"),
]
EXPLOITER = {"last_name": "Garnier", "first_names": "Bruno Marc"}


@pytest.mark.parametrize(
    ("tie", "told"),
    [
        (NIECE, {}),
        (NIECE, {"last_name": "LEFEVRE DUBOIS", "first_names": "chloe"}),
        (NIECE, {"last_name": "Lefebvre-Dubois", "first_names": "Kloé"}),
        (NIECE, {"last_name": "Chloé", "first_names": "Dubois"}),
        (NIECE, {"birth_date": "2012-03-14", "usual_name": "Martin"}),
        ({"last_name": "Dubois", "first_names": "Chloé"}, {}),
        (NIECE | {"last_name": "Inconnu", "usual_name": "Dubois"}, {}),
    ],
)
def test_a_child_that_somebody_declared_is_never_seen_by_them(world, declared, filed, tie, told):
    declared("crip_coordinator", **tie)

    story = filed(**NIECE | told)

    assert barred(story) == {world.user("crip_coordinator").pk: "tie"}
    assert not sees(world, "crip_coordinator", story)
    assert sees(world, "crip_coordinator_2", story)


@pytest.mark.parametrize(
    "told",
    [
        {"birth_date": "2009-11-30"},  # a namesake, for both dates are known
        {"first_names": "Inès"},
        {"last_name": "Traoré"},
        {"last_name": "Lefèvre", "first_names": "Lou"},  # sounds as Léa would, and isn't written so
    ],
)
def test_who_shares_a_name_alone_is_nobodys_relative(declared, filed, told):
    declared("crip_coordinator", **NIECE)
    declared("crip_coordinator_2", last_name="Lefèvre", first_names="Léa")

    story = filed(**NIECE | told)

    assert barred(story) == {}


@pytest.mark.parametrize(
    "of",
    [
        {"holders": [{"name": "Sandrine Lefèvre", "link": "mother"}]},
        {"holders": [{"name": "LEFEVRE Sandrine Josiane", "link": "mother"}]},
        {"third_parties": [{"role": "alleged_exploiter", "name": "Sandrine dite Sandy Lefevre"}]},
        {"holders": [{"name": "X", "link": "mother", "phone": "+33 6 12 34 56 78"}]},
        {"digital_traces": [{"platform": "social_network", "phone": "0033612345678"}]},
    ],
)
def test_every_person_of_a_case_counts_and_every_number(world, declared, filed, of):
    declared("supervisor", **SISTER, phone="06 12 34 56 78")

    story = filed(of=of)

    assert barred(story) == {world.user("supervisor").pk: "tie"}
    assert not sees(world, "supervisor", story)


def test_somebodys_own_name_bars_too_until_it_is_decided(world, worked, filed):
    """A likeness: the service can't know whether it is the person, and lets nobody in meanwhile."""
    named(world, "crip_coordinator", "Bruno Garnier")
    worked()

    story = filed(of={"third_parties": [{"role": "alleged_exploiter", "name": "Garnier Bruno"}]})

    assert barred(story) == {world.user("crip_coordinator").pk: "name"}
    assert not sees(world, "crip_coordinator", story)


def test_somebodys_own_surname_alone_bars_from_nothing(world, worked, filed):
    named(world, "crip_coordinator", "Bruno Garnier")
    worked()

    assert barred(filed(last_name="Garnier", first_names="Inès")) == {}


def test_a_likeness_counts_where_the_person_works_and_a_tie_everywhere(world, declared, worked, filed):
    named(world, "crip_coordinator", "Bruno Garnier", code="75")
    worked()
    declared("supervisor", code="75", **NIECE)

    story = filed(**NIECE, of={"holders": [{"name": "Bruno Garnier", "link": "father"}]})

    assert barred(story) == {world.user("supervisor", "75").pk: "tie"}


@pytest.mark.parametrize(
    "who", ["territory_admin", "platform_admin", "auditor", "measure_service", "on_call", "dpo"]
)
def test_administrators_and_whoever_watches_declare_as_everybody_on_the_staff(world, declared, filed, who):
    declared(who, **NIECE)

    assert barred(filed(**NIECE)) == {world.user(who).pk: "tie"}


def test_whoever_types_in_a_call_about_a_relative_is_out_of_it_at_once(world, declared, filed):
    declared("intake_agent", **NIECE)

    story = filed("intake_agent", **NIECE, of={"channel": "phone", "received_at": "2026-11-24T08:00:00Z"})

    assert not sees(world, "intake_agent", story)


def test_it_is_told_to_nobody_who_is_barred(world, declared, filed):
    declared("crip_coordinator", **NIECE)
    story = filed(**NIECE)

    told = {
        name: world.as_(name).get("notices").content.decode()
        for name in ("crip_coordinator", "crip_coordinator_2")
    }

    assert [str(story.pk) in text for text in told.values()] == [False, True]


@pytest.mark.slow("several cases compared anew")
def test_a_correction_bars_once_the_service_has_looked_and_until_then_whoever_declared_anything(
    world, declared, filed, worked
):
    declared("crip_coordinator", **NIECE)
    declared("supervisor", **SISTER)
    story = filed()
    other = filed()
    assert sees(world, "crip_coordinator", story)

    corrections = [
        {"part": "children", "row": str(story.row.children.get().pk), "field": name, "value": value}
        for name, value in NIECE.items()
    ]
    story.does("crip_coordinator_2", "rectify", {"reason": "Identité vérifiée.", "corrections": corrections})

    assert barred(story) == {}
    assert not sees(world, "crip_coordinator", story), "not compared yet: closed to whoever has ties"
    assert not sees(world, "supervisor", story)
    assert sees(world, "crip_coordinator_2", story)
    assert sees(world, "supervisor", other)

    worked()

    assert barred(story) == {world.user("crip_coordinator").pk: "tie"}
    assert sees(world, "supervisor", story)


def test_without_keys_nothing_is_compared_and_it_stays_closed(
    world, declared, filed, worked, clock, monkeypatch
):
    declared("crip_coordinator", **NIECE)
    story = filed()
    story.row.__class__.objects.filter(pk=story.pk).update(index_norm=0, searched_at=None)

    def out(*_, **__):
        raise KeysUnavailable

    with monkeypatch.context() as broken:
        broken.setattr("referrals.conflicts_of_interest.hits.encodings.of_family", out)
        with pytest.raises(KeysUnavailable):
            duplicates_tasks.keep_index(clock.on(minutes=5))
    see_all()

    assert story.row.index_norm == 0
    assert not sees(world, "crip_coordinator", story)
    worked()
    assert sees(world, "crip_coordinator", story)


def test_a_concern_isnt_filed_uncompared(world, declared, monkeypatch):
    """The filing fails with it, as with every key that it needs."""
    from tests.factories.concerns import concern

    declared("crip_coordinator", **NIECE)

    def out(*_, **__):
        raise KeysUnavailable

    monkeypatch.setattr("referrals.conflicts_of_interest.hits.encodings.of_family", out)
    answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key="a-filing-key")

    assert answer.status_code == 503


def test_a_child_that_is_kept_apart_counts_too(world, declared, filed, worked):
    """No search finds it: its relative mustn't see the rest of the case either (T46)."""
    story = filed(**NIECE)
    child = str(story.row.children.get().pk)
    named_alone = {
        "child": child, "named": [str(world.user(who).pk) for who in ("crip_coordinator_2", "supervisor_2")], "reason": "Enfant d'une agente.",
        "review_on": "2027-01-01",
    }  # fmt: skip
    story.does("crip_coordinator_2", "restrict", named_alone)
    worked()

    declared("supervisor", **NIECE)
    worked()

    assert barred(story) == {world.user("supervisor").pk: "tie"}


def test_who_is_on_the_case_is_taken_off_it(world, declared, filed, worked):
    story = filed(**NIECE)
    story.does("crip_coordinator_2", "acknowledge")
    seat = Assignment.objects.create(
        referral=story.row,
        user=world.user("ase_inspector"),
        role="ase_inspector",
        since_at=story.row.received_at,
    )
    assert sees(world, "ase_inspector", story)

    declared("ase_inspector", **NIECE)
    worked()

    seat.refresh_from_db()
    assert seat.until_at is not None
    assert not sees(world, "ase_inspector", story)


def test_a_filing_leaves_the_same_entries_whoever_is_barred(world, declared, filed, worked):
    """Whoever filed before and after could count them (SEC-AZ8); the search's own keeps a digest of whom."""
    worked()
    counts = []
    for said in ({}, NIECE):
        declared("crip_coordinator", **NIECE)
        before = len(written())
        filed(**said)
        worked()
        counts.append(len(written()) - before)

    assert counts[0] == counts[1]


def test_a_likeness_is_looked_at_again_under_another_name(world, filed, worked, clock):
    from referrals.conflicts_of_interest import tasks as conflict_tasks

    story = filed(of={"holders": [{"name": "Bruno Garnier", "link": "father"}]})
    worked()
    assert barred(story) == {}
    User.objects.filter(pk=world.user("supervisor").pk).update(full_name="Bruno Garnier")

    assert conflict_tasks.rename(clock.on(days=1)) == 1
    worked()

    assert barred(story) == {world.user("supervisor").pk: "name"}
    assert conflict_tasks.rename(clock.on(days=1)) == 0
    assert not KinSearch.objects.filter(done_at=None).exists()
