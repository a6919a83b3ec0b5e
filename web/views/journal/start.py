"""Start page of an auditor: what needs attention."""

from typing import Any

from audit import health
from referrals.access_review.desk import desk
from referrals.journal_lookups.queries import to_decide
from web.generic import ShownPage
from web.journal import lookups, oddities
from web.journal.base import JournalPage
from web.views.journal.questions import lines


class Attention(JournalPage, ShownPage):
    template = "web/journal/attention.html"

    def context(self) -> dict[str, Any]:
        health_report = health.health(actor=self.actor, at=self.at)
        awaits = desk(actor=self.actor, at=self.at)
        return {
            "stands": health_report,
            "signed": self.when(health_report.signed_at),
            "waiting": self.when(health_report.waiting_since),
            "counts": [
                (code, label, awaits.counts.get(code, 0)) for code, label in oddities.choices()["state"]
            ],
            "to_lift": [oddities.line(self, row) for row in awaits.to_lift],
            "lookups": [lookups.line(self, one) for one in to_decide(actor=self.actor, at=self.at)],
            "breaches": [oddities.line(self, row) for row in awaits.breaches],
            "open": [oddities.line(self, row) for row in awaits.open],
            "lines": lines(),
        }
