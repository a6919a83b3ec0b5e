"""Structures of the directory: those that one keeps, one of them, and its forms."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.inputs import Code
from core.paging import Page, page_of
from directory import access, queries
from directory.actions import places, structures
from directory.codes import ResourceKind, Status
from directory.inputs import StructureChange, StructureInput
from directory.models import Place, Structure
from directory.secrecy import LEADS, has_secret_place
from web.cases.base import BlanksLeftOut
from web.directory import display, lines, week, words
from web.directory.base import DirectoryPage
from web.directory.editing import EditorForm, StructureForm, authorities
from web.directory.place_form import PlaceForm
from web.forms import Ask, Pairs
from web.generic import ListPage, ListQuery, ShownPage, address_of, named

FILTERS: Final = (
    Ask("kind", _("Genre"), kind="select", nothing=_("Tous")),
    Ask("status", _("État"), kind="select", nothing=_("Tous")),
)


class TypedStructure(week.Week, StructureInput):
    """A new structure as a page asks for it."""


class TypedStructureChange(week.Week, StructureChange):
    """A change of a structure as a page asks for it."""


class StructuresQuery(BlanksLeftOut, ListQuery):
    """A page of structures: which kind, in which state."""

    kind = Code(choices=ResourceKind.choices, required=False)
    status = Code(choices=Status.choices, required=False)


class Structures(DirectoryPage, ListPage):
    opens_for = access.EDIT
    query = StructuresQuery
    filtered_by = FILTERS
    template = "web/directory/structures.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        own = Q(services__merged_into=None) & ~Q(services__status=Status.CLOSED)
        rows = access.editable_structures(self.actor).filter(merged_into=None, **self.chosen)
        rows = rows.annotate(live=Count("services", filter=own))
        paging = {name: value for name, value in asked.items() if name in ("cursor", "limit")}
        return page_of(rows, order=("name", "id"), bound_to=repr(self.chosen), **paging)

    def line(self, row: Structure) -> dict[str, Any]:
        return lines.structure(row)

    def around(self) -> dict[str, Any]:
        return super().around() | {"start": address_of(self.request.path, self.chosen)}


class OneStructure(DirectoryPage, ShownPage):
    template = "web/directory/structure.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Return a structure, its services and, to whoever keeps it, its forms."""
        return lines.structure_page(queries.structure(pk, actor=self.actor, at=self.at), at=self.at)


class NewStructure(EditorForm):
    takes, asks = TypedStructure, (*words.STRUCTURE, *words.KNOWN)
    title, button = _("Ajouter une structure"), _("Ajouter la structure")
    about = _("Cherchez d'abord dans l'annuaire : une structure qui y est déjà ne s'ajoute pas deux fois.")
    shows = "directory-structure"

    def prepare(self) -> None:
        self.authorities = authorities(self)
        if len(self.authorities) > 1:
            self.asks = (Ask("authority", _("Autorité qui tient la fiche"), kind="select"), *self.asks)

    def choices(self) -> Mapping[str, Pairs]:
        return {"authority": named(self.authorities)}

    def values(self) -> dict[str, Any]:
        return {"means": "typed"}

    def body(self) -> dict[str, Any]:
        return week.into(super().body())

    def do(self, body: dict[str, Any]) -> UUID:
        return structures.make(StructureInput.read(body), actor=self.actor, at=self.at).pk

    def back(self) -> str:
        return reverse("directory-structures")


class OneStructureForm(StructureForm):
    """A form that changes a structure."""

    takes = TypedStructureChange

    def body(self) -> dict[str, Any]:
        return week.into(super().body(), self.structure.opening_hours)

    def values(self) -> dict[str, Any]:
        apart = {*(ask.name for ask in words.KNOWN), *week.NAMES}
        return (
            {ask.name: getattr(self.structure, ask.name) for ask in self.asks if ask.name not in apart}
            | week.values_of(self.structure.opening_hours)
            | {
                "means": "typed",
                "phone": display.spelled(self.structure.phone),
            }
        )

    def do(self, body: dict[str, Any]) -> UUID:
        values = StructureChange.read(body)
        return structures.change(self.structure.pk, values, actor=self.actor, at=self.at).pk


class EditStructure(OneStructureForm):
    asks = (*words.STRUCTURE, *words.KNOWN)
    title = _("Corriger une structure")
    secret = False

    def prepare(self, pk: UUID) -> None:
        super().prepare(pk)
        self.secret = has_secret_place(self.structure.pk)
        if self.secret:
            self.about = _(
                "Une adresse de cette structure est secrète : ce qui permettrait de la trouver (site, SIRET, FINESS) "
                "n'est plus montré. Un champ laissé vide garde ce qu'il contient."
            )

    def values(self) -> dict[str, Any]:
        """Begin with what is known, but for what leads to a secret address."""
        values = super().values()
        return values | (dict.fromkeys(LEADS & values.keys(), "") if self.secret else {})

    def body(self) -> dict[str, Any]:
        """Return what was typed; of what isn't shown an empty field changes nothing."""
        hidden = LEADS if self.secret else frozenset()
        return {name: value for name, value in super().body().items() if value or name not in hidden}


class StructureState(OneStructureForm):
    asks = (*words.STRUCTURE_STATUS, *words.KNOWN)
    title = _("Changer l'état de la structure")


class StructurePlace(PlaceForm, StructureForm):
    def place(self) -> Place | None:
        return Place.objects.filter(structure=self.structure, service=None).first()

    def do(self, body: dict[str, Any]) -> UUID:
        places.put(self.structure.pk, None, self.read(body), actor=self.actor, at=self.at)
        return self.structure.pk
