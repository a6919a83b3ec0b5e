"""``/ties``: a member of staff's declared ties; ``/exclusions``: whom the service barred from a case for one."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.once import do_once, done_before, keep_done
from core.inputs import Flag
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.conflicts_of_interest import actions, declarations
from referrals.conflicts_of_interest.inputs import TieInput
from referrals.models import DeclaredTie, Exclusion
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
        rows = declarations.read(self.actor, at=self.at)
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
        actor, at = self.actor, self.at

        def declare() -> DeclaredTie:
            return declarations.declare(declarations.Tie(**TieInput.read(request.data)), actor=actor, at=at)

        tie = do_once(request, declarations.own(actor), declare, status=CREATED)
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
        actor, at = self.actor, self.at

        def correct() -> DeclaredTie:
            declarations.known(pk, actor)
            tie = declarations.Tie(**TieInput.read(request.data))
            return declarations.correct(pk, tie, actor=actor, at=at)

        return Response(_line(do_once(request, declarations.own(actor), correct)), status=DONE)


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
        actor, at = self.actor, self.at
        if done_before(request, declarations.ever_own(actor)) is None:
            declarations.known(pk, actor)
            Nothing.read(request.data)
            declarations.remove(pk, actor=actor, at=at)
            keep_done(request, pk, status=GONE)
        return Response(status=GONE)


class Exclusions(CaseView):
    """Whom the service barred from a case."""

    @extend_schema(parameters=[ExclusionQuery], responses=schema.Exclusions, operation_id="exclusions_list")
    def get(self, request: Request) -> Response:
        """List them over the cases that the caller sees as a coordinator or supervisor; ``awaiting``: to be decided."""
        filters = ExclusionQuery.of(request.query_params)
        actor, at = self.actor, self.at
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
        actor, at = self.actor, self.at
        actions.require_decider(actor)

        def confirm() -> Exclusion:
            actions.known(pk, actor=actor, at=at)
            actions.confirm(pk, Reasoned.read(request.data)["reason"], actor=actor, at=at)
            return actions.known(pk, actor=actor, at=at)

        return Response(actions.line(do_once(request, actions.visible_to(actor, at=at), confirm)))


def _line(row: DeclaredTie) -> dict[str, str]:
    return {"id": str(row.pk), "declared_at": moment(row.declared_at) or ""}
