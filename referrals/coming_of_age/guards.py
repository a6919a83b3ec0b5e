"""Guards of age: parents are informed of minors only (C23)."""

from referrals.workflow.case import Case


def someone_is_a_minor(case: Case, step_input: object) -> str | None:
    """Parents are informed of minors only: whoever is of age holds the own rights (C23)."""
    if case.children and all(case.of_age(child) for child in case.children):
        return "Plus aucun enfant du dossier n'est mineur : ses parents n'ont plus à être informés."
    return None
