"""Cases: list, create, read, edit a draft, and the parts of a case."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.once import once_of
from accounts.request import ServiceRequest, actor_in, bare
from accounts.roles import Role
from core.inputs import Code, Flag
from core.paging import page_of
from core.query import InvalidQuery, Query
from referrals.access import child_sight, visibility
from referrals.cases.filters import CaseQuery
from referrals.cases.queries import ClockQuery, case_page, clock_page, part_lines, whole
from referrals.errors import NotAllowed
from referrals.execution import runner
from referrals.filing import actions as filing_actions
from referrals.filing import form
from referrals.filing.form import Sharing
from referrals.reading import clocks, filings
from referrals.reading import people as reading_people
from referrals.reading.disclosures import listing, opened
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed, tagged
from referrals.vocabulary import formats
from referrals.vocabulary.states import CoarseStatus, State
from referrals.workflow.inputs import Nothing

CREATED = 201


class NewConcern(form.ConcernForm):  # type: ignore[misc,valid-type]  # made from the models
    """A concern; ``submit`` files it at once, ``urgent`` by the urgent lane."""

    submit = Flag(required=False, default=False)
    urgent = Flag(required=False, default=False)


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
        filters = ListQuery.of(request.query_params)
        lines, cursor = (filing_page if _is_own(request, filters) else case_page)(bare(request), filters)
        return Response(listed(lines, cursor))

    @extend_schema(
        request=NewConcern,
        responses={201: schema.CaseAnswer},
        operation_id="referrals_create",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Begin a draft, or file at once; an ``Idempotency-Key`` is required to file."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        filing_actions.drafter(actor)
        at_once = isinstance(request.data, Mapping) and request.data.get("submit") is True
        once = once_of(request, required=at_once)
        if once is not None:
            once.wait(actor)
            if (past := once.honoured(actor)) is not None:
                if at_once and (again := self.receipt_again(status=CREATED)) is not None:
                    return _at(again, past.thing)
                referral, _ = self.seen(past.thing)
                return self._created(runner.StepResult(referral=referral, made=referral.pk))
        data = NewConcern.read(request.data)
        submit, urgent = data.pop("submit"), data.pop("urgent")
        if submit:
            done = filing_actions.file_at_once(data, urgent=urgent, actor=actor, at=at)
        else:
            done = filing_actions.begin(data, actor=actor, at=at)
        if once is not None:
            self.keep(once, done)
        return self._created(done)

    def _created(self, done: runner.StepResult) -> Response:
        return _at(self.answer(done, status=CREATED), done.referral.pk)


#: What whoever filed may filter by: what the line of a filing says (SEC-AZ19).
OF_FILINGS: Final = frozenset({"own", "status", "reference", "names", "cursor", "limit"})
#: What the list of filings alone can be filtered by.
OF_FILINGS_ALONE: Final = frozenset({"status"})


def _is_own(request: Request, asked: Mapping[str, Any]) -> bool:
    """Tell whether the list of drafts and filings is asked for: it is all that there is for who works on no case.

    Raises:
        InvalidQuery: a filter that the list doesn't have.
    """
    parameters = set(request.query_params)
    draft = asked.get("state") == State.DRAFT and not asked["own"]
    own = asked["own"] or not (draft or visibility.works(actor_in(bare(request))))
    own_parameters = OF_FILINGS if own else parameters - OF_FILINGS_ALONE
    if parameters - own_parameters:
        raise InvalidQuery(dict.fromkeys(sorted(parameters - own_parameters), "unknown"))
    return own


def filing_page(request: ServiceRequest, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of what the caller of ``request`` drafted, filed or is shown, the earliest first.

    What is asked and answered, and in which order, depends on the coarse lines alone (SEC-AZ19).
    """
    actor, at = actor_in(request), request.at
    rows = filings.with_line(visibility.listed_to(actor, own=True, at=at))
    if "status" in asked:
        rows = rows.filter(status=asked["status"])
    if "reference" in asked:
        meant = formats.read_reference(asked["reference"])
        rows = rows.filter(known_as=meant) if meant else rows.none()
    page = page_of(
        rows,
        limit=asked["limit"],
        order=("filed_on", "id"),
        cursor=asked.get("cursor"),
        bound_to=repr((asked.get("status"), asked.get("reference"))),
    )
    with listing(page.items, actor=actor, at=at, unnamed=page.items):
        lines = [filings.coarse_line(row) for row in page.items]
    return lines, page.next


def _at(response: Response, pk: UUID) -> Response:
    """Say where the case is that was made."""
    response["Location"] = f"/api/v1/referrals/{pk}"
    return response


class OneCase(CaseView):
    """One case."""

    @extend_schema(responses=schema.CaseAnswer, operation_id="referrals_read")
    def get(self, request: Request, pk: UUID) -> Response:
        """Read a case: what the caller's role opens of it, within one disclosure.

        A submitted concern that someone of the cell opens is acknowledged by that (T05), and so is an urgent call that
        its reader was called for.
        """
        Query.of(request.query_params)
        referral, body = whole(bare(request), pk)
        return tagged(Response(body), referral, body)

    @extend_schema(
        request=form.ConcernForm,
        responses=schema.CaseAnswer,
        operation_id="referrals_edit",
        parameters=[schema.IF_MATCH],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change a draft; members sent replace those there were, a list sent replaces the list."""
        actor, at, version = self.actor, self.at, self.version

        def edit() -> runner.StepResult:
            filing_actions.editable(pk, version=version, actor=actor, at=at)
            body = form.ConcernForm.read(request.data)
            return filing_actions.edit(pk, body, version=version, actor=actor, at=at)

        return self.write(pk, edit)


class ShareDraft(CaseView):
    """A draft shown to the lead of its author's institution."""

    @extend_schema(
        request=Sharing,
        responses=schema.CaseAnswer,
        operation_id="referrals_share",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Share the draft: the lead reads its facts while it is a draft, and stops nothing."""
        actor, at = self.actor, self.at

        def share() -> runner.StepResult:
            filing_actions.shareable(pk, actor=actor, at=at)
            body = Sharing.read(request.data)
            return filing_actions.share(pk, body["organisation"], actor=actor, at=at)

        return self.write(pk, share)


class UnshareDraft(CaseView):
    """A draft that is its author's alone again."""

    @extend_schema(
        request=Nothing,
        responses=schema.CaseAnswer,
        operation_id="referrals_unshare",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Stop sharing the draft."""
        actor, at = self.actor, self.at

        def unshare() -> runner.StepResult:
            filing_actions.shareable(pk, actor=actor, at=at)
            Nothing.read(request.data)
            return filing_actions.unshare(pk, actor=actor, at=at)

        return self.write(pk, unshare)


class CasePart(CaseView):
    """One part of a case; which, is said by the route."""

    part = ""

    @extend_schema(responses=schema.Parts)
    def get(self, request: Request, pk: UUID) -> Response:
        """Read one part of a case, as far as the caller's role goes, within one disclosure."""
        Query.of(request.query_params)
        referral, ties = self.seen(pk)
        if self.part == "children" and "B" not in ties.reads:
            raise NotAllowed("read:children")
        actor, at = self.actor, self.at
        sight = child_sight.sight_of(referral, ties, actor)
        rows = opened(
            referral,
            ties,
            lambda scope: part_lines(self.part, referral, sight, scope, actor=actor, at=at),
            actor=actor,
            at=at,
        )
        return Response(listed(rows, None))


class CaseClocks(CaseView):
    """The clocks of one case."""

    @extend_schema(responses=schema.ClockPage, operation_id="referrals_clocks")
    def get(self, request: Request, pk: UUID) -> Response:
        """List the clocks of a case that the caller may read."""
        Query.of(request.query_params)
        referral, ties = self.seen(pk)
        actor, at = self.actor, self.at
        lines = opened(
            referral,
            ties,
            lambda _: clocks.clocks_of(referral, child_sight.sight_of(referral, ties, actor), at=at),
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
        referral, ties = self.seen(pk)
        if "D" not in ties.reads or ties.draft:
            raise NotAllowed("read:people")
        filters, at = PeopleQuery.of(request.query_params), self.at
        lines = opened(
            referral,
            ties,
            lambda _: reading_people.people(referral, filters["role"], at=at),
            actor=self.actor,
            at=at,
        )
        return Response(listed(lines, None))


class Clocks(CaseView):
    """What is due, over all the caller's cases."""

    @extend_schema(parameters=[ClockQuery], responses=schema.ClockPage, operation_id="clocks_list")
    def get(self, request: Request) -> Response:
        """List the running clocks of the caller's cases, due first."""
        lines, cursor = clock_page(bare(request), ClockQuery.of(request.query_params))
        return Response(listed(lines, cursor))
