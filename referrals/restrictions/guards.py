"""Guards of restrictions: whose list it is, whether the case is restricted."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from referrals.restrictions.inputs import Restriction, Unrestriction
from referrals.workflow.case import Case
from referrals.workflow.rules import rule


@rule(_("Au moins deux personnes sont nommées, dont une de l'encadrement."), fact_class="A")
def restriction_names_enough(case: Case, step_input: Restriction | None) -> bool:
    """A restriction names two persons at least, one of them a supervisor (T46)."""
    return step_input is None or len(set(step_input.named)) >= 2


@rule(_("Le dossier n'est pas restreint."), fact_class="A")
def case_is_restricted(case: Case, step_input: Unrestriction | None) -> bool:
    """Only a restricted case or child can be opened again (T46)."""
    return case.is_restricted


OF_ITS_LIST: Final = _("L'accès est déjà restreint : seules les personnes nommées peuvent y toucher.")


@rule(OF_ITS_LIST, fact_class="A")
def restriction_is_of_its_list(case: Case, step_input: Restriction | None) -> bool:
    """Who changes a restriction is on its list: a broken glass reads, and lets nobody in (T46; §1.3 rule 3)."""
    return not case.is_restricted or case.listed
