"""Institutions and units of an authority: list, add and correct."""

from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.identifiers import REGISTERS
from accounts.inputs import CorrectionInput, NamedUnitInput, OrganisationInput
from accounts.models import Membership, Organisation, Unit
from accounts.models.organisation import OrganisationKind
from accounts.naming import visible
from accounts.validated_actions import corrected, made_organisation, made_unit
from core.paging import Page, page_of
from web.administration import words
from web.administration.base import KEEPS, AdministrationPage
from web.administration.forms import AdministrationForm
from web.generic import ListPage, ListQuery


class Organisations(AdministrationPage, ListPage):
    tab = "organisations-page"
    opens_for = (KEEPS,)
    query = ListQuery
    template = "web/administration/organisations.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        memberships = Membership.objects.in_force(self.at).filter(organisation=OuterRef("pk")).order_by()
        people = memberships.values("organisation").annotate(n=Count("user", distinct=True)).values("n")
        managed = access.managed_organisations(self.actor).select_related("authority")
        rows = managed.annotate(people=Coalesce(Subquery(people), 0))
        return page_of(rows, order=("name", "id"), **asked)

    def line(self, row: Any) -> dict[str, Any]:
        numbers = [f"{one.upper()} {number}" for one in REGISTERS if (number := getattr(row, one))]
        return {
            "pk": row.pk,
            "name": row.name,
            "kind": OrganisationKind(row.kind).label,
            "numbers": numbers,
            "people": row.people,
            "authority": row.authority.name,
        }

    def around(self) -> dict[str, Any]:
        return super().around() | {"several": len(self.authorities) > 1}


class NewOrganisation(AdministrationForm):
    tab = onward = "organisations-page"
    opens_for = (KEEPS,)
    takes, asks = OrganisationInput, words.ORGANISATION
    title, button = _("Ajouter une structure"), _("Ajouter la structure")

    def do(self, body: dict[str, Any]) -> UUID:
        return made_organisation(body, actor=self.actor, at=self.at).pk


class CorrectOrganisation(AdministrationForm):
    tab = onward = "organisations-page"
    opens_for = (KEEPS,)
    takes, asks = CorrectionInput, words.CORRECTION
    title, button = _("Corriger une structure"), _("Enregistrer")

    def values(self) -> dict[str, Any]:
        organisation: Organisation = visible(access.managed_organisations(self.actor), self.pk)
        return {ask.name: getattr(organisation, ask.name) for ask in self.asks}

    def do(self, body: dict[str, Any]) -> UUID:
        return corrected(body, self.pk, actor=self.actor, at=self.at).pk


class Units(AdministrationForm):
    tab = onward = "units-page"
    takes, asks = NamedUnitInput, words.UNIT
    title, button = _("Unités"), _("Ajouter l'unité")
    template = "web/administration/units.html"

    def do(self, body: dict[str, Any]) -> UUID:
        return made_unit(body, actor=self.actor, at=self.at).pk

    def around(self) -> dict[str, Any]:
        units = Unit.objects.filter(authority__in=self.authorities).select_related("authority")
        several = len(self.authorities) > 1
        lines = [
            f"{one.name}, {one.authority.name}" if several else one.name
            for one in units.order_by("name", "pk")
        ]
        return super().around() | {"lines": lines}
