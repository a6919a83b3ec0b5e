"""Guards of T16: an implicated holder waits (L226-2-1), the review date is near."""

from typing import Final, Protocol

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.parents.inputs import Informing
from referrals.vocabulary.states import InformationState, YesNo
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import HolderRefusal
from referrals.workflow.rules import answers, rule


class _Refusal(Protocol):
    """What a refusal says of the holders (T25, M03)."""

    @property
    def refusals(self) -> list[HolderRefusal]:
        """Return what each answered."""

    @property
    def attempts(self) -> str:
        """Return the attempts made."""


@rule(
    _("Un titulaire impliqué dans les faits ne peut pas être informé : l'information est différée."),
    fact_class="B",
)
def implicated_holder_waits(case: Case, step_input: Informing | None) -> bool:
    """A holder implicated in the facts is not informed: deferral is forced (T16)."""
    if step_input is None or step_input.outcome != InformationState.DONE:
        return True
    holder = next((row for row in case.holders if row.pk == step_input.holder), None)
    concern = case.referral.concern
    alone = concern.holder_implicated == YesNo.YES and not any(
        h.implicated == YesNo.YES for h in case.holders
    )
    return holder is None or (holder.implicated != YesNo.YES and not alone)


HOLDER_OF_ANOTHER: Final = _("Ce titulaire de l'autorité parentale ne figure pas au dossier.")
NO_HOLDER: Final = _("Aucun titulaire de l'autorité parentale ne figure au dossier.")


@answers(HOLDER_OF_ANOTHER, NO_HOLDER, fact_class="B")
def holder_is_of_case(case: Case, step_input: Informing | None) -> Text | None:
    """The holder named is a holder of this case."""
    holders = {holder.pk for holder in case.holders}
    if step_input is None:
        return None if holders else NO_HOLDER
    return None if step_input.holder in holders else HOLDER_OF_ANOTHER


REVIEW_WITHIN: Final = _("La date de revue doit tomber dans les {days} jours.")


@answers(REVIEW_WITHIN, fact_class="A")
def review_date_is_near(case: Case, step_input: Informing | None) -> Text | None:
    """A deferral is looked at again within the authority's delay (REVIEW_DAYS; §2.8 no. 4)."""
    if step_input is None or step_input.outcome != InformationState.DEFERRED:
        return None
    days = (step_input.review_on - case.today).days if step_input.review_on else -1
    most = case.protocol.holder_deferral_review_days
    return None if 0 <= days <= most else format_lazy(REVIEW_WITHIN, days=most)


OWN_ANSWER_MISSING: Final = _("La personne est majeure : sa propre réponse doit figurer au constat.")
HOLDER_NOT_TRACED: Final = _(
    "La réponse de chaque titulaire, ou les tentatives faites, doivent figurer au constat."
)


@answers(OWN_ANSWER_MISSING, HOLDER_NOT_TRACED, fact_class="B")
def every_holder_is_traced(case: Case, step_input: _Refusal | None) -> Text | None:
    """A refusal names each holder and what it answered, or tells the attempts made after C9 (T25, M03)."""
    if step_input is None or step_input.attempts:
        return None
    child = case.child(getattr(step_input, "child", None) or case.part.child_id)
    if child is not None and case.of_age(child):
        return OWN_ANSWER_MISSING
    named = {item.holder for item in step_input.refusals}
    return None if all(holder.pk in named for holder in case.holders) else HOLDER_NOT_TRACED
