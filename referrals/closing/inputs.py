"""Inputs of a reopening: its ground and its reason."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.inputs import Code, OptionalInstant, When
from referrals.vocabulary.states import Coded
from referrals.workflow import inputs


class Ground(Coded):
    """Why a closed case is opened again (T34)."""

    NEW_FACT = "new_fact", _("Fait nouveau")
    ERROR = "error", _("Erreur constatée")
    WITHDRAWAL = "withdrawal", _("Retrait non confirmé")


class Reopening(inputs.Reasoned):
    """T34; ``learnt_at`` says when a new fact came in: the delay of its assessment counts from there."""

    needed_when = {
        "learnt_at": When("ground", ("new_fact",)),
    }

    ground = Code(Ground.choices)
    learnt_at = OptionalInstant()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask when the new fact came in, and for nothing of the kind otherwise."""
        learnt, needed = attrs["learnt_at"] is not None, attrs["ground"] == Ground.NEW_FACT
        if learnt != needed:
            fault = serializers.ErrorDetail("", code="required" if needed else "not-a-choice")
            raise serializers.ValidationError({"learnt_at": [fault]})
        return attrs
