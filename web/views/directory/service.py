"""The page of one service, which prints on one sheet; the number of the night, a secret address, errors reported."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.naming import visible
from accounts.request import ServiceRequest
from directory import access, queries
from directory.actions import reports, secrets
from directory.codes import Visibility
from directory.inputs import OpeningInput, ReportInput
from directory.models import Service
from web.directory import card, display, words
from web.directory.base import DirectoryPage
from web.directory.editing import DirectoryForm
from web.generic import InputPage, ShownPage


class OneService(DirectoryPage, ShownPage):
    template = "web/directory/service.html"

    def context(self, pk: UUID, night: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return a service; with the number of the night where it was just opened."""
        page = queries.service(pk, actor=self.actor, at=self.at)
        return {
            "card": card.of(page, at=self.at),
            "manage": card.forms_of(page) if page.may_edit else [],
            "night": night,
        }


class NightPhone(OneService):
    http_method_names = ["post"]

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show the number of the night on the page of the service, this once; an entry says so."""
        number = secrets.open_night_phone(pk, actor=self.actor, at=self.at)
        night = {"number": number, "text": display.spelled(number)}
        return self.show(self.around() | self.context(pk, night))


class OpenAddress(DirectoryPage, InputPage):
    opens_for = access.SECRET
    takes, asks = OpeningInput, words.OPENING
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "directory"
    template = "web/directory/address.html"

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Open it, and show it in this answer alone."""
        address = secrets.open_address(pk, self.validated(), actor=self.actor, at=self.at)
        return self.show(self.around() | {"address": card.address(address)})

    def around(self) -> dict[str, Any]:
        secret = access.openable_places(self.actor).filter(visibility=Visibility.SECRET)
        place = visible(secret.select_related("structure"), self.pk)
        name, of = (
            ("directory-service", place.service)
            if place.service
            else ("directory-structure", place.structure)
        )
        return super().around() | {"back": reverse(name, args=[of.pk]), "of": of.name}


class Report(DirectoryForm):
    keeps = True
    takes, asks = ReportInput, words.REPORT
    title, button = _("Signaler une erreur"), _("Signaler")
    about = _(
        "La personne qui tient l'annuaire lit votre phrase et corrige la fiche. Ne nommez aucun enfant, "
        "aucune famille : cette fiche ne parle que d'un service."
    )
    shows = "directory-service"

    def do(self, body: dict[str, Any]) -> UUID:
        return reports.report(self.pk, ReportInput.read(body), actor=self.actor, at=self.at).service_id

    @cached_property
    def service(self) -> Service:
        return queries.service(self.pk, actor=self.actor, at=self.at).service

    def back(self) -> str:
        return self.goes_to(self.service.pk)

    def of(self) -> str:
        return self.service.name
