"""Openings of secret addresses, for the supervisor who looks at them (field.md A.7, rule 4)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse

from accounts.errors import NotVisible
from accounts.models import Authority
from accounts.request import ServiceRequest
from directory import access, queries
from directory.actions import secrets
from directory.inputs import LookInput
from web.directory import lines
from web.directory.base import DirectoryPage
from web.forms import ZONE
from web.page import FormPage


def zone_of(page: DirectoryPage) -> ZoneInfo:
    """Return the zone in which the reader's authority tells its times."""
    found = Authority.objects.filter(pk__in=page.actor.may(access.REVIEW)).order_by("code").first()
    return ZoneInfo(found.timezone) if found is not None else ZONE


class Openings(DirectoryPage):
    opens_for = access.REVIEW
    template = "web/directory/openings.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        waiting = queries.openings_to_look_at(self.actor, at=self.at)
        return self.show(
            self.around() | {"lines": [lines.opening(one, zone_of(self), at=self.at) for one in waiting]}
        )


class Look(DirectoryPage, FormPage):
    opens_for = access.REVIEW
    template = "web/directory/look.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show(self.page_context(pk) | {"once": self.key()})

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        body = {"justified": self.sent.text("justified") == "true"} if "justified" in self.sent else {}

        def act() -> UUID:
            secrets.look_at(pk, LookInput.read(body), actor=self.actor, at=self.at)
            return pk

        self.once(body, act)
        return self.onwards(reverse("directory-openings"))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        return self.show(
            self.page_context(pk) | {"problem": problem, "faults": [], "once": self.key(problem)}
        )

    def page_context(self, pk: UUID) -> dict[str, Any]:
        waiting = queries.openings_to_look_at(self.actor, at=self.at)
        found = next((one for one in waiting if one.id == pk), None)
        if found is None:
            raise NotVisible
        return self.around() | {
            "back": reverse("directory-openings"),
            "line": lines.opening(found, zone_of(self), at=self.at),
        }
