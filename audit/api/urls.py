"""Routes of the auditors' API, under ``/api/v1/``."""

from django.urls import path

from audit.api.questions import Table, question_routes
from audit.api.views import (
    Activity,
    ConsistencyProof,
    Entries,
    Export,
    InclusionProof,
    LatestCheckpoint,
    LogHealth,
)

urlpatterns = [
    path("audit/entries", Entries.as_view(), name="audit-entries"),
    path("audit/activity", Activity.as_view(), name="audit-activity"),
    path("audit/health", LogHealth.as_view(), name="audit-health"),
    path("audit/checkpoints/latest", LatestCheckpoint.as_view(), name="audit-checkpoint"),
    path("audit/proofs/inclusion", InclusionProof.as_view(), name="audit-inclusion"),
    path("audit/proofs/consistency", ConsistencyProof.as_view(), name="audit-consistency"),
    path("audit/table", Table.as_view(), name="audit-table"),
    *question_routes(),
    path("audit/export", Export.as_view(), name="audit-export"),
]
