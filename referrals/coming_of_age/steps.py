"""Birthdays: what changes in a case with the age of its children, up to majority (C23; domain.md §2.3, §4.1, §5.1).

On the eighteenth birthday a child holds its own rights: pending information of the parents is no longer due, they are
informed of nothing more, agreements are the person's own, and the guards of *met* and §2.5 no longer apply
(``Case.beyond_childhood``). A person who was looked after before that may be offered support as a young adult, until
twenty-one.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from audit.disclosure import disclosure
from audit.events import Purpose
from encryption.errors import Unreadable
from referrals.models import Referral
from referrals.vocabulary import ages
from referrals.vocabulary.answers import YesNo
from referrals.vocabulary.states import ACTIVE, CLOSED, InformationState, Machine
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.retention_periods import NEVER_BEGUN
from referrals.workflow.step import SAME, StepDecorator

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

step = StepDecorator(Machine.REFERRAL, Referral)
YOUNG_ADULT: Final = "young_adult"
YOUNG_ADULT_UNTIL: Final = 21  # L222-5 5°
#: What parents were still to be told, and no longer are.
STILL_DUE: Final = (InformationState.PENDING, InformationState.DEFERRED)


# --- Guards -------------------------------------------------------------------------------------------


def someone_is_a_minor(case: Case, given: Any) -> str | None:
    """Parents are informed of minors only: whoever is of age holds the own rights (C23)."""
    if case.children and all(case.of_age(child) for child in case.children):
        return "Plus aucun enfant du dossier n'est mineur : ses parents n'ont plus à être informés."
    return None


def agreement_is_of_the_right_person(case: Case, given: Any) -> str | None:
    """Whoever is of age agrees for themself; for a minor the legal representatives do (C23; L223-2)."""
    child = _child_of_measure(case, given)
    if child is None or given.own is case.of_age(child):
        return None
    if given.own:
        return "L'accord pour un enfant mineur est celui de ses représentants légaux."
    return "La personne est majeure : l'accord à recueillir est le sien."


def young_adult_was_looked_after(case: Case, given: Any) -> str | None:
    """Support as a young adult is for whoever is of age and was looked after before that (L222-5 5°)."""
    for item in _offers(given):
        child = case.child(item.get("child") or given.get("child"))
        if item.type != YOUNG_ADULT or child is None:
            continue
        if not (case.of_age(child) and was_looked_after(case, child)):
            return "L'accompagnement jeune majeur suppose la majorité, et un accueil avant celle-ci."
    return None


def young_adult_support_ends_at_21(case: Case, given: Any) -> str | None:
    """Support as a young adult says when it ends: on the 21st birthday at the latest (L222-5 5°)."""
    if case.part.type_id != YOUNG_ADULT:
        return None
    term, child = given.get("term_on") or case.part.term_on, case.on_record(case.part.child_id)
    if term is None:
        return "L'échéance de l'accompagnement jeune majeur doit être précisée."
    birth = _birth_date(case, child)
    if birth is not None and term > ages.birthday(birth, YOUNG_ADULT_UNTIL):
        return "L'accompagnement jeune majeur prend fin au plus tard au vingt et unième anniversaire."
    return None


def was_looked_after(case: Case, child: Any) -> bool:
    """Tell whether a child was ever looked after away from its home: here, or elsewhere as the filing tells."""
    taken_in = any(
        found.child_id == child.pk and found.type.takes_in and found.state not in NEVER_BEGUN
        for found in case.measures
    )
    return taken_in or child.current_measure == YesNo.YES


def _offers(given: Any) -> "Iterable[Any]":
    items = given.get("measures") if given is not None else ()
    return items if items is not None else [given]


def _child_of_measure(case: Case, given: Any) -> Any:
    if given is None:
        return None
    wanted: UUID | None = given.get("measure")
    row = next((found for found in case.measures if found.pk == wanted), case.part)
    return case.child(row.child_id) if row is not None else None


def _birth_date(case: Case, child: Any) -> Any:
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


# --- Effects ------------------------------------------------------------------------------------------


def take_new_ages(act: "StepContext") -> None:
    """Write the bands and flags that hold from this birthday on; the shell and the reduced date follow."""
    for item in act.given.children:
        child = act.case.on_record(item.child)
        act.change(child, age_band=item.age_band, under_2=item.under_2, under_15=item.under_15)


def end_parents_information(act: "StepContext") -> None:
    """Settle what parents were still to be told, once no child of the case is a minor (C23)."""
    if someone_is_a_minor(act.case, None) is None:
        return
    for row in act.case.informations:
        if row.state in STILL_DUE:
            act.change(
                row, state=InformationState.NOT_APPLICABLE, reason="", review_on=None, deferred_since=None
            )


def forget_birthdays(act: "StepContext") -> None:
    """Stop looking at birthdays in the archive; a case that is opened again is looked at anew."""
    act.case.referral.children.update(next_change=None)


@step(
    "grow_older",
    number="C23",
    label="Anniversaire",
    en="Birthday",
    internal=True,
    unrecorded=True,
    source=(*ACTIVE, *CLOSED),
    target=SAME,
    roles=[],
    effects=[take_new_ages, end_parents_information],
    takes=inputs.Nothing,
    law="CASF L222-5; CC 414; D226-2-4",
    data_class="B",
)
def grow_older(referral: Referral, given: Any, case: Case) -> None:
    """Let age bands, flags and the rights that hang on them follow the children's ages."""
