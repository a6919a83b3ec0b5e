"""The queue: a table of the reader's cases, with filters, order, names on request, and as a file for a spreadsheet."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext

from accounts.request import ServiceRequest
from core.inputs import Code, StrictSerializer, Text
from referrals.access import people as access_people
from referrals.cases.queries import case_page
from referrals.errors import TooManyLines
from referrals.exports import actions as exports_actions
from referrals.reading import counts
from referrals.saved_views import actions as saved_views_actions
from referrals.saved_views.actions import NewView
from referrals.staffing import bulk
from referrals.vocabulary.role_sets import CELL, IN_CELL
from web import forms, spreadsheets
from web.cases import confirmation, lines, list_filters
from web.cases.list_filters import QueueQuery
from web.generic import ShownPage
from web.page import Page, fresh_key, go_to
from web.views.cases import saved_views
from web.views.cases.queue import require_caseworker

#: Under what the session remembers how its person looks at the queue.
_REMEMBERED: Final = "queue"
#: As many lines has a file: those of the longest page, for the entry names each case.
FILE_MAX: Final = 100


def remembered(request: HttpRequest) -> dict[str, bool]:
    """Return how the session's person looks at the queue: with names, compact."""
    remembered_filters = request.session.get(_REMEMBERED, {})
    return {name: bool(remembered_filters.get(name)) for name in ("names", "compact")}


class Queue(ShownPage):
    query = QueueQuery
    template = "web/cases/queue.html"

    def context(self) -> dict[str, Any]:
        require_caseworker(self.actor)
        shown = remembered(self.request)
        filters = dict(self.asked) | {"details": True}
        filters.pop("done", "")
        names = filters["names"] or shown["names"]
        rows, cursor, full = _page(self.request, filters, names=names)
        remaining_filters = list_filters.link_filters(filters)
        query = list_filters.spelled(remaining_filters)
        here = remaining_filters | ({"cursor": filters["cursor"]} if "cursor" in filters else {})
        return {
            "lines": lines.in_words(rows, at=self.at),
            "heads": list_filters.heads(filters, self.actor),
            "names": names and not full,
            "names_full": full,
            "compact": shown["compact"],
            "counts": counts.counts(self.actor, at=self.at),
            "filters": list_filters.fields(filters, self.actor, at=self.at),
            "filtered": list_filters.filtering(filters),
            "query": query,
            "here": list_filters.spelled(here),
            "file": list_filters.address(remaining_filters, "cases-file"),
            "next": list_filters.address(remaining_filters | {"cursor": cursor}) if cursor else "",
            "start_address": list_filters.address(remaining_filters),
            "first": "cursor" not in filters,
            "done": confirmation.in_words(self)["done"],
            "views": saved_views_actions.views_of(self.actor),
            "once": fresh_key(),
            "view_entries": forms.fields_of(NewView, saved_views.ASKS, {}, ids="view-"),
            "searches": bool(self.actor.holding(CELL)),
            "moves": bool(bulk.offered(self.actor)),
            "takes": bool(self.actor.holding(IN_CELL)),
            "exports": bool(self.actor.holding(exports_actions.ASKERS | exports_actions.SECONDS)),
            "workload": bool(self.actor.holding(access_people.ANSWERING)),
        }


def _page(
    request: ServiceRequest, asked: Mapping[str, Any], *, names: bool
) -> tuple[Sequence[Mapping[str, Any]], str | None, bool]:
    """Return a page of the list, and whether it goes without the names that the session remembers.

    The queue itself must stay readable where no more names may be read within the hour.
    """
    try:
        return *case_page(request, {**asked, "names": names}), False
    except TooManyLines:
        if asked["names"]:
            raise
        return *case_page(request, {**asked, "names": False}), True


class LooksInput(StrictSerializer):
    """How the queue is looked at from now on, and the query of the page to go back to."""

    names = Code([("on", ""), ("off", "")], required=False)
    compact = Code([("on", ""), ("off", "")], required=False)
    query = Text(max_length=2_000, required=False, allow_blank=True, default="")


class Looks(Page):
    http_method_names = ["post"]

    def post(self, request: ServiceRequest) -> HttpResponseRedirect:
        require_caseworker(self.actor)
        sent = {name: self.sent.text(name) for name in ("names", "compact", "query") if name in self.sent}
        wanted = LooksInput.read(sent)
        query = wanted.pop("query")
        QueueQuery.of(QueryDict(query))
        request.session[_REMEMBERED] = remembered(request) | {
            name: value == "on" for name, value in wanted.items()
        }
        return go_to(list_filters.address(QueryDict(query).dict()))


class ListFile(Page):
    query = QueueQuery

    def get(self, request: ServiceRequest) -> HttpResponse:
        """Return the first lines of the list, without names, for a spreadsheet; one entry, as for a page (SEC-AZ15)."""
        require_caseworker(self.actor)
        filters = dict(self.asked) | {"details": True, "names": False, "limit": FILE_MAX}
        rows, cursor = case_page(request, filters)
        cells = [_cells(line) for line in lines.in_words(rows, at=self.at)]
        if cursor:
            cells.append(
                [gettext("Liste coupée à %(n)s lignes : filtrez pour obtenir les autres.") % {"n": FILE_MAX}]
            )
        return spreadsheets.table("dossiers", _columns(), cells)


def _columns() -> list[str]:
    return [
        gettext("Référence"),
        gettext("Âge"),
        gettext("Département"),
        gettext("Déclarant"),
        gettext("Reçu le"),
        gettext("État"),
        gettext("Urgence"),
        gettext("Prochaine échéance"),
        gettext("Le"),
        gettext("En retard"),
        gettext("En charge"),
        gettext("Pièces"),
        gettext("Dossiers similaires"),
    ]


def _cells(line: Mapping[str, Any]) -> list[str]:
    due = line["due"]
    return [
        line["reference"],
        line["age"],
        line["department"],
        line["filer"],
        line["received"],
        line["state"],
        line["urgency"],
        due.label if due else "",
        due.when if due else "",
        (gettext("Oui") if due.late else gettext("Non")) if due else "",
        ", ".join(owner["name"] for owner in line["owners"]),
        str(line["attachments"]),
        str(line["similar"]),
    ]
