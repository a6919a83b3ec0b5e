"""Pages by keyset: every line once, whatever the order, and no cursor but our own."""

import base64
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db.models import IntegerField, Value
from django.db.models.functions import NullIf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Entry
from core import paging
from core.paging import page_of
from core.query import InvalidQuery
from tests.audit.conftest import NOON
from tests.audit.flush import flush_all

pytestmark = [
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.both_databases("pages in the database's order"),
]

# Few values in many rows: what loses lines elsewhere. ``tenant`` may be null.
WRITER = uuid4()
TENANTS = [None, UUID(int=1), UUID(int=2)]


def row(number: int, *, minute: int = 0, tenant: UUID | None = None, act: str = "a:b") -> Entry:
    return Entry(
        at=NOON + timedelta(minutes=minute),
        act=act,
        outcome="allow",
        tenant=tenant,
        writer=WRITER,
        writer_seq=number + 1,
        body=b"{}",
        leaf_hash=b"",
    )


def rows(*, of: int) -> None:
    Entry.objects.bulk_create(
        row(number, minute=number % 3, tenant=TENANTS[number % 7 % 3], act=f"a:{number % 2}")
        for number in range(of)
    )


def walk(queryset, **named) -> list:
    """Return all lines, page after page."""
    found, cursor = [], None
    while True:
        page = page_of(queryset, cursor=cursor, **named)
        found += page.items
        if page.next is None:
            return found
        cursor = page.next


ORDERS = [
    ("-at", "-id"),
    ("at", "id"),
    ("-at", "id"),
    ("act", "-at", "-id"),
    ("tenant", "-id"),
    ("-tenant", "at", "id"),
    ("-tenant", "tenant", "pk"),
]


def key_of(order):
    """Sort as the page should: by each key in its direction, nulls last. Typed by hand, not by SQL."""

    def key(entry):
        found = []
        for name in order:
            value = getattr(entry, name.removeprefix("-"))
            down = name.startswith("-")
            number = value.int if isinstance(value, UUID) else value
            if isinstance(number, datetime):
                number = number.timestamp()
            if isinstance(number, str):
                number = int.from_bytes(number.encode())
            found.append((value is None, 0 if number is None else -number if down else number))
        return found

    return key


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_every_line_comes_once_and_in_order(order, limit):
    rows(of=25)

    found = walk(Entry.objects.all(), order=order, limit=limit)

    assert [one.pk for one in found] == [one.pk for one in sorted(Entry.objects.all(), key=key_of(order))]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minutes=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(TENANTS)), max_size=20),
    order=st.sampled_from(ORDERS),
    limit=st.integers(1, 6),
)
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_lines_that_share_sort_values_are_not_lost(minutes, order, limit):
    flush_all(["default"])
    Entry.objects.bulk_create(
        row(number, minute=minute, tenant=tenant) for number, (minute, tenant) in enumerate(minutes)
    )

    found = walk(Entry.objects.all(), order=order, limit=limit)

    assert len(found) == len({one.pk for one in found}) == len(minutes)


def test_a_thousand_lines_of_one_instant_all_come():
    """DRF's own cursor loses these."""
    Entry.objects.bulk_create(row(number) for number in range(1000))

    assert len({one.pk for one in walk(Entry.objects.all(), limit=100)}) == 1000


def test_a_line_that_arrives_meanwhile_disturbs_no_page():
    rows(of=10)
    first = page_of(Entry.objects.all(), limit=5)
    Entry.objects.bulk_create([row(100, minute=60)])

    second = page_of(Entry.objects.all(), limit=5, cursor=first.next)

    assert len({one.pk for one in [*first.items, *second.items]}) == 10


def test_rows_of_values_and_annotations_are_paged_too():
    rows(of=9)
    queryset = Entry.objects.annotate(
        rank=NullIf("writer_seq", Value(4), output_field=IntegerField())
    ).values("id", "rank")

    found = walk(queryset, order=("-rank", "id"), limit=2)

    assert [one["rank"] for one in found] == [9, 8, 7, 6, 5, 3, 2, 1, None]


def test_a_page_is_one_query(django_assert_num_queries):
    rows(of=9)
    first = page_of(Entry.objects.all(), limit=3)

    with django_assert_num_queries(1):
        page_of(Entry.objects.all(), limit=3, cursor=first.next)


def test_the_last_page_has_no_next():
    rows(of=6)

    assert page_of(Entry.objects.all(), limit=6).next is None
    assert page_of(Entry.objects.none(), limit=6) == paging.Page([], None)


def cursor_of(**named) -> str:
    found = page_of(Entry.objects.all(), limit=2, **named).next
    assert found is not None
    return found


@pytest.mark.sec("SEC-IN3")
def test_a_cursor_with_any_bit_flipped_is_refused():
    rows(of=5)
    cursor = cursor_of()
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))

    for bit in range(len(raw) * 8):
        raw[bit // 8] ^= 1 << bit % 8
        forged = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        with pytest.raises(InvalidQuery):
            page_of(Entry.objects.all(), limit=2, cursor=forged)
        raw[bit // 8] ^= 1 << bit % 8


@pytest.mark.sec("SEC-IN3")
@pytest.mark.parametrize("cursor", ["", "x", "é", "====", "AAAA", "A" * 1000, "\x00", "a b"])
def test_what_is_no_cursor_is_refused_by_name(cursor):
    rows(of=5)

    with pytest.raises(InvalidQuery) as refused:
        page_of(Entry.objects.all(), limit=2, cursor=cursor)

    assert refused.value.parameters == {"cursor": "malformed"}


@pytest.mark.sec("SEC-IN3")
@pytest.mark.parametrize("other", [{"order": ("at", "id")}, {"bound_to": "another list"}])
def test_a_cursor_of_another_list_is_refused(other):
    rows(of=5)

    with pytest.raises(InvalidQuery):
        page_of(Entry.objects.all(), limit=2, cursor=cursor_of(), **other)


def test_an_order_that_does_not_end_with_the_key_is_a_mistake():
    with pytest.raises(ValueError, match="primary key"):
        page_of(Entry.objects.all(), limit=2, order=("-at",))


@pytest.mark.parametrize("value", [None, True, 7, "é", NOON, date(2026, 11, 24), UUID(int=5)])
def test_a_sort_value_comes_back_as_it_was(value):
    assert paging._meant(*paging._spelled(value)) == value


def test_nothing_else_can_be_sorted_by():
    with pytest.raises(TypeError):
        paging._spelled(1.5)
