"""Guards of the document to the prosecutor: when it is composed, and whether a sending has it."""

from typing import Any
from uuid import UUID

from referrals.workflow.case import Case


def referral_is_argued_in_full(case: Case, given: Any) -> str | None:
    """A document is made once its grounds, the actions already led and what is asked are written (J07; L226-4)."""
    row = case.part
    if not row.grounds or row.actions_led is None or row.requests is None:
        return "Le document suppose un fondement, les actions déjà menées et ce qui est demandé."
    return None


def children_may_be_named(case: Case, given: Any) -> str | None:
    """A restricted child is named by persons on the list alone (J07; §1.3 rule 3)."""
    restricted = [child for child in case.part.children.all() if child.restricted]
    if not restricted or case.actor.user_id in case.on_list():
        return None
    return "Un des enfants est à accès restreint : vous ne pouvez pas le nommer."


def document_is_there(case: Case, given: Any) -> bool:
    """Tell whether a sending has its document: written with it, or composed from the case before."""
    row = case.prepared(given)
    return bool(given.document) or (row is not None and row.letter is not None)


def document_is_written(case: Case, given: Any) -> str | None:
    """A referral to justice is sent with its document (T15, T18)."""
    if given is None or document_is_there(case, given):
        return None
    return "Le document de la saisine doit être écrit, ou établi à partir du dossier, avant l'envoi."


def document_says_the_same(case: Case, given: Any) -> str | None:
    """A composed document is sent for the children and on the grounds that it names, or is composed anew (J02)."""
    row = case.prepared(given) if given is not None else None
    if row is None or row.letter is None:
        return None
    about = {child.pk for child in row.children.all()}
    if _sent_for(case, given) != about or set(given.grounds) != set(row.grounds):
        return "Le document a été établi pour d'autres enfants ou d'autres fondements : il doit être refait."
    return None


def _sent_for(case: Case, given: Any) -> set[UUID]:
    """Return the children that a sending is for: those it names, else those decided for; by T18 all of the case."""
    named = given.get("children") or ([given.child] if given.get("child") else [])
    if named:
        return set(named)
    rows = case.children if case.step_name == "child_unreachable" else case.judicial_children()
    return {child.pk for child in rows}
