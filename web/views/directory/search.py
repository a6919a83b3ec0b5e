"""Search of the directory: what is looked for never stands in an address, for an age and a place may be a child's."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from directory import queries
from directory.inputs import SearchInput
from web import faults, forms
from web.directory import lines, where, words
from web.directory.base import DirectoryPage
from web.directory.where import WHERE
from web.filing.place import WHICH
from web.forms import Field
from web.page import FormPage

#: As many services stand on a page.
SHOWN: Final = 10
FOUND: Final = _("Services trouvés")


class Search(DirectoryPage, FormPage):
    template = "web/directory/search.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        own = self._own[:1]
        filters: dict[str, Any] = {"department": own[0]} if own else {}
        shown = {WHERE.name: where.in_words(filters)}
        heading = gettext("Services pour %(place)s") % {"place": shown[WHERE.name]} if own else str(FOUND)
        return self._matches(filters, shown, heading=heading)

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Search, and show what was found below the form; no entry of the journal says who searched for what."""
        body = forms.body_of(SearchInput, words.SEARCH, self.sent)
        filters = {name: value for name, value in body.items() if value not in (None, "")}
        filters |= where.read(self.sent)
        if cursor := self.sent.text("cursor"):
            filters["cursor"] = cursor
        return self._matches(filters, self._typed(), heading=str(FOUND), sought=True)

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        problem = faults.worded(problem, SearchInput)
        entries = self._fields(self._typed(), forms.faults_of(problem))
        return self.show(
            self.around()
            | {
                "entries": entries,
                "places": where.offered(self._own),
                "problem": problem,
                "faults": forms.summary(problem, entries),
                "asked": True,
                "heading": str(FOUND),
            }
        )

    @cached_property
    def _own(self) -> list[str]:
        return where.own_departments(self.actor, at=self.at)

    def _typed(self) -> dict[str, Any]:
        typed = forms.typed(SearchInput, words.SEARCH, self.sent)
        return typed | {WHERE.name: self.sent.text(WHERE.name), WHICH.name: self.sent.text(WHICH.name)}

    def _matches(
        self, asked: Mapping[str, Any], shown: Mapping[str, Any], *, heading: str, sought: bool = False
    ) -> HttpResponse:
        page = queries.search(SearchInput.read({"limit": SHOWN, **asked}), actor=self.actor, at=self.at)
        hidden = [(name, "true" if value is True else str(value)) for name, value in shown.items() if value]
        return self.show(
            self.around()
            | {
                "entries": self._fields(shown, {}),
                "places": where.offered(self._own),
                "asked": sought,
                "heading": heading,
                "lines": [
                    lines.service(one, at=self.at, need=str(asked.get("need", ""))) for one in page.items
                ],
                "apart": True,
                "next": page.next,
                "hidden": hidden,
            }
        )

    def _fields(self, values: Mapping[str, Any], wrong: Mapping[str, str]) -> list[Field]:
        """Return the fields: the need, the place, then the rest."""
        need, *others = forms.fields_of(SearchInput, words.SEARCH, values, faults=wrong)
        return [need, *where.fields_of(str(values.get(WHERE.name) or ""), wrong), *others]
