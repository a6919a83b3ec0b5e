"""Guards of the first analysis: qualification, proof of the search, signs (domain.md §2.2, §2.5)."""

from referrals.triage.inputs import Qualification, Reorienting, SearchProof
from referrals.vocabulary.states import EXPLOITED, State, Urgency
from referrals.vocabulary.triage_answers import SearchMethod
from referrals.workflow.case import Case
from referrals.workflow.case_guards import children_belong

# --- The concern and its first analysis ---------------------------------------------------------------


def qualification_from_triage(case: Case, step_input: Qualification | None) -> str | None:
    """Qualification comes after the first analysis, unless the authority has no such step (QUALIFICATION_STEP)."""
    if case.referral.state == State.ACKNOWLEDGED and case.protocol.qualification_step:
        return "La première analyse doit être ouverte avant la qualification."
    return None


def search_is_proven(case: Case, step_input: Qualification | None) -> str | None:
    """Where there was no first analysis, the qualification brings the proof of search itself (T06, T10)."""
    if case.referral.state == State.ACKNOWLEDGED and step_input is not None and not step_input.search:
        return "La recherche de dossiers antérieurs doit être faite, et son résultat indiqué, avant la qualification."
    return None


def children_are_qualified(case: Case, step_input: Qualification | None) -> str | None:
    """Every child of the concern gets its categories of danger (T10)."""
    if step_input is None:
        return None
    named = {item.child for item in step_input.children}
    if any(child.pk not in named for child in case.children) or len(named) != len(step_input.children):
        return "La qualification porte sur chaque enfant du dossier, une fois."
    return children_belong(case, step_input)


def no_sign_of_exploitation(case: Case, step_input: Reorienting | None) -> str | None:
    """A child for whom exploitation is suspected or established is never reoriented (T11)."""
    if any(child.prostitution_status in EXPLOITED for child in case.recorded):
        return "Une situation prostitutionnelle suspectée ou avérée ne peut pas être réorientée."
    return None


def not_urgent(case: Case, step_input: Reorienting | None) -> str | None:
    """An urgent concern (U2, U3) is not reoriented (T11)."""
    if case.referral.urgency in (Urgency.U2, Urgency.U3):
        return "Une transmission urgente (U2 ou U3) ne peut pas être réorientée."
    return None


def index_was_asked(case: Case, step_input: Qualification | SearchProof | None) -> str | None:
    """Whoever says that the index was searched says so once the service has done it (T06)."""
    proof = getattr(step_input, "search", step_input)
    if getattr(proof, "method", None) == SearchMethod.INDEX and case.referral.searched_at is None:
        return "La recherche automatique n'est pas encore faite : attendre, ou chercher à la main."
    return None
