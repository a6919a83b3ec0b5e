"""Guards of T16: an implicated holder waits (L226-2-1), the review date is near."""

from typing import Protocol

from referrals.parents.inputs import Informing
from referrals.vocabulary.answers import YesNo
from referrals.vocabulary.states import InformationState
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import HolderRefusal


class _Refusal(Protocol):
    """What a refusal says of the holders (T25, M03)."""

    @property
    def refusals(self) -> list[HolderRefusal]:
        """Return what each answered."""

    @property
    def attempts(self) -> str:
        """Return the attempts made."""


def implicated_holder_waits(case: Case, step_input: Informing | None) -> str | None:
    """A holder implicated in the facts is not informed: deferral is forced (T16)."""
    if step_input is None or step_input.outcome != InformationState.DONE:
        return None
    holder = next((row for row in case.holders if row.pk == step_input.holder), None)
    concern = case.referral.concern
    alone = concern.holder_implicated == YesNo.YES and not any(
        h.implicated == YesNo.YES for h in case.holders
    )
    if holder is not None and (holder.implicated == YesNo.YES or alone):
        return "Un titulaire impliqué dans les faits ne peut pas être informé : l'information est différée."
    return None


def holder_is_of_case(case: Case, step_input: Informing | None) -> str | None:
    """The holder named is a holder of this case."""
    if step_input is None or any(holder.pk == step_input.holder for holder in case.holders):
        return None
    return "Ce titulaire de l'autorité parentale ne figure pas au dossier."


def review_date_is_near(case: Case, step_input: Informing | None) -> str | None:
    """A deferral is looked at again within the authority's delay (REVIEW_DAYS; §2.8 no. 4)."""
    if step_input is None or step_input.outcome != InformationState.DEFERRED:
        return None
    days = (step_input.review_on - case.today).days if step_input.review_on else -1
    if not 0 <= days <= case.protocol.holder_deferral_review_days:
        return f"La date de revue doit tomber dans les {case.protocol.holder_deferral_review_days} jours."
    return None


def every_holder_is_traced(case: Case, step_input: _Refusal | None) -> str | None:
    """A refusal names each holder and what it answered, or tells the attempts made after C9 (T25, M03)."""
    if step_input is None:
        return None
    child = case.child(getattr(step_input, "child", None) or case.part.child_id)
    if child is not None and case.of_age(child):
        return (
            None
            if step_input.attempts
            else "La personne est majeure : sa propre réponse doit figurer au constat."
        )
    named = {item.holder for item in step_input.refusals}
    if any(holder.pk not in named for holder in case.holders) and not step_input.attempts:
        return "La trace de chaque titulaire, ou les tentatives faites, doit figurer au constat."
    return None
