"""Bounds of how old a child of a case is said to be: one check for every door (domain.md §4.1).

The service is for minors, and for young adults until they are 21 (CASF L222-5 5°). What counts is the day of receipt;
of a child who was added to a case later (T50), the day on which it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from referrals.errors import InvalidInput
from referrals.vocabulary import ages
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import Child

BORN_LATER, BEYOND_21 = "born-later", "beyond-21"
#: The members that say how old a child is at least.
OLD: Final = ("birth_date", "age_estimated_min")
#: Where the day begins first and last in France: while nobody knows which authority is competent, either may count.
_FIRST, _LAST = ZoneInfo("Pacific/Wallis"), ZoneInfo("Pacific/Tahiti")


class Days(NamedTuple):
    """The day of an instant: the earliest and the latest that it may be, the same where the zone is known."""

    earliest: date
    latest: date


def days_at(instant: datetime, zone: ZoneInfo | None = None) -> Days:
    """Return the day of an instant, in the zone of the authority where that is known."""
    return Days(instant.astimezone(zone or _LAST).date(), instant.astimezone(zone or _FIRST).date())


def counted_days(case: Case, child: "Child") -> Days:
    """Return the day on which the age of a child of a case counts: that of receipt, or of its adding (T50)."""
    added = case.referral.steps.filter(step="add_child", child=child.pk).values_list("at", flat=True).first()
    return days_at(added or case.referral.received_at or case.at, case.zone)


def fault_of(birth: date, days: Days) -> str:
    """Return the code of what is wrong with a birth date; empty where nothing is."""
    if birth > days.latest:
        return BORN_LATER
    return BEYOND_21 if ages.birthday(birth, ages.SUPPORTED_UNTIL) <= days.earliest else ""


def is_young_adult(birth: date, days: Days) -> bool:
    """Tell whether somebody is of age and not 21 yet: a page asks whether that is meant."""
    return ages.birthday(birth, ages.ADULT_AT) <= days.latest and not fault_of(birth, days)


def faults(said: Mapping[str, Any], days: Days, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each member that says of a child what can't be, with the code of the fault."""
    birth, least = (said.get(name) for name in OLD)
    if birth and (fault := fault_of(ages.as_date(birth), days)):
        yield f"{path}birth_date", fault
    if least is not None and least >= ages.SUPPORTED_UNTIL:
        yield f"{path}age_estimated_min", BEYOND_21


def require(children: Iterable[tuple[int, Mapping[str, Any]]], days: Days) -> None:
    """Ask that each child of a form, by its place there, is neither born later nor 21.

    Raises:
        InvalidInput: names each member that says so.
    """
    refuse([fault for place, child in children for fault in faults(child, days, f"children.{place}.")])


def refuse(found: Iterable[tuple[str, str]]) -> None:
    """Refuse where anything was found.

    Raises:
        InvalidInput: names all of it.
    """
    if pairs := list(found):
        raise InvalidInput(*pairs[0], pairs[1:])


def require_born(birth: date | None, at: datetime) -> None:
    """Ask that somebody who needn't be a child of a case was born by now; how long ago doesn't matter.

    Raises:
        InvalidInput: it is a day to come.
    """
    if birth is not None and birth > days_at(at).latest:
        raise InvalidInput("birth_date", BORN_LATER)
