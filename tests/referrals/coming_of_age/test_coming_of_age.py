"""Birthdays: bands, flags and rights follow a child's age, and nothing in clear tells a birthday (C23; §4.1, §5.1)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.actor import SYSTEM
from audit.models import Entry
from outbox.models import Work
from referrals.coming_of_age import majority
from referrals.coming_of_age import tasks as coming_of_age_tasks
from referrals.models import Child, Clock, HolderInformation, Measure, Referral
from referrals.retention import tasks as retention_tasks
from referrals.vocabulary import ages
from referrals.workflow import deadlines
from referrals.workflow.case import Case
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.journeys import bodies
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("what the worker sees past row-level security")

#: 24 November 2026 at ten minutes past midnight, in Paris.
MIDNIGHT = datetime(2026, 11, 23, 23, 10, tzinfo=UTC)
MAJORITY = date(2008, 11, 24)


@shared_fixture
def assessing(world):
    """A case in assessment."""
    return Kit(world, "in_assessment")


@shared_fixture
def protected(world):
    """A case with a measure that parents agreed on."""
    return Kit(world, "protected_admin")


def born(kit, birth, **values):
    """Let the only child of a case be one born that day; its age is as of the day before its birthday."""
    found = ages.facts(birth, None, None, on=TODAY - timedelta(days=1))
    said = {"age_band": found.age_band, "under_2": found.under_2, "under_15": found.under_15} | values
    Child.objects.filter(pk=kit.child.pk).delete()
    kit.child = Child(referral=kit.case, child_met="never", **said)
    field = Child._meta.get_field("birth_date")
    kit.child.birth_date = kit.fill.keys["case"].seal(field, kit.child.pk, birth.isoformat())
    kit.child.save(force_insert=True)
    kit.put(age_band=found.age_band, under_2=found.under_2, under_15=found.under_15)
    return kit


def grow(at=MIDNIGHT):
    done = coming_of_age_tasks.grow_up(at)
    see_all()
    return done


def shown(kit):
    child, case = Child.objects.get(pk=kit.child.pk), Referral.objects.get(pk=kit.case.pk)
    assert (case.age_band, case.under_2, case.under_15) == (child.age_band, child.under_2, child.under_15)
    return child.age_band, child.under_2, child.under_15


# --- When a band or a flag changes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "before", "after"),
    [
        (date(2024, 11, 24), ("0-2", True, True), ("0-2", False, True)),
        (date(2023, 11, 24), ("0-2", False, True), ("3-5", False, True)),
        (date(2020, 11, 24), ("3-5", False, True), ("6-10", False, True)),
        (date(2015, 11, 24), ("6-10", False, True), ("11-15", False, True)),
        (date(2011, 11, 24), ("11-15", False, True), ("11-15", False, False)),
        (date(2010, 11, 24), ("11-15", False, False), ("16-17", False, False)),
        (MAJORITY, ("16-17", False, False), ("18+", False, False)),
    ],
)
def test_on_the_birthday_band_and_flags_change_and_not_the_day_before(assessing, birth, before, after):
    kit = born(assessing, birth)
    grow(MIDNIGHT - timedelta(hours=1))
    assert shown(kit) == before

    Child.objects.update(next_change=None)
    grow()

    assert shown(kit) == after


@pytest.mark.parametrize(
    ("birth", "age", "day"),
    [
        (date(2008, 11, 24), 18, date(2026, 11, 24)),
        (date(2008, 2, 29), 18, date(2026, 3, 1)),
        (date(2008, 2, 29), 16, date(2024, 2, 29)),
    ],
)
def test_a_birthday_is_where_the_count_of_years_changes(birth, age, day):
    assert ages.birthday(birth, age) == day
    assert ages.age_on(birth, day) == age
    assert ages.age_on(birth, day - timedelta(days=1)) == age - 1


def test_the_next_change_is_the_next_age_that_matters():
    birth = date(2010, 5, 1)
    found = [day := date(2010, 5, 2)]
    while (day := ages.next_change(birth, after=found[-1])) is not None:
        found.append(day)

    assert [ages.age_on(birth, one) for one in found[1:]] == [2, 3, 6, 11, 15, 16, 18]


def test_the_reduced_date_follows_the_age(assessing):
    """D226-2-4: a child that is no longer under two has the ordinary delay."""
    kit = born(assessing, date(2024, 11, 24))
    kit.put(counts_from=AT)
    kit.ask("referral", "log_contact", CONTACT)
    assert Referral.objects.get(pk=kit.case.pk).target_due_at < AT + timedelta(days=50)

    grow()

    legal = deadlines.statutory_due(AT, ZoneInfo("Europe/Paris"))
    assert Referral.objects.get(pk=kit.case.pk).target_due_at == legal


CONTACT = {"kind": "other", "with_whom": "École", "means": "phone", "at": AT.isoformat(), "text": "Appel."}


# --- How few are looked at, and what an opening tells --------------------------------------------------


def test_only_the_group_of_the_day_is_opened(assessing):
    """A child is looked at on the days of its group, no other; the day of the birthday itself is always one."""
    kit = born(assessing, date(2012, 6, 1))
    assert grow() == 1, "not known yet: looked at once"
    row = Child.objects.get(pk=kit.child.pk)
    assert row.next_change == coming_of_age_tasks.group_of(kit.case.authority_id, date(2027, 6, 1))
    assert grow(MIDNIGHT + timedelta(minutes=59)) == of_its_group(kit, row, 0), "looked at again the same day"

    looked = [day for day in range(1, 190) if run_on(day)]

    birthday = (date(2027, 6, 1) - TODAY).days
    assert birthday in looked
    assert looked == [day for day in range(1, birthday + 1) if of_its_group(kit, row, day)]
    assert shown(kit) == ("11-15", False, False)


def test_a_child_is_looked_at_when_majority_comes_near_on_a_day_of_its_own(world):
    """§2.3 Birthdays: within the three months before the age at which somebody must be told."""
    birth = date(2010, 6, 1)
    kits = [born(Kit(world, "in_assessment"), birth) for _ in range(4)]
    grow()

    days = [majority.days_of(Case(kit.case, actor=SYSTEM, at=MIDNIGHT), kit.child, birth) for kit in kits]
    assert len({one.interview_near for one in days}) > 1
    for kit, one in zip(kits, days, strict=True):
        assert date(2026, 11, 30) <= one.interview_near <= date(2027, 3, 1)
        assert date(2027, 11, 30) <= one.choice_near <= date(2028, 3, 1)
        group = coming_of_age_tasks.group_of(kit.case.authority_id, one.interview_near)
        assert Child.objects.get(pk=kit.child.pk).next_change == group


def of_its_group(kit, row, day):
    return coming_of_age_tasks.group_of(kit.case.authority_id, TODAY + timedelta(days=day)) == row.next_change


def test_every_group_has_its_share_of_the_days(world):
    """Of 64 groups each has about one day in 64: a key is drawn for each run, so the bounds are ten deviations wide."""
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(64 * 400)]
    found = Counter(coming_of_age_tasks.group_of(world.authorities["93"].pk, day) for day in days)

    assert set(found) == set(range(coming_of_age_tasks.GROUPS))
    assert all(200 <= count <= 600 for count in found.values())


def run_on(day):
    """Let the worker run for the first time on a day, some time after midnight."""
    Work.objects.update_or_create(
        pk=coming_of_age_tasks.NAME,
        defaults={"next_at": MIDNIGHT, "ran_at": MIDNIGHT + timedelta(days=day, minutes=-100)},
    )
    return grow(MIDNIGHT + timedelta(days=day)) == 1


def test_days_without_a_worker_are_caught_up(assessing):
    kit = born(assessing, date(2009, 6, 1))
    grow()
    Work.objects.update_or_create(
        pk=coming_of_age_tasks.NAME, defaults={"next_at": MIDNIGHT, "ran_at": MIDNIGHT}
    )

    assert grow(datetime(2027, 7, 15, tzinfo=UTC)) == 1
    assert shown(kit)[0] == "18+"


def test_two_authorities_have_groups_of_their_own(world):
    """The same day is of another group there: groups are no calendar that one could learn."""
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(64)]
    ours, theirs = (
        [coming_of_age_tasks.group_of(world.authorities[code].pk, day) for day in days]
        for code in ("93", "75")
    )

    assert ours != theirs
    assert set(ours) <= set(range(coming_of_age_tasks.GROUPS))


def entries(kit):
    with as_owner():
        return [
            (e.act, e.outcome)
            for e in Entry.objects.filter(subject=kit.case.pseudonym).order_by("at", "writer_seq")
        ]


def test_a_look_leaves_the_same_entry_whether_it_found_a_birthday_or_not(world):
    """An entry, or a row in the trail, that came on birthdays alone would be one in clear."""
    near = {"majority_near": True}
    birthday, none = (
        born(Kit(world, "in_assessment"), MAJORITY, **near),
        born(Kit(world, "in_assessment"), MAJORITY + timedelta(days=1), **near),
    )

    assert grow() == 2

    assert (shown(birthday)[0], shown(none)[0]) == ("18+", "16-17")
    assert entries(birthday) == entries(none) == [("referral:grow_older", "allow")]
    assert birthday.case.steps.count() == none.case.steps.count() == 0
    versions = [Referral.objects.get(pk=kit.case.pk).version for kit in (birthday, none)]
    assert versions == [2, 1], "who read the case before must read it again where something changed"


def test_an_adult_is_never_looked_at_again(assessing):
    kit = born(assessing, MAJORITY)
    grow()

    assert Child.objects.get(pk=kit.child.pk).next_change == coming_of_age_tasks.SETTLED
    assert [day for day in range(1, 70) if run_on(day)] == []


@pytest.mark.parametrize("state", ["draft", "archived"])
def test_nobody_looks_at_drafts_or_into_the_archive(world, state):
    born(Kit(world, state), MAJORITY)

    assert grow() == 0


def test_a_case_that_comes_out_of_the_archive_is_looked_at_again(world):
    kit = born(Kit(world, "closed_no_action"), date(2009, 6, 1))
    grow()
    kit.put(closed_at=AT)
    Child.objects.update(next_change=7)
    later = AT.replace(year=2029)

    assert retention_tasks.archive_due(later) == 1
    see_all()
    kit.ask("referral", "reopen", {"reason": "Erreur.", "ground": "error"}, at=later)
    grow(later)

    assert shown(kit)[0] == "18+"


def test_a_corrected_birth_date_is_looked_at_again(world):
    kit = born(Kit(world, "triage"), date(2009, 6, 1))
    grow()
    corrections = [
        {"part": "children", "row": str(kit.child.pk), "field": "birth_date", "value": "2008-11-25"}
    ]
    kit.ask("referral", "rectify", {"corrections": corrections, "reason": "Erreur de saisie."})
    assert Child.objects.get(pk=kit.child.pk).next_change is None

    grow(MIDNIGHT + timedelta(days=1))

    assert shown(kit)[0] == "18+"


# --- Majority ------------------------------------------------------------------------------------------


def information(kit, state, **values):
    return kit.fill.row(
        HolderInformation, holder=kit.holder, occasion=values.pop("occasion"), state=state, **values
    )


def test_parents_are_told_nothing_more_once_no_child_is_a_minor(assessing):
    kit = born(assessing, MAJORITY)
    pending = information(kit, "pending", occasion="transmission")
    deferred = information(
        kit, "deferred", occasion="assessment", reason="prosecutor", review_on=TODAY, deferred_since=TODAY
    )
    done = information(kit, "done", occasion="decision", told_on=TODAY)

    grow()

    states = dict(HolderInformation.objects.values_list("pk", "state"))
    assert states == {pending.pk: "not_applicable", deferred.pk: "not_applicable", done.pk: "done"}
    assert HolderInformation.objects.get(pk=deferred.pk).review_on is None
    told = bodies.told(kit.holder.pk, "judicial_referral", on=TODAY.isoformat())
    assert kit.refusal("referral", "inform_holders", told) == "someone_is_a_minor"


def test_they_are_still_told_of_a_younger_one(assessing):
    kit = born(assessing, MAJORITY)
    younger = kit.another_child()
    Child.objects.filter(pk=younger.pk).update(birth_date=None, age_estimated_min=None)
    pending = information(kit, "pending", occasion="transmission")

    grow()

    assert HolderInformation.objects.get(pk=pending.pk).state == "pending"
    assert Child.objects.get(pk=younger.pk).age_band == "11-15"
    told = bodies.told(kit.holder.pk, "transmission", on=TODAY.isoformat())
    assert kit.refusal("referral", "inform_holders", told) == ""


def test_an_agreement_is_the_own_one_of_who_is_of_age(protected):
    kit = born(protected, MAJORITY, decision="admin")
    kit.who, kit.part = "ase_inspector", kit.measure("proposed")
    agreed = bodies.agreement(on=TODAY.isoformat())
    rule = "agreement_is_of_the_right_person"
    assert kit.refusal("measure", "agree", agreed | {"own": True}) == rule, "a minor doesn't agree alone"

    grow()

    assert kit.refusal("measure", "agree", agreed) == rule
    assert kit.refusal("measure", "agree", agreed | {"own": True}) == ""


def test_a_refusal_is_the_own_one_of_who_is_of_age(protected):
    kit = born(protected, MAJORITY, decision="admin")
    kit.who, kit.part = "ase_inspector", kit.measure("proposed")
    grow()
    by_parents = {"refusals": [{"holder": kit.holder.pk, "how": "Refus.", "on": TODAY.isoformat()}]}

    assert kit.refusal("measure", "refuse", by_parents) == "every_holder_is_traced"
    assert kit.refusal("measure", "refuse", {"attempts": "Refus exprimé par l'intéressée."}) == ""


# --- Young adults --------------------------------------------------------------------------------------


YOUNG = {"type": "young_adult", "aim": "Autonomie.", "duration_months": 12}


@pytest.mark.parametrize(
    ("birth", "measure", "before", "refused"),
    [
        (MAJORITY, "placement_ase", "unknown", ""),
        (MAJORITY, "temporary_care", "unknown", ""),
        (MAJORITY, "aed", "unknown", "young_adult_was_looked_after"),
        (MAJORITY, "", "yes", ""),
        (MAJORITY, "", "no", "young_adult_was_looked_after"),
        (date(2009, 2, 24), "placement_ase", "yes", ""),
        (date(2009, 2, 25), "placement_ase", "yes", "young_adult_was_looked_after"),
    ],
)
def test_young_adult_support_is_for_who_was_looked_after_before(protected, birth, measure, before, refused):
    """L222-5 5°."""
    kit = born(protected, birth, current_measure=before, decision="admin")
    kit.who = "ase_inspector"
    if measure:
        kit.measure("ended", type_id=measure)
    grow()

    assert kit.refusal("measure", "propose", YOUNG | {"child": kit.child.pk}) == refused


@pytest.mark.parametrize(
    ("birth", "near", "late"),
    [
        (MAJORITY, date(2026, 12, 2), date(2026, 12, 9)),
        (date(2009, 2, 24), date(2027, 3, 4), date(2027, 3, 11)),
        (date(2008, 12, 1), date(2027, 3, 4), date(2027, 3, 11)),
    ],
)
def test_its_start_is_awaited_from_majority_on_and_no_day_tells_the_birthday(protected, birth, near, late):
    """C24: it may not begin before; of who isn't of age, from the latest day that majority can be."""
    kit = born(protected, birth, current_measure="yes", decision="admin")
    grow()
    kit.who, kit.part = "ase_inspector", kit.measure("proposed", type_id="young_adult")

    kit.ask("measure", "agree", bodies.agreement(on=TODAY.isoformat()) | {"own": True})

    clock = Clock.objects.get(referral=kit.case.pk, code="C24", stopped_at=None)
    zone = ZoneInfo("Europe/Paris")
    assert (clock.warn_at.astimezone(zone).date(), clock.due_at.astimezone(zone).date()) == (near, late)


@pytest.mark.parametrize(
    ("term", "refused"),
    [
        ("2029-11-24", ""),
        ("2029-11-25", "support_of_an_adult_ends_at_21"),
        (None, "support_of_an_adult_ends_at_21"),
    ],
)
def test_young_adult_support_ends_on_the_21st_birthday(protected, term, refused):
    kit = born(protected, MAJORITY, decision="admin")
    grow()
    kit.who, kit.part = "case_referent", kit.measure("agreed", type_id="young_adult")

    found = kit.refusal("measure", "start", {"started_on": TODAY.isoformat(), "term_on": term})

    assert found == refused
    assert Measure.objects.get(pk=kit.part.pk).state == ("agreed" if refused else "active")
    with as_owner():
        opened = Entry.objects.filter(subject=kit.case.pseudonym, act="field:opened").count()
    assert opened == (1 if term else 0), "the birth date is opened by whoever acts, and journaled"
