"""API of an authority's on-call rota, edited by its administrators and supervisors."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.api.once import do_once
from core.inputs import Flag
from core.paging import page_of
from core.query import PagedQuery
from referrals.models import RotaShift
from referrals.on_call_rota import actions
from referrals.on_call_rota.actions import NewShift
from referrals.policy_changes.actions import authority_for
from referrals.rest import schema
from referrals.rest.case_views import CaseView, case_operation, listed
from referrals.workflow.inputs import Nothing


class ShiftOut(serializers.Serializer[None]):
    """One shift, with who made it and who withdrew it."""

    id = serializers.UUIDField()
    officer = serializers.UUIDField()
    name = serializers.CharField()
    place = schema.CodedValue()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_by = serializers.CharField(allow_null=True)


class ShiftPage(serializers.Serializer[None]):
    """A page of shifts."""

    results = ShiftOut(many=True)
    next = serializers.CharField(allow_null=True)


class RotaQuery(PagedQuery):
    """Whether what is over or withdrawn is listed too."""

    past = Flag(in_query=True, required=False, default=False)


class Rota(CaseView):
    """GET, POST /api/v1/authorities/{id}/rota."""

    @case_operation("rota_list", ShiftPage, query=RotaQuery, tag="places")
    def get(self, pk: UUID) -> dict[str, Any]:
        """List who is on call now and next; ``past=true`` lists the whole history, withdrawn shifts included."""
        past = self.filters.pop("past")
        page = page_of(
            actions.shifts(self.actor, pk, past=past, at=self.at),
            order=("starts_at", "id"),
            bound_to=f"rota/{pk}/{past}",
            **self.filters,
        )
        return listed([actions.line(row) for row in page.items], page.next)

    @case_operation("rota_add", ShiftOut, takes=NewShift, tag="places", status=201, once=True)
    def post(self, pk: UUID) -> dict[str, Any]:
        """Put an officer on the rota: one who holds the role at this authority, whoever else employs them.

        With ``weeks`` the shift comes again at the same hours of each week; the answer shows the first one.
        """
        authority_for(self.actor, pk, actions.CHANGE)

        def add() -> RotaShift:
            shift = actions.Shift(**NewShift.read(self.request.data))
            return actions.add(pk, shift, actor=self.actor, at=self.at)

        return _whole(do_once(self.request, RotaShift.objects.filter(authority=pk), add, status=201))


class Withdraw(CaseView):
    """POST /api/v1/authorities/{id}/rota/{shift}/withdraw."""

    @case_operation("rota_withdraw", ShiftOut, takes=Nothing, tag="places", once=True)
    def post(self, pk: UUID, shift: UUID) -> dict[str, Any]:
        """Take an officer off the rota, from now on; the row stays in the history."""
        authority_for(self.actor, pk, actions.CHANGE)

        def withdraw() -> RotaShift:
            Nothing.read(self.request.data)
            return actions.withdraw(pk, shift, actor=self.actor, at=self.at)

        return _whole(do_once(self.request, RotaShift.objects.filter(authority=pk), withdraw))


def _whole(row: RotaShift) -> dict[str, Any]:
    """Return a shift with the names of whom it concerns."""
    return actions.line(RotaShift.objects.select_related("user", "made_by", "withdrawn_by").get(pk=row.pk))
