"""``/break-glass``: emergency openings by reference, and those that the caller reviews or made."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.once import once_of
from accounts.request import bare
from audit.events import Purpose
from core.query import Query
from referrals.access import emergency_openings
from referrals.break_glass import queries
from referrals.break_glass.queries import ByReference, GlassQuery, glass_page
from referrals.errors import NotAllowed
from referrals.execution.runner import StepResult
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed

CREATED = 201


class BreakGlasses(CaseView):
    @extend_schema(parameters=[GlassQuery], responses=schema.Parts, operation_id="break_glass_list")
    def get(self, request: Request) -> Response:
        """List the openings that the caller reviews, and the caller's own, the first to be reviewed first."""
        lines, cursor = glass_page(bare(request), GlassQuery.of(request.query_params))
        return Response(listed(lines, cursor))

    @extend_schema(
        request=ByReference,
        responses={201: schema.CaseAnswer},
        operation_id="break_glass_by_reference",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Open a case in an emergency by its reference, even one that is restricted to others; never one that the
        caller is excluded from. What isn't there and what isn't for the caller is one answer.
        """  # noqa: D205 - one description
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        if not emergency_openings.may_break(actor):
            raise NotAllowed("break-glass")
        # What the body is like is judged before anything is looked for: it tells nothing of any case.
        values = ByReference.read(request.data)
        # A refusal of this request is one of an emergency opening, and the journal says so.
        bare(request).purpose = Purpose.EMERGENCY  # read by the pipeline
        once = once_of(request)
        if once is not None:
            once.wait(actor)
            if (past := once.honoured(actor)) is not None:
                referral, _ = self.seen(past.thing)
                return self.answer(StepResult(referral=referral, made=past.part), status=CREATED)
        done = queries.open_by_reference(values["reference"], values["reason"], actor=actor, at=at)
        if once is not None:
            self.keep(once, done)
        return self.answer(done, status=CREATED)
