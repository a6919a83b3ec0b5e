"""Openings of secret addresses, for the supervisor who looks at them (field.md A.7, rule 4)."""

from collections.abc import Mapping
from typing import Any, ClassVar
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
    """GET /annuaire/ouvertures."""

    opens_for: ClassVar[str] = access.REVIEW
    template = "web/directory/openings.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List those that wait for a look, the first due first."""
        waiting = queries.openings_to_look_at(self.actor, at=self.at)
        return self.show(
            self.around() | {"lines": [lines.opening(one, zone_of(self), at=self.at) for one in waiting]}
        )


class Look(DirectoryPage, FormPage):
    """GET, POST /annuaire/ouvertures/{id}."""

    opens_for: ClassVar[str] = access.REVIEW
    template = "web/directory/look.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show who opened which address when and why; the address itself isn't shown.

        Raises:
            NotVisible: no such opening that waits for this reader.
        """
        return self.show(self.page_context(pk) | {"once": self.key()})

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Say whether it was justified, once, and go back to those that wait."""
        body = {"justified": self.sent.text("justified") == "true"} if "justified" in self.sent else {}

        def act() -> UUID:
            secrets.look_at(pk, LookInput.read(body), actor=self.actor, at=self.at)
            return pk

        self.once(body, act)
        return self.onwards(reverse("directory-openings"))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Show it again, with why it was refused."""
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
