"""A cursor doesn't tell by its length what the line holds after which a list goes on: of one length a list (SEC-IN3)."""

import ast
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import models
from django.db.models import F, IntegerField, Value
from django.db.models.functions import Coalesce

from accounts.models import Organisation
from core import paging
from core.query import Cursor
from tests.shared_fixtures import shared_fixture

pytestmark = [pytest.mark.sec("SEC-IN3")]
ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "audit", "directory", "referrals", "web", "config", "outbox")
DUE = ("next_due_at", "due_with_measures_at", "due_with_justice_at")
#: Each list, by where it makes its page: of which model, in which orders. Typed by hand; a row a call.
LISTS: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "accounts/api/views/memberships.py": [("accounts.GrantRequest", ("asked_at", "id"))],
    "accounts/api/views/own.py": [
        ("accounts.AccountRequest", ("-asked_at", "-id")), ("accounts.Token", ("-created_at", "-id")),
        ("outbox.Endpoint", ("-created_at", "-id")),
    ],
    "accounts/api/views/people.py": [("accounts.FactorReset", ("asked_at", "id"))],
    "accounts/api/views/places.py": [
        ("accounts.Authority", ("code", "id")), ("accounts.Unit", ("name", "id")),
        ("accounts.Organisation", ("name", "id")),
    ],
    "accounts/api/views/session.py": [
        ("accounts.Session", ("-opened_at", "-pk")), ("accounts.SignInToCheck", ("-day", "-pk"))
    ],
    "accounts/queries.py": [
        ("accounts.AccountRequest", ("confirmed_at", "id")), ("accounts.User", ("email", "id")),
        ("accounts.Membership", ("-valid_from", "-id"), ("reviewed_at", "id")),
        ("accounts.ImportRun", ("-tried_at", "-id")),
    ],
    "audit/reading.py": [("audit.ReadEntry", ("-at", "-id"))],
    "directory/api/exchange.py": [
        ("directory.DirectoryImport", ("-tried_at", "-id")), ("directory.HeldRow", ("id",))
    ],
    "directory/queries/search.py": [("directory.Service", ("name", "id"))],
    "referrals/access_requests/queries.py": [("referrals.AccessRequest", ("-received_on", "id"))],
    "referrals/access_review/queries.py": [
        ("referrals.AccessAnomaly", ("-detected_at", "id")), ("referrals.AccessAnomaly", ("-detected_at", "id"))
    ],
    "referrals/break_glass/queries.py": [("referrals.BreakGlass", ("review_due_at", "id"))],
    "referrals/cases/api.py": [("filings", ("filed_on", "id"))],
    "referrals/cases/queries.py": [
        ("referrals.Referral", *((name, "id") for name in (*DUE, "reference", "received_at", "urgency"))),
        ("referrals.Clock", ("due_at", "id")),
        # The page of the queue that is sorted by another thing than a column of the case.
        ("sorted by a place", ("sort_key", "id"), ("-sort_key", "id")),
    ],
    "referrals/closing/api.py": [("referrals.ClosureReview", ("due_at", "id"))],
    "referrals/conflicts_of_interest/api.py": [("referrals.Exclusion", ("-since_at", "id"))],
    "referrals/data_breaches/queries.py": [("referrals.DataBreach", ("-declared_at", "id"))],
    "referrals/emergency_search/api.py": [
        ("referrals.EmergencySearch", ("-searched_at", "id")), ("referrals.EmergencyApproval", ("-asked_at", "id"))
    ],
    "referrals/exports/api.py": [("referrals.CaseExport", ("-asked_at", "id"))],
    "referrals/inquiries/queries.py": [("referrals.Inquiry", ("-asked_at", "id"))],
    "referrals/journal_lookups/queries.py": [("referrals.PseudonymLookup", ("-asked_at", "id"))],
    "referrals/measures/queries.py": [
        ("referrals.Measure", ("waits_since", "id")), ("board", ("due_at", "id")),
    ],
    "referrals/notifications/api.py": [("outbox.Notice", ("is_read", "-created_at", "-id"))],
    "referrals/on_call_rota/api.py": [("referrals.RotaShift", ("starts_at", "id"))],
    "referrals/policy_changes/api.py": [("referrals.SettingChange", ("-position", "id"))],
    "referrals/retention/api.py": [
        ("referrals.RetentionBatch", ("-proposed_at", "id")), ("referrals.RetentionLine", ("id",))
    ],
    "referrals/retention/holds_api.py": [("audit.LegalHold", ("-placed_at", "id"))],
    "referrals/runaways/api.py": [("referrals.EmergencySheet", ("-opened_at", "id"))],
    "referrals/staffing/api.py": [("referrals.Referral", *((name, "id") for name in DUE))],
    "referrals/staffing/standins_api.py": [("referrals.StandIn", ("-since_at", "id"))],
    "referrals/transfers/queries.py": [("referrals.TransferRequest", ("-sent_at", "id"))],
    "referrals/urgent_calls/queries.py": [("referrals.Alert", ("sounded_at", "id"))],
    "web/views/administration/organisations.py": [("accounts.Organisation", ("name", "id"))],
    "web/views/cases/emergency_search.py": [("referrals.EmergencySearch", ("-searched_at", "id"))],
    "web/views/cases/exports.py": [("referrals.CaseExport", ("-asked_at", "id"))],
    "web/views/cases/queue.py": [("referrals.Referral", *((name, "id") for name in DUE))],
    "web/views/directory/imports.py": [
        ("directory.DirectoryImport", ("-tried_at", "-id")), ("directory.HeldRow", ("id",))
    ],
    "web/views/directory/structures.py": [("directory.Structure", ("name", "id"))],
}  # fmt: skip
#: Lists of a call that stands above, sorted by what isn't a column.
OTHERS = {("sorted by an owner", ("sort_key", "id"))}


def rows_of(label: str) -> "models.QuerySet[models.Model]":
    """Return the rows of a list, with what it sorts by where that isn't a column."""
    cases = apps.get_model("referrals", "Referral")._base_manager.all()
    match label:
        case "filings":
            return cases.annotate(filed_on=Coalesce("submitted_at", "created_at"))
        case "sorted by a place":
            return cases.annotate(sort_key=Value(None, output_field=IntegerField(null=True)))
        case "sorted by an owner":
            return cases.annotate(sort_key=F("assignments__user__full_name"))
        case "board":
            measures = apps.get_model("referrals", "Measure")._base_manager.all()
            return measures.annotate(due_at=F("referral__next_due_at"))
    return apps.get_model(label)._base_manager.all()


def extremes(field: models.Field) -> list[object]:
    """Return values of a column that are short, and the longest that it may hold."""
    if isinstance(field, models.GeneratedField):
        field = field.output_field
    while field.remote_field is not None:
        field = field.target_field
    if isinstance(field, models.BooleanField):
        return [None, True, False]
    if isinstance(field, models.IntegerField):
        return [None, 0, 2**63 - 1, -(2**63)]
    if isinstance(field, models.DateTimeField):
        return [
            None,
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        ]
    if isinstance(field, models.DateField):
        return [None, date(2026, 1, 1)]
    if isinstance(field, models.UUIDField):
        return [None, UUID(int=0), uuid4()]
    length = field.max_length
    return [None, "", "a", '"' * length, "é" * length, "\\" * length, "\U0001f600" * length]


def field_of(rows: "models.QuerySet[models.Model]", name: str) -> models.Field:
    plain = name.removeprefix("-")
    if plain in rows.query.annotations:
        return rows.query.annotations[plain].output_field
    meta = rows.model._meta
    return meta.pk if plain == "pk" else meta.get_field(plain)


@pytest.mark.parametrize(
    ("label", "order"),
    sorted(
        {(label, order) for lists in LISTS.values() for label, *orders in lists for order in orders} | OTHERS
    ),
)
@pytest.mark.django_db(databases=["default", "keys"])
def test_the_cursors_of_a_list_are_of_one_length(label, order):
    rows = rows_of(label)
    keys = paging._keys(rows, order)
    choices = [extremes(field_of(rows, name)) for name in order]
    lengths = set()
    for number in range(max(map(len, choices))):
        values = [some[number % len(some)] for some in choices]
        cursor = paging._write(values, "list", paging._size(keys))
        lengths.add(len(cursor))
        assert paging._read(cursor, "list", len(keys)) == values

    assert len(lengths) == 1
    assert lengths < {*range(Cursor.max_chars + 1)}


def test_each_list_is_tried():
    """Each call that makes a page has its row above, and each row its call."""
    found = Counter()
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            named = (
                getattr(node.func, "id", "")
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Call)
            )
            found[str(path.relative_to(ROOT))] += sum(name in ("page_of", "first_page") for name in named)

    expected = {path: len(lists) for path, lists in LISTS.items()}
    assert dict(+found) == expected


@shared_fixture
def organisations(world):
    """Institutions of one authority with short and long names, in one alphabet and in another."""
    for name in ("A", "B" * 200, "é" * 200, "Ω", '"' * 150):
        Organisation.objects.create(name=name, authority=world.authorities["93"], kind="school")


def test_neither_names_nor_addresses_are_told_by_the_length(world, organisations):
    """From outside: every cursor of the institutions and of the accounts, a line a page."""
    for caller, path in (("territory_admin", "organisations"), ("territory_admin", "users")):
        lengths, cursor = set(), ""
        while cursor is not None:
            answer = world.as_(caller).get(f"{path}?limit=1" + (f"&cursor={cursor}" if cursor else ""))
            assert answer.status_code == 200
            cursor = answer.json()["next"]
            lengths |= {len(cursor)} if cursor else set()

        assert len(lengths) == 1, path
