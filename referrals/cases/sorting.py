"""Orders of the list of cases: by each column that is in clear, and that all ties of the reader may read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, Value, When

from accounts.actor import Actor
from referrals.access import matrix
from referrals.access.matrix import Relation
from referrals.access.relations import possible_ties
from referrals.models import Referral
from referrals.reading import clocks, owners
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.filing_answers import FilerProfession
from referrals.vocabulary.states import Coded, State

#: By what a list may be sorted, the other way round with ``-``.
COLUMNS: Final = ("due", "reference", "age", "filer", "received", "state", "urgency", "owner")
SORTS: Final = tuple((f"{sign}{name}", f"{sign}{name}") for name in COLUMNS for sign in ("", "-"))
_PLAIN: Final = {"reference": "reference", "received": "received_at", "urgency": "urgency"}


def sortable(actor: Actor) -> tuple[str, ...]:
    """Return the columns by which the actor may sort: who files is of class C, and its order would tell it."""
    return tuple(name for name in COLUMNS if name != "filer" or _reads_everywhere("C", actor))


def sorted_by(
    rows: "QuerySet[Referral]", sort: str, *, actor: Actor, at: datetime
) -> tuple["QuerySet[Referral]", tuple[str, str]]:
    """Return the rows with what they are sorted by, and the order of ``page_of``; ``due`` where it may not be so."""
    sign, name = _allowed(sort, actor)
    if (plain := plain_order(sort, actor)) is not None:
        return rows, plain
    key: Any
    if name == "state":
        key = _place("state", State)
    elif name == "age":
        key = _place("age_band", [band for band in AgeBand if band != AgeBand.UNKNOWN])
    elif name == "filer":
        key = _place("concern__filer_profession", FilerProfession)
    else:
        people = owners.by_turn(owners.current(actor, at=at).filter(referral=OuterRef("pk")))
        key = Subquery(people.values("user__full_name")[:1])
    return rows.annotate(sort_key=key), (f"{sign}sort_key", "id")


def plain_order(sort: str, actor: Actor) -> tuple[str, str] | None:
    """Return the order of a list that is sorted by a column of the case itself; None where by another thing."""
    sign, name = _allowed(sort, actor)
    column = clocks.due_column(actor) if name == "due" else _PLAIN.get(name)
    return None if column is None else (sign + column, "id")


def _allowed(sort: str, actor: Actor) -> tuple[str, str]:
    sign, name = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
    return (sign, name) if name in sortable(actor) else ("", "due")


def _place(column: str, codes: Iterable[Coded]) -> Case:
    """Return the place of a code in its list: the order that people know, and not that of the letters."""
    whens = [When(**{column: str(code), "then": Value(n)}) for n, code in enumerate(codes)]
    return Case(*whens, default=None, output_field=IntegerField(null=True))


def _reads_everywhere(access_class: str, actor: Actor) -> bool:
    """Tell whether the actor reads a class by every tie that may show it a case."""
    ties = [tie for tie in possible_ties(actor) if tie.relation not in (*matrix.FILED, Relation.APPROVER)]
    return bool(ties) and all(access_class in matrix.reads_by(tie.role, tie.relation) for tie in ties)
