"""Workload: who has how many cases, of the people for whom the reader answers."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.actor import Actor
from referrals.staffing import actions as staffing_actions
from web import charts
from web.cases import display
from web.cases.choices import role_words
from web.forms import ZONE
from web.generic import ShownPage


class Workload(ShownPage):
    template = "web/staffing/workload.html"

    def context(self) -> dict[str, Any]:
        staffing_actions.require_answering(self.actor)
        return {"lines": workload(self.actor, at=self.at)}


def workload(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    """Return each person with the number of their cases, and how long its bar is."""
    people = staffing_actions.people(actor, leaving=False, at=at)
    bars = charts.rows(
        [(one["name"], one["count"]) for one in people],
        addresses=[reverse("ones-cases", args=[one["user"]]) for one in people],
    )
    return [
        {
            "bar": bar,
            "role": role_words(one["role"]),
            "holds_role": one["holds_role"],
            "until": display.instant(one["ends_at"], ZONE),
        }
        for one, bar in zip(people, bars, strict=True)
    ]
