"""Saved views of the queue: made on the queue itself, removed here."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from referrals.saved_views import actions
from referrals.saved_views.actions import NewView
from web.forms import Ask
from web.generic import InputPage
from web.page import Page, go_to
from web.views.cases.queue import require_caseworker

#: Name and query; the second is no question.
NAME: Final = Ask(
    "name",
    _("Nom de la vue"),
    hint=_("Sans nom de personne."),
    width="half",
    attributes={"maxlength": "40"},
)
ASKS: Final = (NAME,)


class SavedViews(InputPage):
    takes = NewView
    asks = ASKS
    template = "web/cases/saved_views.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        require_caseworker(self.actor)
        return self.show({"views": actions.views_of(self.actor)})

    def act(self, request: ServiceRequest) -> HttpResponseRedirect:
        require_caseworker(self.actor)
        values = self.validated()
        self.once(values, lambda: actions.save(**values, actor=self.actor, at=self.at).pk)
        query = values["query"]
        return go_to(reverse("cases") + (f"?{query}" if query else ""))

    def body(self) -> dict[str, Any]:
        return super().body() | {"query": self.sent.text("query")}

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return self.show(
            self.again(problem) | {"query": self.sent.text("query"), "views": actions.views_of(self.actor)}
        )


class RemoveView(Page):
    http_method_names = ["post"]

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponseRedirect:
        actions.require_own(pk, self.actor)
        actions.forget(pk, actor=self.actor)
        return go_to(reverse("saved-views-page"))
