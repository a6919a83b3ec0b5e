"""The queue's address: its filters and order as a form, as links, and as the heads of its columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Membership
from referrals.access import matrix
from referrals.access import people as access_people
from referrals.cases import sorting
from referrals.cases.filters import ME, NOBODY, CaseQuery
from referrals.staffing.inputs import PASSED
from referrals.vocabulary.states import ACTIVE, CLOSED, State, Urgency
from web import forms
from web.cases import confirmation
from web.cases.base import BlanksLeftOut
from web.cases.choices import role_words
from web.forms import Ask, Field, Pairs

#: How many lines a page may have.
SIZES: Final = ("25", "50", "100")
#: Within how many days something is due, as the form offers it.
WITHIN: Final = (0, 7, 14, 30)
FILTERS: Final = (
    Ask(
        "reference",
        _("Référence"),
        hint=_("Ou un groupe de 4 signes"),
        attributes={"maxlength": "30"},
    ),
    Ask("state", _("État"), kind="select", nothing=_("Tous")),
    Ask("urgency", _("Urgence"), kind="select", nothing=_("Toutes")),
    Ask("due_within", _("Échéances"), kind="select", nothing=_("Toutes")),
    Ask("owner", _("En charge"), kind="select", nothing=_("Tous")),
    Ask("unit", _("Unité"), kind="select", nothing=_("Toutes")),
    Ask("department", _("Département"), width="short", attributes={"maxlength": "3"}),
    Ask("filer", _("Déclarant"), kind="select", nothing=_("Tous")),
    Ask("received_from", _("Reçu à partir du")),
    Ask("received_to", _("Reçu jusqu'au")),
    Ask("sort", _("Trier par"), kind="select", nothing=_("Échéance la plus proche")),
    Ask("limit", _("Lignes par page"), kind="select", nothing="50"),
    Ask("overdue", _("En retard")),
    Ask("runaway", _("En fugue")),
    Ask("majority_near", _("Majorité proche")),
    Ask("similar", _("Dossier similaire à regarder")),
    Ask("unread", _("Messages ou pièces à lire")),
)
#: The columns that sort, by the word of the address; the label of each is the head of its column.
HEADS: Final[Mapping[str, Any]] = {
    "reference": _("Référence"),
    "age": _("Enfant"),
    "filer": _("Déclarant"),
    "received": _("Reçu le"),
    "state": _("État"),
    "due": _("Prochaine échéance"),
    "owner": _("En charge"),
    "urgency": _("Urgence"),
}


class QueueQuery(BlanksLeftOut, CaseQuery, confirmation.ConfirmationQuery):
    """Filters and order of the queue; ``done``: what led back here."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: where it sorts, and whether the list is sorted by it now (``aria-sort``)."""

    label: str
    address: str
    sorted: str


def spelled(params: Mapping[str, Any]) -> str:
    """Return parameters as the query of an address has them; what is open is left out."""
    query = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in params.items()
        if value not in (None, "", False)
    }
    return urlencode(query)


def address(params: Mapping[str, Any], name: str = "cases") -> str:
    """Return the address of the queue, or of a file of it, with these parameters."""
    query = spelled(params)
    return f"{reverse(name)}?{query}" if query else reverse(name)


def link_filters(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the links of a page of the queue take along: filters and order, and not the page itself."""
    left_out = ("cursor", "names", "details", "done")
    defaults = {"sort": "due", "limit": 50}
    return {
        name: value for name, value in asked.items() if name not in left_out and defaults.get(name) != value
    }


def filtering(asked: Mapping[str, Any]) -> bool:
    """Tell whether anything is filtered, whatever the order and the length of the page."""
    return bool(link_filters(asked).keys() - {"sort", "limit"})


def heads(asked: Mapping[str, Any], actor: Actor) -> dict[str, Head]:
    """Return the heads of the columns; one that is sorted by leads to the other direction."""
    now, sortable = asked["sort"], sorting.sortable(actor)
    heads = {}
    for name, label in HEADS.items():
        turned = f"-{name}" if now == name else name
        direction = {name: "ascending", f"-{name}": "descending"}.get(now, "")
        where = address(link_filters(asked) | {"sort": "" if turned == "due" else turned})
        heads[name] = Head(str(label), where if name in sortable else "", direction)
    return heads


def fields(asked: Mapping[str, Any], actor: Actor, *, at: datetime) -> list[Field]:
    """Return the form of the filters, filled with those of the address."""
    values = {
        name: value if isinstance(value, bool) else str(value) for name, value in link_filters(asked).items()
    }
    return forms.fields_of(QueueQuery, FILTERS, values, choices=_choices(values, actor, at=at))


def _choices(values: Mapping[str, Any], actor: Actor, *, at: datetime) -> dict[str, Pairs]:
    """Return the choices that no declaration has; states in their order, the most urgent first."""
    people, units = _people_and_units(actor, at=at)
    days = sorted({*WITHIN, *([int(values["due_within"])] if "due_within" in values else [])})
    return {
        "state": [(str(one), str(one.label)) for one in (State.DRAFT, *ACTIVE, *CLOSED, State.ARCHIVED)],
        "urgency": [(str(one), str(one.label)) for one in reversed(Urgency)],
        "owner": [(ME, gettext("Moi")), (NOBODY, gettext("Aucune personne")), *people],
        "unit": units,
        "due_within": [(str(n), _within(n)) for n in days],
        "sort": [
            (f"{sign}{name}", str(HEADS[name]) + (gettext(", décroissant") if sign else ""))
            for name in sorting.sortable(actor)
            for sign in ("", "-")
            if f"{sign}{name}" != "due"
        ],
        "limit": [(size, size) for size in SIZES if size != "50"],
    }


def _within(days: int) -> str:
    if not days:
        return gettext("Dépassée")
    if days == 1:
        return gettext("D'ici demain")
    return gettext("D'ici %(n)s jours") % {"n": days}


def _people_and_units(actor: Actor, *, at: datetime) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return who may be in charge, and the units of these people, at the actor's authorities; one query.

    The names of colleagues are for readers of the facts, and for who answers for them.
    """
    reads = [role for role in matrix.MATRIX if "D" in matrix.reads_by(role, matrix.ORDINARY[role])]
    here = {position.authority_id for position in actor.holding([*reads, *access_people.ANSWERING])}
    rows = (
        Membership.objects.in_force(at)
        .filter(authority__in=here, role__in=PASSED)
        .select_related("user", "unit")
        .order_by("user__full_name", "id")
    )
    people: dict[str, str] = {}
    units: dict[str, str] = {}
    for row in rows:
        people.setdefault(str(row.user_id), f"{row.user.full_name} – {role_words(row.role)}")
        if row.unit is not None:
            units[str(row.unit_id)] = row.unit.name
    return list(people.items()), sorted(units.items(), key=lambda pair: pair[1])
