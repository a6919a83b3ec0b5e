"""``/saved-views``: the caller's own views of the list of cases."""

from dataclasses import asdict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.once import do_once
from core.query import Query
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.saved_views import actions
from referrals.saved_views.actions import NewView
from referrals.workflow.inputs import Nothing

CREATED = 201


class SavedViews(CaseView):
    """The caller's views."""

    @extend_schema(responses=schema.Parts, operation_id="saved_views_list")
    def get(self, request: Request) -> Response:
        """List the caller's views, the oldest first."""
        Query.of(request.query_params)
        views = actions.views_of(self.actor)
        return Response(listed([asdict(view) | {"id": str(view.id)} for view in views], None))

    @extend_schema(
        request=NewView,
        responses={201: schema.View},
        operation_id="saved_views_create",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Save a view; one of the same name is replaced."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        actions.require_working(actor)
        row = do_once(
            request,
            actions.own(actor),
            lambda: actions.save(**NewView.read(request.data), actor=actor, at=at),
            status=CREATED,
        )
        return Response({"id": str(row.pk)}, status=CREATED)


class RemoveView(CaseView):
    """A view that isn't wanted any more."""

    @extend_schema(request=Nothing, responses=schema.View, operation_id="saved_views_remove")
    def post(self, request: Request, pk: UUID) -> Response:
        """Delete a view of the caller's own."""
        Query.of(request.query_params)
        actor = self.actor
        actions.require_own(pk, actor)
        Nothing.read(request.data)
        actions.forget(pk, actor=actor)
        return Response({"id": str(pk)})
