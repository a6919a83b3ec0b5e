"""Checks of age: whose agreement it is, and who may be supported as a young adult (L222-5 5°)."""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit.disclosure import disclosure
from audit.events import Purpose
from core.inputs import StrictSerializer
from core.languages import Text
from encryption.errors import Unreadable
from referrals.vocabulary import ages
from referrals.vocabulary.answers import YesNo
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import Agreement, MeasureOffer
from referrals.workflow.inputs import WithTerm
from referrals.workflow.retention_periods import NEVER_BEGUN
from referrals.workflow.rules import answers, rule

if TYPE_CHECKING:
    from referrals.models import Child

YOUNG_ADULT: Final = "young_adult"
YOUNG_ADULT_UNTIL: Final = 21  # L222-5 5°


OWN_AGREEMENT: Final = _("La personne est majeure : l'accord à recueillir est le sien.")
AGREEMENT_OF_HOLDERS: Final = _("L'accord pour un enfant mineur est celui de ses représentants légaux.")


@answers(OWN_AGREEMENT, AGREEMENT_OF_HOLDERS)
def agreement_is_of_the_right_person(case: Case, step_input: Agreement) -> Text | None:
    """Whoever is of age agrees for themself; for a minor the legal representatives do (C23; L223-2)."""
    child = _child_of_measure(case, step_input)
    if child is None or step_input.own is case.of_age(child):
        return None
    return AGREEMENT_OF_HOLDERS if step_input.own else OWN_AGREEMENT


@rule(_("L'accompagnement jeune majeur suppose la majorité, et un accueil avant celle-ci."))
def young_adult_was_looked_after(case: Case, step_input: StrictSerializer) -> bool:
    """Support as a young adult is for whoever is of age and was looked after before that (L222-5 5°)."""
    offers: list[MeasureOffer] = getattr(step_input, "measures", [step_input])
    for item in offers:
        child = case.child(item.child)
        if item.type != YOUNG_ADULT or child is None:
            continue
        if not (case.of_age(child) and was_looked_after(case, child)):
            return False
    return True


NO_TERM: Final = _("L'échéance de l'accompagnement jeune majeur doit être précisée.")
ENDS_AT_21: Final = _("L'accompagnement jeune majeur prend fin au plus tard au vingt et unième anniversaire.")


@answers(NO_TERM, ENDS_AT_21)
def young_adult_support_ends_at_21(case: Case, step_input: WithTerm) -> Text | None:
    """Support as a young adult says when it ends: on the 21st birthday at the latest (L222-5 5°)."""
    if case.part.type_id != YOUNG_ADULT:
        return None
    term, child = step_input.term_on or case.part.term_on, case.on_record(case.part.child_id)
    if term is None:
        return NO_TERM
    birth = _birth_date(case, child)
    if birth is not None and term > ages.birthday(birth, YOUNG_ADULT_UNTIL):
        return ENDS_AT_21
    return None


def was_looked_after(case: Case, child: "Child") -> bool:
    """Tell whether a child was ever looked after away from its home: here, or elsewhere as the filing tells."""
    taken_in = any(
        measure.child_id == child.pk and measure.type.takes_in and measure.state not in NEVER_BEGUN
        for measure in case.measures
    )
    return taken_in or child.current_measure == YesNo.YES


def _child_of_measure(case: Case, step_input: Agreement) -> Any:
    wanted: UUID | None = getattr(step_input, "measure", None)
    row = next((measure for measure in case.measures if measure.pk == wanted), case.part)
    return case.child(row.child_id) if row is not None else None


def _birth_date(case: Case, child: "Child | None") -> Any:
    """Return the birth date, opened by whoever acts in a disclosure of its own; None where nobody knows it."""
    if child is None or child.birth_date is None:
        return None
    with disclosure(
        actor=case.actor,
        purpose=Purpose.MEASURE,
        at=case.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
    ) as scope:
        try:
            return ages.as_date(child.birth_date.open(scope))
        except Unreadable:
            return None
