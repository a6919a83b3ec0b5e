"""The choice at majority and the interview before it: who is asked, when, and what may be answered (M20, M21; §5.3)."""

from datetime import date
from typing import Final

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.coming_of_age import checks
from referrals.errors import InvalidInput
from referrals.measures.inputs import ChoiceAtMajority, MajorityInterview
from referrals.vocabulary import ages
from referrals.vocabulary.decision_answers import ChoiceSigner, Execution, InterviewOutcome, MajorityChoice
from referrals.workflow.case import Case
from referrals.workflow.rules import answers, names_fields, rule

TOO_EARLY: Final = _("Ce choix se recueille à l'approche de la majorité, ou après elle.")
NOT_OVER: Final = _("Cette mesure ne prend pas fin à la majorité : aucun choix n'est à recueillir.")


@answers(NOT_OVER, TOO_EARLY, fact_class="BJ")
def majority_ends_it(case: Case, step_input: ChoiceAtMajority | None) -> Text | None:
    """What follows is chosen for a measure that ends at majority, from some months before on (M20)."""
    child = case.on_record(case.part.child_id)
    if not checks.ends_at_majority(case.part):
        return NOT_OVER
    if child is None or not (case.of_age(child) or child.age_band in checks.NEAR_BANDS):
        return TOO_EARLY
    # A birth date is opened for who acts alone, not for a page that asks what is possible.
    return None if step_input is None or checks.may_choose(case, child) else TOO_EARLY


NOT_THE_PERSON: Final = _("Ce choix appartient à la personne : sa propre signature est la seule qui compte.")
SIGNED_TOO_EARLY: Final = _("La signature date d'avant l'approche de la majorité : elle ne vaut pas choix.")


@answers(NOT_THE_PERSON, SIGNED_TOO_EARLY, fact_class="BJ")
def person_signed_it(case: Case, step_input: ChoiceAtMajority) -> Text | None:
    """The person alone signs for help or support after 18, never a parent, and no earlier than the choice (M20)."""
    if step_input.signer and step_input.signer != ChoiceSigner.PERSON:
        return NOT_THE_PERSON
    child = case.on_record(case.part.child_id)
    if step_input.signed_on is None or child is None or child.emancipated:
        return None
    majority = checks.majority_of(case, child)
    if majority is None:
        return None
    # That today is too early is what ``majority_ends_it`` says.
    return (
        SIGNED_TOO_EARLY
        if step_input.signed_on < checks.choice_opens_on(case, majority) <= case.today
        else None
    )


HELP_AT_HOME: Final = _(
    "Seule une aide à domicile décidée avec la famille peut continuer avec l'accord de la personne."
)
NEW_TERM: Final = _(
    "Le nouveau terme est postérieur à la majorité, dans un an au plus, et avant vingt et un ans."
)


@answers(HELP_AT_HOME, NEW_TERM, fact_class="BJ")
def own_agreement_is_lawful(case: Case, step_input: ChoiceAtMajority) -> Text | None:
    """The own agreement lets help at home alone go on, for a year and until 21 at most (M20; L222-2)."""
    if step_input.choice != MajorityChoice.AGREES:
        return None
    if case.part.judicial or case.part.type.execution != Execution.HOME:
        return HELP_AT_HOME
    child, term = case.on_record(case.part.child_id), step_input.term_on
    majority = checks.majority_of(case, child) if child is not None else None
    if term is None or not case.today < term <= case.today + relativedelta(years=1):
        return NEW_TERM
    if majority is None or child is None:
        return None
    # Who is emancipated agrees to help before 18 too.
    early = term <= majority and not child.emancipated
    until_21 = relativedelta(years=ages.SUPPORTED_UNTIL - ages.ADULT_AT)
    return NEW_TERM if early or term > majority + until_21 else None


@rule(_("L'accompagnement jeune majeur suppose un accueil avant la majorité."), fact_class="BJ")
def young_adult_is_open(case: Case, step_input: ChoiceAtMajority) -> bool:
    """Support as a young adult is chosen by who was looked after before majority (M20; L222-5 5°)."""
    child = case.on_record(case.part.child_id)
    return step_input.choice != MajorityChoice.YOUNG_ADULT or (
        child is not None and checks.was_looked_after(case, child)
    )


@rule(_("Ce jour ne peut pas être à venir."), fact_class="A")
def day_has_come(case: Case, step_input: ChoiceAtMajority | MajorityInterview) -> bool:
    """What was said, or signed, is recorded on that day or later (M20, M21)."""
    signed_on: date | None = getattr(step_input, "signed_on", None)
    return max(step_input.on, signed_on or step_input.on) <= case.today


@names_fields(fact_class="B")
def residence_is_said(case: Case, step_input: MajorityInterview) -> None:
    """Of an unaccompanied minor the interview says what becomes of residence permit and asylum (M21; L222-5-1)."""
    child = case.on_record(case.part.child_id)
    if step_input.outcome != InterviewOutcome.HELD or step_input.residence or child is None:
        return
    if checks.is_unaccompanied(case, child):
        raise InvalidInput("residence", "required")
