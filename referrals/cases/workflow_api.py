"""API of the procedure as declared, which every program and every new colleague may read (domain.md §2)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.query import Query
from referrals.cases.procedure import BEFORE, WITH_BODY, procedure
from referrals.rest import schema


class StateOut(schema.CodedValue):
    """A state; ``end``: the life of the row ends in it."""

    end = serializers.BooleanField()


class SignatureOut(serializers.Serializer[None]):
    """When a second person must sign a step, and who may; ``otherwise``: who alone may where one reason asks so."""

    rule = serializers.CharField()
    roles = schema.CodedValue(many=True)
    otherwise = serializers.ListField(child=serializers.DictField())


class GuardOut(serializers.Serializer[None]):
    """A rule of a step, asked before the body is read or with it; its sentences are under ``rules``."""

    rule = serializers.CharField()
    asked = serializers.ChoiceField([BEFORE, WITH_BODY])


class StepOut(schema.Labelled):
    """One declared step."""

    step = serializers.CharField()
    number = serializers.CharField()
    label = schema.Label()
    description = serializers.CharField()
    to = serializers.ListField(child=serializers.CharField(), help_text="`same`: the state stays.")
    roles = schema.CodedValue(many=True)
    guards = GuardOut(many=True)
    second_signature = SignatureOut(allow_null=True)
    starts = serializers.ListField(child=serializers.CharField())
    stops = serializers.ListField(child=serializers.CharField())
    tells = serializers.ListField(child=serializers.CharField())
    data_class = serializers.CharField()
    internal = serializers.BooleanField(
        help_text="Done by the service, or brought along by another step: no route."
    )
    law = schema.Cited(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Return the members, ``from`` among them: no name that Python lets a class have."""
        return super().get_fields() | {"from": serializers.ListField(child=serializers.CharField())}


class MachineOut(schema.Labelled):
    """One machine; ``while_in``: the states of the case in which its routes exist."""

    label = schema.Label()
    access_class = serializers.CharField()
    while_in = serializers.ListField(child=serializers.CharField())
    states = StateOut(many=True)
    steps = StepOut(many=True)


class ClockOut(schema.CodedValue):
    """One delay: how long, by which law or which settings of the authority."""

    delay = schema.Label()
    law = schema.Cited(many=True, help_text="None: practice.")
    statutory = serializers.BooleanField()
    settings = serializers.ListField(child=serializers.CharField())
    access_class = serializers.CharField()


class RuleOut(serializers.Serializer[None]):
    """A rule: what it asks, and what people read when it isn't met; nothing where it names fields instead."""

    description = serializers.CharField()
    fr = serializers.ListField(child=serializers.CharField())
    en = serializers.ListField(child=serializers.CharField())


class ArticleOut(schema.Cited):
    """An article: what it says in our words, how far and when somebody read it, since when this version holds."""

    says = schema.Label()
    checked = schema.CodedValue()
    read_in = serializers.CharField(allow_null=True, help_text="The month, as `2026-11`; null: not read yet.")
    in_force_since = serializers.DateField(allow_null=True, help_text="Null: no source tells.")


class WorkflowOut(serializers.Serializer[None]):
    """All machines, their clocks and rules, and the articles of law behind them."""

    machines = serializers.DictField(child=MachineOut())
    clocks = ClockOut(many=True)
    rules = serializers.DictField(child=RuleOut())
    relations = schema.CodedValue(many=True)
    articles = ArticleOut(many=True)


class Workflow(APIView):
    """GET /api/v1/workflow."""

    @extend_schema(responses=WorkflowOut, operation_id="workflow_read", tags=["workflow"])
    def get(self, request: Request) -> Response:
        """Return states, steps, roles, rules, clocks, signatures and law of every machine, in both languages."""
        Query.of(request.query_params)
        return Response(procedure())
