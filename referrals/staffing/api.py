"""``/assignments`` and ``/handovers``: assignments of each person, and the hand-over of a leaver's cases."""

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.once import once_of
from audit import journal
from audit.events import Purpose
from core.inputs import Code, Flag, Id, Items, StrictSerializer
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.access import case_ties, visibility
from referrals.access.matrix import NOBODY
from referrals.models import StepRecord
from referrals.reading import clocks, shell
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.staffing import actions
from referrals.staffing.inputs import ROLES
from referrals.workflow.inputs import text


class AssignmentQuery(PagedQuery):
    """Whose cases; the caller's own where nobody is named."""

    user = Id(required=False)
    role = Code(ROLES, required=False)


class LeavingQuery(Query):
    """Whether only those who leave are asked for."""

    leaving = Flag(in_query=True, required=False, default=False)


class Assignments(CaseView):
    @extend_schema(parameters=[AssignmentQuery], responses=schema.CasePage, operation_id="assignments_list")
    def get(self, request: Request) -> Response:
        """List the shells of the cases on which a person is now, among those that the caller sees."""
        filters = AssignmentQuery.of(request.query_params)
        actor, at = self.actor, self.at
        user = filters.get("user") or actor.user_id or NOBODY
        page = page_of(
            actions.cases_of(actor, user, filters.get("role"), at=at),
            limit=filters["limit"],
            order=(clocks.due_column(actor), "id"),
            cursor=filters.get("cursor"),
            bound_to=f"assignments/{user}/{filters.get('role')}",
        )
        ties = {row.pk: case_ties.ties_of(row, actor) for row in page.items}
        journal.record(
            "list:opened",
            actor=actor,
            at=at,
            objects=[row.pseudonym for row in page.items],
            purpose=Purpose.LISTING,
            count=len(page.items),
        )
        return Response(listed([shell.shell(row, ties[row.pk]) for row in page.items], page.next))


class AssignedPeople(CaseView):
    @extend_schema(parameters=[LeavingQuery], responses=schema.Parts, operation_id="assignments_people")
    def get(self, request: Request) -> Response:
        """Count the cases of each person for whom a supervisor or lead answers; ``leaving=true``: of who leaves."""
        filters = LeavingQuery.of(request.query_params)
        lines = actions.people(self.actor, leaving=filters["leaving"], at=self.at)
        return Response(listed(lines, None))


class MoveInput(StrictSerializer):
    """Cases that go to one person; without a list, all that no other move names."""

    user = Id()
    referrals = Items(child=Id(), min_length=1, required=False, default=None, allow_null=True)


class HandOverInput(StrictSerializer):
    """Whose cases go to whom."""

    leaver = Id()
    role = Code(ROLES)
    moves = MoveInput(many=True, allow_empty=False)
    reason = text()


class HandOvers(CaseView):
    @extend_schema(
        request=HandOverInput,
        responses=schema.HandOver,
        operation_id="handovers_make",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Pass on a leaver's cases; those that are refused are named with their rule, and keep their people."""
        Query.of(request.query_params)
        actor, at, once = self.actor, self.at, once_of(request)
        actions.require_answering(actor)
        if once is not None:
            once.wait(actor)
            if (past := once.honoured(actor)) is not None:
                return Response(self._again(past.thing, past.at))
        values = HandOverInput.read(request.data)
        moves = [
            actions.Move(user=m["user"], referrals=tuple(m["referrals"]) if m["referrals"] else None)
            for m in values.pop("moves")
        ]
        passed = actions.hand_over(actions.HandOver(moves=moves, **values), actor=actor, at=at)
        if once is not None:
            once.keep(actor, status=200, thing=values["leaver"], at=at)
        return Response(_answered(passed))

    def _again(self, leaver: UUID, done_at: datetime) -> dict[str, Any]:
        """Tell what the same request did before: the cases passed on, as far as the caller still sees them."""
        actor, at = self.actor, self.at
        seen = visibility.visible_to(actor, at=at, drafts=False).values("pk")
        done = StepRecord.objects.filter(
            step=actions.STEP, by=actor.user_id, at=done_at, referral__in=seen
        ).order_by("referral_id")
        left = actions.cases_of(actor, leaver, None, at=at).order_by("pk").values_list("pk", flat=True)
        return {
            "passed_on": [str(row.referral_id) for row in done],
            "kept": [{"referral": str(pk), "rule": None, "reason": None} for pk in left],
        }


def _answered(passed: list[actions.Passed]) -> dict[str, Any]:
    return {
        "passed_on": [str(one.referral) for one in passed if not one.rule],
        "kept": [
            {"referral": str(one.referral), "rule": one.rule, "reason": one.reason}
            for one in passed
            if one.rule
        ],
    }
