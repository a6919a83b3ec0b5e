"""Lists of cases and deadlines, one whole case, and its parts; API and pages call these."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.actor import Actor
from accounts.request import ServiceRequest, actor_in
from audit.events import Purpose
from core.inputs import Code
from core.paging import Page, first_page, first_rows, page_of
from core.query import PagedQuery
from encryption.sealed import OpenScope
from referrals.access import case_ties, child_sight, matrix, relations, visibility, volume_limits
from referrals.break_glass import queries as break_glass_queries
from referrals.cases import columns, filters, sorting
from referrals.execution.abilities import described
from referrals.feedback import queries as feedback_queries
from referrals.models import Clock, Referral
from referrals.orientations import queries as orientations_queries
from referrals.reading import approvals, clocks, closure_reviews, concern, filings, procedure, shell, timeline
from referrals.reading import names as reading_names
from referrals.reading.disclosures import listing, opened, record_listed, seen
from referrals.transfers import queries as transfers_queries
from referrals.triage import opening
from referrals.vocabulary.deadlines import OF_CASES
from referrals.vocabulary.states import State
from referrals.workflow.case import Case
from referrals.workflow.clocks import ClockState


def case_page(request: ServiceRequest, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the cases on which the caller of ``request`` works, with the cursor of the next.

    With ``state=draft`` the drafts that the caller may know of. Every case of the page is journaled as shown, and the
    names, with the communes, where ``asked`` wants them. ``details``: each line has its ``facts`` (``columns.py``).
    """
    actor, at = actor_in(request), request.at
    page = _page(asked, actor, at=at)
    ties = {row.pk: case_ties.ties_of(row, actor) for row in page.items}
    tied = list(zip(page.items, ties.values(), strict=True))
    if asked["names"]:
        named = (row for row, row_ties in tied if not row_ties.coarse and not row_ties.draft)
        volume_limits.count_lines(named, actor=actor, at=at)
    lines = [
        filings.coarse_line(row) if row_ties.coarse else shell.shell(row, row_ties) for row, row_ties in tied
    ]
    if asked["details"]:
        columns.add_facts(page.items, ties, lines, actor=actor, at=at)
    filed = [row for row, row_ties in tied if row_ties.filed]
    with listing(page.items, actor=actor, at=at, unnamed=filed) as scope:
        if asked["names"]:
            reading_names.add_names(page.items, ties, lines, scope, actor=actor)
    return lines, page.next


def _page(asked: Mapping[str, Any], actor: Actor, *, at: datetime) -> Page:
    drafts, order = asked.get("state") == State.DRAFT, sorting.plain_order(asked["sort"], actor)
    bound_to = repr(sorted((name, str(value)) for name, value in asked.items() if name not in _OF_NO_ROW))
    if order is not None and not drafts and "cursor" not in asked and filters.are_plain(asked):
        compared = tuple((name, asked[name]) for name in filters.OF_COLUMNS if name in asked)
        fetched = _FIRST.rows(actor, compared, order, asked["limit"], asked["details"], at=at)
        keeps = visibility.TiedRows.keeps
        return first_page(
            fetched, Referral, limit=asked["limit"], order=order, bound_to=bound_to, keeps=keeps
        )
    seen = visibility.visible_to(actor, at=at) if drafts else visibility.listed_to(actor, own=False, at=at)
    rows = filters.filtered(_of_lines(seen, details=asked["details"]), asked, actor=actor, at=at)
    rows, order = sorting.sorted_by(rows, asked["sort"], actor=actor, at=at)
    return page_of(rows, limit=asked["limit"], order=order, cursor=asked.get("cursor"), bound_to=bound_to)


def _first(
    actor: Actor,
    compared: Iterable[tuple[str, Any]],
    order: tuple[str, str],
    limit: int,
    details: bool,
    *,
    at: datetime,
) -> "QuerySet[Referral]":
    cases = _of_lines(visibility.listed_to(actor, own=False, at=at), details=details)
    return first_rows(cases.filter(**dict(compared)), limit=limit, order=order)


def _of_lines(rows: "QuerySet[Referral]", *, details: bool) -> "QuerySet[Referral]":
    """Return the rows with what their lines tell."""
    rows = rows.defer(*shell.ON_NO_LINE)
    return shell.with_filers(rows) if details else rows


#: The first page of the list, as most people ask for it all day.
_FIRST: Final = visibility.KeptByRights(_first)
#: What of a request changes neither which rows a list has nor their order.
_OF_NO_ROW: Final = ("cursor", "limit", "names", "details")


def whole(request: ServiceRequest, pk: UUID) -> tuple[Referral, dict[str, Any]]:
    """Return a case and all that the caller of ``request`` reads of it, within one disclosure.

    Raises:
        NotVisible: absent, or not for this caller.
    """
    actor, at = actor_in(request), request.at
    referral, ties = seen(request, pk, whole=True)
    urgent = referral.alert_open  # whoever opens the file answers the alert by it
    if referral.state == State.SUBMITTED and opening.opens_as_cell(ties):
        opening.acknowledge_on_opening(referral, opener=actor, at=at)
        referral, ties = seen(request, pk, whole=True)
    if referral.alert_open and opening.opens_as_called(ties):
        opening.answer_on_opening(referral, opener=actor, at=at)
        referral, ties = seen(request, pk, whole=True)
    concern.prefetch(referral, ties)
    body = described(referral, ties, actor=actor, at=at)
    if ties.coarse and not ties.shared:
        opened(referral, ties, lambda _: None, actor=actor, at=at, purpose=Purpose.FILING)
        return referral, body
    body |= opened(
        referral,
        ties,
        lambda scope: concern.content(referral, ties, scope, actor=actor),
        actor=actor,
        at=at,
        urgent=urgent,
    )
    return referral, body


type _Lines = list[dict[str, Any]]
#: How each part is read: its lines, out of the case, by one actor at one instant.
_PARTS: dict[str, Callable[[Referral, child_sight.Sight, Any, Actor, datetime], _Lines]] = {
    "children": lambda r, sight, scope, actor, _: (
        concern.part(r, "children", sight.ties, scope, actor=actor) or []
    ),
    "assessment": lambda r, sight, scope, *_: procedure.assessments(r, sight, scope),
    "voices": lambda r, sight, scope, *_: procedure.voices(r, sight, scope),
    "judicial-referrals": lambda r, sight, scope, *_: procedure.judicial_referrals(r, sight, scope),
    "measures": lambda r, sight, scope, *_: procedure.measures(r, sight, scope),
    "orientations": lambda r, sight, scope, *_: orientations_queries.orientations(r, sight, scope),
    "excluded-resources": lambda r, sight, scope, *_: orientations_queries.excluded_resources(
        r, sight, scope
    ),
    "approvals": lambda r, sight, scope, actor, _: approvals.approvals(
        r, sight, scope, user_id=actor.user_id
    ),
    "closure-reviews": lambda r, sight, scope, *_: closure_reviews.closure_reviews(r, sight.ties, scope),
    "feedbacks": lambda r, sight, scope, actor, at: feedback_queries.tasks(
        Case(r, actor=actor, at=at), sight, scope
    ),
    "break-glass": lambda r, sight, scope, actor, _: break_glass_queries.openings(
        r, sight, scope, actor=actor
    ),
    "alerts": lambda r, sight, *_: procedure.alerts(r, sight.ties),
    "holder-informations": lambda r, sight, scope, *_: procedure.holder_informations(r, sight.ties, scope),
    "transfers": lambda r, sight, scope, *_: transfers_queries.requests_of(r, sight.ties, scope),
    "emergency-sheets": lambda r, sight, scope, *_: procedure.sheets(r, sight, scope),
    "timeline": lambda r, sight, scope, actor, at: timeline.timeline(r, sight, scope, actor=actor, at=at),
}


def part_lines(
    part: str, referral: Referral, sight: child_sight.Sight, scope: OpenScope, *, actor: Actor, at: datetime
) -> _Lines:
    """Return the lines of one part of a case, as far as the actor may read them."""
    return _PARTS[part](referral, sight, scope, actor, at)


class ClockQuery(PagedQuery):
    """Filters of the list of clocks."""

    state = Code(
        [(s.value, s.label) for s in ClockState if s != ClockState.STOPPED],
        required=False,
    )
    code = Code(OF_CASES, required=False)


def clock_page(request: ServiceRequest, asked: Mapping[str, Any]) -> tuple[_Lines, str | None]:
    """Return a page of the running clocks that the caller of ``request`` may read, and the next cursor."""
    actor, at = actor_in(request), request.at
    rows = clocks.running_clocks(actor, state=asked.get("state"), code=asked.get("code"), at=at)
    page = page_of(
        rows,
        limit=asked["limit"],
        order=("due_at", "id"),
        cursor=asked.get("cursor"),
        bound_to=f"{asked.get('state')}/{asked.get('code')}",
    )
    filed = [clock for clock in page.items if actor.holding(matrix.FILERS) and _is_of_filer(clock, actor)]
    record_listed(page.items, unnamed=filed, actor=actor, at=at)
    lines = [
        clocks.clock_line(c, clocks.calendar_in_force(c.referral, at=at), at=at, runs=True)
        | _case_of(c, actor)
        for c in page.items
    ]
    return lines, page.next


def _case_of(clock: Clock, actor: Actor) -> dict[str, str]:
    case = clock.referral
    pk, reference = case.known_to_filer_as if _is_of_filer(clock, actor) else (case.pk, case.reference)
    return {"referral": str(pk), "reference": reference}


def _is_of_filer(clock: Clock, actor: Actor) -> bool:
    filer = bytes(clock.referral.filed_by)
    return actor.user_id is not None and filer == relations.filed_by(actor.user_id)
