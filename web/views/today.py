"""Page of the day: what presses, what waits for the reader, and how the work stands, by the roles that they hold."""

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from accounts.roles import Role
from referrals.access import people as access_people
from referrals.access.matrix import ORDINARY, Relation
from referrals.errors import NotAllowed
from referrals.overview import queries as overview
from referrals.reading.counts import counts
from referrals.urgent_calls.queries import call_page
from referrals.workflow.clocks import ClockState
from web import charts, navigation, tiles
from web.cases import lines
from web.cases.choices import role_words
from web.forms import ZONE
from web.generic import ShownPage
from web.views.cases.calls import call
from web.views.cases.workload import workload

#: Who sees cases come and go for a whole territory or unit.
OVERSEEING: Final = tuple(
    role for role, tie in ORDINARY.items() if tie in (Relation.TERRITORY, Relation.UNIT) and role != Role.DPO
)
#: As many calls stand above everything else.
CALLS: Final = 3


class Today(ShownPage):
    template = "web/today/today.html"

    def context(self) -> dict[str, Any]:
        if not navigation.is_staff(self.actor):
            raise NotAllowed("read:today")
        works = navigation.works(self.actor)
        context: dict[str, Any] = {
            "today": self.at.astimezone(ZONE),
            "roles": sorted({role_words(role) for role in self.actor.roles}),
            "works": works,
        }
        if works:
            context |= self._cases(self.request)
        else:
            waiting = tiles.beside_cases(self.actor, at=self.at)
            context |= _told(waiting)
            context["pages"] = [one for one in navigation.places(self.actor) if one.name != "today"]
        return context

    def _cases(self, request: ServiceRequest) -> dict[str, Any]:
        counted = counts(self.actor, at=self.at)
        called = counted.calls and navigation.is_called(self.actor)
        calls = call_page(request, {"limit": CALLS})[0] if called else []
        return _told(tiles.of_day(counted, self.actor, at=self.at)) | {
            "calls": counted.calls,
            "called": [call(one, self.actor, at=self.at) for one in calls],
            "more_calls": max(0, counted.calls - len(calls)) if calls else 0,
            "pressing": lines.in_words(overview.pressing(request), at=self.at),
            "charts": self._charts(),
            "workload": self._workload(),
            "workload_columns": [_("Personne"), _("Dossiers")],
        }

    def _charts(self) -> list[charts.Chart]:
        drawn = [_ahead(overview.ahead(self.actor, zone=ZONE, at=self.at))]
        if self.actor.holding(OVERSEEING):
            drawn.append(_flow(overview.flow(self.actor, zone=ZONE, at=self.at)))
        return [chart for chart in drawn if chart.bars]

    def _workload(self) -> list[charts.Row]:
        if not self.actor.holding(access_people.ANSWERING):
            return []
        return [line["bar"] for line in workload(self.actor, at=self.at)]


def _told(waiting: list[tiles.Tile]) -> dict[str, Any]:
    return {"tiles": waiting[: tiles.SHOWN], "more_tiles": waiting[tiles.SHOWN :]}


def _ahead(ahead: overview.Ahead) -> charts.Chart:
    total, most = sum(count for _, count in ahead.days), max(count for _, count in ahead.days)
    about = gettext(
        "%(total)s échéances dans les %(days)s jours qui viennent, au plus %(most)s en un jour ; %(late)s en retard."
    ) % {"total": total, "days": len(ahead.days), "most": most, "late": ahead.late}
    table = charts.Table(
        [_("Jour"), _("Échéances")],
        [(_("En retard"), [ahead.late]), *((f"{day:%d/%m/%Y}", [count]) for day, count in ahead.days)],
    )
    numbers = [(f"{day:%d/%m}", (count,)) for day, count in ahead.days]
    text = gettext("%(total)s en %(days)s jours") % {"total": total, "days": len(ahead.days)}
    late = charts.Number(
        ahead.late,
        ngettext("échéance en retard", "échéances en retard", ahead.late),
        f"{reverse('clocks-page')}?state={ClockState.OVERDUE}",
    )
    return charts.columns(
        "ahead", _("Échéances à venir"), about, numbers, said=text, table=table, beside=late
    )


def _flow(weeks: list[overview.Week]) -> charts.Chart:
    received, closed = sum(week.received for week in weeks), sum(week.closed for week in weeks)
    about = gettext(
        "En %(weeks)s semaines, %(received)s dossiers reçus (barres pleines) et %(closed)s clos (barres vides)."
    ) % {"weeks": len(weeks), "received": received, "closed": closed}
    table = charts.Table(
        [_("Semaine du"), _("Reçus"), _("Clos")],
        [(f"{week.first:%d/%m/%Y}", [week.received, week.closed]) for week in weeks],
    )
    numbers = [(f"{week.first:%d/%m}", (week.received, week.closed)) for week in weeks]
    text = gettext("barre pleine : reçus ; barre vide : clos")
    return charts.columns("flow", _("Dossiers par semaine"), about, numbers, said=text, table=table)
