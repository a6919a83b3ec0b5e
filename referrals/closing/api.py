"""Closings that one person decided and that await a review, over all the caller's cases."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.inputs import Code, Flag
from core.paging import page_of
from core.query import PagedQuery
from referrals.models import ClosureReview
from referrals.reading import closure_reviews
from referrals.reading.disclosures import record_listed
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.vocabulary import formats
from referrals.vocabulary.states import ReviewState, State, Urgency


class ReviewQuery(PagedQuery):
    """Filters of the list of reviews."""

    state = Code(ReviewState.choices, required=False, default=ReviewState.DUE)
    overdue = Flag(in_query=True, required=False)


class ClosureReviews(CaseView):
    @extend_schema(parameters=[ReviewQuery], responses=schema.Parts, operation_id="closure_reviews_list")
    def get(self, request: Request) -> Response:
        """List closings to be reviewed, due first: a supervisor's all, a coordinator's the withdrawals."""
        filters = ReviewQuery.of(request.query_params)
        actor, at = self.actor, self.at
        rows = closure_reviews.reviews(actor, state=filters["state"], overdue=filters.get("overdue"), at=at)
        page = page_of(
            rows,
            limit=filters["limit"],
            order=("due_at", "id"),
            cursor=filters.get("cursor"),
            bound_to=f"reviews/{filters['state']}/{filters.get('overdue')}",
        )
        record_listed(page.items, actor=actor, at=at)
        return Response(listed([_line(row, at) for row in page.items], page.next))


def _line(row: ClosureReview, at: datetime) -> dict[str, Any]:
    case = row.referral
    return closure_reviews.review_line(row) | {
        "overdue": row.state == ReviewState.DUE and row.due_at < at,
        "referral": str(case.pk),
        "reference": case.reference,
        "case_state": formats.labelled(State(case.state)),
        "urgency": formats.labelled(Urgency(case.urgency)),
        "age_band": case.age_band,
    }
