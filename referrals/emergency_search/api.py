"""``/emergency-searches``: search by name as the officer on duty, the reviews of these searches, approvals."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.request import bare
from audit.events import Purpose
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.emergency_search import actions, approvals, duties, queries
from referrals.emergency_search.inputs import ApprovalAsked, Reviewing, SearchesQuery, Searching
from referrals.models import EmergencyApproval, EmergencySearch
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.workflow.inputs import Nothing


class ShellOut(serializers.Serializer[None]):
    """A file of the own authority: its shell, and whether a sheet is open on it."""

    reference = serializers.CharField()
    state = schema.CodedValue()
    urgency = schema.CodedValue()
    runaway = serializers.BooleanField()
    sheet = serializers.BooleanField()


class ToCall(serializers.Serializer[None]):
    """Another authority that knows the child; the sheet, if the own authority was named on it."""

    authority = serializers.UUIDField()
    name = serializers.CharField()
    phone = serializers.CharField(help_text="Empty: the authority has given none.")
    sheet = serializers.UUIDField(allow_null=True)


class SearchAnswer(serializers.Serializer[None]):
    """What an emergency search gives: shells and whom to call, never content."""

    id = serializers.UUIDField()
    results = ShellOut(many=True)
    more = serializers.BooleanField(help_text="Not all that looks alike could be shown or looked at.")
    elsewhere = ToCall(many=True)


class SearchLine(serializers.Serializer[None]):
    """One search that was made, and where its review stands."""

    id = serializers.UUIDField()
    authority = serializers.UUIDField()
    user = serializers.CharField()
    own = serializers.BooleanField()
    searched_at = serializers.DateTimeField()
    ground = schema.CodedValue()
    state = schema.CodedValue()
    review_due_at = serializers.DateTimeField()
    overdue = serializers.BooleanField()
    reviewed_at = serializers.DateTimeField(allow_null=True)
    reviewed_by = serializers.CharField(allow_null=True)
    to_review = serializers.BooleanField()


class WordOut(serializers.Serializer[None]):
    """Who approved a search beyond the cap, and when."""

    name = serializers.CharField()
    at = serializers.DateTimeField()


class SearchOut(SearchLine):
    """The same with what was written, as long as it is kept, and the files found that the reader may know of."""

    reason = serializers.CharField(allow_null=True)
    word = WordOut(allow_null=True)
    unapproved = serializers.BooleanField(help_text="Beyond the cap, and nobody approved it.")
    review = serializers.CharField(allow_null=True)
    references = serializers.ListField(child=serializers.CharField())


class SearchPage(serializers.Serializer[None]):
    """A page of searches."""

    results = SearchLine(many=True)
    next = serializers.CharField(allow_null=True)


class ApprovalOut(serializers.Serializer[None]):
    """Another person's approval of what an officer on duty does beyond a cap."""

    id = serializers.UUIDField()
    authority = serializers.UUIDField()
    user = serializers.CharField()
    own = serializers.BooleanField()
    asked_at = serializers.DateTimeField()
    given_at = serializers.DateTimeField(allow_null=True)
    given_by = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    remaining = serializers.IntegerField(help_text="For how many searches and secret addresses it is, now.")
    to_give = serializers.BooleanField()


class ApprovalPage(serializers.Serializer[None]):
    """A page of approvals."""

    results = ApprovalOut(many=True)
    next = serializers.CharField(allow_null=True)


class EmergencySearches(CaseView):
    step_up = frozenset({"POST"})

    @extend_schema(
        parameters=[SearchesQuery],
        responses=SearchPage,
        operation_id="emergency_searches_list",
        tags=["emergency-searches"],
    )
    def get(self, request: Request) -> Response:
        """List one's own searches, and those that one reviews."""
        actor, at = self.actor, self.at
        query = SearchesQuery.of(request.query_params)
        rows = actions.visible_to(actor, at=at)
        reviewed = query.get("reviewed")
        page = page_of(
            rows if reviewed is None else rows.filter(reviewed_at__isnull=not reviewed),
            limit=query["limit"],
            order=("-searched_at", "id"),
            cursor=query.get("cursor"),
            bound_to=f"emergency-searches/{reviewed}",
        )
        return Response(listed([queries.line(row, actor=actor, at=at) for row in page.items], page.next))

    @extend_schema(
        request=Searching,
        responses=SearchAnswer,
        operation_id="emergency_searches_create",
        tags=["emergency-searches"],
    )
    def post(self, request: Request) -> Response:
        """Look for a child by name as the officer on duty: shells, and whom to call elsewhere (§1.3 rule 10).

        Every search counts and is written down, one that is repeated too: there is nothing here to do only once.
        """
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        # A refusal of this request is one of an emergency, and the journal says so.
        bare(request).purpose = Purpose.EMERGENCY  # read by the pipeline
        duties.of(actor, at=at)
        answer = actions.search(Searching.read(request.data), actor=actor, at=at)
        return Response(queries.answer(answer))


class OneEmergencySearch(CaseView):
    @extend_schema(responses=SearchOut, operation_id="emergency_searches_read", tags=["emergency-searches"])
    def get(self, request: Request, pk: UUID) -> Response:
        """Read one search with what was written; an entry says so."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        return Response(queries.one(actions.visible_row(pk, actor=actor, at=at), actor=actor, at=at))


class ReviewEmergencySearch(CaseView):
    @extend_schema(
        request=Reviewing,
        responses=SearchLine,
        operation_id="emergency_searches_review",
        tags=["emergency-searches"],
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Agree with it, or contest it with a reason; never one's own."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at

        def review() -> EmergencySearch:
            actions.visible_row(pk, actor=actor, at=at)
            body = Reviewing.read(request.data)
            return actions.review(pk, agreed=body["agreed"], note=body.get("note", ""), actor=actor, at=at)

        row = do_once(request, actions.visible_to(actor, at=at), review)
        return Response(queries.line(row, actor=actor, at=at))


class EmergencyApprovals(CaseView):
    step_up = frozenset({"POST"})

    @extend_schema(
        parameters=[PagedQuery],
        responses=ApprovalPage,
        operation_id="emergency_approvals_list",
        tags=["emergency-searches"],
    )
    def get(self, request: Request) -> Response:
        """List those that one asked for or gave, and those that wait for oneself."""
        actor, at = self.actor, self.at
        query = PagedQuery.of(request.query_params)
        page = page_of(
            approvals.visible_to(actor, at=at),
            limit=query["limit"],
            order=("-asked_at", "id"),
            cursor=query.get("cursor"),
            bound_to="emergency-approvals",
        )
        return Response(listed([queries.approval(row, actor=actor, at=at) for row in page.items], page.next))

    @extend_schema(
        request=ApprovalAsked,
        responses={201: ApprovalOut},
        operation_id="emergency_approvals_create",
        tags=["emergency-searches"],
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Ask for another person's approval as the officer on duty, to go beyond a cap (SEC-AZ25)."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        bare(request).purpose = Purpose.EMERGENCY  # of a refusal; read by the pipeline
        duties.of(actor, at=at)

        def ask() -> EmergencyApproval:
            return approvals.ask(ApprovalAsked.read(request.data).get("authority"), actor=actor, at=at)

        row = do_once(request, approvals.visible_to(actor, at=at), ask)
        return Response(queries.approval(row, actor=actor, at=at), status=201)


class GiveEmergencyApproval(CaseView):
    step_up = frozenset({"POST"})

    @extend_schema(
        request=Nothing,
        responses=ApprovalOut,
        operation_id="emergency_approvals_give",
        tags=["emergency-searches"],
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Approve it for a quarter of an hour; never one's own."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        rows = approvals.visible_to(actor, at=at)

        def give() -> EmergencyApproval:
            Nothing.read(request.data)
            return approvals.give(pk, actor=actor, at=at)

        return Response(queries.approval(do_once(request, rows, give), actor=actor, at=at))
