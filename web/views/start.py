"""Public pages: the start page, and the statements about the pages themselves."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from accounts.request import ServiceRequest
from referrals.access import matrix
from referrals.access import people as access_people
from referrals.overview import queries as overview
from web import navigation, tiles
from web.page import Page, go_to


class Start(Page):
    """GET /."""

    public = True
    template = "web/start.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """Say whom to call first, what filing means and how it is done; lead who works here to the page of the day.

        Who files finds here what awaits them among the own filings.
        """
        actor = getattr(request, "actor", None)
        if actor is None:
            return self.show({"files": True})
        if navigation.is_staff(actor):
            return go_to(reverse("today"))
        files = access_people.may_begin(actor) is not None
        context: dict[str, Any] = {"files": files}
        if actor.holding(matrix.FILERS):
            context["tiles"] = tiles.of_filer(overview.filed(actor, at=self.at))
        return self.show(context)


class Accessibility(Page):
    """GET /accessibilite."""

    public = True
    template = "web/accessibility.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Say which criteria are met, which aren't, and how it was looked at."""
        return self.show()
