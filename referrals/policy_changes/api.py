"""API of an authority's settings: its staff read them, its administrator changes them."""

from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.models import Authority
from accounts.signin import actor_of, at_of
from core.inputs import Code
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.policy.definitions import SETTINGS
from referrals.policy_changes import actions
from referrals.policy_changes.actions import CHANGE, READ, Change
from referrals.policy_changes.inputs import SettingChangeInput
from referrals.rest import schema
from referrals.rest.case_views import listed


@extend_schema_field({})
class AnyValue(serializers.JSONField):
    """A value of whatever kind the setting is of."""


class ChangeOut(serializers.Serializer[None]):
    """One change of one setting."""

    key = serializers.CharField()
    value = AnyValue()
    effective_on = serializers.DateField()
    effective_at = serializers.DateTimeField()
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField(allow_null=True)


class SettingOut(schema.Labelled):
    """One setting: what it is, its bounds, its value in force, what is to come, its newest changes."""

    key = serializers.CharField()
    label = schema.Label()
    chapter = schema.CodedValue()
    law = schema.Cited(many=True, help_text="The articles that leave it open; none: practice.")
    kind = serializers.ChoiceField(["whole", "flag", "choice", "text", "week", "codes", "rows"])
    unit = serializers.CharField(allow_null=True)
    minimum = serializers.IntegerField(required=False)
    maximum = serializers.IntegerField(required=False)
    choices = schema.CodedValue(many=True, required=False)
    marks = serializers.ListField(child=serializers.CharField(), required=False)
    default = AnyValue()
    value = AnyValue()
    effective_on = serializers.DateField(allow_null=True, help_text="Null: the default was never changed.")
    made_by = serializers.CharField(
        allow_null=True, help_text="Who chose the value in force; null: the service."
    )
    to_come = ChangeOut(many=True)
    history = ChangeOut(many=True)


class SettingList(serializers.Serializer[None]):
    """All settings."""

    results = SettingOut(many=True)
    next = serializers.CharField(allow_null=True)


class ChangePage(serializers.Serializer[None]):
    """A page of changes."""

    results = ChangeOut(many=True)
    next = serializers.CharField(allow_null=True)


class HistoryQuery(PagedQuery):
    """Whose history."""

    key = Code([(key, setting.label) for key, setting in SETTINGS.items()], required=False)


class Settings(APIView):
    """GET, POST /api/v1/authorities/{id}/settings."""

    step_up = frozenset({"POST"})

    @extend_schema(responses=SettingList, operation_id="settings_list", tags=["places"])
    def get(self, request: Request, pk: UUID) -> Response:
        """List the settings with value, default, law, what is to come and the newest changes of each."""
        Query.of(request.query_params)
        return _answer(request, actions.authority_for(actor_of(request), pk, READ))

    @extend_schema(
        operation_id="settings_change",
        tags=["places"],
        parameters=[IDEMPOTENCY_KEY],
        request=SettingChangeInput,
        responses=SettingList,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Let settings take new values from a day on; those that hold then anyway are left as they are."""
        Query.of(request.query_params)
        actions.authority_for(actor_of(request), pk, CHANGE)

        def change() -> Authority:
            wanted = Change(**SettingChangeInput.read(request.data))
            return actions.change(pk, wanted, actor=actor_of(request), at=at_of(request))

        return _answer(request, do_once(request, Authority.objects.filter(pk=pk), change))


def _answer(request: Request, authority: Authority) -> Response:
    hidden = actions.hidden_from(actor_of(request), authority)
    lines = actions.told(authority, at=at_of(request))
    return Response(listed([line for line in lines if line["key"] not in hidden], None))


class History(APIView):
    """GET /api/v1/authorities/{id}/settings/history."""

    @extend_schema(
        parameters=[HistoryQuery], responses=ChangePage, operation_id="settings_history", tags=["places"]
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """List all changes ever made, newest first."""
        filters = HistoryQuery.of(request.query_params)
        authority = actions.authority_for(actor_of(request), pk, READ)
        key = filters.get("key")
        page = page_of(
            actions.history(authority, key).exclude(
                key__in=actions.hidden_from(actor_of(request), authority)
            ),
            limit=filters["limit"],
            order=("-position", "id"),
            cursor=filters.get("cursor"),
            bound_to=f"{pk}/{key or ''}",
        )
        zone = ZoneInfo(authority.timezone)
        return Response(listed([actions.change_line(row, zone) for row in page.items], page.next))
