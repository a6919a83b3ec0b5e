"""Guards of the document to the prosecutor: when it is composed, and whether a sending has it."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import Referring, SeizeJusticeForAll
from referrals.workflow.inputs import Nothing
from referrals.workflow.rules import rule


@rule(_("Le document suppose un fondement, les actions déjà menées et ce qui est demandé."), fact_class="I")
def referral_is_argued_in_full(case: Case, step_input: Nothing | None) -> bool:
    """A document is made once its grounds, the actions already led and what is asked are written (J07; L226-4)."""
    row = case.part
    is_argued = row.requests is not None or row.asked_for or row.enquiries
    return bool(row.grounds and row.actions_led is not None and is_argued)


@rule(_("Un des enfants est à accès restreint : vous ne pouvez pas le nommer."), fact_class="B")
def children_may_be_named(case: Case, step_input: Nothing | None) -> bool:
    """A restricted child is named by persons on the list alone (J07; §1.3 rule 3)."""
    restricted = [child for child in case.part.children.all() if child.restricted]
    return not restricted or case.actor.user_id in case.on_list()


def document_is_there(case: Case, step_input: Referring) -> bool:
    """Tell whether a sending has its document: written with it, or composed from the case before."""
    row = case.prepared(step_input)
    return bool(step_input.document) or (row is not None and row.letter is not None)


@rule(
    _("Le document de la saisine doit être écrit, ou établi à partir du dossier, avant l'envoi."),
    fact_class="I",
)
def document_is_written(case: Case, step_input: SeizeJusticeForAll | None) -> bool:
    """A referral to justice is sent with its document (T15, T18)."""
    return step_input is None or document_is_there(case, step_input)


@rule(
    _("Le document a été établi pour d'autres enfants ou d'autres fondements : il doit être refait."),
    fact_class="I",
)
def document_says_the_same(case: Case, step_input: Referring | None) -> bool:
    """A composed document is sent for the children and on the grounds that it names, or is composed anew (J02)."""
    if step_input is None:
        return True
    row = case.prepared(step_input)
    if row is None or row.letter is None:
        return True
    about = {child.pk for child in row.children.all()}
    return _sent_for(case, step_input) == about and set(step_input.grounds) == set(row.grounds)


def _sent_for(case: Case, step_input: Referring) -> set[UUID]:
    """Return the children that a sending is for: those it names, else those decided for; by T18 all of the case."""
    child = getattr(step_input, "child", None)
    if named := getattr(step_input, "children", None) or ([child] if child else []):
        return set(named)
    rows = case.children if case.step_name == "child_unreachable" else case.judicial_children()
    return {child.pk for child in rows}
