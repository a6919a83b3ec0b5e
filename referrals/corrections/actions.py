"""Validation of a correction (T42): which values may be corrected, by whom, and their old values.

A coordinator corrects all of classes B to G; others only what they brought in: a filing that they typed, a child that
they added, the texts of a step that they did (domain.md T42, §1.3): whom and what the step was about stays, because the
names in its record decide who reads it (SEC-AZ20). An item left open is completed in the same way: by its value, or by
``not_known``, which names the items that nobody can answer (§4). The writing half is the effect ``rectify``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models import Field
from rest_framework import serializers

from accounts.roles import Role
from accounts.territory import departments
from audit.disclosure import disclosure
from audit.events import Purpose
from core.inputs import Text
from encryption.fields import SealedField
from encryption.index import keyed
from encryption.sealed import OpenScope, Sealed
from referrals.errors import InvalidInput, NotAllowed
from referrals.filing import questions
from referrals.vocabulary.states import Machine
from referrals.workflow import births
from referrals.workflow.context import for_record
from referrals.workflow.field_inputs import EXTRA, input_field, storable
from referrals.workflow.form_rows import FORM_PARTS
from referrals.workflow.step import steps

if TYPE_CHECKING:
    from accounts.actor import Actor
    from referrals.corrections.inputs import Correction
    from referrals.models import Child, Referral, StepRecord
    from referrals.workflow.context import StepContext

#: The rows of a case that were read for one step, by the part of the form and their id.
type Rows = dict[str, dict[UUID, Any]]
LONG_TEXT = Text(max_length=20_000, multiline=True)
COORDINATOR_CLASSES = frozenset("BCDEFG")
#: Roles that type a filing in and go on working on it. Whoever filed in another role has the coarse line of it, and
#: brings no right from there to what they do on the case by another tie (SEC-AZ21).
TYPISTS = (Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.ON_CALL)
#: The data of steps done: whoever did one may correct the texts that were said with it.
STEPS = "steps"
#: The items that nobody can answer: codes of the form, corrected by whoever corrects the items themselves.
NOT_KNOWN = "not_known"
#: Where a child lives stands on the shell (class A) when only its département is known; it is an answer like others.
RESIDENCE = "residence_department"
#: What says how old a child is, or that it is as of age: terms and rights follow it (domain.md §5.3).
OF_AGE: Final = ("birth_date", "age_estimated_min", "emancipated_on")
#: Fields that no person sets: derived, or moved by a step of their own.
UNTOUCHED = frozenset(
    {
        "id",
        "referral",
        "position",
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
        "child_met",
        "wrong_person",
        "emancipated",
        "restricted",
        "decision",
        "danger_categories",
        "danger_level",
        "maltreatment",
        "mac",
        "cells",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """One correction, checked: the row, its field, the new value and the old one."""

    part: str
    row: Any
    field: str
    access_class: str
    value: Any
    old: Any


def read(act: "StepContext") -> list[Corrected]:
    referral = act.case.referral
    with disclosure(
        actor=act.actor,
        purpose=Purpose.HANDLING,
        at=act.at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
    ) as scope:
        rows: Rows = {}
        return [_at(place, act, item, rows, scope) for place, item in enumerate(act.step_input.corrections)]


def recorded_by_mistake(act: "StepContext") -> "Child | None":
    """Return the child of the case whom a correction takes back: by who may correct what is said of the child (T42)."""
    if act.step_input.wrong_person is None:
        return None
    child = act.case.child(act.step_input.wrong_person)
    if child is None:
        raise InvalidInput("wrong_person")
    _require_own(act, "children", child, child._meta.get_field("wrong_person"))
    return child


def _at(place: int, act: "StepContext", item: "Correction", rows: "Rows", scope: OpenScope) -> Corrected:
    try:
        return _one(act, item, rows, scope)
    except InvalidInput as refused:
        # Beside the line of the form that it is about.
        raise refused.under(f"corrections.{place}.") from None


def _one(act: "StepContext", item: "Correction", rows: "Rows", scope: OpenScope) -> Corrected:
    row, field = _target(act, item, rows)
    _require_own(act, item.part, row, field)
    old = getattr(row, item.field)
    value = _step_text(row, item.value, old, scope) if item.part == STEPS else _value(field, item.value)
    if item.field == RESIDENCE and value and value not in departments():
        raise InvalidInput("value", "not-a-choice")
    # Parents decide until the day itself (domain.md §5.3); nothing would look at a coming one.
    if item.field == "emancipated_on" and value and str(value) > act.case.today.isoformat():
        raise InvalidInput("value", "too-late")
    if item.part == "children" and item.field in births.OLD:
        days = births.counted_days(act.case, row)
        births.refuse(("value", code) for _, code in births.faults({item.field: value}, days))
    if item.field == EXTRA:
        questions.require_fit(act.case.protocol, value)
    return Corrected(
        part=item.part,
        row=row,
        field=item.field,
        access_class=row.access_class if item.part == STEPS else field.access_class,
        value=value,
        old=old.open(scope) if isinstance(old, Sealed) else storable(old),
    )


def _target(act: "StepContext", item: "Correction", rows: "Rows") -> tuple[Any, Any]:
    referral = act.case.referral
    # Each row is read once, whatever is corrected in it: a second copy would sign the cells that the first one has
    # changed as they were before (SEC-CR21).
    if item.part not in rows:
        of_part = getattr(referral, item.part).all() if item.part in (*FORM_PARTS, STEPS) else ()
        rows[item.part] = {row.pk: row for row in of_part}
    row: Any = (
        referral.concern if item.part == "concern" else rows[item.part].get(item.row) if item.row else None
    )
    if row is None:
        raise InvalidInput("row")
    field = next((f for f in row._meta.concrete_fields if f.name == item.field), None)
    if field is None or item.field in UNTOUCHED or (item.part == STEPS and item.field != "data"):
        raise InvalidInput("field")
    return row, field


def _value(field: "Field[Any, Any]", sent: object) -> Any:
    if isinstance(field, SealedField) and field.kind == "json" and field.name != EXTRA:
        if not isinstance(sent, dict) or any(not isinstance(text, str) for text in sent.values()):
            raise InvalidInput("value", "not-object")
        return {Text(max_length=40).run_validation(k): LONG_TEXT.run_validation(v) for k, v in sent.items()}
    if sent is None and isinstance(field, SealedField):
        return None
    try:
        return storable(input_field(field).run_validation(sent))
    except serializers.ValidationError as refused:
        codes: Any = refused.get_codes()
        raise InvalidInput("value", str(codes[0]) if isinstance(codes, list) else "invalid") from None


def _step_text(row: "StepRecord", sent: object, old: object, scope: OpenScope) -> dict[str, Any]:
    try:
        takes = steps.get(Machine(row.machine), row.step).takes
    except (KeyError, ValueError):  # a step that no version declares any more
        raise InvalidInput("row") from None
    if not isinstance(sent, dict) or for_record(sent, takes) != sent:
        raise InvalidInput("value", "not-object")
    declared = takes().fields
    for name, text in sent.items():
        if type(declared.get(name)) is not Text:
            raise InvalidInput("value")
        try:
            declared[name].run_validation(text)
        except serializers.ValidationError as refused:
            codes: Any = refused.get_codes()
            raise InvalidInput("value", str(codes[0])) from None
    was = old.open(scope) if isinstance(old, Sealed) else {}
    return {**was, **sent}


def _require_own(act: "StepContext", part: str, row: Any, field: Any) -> None:
    of_form = field.access_class in COORDINATOR_CLASSES or field.name in (NOT_KNOWN, RESIDENCE)
    if act.actor.role == Role.CRIP_COORDINATOR and of_form:
        return
    user = act.actor.user_id
    if part == STEPS:
        own = user is not None and bool(row.by == user)
    else:
        own = row.pk in _brought_in(act.case.referral, act.actor, [row.pk])
    if not own:
        raise NotAllowed("referral:rectify")


def correctable(referral: "Referral", actor: "Actor", rows: Collection[UUID]) -> set[UUID]:
    """Return which children and holders somebody who takes the step may correct, and which children take back (T42)."""
    return set(rows) if actor.role == Role.CRIP_COORDINATOR else _brought_in(referral, actor, rows)


def _brought_in(referral: "Referral", actor: "Actor", rows: Collection[UUID]) -> set[UUID]:
    """Return which rows of the form are of a filing that somebody typed, or a child that they added."""
    if actor.user_id is None:
        return set()
    if actor.role in TYPISTS and bytes(referral.filed_by) == keyed("filer", actor.user_id.bytes):
        return set(rows)
    added = referral.steps.filter(step="add_child", by=actor.user_id)
    return set(rows).intersection(added.values_list("child", flat=True))


def identity_of(act: "StepContext", child: object) -> Mapping[str, Any]:
    names = ("birth_date", "age_estimated_min", "age_estimated_max", "whereabouts", "emancipated_on")
    referral = act.case.referral
    with disclosure(
        actor=act.actor,
        purpose=Purpose.HANDLING,
        at=act.at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
    ) as scope:
        sealed = {name: getattr(child, name) for name in names}
        return {name: value.open(scope) for name, value in sealed.items() if value is not None}
