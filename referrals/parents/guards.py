"""Guards of T16: an implicated holder waits (L226-2-1), the review date is near."""

from typing import Any

from referrals.vocabulary.answers import YesNo
from referrals.vocabulary.states import InformationState
from referrals.workflow.case import Case


def implicated_holder_waits(case: Case, given: Any) -> str | None:
    """A holder implicated in the facts is not informed: deferral is forced (T16)."""
    if given is None or given.outcome != InformationState.DONE:
        return None
    holder = next((found for found in case.holders if found.pk == given.holder), None)
    concern = case.referral.concern
    alone = concern.holder_implicated == YesNo.YES and not any(
        h.implicated == YesNo.YES for h in case.holders
    )
    if holder is not None and (holder.implicated == YesNo.YES or alone):
        return "Un titulaire impliqué dans les faits ne peut pas être informé : l'information est différée."
    return None


def holder_is_of_case(case: Case, given: Any) -> str | None:
    """The holder named is a holder of this case."""
    if given is None or any(found.pk == given.holder for found in case.holders):
        return None
    return "Ce titulaire de l'autorité parentale ne figure pas au dossier."


def review_date_is_near(case: Case, given: Any) -> str | None:
    """A deferral is looked at again within the authority's delay (REVIEW_DAYS; §2.8 no. 4)."""
    if given is None or given.outcome != InformationState.DEFERRED:
        return None
    days = (given.review_on - case.today).days if given.review_on else -1
    if not 0 <= days <= case.protocol.holder_deferral_review_days:
        return f"La date de revue doit tomber dans les {case.protocol.holder_deferral_review_days} jours."
    return None


def every_holder_is_traced(case: Case, given: Any) -> str | None:
    """A refusal names each holder and what it answered, or tells the attempts made after C9 (T25, M03)."""
    if given is None:
        return None
    child = case.child(given.get("child") or case.part.child_id)
    if child is not None and case.of_age(child):
        return (
            None if given.attempts else "La personne est majeure : sa propre réponse doit figurer au constat."
        )
    named = {item.holder for item in given.refusals}
    if any(found.pk not in named for found in case.holders) and not given.attempts:
        return "La trace de chaque titulaire, ou les tentatives faites, doit figurer au constat."
    return None
