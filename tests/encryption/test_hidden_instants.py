"""What an account did at which instant can't be read in its rows, nor matched with anything (SEC-CR20)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import connection

from accounts.models import Session, User
from encryption.errors import Unreadable
from encryption.hidden import HiddenInstantField, HiddenNumberField

pytestmark = [
    pytest.mark.sec("SEC-CR20"),
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.both_databases("sealed columns"),
]

AT = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
#: What an account does for itself, typed by hand: each is hidden.
HIDDEN = {
    "session.used", "user.factor_failed", "sign_in.first", "sign_in.last", "sign_in.told", "link.expires", "factor.step",
    "notice.asked",
}  # fmt: skip


def held(table, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 - names of the test
        return [bytes(row[0]) for row in cursor.fetchall()]


def test_what_accounts_do_for_themselves_is_hidden_under_labels_of_its_own():
    fields = [f for model in apps.get_models() for f in model._meta.concrete_fields]

    labels = [f.purpose for f in fields if isinstance(f, HiddenNumberField)]

    assert sorted(labels) == sorted(HIDDEN)


def test_an_instant_is_read_as_it_was_written_and_stands_in_no_row():
    for name in ("une", "autre"):
        User.objects.create_user(email=f"{name}@test.invalid", full_name=name, factor_failed_at=AT)

    assert set(User.objects.values_list("factor_failed_at", flat=True)) == {AT}
    one, other = held("accounts_user", "factor_failed_at")
    assert one != other, "equal instants have nothing in common"
    plain = HiddenInstantField(purpose="x").number_of(AT).to_bytes(8)
    assert plain not in one + other


def test_nothing_is_found_by_it_but_whether_there_is_one():
    User.objects.create_user(email="une@test.invalid", full_name="Une", factor_failed_at=AT)

    assert User.objects.filter(factor_failed_at=None).count() == 0
    assert User.objects.filter(factor_failed_at__isnull=False).count() == 1
    with pytest.raises(FieldError):
        User.objects.filter(factor_failed_at__gt=AT - timedelta(days=1))


def test_a_value_of_another_column_is_none():
    user = User.objects.create_user(email="une@test.invalid", full_name="Une", factor_failed_at=AT)
    (other,) = held("accounts_user", "factor_failed_at")
    session = Session.objects.create(session_key="a" * 40, expire_date=AT)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_session SET used_at = %s", [other])

    with pytest.raises(Unreadable):
        Session.objects.get(pk=session.pk)
    assert User.objects.get(pk=user.pk).factor_failed_at == AT
