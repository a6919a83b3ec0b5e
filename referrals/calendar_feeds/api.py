"""``/calendar-feeds``: the secret addresses under which the caller's own calendars read what is due."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions as accounts_actions
from accounts.access import own_feeds
from accounts.api.once import IDEMPOTENCY_KEY, done_before, keep_done
from core.query import Query
from referrals.calendar_feeds import actions, queries
from referrals.calendar_feeds.actions import FeedInput
from referrals.rest.case_views import CaseView

CREATED, GONE = 201, 204
#: Where a calendar reads a feed, at the same host.
ADDRESS = "/agenda/{secret}.ics"


class FeedOut(serializers.Serializer[None]):
    """One feed. ``over``: its days have passed."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    made_on = serializers.DateField()
    ends_on = serializers.DateField()
    last_used_on = serializers.DateField(allow_null=True)
    over = serializers.BooleanField()


class NewFeedOut(FeedOut):
    """A feed with its address, which is in this answer only; null where the same request came before."""

    address = serializers.CharField(allow_null=True)


class FeedsOut(serializers.Serializer[None]):
    """All of them."""

    results = FeedOut(many=True)


class Feeds(CaseView):
    """One's own calendar feeds."""

    step_up = frozenset({"POST"})  # a feed outlives the session that made it

    @extend_schema(responses=FeedsOut, operation_id="calendar_feeds_list", tags=["calendar-feeds"])
    def get(self, request: Request) -> Response:
        """List one's own feeds that weren't revoked, newest first."""
        Query.of(request.query_params)
        return Response({"results": queries.lines(self.actor, at=self.at)})

    @extend_schema(
        operation_id="calendar_feeds_make",
        tags=["calendar-feeds"],
        parameters=[IDEMPOTENCY_KEY],
        request=FeedInput,
        responses={201: NewFeedOut},
    )
    def post(self, request: Request) -> Response:
        """Make a feed, where the authority allows it; its address is in this answer only.

        Repeated under the same Idempotency-Key, it answers which feed it made, with ``address`` null: the secret is
        stored nowhere. Whoever lost the first answer revokes that feed and makes another under a new key.
        """
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        accounts_actions.require_session(actor)
        actions.as_reader(actor, at=at)
        past = done_before(request, own_feeds(actor))
        if past is not None:
            return Response(queries.line(past, today=at.date()) | {"address": None}, status=CREATED)
        issued = actions.make(FeedInput.read(request.data)["name"], actor=actor, at=at)
        keep_done(request, issued.feed.pk, status=CREATED)
        made = queries.line(issued.feed, today=at.date())
        return Response(made | {"address": ADDRESS.format(secret=issued.secret)}, status=CREATED)


class OneFeed(CaseView):
    """One of one's own calendar feeds."""

    @extend_schema(operation_id="calendar_feeds_revoke", tags=["calendar-feeds"], responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Revoke one of one's own feeds; it opens nothing from the next request on."""
        Query.of(request.query_params)
        accounts_actions.revoke_feed(actor=self.actor, at=self.at, feed_id=pk)
        return Response(status=GONE)
