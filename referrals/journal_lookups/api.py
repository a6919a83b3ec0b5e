"""``/audit/lookups``: a case or an account that a complaint names, looked up in the journal by two persons."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.access import require_somewhere
from accounts.api.once import do_once
from core.api import page_schema
from core.query import PagedQuery
from referrals.journal_lookups import actions, queries
from referrals.journal_lookups.inputs import LookupDecision, LookupInput
from referrals.models import PseudonymLookup
from referrals.rest import schema
from referrals.rest.case_views import CaseView, case_operation, listed

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

    @case_operation(
        "audit_lookups_list", page_schema("LookupPage", LookupLine), query=PagedQuery, tag="audit"
    )
    def get(self) -> dict[str, Any]:
        """List the lookups in the authorities whose journal the caller reads, the newest first."""
        page = queries.lookup_page(self.filters, actor=self.actor)
        return listed([queries.line(row, actor=self.actor, at=self.at) for row in page.items], page.next)

    @case_operation(
        "audit_lookups_ask", LookupLine, takes=LookupInput, tag="audit", status=CREATED, once=True
    )
    def post(self) -> dict[str, Any]:
        """Ask to look up what a complaint names; the other office, auditor or data protection officer, decides."""
        actor, at = self.actor, self.at
        require_somewhere(actor, actions.RIGHT)

        def ask() -> PseudonymLookup:
            return actions.ask(LookupInput.read(self.request.data), actor=actor, at=at)

        row = do_once(self.request, actions.visible_to(actor), ask, status=CREATED)
        return queries.line(row, actor=actor, at=at)


class OneLookup(CaseView):
    """One lookup."""

    @case_operation("audit_lookups_read", LookupOut, tag="audit")
    def get(self, pk: UUID) -> dict[str, Any]:
        """Read a lookup; to the two persons, in time, with the pseudonym, and an entry says so."""
        return queries.one(actions.visible_row(pk, actor=self.actor), actor=self.actor, at=self.at)


class DecideLookup(CaseView):
    """A lookup that waits for the second person."""

    step_up = frozenset({"POST"})

    @case_operation("audit_lookups_decide", LookupLine, takes=LookupDecision, tag="audit", once=True)
    def post(self, pk: UUID) -> dict[str, Any]:
        """Allow it, by typing what the complaint names too, or refuse it."""
        actor, at = self.actor, self.at

        def decide() -> PseudonymLookup:
            actions.visible_row(pk, actor=actor)
            return actions.decide(pk, LookupDecision.read(self.request.data), actor=actor, at=at)

        row = do_once(self.request, actions.visible_to(actor), decide)
        return queries.line(row, actor=actor, at=at)
