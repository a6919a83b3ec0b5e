"""Cases of one person; all due deadlines; what waits for a signature. The queue: ``case_list.py``."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.models import User
from audit import journal
from audit.events import Purpose
from core.paging import Page, page_of
from core.query import PagedQuery
from referrals.access import case_ties, matrix
from referrals.access import people as access_people
from referrals.calendar_feeds import actions as calendar_feeds_actions
from referrals.cases import columns
from referrals.cases.queries import ClockQuery, clock_page
from referrals.errors import NotAllowed, NotVisible
from referrals.execution import row_approvals
from referrals.reading import clocks, counts, shell
from referrals.reading.disclosures import record_listed
from referrals.staffing import actions as staffing_actions
from referrals.vocabulary import formats
from web.cases import display, lines
from web.cases.base import BlanksLeftOut
from web.forms import ZONE
from web.generic import ListPage, ShownPage
from web.views.cases import row_signing


def require_caseworker(actor: Actor) -> None:
    """Refuse the pages of lists to whoever holds no role that works on cases: there is nothing on them for those."""
    if not actor.holding(matrix.MATRIX):
        raise NotAllowed("read:cases")


class OnesCases(ShownPage):
    query = PagedQuery
    template = "web/staffing/cases_of_one.html"

    def context(self, user: UUID) -> dict[str, Any]:
        filters = dict(self.asked)
        staffing_actions.require_answering(self.actor)
        rows = shell.with_filers(staffing_actions.cases_of(self.actor, user, None, at=self.at))
        page = page_of(
            rows,
            limit=filters["limit"],
            order=(clocks.due_column(self.actor), "id"),
            cursor=filters.get("cursor"),
            bound_to=f"assignments/{user}/None",
        )
        if not page.items and not access_people.people_of(self.actor, at=self.at).filter(user=user).exists():
            raise NotVisible
        journal.record(
            "list:opened",
            actor=self.actor,
            at=self.at,
            objects=[row.pseudonym for row in page.items],
            purpose=Purpose.LISTING,
            count=len(page.items),
        )
        name = User.objects.filter(pk=user).values_list("full_name", flat=True).first()
        ties = {row.pk: case_ties.ties_of(row, self.actor) for row in page.items}
        shells = [shell.shell(row, ties[row.pk]) for row in page.items]
        columns.add_facts(page.items, ties, shells, actor=self.actor, at=self.at)
        return {"lines": lines.in_words(shells, at=self.at), "name": name, "next": page.next}


class ClocksQuery(BlanksLeftOut, ClockQuery):
    """Filters of what is due."""


class Clocks(ListPage):
    """The running clocks of the reader's cases, due first."""

    query = ClocksQuery
    carried = ("state", "code")
    template = "web/cases/all_deadlines.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        require_caseworker(self.actor)
        return Page(*clock_page(self.request, asked))

    def line(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "label": display.label({"label": row["label"]}),
            "state": row["state"]["code"],
            "state_label": display.label(row["state"]),
            "due": display.instant(row["due_at"], ZONE),
            "before": display.instant(row["working_day_before"], ZONE),
            "statutory": row["statutory"],
            "pk": row["referral"],
            "reference": row["reference"],
        }

    def around(self) -> dict[str, Any]:
        return {
            "state": self.asked.get("state", ""),
            "calendar": bool(calendar_feeds_actions.allowed(self.actor, at=self.at)),
        }


class ToSign(ShownPage):
    template = "web/cases/to_sign.html"
    most = 50

    def context(self) -> dict[str, Any]:
        of_cases = bool(self.actor.holding(matrix.APPROVERS))
        if not of_cases and not row_approvals.signs(self.actor):
            raise NotAllowed("read:approvals")
        rows = list(counts.awaiting_signature(self.actor, at=self.at)[: self.most]) if of_cases else []
        others = row_approvals.awaiting(self.actor, at=self.at)
        record_listed(rows, actor=self.actor, at=self.at)
        lines = [
            {
                "pk": row.referral_id,
                "reference": row.referral.reference,
                "approval": row.pk,
                "step": display.step_words(row.machine, row.step),
                "by": row.proposer.full_name,
                "asked": display.instant(formats.moment(row.requested_at), ZONE),
                "until": display.instant(formats.moment(row.expires_at), ZONE),
            }
            for row in rows
        ]
        return {"lines": lines, "others": [row_signing.line(row) for row in others]}
