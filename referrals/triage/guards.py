"""Guards of the first analysis: qualification, proof of the search, signs (domain.md §2.2, §2.5)."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.errors import IncompleteFiling
from referrals.exploitation_status.guards import below_floor, urgency_keeps_its_floor
from referrals.triage.inputs import Qualification, Reorienting, SearchProof
from referrals.vocabulary.case_answers import SearchMethod
from referrals.vocabulary.required_items import items_left_open
from referrals.vocabulary.states import EXPLOITED, State, Urgency
from referrals.workflow.case import Case
from referrals.workflow.case_guards import children_belong
from referrals.workflow.form_rows import answers_of, late_receipt
from referrals.workflow.rules import answers, rule

# --- The concern and its first analysis ---------------------------------------------------------------


@rule(_("La première analyse doit être ouverte avant la qualification."), fact_class="A")
def qualification_from_triage(case: Case, step_input: Qualification | None) -> bool:
    """Qualification comes after the first analysis, unless the authority has no such step (QUALIFICATION_STEP)."""
    return case.referral.state != State.ACKNOWLEDGED or not case.protocol.qualification_step


@rule(
    _(
        "La recherche de dossiers antérieurs doit être faite, et son résultat indiqué, avant la qualification."
    ),
    fact_class="A",
)
def search_is_proven(case: Case, step_input: Qualification | None) -> bool:
    """Where there was no first analysis, the qualification brings the proof of search itself (T06, T10)."""
    return bool(case.referral.state != State.ACKNOWLEDGED or step_input is None or step_input.search)


EACH_CHILD_ONCE: Final = _("La qualification porte sur chaque enfant du dossier, une fois.")


@answers(EACH_CHILD_ONCE, *children_belong.sentences, fact_class="A")
def children_are_qualified(case: Case, step_input: Qualification | None) -> Text | None:
    """Every child of the concern gets its categories of danger (T10)."""
    if step_input is None:
        return None
    named = {item.child for item in step_input.children}
    if any(child.pk not in named for child in case.children) or len(named) != len(step_input.children):
        return EACH_CHILD_ONCE
    return children_belong(case, step_input)


LOWERED_ELSEWHERE: Final = _(
    "L'urgence est déjà plus haute : pour l'abaisser, utilisez « Modifier l'urgence », qui en demande le motif."
)


@answers(*urgency_keeps_its_floor.sentences, LOWERED_ELSEWHERE, fact_class="D")
def qualified_urgency_is_not_lower(case: Case, step_input: Qualification | None) -> Text | None:
    """A qualification below the floor, or below the urgency that stands, is refused with the reason (T10; T45)."""
    if step_input is None:
        return None
    lower = Urgency(step_input.urgency) < Urgency(case.referral.urgency)
    return below_floor(case, step_input.urgency) or (LOWERED_ELSEWHERE if lower else None)


@rule(_("Une situation prostitutionnelle suspectée ou avérée ne peut pas être réorientée."), fact_class="D")
def no_sign_of_exploitation(case: Case, step_input: Reorienting | None) -> bool:
    """A child for whom exploitation is suspected or established is never reoriented (T11)."""
    return all(child.prostitution_status not in EXPLOITED for child in case.recorded)


@rule(_("Une transmission urgente (U2 ou U3) ne peut pas être réorientée."), fact_class="A")
def not_urgent(case: Case, step_input: Reorienting | None) -> bool:
    """An urgent concern (U2, U3) is not reoriented (T11)."""
    return case.referral.urgency not in (Urgency.U2, Urgency.U3)


@rule(
    _(
        "La recherche automatique a trouvé un dossier semblable que personne n'a encore regardé : "
        "comparez-le d'abord, sous « Rapprochements »."
    ),
    fact_class="B",
)
def matches_are_seen(case: Case, step_input: object) -> bool:
    """Somebody of the cell has looked at each match; a search that hasn't ended holds up nothing (T06; §2.8 no. 11)."""
    return not case.unseen_matches


@rule(_("La recherche automatique n'est pas encore faite : attendez, ou cherchez à la main."), fact_class="A")
def index_was_asked(case: Case, step_input: Qualification | SearchProof | None) -> bool:
    """Whoever says that the index was searched says so once the service has done it (T06)."""
    proof = getattr(step_input, "search", step_input)
    return getattr(proof, "method", None) != SearchMethod.INDEX or case.referral.is_searched_for


@rule(_("Impossible pour l'instant."), fact_class="A")
def items_left_are_settled(case: Case, step_input: Qualification | Reorienting) -> bool:
    """What an urgent filing left open is answered, not known, or (T10 alone) set aside by reason of urgency (T03)."""
    if not case.referral.left_open or getattr(step_input, "urgency_reason", None):
        return True
    seen = [child for child in case.recorded if child.pk not in case.hidden]
    if still_open := items_left_open(answers_of(case.referral, children=seen), late=late_receipt(case)):
        raise IncompleteFiling(still_open)
    return not case.hidden or not items_left_open(answers_of(case.referral), late=late_receipt(case))
