"""Effects of T42 and T50: the new value, the old one preserved, the child added."""

from typing import TYPE_CHECKING

from referrals.coming_of_age import majority
from referrals.coming_of_age.checks import counted_birth
from referrals.corrections import actions
from referrals.filing.effects import derive_child
from referrals.matching import indexing
from referrals.vocabulary.required_items import items_left_open
from referrals.workflow.field_inputs import storable
from referrals.workflow.form_rows import answers_of, late_receipt

if TYPE_CHECKING:
    from referrals.corrections.actions import Corrected
    from referrals.workflow.context import StepContext


def rectify(act: "StepContext") -> None:
    """Correct values; the old ones stay, sealed, with the reason (T42)."""
    corrected, mistaken = actions.read(act), actions.recorded_by_mistake(act)
    for item in corrected:
        _keep_old(act, item)
        act.change(item.row, **{item.field: item.value})
    if mistaken is not None:
        act.change(mistaken, wrong_person=True)
    were_of_age = {child.pk: act.case.of_age(child) for child in act.case.recorded}
    children = {item.row.pk: item.row for item in corrected if item.part == "children"}.values()
    for child in children:
        identity = actions.identity_of(act, child)
        counted = counted_birth(
            act.case, child, identity.get("birth_date"), identity.get("age_estimated_min")
        )
        act.change(child, **derive_child(child, identity, on=act.case.today, counted=counted))
    indexing.follow_corrections(act, corrected, wrong_person=act.step_input.wrong_person)
    act.case.forget("children")
    aged = {item.row.pk for item in corrected if item.part == "children" and item.field in actions.OF_AGE}
    for kid in act.case.children:
        if kid.pk in aged:
            majority.follow_correction(act, kid, was_of_age=were_of_age[kid.pk])
    referral = act.case.referral
    if referral.left_open:
        referral.left_open = bool(items_left_open(answers_of(referral), late=late_receipt(act.case)))


def _keep_old(act: "StepContext", item: "Corrected") -> None:
    act.new(
        "rectifications",
        model=item.part,
        row=item.row.pk,
        field=item.field,
        access_class=item.access_class,
        at=act.at,
        by=act.actor.user_id,
        old_value={"value": item.old},
        reason=act.step_input.reason,
    )


def add_child(act: "StepContext") -> None:
    """Add a child to the case; its age counts for the assessment's date (T50)."""
    values = {name: value for name, value in act.step_input.items() if name not in ("reason",)}
    child = act.new("children", **{name: storable(value) for name, value in values.items()})
    act.case.forget("children")
    act.change(child, **derive_child(child, values, on=act.case.today))
    indexing.outdate(act.case.referral)
    act.child = child.pk
    act.made = child
