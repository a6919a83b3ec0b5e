"""An authority's choices that filers and colleagues must know: names, wording, questions, catalogue."""

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.errors import NotVisible
from accounts.models import Authority
from accounts.signin import actor_of, at_of
from core.languages import ENGLISH, in_language
from core.query import Query
from referrals.filing import questions
from referrals.models import MeasureType
from referrals.policy.definitions import SETTINGS, Protocol, protocol_of
from referrals.policy.list_types import Row
from referrals.policy_changes.actions import READ
from referrals.rest import schema
from referrals.vocabulary.states import Urgency


class PartnerOut(serializers.Serializer[None]):
    """A partner of the protocol, and how to reach it."""

    kind = serializers.CharField()
    name = serializers.CharField()
    contact = serializers.CharField(allow_blank=True)


class MeasureTypeOut(schema.CodedValue):
    """A type of the catalogue with the authority's variants of it."""

    judicial = serializers.BooleanField()
    basis = serializers.CharField(allow_blank=True)
    max_months = serializers.IntegerField(allow_null=True)
    variants = schema.CodedValue(many=True)


class StaffOut(serializers.Serializer[None]):
    """What only people of the authority read."""

    prosecutor_channel = serializers.CharField()
    partners = PartnerOut(many=True)
    measures = MeasureTypeOut(many=True)


class FormOut(serializers.Serializer[None]):
    """The authority's own words and questions."""

    cell = serializers.CharField()
    urgencies = schema.CodedValue(many=True)
    extra = serializers.JSONField(help_text="JSON Schema of the form's member `extra`.")
    staff = StaffOut(required=False, help_text="Absent for whoever doesn't work in the authority.")


class AuthorityForm(APIView):
    """GET /api/v1/authorities/{id}/form."""

    @extend_schema(responses=FormOut, operation_id="authority_form", tags=["places"])
    def get(self, request: Request, pk: UUID) -> Response:
        """Tell the cell's name, its words for urgencies, its questions; to its own people partners and measures too."""
        Query.of(request.query_params)
        actor, at = actor_of(request), at_of(request)
        authority = Authority.objects.filter(pk=pk).first()
        if authority is None:
            raise NotVisible
        return Response(_told(authority, actor, at))


def _told(authority: Authority, actor: Actor, at: datetime) -> dict[str, Any]:
    protocol = protocol_of(authority, at)
    content = {
        "cell": protocol.crip_name,
        "urgencies": [_urgency(grade, protocol) for grade in Urgency],
        "extra": questions.schema(protocol),
    }
    return content | ({"staff": _for_staff(protocol)} if authority.pk in actor.may(READ) else {})


def _urgency(grade: Urgency, protocol: Protocol) -> dict[str, Any]:
    key = f"urgency_{grade.value.lower()}_label"
    own = getattr(protocol, key)
    # Of a scale of its own the authority gives French words alone: English readers see them too.
    english = in_language(grade.label, ENGLISH) if own == SETTINGS[key].default else own
    return {"code": grade.value, "label": {"fr": own, "en": english}}


def _for_staff(protocol: Protocol) -> dict[str, Any]:
    return {
        "prosecutor_channel": protocol.prosecutor_channel,
        "partners": [
            {"kind": one.kind, "name": one.name, "contact": one.contact} for one in protocol.protocol_partners
        ],
        "measures": [_measure(measure_type, protocol) for measure_type in MeasureType.objects.all()],
    }


def _measure(found: MeasureType, protocol: Protocol) -> dict[str, Any]:
    return {
        "code": found.code,
        "label": found.labels_by_language,
        "judicial": found.judicial,
        "basis": found.basis,
        "max_months": found.max_months,
        "variants": [_variant(one) for one in protocol.measure_variants if one.of == found.code],
    }


def _variant(one: Row) -> dict[str, Any]:
    return {"code": one.code, "label": {"fr": one.fr, "en": one.en}}
