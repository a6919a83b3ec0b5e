"""Cases: list, create, read, edit a draft, and the parts of a case."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor
from accounts.api.once import once_of
from accounts.roles import Role
from audit.errors import InvalidQuery
from audit.events import Purpose
from audit.inputs import Code, Flag, Id, StrictSerializer, Text
from audit.paging import page_of
from audit.query import PagedQuery, Query
from referrals import (
    access,
    actions,
    caps,
    clocks,
    drafts,
    feedback,
    form,
    glass,
    reading,
    references,
    transfers,
)
from referrals.api import schema
from referrals.api.base import (
    CaseView,
    described,
    listed,
    listing,
    opened,
    opens_as_called,
    opens_as_cell,
    record_listed,
    seen,
    tagged,
)
from referrals.errors import NotAllowed
from referrals.models import Clock, Referral
from referrals.workflow.case import Case
from referrals.workflow.clockcodes import ClockCode
from referrals.workflow.inputs import Nothing
from referrals.workflow.states import CoarseStatus, State, Urgency

CREATED = 201


class NewConcern(form.ConcernForm):  # type: ignore[misc,valid-type]  # made from the models
    """A concern; ``submit`` files it at once, ``urgent`` by the urgent lane."""

    submit = Flag(required=False, default=False)
    urgent = Flag(required=False, default=False)


class CaseQuery(PagedQuery):
    """Filters of the list of cases on which the caller works."""

    state = Code(State.choices, required=False)
    urgency = Code(Urgency.choices, required=False)
    unit = Id(required=False)
    department = Text(max_length=3, required=False)
    reference = Text(max_length=30, required=False)
    runaway = Flag(in_query=True, required=False)
    overdue = Flag(in_query=True, required=False)
    names = Flag(in_query=True, required=False, default=False)


class ListQuery(CaseQuery):
    """Filters of both lists; that of drafts and filings, ``own=true``, has ``reference`` and ``status``."""

    own = Flag(in_query=True, required=False, default=False)
    status = Code(CoarseStatus.choices, required=False)


class Cases(CaseView):
    """The caller's cases, and where one begins."""

    @extend_schema(parameters=[ListQuery], responses=schema.CasePage, operation_id="referrals_list")
    def get(self, request: Request) -> Response:
        """List the cases on which the caller works, next due first; ``names=true`` is one journaled disclosure.

        ``own=true`` lists what the caller drafted or filed, and what is shared with them, the earliest first; it is the
        only list of who works on no case. Drafts, the cell's own too, come with ``state=draft``.
        """
        asked = ListQuery.of(request.query_params)
        lines, cursor = (filing_page if _is_own(request, asked) else case_page)(request._request, asked)
        return Response(listed(lines, cursor))

    @extend_schema(request=NewConcern, responses={201: schema.CaseAnswer}, operation_id="referrals_create",
                   parameters=[schema.IDEMPOTENCY_KEY])  # fmt: skip
    def post(self, request: Request) -> Response:
        """Begin a draft, or file at once; an ``Idempotency-Key`` is required to file."""
        Query.of(request.query_params)
        actor, at = self.actor(request), self.at(request)
        drafts.drafter(actor)
        at_once = isinstance(request.data, Mapping) and request.data.get("submit") is True
        once = once_of(request, required=at_once)
        if once is not None:
            once.wait(actor)
            if (past := once.honoured(actor)) is not None:
                if at_once and (again := self.receipt_again(request, status=CREATED)) is not None:
                    return _at(again, past.thing)
                referral, _ = self.seen(request, past.thing)
                return self._created(request, actions.Done(referral=referral, made=referral.pk))
        body = NewConcern(data=request.data)
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)
        submit, urgent = data.pop("submit"), data.pop("urgent")
        if submit:
            done = drafts.file_at_once(data, urgent=urgent, actor=actor, at=at)
        else:
            done = drafts.begin(data, actor=actor, at=at)
        if once is not None:
            self.keep(request, once, done)
        return self._created(request, done)

    def _created(self, request: Request, done: actions.Done) -> Response:
        return _at(self.answer(request, done, status=CREATED), done.referral.pk)


#: What whoever filed may filter by: what the line of a filing says (SEC-AZ19).
OF_FILINGS: Final = frozenset({"own", "status", "reference", "names", "cursor", "limit"})
#: What the list of filings alone can be filtered by.
OF_FILINGS_ALONE: Final = frozenset({"status"})


def _is_own(request: Request, asked: Mapping[str, Any]) -> bool:
    """Tell whether the list of drafts and filings is asked for: it is all that there is for who works on no case.

    Raises:
        InvalidQuery: a filter that the list doesn't have.
    """
    given = set(request.query_params)
    draft = asked.get("state") == State.DRAFT and not asked["own"]
    own = asked["own"] or not (draft or access.works(request._request.actor))  # type: ignore[attr-defined]  # the pipeline's
    known = OF_FILINGS if own else given - OF_FILINGS_ALONE
    if given - known:
        raise InvalidQuery(dict.fromkeys(sorted(given - known), "unknown"))
    return own


def filing_page(request: Any, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of what the caller of Django's ``request`` drafted, filed or is shown, the earliest first.

    What is asked and answered, and in which order, depends on the coarse lines alone (SEC-AZ19).
    """
    actor, at = request.actor, request.at
    rows = reading.with_line(access.listed_to(actor, own=True, at=at))
    if "status" in asked:
        rows = rows.filter(status=asked["status"])
    if "reference" in asked:
        meant = references.heard(asked["reference"])
        rows = rows.filter(known_as=meant) if meant else rows.none()
    page = page_of(
        rows,
        limit=asked["limit"],
        order=("filed_on", "id"),
        cursor=asked.get("cursor"),
        bound_to=repr((asked.get("status"), asked.get("reference"))),
    )
    with listing(page.items, actor=actor, at=at, unnamed=page.items):
        lines = [reading.coarse_line(row) for row in page.items]
    return lines, page.next


def case_page(request: Any, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the cases on which the caller of Django's ``request`` works, with the cursor of the next.

    With ``state=draft`` the drafts that the caller may know of. Every case of the page is journaled as shown, and the
    names where ``asked`` wants them.
    """
    actor, at = request.actor, request.at
    if asked.get("state") == State.DRAFT:
        cases = access.visible_to(actor, at=at)
    else:
        cases = access.listed_to(actor, own=False, at=at)
    rows = _filtered(cases, asked, at=at)
    page = page_of(
        rows,
        limit=asked["limit"],
        order=("next_due_at", "id"),
        cursor=asked.get("cursor"),
        bound_to=repr(sorted((k, str(v)) for k, v in asked.items() if k not in ("cursor", "limit"))),
    )
    ties = {row.pk: access.ties_of(row, actor) for row in page.items}
    caps.count_lines(
        (r for r in page.items if not ties[r.pk].coarse and not ties[r.pk].draft), actor=actor, at=at
    )
    lines = [
        reading.coarse_line(r) if ties[r.pk].coarse else reading.shell(r, ties[r.pk]) for r in page.items
    ]
    filed = [row for row in page.items if ties[row.pk].filed]
    with listing(page.items, actor=actor, at=at, unnamed=filed) as scope:
        if asked["names"]:
            reading.add_names(page.items, ties, lines, scope, actor=actor)
    return lines, page.next


def _at(response: Response, pk: UUID) -> Response:
    """Say where the case is that was made."""
    response["Location"] = f"/api/v1/referrals/{pk}"
    return response


def _filtered(rows: Any, asked: Mapping[str, Any], *, at: Any) -> Any:
    for name in ("state", "urgency", "department", "runaway"):
        if name in asked:
            rows = rows.filter(**{name: asked[name]})
    if "unit" in asked:
        rows = rows.filter(unit_id=asked["unit"])
    if "reference" in asked:
        meant = references.heard(asked["reference"])
        # Of a case taken over from another authority, also the reference that it had there, and its filer keeps.
        rows = rows.filter(Q(reference=meant) | Q(filed_reference=meant)) if meant else rows.none()
    if "overdue" in asked:
        late = rows.filter(next_due_at__lt=at)
        rows = late if asked["overdue"] else rows.exclude(next_due_at__lt=at)
    return rows


class OneCase(CaseView):
    """One case."""

    @extend_schema(responses=schema.CaseAnswer, operation_id="referrals_read")
    def get(self, request: Request, pk: UUID) -> Response:
        """Read a case: what the caller's role opens of it, within one disclosure.

        A submitted concern that someone of the cell opens is acknowledged by that (T05), and so is an urgent call that
        its reader was called for.
        """
        Query.of(request.query_params)
        referral, body = whole(request._request, pk)
        return tagged(Response(body), referral, body)

    @extend_schema(request=form.ConcernForm, responses=schema.CaseAnswer, operation_id="referrals_edit",
                   parameters=[schema.IF_MATCH])  # fmt: skip
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change a draft; members sent replace those there were, a list sent replaces the list."""
        actor, at, version = self.actor(request), self.at(request), self.version(request)

        def edit() -> actions.Done:
            drafts.editable(pk, version=version, actor=actor, at=at)
            body = form.ConcernForm(data=request.data)
            body.is_valid(raise_exception=True)
            return drafts.edit(pk, body.validated_data, version=version, actor=actor, at=at)

        return self.write(request, pk, edit)


def whole(request: Any, pk: UUID) -> tuple[Referral, dict[str, Any]]:
    """Return a case and all that the caller of Django's ``request`` reads of it, within one disclosure.

    Raises:
        NotVisible: absent, or not for this caller.
    """
    actor, at = request.actor, request.at
    referral, ties = seen(request, pk)
    urgent = referral.alert_open  # whoever opens the file answers the alert by it
    if referral.state == State.SUBMITTED and opens_as_cell(ties):
        actions.acknowledge_on_opening(referral, opener=actor, at=at)
        referral, ties = seen(request, pk)
    if referral.alert_open and opens_as_called(ties):
        actions.answer_on_opening(referral, opener=actor, at=at)
        referral, ties = seen(request, pk)
    reading.prefetch(referral, ties)
    body = described(referral, ties, actor=actor, at=at)
    if ties.coarse and not ties.shared:
        opened(referral, ties, lambda _: None, actor=actor, at=at, purpose=Purpose.FILING)
        return referral, body
    body |= opened(
        referral, ties, lambda scope: reading.content(referral, ties, scope, actor=actor),
        actor=actor, at=at, urgent=urgent,
    )  # fmt: skip
    return referral, body


class Sharing(StrictSerializer):
    """The institution from which the draft is filed; where the author works for one alone it needn't be said."""

    organisation = Id(required=False, default=None, allow_null=True)


class ShareDraft(CaseView):
    """A draft shown to the lead of its author's institution."""

    @extend_schema(request=Sharing, responses=schema.CaseAnswer, operation_id="referrals_share",
                   parameters=[schema.IDEMPOTENCY_KEY])  # fmt: skip
    def post(self, request: Request, pk: UUID) -> Response:
        """Share the draft: the lead reads its facts while it is a draft, and stops nothing."""
        actor, at = self.actor(request), self.at(request)

        def share() -> actions.Done:
            drafts.shareable(pk, actor=actor, at=at)
            body = Sharing(data=request.data)
            body.is_valid(raise_exception=True)
            return drafts.share(pk, body.validated_data["organisation"], actor=actor, at=at)

        return self.write(request, pk, share)


class UnshareDraft(CaseView):
    """A draft that is its author's alone again."""

    @extend_schema(request=Nothing, responses=schema.CaseAnswer, operation_id="referrals_unshare",
                   parameters=[schema.IDEMPOTENCY_KEY])  # fmt: skip
    def post(self, request: Request, pk: UUID) -> Response:
        """Stop sharing the draft."""
        actor, at = self.actor(request), self.at(request)

        def unshare() -> actions.Done:
            drafts.shareable(pk, actor=actor, at=at)
            Nothing(data=request.data).is_valid(raise_exception=True)
            return drafts.unshare(pk, actor=actor, at=at)

        return self.write(request, pk, unshare)


class CasePart(CaseView):
    """One part of a case; which, is said by the route."""

    part = ""

    @extend_schema(responses=schema.Parts)
    def get(self, request: Request, pk: UUID) -> Response:
        """Read one part of a case, as far as the caller's role goes, within one disclosure."""
        Query.of(request.query_params)
        referral, ties = self.seen(request, pk)
        if self.part == "children" and "B" not in ties.reads:
            raise NotAllowed("read:children")
        actor, at = self.actor(request), self.at(request)
        sight = access.sight_of(referral, ties, actor)
        rows = opened(
            referral, ties, lambda scope: part_lines(self.part, referral, sight, scope, actor=actor, at=at),
            actor=actor, at=at,
        )  # fmt: skip
        return Response(listed(rows, None))


type _Lines = list[dict[str, Any]]
#: How each part is read: its lines, out of the case, by one actor at one instant.
_PARTS: dict[str, Callable[[Referral, access.Sight, Any, Actor, datetime], _Lines]] = {
    "children": lambda r, sight, scope, actor, _: (
        reading.part(r, "children", sight.ties, scope, actor=actor) or []
    ),
    "assessment": lambda r, sight, scope, *_: reading.assessments(r, sight, scope),
    "judicial-referrals": lambda r, sight, scope, *_: reading.judicial_referrals(r, sight, scope),
    "measures": lambda r, sight, scope, *_: reading.measures(r, sight, scope),
    "approvals": lambda r, sight, scope, actor, _: reading.approvals(r, sight, scope, user_id=actor.user_id),
    "closure-reviews": lambda r, sight, scope, *_: reading.closure_reviews(r, sight.ties, scope),
    "feedbacks": lambda r, sight, scope, actor, at: feedback.tasks(Case(r, actor=actor, at=at), sight, scope),
    "break-glass": lambda r, sight, scope, actor, _: glass.openings(r, sight, scope, actor=actor),
    "alerts": lambda r, sight, *_: reading.alerts(r, sight.ties),
    "holder-informations": lambda r, sight, scope, *_: reading.holder_informations(r, sight.ties, scope),
    "transfers": lambda r, sight, scope, *_: transfers.requests_of(r, sight.ties, scope),
    "emergency-sheets": lambda r, sight, scope, *_: reading.sheets(r, sight, scope),
    "timeline": lambda r, sight, scope, actor, at: reading.timeline(r, sight, scope, actor=actor, at=at),
}


def part_lines(
    part: str, referral: Referral, sight: access.Sight, scope: Any, *, actor: Actor, at: datetime
) -> _Lines:
    """Return the lines of one part of a case, as far as the actor may read them."""
    return _PARTS[part](referral, sight, scope, actor, at)


class CaseClocks(CaseView):
    """The clocks of one case."""

    @extend_schema(responses=schema.ClockPage, operation_id="referrals_clocks")
    def get(self, request: Request, pk: UUID) -> Response:
        """List the clocks of a case that the caller may read."""
        Query.of(request.query_params)
        referral, ties = self.seen(request, pk)
        actor, at = self.actor(request), self.at(request)
        lines = opened(
            referral,
            ties,
            lambda _: reading.clocks_of(referral, access.sight_of(referral, ties, actor), at=at),
            actor=actor,
            at=at,
        )
        return Response(listed(lines, None))


NAMEABLE = (
    Role.ASSESSOR,
    Role.ASSESSMENT_LEAD,
    Role.ASE_INSPECTOR,
    Role.CASE_REFERENT,
    Role.CRIP_COORDINATOR,
    Role.SUPERVISOR,
)


class PeopleQuery(Query):
    """Which role is to be filled."""

    role = Code([(role.value, role.label) for role in NAMEABLE])


class CasePeople(CaseView):
    """Who may be put on a case, or sign for it."""

    @extend_schema(parameters=[PeopleQuery], responses=schema.Parts, operation_id="referrals_people")
    def get(self, request: Request, pk: UUID) -> Response:
        """List the people of the case's authority who hold a role and aren't excluded from the case."""
        referral, ties = self.seen(request, pk)
        if "D" not in ties.reads or ties.draft:
            raise NotAllowed("read:people")
        asked, at = PeopleQuery.of(request.query_params), self.at(request)
        lines = opened(
            referral, ties, lambda _: reading.people(referral, asked["role"], at=at),
            actor=self.actor(request), at=at,
        )  # fmt: skip
        return Response(listed(lines, None))


class ClockQuery(PagedQuery):
    """Filters of the list of clocks."""

    state = Code(
        [(s.value, s.label) for s in clocks.ClockState if s != clocks.ClockState.STOPPED], required=False
    )
    code = Code(ClockCode.choices, required=False)


class Clocks(CaseView):
    """What is due, over all the caller's cases."""

    @extend_schema(parameters=[ClockQuery], responses=schema.ClockPage, operation_id="clocks_list")
    def get(self, request: Request) -> Response:
        """List the running clocks of the caller's cases, due first."""
        lines, cursor = clock_page(request._request, ClockQuery.of(request.query_params))
        return Response(listed(lines, cursor))


def clock_page(request: Any, asked: Mapping[str, Any]) -> tuple[_Lines, str | None]:
    """Return a page of the running clocks that the caller of Django's ``request`` may read, and the next cursor."""
    actor, at = request.actor, request.at
    rows = reading.running_clocks(actor, state=asked.get("state"), code=asked.get("code"), at=at)
    page = page_of(
        rows,
        limit=asked["limit"],
        order=("due_at", "id"),
        cursor=asked.get("cursor"),
        bound_to=f"{asked.get('state')}/{asked.get('code')}",
    )
    caps.count_lines((clock.referral for clock in page.items), actor=actor, at=at)
    filed = [clock for clock in page.items if actor.holding(access.FILERS) and _is_of_filer(clock, actor)]
    record_listed(page.items, unnamed=filed, actor=actor, at=at)
    lines = [
        reading.clock_line(c, reading.calendar_in_force(c.referral, at=at), at=at, runs=True)
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
    return actor.user_id is not None and filer == access.filed_by(actor.user_id)
