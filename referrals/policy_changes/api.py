"""API of an authority's settings: its staff read them, its administrator changes them."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.once import do_once
from accounts.models import Authority
from core.inputs import Code
from core.paging import page_of
from core.query import PagedQuery
from referrals.policy.definitions import SETTINGS
from referrals.policy_changes import actions
from referrals.policy_changes.actions import CHANGE, READ, Change
from referrals.policy_changes.inputs import SettingChangeInput
from referrals.rest import schema
from referrals.rest.case_views import CaseView, case_operation, listed


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


class Settings(CaseView):
    """GET, POST /api/v1/authorities/{id}/settings."""

    step_up = frozenset({"POST"})

    @case_operation("settings_list", SettingList, tag="places")
    def get(self, pk: UUID) -> dict[str, Any]:
        """List the settings with value, default, law, what is to come and the newest changes of each."""
        return self.current(actions.authority_for(self.actor, pk, READ))

    @case_operation("settings_change", SettingList, takes=SettingChangeInput, tag="places", once=True)
    def post(self, pk: UUID) -> dict[str, Any]:
        """Let settings take new values from a day on; those that hold then anyway are left as they are."""
        actions.authority_for(self.actor, pk, CHANGE)

        def change() -> Authority:
            wanted = Change(**SettingChangeInput.read(self.request.data))
            return actions.change(pk, wanted, actor=self.actor, at=self.at)

        return self.current(do_once(self.request, Authority.objects.filter(pk=pk), change))

    def current(self, authority: Authority) -> dict[str, Any]:
        hidden = actions.hidden_from(self.actor, authority)
        lines = actions.changes_shown(authority, at=self.at)
        return listed([line for line in lines if line["key"] not in hidden], None)


class History(CaseView):
    """GET /api/v1/authorities/{id}/settings/history."""

    @case_operation("settings_history", ChangePage, query=HistoryQuery, tag="places")
    def get(self, pk: UUID) -> dict[str, Any]:
        """List all changes ever made, newest first."""
        authority = actions.authority_for(self.actor, pk, READ)
        key = self.filters.pop("key", None)
        hidden = actions.hidden_from(self.actor, authority)
        page = page_of(
            actions.history(authority, key).exclude(key__in=hidden),
            order=("-position", "id"),
            bound_to=f"{pk}/{key or ''}",
            **self.filters,
        )
        zone = ZoneInfo(authority.timezone)
        return listed([actions.change_line(row, zone) for row in page.items], page.next)
