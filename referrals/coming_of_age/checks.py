"""Checks of age: whose agreement it is, who may be supported as a young adult (L222-5 5°), who comes near majority."""

from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy as _

from audit.disclosure import disclosure
from audit.events import Purpose
from core.inputs import StrictSerializer
from core.languages import Text
from encryption.errors import Unreadable
from referrals.vocabulary import ages
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.states import YesNo
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import Agreement, MeasureOffer
from referrals.workflow.inputs import WithTerm
from referrals.workflow.retention_periods import NEVER_BEGUN
from referrals.workflow.rules import answers, rule

if TYPE_CHECKING:
    from encryption.sealed import Sealed
    from referrals.models import Child, Measure


@rule(
    _("Plus aucun enfant du dossier n'est mineur : ses parents n'ont plus à être informés."), fact_class="B"
)
def someone_is_a_minor(case: Case, step_input: object) -> bool:
    """Parents are informed of minors only: whoever is of age holds the own rights (C23)."""
    return not case.children or any(not case.of_age(child) for child in case.children)


YOUNG_ADULT: Final = "young_adult"
#: What a person of age may be in for all that: support as a young adult, and a sentence of a criminal court.
BEYOND_MAJORITY: Final = (YOUNG_ADULT, "judicial_pjj_penal")
#: Bands of whoever may turn 18 within the year; the age of some is not known at all.
NEAR_BANDS: Final = (AgeBand.FROM_16, AgeBand.UNKNOWN)


OWN_AGREEMENT: Final = _("La personne est majeure : l'accord à recueillir est le sien.")
AGREEMENT_OF_HOLDERS: Final = _("L'accord pour un enfant mineur est celui de ses représentants légaux.")


@answers(OWN_AGREEMENT, AGREEMENT_OF_HOLDERS, fact_class="BJ")
def agreement_is_of_the_right_person(case: Case, step_input: Agreement) -> Text | None:
    """Whoever is of age agrees for themself; for a minor the legal representatives do (C23; L223-2)."""
    wanted: UUID | None = getattr(step_input, "measure", None)
    measure = next((one for one in case.measures if one.pk == wanted), case.part)
    child = case.child(measure.child_id) if measure is not None else None
    # Support as a young adult is agreed some months before, by the person alone (§5.3).
    if child is None or step_input.own is (case.of_age(child) or measure.type_id == YOUNG_ADULT):
        return None
    return AGREEMENT_OF_HOLDERS if step_input.own else OWN_AGREEMENT


@rule(
    _("L'accompagnement jeune majeur suppose la majorité, ou son approche, et un accueil avant celle-ci."),
    fact_class="BJ",
)
def young_adult_was_looked_after(case: Case, step_input: StrictSerializer) -> bool:
    """Support as a young adult is for whoever is, or nearly is, of age and was looked after before (L222-5 5°)."""
    offers: list[MeasureOffer] = getattr(step_input, "measures", [step_input])
    for item in offers:
        child = case.child(item.child)
        if item.type != YOUNG_ADULT or child is None:
            continue
        if not (was_looked_after(case, child) and may_choose(case, child)):
            return False
    return True


NO_TERM: Final = _("L'échéance de l'accompagnement jeune majeur doit être précisée.")
ENDS_AT_21: Final = _("L'accompagnement d'une personne majeure prend fin au plus tard à vingt et un ans.")
BEGINS_AT_18: Final = _("L'accompagnement jeune majeur commence à la majorité.")


@answers(NO_TERM, ENDS_AT_21, BEGINS_AT_18, fact_class="BJ")
def support_of_an_adult_ends_at_21(case: Case, step_input: WithTerm) -> Text | None:
    """What a person of age is helped by ends at 21 at the latest; as a young adult it says when, and begins at 18."""
    measure, child = case.part, case.on_record(case.part.child_id)
    young_adult = measure.type_id == YOUNG_ADULT
    if not (young_adult or measure.own_agreement):
        return None
    term = step_input.term_on or measure.term_on
    if young_adult and term is None:
        return NO_TERM
    birth = _birth_date(case, child)
    if birth is not None and term is not None and term > ages.birthday(birth, ages.SUPPORTED_UNTIL):
        return ENDS_AT_21
    begins = getattr(step_input, "started_on", None) or case.today
    return BEGINS_AT_18 if young_adult and _is_early(case, child, begins, birth) else None


def _is_early(case: Case, child: "Child | None", begins: date, birth: date | None) -> bool:
    """Tell whether a day lies before majority, or before the emancipation."""
    if child is not None and not case.of_age(child):
        return True
    if child is not None and child.emancipated:
        emancipated = _open(case, child.emancipated_on)
        return emancipated is not None and begins < ages.as_date(emancipated)
    return birth is not None and begins < ages.birthday(birth, ages.ADULT_AT)


OVER_AT_MAJORITY: Final = _(
    "La personne est majeure : une mesure d'assistance éducative ne dure pas au-delà."
)
AGREED_BY_HOLDERS: Final = _(
    "La personne est majeure : l'accord de ses représentants légaux ne l'engage plus."
)


@answers(OVER_AT_MAJORITY, AGREED_BY_HOLDERS, fact_class="BJ")
def measure_may_bind_an_adult(case: Case, step_input: object) -> Text | None:
    """Nothing begins or goes on for a person of age that a judge ordered for a minor, or parents agreed on (§5.3).

    Assistance is for unemancipated minors (CC 375); for a person of age the authority acts at the own request only
    (R221-2).
    """
    child = case.on_record(case.part.child_id)
    if child is None or not case.of_age(child) or not ends_at_majority(case.part):
        return None
    return OVER_AT_MAJORITY if case.part.judicial else AGREED_BY_HOLDERS


@answers(OVER_AT_MAJORITY, fact_class="BJ")
def no_new_term_for_an_adult(case: Case, step_input: WithTerm | None) -> Text | None:
    """A ruling gives a person of age no new term (M18)."""
    if (
        step_input is None
        or step_input.term_on is None
        or measure_may_bind_an_adult(case, step_input) is None
    ):
        return None
    return OVER_AT_MAJORITY


def ends_at_majority(measure: "Measure") -> bool:
    """Tell whether a measure is over on the 18th birthday by law: all but what is agreed by, or meant for, an adult."""
    return measure.type_id not in BEYOND_MAJORITY and not measure.own_agreement


def choice_is_near(case: Case, majority: date) -> bool:
    """Tell whether the person may say now what is to follow the 18th birthday (M20; §5.3)."""
    return case.today >= choice_opens_on(case, majority)


def choice_opens_on(case: Case, majority: date) -> date:
    """Return the first day on which the person may say what is to follow the 18th birthday."""
    day: date = majority - relativedelta(months=case.protocol.majority_notice_months)
    return day


def may_choose(case: Case, child: "Child") -> bool:
    """Tell whether a person may choose what follows majority: of age, or near it. A birth date is opened in doubt."""
    if case.of_age(child) or child.age_band not in NEAR_BANDS:
        return case.of_age(child)
    majority = majority_of(case, child)
    return majority is not None and choice_is_near(case, majority)


def majority_of(case: Case, child: "Child") -> date | None:
    """Return the 18th birthday of a child, opened by whoever acts; None where nothing says how old it is."""
    has_birth_date = child.birth_date is not None
    value = _open(case, child.birth_date if has_birth_date else child.age_estimated_min)
    birth = counted_birth(case, child, value if has_birth_date else None, None if has_birth_date else value)
    return ages.birthday(birth, ages.ADULT_AT) if birth else None


def counted_birth(
    case: Case, child: "Child", birth: "str | date | None", youngest: int | None
) -> date | None:
    """Return the birth date by which a child's age counts: its own or, where nobody knows it, the latest possible.

    That one has the youngest estimated age on the day of the estimate (domain.md §5.3 Cap): the receipt, the adding of
    the child (T50), or the last correction of the estimate (T42). None where nothing says how old it is at least.
    """
    if birth is not None:
        return ages.as_date(birth)
    if youngest is None or case.referral.received_at is None:
        return None
    corrected = case.referral.rectifications.filter(
        model="children", row=child.pk, field="age_estimated_min"
    ).values_list("at", flat=True)
    added = case.referral.steps.filter(step="add_child", child=child.pk).values_list("at", flat=True)
    estimated = max([case.referral.received_at, *corrected, *added])
    day: date = estimated.astimezone(case.zone).date() - relativedelta(years=int(youngest))
    return day


def written_term(case: Case, measure: "Measure") -> date | None:
    """Return the term that was asked for or ordered before it was cut to the 18th birthday; None if it was a length."""
    written = _open(case, measure.term_written)
    return ages.as_date(written) if written is not None else None


def is_unaccompanied(case: Case, child: "Child") -> bool:
    """Tell whether a child is an unaccompanied minor, opened by whoever acts."""
    return bool(_open(case, child.unaccompanied) == YesNo.YES)


def was_looked_after(case: Case, child: "Child") -> bool:
    """Tell whether a child was ever looked after away from its home: here, or elsewhere as the filing tells."""
    taken_in = any(
        measure.child_id == child.pk and measure.type.takes_in and measure.state not in NEVER_BEGUN
        for measure in case.measures
    )
    return taken_in or child.current_measure == YesNo.YES


def _birth_date(case: Case, child: "Child | None") -> Any:
    """Return the birth date, opened by whoever acts in a disclosure of its own; None where nobody knows it."""
    birth = _open(case, child.birth_date) if child is not None else None
    return ages.as_date(birth) if birth is not None else None


def _open(case: Case, value: "Sealed | None") -> Any:
    """Return what a sealed value holds; None where there is none, or it can't be read."""
    if value is None:
        return None
    with disclosure(
        actor=case.actor,
        purpose=Purpose.MEASURE,
        at=case.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
    ) as scope:
        try:
            return value.open(scope)
        except Unreadable:
            return None
