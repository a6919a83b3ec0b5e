"""Queries kept as SQL: what is asked with other values, and of relations, is what Django would find."""

from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import CharField, UUIDField
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User
from core.compiled_queries import AmongGiven, CompiledQuery, Given, known_rows_of, load, rows_among, rows_of
from referrals.access.matrix import NOBODY
from referrals.models import Clock, Fact, IndexValue, LastVisit
from tests.referrals.workflow.kit import AT, Kit

pytestmark = pytest.mark.both_databases("values put into statements that were made before")


def memberships() -> CompiledQuery[Membership]:
    return CompiledQuery(
        lambda: (
            Membership.objects.filter(user=Given("user", UUIDField())).select_related("user").order_by("id")
        )
    )


def test_each_asking_finds_the_rows_for_its_own_values(world):
    query = memberships()
    for name in ("filer", "assessor", "filer"):
        user = world.user(name)

        found = query.rows(user=user.pk)

        assert found == list(Membership.objects.filter(user=user).order_by("id"))
        assert {one.user.full_name for one in found} == {user.full_name}
    assert query.rows(user=uuid4()) == []


def test_a_row_that_the_service_did_not_write_is_left_out(world):
    user, query = world.user("filer"), memberships()
    assert query.rows(user=user.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_membership SET role = 'supervisor' WHERE role = 'filer'")

    assert query.rows(user=user.pk) == []


def test_a_value_that_is_not_given_is_an_error(world):
    with pytest.raises(KeyError):
        memberships().rows(at=world.user("filer").pk)


def test_values_come_as_the_queryset_says(world):
    user = world.user("filer")
    query = CompiledQuery(
        lambda: User.objects.filter(pk=Given("pk", UUIDField())).values_list("full_name", flat=True)[:1]
    )

    assert (query.first(pk=user.pk), query.first(pk=uuid4())) == (user.full_name, None)


def test_one_statement_asks_for_however_many_ids_or_bytes(world):
    kit = Kit(world, "triage")
    marks = [bytes([n]) * 32 for n in range(3)]
    for mark in marks:
        LastVisit.objects.create(referral=kit.case, reader=mark, at=AT)
    by_id = CompiledQuery(lambda: User.objects.filter(AmongGiven("pk", "people")))
    by_bytes = CompiledQuery(lambda: LastVisit.objects.filter(AmongGiven("reader", "readers")))
    people = [world.user(name) for name in ("filer", "assessor")]

    for many in (2, 1, 0):
        assert set(by_id.rows(people=[one.pk for one in people[:many]])) == set(people[:many])
        assert {bytes(row.reader) for row in by_bytes.rows(readers=marks[:many])} == set(marks[:many])
    assert by_id.rows(people=[uuid4()]) == []


def test_postgresql_plans_by_codes_and_ids_in_the_text_and_no_word_of_a_person_stands_there(db):
    query = CompiledQuery(
        lambda: User.objects.filter(
            pk=NOBODY, is_active=True, full_name="O'Neil %s", email=Given("email", CharField())
        )
    )
    asked = []

    with connection.execute_wrapper(lambda go, *call: asked.append(call) or go(*call)):
        assert query.rows(email="anna") == []

    ((sql, values, *_),) = asked
    assert (f"'{NOBODY}'::uuid" in sql) is (connection.vendor == "postgresql")
    assert {"O'Neil %s", "anna"} <= set(values)


def test_a_condition_that_holds_for_nothing_finds_nothing(world):
    query = CompiledQuery(lambda: User.objects.filter(pk__in=[], full_name=Given("name", UUIDField())))

    assert query.rows(name=world.user("filer").pk) == []


def test_a_relation_that_is_loaded_is_not_asked_for_again(world):
    kit, other = Kit(world, "triage"), Kit(world, "triage")
    for case in (kit, other):
        case.clock("C4"), case.fill.row(Fact)
    wanted = [Clock.objects.get(referral=kit.case)]

    load(kit.case, ["clocks", "facts"], empty=["facts"])

    with CaptureQueriesContext(connection) as asked:
        assert list(kit.case.clocks.all()) == wanted
        assert list(kit.case.facts.all()) == []
        assert [clock.referral for clock in kit.case.clocks.all()] == [kit.case]
    assert len(asked) == 0
    assert list(kit.case.clocks.filter(code="C4")) == wanted


def test_a_relation_of_several_rows_is_loaded_by_one_statement_as_far_as_it_is_named(world):
    kit, other, none = (Kit(world, "triage") for _ in range(3))
    for case in (kit, other, other):
        case.clock("C4" if case is kit or not case.case.clocks.exists() else "C7")
    cases = [one.case for one in (kit, none, other)]
    wanted = {case.pk: list(Clock.objects.filter(referral=case).order_by("pk")) for case in cases}

    with CaptureQueriesContext(connection) as asked:
        rows = rows_among(cases, "clocks", "referral", "code")
        found = {pk: sorted(clocks, key=lambda clock: clock.pk) for pk, clocks in rows.items()}
        codes = [clock.code for clocks in rows.values() for clock in clocks]
        assert [clock.referral for clock in rows[cases[0].pk]] == cases[:1]
    assert len(asked) == 1
    assert found == wanted
    assert len(codes) == 3
    assert wanted[kit.case.pk][0].started_at == rows[kit.case.pk][0].started_at, "asked for when it is read"


def test_a_relation_that_is_known_to_be_empty_is_asked_about_of_nobody(world):
    kit, none = Kit(world, "triage"), Kit(world, "triage")
    kit.clock("C4")
    cases = [kit.case, none.case]

    with CaptureQueriesContext(connection) as asked:
        clocks = rows_among(cases, "clocks", "referral", "code", empty=[none.case])
        assert [len(clocks[case.pk]) for case in cases] == [1, 0]
        assert rows_among(cases, "facts", "referral", empty=cases) == {case.pk: [] for case in cases}
    assert len(asked) == 1


def test_rows_are_those_that_were_loaded_else_those_of_now_and_of_a_condition(world):
    kit = Kit(world, "triage")
    for code in ("C4", "C7"):
        kit.clock(code)
    stopped = Clock.objects.get(referral=kit.case, code="C7")
    stopped.stopped_at = AT
    stopped.save()

    assert [(one.code, one.referral is kit.case) for one in rows_of(kit.case, "clocks", stopped_at=None)] == [
        ("C4", True)
    ]
    assert {one.code for one in known_rows_of(kit.case, "clocks")} == {"C4", "C7"}
    load(kit.case, ["clocks"])
    with CaptureQueriesContext(connection) as asked:
        assert {one.code for one in known_rows_of(kit.case, "clocks")} == {"C4", "C7"}
    assert len(asked) == 0


def test_numbers_are_given_as_ids_are(world):
    case, other = Kit(world, "triage").case, Kit(world, "triage").case
    for bucket, of in ((7, case), (2**62, other), (8, other)):
        IndexValue.objects.create(referral=of, row=uuid4(), bucket=bucket)
    query = CompiledQuery(
        lambda: IndexValue.objects.filter(AmongGiven("bucket", "numbers")).order_by("bucket")
    )

    assert [value.referral_id for value in query.rows(numbers=[2**62, 7, 9])] == [case.pk, other.pk]
    assert query.rows(numbers=[9]) == []


def test_a_page_of_the_queue_and_a_case_are_asked_for_by_sql_that_is_there(world, monkeypatch):
    kit, made = Kit(world, "triage"), []
    caller = world.as_("crip_coordinator")
    make = SQLCompiler.as_sql

    def watched(compiler, *args, **options):
        made.append(compiler.query.model._meta.label)
        return make(compiler, *args, **options)

    for path, asked in (
        ("referrals", {"state": "triage", "details": "true"}),
        (f"referrals/{kit.case.pk}", {}),
    ):
        for _ in range(2):
            assert caller.get(path, **asked).status_code == 200
        with monkeypatch.context() as patched:
            patched.setattr(SQLCompiler, "as_sql", watched)
            assert caller.get(path, **asked).status_code == 200

    # Its key, the pseudonym of who reads, which is remembered after a commit alone, and how many files it has read.
    assert set(made) <= {"encryption.WrappedKey", "audit.ActorPseudonym", "referrals.UseCount"}, made
