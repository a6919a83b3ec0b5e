"""What is destroyed, by what, and what is left of it (T41; domain.md §7.3, §2.8 no. 10)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import Error, connections, transaction
from django.db.models import ForeignKey, ManyToManyField

from accounts.models import Replay
from audit import journal
from audit.errors import UnknownSubject
from audit.models import Entry
from encryption import keys
from encryption.errors import KeysUnavailable
from encryption.models import WrappedKey
from outbox.models import Notice
from outbox.notices import About, Recipients, tell
from referrals.access import visibility
from referrals.models import (
    Clock,
    DuplicateCandidate,
    EliminatedCount,
    Joining,
    Measure,
    Referral,
    ReferralUserObjectPermission,
    RetentionBatch,
    RetentionLine,
    StepRecord,
)
from referrals.retention import batch_tasks, elimination
from referrals.statistics import aggregates
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.night import NIGHT, some
from tests.referrals.retention.archived_cases import LONG_AFTER, archived, batch, standing
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("what the worker sees past row-level security")


def purge(at=LONG_AFTER):
    done = batch_tasks.purge_executed(at)
    see_all()
    return done


def state_of(kit):
    return Referral.objects.get(pk=kit.case.pk).state


# --- What is proposed ----------------------------------------------------------------------------------


def proposed(at=LONG_AFTER):
    count = batch_tasks.propose(at)
    see_all()
    assert count == RetentionLine.objects.count()
    return count


def test_once_a_month_what_is_over_is_proposed_and_nothing_younger(world, over):
    younger = archived(world)
    StepRecord.objects.create(
        referral=younger.case, machine="referral", step="rectify", number="T42", at=AT + timedelta(days=40), order=1,
        role="crip_coordinator", access_class="D",
    )  # fmt: skip

    assert proposed() == 1

    (made,) = RetentionBatch.objects.all()
    assert (made.state, made.reference, standing(made)) == ("proposed", "93-2031-11", {over.case.pk})
    assert set(Notice.objects.filter(subject_id=made.pk).values_list("user_id", flat=True)) == {
        world.user("dpo").pk
    }
    archived(world)
    assert batch_tasks.propose(LONG_AFTER + timedelta(days=2)) == 0, "one batch a month"
    assert batch_tasks.propose(LONG_AFTER + timedelta(days=7)) == 1, (
        "the month after: what is new, not what stands"
    )


@pytest.mark.parametrize(
    ("outcome", "months", "measure"),
    [
        ("not_qualified", 24, None),
        ("withdrawn", 24, None),
        ("closed_no_action", 60, None),
        ("ended", 60, "aed"),
        ("ended", 120, "placement_ase"),
        ("ended", 120, "temporary_care"),
        ("transferred", 60, None),
    ],
)
def test_each_outcome_has_its_time(world, outcome, months, measure):
    """§7.3: two years for what was set aside, five at home, ten where a child was taken in."""
    kit = archived(world, outcome=outcome)
    if measure:
        kit.fill.row(Measure, child=kit.child, type_id=measure, judicial=False, proposed_at=AT, state="ended")
    Clock.objects.update(due_at=AT)
    end = AT.replace(year=AT.year + months // 12)

    assert batch_tasks.propose(end) == 0, "the last day itself is kept"
    assert batch_tasks.propose(end + timedelta(days=1)) == 1


def test_a_case_that_was_archived_before_the_clock_was_there_has_the_same_time(over):
    Clock.objects.all().delete()

    assert batch_tasks.propose(LONG_AFTER - timedelta(days=60)) == 0
    assert batch_tasks.propose(LONG_AFTER) == 1


def test_a_measure_that_never_began_counts_for_nothing(world):
    kit = archived(world, outcome="ended")
    kit.fill.row(
        Measure, child=kit.child, type_id="placement_ase", judicial=True, proposed_at=AT, state="not_executed"
    )

    assert proposed() == 1


def hold(kit):
    kit.put(legal_hold=True)


def another_file(kit):
    other = Kit(kit.world, "triage")
    kit.fill.row(DuplicateCandidate, other=other.case, suggested_at=AT, note=None)


def found_from_the_other_file(kit):
    other = Kit(kit.world, "triage")
    other.fill.row(
        DuplicateCandidate, other=kit.case, suggested_at=AT, note=None, state="confirmed", kind="same"
    )


def something_done(kit):
    StepRecord.objects.create(
        referral=kit.case, machine="referral", step="rectify", number="T42", at=LONG_AFTER - timedelta(days=1), order=1,
        role="crip_coordinator", access_class="D",
    )  # fmt: skip


BEFORE = ("proposed", "visa_requested", "visa_granted", "executed")
STAYS = {
    hold: "hold",
    another_file: "other_file",
    found_from_the_other_file: "other_file",
    something_done: "action",
}


@pytest.mark.parametrize("because", STAYS, ids=lambda rule: rule.__name__)
def test_what_must_stay_isnt_proposed(over, because):
    kit = over
    because(kit)

    assert proposed() == 0


def test_what_the_archives_refused_isnt_put_before_them_again_for_a_year(world, over):
    kit = over
    batch(world, kit, state="refused", refusal="historical", refused_on=LONG_AFTER.date(), month="2031-10-01")

    assert batch_tasks.propose(LONG_AFTER + timedelta(days=340)) == 0
    assert batch_tasks.propose(LONG_AFTER + timedelta(days=400)) == 1


# --- What leaves a batch -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("because", "state"),
    [(rule, state) for n, rule in enumerate(STAYS) for state in (BEFORE if NIGHT else (BEFORE[n % 3], "executed"))],
    ids=lambda said: getattr(said, "__name__", said),
)  # fmt: skip
def test_what_must_stay_leaves_its_batch_and_is_never_destroyed(world, over, because, state):
    """S11; asked again under the lock of each file, whatever the batch has come to."""
    kit, other = over, archived(world)
    made = batch(world, kit, other, state=state)
    because(kit)

    if state == "executed":
        assert purge() == 2
        assert (state_of(kit), state_of(other)) == ("archived", "purged")
    else:
        assert batch_tasks.recheck(LONG_AFTER) == 1
        see_all()
        assert standing(made) == {other.case.pk}
    line = made.lines.get(referral=kit.case)
    assert (line.dropped_for, line.purged_at) == (STAYS[because], None)
    with as_owner():
        entry = Entry.objects.get(act="retention:dropped")
    assert entry.subject == journal.subject(kit.case.pk)


@pytest.mark.parametrize(
    ("step", "body", "reason"),
    [
        ("hold", {"reason": "Contentieux."}, "hold"),
        ("reopen", {"reason": "Erreur.", "ground": "error"}, "reopened"),
        ("recuse", {"reason": "Parenté."}, "action"),
    ],
)
def test_an_act_on_the_file_takes_it_out_at_once(world, over, step, body, reason):
    kit = over
    made = batch(world, kit, state="visa_granted")

    kit.ask("referral", step, body, at=LONG_AFTER)

    assert made.lines.get().dropped_for == reason


def test_a_pair_with_an_open_file_takes_it_out_at_once(world, over):
    """S11: the new information arrives the day before."""
    kit, new = over, Kit(world, "triage")
    made = batch(world, kit, state="visa_granted")

    new.ask("duplicate", "suggest", {"other": kit.case.pk, "reasons": ["name"]}, at=LONG_AFTER)

    assert made.lines.get().dropped_for == "other_file"


# --- What is destroyed ---------------------------------------------------------------------------------


@shared_fixture
def over(world):
    """A case closed and archived, whose time is over five years later."""
    return archived(world)


@shared_fixture
def full(world):
    """A full one, with what leads to it from elsewhere."""
    return filled(world)


def filled(world):
    """A case with rows in every table that has a maker of its own, and what leads to it from elsewhere."""
    kit = archived(world)
    other, fill = world.user("assessor_2"), kit.fill
    fill.child, fill.holder = kit.child, kit.holder
    fill.procedure(other=other, service=None)
    fill.exchanges(other=other)
    fill.record(user=world.user("assessor"), other=other)
    kit.measure("ended", type_id="aed")
    kit.judicial("closed", "no_further")
    kit.put(urgency="U2", urgency_ever="U3", status_ever="suspected", age_band="11-15", restricted=False)
    other = Kit(world, "ended")
    other.put(source_referral=kit.case.pk)
    other.fill.row(DuplicateCandidate, other=kit.case, suggested_at=AT, note=None, state="rejected")
    Joining.objects.create(
        referral=other.case, target=kit.case, kind="same_facts", joined_at=AT, undone_at=AT, before={"a": 1}
    )
    about = About(
        template="case.changed",
        reference=kit.case.reference,
        subject_id=kit.case.pk,
        authority_id=kit.case.authority_id,
    )
    tell(about, Recipients(users=[kit.user("supervisor")]), at=AT)
    Replay.objects.create(
        caller=uuid4().bytes, key="kept-key", route="POST /", body=b"x", status=200, thing=kit.case.pk, at=AT
    )
    return kit


def leads_to(pk):
    """Return every row of the database, journal and keys included, in which the id of a case stands."""
    wanted, found = (pk.hex, str(pk)), set()
    for alias in ("default", "keys"):
        connection = connections[alias]
        with as_owner(), connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's name
                if any(str(value) in wanted for row in cursor.fetchall() for value in row):
                    found.add(table)
    return found


@pytest.mark.sec("SEC-AL16")
def test_a_purge_leaves_a_tombstone_and_nothing_that_leads_to_it(world, full):
    kit = full
    batch(world, kit, state="executed")
    row = Referral.objects.get(pk=kit.case.pk)
    assert leads_to(kit.case.pk) > {
        "referrals_child",
        "outbox_notice",
        "accounts_replay",
        "encryption_wrappedkey",
    }

    assert purge() == 1

    left = Referral.objects.get(pk=kit.case.pk)
    assert leads_to(left.pk) == {"referrals_referral", "referrals_retentionline"}
    kept = ("reference", "authority_id", "archived_from", "case_key", "filer_key")
    assert [getattr(left, name) for name in kept] == [getattr(row, name) for name in kept]
    days = ("created_at", "received_at", "submitted_at", "closed_at", "archived_at", "statutory_due_at")
    for name in days:
        assert getattr(left, name) == getattr(row, name).replace(
            hour=11, minute=0, second=0, microsecond=0
        ), name
    assert (left.state, left.purged_at, len(left.tombstone)) == ("purged", LONG_AFTER.replace(hour=11), 32)
    said = {
        f.name: getattr(left, f.attname)
        for f in Referral._meta.concrete_fields
        if f.name not in (*kept, *days)
    }
    told = {
        name: value for name, value in said.items() if value not in (None, "", False, "U0", "none", "unknown")
    }
    assert set(told) == {
        "id",
        "authority",
        "state",
        "mac",
        "reference_1",  # the groups of the reference, by which a part of it is found
        "reference_2",
        "reference_3",
        "version",
        "variant",
        "channel",
        "purged_at",
        "tombstone",
        "filed_by",
    }
    assert (bytes(told["filed_by"]), told["variant"], told["channel"]) == (b"", "standard", "online")
    with pytest.raises(UnknownSubject):
        journal.subject(left.pk)


def test_every_table_with_a_case_is_destroyed_or_said_to_stay():
    stays = {RetentionLine, ReferralUserObjectPermission}  # guardian's is destroyed by its own column
    pointing = {
        relation.related_model
        for relation in Referral._meta.related_objects
        if isinstance(relation.field, ForeignKey | ManyToManyField)
    }

    assert pointing - stays - {Referral} == set(elimination.DESTROYED)


def test_the_keys_go_and_the_journal_stays(world, full):
    kit = full
    batch(world, kit, state="executed")
    pseudonym = journal.subject(kit.case.pk)
    key_ids = {kit.case.case_key, kit.case.filer_key}

    purge()

    assert not WrappedKey.objects.filter(pk__in=key_ids).exists()
    with as_owner():
        acts = list(
            Entry.objects.filter(subject=pseudonym).order_by("writer_seq").values_list("act", flat=True)
        )
    assert acts == ["referral:purge", "key:shredded"]


@pytest.mark.sec("SEC-AZ5")
def test_nobody_finds_it_any_more(world, full):
    """Every role, whoever filed it included; the answer is that of a case that never was."""
    kit = full
    batch(world, kit, state="executed")
    purge()

    people = [name for code, name in world.secrets if code == "93"]
    for name in people:
        see_all()
        assert not visibility.visible_to(world.actor(name, at=LONG_AFTER), at=LONG_AFTER).filter(
            pk=kit.case.pk
        )
    for name in ("filer", "crip_coordinator", *some(people, "gone", 4)):
        caller = world.as_(name)
        gone, absent = caller.get(f"referrals/{kit.case.pk}"), caller.get(f"referrals/{uuid4()}")
        bodies = [answer.json() | {"request_id": ""} for answer in (gone, absent)]
        assert (gone.status_code, bodies[0]) == (404, bodies[1]), name
        assert kit.case.reference not in caller.get("referrals").content.decode()
    see_all()
    assert not visibility.own_filings(world.actor("filer", at=AT), at=AT).filter(pk=kit.case.pk).exists()


def test_counts_are_the_same_before_and_after(world, full):
    """§2.8 no. 10: concerns, children, measures and referrals to justice, by each coded fact and year of receipt."""
    kit, kept = full, Kit(world, "triage")
    kit.another_child()
    batch(world, kit, state="executed")
    authority = kit.case.authority_id
    before = aggregates.of_authority(authority)
    assert before[2026, 0, "93", "referral.outcome", "closed_no_action"] == 1
    assert before[2026, 0, "93", "child.outcome", "closed_no_action"] == 2
    assert before[2026, 0, "93", "child.kind", "subject"] == 4

    purge()

    assert aggregates.of_authority(authority) == before
    assert EliminatedCount.objects.exists()
    assert aggregates.of_cases(Referral.objects.filter(pk=kept.case.pk)).total() < before.total()
    assert aggregates.of_authority(world.authorities["75"].pk).total() == 0


def test_a_filing_goes_before_the_file_that_took_it_in(world, over):
    filing, file = archived(world, outcome="merged"), over
    Joining.objects.create(referral=filing.case, target=file.case, kind="same_facts", joined_at=AT)
    batch(world, file, filing, state="executed")

    assert purge() == 2
    assert {state_of(filing), state_of(file)} == {"purged"}


def test_a_file_stays_with_a_filing_that_must_stay(world, over):
    filing, file = archived(world, outcome="merged"), over
    Joining.objects.create(referral=filing.case, target=file.case, kind="same_facts", joined_at=AT)
    made = batch(world, file, filing, state="executed")
    hold(filing)

    purge()

    assert {state_of(filing), state_of(file)} == {"archived"}
    assert {line.referral_id: line.dropped_for for line in made.lines.all()} == {
        filing.case.pk: "hold",
        file.case.pk: "filing_left",
    }


def test_a_filing_is_kept_as_long_as_its_file(world):
    filing, file = archived(world, outcome="merged"), archived(world, outcome="ended")
    Joining.objects.create(referral=filing.case, target=file.case, kind="same_facts", joined_at=AT)
    file.fill.row(
        Measure, child=file.child, type_id="placement_ase", judicial=True, proposed_at=AT, state="ended"
    )

    assert proposed() == 0


@pytest.mark.parametrize("state", ["proposed", "visa_requested", "visa_granted", "refused"])
def test_nothing_is_destroyed_by_a_batch_that_wasnt_executed(world, over, state):
    kit = over
    batch(world, kit, state=state)

    assert purge() == 0
    assert state_of(kit) == "archived"


def test_without_the_key_store_nothing_is_destroyed(world, over, monkeypatch):
    kit = over
    batch(world, kit, state="executed")

    def unreachable(*_):
        raise KeysUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(keys, "shred", unreachable)
        with pytest.raises(KeysUnavailable):
            batch_tasks.purge_executed(LONG_AFTER)
    see_all()
    assert (state_of(kit), kit.case.children.count()) == ("archived", 1)
    assert purge() == 1, "and then it is done"


# --- What the database refuses by itself ---------------------------------------------------------------


ESCAPES = {
    "out of a purge": {"state": "archived"},
    "anything on a purged case": {"department": "93"},
}
ENTRIES = {
    "from another state": ("closed_no_action", "executed", {}),
    "on hold": ("archived", "executed", {"legal_hold": True}),
    "without a tombstone": ("archived", "executed", {"tombstone": None}),
    "without a batch": ("archived", None, {}),
    "by a batch that wasn't executed": ("archived", "visa_granted", {}),
}


@pytest.mark.parametrize("change", ESCAPES.values(), ids=ESCAPES)
def test_nothing_moves_out_of_a_purge(world, over, change):
    kit = over
    batch(world, kit, state="executed")
    purge()

    with pytest.raises(Error, match="a purged case never changes"), transaction.atomic():
        Referral.objects.filter(pk=kit.case.pk).update(version=99, **change)


@pytest.mark.parametrize(("state", "listed", "said"), ENTRIES.values(), ids=ENTRIES)
def test_nothing_is_purged_but_from_the_archive_by_an_executed_batch(world, over, state, listed, said):
    kit = over
    if listed:
        batch(world, kit, state=listed)
    if state != "archived":
        kit.put(state=state)
    values = {"state": "purged", "version": 99, "purged_at": LONG_AFTER, "tombstone": b"x" * 32} | said

    with pytest.raises(Error, match="purged from the archive"), transaction.atomic():
        Referral.objects.filter(pk=kit.case.pk).update(**values)


def test_nothing_on_hold_is_archived(world):
    kit = Kit(world, "ended")
    kit.put(legal_hold=True)

    with pytest.raises(Error, match="on hold is not archived"), transaction.atomic():
        kit.put(state="archived")


def test_a_batch_is_executed_by_another_person(world):
    made = batch(world, state="visa_granted")

    with pytest.raises(Error, match="batch_executed_by_another"), transaction.atomic():
        RetentionBatch.objects.filter(pk=made.pk).update(
            state="executed", executed_at=AT, executed_by=world.user("dpo")
        )
