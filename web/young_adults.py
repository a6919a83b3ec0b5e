"""A page's question before a birth date of somebody who is of age is taken: 18 to 20 years old (domain.md §4.1).

A program isn't asked, nor is whoever files urgently. The box that answers holds the date that it is about, so that
another date is asked about again.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from referrals.workflow import births
from web.forms import Sent, day_of

if TYPE_CHECKING:
    from referrals.models import Referral

#: The code of the question, and the name of the box that answers it.
OF_AGE: Final = "of-age"


def ask(dates: Iterable[tuple[str, object]], sent: Sent, days: births.Days) -> None:
    """Ask of each birth date, by the path of its field, whether somebody of age is meant, unless a box says so.

    Raises:
        InvalidInput: names each date that nobody has confirmed.
    """
    confirmed = {day_of(text.strip()) for text in sent.texts(OF_AGE)}
    births.refuse(
        (path, OF_AGE)
        for path, birth in dates
        if birth not in confirmed and (day := _day(birth)) is not None and births.is_young_adult(day, days)
    )


def of_children(
    children: Iterable[Mapping[str, Any]], before: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, object]]:
    """Yield the birth dates of a form's children that weren't among those there were."""
    dates_before = {child.get("birth_date") for child in before}
    for place, child in enumerate(children):
        if child.get("birth_date") not in dates_before:
            yield f"children.{place}.birth_date", child.get("birth_date")


def ask_of_step(
    name: str, body: Mapping[str, Any], sent: Sent, referral: "Referral", *, at: datetime
) -> None:
    """Ask it of the birth dates that a step brings: of a child who is added (T50), or whose date is corrected (T42).

    Raises:
        InvalidInput: see ``ask``.
    """
    if name == "add_child":
        ask([("birth_date", body.get("birth_date"))], sent, births.days_at(at))
    elif name == "rectify":
        rows = enumerate(body.get("corrections", ()))
        own = [
            (f"corrections.{place}.value", row.get("value"))
            for place, row in rows
            if (row.get("part"), row.get("field")) == ("children", "birth_date")
        ]
        ask(own, sent, births.days_at(referral.received_at or at))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
