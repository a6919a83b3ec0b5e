"""Figures of a year, as the API tells them: each fact as a table with bars, and as a file for a spreadsheet."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotAllowed
from accounts.models import Authority
from accounts.request import ServiceRequest
from accounts.territory import departments
from core.inputs import Code, Id, Whole
from core.languages import for_reader
from core.query import InvalidQuery
from referrals.statistics import queries
from referrals.statistics.dimensions import FIGURES, UNITS
from referrals.statistics.queries import FigureQuery
from web import charts, forms, spreadsheets
from web.cases.base import BlanksLeftOut
from web.forms import Ask
from web.generic import ShownPage
from web.journal.base import address
from web.page import Page

#: So many years back may be chosen; an address may name an earlier one.
YEARS_OFFERED: Final = 6
FILTERS: Final = (
    Ask("authority", _("Autorité"), kind="select", nothing=_("La première")),
    Ask("year", _("Année"), kind="select", nothing=_("La dernière année close")),
    Ask("publishable", _("Pour publication : l'année seule, petits nombres arrondis")),
)


class FiguresQuery(BlanksLeftOut, FigureQuery):
    """Which figures: ``territory`` is the place of one in their order."""

    authority = Id(required=False)
    territory = Whole(in_query=True, required=False, default=0)


class TableQuery(FiguresQuery):
    fact = Code([(one.code, one.label) for one in FIGURES])
    unit = Code(list(UNITS.items()))


class FiguresPage(Page):
    """A page for whoever reads the figures of an authority; nothing on it is of a case."""

    query = FiguresQuery

    def require_person(self) -> None:
        super().require_person()
        if not self.actor.may(queries.READ):
            raise NotAllowed(rule=queries.READ)

    @cached_property
    def authorities(self) -> list[Authority]:
        return list(Authority.objects.filter(pk__in=self.actor.may(queries.READ)).order_by("code"))

    @cached_property
    def authority(self) -> UUID:
        return UUID(str(self.asked.get("authority") or self.authorities[0].pk))

    @cached_property
    def figures(self) -> dict[str, Any]:
        """Return the figures; the reading is an entry."""
        publishable = self.asked["publishable"]
        year = self.asked.get("year")
        return queries.of_year(self.authority, year, publishable=publishable, actor=self.actor, at=self.at)

    @property
    def territory(self) -> Mapping[str, Any]:
        territories: Sequence[Mapping[str, Any]] = self.figures["territories"]
        if self.asked["territory"] >= len(territories):
            raise InvalidQuery({"territory": "malformed"})
        number: int = self.asked["territory"]
        return territories[number]

    def where(self, **other: object) -> dict[str, Any]:
        parameters = {"authority": self.authority, "year": self.figures["year"], **other}
        return parameters | ({"publishable": "true"} if self.asked["publishable"] else {})


class Figures(FiguresPage, ShownPage):
    template = "web/figures/figures.html"

    def context(self) -> dict[str, Any]:
        tables = self.territory["tables"]
        number = self.asked["territory"]
        named = self.authorities if len(self.authorities) > 1 else []
        last = self.at.astimezone(ZoneInfo(self.authorities[0].timezone)).year - 1
        years = [str(year) for year in range(last, last - YEARS_OFFERED, -1)]
        choices = {
            "authority": [(str(one.pk), one.name) for one in named],
            "year": [(year, year) for year in years],
        }
        asks = [ask for ask in FILTERS if ask.name != "authority" or named]
        return {
            "year": self.figures["year"],
            "publishable": self.asked["publishable"],
            "least": self.figures["least"],
            "whose": next(one.name for one in self.authorities if one.pk == self.authority),
            "filters": forms.fields_of(FiguresQuery, asks, dict(self.asked), choices=choices),
            "filtered": bool(self.request.GET),
            "territories": [
                (place, place_words(one), address("figures-page", self.where(territory=place)))
                for place, one in enumerate(self.figures["territories"])
            ],
            "territory": number,
            "months": self._months(tables),
            "facts": [
                self._fact(list(of_fact), number)
                for _code, of_fact in groupby(tables, key=lambda table: table["fact"]["code"])
            ],
        }

    def _fact(self, tables: Sequence[Mapping[str, Any]], territory: int) -> dict[str, Any]:
        """Return one fact in its units: a row for each code, but for those that nobody has."""
        fact = tables[0]["fact"]
        units = [for_reader(table["unit"]["label"]) for table in tables]
        columns = [_bars(table) for table in tables]
        rows = list(zip(*columns, strict=True))
        place = {"territory": territory, "fact": fact["code"]}
        return {
            "title": for_reader(fact["label"]),
            "columns": [_("Réponse"), *units],
            "rows": [(cells[0].label, cells) for cells in rows if any(cell.count != 0 for cell in cells)],
            "nobody": [str(cells[0].label) for cells in rows if all(cell.count == 0 for cell in cells)],
            "totals": [table["total"][0] for table in tables],
            "told": any(table["total"][0] is not None for table in tables),
            "files": [
                (unit, address("figures-table", self.where(**place, unit=table["unit"]["code"])))
                for unit, table in zip(units, tables, strict=True)
            ],
        }

    def _months(self, tables: Sequence[Mapping[str, Any]]) -> charts.Chart | None:
        """Return the numbers received by month; None where no months are told."""
        periods = self.figures["periods"]
        months = [place for place, period in enumerate(periods) if period[-3:-2] == "-" and period[-2] != "Q"]
        if not months or not tables:
            return None
        total = tables[0]["total"]
        numbers = [(f"{periods[place][-2:]}", (total[place] or 0,)) for place in months]
        month_lines = [(periods[place], [total[place]]) for place in months if total[place] is not None]
        unit = for_reader(tables[0]["unit"]["label"])
        about = gettext("%(count)s mois communiqués sur douze ; les autres n'ont pas de barre.") % {
            "count": len(month_lines)
        }
        table = charts.Table([_("Mois"), unit], month_lines) if month_lines else None
        return charts.columns("months", _("Reçus par mois"), about, numbers, said=unit, table=table)


class FigureTable(FiguresPage):
    query = TableQuery

    def get(self, request: ServiceRequest) -> HttpResponse:
        """Return one table by all its periods; a number that isn't told is an empty cell."""
        fact, unit = self.asked["fact"], self.asked["unit"]
        own = [
            one
            for one in self.territory["tables"]
            if (one["fact"]["code"], one["unit"]["code"]) == (fact, unit)
        ]
        if not own:
            raise InvalidQuery({"fact": "malformed"})
        head = [
            f"{for_reader(own[0]['fact']['label'])} – {for_reader(own[0]['unit']['label'])}",
            *self.figures["periods"],
        ]
        rows = [(for_reader(row["label"]), *row["numbers"]) for row in own[0]["rows"]]
        name = f"{self.figures['year']}-{fact}-{unit}"
        return spreadsheets.table(name, head, [*rows, (gettext("Total"), *own[0]["total"])])


def _bars(table: Mapping[str, Any]) -> list[charts.Row]:
    return charts.rows([(for_reader(row["label"]), row["numbers"][0]) for row in table["rows"]])


def place_words(territory: Mapping[str, Any]) -> str:
    if territory["elsewhere"]:
        return gettext("Ailleurs")
    code = territory["department"]
    return departments().get(code, code) if code else gettext("Toute l'autorité")
