"""``/referrals/{id}/orientations/match``: an explained list of services for a need; the routes of steps are made."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.request import bare
from core.query import Query
from directory.codes import Need
from directory.matching import Rule, Verdict
from referrals.orientations import actions
from referrals.orientations.inputs import ServiceSearch
from referrals.rest import schema
from referrals.rest.case_views import CaseView
from referrals.vocabulary.decision_answers import RefusalReason


class MatchedNeed(schema.Labelled):
    """The need that services were looked for."""

    code = serializers.ChoiceField(Need.choices)
    label = serializers.CharField()


class FindingLine(serializers.Serializer[None]):
    """What one rule says of a service."""

    rule = serializers.ChoiceField([(str(one), str(one)) for one in Rule])
    verdict = serializers.ChoiceField([(str(one), str(one)) for one in Verdict])
    sentence = serializers.CharField()


class ServiceAnswers(serializers.Serializer[None]):
    """What a service answered the own authority within a year: facts, never a score."""

    asked = serializers.IntegerField()
    refused = serializers.IntegerField()
    unanswered = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.ChoiceField(RefusalReason.choices))
    since = serializers.DateTimeField()
    sentence = serializers.CharField()


class FailedBefore(serializers.Serializer[None]):
    """That the case has asked this service in vain."""

    state = serializers.CharField()
    reason = serializers.CharField()
    sentence = serializers.CharField()


class OfferLine(serializers.Serializer[None]):
    """A service, and what the rules say of it."""

    service = serializers.UUIDField()
    name = serializers.CharField()
    structure = serializers.UUIDField()
    structure_name = serializers.CharField()
    phone = serializers.CharField()
    department = serializers.CharField()
    commune = serializers.CharField()
    has_night_phone = serializers.BooleanField()
    findings = FindingLine(many=True)
    answers = ServiceAnswers(allow_null=True)
    failed = FailedBefore(allow_null=True)


class MatchedServices(serializers.Serializer[None]):
    """Services for a need, in the rules' order; a person chooses."""

    need = MatchedNeed()
    rules_version = serializers.CharField()
    offered = OfferLine(many=True)
    removed = OfferLine(many=True)
    cut = serializers.BooleanField()
    removed_cut = serializers.BooleanField()
    urgent = serializers.BooleanField()
    named = OfferLine(many=True)
    named_cut = serializers.BooleanField()


class MatchServices(CaseView):
    @extend_schema(request=ServiceSearch, responses=MatchedServices, operation_id="orientations_match")
    def post(self, request: Request, pk: UUID) -> Response:
        """Explain which services answer a need; nothing changes, and nothing of the case leaves it but codes."""
        Query.of(request.query_params)
        offers = actions.match(bare(request), pk, request.data)
        return Response(actions.as_json(offers))
