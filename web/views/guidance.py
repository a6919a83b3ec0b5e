"""Guidance for everybody, without a sign-in; nothing is kept of who reads what (field.md B)."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from web.generic import InputPage
from web.guidance import files, reviews, shown, six
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
        return self.show({"doors": shown.doors(files.language_of_reader(), self.today)})


class SixQuestions(InputPage):
    """GET, POST /guide/que-faire: six answers, and what to do now; they are kept nowhere and stand in no address."""

    public = True
    takes, asks = six.SixAnswers, six.ASKS
    template = "web/guidance/six.html"

    def act(self, request: ServiceRequest) -> HttpResponse:
        said = self.validated()
        answer = six.answer(said)
        parts = (
            (_("Qui appeler"), answer.call),
            (_("Ce qu'il faut noter"), answer.note),
            (_("Ce qu'il ne faut pas faire"), answer.avoid),
        )
        carried = [(f"{six.CARRIED}{name}", value) for name, value in said.items() if name != "saw"]
        carried += [(f"{six.CARRIED}saw", one) for one in said["saw"]]
        return self.show({"answer": answer, "parts": parts, "carried": carried})


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
