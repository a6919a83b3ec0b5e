"""A row that the service didn't write gives no right (SEC-AZ22): whoever has the database's login and none of its keys."""

import json
import logging
import re
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.db.models import F, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import access as accounts_access
from accounts import actions, factors
from accounts.actions.tokens import revoke_now
from accounts.actor import SYSTEM
from accounts.contacts import contacts_of
from accounts.models import (
    AccountRequest,
    CalendarFeed,
    Factor,
    FactorReset,
    GrantRequest,
    GuidanceReview,
    Identity,
    ImportRun,
    MailedLink,
    Membership,
    Provisioning,
    RecoveryCode,
    Session,
    Token,
    Unit,
    User,
)
from accounts.roles import POWERFUL, Role
from accounts.signin import hashed
from audit import appendonly, journal
from audit.models import Alarm, SubjectPseudonym
from directory.models import ConfirmationLink
from encryption.authentic import AuthenticQuerySet, MacField, SignedQuerySet, tables
from encryption.hidden import HiddenInstantField
from referrals.access import (
    case_ties,
    child_sight,
    emergency_openings,
    joined_filings,
    relations,
    transfer_requests,
    visibility,
)
from referrals.composition import row_signatures
from referrals.models import (
    AccessFile,
    AccessOpinion,
    AccessPart,
    AccessRedaction,
    AccessRequest,
    Approval,
    Assignment,
    CaseExport,
    CaseWatch,
    Child,
    DataBreach,
    DeclaredTie,
    EmergencyApproval,
    EmergencySearch,
    EmergencySheet,
    Exclusion,
    Grant,
    Inquiry,
    Joining,
    Letter,
    Measure,
    PseudonymLookup,
    Referral,
    ReferralUserObjectPermission,
    RotaShift,
    RowApproval,
    SheetReader,
    StandIn,
    TransferReceiver,
    TransferRequest,
)
from referrals.runaways import queries as runaways_queries
from tests.audit.owner import as_owner, written
from tests.directory.entries import a_service
from tests.factories.concerns import concern
from tests.factories.factors import sign_in_fully
from tests.factories.world import FAR, Caller, World
from tests.referrals.workflow.kit import AT, BODY, RIGHT, Kit
from tests.security.procedure import seeing_all
from tests.shared_fixtures import shared_fixture

pytestmark = [
    pytest.mark.sec("SEC-AZ22"),
    pytest.mark.both_databases("what rows say in SQL, and the role that reads entries"),
]
BARS = {Exclusion, DeclaredTie}
#: Rows that are there whether or not the service wrote them: who reads a right off one asks it.
THERE = {
    *BARS, Alarm, CaseWatch, Child, EmergencySheet, Joining, Measure, Provisioning, Referral, SheetReader, TransferReceiver, TransferRequest,
}  # fmt: skip
PASSWORD = "sept bruyères sous la pluie"


def signed_in(world: World) -> Client:
    """Return the browser of a filer who has signed in."""
    user, client = world.user("filer"), Client()
    user.set_password(PASSWORD)
    user.save()
    sign_in_fully(client, user, PASSWORD)
    return client


def by_sql(row: Any, **changes: Any) -> None:
    """Change a row as somebody does who has the database and no key."""
    type(row)._base_manager.filter(pk=row.pk).update(**changes)


def inserted(row: Any, **changes: Any) -> Any:
    """Insert a copy of a row, HMAC included, under another id and with changes; return its key."""
    model = type(row)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    values = {field.attname: getattr(row, field.attname) for field in fields} | changes
    if model._meta.pk.attname not in changes:
        values[model._meta.pk.attname] = uuid4()
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    given = [field.get_db_prep_save(values[field.attname], connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})",  # noqa: S608
            given,
        )
    return values[model._meta.pk.attname]


def two_of(kit: Kit) -> dict[type, tuple[Any, Any]]:
    """Return two rows of each table that gives rights, as the service writes them."""
    world, users = kit.world, kit.world.users
    first, second = users["93", "assessor"], users["93", "assessor_2"]
    admin, at = users["93", "territory_admin"], AT
    place = world.authorities["93"]
    people = (first, second)

    def both(model: type, **same: Any) -> tuple[Any, Any]:
        made = tuple(
            model.objects.create(
                **{name: value(one) if callable(value) else value for name, value in same.items()}
            )
            for one in people
        )
        return made[0], made[1]

    of = lambda one: one  # noqa: E731 - said often
    secret = lambda _: uuid4().bytes * 2  # noqa: E731 - id.
    case = {"referral": kit.case, "user": of, "since_at": at}
    right = Permission.objects.get(codename="granted_referral", content_type__app_label="referrals")
    guardians = iter(
        [
            ReferralUserObjectPermission.objects.create(user=one, permission=right, content_object=kit.case)
            for one in people
        ]
    )
    return {
        User: people,
        Membership: tuple(world.memberships["93", name] for name in ("assessor", "assessor_2")),
        Token: tuple(world.memberships["93", name].tokens.get() for name in ("assessor", "assessor_2")),
        Factor: both(Factor, user=of, kind="totp", label="x", created_at=at),
        RecoveryCode: both(RecoveryCode, user=of, kept=secret),
        FactorReset: both(FactorReset, user=of, asked_by=admin, asked_at=at),
        GrantRequest: both(
            GrantRequest, user=of, role=sorted(POWERFUL)[0], authority=place, asked_by=admin, asked_at=at
        ),
        Provisioning: both(Provisioning, user=of, act="invited", by=admin, at=at),
        Identity: both(Identity, user=of, provider="proconnect", subject=secret, bound_at=at),
        MailedLink: both(MailedLink, user=of, kept=secret, bound=secret, expires_at=FAR),
        CalendarFeed: both(
            CalendarFeed, user=of, label="x", language="fr", sha256=lambda _: uuid4().hex * 2, made_on=at.date(),
            ends_on=at.date() + timedelta(days=90),
        ),
        GuidanceReview: both(
            GuidanceReview, authority=place, path="faire/x", language="fr", digest=lambda one: one.pk.hex * 2, name="x",
            function="x", body="x", reviewed_on=at.date(), until=at.date() + timedelta(days=90), typed_by=of, typed_at=at,
        ),
        AccountRequest: both(
            AccountRequest, user=of, role="filer", authority=place, asked_at=at, confirmed_at=at
        ),
        ImportRun: both(
            ImportRun, authority=place, source="people", tried_by=of, tried_at=at, digest=lambda one: one.pk.hex * 2
        ),
        Session: both(
            Session, session_key=lambda _: uuid4().hex, session_data="x", expire_date=FAR, person=secret,
            rights=secret, opened_at=at, used_at=at,
        ),
        Assignment: both(Assignment, **case, role="assessor"),
        Approval: both(
            Approval, referral=kit.case, step="reorient", machine="referral", proposer=admin,
            proposer_role="assessor", approver=of, asked_state="triage", requested_at=at, expires_at=FAR,
        ),
        Exclusion: both(Exclusion, **case, by=admin.pk),
        Grant: both(
            Grant, **case, kind="granted", by=admin.pk, expires_at=FAR, permission=lambda _: next(guardians)
        ),
        StandIn: tuple(
            StandIn.objects.create(
                authority=place, role=role, absent=first, stand_in=second, since_at=at, until_at=FAR,
                named_at=at, named_by=admin.pk,
            )
            for role in ("assessor", "case_referent")
        ),
        CaseExport: tuple(
            CaseExport.objects.create(
                authority=place, asked_by=one, asked_at=at, purpose="meeting", cases=[str(kit.case.pk)], key=uuid4()
            )
            for one in people
        ),
        ConfirmationLink: tuple(
            ConfirmationLink.objects.create(
                service=a_service(kit.world), kept=bytes([number]) * 32, made_at=at, expires_at=FAR
            )
            for number in (1, 2)
        ),
        EmergencyApproval: both(
            EmergencyApproval, authority=place, user=of, asked_at=at,
            shift=lambda _: RotaShift.objects.create(
                authority=place, user=admin, place="first", starts_at=at, ends_at=FAR, made_at=at, made_by=admin
            ),
        ),
        EmergencySearch: both(
            EmergencySearch, authority=place, user=of, searched_at=at, ground="found", review_due_at=FAR,
            cases=lambda _: [str(kit.case.pk)], key=lambda _: uuid4(),
            shift=lambda _: RotaShift.objects.create(
                authority=place, user=admin, place="first", starts_at=at, ends_at=FAR, made_at=at, made_by=admin
            ),
        ),
        PseudonymLookup: both(
            PseudonymLookup, authority=place, kind="case", ground="complaint", sought=secret, asked_by=of,
            asked_as="auditor", asked_at=at,
        ),
        Inquiry: both(
            Inquiry, thread=lambda _: uuid4(), side="asked", authority=place, other=world.authorities["75"],
            reference="x", urgency="U1", ground="lived_there", holders="told", asked_at=at, key=lambda _: uuid4(),
        ),
        **access_rows(kit, place, people, at),
        DataBreach: both(
            DataBreach, authority=place, declared_at=at, source="noticed", aware_at=at, due_at=FAR, key=lambda _: uuid4(),
        ),
        RowApproval: both(
            RowApproval, authority=place, machine="batch", target=lambda _: uuid4(), step="execute", proposer=admin,
            proposer_role="dpo", approver=of, asked_state="proposed", requested_at=at, expires_at=FAR,
            key=lambda _: uuid4(),
        ),
        DeclaredTie: both(DeclaredTie, user=of, declared_at=at, removed_at=at),
        Alarm: both(Alarm, key=lambda one: f"column:act:{one.pk}", at=at, told_at=at, settled_at=at),
        **two_of_a_case(kit),
    }  # fmt: skip


def access_rows(kit: Kit, place: Any, people: Any, at: Any) -> dict[type, tuple[Any, Any]]:
    """Return two rows of each table of access requests."""
    beside = Kit(kit.world, "triage")
    requests = tuple(
        AccessRequest.objects.create(
            authority=place, reference=uuid4().hex[:20], requester="holder", right="access", wanted="all", way="letter",
            recorded_by=one, recorded_at=at, received_on=at.date(), due_at=at, key=uuid4(),
        )
        for one in people
    )  # fmt: skip
    parts = [AccessPart.objects.create(request=one, position=0) for one in requests]
    admin = kit.world.user("territory_admin")
    return {
        AccessRequest: requests,
        AccessFile: tuple(
            AccessFile.objects.create(request=one, referral=case, added_at=at)
            for one, case in zip(requests, (kit.case, beside.case), strict=True)
        ),
        AccessRedaction: tuple(
            AccessRedaction.objects.create(request=one, part=part, code="filer", by=admin, at=at, lifted_at=at, lifted_by=admin)
            for one, part in zip(requests, parts, strict=True)
        ),
        AccessOpinion: tuple(
            AccessOpinion.objects.create(
                request=one, asked=user, role="ase_inspector", asked_by=admin, asked_at=at, answered_at=at, verdict="send",
                later_on=at.date(), noted_on=at.date(),
            )
            for one, user in zip(requests, people, strict=True)
        ),
    }  # fmt: skip


def two_of_a_case(kit: Kit) -> dict[type, tuple[Any, Any]]:
    """Return two rows of each table of a case that says to whom what of it is open."""
    beside = Kit(kit.world, "triage")
    cases, target = (kit.case, beside.case), kit.world.authorities["75"]
    asked = tuple(
        one.fill.row(
            TransferRequest, reference=one.case.reference, authority=one.case.authority, target=target,
            ground="moved", channel="electronic", asked_by=kit.user("supervisor"), asked_at=AT,
        )
        for one in (kit, beside)
    )  # fmt: skip
    sheets_made = tuple(
        one.fill.row(
            EmergencySheet, child=one.child, reference="x", authority=one.case.authority, opened_at=AT
        )
        for one in (kit, beside)
    )
    user = kit.world.user("supervisor", "75")
    return {
        Referral: tuple(Referral.objects.get(pk=case.pk) for case in cases),
        Child: (kit.child, beside.child),
        Measure: (kit.measure("active"), beside.measure("active")),
        TransferRequest: asked,
        TransferReceiver: tuple(
            TransferReceiver.objects.create(referral=one.referral, request=one, user=user) for one in asked
        ),
        Letter: tuple(
            one.fill.row(Letter, kind="child_letter", prepared_by=kit.world.user("ase_inspector"))
            for one in (kit, beside)
        ),
        EmergencySheet: sheets_made,
        SheetReader: tuple(
            SheetReader.objects.create(referral=one.referral, sheet=one, authority=target)
            for one in sheets_made
        ),
        CaseWatch: tuple(CaseWatch.objects.create(pk=one.pk, version=1, seen_at=AT) for one in cases),
        Joining: tuple(
            Joining.objects.create(referral=one, target=other, kind="same_facts", joined_at=AT, undone_at=AT)
            for one, other in (cases, cases[::-1])
        ),
    }


@shared_fixture
def kit_of_rows(world):
    return Kit(world, "triage")


def another(field: Any, row: Any, other: Any) -> Any:
    """Return another value for a column: of its type, and that the database takes where it can be."""
    value = getattr(row, field.attname)
    if field.name in {"machine", "kind", "cause", "state"}:
        return {"machine": "measure", "kind": "glass", "cause": "name", "state": "lapsed"}[field.name]
    if field.name == "role":
        return "case_referent" if isinstance(row, StandIn | Membership) else "supervisor"
    if isinstance(field, models.DateTimeField | HiddenInstantField):
        return (value or AT) + timedelta(minutes=1)
    if isinstance(field, models.DateField):
        return (value or AT.date()) + timedelta(days=1)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.IntegerField):
        return value + 1
    if isinstance(field, models.JSONField):
        return ["read"]
    if isinstance(field, models.BinaryField):
        return bytes(32)
    if isinstance(field, models.ForeignKey):
        known = field.related_model._base_manager.exclude(pk__in=[value] if value else [])
        return known.order_by("pk").values_list("pk", flat=True).first() or uuid4()
    if isinstance(field, models.UUIDField):
        return uuid4()
    return "autre@exemple.fr"[: field.max_length]


def found(model: type, pk: Any) -> bool:
    """Tell whether the service takes a row for one of its own."""
    if model in THERE:
        return model.objects.get(pk=pk).is_authentic
    return model.objects.filter(pk=pk).first() is not None


def test_a_row_counts_as_the_service_wrote_it_and_no_other(kit_of_rows):
    """Enumerated: table × {inserted, each column that counts changed, the HMAC of another row, none}."""
    with seeing_all():
        made = two_of(kit_of_rows)
        assert set(made) == set(tables()), "each table has its rows here"
        changed, held = set(), set()
        for model, (row, other) in made.items():
            assert found(model, row.pk)
            assert found(model, other.pk)
            for field in model.mac_field().columns()[1:]:
                try:
                    with transaction.atomic():
                        by_sql(row, **{field.attname: another(field, row, other)})
                        if field.name == model.mac_field().bar:
                            assert model.objects.get(pk=row.pk).bar_was_lifted is getattr(row, field.name)
                            assert getattr(model.objects.get(pk=row.pk), field.name), "it stands"
                        else:
                            assert not found(model, row.pk), (model, field.name)
                        changed.add((model, field.name))
                        transaction.set_rollback(True)
                except (IntegrityError, ProgrammingError):  # the database refuses it by itself
                    held.add((model, field.name))
            for mac in (other.mac, None, bytes(32), b""):
                by_sql(row, mac=mac)
                assert not found(model, row.pk), model
                by_sql(row, mac=row.mac)
            assert found(model, row.pk)
    every = {(model, field.name) for model in made for field in model.mac_field().columns()[1:]}
    assert changed | held == every
    # Some 40 of 168: another row's value may break a constraint or not, as ids are drawn.
    assert len(held) < len(every) / 3


def test_the_hmac_is_over_each_column_whatever_the_database_takes(kit_of_rows):
    with seeing_all():
        for model, (row, _) in two_of(kit_of_rows).items():
            field = model.mac_field()
            values = [getattr(row, column.attname) for column in field.columns()]
            for place in range(len(values)):
                assert field.of([*values[:place], "autre", *values[place + 1 :]]) != bytes(row.mac)
            assert field.of(values) == bytes(row.mac)
    purposes = {model.mac_field()._purpose for model in tables()}
    assert len(purposes) == len(tables()), "a purpose a table: no row's HMAC counts in another table"


def test_sql_by_hand_tells_the_same(kit_of_rows):
    """The columns with which a statement by hand is checked say what the row itself says, on both databases."""
    with seeing_all(), connection.cursor() as cursor:
        for model, (row, _) in two_of(kit_of_rows).items():
            if model in {
                AccessOpinion,
                AccessRequest,
                AccountRequest,
                CaseExport,
                CaseWatch,
                ConfirmationLink,
                DataBreach,
                EmergencyApproval,
                EmergencySearch,
                Factor,
                Identity,
                ImportRun,
                Inquiry,
                Letter,
                Joining,
                Letter,
                MailedLink,
                PseudonymLookup,
                RecoveryCode,
                Referral,
                Session,
                Token,
            }:
                with pytest.raises(TypeError, match="JSON"):
                    model.mac_field().in_sql(connection, "x")
                continue
            columns = model.mac_field().in_sql(connection, "x")
            key = model._meta.pk.get_db_prep_value(row.pk, connection)
            statement = f"SELECT {columns} FROM {model._meta.db_table} x WHERE x.{model._meta.pk.column} = %s"  # noqa: S608
            cursor.execute(statement, [key])
            (mac, told) = cursor.fetchone()

            assert model.mac_field().row_is_authentic(mac, told), model
            assert not model.mac_field().row_is_authentic(
                mac, told.replace(str(json.loads(told)[0]), str(uuid4()))
            )


def test_all_rows_come_by_the_queries_that_check():
    for model in tables():
        rows_of = model._default_manager.all()
        assert isinstance(rows_of, SignedQuerySet)
        assert isinstance(rows_of, AuthenticQuerySet) == (model not in THERE)
    signed = {model for model in apps.get_models() if any(type(f) is MacField for f in model._meta.fields)}
    assert signed == set(tables())


# --- Writing ------------------------------------------------------------------------------------------


def test_each_way_of_writing_signs(world):
    user, other = world.user("assessor"), world.user("assessor_2")
    user.full_name = "Autre Nom"
    user.save()
    assert User.objects.get(pk=user.pk).full_name == "Autre Nom"
    user.full_name = "Encore"
    user.save(update_fields=["full_name"])
    assert User.objects.get(pk=user.pk).full_name == "Encore"
    assert User.objects.filter(pk__in=[user.pk, other.pk]).update(is_active=False, phone="+33600000000") == 2
    assert User.objects.filter(pk__in=[user.pk, other.pk], is_active=False).count() == 2
    assert all(one.is_authentic for one in User.objects.filter(pk__in=[user.pk, other.pk]))
    user.refresh_from_db()
    assert (user.is_authentic, user.is_active) == (True, False)


def test_what_cannot_be_signed_is_refused(world):
    member = world.memberships["93", "assessor"]
    same = Membership.objects.filter(pk=member.pk)
    with pytest.raises(TypeError, match="expression"):
        same.update(valid_from=F("valid_from") - timedelta(days=1))
    with pytest.raises(TypeError, match="expression"), transaction.atomic():
        Membership.objects.bulk_update([member], ["valid_from"])
    with pytest.raises(TypeError, match="changed by save"):
        Membership.objects.bulk_create(
            [member], update_conflicts=True, update_fields=["role"], unique_fields=["id"]
        )
    with pytest.raises(TypeError, match="whole row"):
        list(same.only("role"))
    assert same.get().is_authentic


def test_no_later_write_makes_a_forged_row_good(world):
    """Neither of the row itself, nor through a relation, nor after it was read anew."""
    user = world.user("assessor")
    token = Token.objects.select_related("membership__user").get(membership__user=user)
    by_sql(user, is_active=True, password="forged")
    stale = User._base_manager.get(pk=user.pk)
    stale.full_name = "Autre"
    stale.save()
    stale.refresh_from_db()
    stale.save(update_fields=["email", "password"])
    token.membership.user.refresh_from_db()
    token.membership.user.save()
    assert User.objects.filter(pk=user.pk).update(password="another") == 0

    assert not User._base_manager.get(pk=user.pk).is_authentic
    assert world.as_("assessor").get("me").status_code == 401


# --- Reading ------------------------------------------------------------------------------------------


def test_a_membership_and_a_token_inserted_open_nothing(kit_of_rows):
    """Attack: who has an account and the database makes themself a coordinator, and then a program of one."""
    world, secret = kit_of_rows.world, "rep_" + "A" * 43
    coordinator = world.memberships["93", "crip_coordinator"]
    token = coordinator.tokens.get()
    assert world.as_("crip_coordinator").get("referrals").json()["results"]
    with seeing_all():
        made = inserted(coordinator, user_id=world.user("statistician").pk)
        inserted(token, sha256=hashed(secret), membership_id=made)
    assert Caller(secret).get("referrals", names="true").status_code == 401
    with seeing_all():
        by_sql(Token._base_manager.get(sha256=hashed(secret)), membership=coordinator)
    answer = Caller(secret).get("referrals", names="true")
    assert (answer.status_code, answer.json()["code"]) == (401, "token-refused")
    with seeing_all():
        own = world.memberships["93", "statistician"]
        by_sql(own, role="supervisor")
    assert world.as_("statistician").get("referrals", names="true").status_code == 401


def test_a_position_inserted_is_none_of_a_person(world):
    user = world.user("filer")
    before = world.actor("filer", at=AT)
    inserted(world.memberships["93", "territory_admin"], user_id=user.pk)

    assert world.actor("filer", at=AT) == before
    assert user.pk not in accounts_access.who_may("accounts.manage", world.authorities["93"].pk, at=AT)
    assert factors.kinds_for(user, at=AT) == factors.ALL_KINDS
    assert {user.pk} == set(contacts_of([user.pk]))
    by_sql(user, email="autre@exemple.fr")
    assert contacts_of([user.pk]) == {}, "no mail goes where somebody else said"


@pytest.mark.parametrize(
    ("changed", "to"),
    [
        ("expire_date", FAR),
        ("used_at", FAR),
        ("rights", bytes(32)),
        ("person", bytes(32)),
        ("opened_at", FAR),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_session_is_over_once_its_row_was_changed(world, changed, to):
    client = signed_in(world)
    assert client.get("/api/v1/me").status_code == 200
    by_sql(Session._base_manager.get(person__isnull=False), **{changed: to})

    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("changed", "to"), [("is_active", False), ("password", "!x"), ("verified_at", FAR)], ids=str
)
def test_an_account_is_nobodys_once_its_row_was_changed(world, changed, to):
    client, user = signed_in(world), world.user("filer")
    by_sql(user, **{changed: to})
    if changed == "is_active":  # closed by the service, opened again by somebody else
        by_sql(user, is_active=True)
        User.objects.filter(pk=user.pk).update(is_active=False)
        by_sql(user, is_active=True)

    assert client.get("/api/v1/me").status_code == 401
    assert world.as_("filer").get("me").status_code == 401
    answer = Client().post(
        "/api/v1/session", {"email": user.email, "password": PASSWORD}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-refused")


def test_a_factor_is_its_owners(world):
    """Somebody's own passkey or application doesn't become another's by a statement."""
    mine, victim = world.user("filer_2"), world.user("filer")
    factor = Factor.objects.create(user=mine, kind="totp", label="x", created_at=AT)
    by_sql(factor, user_id=victim.pk)
    inserted(factor, user_id=victim.pk)

    assert not factors.has_any(victim)
    assert list(victim.factors.all()) == []


def ways(kit: Kit) -> dict[str, tuple[str, list[Any]]]:
    """Return by what somebody sees a case: who, and the rows that say so, as the service writes them."""
    world, case, by = kit.world, kit.case, kit.user("supervisor")
    user = lambda name: world.users["93", name]  # noqa: E731 - said often
    at = {"since_at": AT, "by": by, "expires_at": FAR}
    right = ReferralUserObjectPermission.objects.create(
        user=user("assessor_2"),
        permission=Permission.objects.get(codename="granted_referral", content_type__app_label="referrals"),
        content_object=case,
    )
    Assignment.objects.filter(referral=case, role="ase_inspector").update(until_at=AT)
    leads = Assignment.objects.create(
        referral=case, user=user("ase_inspector_2"), role="ase_inspector", since_at=AT
    )
    return {
        "assigned": ("assessor", [kit.assign("assessor")]),
        "granted": (
            "assessor_2",
            [Grant.objects.create(referral=case, user=user("assessor_2"), permission=right, kind="granted", **at)],
        ),
        "standing in": (
            "ase_inspector",
            [
                StandIn.objects.create(
                    authority=case.authority, role="ase_inspector", absent=user("ase_inspector_2"),
                    stand_in=user("ase_inspector"), since_at=AT, until_at=FAR, named_at=AT, named_by=by,
                ),
                leads,
                world.memberships["93", "ase_inspector_2"],
            ],
        ),
    }  # fmt: skip


def sees(world: World, name: str, pk: UUID) -> bool:
    """Tell whether somebody sees a case, by its address and in the list alike."""
    one, listed = world.as_(name).get(f"referrals/{pk}"), world.as_(name).get("referrals")
    assert one.status_code in {200, 404}
    assert (str(pk) in listed.content.decode()) == (one.status_code == 200)
    return one.status_code == 200


def test_what_ties_to_a_case_is_written_by_the_service(kit_of_rows):
    """Each way to a case, each row of it inserted, taken from another row, or moved to another case."""
    kit = kit_of_rows
    with seeing_all():
        made = ways(kit)
    for name, said in made.values():
        assert sees(kit.world, name, kit.case.pk), name
        for row in said:
            for mac in (None, bytes(32)):
                with seeing_all():
                    by_sql(row, mac=mac)
                assert not sees(kit.world, name, kit.case.pk), (name, type(row))
                with seeing_all():
                    by_sql(row, mac=row.mac)
        assert sees(kit.world, name, kit.case.pk), name


def test_who_signs_second_was_asked_by_the_service(kit_of_rows):
    """An approval inserted for an inspector who isn't on the case, and a guardian's row that no grant names."""
    kit = kit_of_rows
    with seeing_all():
        kit.propose_to("ase_inspector_2")
        asked = Approval.objects.get(referral=kit.case)
    assert sees(kit.world, "ase_inspector_2", kit.case.pk)
    with seeing_all():
        by_sql(asked, mac=None)
    assert not sees(kit.world, "ase_inspector_2", kit.case.pk)
    with seeing_all():
        by_sql(asked, mac=asked.mac, approver=kit.user("assessor_2"))
        ReferralUserObjectPermission.objects.bulk_create(
            ReferralUserObjectPermission(
                user_id=kit.user("assessor_2"), permission=right, content_object=kit.case
            )
            for right in Permission.objects.filter(content_type__app_label="referrals")
        )
    assert not sees(kit.world, "ase_inspector_2", kit.case.pk)
    assert not sees(kit.world, "assessor_2", kit.case.pk)


def test_a_bar_stands_until_the_service_lifts_it(kit_of_rows):
    kit, name = kit_of_rows, "crip_coordinator"
    with seeing_all():
        row = kit.exclude(name)
    assert not sees(kit.world, name, kit.case.pk)
    with seeing_all():
        by_sql(row, lifted_at=AT)
    assert not sees(kit.world, name, kit.case.pk)
    with seeing_all():
        Exclusion.objects.filter(pk=row.pk).update(lifted_at=AT)
    assert not sees(kit.world, name, kit.case.pk), "what was forged isn't made good by a later write"
    with seeing_all():
        by_sql(row, lifted_at=None)
        Exclusion.objects.filter(pk=row.pk).update(lifted_at=AT)
    assert sees(kit.world, name, kit.case.pk)


def test_who_stands_in_is_barred_as_the_absent_person_is(kit_of_rows):
    """An exclusion of the absent person lifted by hand, and a list on which they stand by hand."""
    kit = kit_of_rows
    with seeing_all():
        name, _ = ways(kit)["standing in"]
        row = kit.exclude("ase_inspector_2")
    assert not sees(kit.world, name, kit.case.pk)
    with seeing_all():
        by_sql(row, lifted_at=AT)
    assert not sees(kit.world, name, kit.case.pk)
    with seeing_all():
        by_sql(row, lifted_at=None)
        Exclusion.objects.filter(pk=row.pk).update(lifted_at=AT)
    assert sees(kit.world, name, kit.case.pk)
    with seeing_all():
        kit.put(restricted=True)
        for listed in ("ase_inspector", "ase_inspector_2"):
            kit._grant(listed, "named")
        of_absent = Grant.objects.get(user=kit.user("ase_inspector_2"), kind="named")
    assert sees(kit.world, name, kit.case.pk)
    with seeing_all():
        by_sql(of_absent, mac=None)
    assert not sees(kit.world, name, kit.case.pk)


def test_an_administrator_sees_and_resets_whom_the_service_put_there(world):
    """Attack: a membership of somebody of elsewhere, inserted or moved to where one administers."""
    admin, victim = world.actor("territory_admin", at=AT), world.memberships["75", "assessor"]
    victims = {victim.user_id}

    def theirs() -> list[bool]:
        known = (accounts_access.managed_users(admin), accounts_access.resettable_users(admin, at=AT))
        return [victims <= {user.pk for user in users.select_for_update()} for users in known]

    assert theirs() == [False, False]
    made = inserted(victim, authority_id=world.authorities["93"].pk)
    assert theirs() == [False, False]
    Membership._base_manager.filter(pk=made).delete()
    by_sql(victim, authority=world.authorities["93"])
    assert theirs() == [False, False]
    by_sql(victim, authority=world.authorities["75"])
    Membership.objects.filter(pk=victim.pk).update(valid_to=AT)
    Membership.objects.create(
        user_id=victim.user_id, role="assessor", authority=world.authorities["93"], valid_from=AT
    )
    assert theirs() == [True, True]


# --- The case itself ----------------------------------------------------------------------------------


def opens(world: World, name: str, pk: UUID, code: str = "93") -> int:
    """Return the answer to who asks for a case by its address; the list says the same."""
    caller = world.as_(name, code)
    one, listed = caller.get(f"referrals/{pk}").status_code, caller.get("referrals").content.decode()
    assert (str(pk) in listed) == (one == 200)
    return one


def test_a_case_isnt_moved_to_another_authority_or_unit_by_hand(kit_of_rows, caplog):
    """Attack: a case of 93 placed at 75, or in another unit; it is nobody's until it is put back, and that is told."""
    kit, world = kit_of_rows, kit_of_rows.world
    pk, other = kit.case.pk, Unit.objects.create(authority=world.authorities["93"], name="Autre")
    lead = Membership.objects.get(pk=world.memberships["93", "assessment_lead"].pk)
    assert opens(world, "crip_coordinator", pk) == opens(world, "assessment_lead", pk) == 200
    with seeing_all(), caplog.at_level(logging.ERROR):
        by_sql(kit.case, authority=world.authorities["75"], unit=world.units["75"])
    assert opens(world, "crip_coordinator", pk) == opens(world, "crip_coordinator", pk, "75") == 404
    assert str(pk) in {record.row for record in caplog.records if record.getMessage() == "row refused"}
    assert world.as_("supervisor", "75").post(
        "break-glass", {"reference": kit.case.reference, "reason": "Urgence"}, key="glass-by-hand"
    ).status_code == 404  # fmt: skip
    with seeing_all():
        by_sql(kit.case, authority=world.authorities["93"], unit=other)
        lead.unit = other
        lead.save()
    assert opens(world, "assessment_lead", pk) == opens(world, "crip_coordinator", pk) == 404
    with seeing_all():
        by_sql(kit.case, unit=world.units["93"])
    assert opens(world, "crip_coordinator", pk) == 200
    assert row_signatures.check(AT) == 0


def test_a_case_doesnt_become_a_draft_or_a_filing_of_ones_own_by_hand(kit_of_rows):
    """Attack: who files may write, and so read, the whole form of a draft; its lead where it is shared reads on."""
    kit = kit_of_rows
    lead = kit.world.memberships["93", "filer_org_lead"]
    changes = {"state": "draft", "shared_with": relations.shared_with(lead.organisation_id)}
    with seeing_all():
        by_sql(kit.case, version=kit.case.version + 1, **changes)
    for name in ("filer", "filer_org_lead"):
        assert opens(kit.world, name, kit.case.pk) == 404


def test_a_restriction_stands_that_was_lifted_by_hand(kit_of_rows):
    """Attack: of a case, and of a child. Who is named reads on, and what they then write says it again."""
    kit, world = kit_of_rows, kit_of_rows.world
    pk = kit.case.pk
    with seeing_all():
        kit.set_restricted()
    assert (opens(world, "crip_coordinator", pk), opens(world, "intake_agent", pk)) == (200, 404)
    with seeing_all():
        by_sql(kit.case, restricted=False)
    assert (opens(world, "crip_coordinator", pk), opens(world, "intake_agent", pk)) == (200, 404)
    with seeing_all():
        assert kit.refusal("referral", "set_urgency", {"urgency": "U2", "reason": "x"}) in {"", BODY, RIGHT}
        Referral.objects.get(pk=pk).save()
        assert list(Referral._base_manager.filter(pk=pk).values_list("restricted", flat=True)) == [True]
        kit.put(restricted=False)
        kit.set_child(restricted=True)
        Grant.objects.all().update(ended_at=AT)
    assert opens(world, "intake_agent", pk) == 200

    def told() -> str:
        return str(world.as_("intake_agent").get(f"referrals/{pk}/children").content.decode())

    assert str(kit.child.pk) not in told()
    with seeing_all():
        by_sql(kit.child, restricted=False)
    assert str(kit.child.pk) not in told()
    with seeing_all():
        by_sql(kit.child, mac=None)
    assert str(kit.child.pk) not in told()


def test_a_measure_is_confided_to_a_service_by_the_service_alone(kit_of_rows):
    """Attack: a measure given to another service, or made alive again; and one inserted."""
    kit, world = kit_of_rows, kit_of_rows.world
    pk = kit.case.pk
    with seeing_all():
        theirs = kit.measure("active", service=world.services["75"])
        over = kit.measure("ended")
        by_sql(theirs, service=world.services["93"])
        by_sql(over, state="active")
        inserted(theirs, service_id=world.services["93"].pk)
    assert opens(world, "measure_service", pk) == 404
    assert world.as_("measure_service").get("measures").json()["results"] == []
    with seeing_all():
        by_sql(theirs, service=world.services["75"])
        Measure.objects.filter(pk=theirs.pk).update(service=world.services["93"])
    assert opens(world, "measure_service", pk) == 200
    measures = world.as_("measure_service").get(f"referrals/{pk}/measures").json()["results"]
    assert [one["id"] for one in measures] == [str(theirs.pk)], "and of that measure alone"


def test_who_is_asked_to_take_a_case_over_was_asked_by_the_service(kit_of_rows):
    """Attack: a request sent to another authority by hand, made open again, or one's own seat at a restricted one."""
    kit, world = kit_of_rows, kit_of_rows.world
    with seeing_all():
        made = two_of_a_case(kit)
        asked, receiver = made[TransferRequest][0], made[TransferReceiver][0]
        TransferRequest.objects.filter(pk=asked.pk).update(state="sent", sent_at=AT)
        asked = TransferRequest.objects.get(pk=asked.pk)

    def received(code: str) -> int:
        return len(world.as_("crip_coordinator", code).get("transfers").json()["results"])

    assert (received("75"), received("59")) == (1, 0)
    with seeing_all():
        by_sql(asked, target=world.authorities["59"])
    assert (received("75"), received("59")) == (0, 0)
    with seeing_all():
        by_sql(asked, target=world.authorities["75"])
        kit.put(restricted=True)
        by_sql(receiver, user=world.user("crip_coordinator", "75"))
    assert received("75") == 0
    with seeing_all():
        kit.put(restricted=True)
        TransferReceiver.objects.filter(pk=receiver.pk).delete()
        TransferReceiver.objects.create(
            referral=kit.case, request=asked, user=world.user("crip_coordinator", "75")
        )
    assert received("75") == 1


def test_an_emergency_sheet_is_open_to_whom_the_service_opened_it(kit_of_rows):
    """Attack: a sheet opened to another authority by hand, and one made open again."""
    kit, world = kit_of_rows, kit_of_rows.world
    with seeing_all():
        made = two_of_a_case(kit)
        sheet, (reader, other) = made[EmergencySheet][0], made[SheetReader]

    def read(code: str) -> int:
        return len(world.as_("on_call", code).get("emergency-sheets").json()["results"])

    assert (read("75"), read("59")) == (2, 0)
    with seeing_all():
        by_sql(reader, authority=world.authorities["59"])
        inserted(other, authority_id=world.authorities["59"].pk)
    assert (read("75"), read("59")) == (1, 0)
    with seeing_all():
        by_sql(reader, authority=world.authorities["75"])
        EmergencySheet.objects.filter(pk=sheet.pk).update(closed_at=AT)
        by_sql(sheet, closed_at=None)
    assert read("75") == 1


def test_a_filing_is_joined_to_a_file_by_the_service(kit_of_rows):
    """Attack: a case that isn't one's own, joined by hand to one that is."""
    kit = kit_of_rows
    with seeing_all():
        joined = two_of_a_case(kit)[Joining][0]
        Joining.objects.filter(pk=joined.pk).update(undone_at=None)
        reader = kit.world.actor("crip_coordinator", at=AT)
        file = visibility.visible_to(reader, at=AT).get(pk=joined.target_id)
        ties = case_ties.ties_of(file, reader)
        assert [found.pk for found, _ in joined_filings.readable_filings(file, ties, reader, at=AT)] == [
            kit.case.pk
        ]
        by_sql(joined, undone_at=AT)
        by_sql(joined, undone_at=None, mac=None)
        assert list(joined_filings.readable_filings(file, ties, reader, at=AT)) == []


# --- Telling ------------------------------------------------------------------------------------------


def test_a_refused_row_is_told_at_once_and_every_night(world, caplog):
    user = world.user("assessor")
    assert row_signatures.check(AT) == 0
    by_sql(user, full_name="Forgé")
    with caplog.at_level(logging.ERROR):
        assert world.as_("assessor").get("me").status_code == 401
    (said,) = {record.row for record in caplog.records if record.getMessage() == "row refused"}
    assert (said, "Forgé" in caplog.text) == (str(user.pk), False)

    assert row_signatures.check(AT) == 1

    told = [json.loads(bytes(entry.body)) for entry in written(act=row_signatures.REFUSED)]
    assert {(entry["rule"], entry["n"], entry["out"]) for entry in told} == {("accounts_user", 1, "fail")}
    assert len(told) == len(world.authorities), "the auditors of each authority"


def test_what_was_deleted_or_set_back_is_noticed_within_the_hour(world):
    """Attack: rows that the service wrote, with their HMACs, from before it ended them; and rows that are gone."""
    now = timezone.now()
    place = world.authorities["93"]

    def given(role):
        wanted = actions.Appointment(world.user("statistician"), role, place)
        return actions.grant(actor=SYSTEM, at=now, appointment=wanted)

    def token(held):
        given = actions.TokenRequest("x", now + timedelta(days=1))
        return actions.issue_token(actor=SYSTEM, at=now, membership=held, token_request=given).token

    members = [given(role) for role in (Role.FILER, Role.DIRECTORY_EDITOR, Role.ON_CALL)]
    tokens = [token(members[0]) for _ in range(3)]
    closed, before = world.user("filer_2"), User.objects.get(pk=world.user("filer_2").pk)
    assert row_signatures.compare(now) == 0
    later = now + timedelta(seconds=1)
    actions.end(actor=SYSTEM, at=later, membership_id=members[1].pk)
    revoke_now(tokens[1], actor=SYSTEM, at=later)
    actions.close_account(actor=SYSTEM, at=later, user_id=closed.pk)
    assert row_signatures.compare(now) == 0

    by_sql(members[1], valid_to=None, mac=members[1].mac)
    by_sql(tokens[1], revoked_at=None, mac=Token.objects.get(pk=tokens[0].pk).mac)
    Token._base_manager.get(
        pk=tokens[1].pk
    ).sign_as_it_is()  # as it was before: the object has changed meanwhile
    columns = User.mac_field().columns()[1:]
    by_sql(before, mac=before.mac, **{column.attname: getattr(before, column.attname) for column in columns})
    Token._base_manager.filter(pk=tokens[2].pk).delete()
    Membership._base_manager.filter(pk=members[2].pk).delete()

    assert row_signatures.check(now) == 0, "each row is one that the service signed"
    assert row_signatures.compare(now) == 5
    said = sorted(
        (entry["rule"], entry["to"], entry["n"])
        for entry in (json.loads(bytes(entry.body)) for entry in written(act=row_signatures.REFUSED))
    )
    assert said == [
        ("accounts_membership", "deleted", 1), ("accounts_membership", "set-back", 1),
        ("accounts_token", "deleted", 1), ("accounts_token", "set-back", 1), ("accounts_user", "set-back", 1),
    ]  # fmt: skip


@pytest.mark.sec("SEC-CR21")
def test_a_case_that_is_gone_or_set_back_is_noticed_within_a_week(world):
    """Attack: a case as it was before it was acknowledged, and one that is gone; nothing is opened to find out."""
    answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key="for-the-cell")
    filed = answer.json()["id"]
    world.as_("intake_agent").get(f"referrals/{filed}")  # acknowledges it
    nights = [timezone.now() + timedelta(days=night) for night in range(row_signatures.NIGHTS)]
    opened = len(written(act="field:opened"))
    assert [row_signatures.compare_cases(night) for night in nights] == [0] * row_signatures.NIGHTS
    with seeing_all():
        case = Referral.objects.get(pk=filed)
        Referral.objects.filter(pk=case.pk).update(version=case.version - 1)
    journal.new_subject(uuid4(), at=AT)  # of a case whose row is gone

    assert sum(row_signatures.compare_cases(night) for night in nights) == 2

    assert len(written(act="field:opened")) == opened
    told = [json.loads(bytes(entry.body)) for entry in written(act=row_signatures.REFUSED)]
    assert {(entry["rule"], entry["to"], entry["n"]) for entry in told} == {
        ("referrals_referral", "deleted", 1), ("referrals_referral", "set-back", 1),
    }  # fmt: skip


@pytest.mark.sec("SEC-CR21")
def test_a_case_in_an_earlier_state_is_noticed_within_a_week_whatever_its_version(world):
    """Attack: the case's row of before the acknowledgement, with its own HMAC, and a version that goes on.

    The database moves no state without the version; the last step that the journal tells of led elsewhere.
    """
    answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key="back-to-before")
    filed = answer.json()["id"]
    with seeing_all():
        before = Referral.objects.get(pk=filed)
    world.as_("intake_agent").get(f"referrals/{filed}")  # acknowledges it
    nights = [timezone.now() + timedelta(days=night) for night in range(row_signatures.NIGHTS)]
    assert [row_signatures.compare_cases(night) for night in nights] == [0] * row_signatures.NIGHTS
    with seeing_all():
        case = Referral.objects.get(pk=filed)
        assert (before.state, case.state) == ("submitted", "acknowledged")
        changes = {"state": before.state, "mac": before.mac, "version": case.version + 1}
        QuerySet(Referral).filter(pk=case.pk).update(**changes)
        assert Referral.objects.get(pk=filed).is_authentic

    assert sum(row_signatures.compare_cases(night) for night in nights) == 1

    (told,) = [json.loads(bytes(entry.body)) for entry in written(act=row_signatures.REFUSED)]
    assert (told["rule"], told["to"], told["n"]) == ("referrals_referral", "set-back", 1)


@pytest.mark.sec("SEC-AL23")
def test_a_case_that_lost_its_name_in_the_journal_is_noticed_the_next_night(kit_of_rows):
    """Attack: the row of pseudonyms is gone, so that nobody reads the case, and no entry is found by it."""
    assert row_signatures.compare_cases(AT) == 0
    with as_owner(), appendonly.lifted():
        SubjectPseudonym.objects.filter(pk=kit_of_rows.case.pk).delete()

    assert row_signatures.compare_cases(AT) == 1

    (told,) = [json.loads(bytes(entry.body)) for entry in written(act=row_signatures.REFUSED)]
    assert (told["rule"], told["to"], told["n"]) == ("audit_subjectpseudonym", "deleted", 1)
    assert told["tenant"] == str(kit_of_rows.case.authority_id)


def test_rows_of_before_are_signed_by_one_command(world):
    """What the release of before wrote has no HMAC; one that fails isn't signed by it."""
    for model in tables():
        model._base_manager.all().update(mac=None)
    forged = world.user("assessor")
    by_sql(forged, mac=bytes(32))
    assert world.as_("crip_coordinator").get("me").status_code == 401

    with pytest.raises(CommandError, match="accounts_user"):
        call_command("sign_rows", stdout=StringIO())
    by_sql(forged, mac=None)
    call_command("sign_rows", stdout=StringIO())
    assert world.as_("crip_coordinator").get("me").status_code == 200
    assert {json.loads(bytes(entry.body))["rule"] for entry in written(act=row_signatures.SIGNED)} >= {
        "accounts_user", "accounts_membership", "accounts_token",
    }  # fmt: skip
    by_sql(forged, mac=None)
    with pytest.raises(CommandError, match="--again"):
        call_command("sign_rows", stdout=StringIO())
    assert not User.objects.filter(pk=forged.pk)
    call_command("sign_rows", "--again", stdout=StringIO())
    assert User.objects.filter(pk=forged.pk)


# --- The registry -------------------------------------------------------------------------------------


#: Read to find out what somebody may do, and not signed, with the reason.
UNSIGNED = {
    "accounts_attempt": "how often signing in failed: slows down, and gives nothing",
    "accounts_signintocheck": "what the owner is told of",
    "accounts_authority": "names and zones; whose cases they are stands in the cases",
    "accounts_unit": "names",
    "accounts_organisation": "names and numbers",
    "auth_permission": "the names of guardian's rights; Grant says which",
    "django_content_type": "the names of tables",
    "referrals_referraluserobjectpermission": "guardian's row: counts where a signed Grant names it and says the same",
    "referrals_concern": "what is said of the case; who sees it is asked of the case and its children",
    "referrals_settingchange": "added, never altered; read for whether codes suffice",
    "referrals_retentionbatch": "which files are proposed for destruction; seen by who keeps them",
    "audit_subjectpseudonym": "its own HMAC: SEC-AL23",
    "audit_actorpseudonym": "its own HMAC: SEC-AL23",
}


def test_what_the_queries_of_rights_read_is_signed(kit_of_rows):
    """Registry = tables read by the queries of rights: a new one is signed, or says here why not."""
    world = kit_of_rows.world
    with seeing_all():
        ways(kit_of_rows)
    with CaptureQueriesContext(connection) as said, seeing_all():
        signed_in(world).get("/api/v1/me")
        world.as_("filer").get("me")
        for (code, name), user in world.users.items():
            if code != "93":
                continue
            actor = world.actor(name, at=AT)
            factors.kinds_for(user, at=AT)
            for rows_of in (
                visibility.visible_to(actor, at=AT), emergency_openings.breakable(actor, at=AT), visibility.receipts(actor, at=AT),
                transfer_requests.transfers_to(actor, at=AT), visibility.batches_of(actor), visibility.own_filings(actor, at=AT),
            ):  # fmt: skip
                list(rows_of)
        reader = world.actor("crip_coordinator", at=AT)
        for case in visibility.visible_to(reader, at=AT):
            ties = case_ties.ties_of(case, reader)
            child_sight.sight_of(case, ties, reader)
            list(joined_filings.readable_filings(case, ties, reader, at=AT))
        list(runaways_queries.sheets_for(world.actor("on_call", at=AT), at=AT))
        admin = world.actor("territory_admin", at=AT)
        for rows_of in (
            accounts_access.open_grant_requests(admin, at=AT), accounts_access.open_resets(admin, at=AT),
            accounts_access.open_account_requests(admin, at=AT), accounts_access.managed_users(admin),
            accounts_access.managed_imports(admin, at=AT), accounts_access.open_imports(admin, at=AT),
        ):  # fmt: skip
            list(rows_of)
        list(MailedLink.objects.all())
        list(Provisioning.objects.all())
        list(CalendarFeed.objects.all())
        list(GuidanceReview.objects.all())
        list(CaseExport.objects.all())
        list(ConfirmationLink.objects.all())
        list(EmergencyApproval.objects.all())
        list(EmergencySearch.objects.all())
        list(PseudonymLookup.objects.all())
        list(Inquiry.objects.all())
        list(RowApproval.objects.all())
        for table in (AccessRequest, AccessFile, AccessRedaction, AccessOpinion):
            list(table.objects.all())
        list(DataBreach.objects.all())
        list(Letter.objects.all())
        list(Identity.objects.select_related("user"))
    statements = " ".join(
        one["sql"] for one in said.captured_queries if one["sql"].lstrip().startswith("SELECT")
    )
    read = {name for name in re.findall(r'(?:FROM|JOIN)\s+"?(\w+)"?', statements) if "_" in name}
    read -= {
        name
        for name in read
        if name.startswith(("audit_", "outbox_", "encryption_", "django_")) and name not in UNSIGNED
    }

    # What was seen of a case, and alarms, give no right either: they are signed as what tells of those who change rows.
    # A recovery code is used up by the statement that finds it, by an HMAC over account and code.
    apart = {"referrals_casewatch", "audit_alarm", "accounts_recoverycode"}
    assert {model._meta.db_table for model in tables()} - apart <= read
    assert read - {model._meta.db_table for model in tables()} <= set(UNSIGNED)
