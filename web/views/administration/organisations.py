"""Institutions of an authority: list, add and correct."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.identifiers import REGISTERS
from accounts.inputs import CorrectionInput, OrganisationInput
from accounts.models import Membership, Organisation
from accounts.models.organisation import OrganisationKind
from accounts.naming import visible
from accounts.request import ServiceRequest
from accounts.validated_actions import corrected, made_organisation
from core.paging import page_of
from core.query import PagedQuery
from web.administration import words
from web.administration.base import KEEPS, AdministrationPage
from web.administration.forms import AdministrationForm, InputForm
from web.cases import confirmation
from web.journal.base import address


class OrganisationsQuery(PagedQuery, confirmation.ConfirmationQuery):
    """A page of institutions, and what was just done."""


class Organisations(AdministrationPage):
    tab = "organisations-page"
    opens_for = (KEEPS,)
    query = OrganisationsQuery
    template = "web/administration/organisations.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        held = Membership.objects.in_force(self.at).filter(organisation=OuterRef("pk")).order_by()
        people = held.values("organisation").annotate(n=Count("user", distinct=True)).values("n")
        known = access.managed_organisations(self.actor).select_related("authority")
        organisations = known.annotate(people=Coalesce(Subquery(people), 0))
        page = page_of(organisations, order=("name", "id"), **self.filters)
        onwards = address("organisations-page", {"cursor": page.next}) if page.next else ""
        return self.show(
            self.around()
            | {
                "lines": [_line(row) for row in page.items],
                "next": onwards,
                "first": "cursor" not in self.asked,
                "several": len(self.authorities) > 1,
            }
        )


def _line(row: Any) -> dict[str, Any]:
    numbers = [f"{register.upper()} {number}" for register in REGISTERS if (number := getattr(row, register))]
    return {
        "pk": row.pk,
        "name": row.name,
        "kind": OrganisationKind(row.kind).label,
        "numbers": numbers,
        "people": row.people,
        "authority": row.authority.name,
    }


class NewOrganisation(AdministrationForm):
    tab = "organisations-page"
    opens_for = (KEEPS,)
    takes, asks = OrganisationInput, words.ORGANISATION
    title, button, back = _("Ajouter une structure"), _("Ajouter la structure"), "organisations-page"

    def do(self, body: Mapping[str, Any]) -> UUID:
        return made_organisation(body, actor=self.actor, at=self.at).pk


class CorrectOrganisation(InputForm):
    tab = "organisations-page"
    opens_for = (KEEPS,)
    takes, asks = CorrectionInput, words.CORRECTION
    title, button, back = _("Corriger une structure"), _("Enregistrer"), "organisations-page"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        organisation: Organisation = visible(access.managed_organisations(self.actor), pk)
        values = {ask.name: getattr(organisation, ask.name) for ask in self.asks}
        return self.show(self.page_context() | self.filled(values))

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        body = self.body()
        self.once(body, lambda: corrected(body, pk, actor=self.actor, at=self.at).pk)
        return self.onwards(reverse(self.back))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:  # noqa: ARG002 - as the address has it
        return self.show(self.page_context() | self.again(problem))
