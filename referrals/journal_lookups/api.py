"""``/audit/lookups``: a case or an account that a complaint names, looked up in the journal by two persons."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import require_somewhere
from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.api.pages import page_schema
from core.query import PagedQuery, Query
from referrals.journal_lookups import actions, queries
from referrals.journal_lookups.inputs import LookupDecision, LookupInput
from referrals.models import PseudonymLookup
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed

CREATED = 201


class LookupLine(serializers.Serializer[None]):
    """One lookup; what was typed isn't kept."""

    id = serializers.UUIDField()
    authority = serializers.UUIDField()
    kind = schema.CodedValue()
    ground = schema.CodedValue()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    own = serializers.BooleanField()
    state = schema.CodedValue()
    until = serializers.DateTimeField(allow_null=True)
    to_decide = serializers.BooleanField()
    to_read = serializers.BooleanField()


class LookupOut(LookupLine):
    """One lookup with the pseudonym, for the two persons, in time."""

    pseudonym = serializers.UUIDField(allow_null=True)


class Lookups(CaseView):
    """Lookups in the journal."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="audit_lookups_list",
        parameters=[PagedQuery],
        responses={200: page_schema("LookupPage", LookupLine)},
        tags=["audit"],
    )
    def get(self, request: Request) -> Response:
        """List the lookups in the authorities whose journal the caller reads, the newest first."""
        actor, at = self.actor, self.at
        page = queries.lookup_page(PagedQuery.of(request.query_params), actor=actor)
        return Response(listed([queries.line(row, actor=actor, at=at) for row in page.items], page.next))

    @extend_schema(
        operation_id="audit_lookups_ask",
        request=LookupInput,
        responses={201: LookupLine},
        parameters=[IDEMPOTENCY_KEY],
        tags=["audit"],
    )
    def post(self, request: Request) -> Response:
        """Ask to look up what a complaint names; the other office, auditor or data protection officer, decides."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        require_somewhere(actor, actions.RIGHT)

        def ask() -> PseudonymLookup:
            return actions.ask(LookupInput.read(request.data), actor=actor, at=at)

        row = do_once(request, actions.visible_to(actor), ask, status=CREATED)
        return Response(queries.line(row, actor=actor, at=at), status=CREATED)


class OneLookup(CaseView):
    """One lookup."""

    @extend_schema(operation_id="audit_lookups_read", responses={200: LookupOut}, tags=["audit"])
    def get(self, request: Request, pk: UUID) -> Response:
        """Read a lookup; to the two persons, in time, with the pseudonym, and an entry says so."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        return Response(queries.one(actions.known(pk, actor=actor), actor=actor, at=at))


class DecideLookup(CaseView):
    """A lookup that waits for the second person."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="audit_lookups_decide",
        request=LookupDecision,
        responses={200: LookupLine},
        parameters=[IDEMPOTENCY_KEY],
        tags=["audit"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Allow it, by typing what the complaint names too, or refuse it."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at

        def decide() -> PseudonymLookup:
            actions.known(pk, actor=actor)
            return actions.decide(pk, LookupDecision.read(request.data), actor=actor, at=at)

        row = do_once(request, actions.visible_to(actor), decide)
        return Response(queries.line(row, actor=actor, at=at))
