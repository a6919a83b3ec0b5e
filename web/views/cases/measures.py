"""Board of measures: those that aren't over, by where they stand, and what of them is due first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.languages import for_reader
from referrals.measures import queries
from referrals.measures.inputs import BoardQuery
from referrals.models import MeasureType
from referrals.vocabulary.ages import AgeBand
from web import forms
from web.cases import display, lines
from web.cases.base import BlanksLeftOut
from web.forms import ZONE, Ask, Pairs
from web.generic import ShownPage
from web.journal.base import address
from web.views.cases.queue import require_caseworker

PAGE: Final = "measures-page"
FILTERS: Final = (
    Ask("column", _("Colonne"), kind="select", nothing=_("Toutes")),
    Ask("service", _("Service"), kind="select", nothing=_("Tous")),
    Ask("type", _("Type de mesure"), kind="select", nothing=_("Tous")),
    Ask("judicial", _("Mesures judiciaires")),
)


class MeasuresQuery(BlanksLeftOut, BoardQuery):
    """Filters of the board."""


class Measures(ShownPage):
    query = MeasuresQuery
    template = "web/measures/board.html"

    def context(self) -> dict[str, Any]:
        require_caseworker(self.actor)
        filters = dict(self.asked)
        other_filters = {name: value for name, value in filters.items() if name not in ("cursor", "limit")}
        counted = queries.column_counts(self.actor, _of_all_columns(other_filters), at=self.at)
        cards, cursor = queries.board_page(self.request, filters)
        groups = queries.counts(queries.measures_for(self.actor, {}, at=self.at), "service")
        choices = self._choices(groups, other_filters)
        columns = [one for one in queries.Column if filters.get("column") in (None, one)]
        return {
            "columns": [
                self._column(one, counted.get(one, 0), cards, other_filters)
                for one in columns
                if counted.get(one)
            ],
            "total": sum(counted.values()),
            "filters": forms.fields_of(MeasuresQuery, FILTERS, other_filters, choices=choices),
            "filtered": bool(other_filters),
            "groups": [_group(group) for group in groups],
            "first": "cursor" not in filters,
            "next": address(PAGE, _in_query(other_filters) | {"cursor": cursor}) if cursor else "",
        }

    def _column(
        self, column: queries.Column, count: int, cards: Sequence[Mapping[str, Any]], kept: Mapping[str, Any]
    ) -> dict[str, Any]:
        own = [_card(one, self.at) for one in cards if one["column"] == column]
        alone = kept.get("column") == column
        return {
            "code": str(column),
            "label": str(column.label),
            "count": count,
            "cards": own,
            "left": 0 if alone else max(0, count - len(own)),
            "address": address(PAGE, _in_query(kept) | {"column": str(column)}),
        }

    def _choices(self, groups: Sequence[Mapping[str, Any]], kept: Mapping[str, Any]) -> dict[str, Pairs]:
        services = [(group["service"], group["label"]) for group in groups if group["service"]]
        if (service := str(kept.get("service", ""))) and service not in dict(services):
            services.append((service, str(_("Le service choisi"))))
        types = MeasureType.objects.order_by("label_fr").values_list("code", "label_fr", "label_en")
        return {
            "column": [(str(one), str(one.label)) for one in queries.Column],
            "service": sorted(services, key=lambda pair: pair[1]),
            "type": [(code, for_reader({"fr": fr, "en": en})) for code, fr, en in types],
        }


def _of_all_columns(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name != "column"}


def _in_query(kept: Mapping[str, Any]) -> dict[str, str]:
    return {name: "true" if value is True else str(value) for name, value in kept.items() if value != ""}


def _card(card: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "referral": card["referral"],
        "reference": card["reference"],
        "type": display.label(card["type"]),
        "service": card["service"]["name"] if card["service"] else "",
        "age": display.label(card["age_band"]) if card["age_band"]["code"] != AgeBand.UNKNOWN else "",
        "judicial": card["judicial"],
        "urgency": display.label(card["urgency"]) if card["urgency"]["code"] in lines.ALARMING else "",
        "due": lines.due_in_words(card["next_due"], at=at),
        "since": display.instant(card["waits_since"], ZONE),
        "waiting_days": card["waiting_days"],
    }


def _group(group: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": group["label"],
        "count": group["count"],
        "since": display.instant(group["longest_since"], ZONE),
        "address": address(PAGE, {"service": group["service"]}) if group["service"] else reverse(PAGE),
    }
