"""Counts of cases and children by their coded facts; a purge leaves them as they were (§2.8 no. 10).

Each count is of one fact by itself, by authority, département and local time of receipt. Cases: outcome, channel,
variant, gravest urgency, gravest status, age. Children: the same facts of their case but the last two, and standing,
age, sex, gravest status, danger and decision of their own. So both units are there, the child and the sibling group,
which is the case (COUNT_UNIT). Measures: type, state. Referrals to justice: state. For living cases the month is
published too; for destroyed ones the year alone is stored. Ages are the finest that band and flags tell
(``ages.FINEST``).

What is opened for statistics (commune, month of birth) isn't among them: it comes from disclosures of its own, before
a case is archived (domain.md §4.7, §7.6).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, QuerySet
from django.db.models.functions import ExtractMonth, ExtractYear

from referrals.models import Child, EliminatedCount, FiguresKept, JudicialReferral, Measure, Referral
from referrals.vocabulary.ages import finest
from referrals.vocabulary.states import State

if TYPE_CHECKING:
    from django.db.models import Model

#: What is said of a case by a column of its own; its outcome and its age are put together from several.
OF_CASES: Final = ("channel", "variant", "urgency_ever")
OF_CHILDREN: Final = ("kind", "sex", "status_ever", "danger_level", "decision")
OF_PARTS: Final[Mapping[str, tuple[type["Model"], tuple[str, ...]]]] = {
    "measure": (Measure, ("type_id", "state")),
    "judicial_referral": (JudicialReferral, ("state",)),
}
_AGE: Final = ("age_band", "under_2", "under_15")


class Fact(NamedTuple):
    """One thing that is counted: when and where its case was received, which fact, which of its codes."""

    year: int
    month: int  # 1 to 12; 0 where the year alone is known
    department: str
    what: str
    code: str


def of_cases(cases: "QuerySet[Referral]") -> Counter[Fact]:
    """Return the counts of these cases; drafts and purged ones have none.

    Four queries for each time zone among their authorities, however many cases there are.
    """
    counted = cases.exclude(state__in=(State.DRAFT, State.PURGED)).order_by()
    zones = counted.values_list("authority__timezone", flat=True).distinct()
    counts: Counter[Fact] = Counter()
    for zone in list(zones):
        counts += in_zone(counted.filter(authority__timezone=zone), ZoneInfo(zone))
    return counts


def in_zone(counted: "QuerySet[Referral]", zone: ZoneInfo) -> Counter[Fact]:
    """Return the counts of cases, none of them a draft or purged, whose months are those of one zone: four queries."""
    counts: Counter[Fact] = Counter()
    shared = ("state", "archived_from", *OF_CASES)
    for row, place in _grouped(counted, "", zone, (*shared, "status_ever", *_AGE)):
        facts = _of_case(row, "") | {"status_ever": row["status_ever"], "age": _age(row)}
        _add(counts, place, "referral", facts, row["n"])
    of_case = tuple(f"referral__{name}" for name in shared)
    children = Child.objects.filter(referral__in=counted.values("pk"))
    for row, place in _grouped(children, "referral__", zone, (*of_case, *OF_CHILDREN, *_AGE)):
        facts = _of_case(row, "referral__") | {name: row[name] for name in OF_CHILDREN} | {"age": _age(row)}
        _add(counts, place, "child", facts, row["n"])
    for part, (model, names) in OF_PARTS.items():
        rows = model._default_manager.filter(referral__in=counted.values("pk"))
        for row, place in _grouped(rows, "referral__", zone, names):
            _add(counts, place, part, {name: row[name] for name in names}, row["n"])
    return counts


type _Place = tuple[int, int, str]


def _grouped(
    rows: "QuerySet[Any]", case: str, zone: ZoneInfo, names: tuple[str, ...]
) -> Iterator[tuple[dict[str, Any], _Place]]:
    """Yield how many rows (``n``) have one set of codes, and when and where their case was received."""
    received = f"{case}received_at"
    grouped = (
        rows.order_by()
        .values(
            *names,
            received_year=ExtractYear(received, tzinfo=zone),
            received_month=ExtractMonth(received, tzinfo=zone),
            received_in=F(f"{case}department"),
        )
        .annotate(n=Count("pk"))
    )
    for row in grouped:
        yield row, (row["received_year"], row["received_month"], row["received_in"])


def _of_case(row: Mapping[str, Any], case: str) -> dict[str, str]:
    codes = {"outcome": row[f"{case}archived_from"] or row[f"{case}state"]}
    return codes | {name: row[f"{case}{name}"] for name in OF_CASES}


def _age(row: Mapping[str, Any]) -> str:
    return finest(row["age_band"], under_2=row["under_2"], under_15=row["under_15"])


def _add(found: Counter[Fact], place: _Place, of: str, facts: Mapping[str, str], count: int) -> None:
    for name, code in facts.items():
        found[Fact(*place, f"{of}.{name}", code)] += count


# --- Of one authority ---------------------------------------------------------------------------------


def of_authority(authority_id: UUID) -> Counter[Fact]:
    """Return the counts of an authority by year: of the cases that it keeps, and of those that it kept."""
    living = of_cases(Referral.objects.filter(authority=authority_id))
    return _yearly(living) + _eliminated(authority_id)


def of_year(authority_id: UUID, year: int, zone: ZoneInfo, *, half: str) -> tuple[Counter[Fact], bool]:
    """Return the counts of the cases that an authority received in a year, as they are told in a half-year.

    They are counted at the first telling and kept until the half-year is over, so that who reads each day sees no
    number move: it would be one child's birthday, or a late filing's whole row. Also returned: whether all months are
    known.
    """
    stored_figures = FiguresKept.objects.filter(authority=authority_id, year=year, half=half).first()
    if stored_figures is None:
        living, destroyed = _counted(authority_id, year, zone)
        counts = sorted(
            [fact.month, fact.department, fact.what, fact.code, n] for fact, n in (living + destroyed).items()
        )
        FiguresKept.objects.filter(authority=authority_id, year=year).exclude(half=half).delete()
        stored_figures, _ = FiguresKept.objects.get_or_create(
            authority_id=authority_id,
            year=year,
            half=half,
            defaults={"by_month": not destroyed, "counts": counts},
        )
    counted: Counter[Fact] = Counter()
    for month, department, what, code, count in stored_figures.counts:
        counted[Fact(year, month, department, what, code)] = count
    return counted, stored_figures.by_month


def _counted(authority_id: UUID, year: int, zone: ZoneInfo) -> tuple[Counter[Fact], Counter[Fact]]:
    """Return the counts by month, and those of destroyed cases; the cases are found by authority and receipt."""
    begin, end = (datetime(each, 1, 1, tzinfo=zone) for each in (year, year + 1))
    cases = Referral.objects.filter(authority=authority_id, received_at__gte=begin, received_at__lt=end)
    living = in_zone(cases.exclude(state__in=(State.DRAFT, State.PURGED)).order_by(), zone)
    return living, _eliminated(authority_id, year)


def _yearly(counts: Counter[Fact]) -> Counter[Fact]:
    yearly: Counter[Fact] = Counter()
    for fact, count in counts.items():
        yearly[fact._replace(month=0)] += count
    return yearly


def _eliminated(authority_id: UUID, year: int | None = None) -> Counter[Fact]:
    rows = EliminatedCount.objects.filter(authority=authority_id)
    if year is not None:
        rows = rows.filter(year=year)
    counts: Counter[Fact] = Counter()
    for of, place, what, code, count in rows.values_list("year", "department", "what", "code", "count"):
        counts[Fact(of, 0, place, what, code)] += count
    return counts


def keep_counts(case: Referral) -> None:
    """Add a case that is about to be destroyed to the counts that stay; its authority's rows wait for each other."""
    authority = case.authority
    for fact, count in sorted(_yearly(of_cases(Referral.objects.filter(pk=case.pk))).items()):
        row, _ = EliminatedCount.objects.get_or_create(
            authority=authority, year=fact.year, department=fact.department, what=fact.what, code=fact.code
        )
        EliminatedCount.objects.filter(pk=row.pk).update(count=F("count") + count)
