"""Main page of a case: what was filed, as far as the reader's role opens it, and what may be done now."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from referrals.access import case_ties, child_sight, emergency_openings
from referrals.cases.queries import whole
from referrals.errors import NotVisible
from referrals.models import Referral
from referrals.visits import actions as visits
from referrals.visits import queries as visits_queries
from referrals.vocabulary.states import Machine
from web.cases import confirmation, display
from web.cases.base import heading, zone_of
from web.cases.display import Line
from web.cases.glance import IN_CHARGE, glance_of, similar
from web.cases.panel import address, next_steps, panels
from web.cases.report import report_of
from web.generic import ShownPage
from web.page import fresh_key


class OneCase(ShownPage):
    query = confirmation.ConfirmationQuery
    template = "web/cases/case.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        referral, body = whole(self.request, pk)
        ties = case_ties.ties_of(referral, self.actor)
        if ties.coarse or ties.draft:
            raise NotVisible
        zone = zone_of(referral)
        sight = child_sight.sight_of(referral, ties, self.actor)
        contents = visits_queries.contents_of(referral, sight, actor=self.actor, at=self.at)
        visits.mark(referral, contents.last, actor=self.actor, at=self.at)
        report = report_of(body, today=self.at.astimezone(zone).date())
        called = {child["id"]: child["name"] for child in report["children"]}
        clocks = display.clock_lines(body["clocks"], zone, called, at=self.at)
        running = [clock for clock in clocks if clock["state"] != "stopped"]
        steps = next_steps(referral, ties, body, about=called)
        return (
            heading(referral, ties, contents)
            | report
            | {
                "tab": "",
                "shell": _shell(body, zone),
                "glance": glance_of(
                    referral, body, contents, children=report["children"], clocks=running, zone=zone
                ),
                "clocks": running,
                "next": steps,
                "panels": panels(pk, body, about=called),
                "take": _take_charge(referral, body),
                "version": referral.version,
                "once": fresh_key(),
                "facts_withheld": "D" not in ties.reads,
                "bare_of_facts": not any(report.values()),
                # Said once: where it is what comes next, that says it.
                "glass_may_open": "D" not in ties.reads
                and not any(one.machine is Machine.GLASS for one in steps)
                and emergency_openings.may_break_this(pk, self.actor, at=self.at),
                "filed": _filed(referral),
                "similar": similar(referral, ties, actor=self.actor, at=self.at),
            }
            | confirmation.in_words(self)
        )


def _take_charge(referral: Referral, body: Mapping[str, Any]) -> str:
    """Return where the reader takes a case of the cell in charge; empty where they may not, or did."""
    offered = any(action["step"] == "take_charge" for action in body.get("available_actions", ()))
    in_cell = offered and referral.state not in IN_CHARGE
    return address(referral.pk, "referral", "take_charge") if in_cell else ""


def _filed(referral: Referral) -> str:
    return referral.filed_reference if referral.filed_reference != referral.reference else ""


def _shell(body: Mapping[str, Any], zone: ZoneInfo) -> list[Line]:
    pairs = [
        (gettext("Reçu le"), display.instant(body.get("received_at"), zone)),
        (gettext("Accusé de réception le"), display.instant(body.get("acknowledged_at"), zone)),
        (gettext("Département"), body.get("department") or ""),
        (gettext("Échéance légale"), display.instant(body.get("statutory_due_at"), zone)),
        (gettext("Objectif"), display.instant(body.get("target_due_at"), zone)),
        (gettext("Clos le"), display.instant(body.get("closed_at"), zone)),
    ]
    return [Line(label, text) for label, text in pairs if text]
