"""Guards of restrictions: whose list it is, whether the case is restricted."""

from referrals.restrictions.inputs import Restriction, Unrestriction
from referrals.workflow.case import Case


def restriction_names_enough(case: Case, step_input: Restriction | None) -> str | None:
    """A restriction names two persons at least, one of them a supervisor (T46)."""
    if step_input is None:
        return None
    if len(set(step_input.named)) < 2:
        return "Au moins deux personnes sont nommées, dont un·e encadrant·e."
    return None


def case_is_restricted(case: Case, step_input: Unrestriction | None) -> str | None:
    """Only a restricted case or child can be opened again (T46)."""
    return None if case.is_restricted else "Le dossier n'est pas restreint."


OF_ITS_LIST = "L'accès est déjà restreint : seules les personnes nommées peuvent y toucher."


def restriction_is_of_its_list(case: Case, step_input: Restriction | None) -> str | None:
    """Who changes a restriction is on its list: a broken glass reads, and lets nobody in (T46; §1.3 rule 3)."""
    return OF_ITS_LIST if case.is_restricted and not case.listed else None
