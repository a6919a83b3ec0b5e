"""Search for a child by name: a form, and below it what was found; nothing of it stands in an address (SEC-AU9)."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authority
from accounts.request import ServiceRequest
from referrals.cases import columns
from referrals.duplicates import name_search
from referrals.duplicates.inputs import Wanted
from referrals.vocabulary.role_sets import CELL
from web.cases import lines
from web.forms import Ask, Pairs
from web.generic import InputPage, named

ASKS: Final = (
    Ask("last_name", _("Nom de famille"), width="half", attributes={"spellcheck": "false"}),
    Ask("first_names", _("Prénom"), width="half", attributes={"spellcheck": "false"}),
    Ask("birth_date", _("Date de naissance"), width="date"),
)
WHERE: Final = Ask("authority", _("Autorité"), kind="select", width="half")


class NameSearch(InputPage):
    takes = Wanted
    asks: Sequence[Ask] = ASKS
    template = "web/cases/name_search.html"

    def prepare(self) -> None:
        """Refuse whoever is of no cell; ask whoever is of several, which one's files to search."""
        name_search.require_cell(self.actor)
        self.authorities = {position.authority_id for position in self.actor.holding(CELL)}
        self.asks = (*ASKS, WHERE) if len(self.authorities) > 1 else ASKS

    def act(self, request: ServiceRequest) -> HttpResponse:
        self.prepare()
        values = self.validated()
        searcher, authority = name_search.searcher(self.actor, values.pop("authority", None))
        answer = name_search.search(name_search.Query(**values), authority, actor=searcher, at=self.at)
        columns.add_facts(answer.cases, answer.ties, answer.lines, actor=searcher, at=self.at)
        for line in answer.lines:
            line["children"] = [line["child"]]
        return self.show(
            self.filled(self.typed())
            | {
                "answered": True,
                "lines": lines.in_words(answer.lines, at=self.at),
                "more": answer.more,
                "most": name_search.SHOWN_AT_MOST,
                "elsewhere": [one["name"] for one in answer.elsewhere],
                "left_out": [why.label for why in answer.left_out],
                "not_indexed": answer.not_indexed,
            }
        )

    def choices(self) -> Mapping[str, Pairs]:
        if WHERE not in self.asks:
            return {}
        return {"authority": named(Authority.objects.filter(pk__in=self.authorities).order_by("name"))}
