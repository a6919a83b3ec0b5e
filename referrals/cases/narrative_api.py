"""Filer's own account, read again where the authority allows it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.events import Purpose
from core.query import Query
from encryption.sealed import OpenScope
from referrals.filing import rereading
from referrals.policy.definitions import protocol_of
from referrals.reading.disclosures import opened
from referrals.rest.case_views import CaseView


class NarrativeOut(serializers.Serializer[None]):
    """What the filer told of the facts, in the words of then."""

    concern = serializers.DictField()
    facts = serializers.ListField(child=serializers.DictField())
    signs = serializers.ListField(child=serializers.DictField())


class Narrative(CaseView):
    """GET /api/v1/referrals/{id}/narrative."""

    @extend_schema(responses=NarrativeOut, operation_id="narrative_read")
    def get(self, request: Request, pk: UUID) -> Response:
        """Read the own account again: facts, signs, words; to the filer alone, and where the authority lets it."""
        Query.of(request.query_params)
        referral, ties = self.seen(pk)
        rereading.require_allowed(ties, protocol_of(referral.authority, self.at))
        actor, at = self.actor, self.at

        def read(scope: OpenScope) -> dict[str, Any]:
            return rereading.narrative(referral, scope)

        return Response(opened(referral, ties, read, actor=actor, at=at, purpose=Purpose.FILING))
