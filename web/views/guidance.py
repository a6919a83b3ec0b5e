"""Guidance for everybody, without a sign-in; nothing is kept of who reads what (field.md B)."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse

from accounts.request import ServiceRequest
from web.guidance import files, reviews, shown
from web.guidance.numbers import numbers
from web.page import StandingPage

#: The day of a page that nobody signs in to read; the texts' own days leave a margin for the islands.
FRANCE: Final = ZoneInfo("Europe/Paris")


class GuidancePage(StandingPage):
    """A page of the guidance, in the reader's language, on a day."""

    @property
    def today(self) -> date:
        return self.at.astimezone(FRANCE).date()


class Guide(GuidancePage):
    template = "web/guidance/index.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        return self.show({"sections": shown.index(files.language_of_reader(), self.today)})


class OnePage(GuidancePage):
    template = "web/guidance/page.html"

    @property
    def page(self) -> files.GuidePage | None:
        """Return the page that is asked for, if there is one in the reader's language."""
        page = files.pages(files.language_of_reader()).get("{section}/{page}".format(**self.kwargs))
        return page if page is not None and page.status == "published" else None

    def while_out(self) -> HttpResponse | None:
        """Return the page, without who reviewed it; none where there is none."""
        page = self.page
        return self.shown(page, {}) if page and self.request.method in ("GET", "HEAD") else None

    def get(self, request: ServiceRequest, **_: str) -> HttpResponse:
        page = self.page
        if page is None:
            raise Http404
        return self.shown(page, {"review": reviews.of(page, self.today), "asked": True})

    def shown(self, page: files.GuidePage, about: dict[str, object]) -> HttpResponse:
        return self.show(
            about
            | {
                "page": page,
                "label": shown.SECTIONS[page.section],
                "parts": list(shown.parts(page)),
                "articles": shown.articles_of(page),
                "signs": shown.signs_of(page),
                "numbers": shown.numbers_of(page, self.today),
                "overdue": not page.is_current(self.today),
            }
        )


class Poster(GuidancePage):
    template = "web/guidance/poster.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        return self.show({"numbers": [one for one in numbers().values() if one.is_checked(self.today)]})
