"""A row of rights that was deleted or put back by hand is named the next night (SEC-AZ22).

Whoever has the database's login and none of its keys has all that the service once wrote, HMACs included.
"""

import json
import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.utils import timezone

from accounts import sessions
from accounts.actor import SYSTEM
from accounts.models import Factor, Identity, RecoveryCode, Session, Token, User
from audit import journal, reading, row_writes
from audit.models import Alarm
from audit.row_writes import WRITTEN, waiting
from encryption.authentic import tables
from encryption.row_writes import Audited, row_of
from referrals.composition import row_history, row_signatures
from referrals.models import (
    Assignment,
    DeclaredTie,
    Exclusion,
    Grant,
    Referral,
    ReferralUserObjectPermission,
    StandIn,
)
from tests.audit.owner import written
from tests.factories.world import FAR
from tests.referrals.workflow.kit import AT, Kit
from tests.security.procedure import seeing_all
from tests.security.test_forged_rows import by_sql, two_of
from tests.shared_fixtures import forget, see_all, shared_fixture

pytestmark = [
    pytest.mark.sec("SEC-AZ22"),
    pytest.mark.both_databases("which rows a statement deletes, and the hooks of a commit"),
]


@shared_fixture
def kit_of_history(world):
    return Kit(world, "triage")


def columns_of(row):
    """Return what a row says, HMAC included, as it is in the table."""
    return type(row)._base_manager.filter(pk=row.pk).values().get()


def put_back(row, columns):
    """Put a row back as it was, by SQL."""
    by_sql(row, **columns)


def told():
    """Let what the running transaction has to tell be told, as its commit does."""
    with transaction.atomic():
        journal.tell_rows()


def named():
    """Return table, what became of it and how many, of the last night."""
    entries = [json.loads(bytes(entry.body)) for entry in written(act=row_signatures.REFUSED)]
    return sorted({(entry["rule"], entry["to"], entry["n"]) for entry in entries})


def follow():
    """Tell what is to be told, and follow; a test that saw all cases does so again."""
    told()
    count = row_history.follow(timezone.now())
    see_all()
    return count


# --- Attacks ------------------------------------------------------------------------------------------


def test_what_was_ended_and_is_set_back_is_named(kit_of_history):
    """Attack: each row as it was before the service ended it, with the HMAC of then."""
    kit = kit_of_history
    with seeing_all():
        user, admin, now = kit.world.user("assessor"), kit.world.user("territory_admin"), AT
        case = {"referral": kit.case, "user": user, "since_at": now}
        right = Permission.objects.get(codename="granted_referral", content_type__app_label="referrals")
        permission = ReferralUserObjectPermission.objects.create(
            user=user, permission=right, content_object=kit.case
        )
        rows = [
            (Grant.objects.create(**case, kind="granted", by=admin.pk, expires_at=FAR, permission=permission), {"ended_at": now}),
            (Assignment.objects.create(**case, role="assessor"), {"until_at": now + timedelta(days=1)}),
            (StandIn.objects.create(
                authority=kit.case.authority, role="assessor", absent=admin, stand_in=user, since_at=now,
                until_at=FAR, named_at=now, named_by=admin.pk,
            ), {"until_at": now + timedelta(days=1)}),
            (user, {"password": "un autre"}),
            (kit.world.memberships["93", "assessor"], {"valid_to": now + timedelta(days=400)}),
            (Referral.objects.get(pk=kit.case.pk), {"restricted": True}),
            (kit.child, {"restricted": True}),
        ]  # fmt: skip
        before = [columns_of(row) for row, _ in rows]
        for row, change in rows:
            for name, value in change.items():
                setattr(row, name, value)
            row.save(update_fields=list(change))
        assert follow() == 0

        for (row, _), columns in zip(rows, before, strict=True):
            put_back(row, columns)

        assert row_signatures.check(AT) == 0, "each is one that the service signed"
        assert follow() == len(rows)
    assert named() == sorted((row._meta.db_table, "set-back", 1) for row, _ in rows)


def test_what_is_gone_is_named(kit_of_history, caplog):
    """Attack: bars and rights deleted before any pass saw them."""
    kit = kit_of_history
    with seeing_all():
        case = {"referral": kit.case, "user": kit.world.user("assessor"), "since_at": AT}
        rows = [
            Exclusion.objects.create(**case, by=kit.user("supervisor")),
            Assignment.objects.create(**case, role="assessor"),
            DeclaredTie.objects.create(user=kit.world.user("assessor"), declared_at=AT, removed_at=AT),
            Factor.objects.create(user=kit.world.user("assessor"), kind="totp", label="x", created_at=AT),
        ]
        for row in rows:
            type(row)._base_manager.filter(pk=row.pk).delete()

        with caplog.at_level(logging.ERROR):
            assert follow() == len(rows)
    assert named() == sorted((row._meta.db_table, "deleted", 1) for row in rows)
    said = {(one.label, one.row, one.code) for one in caplog.records if one.getMessage() == "row refused"}
    assert said == {(row._meta.db_table, str(row.pk), "deleted") for row in rows}
    alarms = {f"row:{row._meta.db_table}:{journal.digest_of(row.pk.bytes)}" for row in rows}
    assert set(Alarm.objects.values_list("key", flat=True)) == alarms


def test_what_the_service_deleted_and_is_put_back_is_named(world):
    """Attack: a recovery code that was used, a factor and an identity that were taken away, a session that was ended."""
    user = world.user("filer")
    rows = [
        RecoveryCode.objects.create(user=user, kept=uuid4().bytes * 2),
        Factor.objects.create(user=user, kind="totp", label="x", created_at=AT),
        Identity.objects.create(user=user, provider="proconnect", subject=uuid4().bytes * 2, bound_at=AT),
        Session.objects.create(
            session_key=uuid4().hex, session_data="x", expire_date=FAR, person=sessions._person(user.pk),
            rights=uuid4().bytes * 2, opened_at=AT, used_at=AT,
        ),
    ]  # fmt: skip
    before = [columns_of(row) for row in rows]
    assert RecoveryCode.objects.filter(user=user, kept=rows[0].kept).delete()[0] == 1
    rows[1].delete()
    user.identities.all().delete()
    sessions.end_all(user.pk)
    assert follow() == 0

    for row, columns in zip(rows, before, strict=True):
        with connection.cursor() as cursor:
            fields = type(row)._meta.concrete_fields
            given = [field.get_db_prep_save(columns[field.attname], connection) for field in fields]
            names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
            marks = ", ".join(["%s"] * len(fields))
            cursor.execute(f"INSERT INTO {type(row)._meta.db_table} ({names}) VALUES ({marks})", given)  # noqa: S608

    assert row_signatures.check(AT) == 0
    assert follow() == len(rows)
    assert named() == sorted((type(row)._meta.db_table, "set-back", 1) for row in rows)


def test_a_finding_stands_until_the_row_is_mended(world):
    user = world.user("assessor")
    before = columns_of(user)
    user.set_password("sept bruyères sous la pluie")
    user.save()
    put_back(user, before)
    assert (follow(), follow()) == (1, 1)

    again = User.objects.get(pk=user.pk)
    again.set_password("une autre encore, plus longue")
    again.save()

    assert follow() == 0


# --- No false alarm -----------------------------------------------------------------------------------


def test_no_row_is_named_that_the_service_wrote(kit_of_history):
    """Enumerated: each table × {made, saved as it is, changed, changed back, deleted}."""
    with seeing_all():
        made = two_of(kit_of_history)
        assert follow() == 0
        for model, (row, other) in made.items():
            row.save()
            if model is User:
                row.password = "un"
                row.save()
                row.password = "deux"
                row.save(update_fields=["password"])
                row.password = "un"
                row.save(update_fields=["password"])
            if model in {Factor, Token, Identity}:
                other.delete()
        for model in (RecoveryCode, Session, Assignment):
            model.objects.all().delete()
        assert follow() == 0


def test_of_two_writes_at_once_the_later_counts(world):
    """Two read the same row, and both write: the first write is lost, as without this, and nothing is named."""
    pk = world.user("assessor").pk
    first, second = User.objects.get(pk=pk), User.objects.get(pk=pk)
    for row, password in ((first, "une"), (second, "deux")):
        row.password = password
        row.save(update_fields=["password"])
    told()
    assert follow() == 0
    third = User.objects.get(pk=pk)
    third.password = "trois"
    third.save(update_fields=["password"])
    assert follow() == 0


def test_what_is_written_meanwhile_is_named_by_nobody(world, monkeypatch):
    user = world.user("assessor")
    user.password = "une"
    user.save()
    told()
    steps_of = row_history._steps
    calls = []

    def and_then_somebody_writes():
        found = steps_of()
        if not calls:
            calls.append(1)
            user.password = "deux"
            user.save()
            told()
        return found

    monkeypatch.setattr(row_history, "_steps", and_then_somebody_writes)

    assert row_history.follow(timezone.now()) == 0


def test_rows_of_before_and_pruned_steps_alarm_nobody(world):
    """What was written before it was told isn't expected; nor that it stays."""
    stand_in = StandIn.objects.create(
        authority=world.authorities["93"], role="assessor", absent=world.user("assessor"),
        stand_in=world.user("assessor_2"), since_at=AT, until_at=FAR, named_at=AT, named_by=uuid4(),
    )  # fmt: skip
    forget()
    StandIn._base_manager.filter(pk=stand_in.pk).delete()
    user = world.user("assessor")
    user.is_active = False
    user.save()
    user.is_active = True
    user.save()

    assert follow() == 0


def test_rows_of_before_are_told_by_the_pass_and_named_from_then_on(world):
    user = world.user("assessor")
    before = columns_of(user)
    assert follow() == 0
    user.password = "une"
    user.save()
    put_back(user, before)
    Token._base_manager.filter(membership=world.memberships["93", "assessor_2"]).delete()

    assert follow() == 2
    assert named() == [("accounts_token", "deleted", 1), ("accounts_user", "set-back", 1)]


def test_many_rows_take_several_entries(world):
    user, before = world.user("filer"), len(written(act=WRITTEN))
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, kept=uuid4().bytes * 2) for _ in range(200))
    told()
    entries = [json.loads(bytes(entry.body)) for entry in written(act=WRITTEN)[before:]]
    assert sorted(entry["n"] for entry in entries) == [40, 80, 80]
    assert follow() == 0
    RecoveryCode._base_manager.filter(user=user).delete()
    assert follow() == 200


# --- How it is told -----------------------------------------------------------------------------------


def test_what_is_rolled_back_is_not_told_and_what_commits_is(world):
    user = world.user("assessor")
    told()
    before = len(written(act=WRITTEN))
    with transaction.atomic():
        user.password = "une"
        user.save()
        transaction.set_rollback(True)
    assert not waiting(connection)
    user.refresh_from_db()
    user.password = "deux"
    user.save()
    with transaction.atomic():
        told()
        transaction.set_rollback(True)
    assert len(waiting(connection)) == 1, "its entry was rolled back"
    told()
    assert not waiting(connection)
    (entry,) = written(act=WRITTEN)[before:]
    with reading.as_auditor():
        *_, step = row_writes.steps()
    assert step.row == row_of(user.pk)
    assert json.loads(bytes(entry.body))["n"] == 1


def test_it_goes_with_the_entry_of_the_act_in_one_statement(world, django_assert_num_queries):
    held = Token.objects.get(pk=world.memberships["93", "assessor"].tokens.get().pk)
    told()
    with django_assert_num_queries(2):  # the token, and both entries
        held.revoked_at = AT
        held.save(update_fields=["revoked_at"])
        journal.record("token:revoked", actor=SYSTEM, at=AT)
    act, rows = written(act="token:revoked")[-1], written(act=WRITTEN)[-1]
    assert (act.writer, act.writer_seq) == (rows.writer, rows.writer_seq + 1)


def test_no_write_goes_untold(world):
    """What the journal couldn't be told of isn't done: a statement with a condition of its own, rows that may be there."""
    user = world.user("assessor")
    with pytest.raises(TypeError, match="save or update"):
        user.signed(password="une")
    with pytest.raises(TypeError, match="told of each"):
        RecoveryCode.objects.bulk_create([RecoveryCode(user=user, kept=bytes(32))], ignore_conflicts=True)


def test_an_entry_of_rows_names_nobody(world):
    """Nor do two about the same row have anything in common: it would join the pseudonyms of an account (SEC-CR20)."""
    user = world.user("assessor")
    for password in ("une", "deux", "une"):
        user.password = password
        user.save()
        told()
    entries = [json.loads(bytes(entry.body)) for entry in written(act=WRITTEN)[-3:]]
    keys = ("actor", "obj", "tenant", "role", "org", "obo", "ip", "ua", "dev", "rid", "trace", "auth", "pd")
    assert {str([entry[key] for key in keys]) for entry in entries} == {
        str([[] if key == "obj" else None for key in keys])
    }
    pieces = [piece for entry in entries for piece in entry["fields"]]
    assert len(set(pieces)) == len(pieces)


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_it_is_told_before_the_commit_or_nothing_is_done(world, monkeypatch):
    before = len(written(act=WRITTEN))
    user = world.user("assessor")
    user.password = "une"
    user.save()
    assert len(written(act=WRITTEN)) == before + 1

    def fails(*_: object, **__: object) -> None:
        raise journal.JournalUnavailable

    monkeypatch.setattr(journal, "tell_rows", fails)
    with pytest.raises(journal.JournalUnavailable):
        User.objects.filter(pk=user.pk).update(password="deux")
    assert not connection.in_atomic_block
    assert User.objects.get(pk=user.pk).password == "une"


def test_each_table_says_what_is_told_of_it():
    """Registry: all is told of a table, or it is said here why not."""
    apart = {model._meta.db_table: model.mac_field().audited for model in tables()}
    assert {table: kind for table, kind in apart.items() if kind is not Audited.WHOLE} == {
        "accounts_accountrequest": ("decided_at", "accepted"),  # strangers make them
        "accounts_mailedlink": Audited.NOTHING,  # bound to the account as it was
        "accounts_session": Audited.ENDS,  # used each minute
        "audit_alarm": Audited.NOTHING,  # raised again by what raised it
        "referrals_casewatch": Audited.NOTHING,  # made anew each night
        "referrals_child": ("restricted",),  # cells and counter: SEC-CR21
        "referrals_referral": ("authority", "unit", "restricted", "shared_with"),  # id., and its version
    }
