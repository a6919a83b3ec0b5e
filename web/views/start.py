"""Public pages: the start page, and the statements about the pages themselves."""

from django.http import HttpResponse

from accounts.request import ServiceRequest
from referrals.access import people as access_people
from web.page import Page


class Start(Page):
    """GET /."""

    public = True
    template = "web/start.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """Say whom to call first, and what filing means; how to file, unless the reader's roles don't."""
        actor = getattr(request, "actor", None)
        return self.show({"files": actor is None or access_people.may_begin(actor) is not None})


class Accessibility(Page):
    """GET /accessibilite."""

    public = True
    template = "web/accessibility.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Say which criteria are met, which aren't, and how it was looked at."""
        return self.show()
