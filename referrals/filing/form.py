"""Input of the concern form: one serializer made from the models, so that no field is named twice.

``FORM`` says which fields a filer fills; fields that are derived or set by a step are left out. The same fields may be
corrected later (T42).
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import models

from core.inputs import Code, Id, Instant, OptionalId, StrictSerializer
from referrals.models import PARTS, Child, Concern, HealthSign, Sign
from referrals.vocabulary.filing_answers import HEALTH_SIGNS, SIGN_CODES, Channel, SignMode, Variant
from referrals.vocabulary.states import ChildKind, Exploitation
from referrals.workflow.field_inputs import input_field

STRUCTURAL: Final = ("id", "referral", "position", "not_known", "mac", "cells")
DERIVED: Final[Mapping[type[models.Model], tuple[str, ...]]] = {
    Child: (
        "birth_year_month",
        "age_band",
        "under_2",
        "under_15",
        "majority_near",
        "next_change",
        "runaway",
        "prostitution_status",
        "status_ever",
        "immediate_danger",
        "danger_ever",
        "danger_categories",
        "danger_level",
        "maltreatment",
        "child_met",
        "deceased",
        "emancipated_on",  # it takes the parents' rights away: recorded by a correction (T42), by no filer's word
        "emancipated",
        "wrong_person",
        "restricted",
        "decision",
    ),
}
PARTS_MAX: Final = 40


def form_fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    left_out = (*STRUCTURAL, *DERIVED.get(model, ()))
    return [field for field in model._meta.concrete_fields if field.name not in left_out]


def _inputs(model: type[models.Model]) -> dict[str, Any]:
    return {field.name: input_field(field) for field in form_fields(model)}


def _part(name: str, model: type[models.Model]) -> type[StrictSerializer]:
    fields = _inputs(model)
    if model is Child:
        fields["kind"] = Code(ChildKind.choices, required=False, default=ChildKind.SUBJECT.value)
        fields["not_known"] = input_field(Child._meta.get_field("not_known"))
    if model is Sign:
        fields["code"] = Code([(code, code) for code in SIGN_CODES])
        fields["mode"] = Code(SignMode.choices)
    doc = {"__doc__": f"One of the form's {name} (domain.md §4).", "__module__": __name__}
    return type(f"{model.__name__}Form", (StrictSerializer,), fields | doc)


#: Health signs are sent among the others; the service tells them apart (domain.md §4.3).
SENT_PARTS: Final = {name: model for name, model in PARTS.items() if model is not HealthSign}


def _whole() -> type[StrictSerializer]:
    fields = _inputs(Concern)
    choices = [(value, label) for value, label in Exploitation.choices if value != Exploitation.REFUTED]
    fields["prostitution_status_filer"] = Code(choices, required=False, allow_blank=True)
    fields["not_known"] = input_field(Concern._meta.get_field("not_known"))
    for name, model in SENT_PARTS.items():
        part: Any = _part(name, model)
        fields[name] = part(many=True, required=False, max_length=PARTS_MAX)
    # A case taken over begins by T32, never by a form.
    begun = [(v.value, v.label) for v in Variant if v != Variant.TRANSFER_IN]
    fields["variant"] = Code(begun, required=False)
    fields["channel"] = Code(Channel.choices, required=False)
    fields["received_at"] = Instant(required=False, allow_null=True)
    fields["source_referral"] = Id(required=False, allow_null=True)
    doc = {"__doc__": "The concern form, whole or in part (domain.md §4.1–4.5).", "__module__": __name__}
    return type("ConcernForm", (StrictSerializer,), fields | doc)


ConcernForm: Final = _whole()


def parts_of(data: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the repeatable parts that were sent, signs of health apart from the others."""
    parts = {name: [dict(item) for item in data[name]] for name in SENT_PARTS if name in data}
    if "signs" in parts:
        parts["health_signs"] = [item for item in parts["signs"] if item["code"] in HEALTH_SIGNS]
        parts["signs"] = [item for item in parts["signs"] if item["code"] not in HEALTH_SIGNS]
    return parts


def concern_of(data: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in form_fields(Concern)} | {"not_known"}
    return {name: value for name, value in data.items() if name in names}


class Sharing(StrictSerializer):
    """The institution from which the draft is filed; where the author works for one alone it needn't be said."""

    organisation = OptionalId()
