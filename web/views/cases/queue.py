"""Cases of one person; all due deadlines; what waits for a signature. The queue: ``case_list.py``."""

from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.actor import Actor
from accounts.models import User
from accounts.request import ServiceRequest
from audit import journal
from audit.events import Purpose
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.access import case_ties, matrix
from referrals.access import people as access_people
from referrals.calendar_feeds import actions as calendar_feeds_actions
from referrals.cases.queries import CaseQuery, ClockQuery, case_page, clock_page
from referrals.errors import NotAllowed, NotVisible
from referrals.exports import actions as exports_actions
from referrals.measures import queries as measures_queries
from referrals.measures.inputs import WaitingQuery
from referrals.measures.queries import waiting_page
from referrals.reading import clocks, counts, shell
from referrals.reading.disclosures import record_listed
from referrals.staffing import actions as staffing_actions
from referrals.vocabulary import labels
from web.cases import display, lines
from web.cases.base import BlanksLeftOut
from web.page import Page

ZONE = ZoneInfo("Europe/Paris")


def require_caseworker(actor: Actor) -> None:
    """Refuse the pages of lists to whoever holds no role that works on cases: there is nothing on them for those.

    Raises:
        NotAllowed: no role of the actor has a row in the table of rights.
    """
    if not actor.holding(matrix.MATRIX):
        raise NotAllowed("read:cases")


FILTERS: Final = (
    Ask("state", _("État"), kind="select", nothing=_("Tous")),
    Ask("urgency", _("Urgence"), kind="select", nothing=_("Toutes")),
    Ask("department", _("Département"), attributes={"maxlength": "3"}),
    Ask("reference", _("Référence"), attributes={"maxlength": "30"}),
    Ask("overdue", _("En retard")),
    Ask("runaway", _("En fugue")),
)


class QueueQuery(BlanksLeftOut, CaseQuery, told.ToldQuery):
    """Filters of the queue; ``done``: what led back here."""


class Queue(Page):
    """GET /dossiers."""

    query: ClassVar[type[Query]] = QueueQuery
    template = "web/cases/queue.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """List the reader's cases, next due first; names only where they are asked for, as one disclosure.

        Raises:
            NotAllowed: none of the reader's roles works on cases; see ``require_caseworker``.
        """
        require_caseworker(self.actor)
        filters = dict(self.asked)
        filters.pop("done", "")
        lines, cursor = case_page(request, filters)
        kept = {name: value for name, value in filters.items() if name not in ("cursor", "limit", "names")}
        return self.show(
            {
                "lines": _lines([line for line in lines if "state" in line], self.actor, at=self.at),
                "asked": filters,
                "counts": counts.counts(self.actor, at=self.at),
                "filters": forms.fields_of(QueueQuery, FILTERS, kept, choices=_choices()),
                "next": _address(kept | {"cursor": cursor, "names": filters["names"]}) if cursor else "",
                "with_names": _address(kept | {"names": True} | _where(filters)),
                "without_names": _address(kept | _where(filters)),
                "filtered": bool(kept),
                "first": "cursor" not in filters,
                "done": told.in_words(self)["done"],
                "workload": bool(self.actor.holding(access_people.ANSWERING)),
                "exports": bool(self.actor.holding(exports_actions.ASKERS | exports_actions.SECONDS)),
            }
        )


def _where(filters: Mapping[str, Any]) -> dict[str, Any]:
    return {"cursor": filters["cursor"]} if "cursor" in filters else {}


def _address(params: Mapping[str, Any]) -> str:
    query = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in params.items()
        if value not in (None, "", False)
    }
    return f"{reverse('cases')}?{urlencode(query)}"


def _choices() -> dict[str, Pairs]:
    """Return the states and urgencies in words, the most urgent first."""
    return {
        "state": [(str(one), str(one.label)) for one in (State.DRAFT, *ACTIVE, *CLOSED)],
        "urgency": [(str(one), str(one.label)) for one in reversed(Urgency)],
    }


def _lines(shells: Sequence[Mapping[str, Any]], actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    late = clocks.late_since([UUID(one["id"]) for one in shells], actor, at=at)
    return [_line(one, labels.moment(late.get(UUID(one["id"]))), at) for one in shells]


def _line(line: Mapping[str, Any], late_since: str | None, at: datetime) -> dict[str, Any]:
    """Return a line of a list of cases, with what is due first of what its reader may read."""
    due: Any = min(filter(None, (line["next_due_at"], late_since)), default=None)
    return {
        "pk": line["id"],
        "draft": line["state"]["code"] == State.DRAFT,
        "reference": line["reference"],
        "state": display.label(line["state"]),
        "urgency": display.label(line["urgency"]),
        "urgency_code": line["urgency"]["code"],
        "department": line["department"],
        "age_band": line["age_band"],
        "under_2": line["under_2"],
        "runaway": line["runaway"],
        "restricted": line["restricted"],
        "danger": line.get("immediate_danger", False),
        "asked": line["info_requested"],
        "due": display.instant(due, ZONE),
        "late": bool(due) and due < labels.moment(at),
        "received": display.instant(line["received_at"], ZONE),
        "children": [_name(child) for child in line.get("children", ())],
        "named": "children" in line,
    }


def _name(child: Mapping[str, Any]) -> str:
    parts = [child[name] for name in ("first_names", "last_name") if isinstance(child[name], str)]
    return " ".join(parts) or (child["usual_name"] if isinstance(child["usual_name"], str) else "")


class Workload(Page):
    """GET /dossiers/charge."""

    template = "web/staffing/workload.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show who has how many cases, of the people for whom the reader answers."""
        staffing_actions.require_answering(self.actor)
        lines = staffing_actions.people(self.actor, leaving=False, at=self.at)
        most = max((line["count"] for line in lines), default=1)
        for line in lines:
            line["role_label"] = role_words(line["role"])
            line["until"] = display.instant(line["ends_at"], ZONE)
            line["share"] = round(100 * line["count"] / most)
        return self.show({"lines": lines, "total": sum(line["count"] for line in lines)})


class OnesCases(Page):
    """GET /dossiers/charge/{user}."""

    query: ClassVar[type[Query]] = PagedQuery
    template = "web/staffing/cases_of_one.html"

    def get(self, request: ServiceRequest, user: UUID) -> HttpResponse:  # noqa: ARG002 - id.
        """List the shells of one person's cases, as far as the reader sees them.

        Raises:
            NotVisible: the reader answers for no such person.
        """
        filters = dict(self.asked)
        staffing_actions.require_answering(self.actor)
        rows = staffing_actions.cases_of(self.actor, user, None, at=self.at)
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
        return self.show({"lines": lines.in_words(shells, at=self.at), "name": name, "next": page.next})


class ClocksQuery(BlanksLeftOut, ClockQuery):
    """Filters of what is due."""


class Clocks(Page):
    """GET /echeances."""

    query: ClassVar[type[Query]] = ClocksQuery
    template = "web/cases/all_deadlines.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """List the running clocks of the reader's cases, due first."""
        require_caseworker(self.actor)
        filters = dict(self.asked)
        rows, cursor = clock_page(request, filters)
        entries = [
            {
                "label": display.label({"label": one["label"]}),
                "state": one["state"]["code"],
                "state_label": display.label(one["state"]),
                "due": display.instant(one["due_at"], ZONE),
                "before": display.instant(one["working_day_before"], ZONE),
                "statutory": one["statutory"],
                "pk": one["referral"],
                "reference": one["reference"],
            }
            for one in rows
        ]
        kept = {name: filters[name] for name in ("state", "code") if name in filters}
        return self.show(
            {
                "lines": entries,
                "state": filters.get("state", ""),
                "calendar": bool(calendar_feeds_actions.allowed(self.actor, at=self.at)),
                "next": f"{reverse('clocks-page')}?{urlencode(kept | {'cursor': cursor})}" if cursor else "",
            }
        )


class ToSign(Page):
    """GET /signatures."""

    template = "web/cases/to_sign.html"
    most = 50

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List the steps that wait for the reader's signature.

        Raises:
            NotAllowed: none of the reader's roles signs anything.
        """
        if not self.actor.holding(matrix.APPROVERS):
            raise NotAllowed("read:approvals")
        rows = list(counts.awaiting_signature(self.actor, at=self.at)[: self.most])
        record_listed(rows, actor=self.actor, at=self.at)
        lines = [
            {
                "pk": row.referral_id,
                "reference": row.referral.reference,
                "approval": row.pk,
                "step": display.step_words(row.machine, row.step),
                "by": row.proposer.full_name,
                "asked": display.instant(labels.moment(row.requested_at), ZONE),
                "until": display.instant(labels.moment(row.expires_at), ZONE),
            }
            for row in rows
        ]
        return self.show({"lines": lines})
