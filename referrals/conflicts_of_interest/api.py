"""``/ties``: a member of staff's declared ties; ``/exclusions``: whom the service barred from a case for one."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.once import done_before, keep_done
from core.inputs import Flag
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.access import volume_limits
from referrals.conflicts_of_interest import actions, declarations
from referrals.conflicts_of_interest.inputs import TieInput
from referrals.models import DeclaredTie
from referrals.reading.disclosures import record_listed
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.vocabulary.labels import moment
from referrals.workflow.inputs import Nothing, Reasoned

CREATED, DONE, GONE = 201, 200, 204


class ExclusionQuery(PagedQuery):
    """Filters of the list of those whom the service barred."""

    awaiting = Flag(in_query=True, required=False)


class Ties(CaseView):
    """To whom the caller is tied, as the caller said."""

    step_up = frozenset({"POST"})

    @extend_schema(responses=schema.Ties, operation_id="ties_list")
    def get(self, request: Request) -> Response:
        """List the own ties; nobody else ever reads them."""
        Query.of(request.query_params)
        rows = declarations.read(self.actor(request), at=self.at(request))
        return Response({"results": rows})

    @extend_schema(
        request=TieInput,
        responses={201: schema.DeclaredTie},
        operation_id="ties_declare",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Declare a tie. The answer says nothing of any case."""
        Query.of(request.query_params)
        actor, at = self.actor(request), self.at(request)
        tie = done_before(request, declarations.own(actor))
        if tie is None:
            body = TieInput(data=request.data)
            body.is_valid(raise_exception=True)
            tie = declarations.declare(declarations.Tie(**body.validated_data), actor=actor, at=at)
            keep_done(request, tie.pk, status=CREATED)
        return Response(_line(tie), status=CREATED)


class CorrectTie(CaseView):
    """A tie in the place of another."""

    step_up = frozenset({"POST"})

    @extend_schema(
        request=TieInput,
        responses=schema.DeclaredTie,
        operation_id="ties_correct",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Correct what was said: it becomes a tie of its own, under another id."""
        Query.of(request.query_params)
        actor, at = self.actor(request), self.at(request)
        tie = done_before(request, declarations.own(actor))
        if tie is None:
            body = TieInput(data=request.data)
            declarations.known(pk, actor)
            body.is_valid(raise_exception=True)
            tie = declarations.correct(pk, declarations.Tie(**body.validated_data), actor=actor, at=at)
            keep_done(request, tie.pk, status=DONE)
        return Response(_line(tie), status=DONE)


class RemoveTie(CaseView):
    """A tie that is taken back."""

    step_up = frozenset({"POST"})

    @extend_schema(
        request=Nothing,
        responses={204: None},
        operation_id="ties_remove",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take a tie back: what was said is destroyed. No exclusion ends by it."""
        Query.of(request.query_params)
        actor, at = self.actor(request), self.at(request)
        if done_before(request, declarations.ever_own(actor)) is None:
            declarations.known(pk, actor)
            Nothing(data=request.data).is_valid(raise_exception=True)
            declarations.remove(pk, actor=actor, at=at)
            keep_done(request, pk, status=GONE)
        return Response(status=GONE)


class Exclusions(CaseView):
    """Whom the service barred from a case."""

    @extend_schema(parameters=[ExclusionQuery], responses=schema.Exclusions, operation_id="exclusions_list")
    def get(self, request: Request) -> Response:
        """List them over the cases that the caller sees as a coordinator or supervisor; ``awaiting``: to be decided."""
        filters = ExclusionQuery.of(request.query_params)
        actor, at = self.actor(request), self.at(request)
        rows = actions.visible_to(actor, at=at)
        if "awaiting" in filters:
            waiting = actions.awaiting(rows).values("pk")
            rows = rows.filter(pk__in=waiting) if filters["awaiting"] else rows.exclude(pk__in=waiting)
        page = page_of(
            rows,
            limit=filters["limit"],
            order=("-since_at", "id"),
            cursor=filters.get("cursor"),
            bound_to=f"exclusions/{filters.get('awaiting')}",
        )
        volume_limits.count_lines((row.referral for row in page.items), actor=actor, at=at)
        record_listed(page.items, actor=actor, at=at)
        return Response(listed([actions.line(row) for row in page.items], page.next))


class ConfirmExclusion(CaseView):
    """An exclusion that awaits a decision."""

    step_up = frozenset({"POST"})

    @extend_schema(
        request=Reasoned,
        responses=schema.Exclusion,
        operation_id="exclusions_confirm",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Confirm, with a reason, that somebody whose name is like one of the case stays barred from it."""
        Query.of(request.query_params)
        actor, at = self.actor(request), self.at(request)
        actions.require_decider(actor)
        exclusion = done_before(request, actions.visible_to(actor, at=at))
        if exclusion is None:
            actions.known(pk, actor=actor, at=at)
            body = Reasoned(data=request.data)
            body.is_valid(raise_exception=True)
            actions.confirm(pk, body.validated_data["reason"], actor=actor, at=at)
            exclusion = actions.known(pk, actor=actor, at=at)
            keep_done(request, exclusion.pk, status=DONE)
        return Response(actions.line(exclusion))


def _line(row: DeclaredTie) -> dict[str, str]:
    return {"id": str(row.pk), "declared_at": moment(row.declared_at) or ""}
