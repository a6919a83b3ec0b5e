"""Queries kept as SQL: what is asked with other values, and of relations, is what Django would find."""

from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import UUIDField
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User
from core.kept_queries import Given, KeptQuery, load
from referrals.models import Clock, Fact
from tests.referrals.workflow.kit import Kit


def memberships() -> KeptQuery[Membership]:
    return KeptQuery(
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
    query = KeptQuery(
        lambda: User.objects.filter(pk=Given("pk", UUIDField())).values_list("full_name", flat=True)[:1]
    )

    assert (query.first(pk=user.pk), query.first(pk=uuid4())) == (user.full_name, None)


def test_a_condition_that_holds_for_nothing_finds_nothing(world):
    query = KeptQuery(lambda: User.objects.filter(pk__in=[], full_name=Given("name", UUIDField())))

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
