"""API of destruction batches: what is proposed, which files are in it, and its steps (domain.md §2.7).

It is for those who keep the files of an authority. It shows the shell of files alone, and only of those that the reader
may know of; it gives no total, which would count the others.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from rest_framework import serializers

from accounts.actor import Actor
from core.api import page_schema
from core.inputs import Code
from core.paging import page_of
from core.query import PagedQuery
from referrals.access import visibility
from referrals.errors import NotVisible
from referrals.models import RetentionBatch, RetentionLine
from referrals.reading.disclosures import record_listed
from referrals.rest import schema
from referrals.rest.case_views import CaseView, case_operation, listed
from referrals.rest.step_views import PerformRowStep, row_step_routes
from referrals.retention import batches
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.oversight import VisaRefusal
from referrals.vocabulary.states import BatchState, Machine, State
from referrals.workflow.machines import MACHINES


class BatchQuery(PagedQuery):
    """Filters of the list of batches."""

    state = Code(BatchState.choices, required=False)


class BatchOut(serializers.Serializer[None]):
    """A batch: whose it is, how far it has come, and what the caller may do with it now."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    authority = serializers.UUIDField()
    state = schema.CodedValue()
    proposed_at = serializers.DateTimeField()
    letter = serializers.CharField(allow_null=True)
    letter_on = serializers.DateField(allow_null=True)
    visa_number = serializers.CharField(allow_null=True)
    visa_on = serializers.DateField(allow_null=True)
    refusal = schema.CodedValue(allow_null=True)
    refused_on = serializers.DateField(allow_null=True)
    executed_at = serializers.DateTimeField(allow_null=True)
    available_steps = serializers.ListField(child=serializers.CharField())


class LineOut(serializers.Serializer[None]):
    """A file that stands in a batch: its shell."""

    referral = serializers.UUIDField()
    reference = serializers.CharField()
    outcome = schema.CodedValue()
    received_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    archived_at = serializers.DateTimeField(allow_null=True)


def batch_line(batch: RetentionBatch, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return a batch as its keepers see it."""
    return {
        "id": str(batch.pk),
        "reference": batch.reference,
        "authority": str(batch.authority_id),
        "state": labelled(BatchState(batch.state)),
        "proposed_at": moment(batch.proposed_at),
        "letter": batch.letter or None,
        "letter_on": moment(batch.letter_on),
        "visa_number": batch.visa_number or None,
        "visa_on": moment(batch.visa_on),
        "refusal": labelled(VisaRefusal(batch.refusal)) if batch.refusal else None,
        "refused_on": moment(batch.refused_on),
        "executed_at": moment(batch.executed_at),
        "available_steps": [step.name for step in batches.runner.possible(batch, actor, at=at)],
    }


def file_line(line: RetentionLine) -> dict[str, Any]:
    """Return one file of a batch."""
    case = line.referral
    return {
        "referral": str(case.pk),
        "reference": case.reference,
        "outcome": labelled(State(case.archived_from)),
        "received_at": moment(case.received_at),
        "closed_at": moment(case.closed_at),
        "archived_at": moment(case.archived_at),
    }


class BatchView(CaseView):
    """What the addresses of batches share."""

    def one(self, pk: UUID) -> RetentionBatch:
        """Return a batch that the caller keeps."""
        batch = visibility.batches_of(self.actor).filter(pk=pk).first()
        if batch is None:
            raise NotVisible
        return batch

    def record(self, shown: list[RetentionLine], tenant: UUID | None) -> None:
        """Journal what was shown: every file of the page."""
        record_listed(shown, actor=self.actor, at=self.at, tenant=tenant)


class Batches(BatchView):
    """GET /api/v1/retention-batches."""

    @case_operation(
        "retention_batches_list", page_schema("BatchPage", BatchOut), query=BatchQuery, tag="batch"
    )
    def get(self) -> dict[str, Any]:
        """List the batches of the authorities whose files the caller keeps, the newest first."""
        state = self.filters.pop("state", None)
        rows = visibility.batches_of(self.actor)
        page = page_of(
            rows.filter(state=state) if state else rows,
            order=("-proposed_at", "id"),
            bound_to=f"batches/{state}",
            **self.filters,
        )
        self.record([], None)
        return listed([batch_line(row, self.actor, at=self.at) for row in page.items], page.next)


class OneBatch(BatchView):
    """GET /api/v1/retention-batches/{id}."""

    @case_operation("retention_batches_read", BatchOut, tag="batch")
    def get(self, pk: UUID) -> dict[str, Any]:
        """Read a batch: its state and the course of its visa."""
        batch = self.one(pk)
        self.record([], batch.authority_id)
        return batch_line(batch, self.actor, at=self.at)


class BatchLines(BatchView):
    """GET /api/v1/retention-batches/{id}/lines."""

    @case_operation(
        "retention_batches_lines", page_schema("BatchLinePage", LineOut), query=PagedQuery, tag="batch"
    )
    def get(self, pk: UUID) -> dict[str, Any]:
        """List the files that stand in a batch, those that the caller may know of; nothing of them is opened."""
        batch = self.one(pk)
        rows = batches.lines_of(batch, self.actor, at=self.at)
        page = page_of(rows, order=("id",), bound_to=f"batch-lines/{pk}", **self.filters)
        self.record(page.items, batch.authority_id)
        return listed([file_line(line) for line in page.items], page.next)


class PerformBatchStep(PerformRowStep):
    """POST: do one step of a batch."""

    runner = batches.runner

    def shown(self, row: RetentionBatch, *, actor: Actor, at: datetime) -> dict[str, Any]:
        """Return the batch: its state and the course of its visa."""
        return batch_line(row, actor, at=at)


def batch_routes() -> list[URLPattern]:
    """Return the addresses of batches and of their steps."""
    folder = MACHINES[Machine.BATCH].folder
    return [
        path(folder, Batches.as_view(), name="retention-batches"),
        path(f"{folder}/<uuid:pk>", OneBatch.as_view(), name="retention-batch"),
        path(f"{folder}/<uuid:pk>/lines", BatchLines.as_view(), name="retention-batch-lines"),
        *row_step_routes(Machine.BATCH, PerformBatchStep, BatchOut),
    ]
