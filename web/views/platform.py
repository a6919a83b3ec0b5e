"""State of the service, for whoever runs it: no person and no case is on the page."""

from typing import Any

from accounts.errors import NotAllowed
from accounts.operations import READ, Operations, Recurring, operations
from referrals.vocabulary.formats import moment
from web.cases import display
from web.cases.choices import role_words
from web.forms import ZONE
from web.generic import ShownPage


class Platform(ShownPage):
    template = "web/platform/platform.html"

    def require_person(self) -> None:
        super().require_person()
        if not self.actor.may(READ):
            raise NotAllowed(rule=READ)

    def context(self) -> dict[str, Any]:
        """Show the authorities, and what is late or fails."""
        health_report = operations(self.actor, at=self.at)
        return {
            "authorities": [
                {"one": one, "missing": [role_words(role) for role in one.missing]}
                for one in health_report.authorities
            ],
            "stands": health_report,
            "well": not health_report.troubled and not health_report.dead,
            "waiting_since": display.instant(moment(health_report.waiting_since), ZONE),
            "entries_since": display.instant(moment(health_report.entries_waiting_since), ZONE),
            "troubled": [_line(one) for one in health_report.troubled],
            "work": _other(health_report),
        }


def _line(work: Recurring) -> dict[str, Any]:
    return {"work": work, "ran": display.instant(moment(work.ran_at), ZONE)}


def _other(stands: Operations) -> list[dict[str, Any]]:
    troubled = stands.troubled
    return [_line(one) for one in stands.work if one not in troubled]
