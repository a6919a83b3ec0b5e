"""An earlier value put back is noticed (SEC-CR21): whoever has the database's login, and copies of what it held before."""

import json
import logging
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import journal
from audit.models import Alarm
from directory.models import ErrorReport, Place, Service
from encryption.authentic import SignedQuerySet
from encryption.cells import Celled, counter_of, tables
from encryption.errors import RowChanged
from encryption.fields import sealed_fields
from referrals.composition import sealed_cells
from referrals.composition.row_signatures import NIGHTS, REFUSED, cells_of
from referrals.models import (
    PARTS,
    AccessOpinion,
    AccessPart,
    AccessRedaction,
    AccessRequest,
    Assignment,
    Attachment,
    CaseExport,
    CaseWatch,
    Child,
    DataBreach,
    DeclaredTie,
    DuplicateCandidate,
    EmergencySearch,
    Holder,
    IndexValue,
    Inquiry,
    Letter,
    Rectification,
    Referral,
    RowApproval,
    StepRecord,
)
from referrals.retention import elimination
from tests.audit.owner import written
from tests.factories.concerns import concern
from tests.referrals.workflow.filled import canary
from tests.referrals.workflow.kit import AT, Kit
from tests.security.procedure import seeing_all
from tests.shared_fixtures import shared_fixture

pytestmark = [
    pytest.mark.sec("SEC-CR21"),
    pytest.mark.both_databases("bytes and JSON as they are read back, rows under lock"),
]
#: Rows of no case, each under a key of its own.
OF_NO_CASE = {CaseExport, DeclaredTie, EmergencySearch, Inquiry, RowApproval, AccessOpinion, AccessPart,
              AccessRedaction, AccessRequest, DataBreach, ErrorReport, Place, Service}  # fmt: skip
SEALED = list(dict.fromkeys(field.model for field in sealed_fields() if issubclass(field.model, Celled)))


def by_sql(row: Any, **changes: Any) -> None:
    """Change a row as somebody does who has the database and no key."""
    type(row)._base_manager.filter(pk=row.pk).update(**changes)


def whole(world: Any) -> Kit:
    """Return a case with a value in every cell of every table."""
    kit = Kit(world, "triage")
    fill, other = kit.fill, world.user("supervisor", "75")
    fill.child, fill.holder = kit.child, kit.holder
    for model in PARTS.values():
        if model not in {Child, Holder}:
            fill.row(model)
    fill.row(
        Attachment, kind="letter", access_class="G", media="pdf", scan="clean", at=AT, role="filer", size=1,
        original_size=1, object=uuid4(),
    )  # fmt: skip
    fill.procedure(other=other, service=world.services["93"])
    fill.exchanges(other=other)
    fill.transfer(other=other, target=world.authorities["75"])
    fill.record(user=world.user("ase_inspector", "75"), other=other)
    fill.row(Assignment, user=other, role="assessor", since_at=AT)
    fill.row(DuplicateCandidate, other=Kit(world, "triage").case, suggested_at=AT)
    fill.row(Letter, kind="child_letter", prepared_by=other)
    made = Rectification(
        referral=kit.case, model="fact", row=kit.child.pk, field="text", access_class="D", at=AT, by=other.pk
    )
    for name in Rectification.cells_field().cells:
        field: Any = Rectification._meta.get_field(name)
        setattr(made, name, fill.keys["case"].seal(field, made.pk, canary(field)))
    made.save()
    return kit


@shared_fixture
def two_cases(world):
    """Two such cases, which the pass has seen."""
    with seeing_all():
        kits = [whole(world) for _ in range(2)]
    assert look() == 0
    return kits


def look(first: Any = AT) -> int:
    """Look each night of a week; return how many rows were found in it."""
    return sum(sealed_cells.look(first + timedelta(days=night)) for night in range(NIGHTS))


def told() -> set[tuple[str, str]]:
    """Return what the journal was told of, by table."""
    entries = (json.loads(bytes(entry.body)) for entry in written(act=REFUSED))
    return {(entry["rule"], entry["to"]) for entry in entries}


def first_rows(kit: Kit) -> dict[type[Celled], Any]:
    """Return a row of each table of a case with sealed cells."""
    rows = (
        (model, model._base_manager.filter(referral=kit.case).first())
        for model in SEALED
        if model not in OF_NO_CASE
    )
    return {model: row for model, row in rows if row is not None}


def test_each_cell_counts_as_the_service_wrote_it_last(two_cases):
    """Enumerated: sealed column × {another version of its own, NULL, of another row}, without opening one."""
    kit, beside = two_cases
    with seeing_all():
        rows, others = first_rows(kit), first_rows(beside)
        assert set(rows) == set(SEALED) - OF_NO_CASE
        tried = 0
        for model, row in rows.items():
            assert cells_of(model).get(pk=row.pk).cells_hold()
            for name in model.cells_field().cells:
                field, value = model._meta.get_field(name), getattr(row, name)
                earlier = kit.fill.keys[field.key].seal(field, row.pk, canary(field))
                for put in (earlier, None, getattr(others[model], name)):
                    if put != value:
                        with (
                            suppress(IntegrityError),
                            transaction.atomic(),
                        ):  # or the database refuses it by itself
                            by_sql(row, **{name: put})
                            assert not cells_of(model).get(pk=row.pk).cells_hold(), (model, name)
                            tried += 1
                            transaction.set_rollback(True)
            for stored in (None, others[model].cells, bytes(40), b"x"):
                by_sql(row, cells=stored)
                assert not cells_of(model).get(pk=row.pk).cells_hold(), model
            by_sql(row, cells=row.cells)
            assert cells_of(model).get(pk=row.pk).cells_hold()
    assert tried > 2 * len(sealed_fields())
    assert {model.cells_field()._purpose for model in tables()} == {
        f"cells.{m._meta.db_table}" for m in tables()
    }


def test_several_values_of_one_row_are_corrected_by_one_step_and_no_alarm_follows(two_cases):
    """T42: the birth date with the name, and what is derived from it, are all written into the one child (0041)."""
    kit, _ = two_cases
    values = {"last_name": "Autrement", "birth_date": "2010-05-17", "school_name": "Collège des Essais"}
    corrections = [
        {"part": "children", "row": str(kit.child.pk), "field": field, "value": value}
        for field, value in values.items()
    ]
    kit.ask("referral", "rectify", {"corrections": corrections, "reason": "Identité établie."})

    with seeing_all():
        assert Child.objects.get(pk=kit.child.pk).cells_hold()
    assert look() == 0


def test_every_table_with_sealed_cells_is_signed_by_whatever_writes():
    ours = ("directory", "referrals")
    assert {field.model for field in sealed_fields() if field.model._meta.app_label in ours} == set(SEALED)
    assert all(isinstance(model._default_manager.all(), SignedQuerySet) for model in tables())


def test_each_way_of_writing_raises_the_counter(two_cases):
    kit, _ = two_cases
    field = Child._meta.get_field("last_name")

    def sealed() -> Any:
        return kit.fill.keys["case"].seal(field, kit.child.pk, "Autre")

    def now() -> int:
        row = cells_of(Child).get(pk=kit.child.pk)
        assert row.cells_hold()
        return counter_of(row.cells)

    with seeing_all():
        begun = now()
        row = Child.objects.get(pk=kit.child.pk)
        row.last_name = sealed()
        row.save()
        row.last_name, row.address = sealed(), None  # of which one is written
        row.save(update_fields=["last_name"])
        assert now() == begun + 2
        row.save(update_fields=["address"])
        Child.objects.filter(pk=row.pk).update(last_name=sealed())
        part = Child.objects.only("last_name").get(pk=row.pk)
        part.last_name = sealed()
        part.save()
        assert now() == begun + 5
        Child.objects.filter(pk=row.pk).update(under_2=True)
        assert now() == begun + 5, "no cell was written"


def test_no_later_write_makes_a_forged_cell_good(two_cases):
    """Attack: an earlier name, and then somebody of the team corrects the address."""
    kit, beside = two_cases
    with seeing_all():
        by_sql(kit.child, last_name=Child.objects.get(pk=beside.child.pk).last_name)
        row = Child.objects.get(pk=kit.child.pk)
        row.address = None
        row.save(update_fields=["address"])
        row.refresh_from_db(fields=["under_2"])
        row.save()
    assert look() == NIGHTS, "each night"
    assert told() == {("referrals_child", sealed_cells.ALTERED)}


@pytest.mark.parametrize("way", ["whole", "by name"])
def test_a_copy_that_is_out_of_date_is_not_written(two_cases, caplog, way):
    """Attack, or a defect: two copies of a row, of which the later write would bear the same counter as the first."""
    kit, _ = two_cases
    field = Child._meta.get_field("last_name")
    names = {"whole": None, "by name": ["last_name"]}[way]
    with seeing_all():
        first, stale, clear = (Child.objects.get(pk=kit.child.pk) for _ in range(3))
        first.last_name = kit.fill.keys["case"].seal(field, first.pk, "Premier")
        with CaptureQueriesContext(connection) as said:
            first.save()
        assert len(said) == 1, "no query more"
        stale.last_name = kit.fill.keys["case"].seal(field, stale.pk, "Second")
        with pytest.raises(RowChanged), transaction.atomic(), caplog.at_level(logging.ERROR):
            stale.save(update_fields=names)
        assert Child.objects.get(pk=stale.pk).last_name.ciphertext == first.last_name.ciphertext
        clear.save(update_fields=["under_2"])  # no cell goes along
        first.save()
        Child.objects.filter(pk=first.pk).update(last_name=first.last_name)
    (said_of,) = [record for record in caplog.records if record.getMessage() == "stale write refused"]
    assert (said_of.label, said_of.row) == ("referrals_child", str(stale.pk))
    assert look() == 0


def test_a_copy_of_a_row_that_is_gone_does_not_bring_it_back(two_cases):
    kit, _ = two_cases
    with seeing_all():
        row = StepRecord._base_manager.filter(referral=kit.case).first()
        with transaction.atomic(), suppress(DatabaseError):
            type(row)._base_manager.filter(pk=row.pk).delete()
            with pytest.raises(RowChanged):
                row.save()
            transaction.set_rollback(True)


def test_a_stale_write_is_answered_and_nothing_is_kept_of_it(two_cases, monkeypatch):
    """A defect by which a step writes a copy that is out of date: 409, and the case is as it was."""
    kit, _ = two_cases
    with seeing_all():
        before = Referral.objects.get(pk=kit.case.pk).version
    monkeypatch.setattr(Celled, "_sign_cells", lambda self, **_: self.__dict__.update(_cells_read=bytes(40)))
    correction = {"part": "children", "row": str(kit.child.pk), "field": "last_name", "value": "Autrement"}
    answer = kit.world.as_("crip_coordinator").post(
        f"referrals/{kit.case.pk}/rectify",
        {"corrections": [correction], "reason": "Identité établie."},
        version=before,
        key=uuid4().hex,
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "row-changed")
    with seeing_all():
        assert Referral.objects.get(pk=kit.case.pk).version == before


@pytest.mark.slow("looks through five weeks of nights")
def test_what_was_altered_deleted_or_set_back_is_named_within_a_week(two_cases, caplog):
    """Attack: in every table a row with an older ciphertext, one set back whole with its HMAC, and one that is gone."""
    kit, beside = two_cases
    with seeing_all():
        before = first_rows(kit)
        for model, row in before.items():
            written_again = model._base_manager.get(pk=row.pk)
            written_again.save()
    assert look() == 0
    opened = len(written(act="field:opened"))
    with seeing_all():
        for model, row in before.items():
            by_sql(row, cells=row.cells, **{name: getattr(row, name) for name in model.cells_field().cells})
    with caplog.at_level(logging.ERROR):
        assert look() == len(before)
    named = {(r.label, UUID(r.row), r.code) for r in caplog.records if r.getMessage() == "cells refused"}
    assert named == {(model._meta.db_table, row.pk, "set-back") for model, row in before.items()}
    assert look() == len(before), "until they are back"
    with seeing_all():
        gone = {
            model: set(model._base_manager.filter(referral=beside.case).values_list("pk", flat=True))
            for model in before
        }
        for table in elimination.DESTROYED:
            if table is not CaseWatch:
                table._base_manager.filter(referral=beside.case).delete()
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        look()
    named = {
        (r.label, UUID(r.row))
        for r in caplog.records
        if getattr(r, "code", "") == "deleted" and hasattr(r, "row")
    }
    assert named == {
        (model._meta.db_table, pk) for model, keys in gone.items() for pk in keys if tracked(model)
    }
    assert len(written(act="field:opened")) == opened, "nothing is opened"
    assert "canary" not in caplog.text


def night_of_neither(*kits: Kit) -> Any:
    """Return a night on which the seventh that is compared holds none of these cases."""
    turns = {kit.case.pk.int % NIGHTS for kit in kits}
    return next(
        night
        for night in (AT + timedelta(days=later) for later in range(NIGHTS))
        if night.toordinal() % NIGHTS not in turns
    )


def exchanged(one: Any, other: Any, *names: str) -> None:
    """Exchange columns of two rows, as somebody does who has the database and no key."""
    for row, from_ in ((one, other), (other, one)):
        by_sql(row, **{name: getattr(from_, name) for name in names})


def named(caplog: pytest.LogCaptureFixture) -> set[tuple[str, UUID, str]]:
    """Return the rows that the operator's log named: table, id, and what became of each."""
    said = (record for record in caplog.records if record.getMessage() == "cells refused")
    return {(record.label, UUID(record.row), record.code) for record in said}


def test_cells_exchanged_between_two_cases_are_named_that_night(two_cases, caplog):
    """Attack: in each table the sealed columns of two rows change places, and what the service signed goes along."""
    night = night_of_neither(*two_cases)
    with seeing_all():
        rows, others = map(first_rows, two_cases)
        for model, row in rows.items():
            exchanged(row, others[model], "cells", *model.cells_field().cells)
    opened = len(written(act="field:opened"))
    with caplog.at_level(logging.ERROR):
        assert sealed_cells.look(night) == 2 * len(rows)
    assert named(caplog) == {
        (model._meta.db_table, row.pk, "altered") for found in (rows, others) for model, row in found.items()
    }
    entries = [json.loads(bytes(entry.body)) for entry in written(act=REFUSED)]
    assert {entry["tenant"] for entry in entries} == {str(two_cases[0].case.authority_id)}
    assert all(entry["obj"] for entry in entries), "each names its case to the auditors"
    assert set(Alarm.objects.values_list("key", flat=True)) == {
        f"row:{table}:{journal.digest_of(pk.bytes)}" for table, pk, _ in named(caplog)
    }
    assert len(written(act="field:opened")) == opened, "nothing is opened"


def test_rows_that_went_to_another_case_are_named_that_night(two_cases, world, caplog):
    """Attack: in each table two rows change cases, with their cells, signatures and index values."""
    night = night_of_neither(*two_cases)
    kit, beside = two_cases
    with seeing_all():
        rows, others = map(first_rows, two_cases)
        for found in (rows, others):  # the coordinator's seat has nothing sealed, and an HMAC of its own
            found[Assignment] = Assignment.objects.get(referral=found[Child].referral_id, role="assessor")
        for model, row in rows.items():
            change_cases(row, others[model])
        rows_in_index = IndexValue.objects.filter(row__in=[kit.child.pk, beside.child.pk])
        for pk, referral in list(rows_in_index.values_list("pk", "referral_id")):
            to = beside.case.pk if referral == kit.case.pk else kit.case.pk
            IndexValue.objects.filter(pk=pk).update(referral=to)
    with caplog.at_level(logging.ERROR):
        found = sealed_cells.look(night)
    assert named(caplog) == {
        (model._meta.db_table, row.pk, "moved") for found in (rows, others) for model, row in found.items()
    }
    assert found == 2 * len(rows)


def change_cases(one: Any, other: Any) -> None:
    """Let two rows change cases by SQL; where a case has one such row alone, by way of a case that has none."""
    model, pair = type(one), (one.referral_id, other.referral_id)
    if model is Assignment:  # a person is on a case in one role once
        Assignment.objects.filter(referral__in=pair).exclude(pk__in=[one.pk, other.pk]).delete()
    between = Referral._base_manager.get(pk=pair[0])
    between.pk, between.reference, between._state.adding = uuid4(), uuid4().hex[:16], True
    between.save()
    for row, to in ((one, between.pk), (other, pair[0]), (one, pair[1])):
        model._base_manager.filter(pk=row.pk).update(referral=to)
    Referral._base_manager.filter(pk=between.pk).delete()


def test_a_row_without_sealed_values_that_went_to_another_case_is_named_within_a_week(two_cases):
    """No key says whose it is; what the pass saw does. A joining takes rows along, and is told apart."""
    kit, beside = two_cases
    with seeing_all():
        row = Holder._base_manager.filter(referral=kit.case).first()
        for name in Holder.cells_field().cells:
            setattr(row, name, None)
        row.save()
    turns = [
        AT + timedelta(days=each.case.pk.int % NIGHTS - AT.toordinal() % NIGHTS) for each in (kit, beside)
    ]
    assert sealed_cells.look(turns[0]) == 0
    with seeing_all():
        by_sql(row, referral=beside.case)
    assert sealed_cells.look(night_of_neither(*two_cases)) == 0
    assert sealed_cells.look(turns[0]) == 1
    assert ("referrals_holder", "moved") in told()
    assert [sealed_cells.look(turn) for turn in turns] == [0, 0], (
        "it was named, and belongs there from then on"
    )


def tracked(model: type) -> bool:
    return issubclass(model, Celled)


def test_a_case_set_back_as_a_whole_is_noticed(two_cases):
    """Attack: the case with its version and each row, and what the pass saw of it beside."""
    kit, _ = two_cases
    with seeing_all():
        watch = CaseWatch.objects.get(pk=kit.case.pk)
        Referral.objects.filter(pk=kit.case.pk).update(version=F("version") + 1)
    assert sealed_cells.look_at_moved(AT) == 0
    with seeing_all():
        assert CaseWatch.objects.get(pk=kit.case.pk).version == kit.case.version + 1
        by_sql(kit.case, version=kit.case.version)
    assert sealed_cells.look_at_moved(AT) == 1
    assert sealed_cells.look(AT) >= 1
    assert ("referrals_referral", "set-back") in told()
    with seeing_all():
        by_sql(watch, version=1, rows={}, mac=watch.mac)
    assert sealed_cells.look(AT + timedelta(days=kit.case.pk.int % NIGHTS - AT.toordinal() % NIGHTS)) == 1
    assert ("referrals_casewatch", sealed_cells.ALTERED) in told()
    with seeing_all():
        CaseWatch._base_manager.filter(pk=kit.case.pk).delete()
    assert sealed_cells.look(AT + timedelta(days=30)) == 1
    assert ("referrals_casewatch", "deleted") in told()
    assert sealed_cells.look(AT + timedelta(days=30)) == 0


def test_a_case_row_put_back_under_its_present_version_is_named_that_night(two_cases, caplog):
    """Attack: what the row's HMAC covers as it was before the last step, with that HMAC; the version stays.

    Here the status by which the lead for exploitation reads the case: neither the version nor the journal's steps of
    rows tell of it; what was seen does.
    """
    kit, _ = two_cases
    with seeing_all():
        before = Referral.objects.get(pk=kit.case.pk)
        kit.put(prostitution_status="refuted", version=before.version + 1)
        after = Referral.objects.get(pk=kit.case.pk)
    assert sealed_cells.look_at_moved(AT) == 0
    with seeing_all():
        by_sql_alone(before, "prostitution_status", "mac")
        assert Referral.objects.get(pk=kit.case.pk).is_authentic
    night = night_of_neither(kit)
    with caplog.at_level(logging.ERROR):
        assert [sealed_cells.look(night), sealed_cells.look(night)] == [1, 1], "until it is back"
    assert named(caplog) == {("referrals_referral", kit.case.pk, "set-back")}
    with seeing_all():
        by_sql_alone(after, "prostitution_status", "mac")
    assert look() == 0


def by_sql_alone(row: Any, *names: str) -> None:
    """Put columns of a row back as they were read, unsigned."""
    QuerySet(type(row)).filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})


def test_a_draft_of_weeks_is_not_taken_for_a_case_that_lost_what_was_seen_of_it(world):
    draft = world.as_("filer").post("referrals", concern(), key="a-draft-of-weeks")
    assert draft.status_code == 201
    at = timezone.now() + timedelta(days=10)
    assert look(at) == look(at + timedelta(days=NIGHTS)) == 0


def test_cells_of_before_are_signed_by_one_command(two_cases):
    """What the release of before wrote bears nothing; cells that fail aren't signed by it."""
    kit, beside = two_cases
    with seeing_all():
        for model in tables():
            model._base_manager.update(cells=None)
        by_sql(kit.child, cells=bytes(40))
    call_command("sign_rows", "--again", stdout=StringIO())
    assert look() == NIGHTS, "and none that was seen before is taken for one set back"
    assert told() == {("referrals_child", sealed_cells.ALTERED)}
    with seeing_all():
        assert cells_of(Child).get(pk=beside.child.pk).cells_hold()
        assert not cells_of(Child).get(pk=kit.child.pk).cells_hold()


def test_of_too_many_it_is_told_how_many_more(two_cases, monkeypatch):
    kit, _ = two_cases
    monkeypatch.setattr(sealed_cells, "_NAMED", 2)
    with seeing_all():
        count = StepRecord._base_manager.filter(referral=kit.case).update(cells=None)
    assert sealed_cells.look(AT) == count > 3
    entries = [json.loads(bytes(entry.body)) for entry in written(act=REFUSED)]
    assert sorted((entry["n"], bool(entry["pd"])) for entry in entries) == [
        (1, True),
        (1, True),
        (count - 2, False),
    ]
