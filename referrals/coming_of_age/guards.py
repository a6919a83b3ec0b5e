"""Guards of age: parents are informed of minors only (C23)."""

from django.utils.translation import gettext_lazy as _

from referrals.workflow.case import Case
from referrals.workflow.rules import rule


@rule(
    _("Plus aucun enfant du dossier n'est mineur : ses parents n'ont plus à être informés."), fact_class="B"
)
def someone_is_a_minor(case: Case, step_input: object) -> bool:
    """Parents are informed of minors only: whoever is of age holds the own rights (C23)."""
    return not case.children or any(not case.of_age(child) for child in case.children)
