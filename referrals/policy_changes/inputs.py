"""Input of a change of settings, made from the definitions."""

from typing import Any

from rest_framework import serializers

from core.inputs import Day, StrictSerializer
from referrals.policy.definitions import SETTINGS

#: One member for each setting, of its kind; made from the declarations.
Values: type[StrictSerializer] = type(
    "SettingValues",
    (StrictSerializer,),
    {
        "__doc__": "New values, by setting.",
        "__module__": __name__,
        **{key: setting.input() for key, setting in SETTINGS.items()},
    },
)


class SettingChangeInput(StrictSerializer):
    """New values and the day from which they are in force: today, which means from now, or later."""

    effective_on = Day()
    values = Values()

    def validate_values(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values, as they will be kept."""
        if not values:
            raise serializers.ValidationError("", code="empty")
        return values
