"""Saves and forgets a view, and lists those of an account; sealed under the account, shown to nobody else."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from accounts.actor import Actor
from accounts.models import User
from core.inputs import StrictSerializer, Text
from core.query import InvalidQuery
from encryption import bearer, index
from encryption.errors import Unreadable
from referrals.access import visibility
from referrals.access.matrix import NOBODY
from referrals.cases.filters import VIEWED, CaseQuery
from referrals.errors import InvalidInput, NotAllowed, NotVisible
from referrals.models import SavedView

#: As many views one account keeps at most.
VIEWS_MAX: Final = 20


class NewView(StrictSerializer):
    """A name, and the query of the list's address: filters, order, lines a page."""

    name = Text(max_length=40)
    query = Text(max_length=1_000, required=False, allow_blank=True, default="")


@dataclass(frozen=True, slots=True)
class View:
    """A view as its account sees it; ``query`` is that of an address."""

    id: UUID
    name: str
    query: str


def views_of(actor: Actor) -> list[View]:
    """Return the views of an account, the oldest first; one that doesn't open any more is left out."""
    return [view for view in map(view_of, own(actor)) if view is not None]


def own(actor: Actor) -> "QuerySet[SavedView]":
    """Return the rows of an account."""
    return SavedView.objects.filter(person=_person(actor))


def view_of(row: SavedView) -> View | None:
    """Return what a row keeps; None where it wasn't sealed for the account that the row names."""
    try:
        name, query = json.loads(bearer.opened(_secret(bytes(row.person)), _PURPOSE, bytes(row.kept)))
    except Unreadable:
        return None
    return View(row.pk, name, query)


def save(name: str, query: str, *, actor: Actor, at: datetime) -> SavedView:
    """Keep the filters and the order of a list's query under a name; a view of the same name is replaced.

    Raises:
        NotAllowed: the actor works on no case.
        InvalidInput: it isn't a query of the list, or the account keeps as many views as it may.
    """
    require_working(actor)
    filters = _filters(query)
    # Who saves two at once waits: the bound is asked of all that are there.
    User.objects.select_for_update(no_key=True).get(pk=actor.user_id or NOBODY)
    view_ids = {view.name: view.id for view in views_of(actor)}
    if name not in view_ids and len(view_ids) >= VIEWS_MAX:
        raise InvalidInput("name", "too-many")
    person = _person(actor)
    sealed_view = bearer.sealed(_secret(person), _PURPOSE, json.dumps([name, filters]).encode())
    row = SavedView(person=person, kept=sealed_view, at=at)
    if name in view_ids:
        row = own(actor).get(pk=view_ids[name])
        row.kept = sealed_view
    row.save()
    return row


def require_working(actor: Actor) -> None:
    """Refuse whoever has no list of cases to look at.

    Raises:
        NotAllowed: the actor works on no case.
    """
    if not visibility.works(actor):
        raise NotAllowed("views:save")


def require_own(pk: UUID, actor: Actor) -> None:
    """Refuse a view of nobody's, or of another account's: the two look the same.

    Raises:
        NotVisible: it isn't the actor's.
    """
    if not own(actor).filter(pk=pk).exists():
        raise NotVisible


def forget(pk: UUID, *, actor: Actor) -> None:
    """Delete a view of the actor's own; nothing where there is none."""
    own(actor).filter(pk=pk).delete()


_PURPOSE: Final = "view"


def _person(actor: Actor) -> bytes:
    return index.keyed("views.person", (actor.user_id or NOBODY).bytes)


def _secret(person: bytes) -> bytes:
    return index.keyed("views.kept", person)


def _filters(query: str) -> str:
    """Return what a view keeps of a query: codes, days and ids, and nothing that somebody typed."""
    parameters = QueryDict(query)
    try:
        CaseQuery.of(parameters)
    except InvalidQuery as wrong:
        raise InvalidInput("query", "malformed") from wrong
    return urlencode({name: parameters[name] for name in VIEWED if parameters.get(name)})
