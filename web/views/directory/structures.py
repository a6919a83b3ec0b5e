"""Structures of the directory: those that one keeps, one of them, and its forms."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from core.inputs import Code
from core.paging import page_of
from core.query import PagedQuery
from directory import access, queries
from directory.actions import places, structures
from directory.codes import ResourceKind, Status
from directory.inputs import StructureChange, StructureInput
from directory.models import Place
from directory.secrecy import LEADS, has_secret_place
from web import forms
from web.cases import confirmation
from web.cases.base import BlanksLeftOut
from web.directory import display, lines, words
from web.directory.base import DirectoryPage
from web.directory.editing import EditorForm, StructureForm, authorities
from web.directory.place_form import PlaceForm
from web.forms import Ask, Pairs
from web.journal.base import address

FILTERS: Final = (
    Ask("kind", _("Genre"), kind="select", nothing=_("Tous")),
    Ask("status", _("État"), kind="select", nothing=_("Tous")),
)


class StructuresQuery(BlanksLeftOut, PagedQuery, confirmation.ConfirmationQuery):
    """A page of structures: which kind, in which state."""

    kind = Code(choices=ResourceKind.choices, required=False)
    status = Code(choices=Status.choices, required=False)


class Structures(DirectoryPage):
    opens_for = access.EDIT
    query = StructuresQuery
    template = "web/directory/structures.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        kept: dict[str, Any] = {name: self.asked[name] for name in ("kind", "status") if name in self.asked}
        asked = {name: value for name, value in self.asked.items() if name in ("cursor", "limit")}
        own = Q(services__merged_into=None) & ~Q(services__status=Status.CLOSED)
        rows = access.kept_structures(self.actor).filter(merged_into=None, **kept)
        rows = rows.annotate(live=Count("services", filter=own))
        page = page_of(rows, order=("name", "id"), bound_to=repr(kept), **asked)
        onwards = address("directory-structures", kept | {"cursor": page.next}) if page.next else ""
        return self.show(
            self.around()
            | {
                "lines": [lines.structure(row) for row in page.items],
                "filters": forms.fields_of(StructuresQuery, FILTERS, kept),
                "filtered": bool(kept),
                "start": address("directory-structures", kept),
                "next": onwards,
                "first": "cursor" not in self.asked,
            }
        )


class OneStructure(DirectoryPage):
    template = "web/directory/structure.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        page = queries.structure(pk, actor=self.actor, at=self.at)
        return self.show(self.around() | lines.structure_page(page, at=self.at))


class NewStructure(EditorForm):
    takes, asks = StructureInput, (*words.STRUCTURE, *words.KNOWN)
    title, button = _("Ajouter une structure"), _("Ajouter la structure")
    about = _("Cherchez d'abord dans l'annuaire : une structure qui y est déjà ne s'ajoute pas deux fois.")

    def find(self, **_of: Any) -> None:
        self._authorities = authorities(self)
        if len(self._authorities) > 1:
            self.asks = (Ask("authority", _("Autorité qui tient la fiche"), kind="select"), *self.asks)

    def choices(self) -> Mapping[str, Pairs]:
        return {"authority": [(str(one.pk), one.name) for one in self._authorities]}

    def values(self) -> dict[str, Any]:
        return {"means": "typed"}

    def do(self, body: Mapping[str, Any]) -> UUID:
        return structures.make(StructureInput.read(body), actor=self.actor, at=self.at).pk

    def after(self, made: UUID) -> str:
        return reverse("directory-structure", args=[made])

    def back(self) -> str:
        return reverse("directory-structures")


class OneStructureForm(StructureForm):
    """A form that changes a structure and leads back to its page."""

    takes = StructureChange

    def values(self) -> dict[str, Any]:
        known = {ask.name for ask in words.KNOWN}
        return {ask.name: getattr(self.structure, ask.name) for ask in self.asks if ask.name not in known} | {
            "means": "typed",
            "phone": display.spelled(self.structure.phone),
        }

    def do(self, body: Mapping[str, Any]) -> UUID:
        values = StructureChange.read(body)
        return structures.change(self.structure.pk, values, actor=self.actor, at=self.at).pk

    def after(self, made: UUID) -> str:
        return reverse("directory-structure", args=[made])

    def back(self) -> str:
        return reverse("directory-structure", args=[self.structure.pk])


class EditStructure(OneStructureForm):
    asks = (*words.STRUCTURE, *words.KNOWN)
    title = _("Corriger une structure")
    secret = False

    def find(self, **of: Any) -> None:
        super().find(**of)
        self.secret = has_secret_place(self.structure.pk)
        if self.secret:
            self.about = _(
                "Une adresse de cette structure est secrète : ce qui permettrait de la trouver (site, SIRET, FINESS) "
                "n'est plus montré. Un champ laissé vide garde ce qu'il contient."
            )

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | (dict.fromkeys(LEADS & values.keys(), "") if self.secret else {})

    def body(self) -> dict[str, Any]:
        body = super().body()
        untold = LEADS if self.secret else frozenset()
        return {name: value for name, value in body.items() if value or name not in untold}


class StructureState(OneStructureForm):
    asks = (*words.STRUCTURE_STATUS, *words.KNOWN)
    title = _("Changer l'état de la structure")


class StructurePlace(PlaceForm, StructureForm):
    def place(self) -> Place | None:
        return Place.objects.filter(structure=self.structure, service=None).first()

    def do(self, body: Mapping[str, Any]) -> UUID:
        values = self.read(body)
        places.put(self.structure.pk, None, values, actor=self.actor, at=self.at)
        return self.structure.pk

    def after(self, made: UUID) -> str:
        return reverse("directory-structure", args=[made])

    def back(self) -> str:
        return reverse("directory-structure", args=[self.structure.pk])
