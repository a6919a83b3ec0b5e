"""The caller's notices in the application. Other channels: ``accounts/api/views/notices.py``."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import page_schema
from core.inputs import Flag
from core.languages import in_both
from core.paging import page_of
from core.query import PagedQuery, Query
from outbox import templates
from outbox.models import Notice
from outbox.notices import mark_read, shown_to
from referrals.access import matrix, relations, transfer_targets, visibility
from referrals.access_review import actions as access_review_actions
from referrals.errors import NotVisible
from referrals.notifications.recipients import told_as
from referrals.rest.case_views import CaseView, listed


class NoticeQuery(PagedQuery):
    """The filters of one's notices."""

    unread = Flag(required=False, in_query=True, help_text="`true`: only those not read yet.")


class NoticeOut(serializers.Serializer[Any]):
    """A notice: what kind of thing awaits the caller, and where; nothing of what happened."""

    id = serializers.UUIDField()
    type = serializers.CharField()
    label_fr = serializers.CharField()
    label_en = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    referral = serializers.UUIDField(allow_null=True)
    anomaly = serializers.UUIDField(
        allow_null=True, help_text="The anomaly of access, or the question about one, that it is about."
    )
    batch = serializers.UUIDField(
        allow_null=True, help_text="The batch that it is about, where it is about one."
    )
    urgent = serializers.BooleanField()
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class OwnNotices(CaseView):
    """What both addresses of one's notices share."""

    def mine(self) -> "QuerySet[Notice]":
        """Return the caller's notices, of cases and batches that the caller may know of now."""
        actor, at = self.actor, self.at
        user = actor.user_id or matrix.NOBODY
        filer = told_as(relations.filed_by(user)) if actor.holding(matrix.FILERS) else None
        cases = visibility.visible_to(actor, at=at)
        subjects = Q(subject_id=None) | Q(subject_id__in=cases.values("pk"))
        subjects |= Q(subject_id__in=visibility.batches_of(actor).values("pk"))
        subjects |= Q(subject_id__in=access_review_actions.visible_to(actor).values("pk"))
        subjects |= Q(subject_id__in=access_review_actions.asked_of(actor, at=at, filing=False).values("pk"))
        if filer is not None:  # of a filing that goes on elsewhere one is told under the id of its receipt
            subjects |= Q(subject_id__in=visibility.own_filings(actor, at=at).values("filed_as"))
        if transfers := transfer_targets.cases_offered_to(actor, at=at):
            subjects |= Q(subject_id__in=sorted(transfers))
        return shown_to(user, filer=filer).filter(subjects)


class Notices(OwnNotices):
    """GET /api/v1/notices."""

    @extend_schema(
        operation_id="notices_list",
        tags=["notices"],
        parameters=[NoticeQuery],
        responses={200: page_schema("NoticePage", NoticeOut)},
    )
    def get(self, request: Request) -> Response:
        """List the caller's notices, unread first, then newest first, of cases that the caller may still know of."""
        filters = NoticeQuery.of(request.query_params)
        unread = filters.pop("unread", False)
        rows = self.mine()
        page = page_of(
            rows.filter(is_read=False) if unread else rows,
            order=("is_read", "-created_at", "-id"),
            bound_to=f"unread={unread}",
            **filters,
        )
        return Response(listed([_line(notice) for notice in page.items], page.next))


class NoticeRead(OwnNotices):
    """POST /api/v1/notices/{id}/read."""

    @extend_schema(operation_id="notices_read", tags=["notices"], request=None, responses={200: NoticeOut})
    def post(self, request: Request, pk: UUID) -> Response:
        """Mark one's notice as read; doing it again changes nothing."""
        Query.of(request.query_params)
        rows = self.mine().filter(pk=pk)
        mark_read(rows, at=self.at)
        notice = rows.first()
        if notice is None:
            raise NotVisible
        return Response(_line(notice))


def _line(notice: Notice) -> dict[str, Any]:
    template = templates.get(notice.template)
    french, english = in_both(template.text).values()
    line = {
        "id": notice.pk,
        "type": notice.template,
        "label_fr": french,
        "label_en": english,
        "reference": notice.reference,
        "referral": notice.subject_id if template.place == "referrals" else None,
        "anomaly": notice.subject_id if template.place in ("audit/anomalies", "access-questions") else None,
        "batch": notice.subject_id if template.place == "retention-batches" else None,
        "urgent": notice.urgent,
        "at": notice.created_at,
        "read_at": notice.read_at,
    }
    return dict(NoticeOut(line).data)
