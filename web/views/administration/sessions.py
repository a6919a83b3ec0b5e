"""The end of all sessions of an authority, in an alert."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.models import Authority
from accounts.naming import visible
from accounts.request import ServiceRequest
from accounts.sessions import id_of
from web.administration.base import MANAGES, AdministrationPage
from web.page import FormPage


class EndAllSessions(AdministrationPage, FormPage):
    step_up = frozenset({"GET"})
    template = "web/administration/confirm.html"

    def get(self, request: ServiceRequest, authority: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show(self.page_context(authority) | {"once": self.key()})

    def act(self, request: ServiceRequest, authority: UUID) -> HttpResponse:
        place, here = self._authority(authority), id_of(request)

        def end() -> UUID:
            actions.end_all_sessions(actor=self.actor, at=self.at, authority=place, but=here)
            return place.pk

        self.once({}, end)
        return self.onwards(reverse("administration"))

    def redisplay(self, problem: Mapping[str, Any], authority: UUID) -> HttpResponse:
        again = {"problem": problem, "faults": [], "once": self.key(problem)}
        return self.show(self.page_context(authority) | again)

    def _authority(self, pk: UUID) -> Authority:
        return visible(Authority.objects.filter(pk__in=self.actor.may(MANAGES)), pk)

    def page_context(self, pk: UUID) -> dict[str, Any]:
        return self.around() | {
            "title": _("Fermer toutes les connexions"),
            "about": _(
                "En cas d'alerte : toutes les personnes qui ont un rôle dans cette autorité se connectent à nouveau, "
                "sauf vous ici. L'encadrement en est prévenu. Les brouillons sont enregistrés."
            ),
            "back": reverse("administration"),
            "said": [(_("Autorité"), self._authority(pk).name)],
        }
