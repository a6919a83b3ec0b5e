"""Activity charts of readings and refusals, with a table beside each: by day and kind, by hour of the week."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit import activity
from core.inputs import Code
from web import charts
from web.cases.base import BlanksLeftOut
from web.generic import ShownPage
from web.journal.base import JournalPage

KINDS: Final = (
    ("files", _("Dossiers et pièces ouverts")),
    ("lists", _("Listes consultées")),
    ("searches", _("Recherches de personnes")),
    ("changes", _("Étapes de la procédure")),
    ("refusals", _("Refus et échecs")),
    ("emergencies", _("Ouvertures et recherches d'urgence")),
    ("exports", _("Exports")),
)
WEEK: Final = (_("lun."), _("mar."), _("mer."), _("jeu."), _("ven."), _("sam."), _("dim."))


class PeriodQuery(BlanksLeftOut):
    days = Code([(str(days), str(days)) for days in activity.DAYS], required=False, default="30")


class Pictures(JournalPage, ShownPage):
    tab = "journal-pictures"
    query = PeriodQuery
    template = "web/journal/pictures.html"

    def context(self) -> dict[str, Any]:
        days = int(self.asked["days"])
        counted = activity.activity({"days": days, "zone": self.zone}, actor=self.actor, at=self.at)
        monthly = days == activity.YEAR
        spans = counted.months if monthly else counted.days
        return {
            "days": days,
            "periods": activity.DAYS,
            "year": activity.YEAR,
            "kinds": [label for _, label in KINDS],
            "charts": [self._chart(kind, label, spans, monthly=monthly) for kind, label in KINDS],
            "rows": [(day.day, [getattr(day, kind) for kind, _ in KINDS]) for day in reversed(spans)],
            "week": [(day, row, sum(row)) for day, row in zip(WEEK, counted.hours, strict=True)],
            "names": [(day, n * (charts.CELL + 1) + 24) for n, day in enumerate(WEEK)],
            "cells": charts.cells(counted.hours),
            "cell": charts.CELL,
            "hours": [f"{hour} h" for hour in range(24)],
            "marks": [(hour, charts.LEFT + hour * charts.CELL) for hour in range(0, 24, 6)],
            "busiest": self._busiest(counted),
            "left": charts.LEFT,
        }

    def _chart(
        self, kind: str, label: object, spans: Sequence[activity.Day], *, monthly: bool
    ) -> charts.Chart:
        form = "%m/%Y" if monthly else "%d/%m"
        numbers = [(f"{span.day:{form}}", (getattr(span, kind),)) for span in spans]
        total, most = (sum(n for _, (n,) in numbers), max(n for _, (n,) in numbers))
        words = (
            gettext(
                "%(total)s en %(days)s mois, au plus %(most)s en un mois. Le tableau ci-dessous donne chaque mois."
            )
            if monthly
            else gettext(
                "%(total)s en %(days)s jours, au plus %(most)s en un jour. Le tableau ci-dessous donne chaque jour."
            )
        )
        about = words % {"total": total, "days": len(numbers), "most": most}
        return charts.columns(
            kind, label, about, numbers, said=gettext("%(total)s en tout") % {"total": total}
        )

    def _busiest(self, counted: activity.Activity) -> str:
        """Return the hour of the week with most openings, in words; empty where there are none."""
        count, weekday, hour = max(
            (count, -weekday, -hour)
            for weekday, row in enumerate(counted.hours)
            for hour, count in enumerate(row)
        )
        if not count:
            return ""
        busiest = {"day": WEEK[-weekday], "from": -hour, "to": -hour + 1, "count": count}
        return gettext("Maximum : %(day)s de %(from)s h à %(to)s h (%(count)s).") % busiest
