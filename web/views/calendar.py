"""Deadlines in a person's own calendar: their secret addresses, and what a calendar reads there."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts_actions
from accounts import stepup
from accounts.request import ServiceRequest
from referrals.calendar_feeds import actions, queries
from referrals.calendar_feeds.actions import FeedInput
from web.forms import Ask, day_in_words
from web.generic import ButtonPage, InputPage, ShownPage
from web.page import Page, go_to

NAME: Final = (
    Ask(
        "name",
        _("Nom de l'agenda"),
        _("Pour le reconnaître. Par exemple : « Téléphone de service »."),
        attributes={"maxlength": "60"},
    ),
)
NOT_MODIFIED: Final = 304


class OwnFeeds(ShownPage):
    template = "web/calendar/feeds.html"

    def context(self) -> dict[str, Any]:
        lines = queries.lines(self.actor, at=self.at)
        allowed = bool(actions.allowed(self.actor, at=self.at))
        return {"lines": [_line(one) for one in lines], "allowed": allowed}


class NewFeed(InputPage):
    takes, asks = FeedInput, NAME
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "calendar-feed-new"
    template = "web/calendar/new.html"
    address = ""

    def values(self) -> dict[str, Any]:
        actions.as_reader(self.actor, at=self.at)
        return {}

    def body(self) -> dict[str, Any]:
        # Before what was typed is looked at.
        stepup.require(self.actor, at=self.at)
        actions.as_reader(self.actor, at=self.at)
        return FeedInput.read(super().body())

    def do(self, body: dict[str, Any]) -> UUID:
        issued = actions.make(body["name"], actor=self.actor, at=self.at)
        path = reverse("calendar-feed", kwargs={"secret": issued.secret})
        self.address = self.request.build_absolute_uri(path)
        return issued.feed.pk

    def after(self, made: UUID) -> HttpResponse:
        """Show its address: this once. A form that is sent again shows the list."""
        if not self.address:
            return go_to(reverse("calendar-feeds"))
        return self.show({"address": self.address, "name": self.body()["name"]})


class RevokeFeed(ButtonPage):
    onward = "calendar-feeds"

    def do(self, pk: UUID) -> None:
        accounts_actions.revoke_feed(actor=self.actor, at=self.at, feed_id=pk)


class Feed(Page):
    """GET /agenda/{secret}.ics: for calendars, which have no session; the secret says whose it is."""

    public = True
    http_method_names = ["get", "head"]

    def get(self, request: ServiceRequest, secret: str) -> HttpResponse:
        body, etag = queries.read(request, secret)
        client_tag = request.headers.get("If-None-Match", "")
        response = (
            HttpResponse(status=NOT_MODIFIED)
            if etag in {one.strip().removeprefix("W/") for one in client_tag.split(",")}
            else HttpResponse(body, content_type="text/calendar; charset=utf-8")
        )
        response["ETag"] = etag
        return response


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pk": line["id"],
        "name": line["name"],
        "made": day_in_words(line["made_on"]),
        "ends": day_in_words(line["ends_on"]),
        "used": day_in_words(line["last_used_on"] or ""),
        "over": line["over"],
    }
