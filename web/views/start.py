"""Public pages: the start page, and the statements about the pages themselves."""

from django.http import HttpResponse
from django.urls import reverse

from accounts.request import ServiceRequest
from web import navigation
from web.page import Page, go_to


class Start(Page):
    public = True
    template = "web/start.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """Say whom to call first, what filing means and how it is done; lead people to their own page, by their roles.

        That is the page of the day to who works here, the own filings to who files.
        """
        actor = getattr(request, "actor", None)
        if actor is not None and actor.roles:
            return go_to(reverse("today" if navigation.is_staff(actor) else "filings"))
        return self.show({"files": actor is None})


class Accessibility(Page):
    public = True
    template = "web/accessibility.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        return self.show()
