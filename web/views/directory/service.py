"""The page of one service, which prints on one sheet; the number of the night, a secret address, errors reported."""

from collections.abc import Mapping
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
from web.directory import card, display, words
from web.directory.base import DirectoryPage
from web.page import InputPage


class OneService(DirectoryPage):
    template = "web/directory/service.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.shown(pk)

    def shown(self, pk: UUID, night: Mapping[str, str] | None = None) -> HttpResponse:
        """Return the page; with the number of the night where it was just opened."""
        page = queries.service(pk, actor=self.actor, at=self.at)
        return self.show(
            self.around()
            | {
                "card": card.of(page, at=self.at),
                "manage": card.forms_of(page) if page.may_edit else [],
                "night": night,
            }
        )


class NightPhone(OneService):
    http_method_names = ["post"]

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the number of the night on the page of the service, this once; an entry says so."""
        number = secrets.open_night_phone(pk, actor=self.actor, at=self.at)
        return self.shown(pk, {"number": number, "text": display.spelled(number)})


class OpenAddress(DirectoryPage, InputPage):
    opens_for = access.SECRET
    takes, asks = OpeningInput, words.OPENING
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "directory"
    template = "web/directory/address.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show(self.page_context(pk) | self.filled({}))

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        body = self.validated()
        address = secrets.open_address(pk, body, actor=self.actor, at=self.at)
        return self.show(self.page_context(pk) | {"address": card.address(address)})

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        return self.show(self.page_context(pk) | self.again(problem))

    def page_context(self, pk: UUID) -> dict[str, Any]:
        secret = access.openable_places(self.actor).filter(visibility=Visibility.SECRET)
        place = visible(secret.select_related("structure"), pk)
        name, of = (
            ("directory-service", place.service)
            if place.service
            else ("directory-structure", place.structure)
        )
        return self.around() | {"back": reverse(name, args=[of.pk]), "of": of.name}


class Report(DirectoryPage, InputPage):
    keeps = True
    takes, asks = ReportInput, words.REPORT
    template = "web/directory/form.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show(self.page_context(pk) | self.filled({}))

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        body = self.body()
        made = self.once(
            body, lambda: reports.report(pk, ReportInput.read(body), actor=self.actor, at=self.at).service_id
        )
        return self.to_service(made)

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        return self.show(self.page_context(pk) | self.again(problem))

    def page_context(self, pk: UUID) -> dict[str, Any]:
        page = queries.service(pk, actor=self.actor, at=self.at)
        return self.around() | {
            "title": _("Signaler une erreur"),
            "button": _("Signaler"),
            "about": _(
                "La personne qui tient l'annuaire lit votre phrase et corrige la fiche. Ne nommez aucun enfant, "
                "aucune famille : cette fiche ne parle que d'un service."
            ),
            "back": reverse("directory-service", args=[page.service.pk]),
            "of": page.service.name,
        }
