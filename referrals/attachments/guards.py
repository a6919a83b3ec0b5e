"""Guards of the steps on a file that must not be kept: whether there is one, and whether it is held."""

from referrals.attachments import quarantine
from referrals.attachments.barring_inputs import BarFile, DestroyFile, UnbarFile
from referrals.workflow.case import Case


def file_may_be_barred(case: Case, step_input: BarFile | None) -> str | None:
    """A file is set aside by whoever reads it or sent it, once (§4.6)."""
    files = [row for row in case.files if row.barred_at is None and row.object is not None]
    if step_input is None:
        return None if files else "Aucun fichier à votre portée ne peut être écarté."
    if any(row.pk == step_input.file for row in files):
        return None
    return "Ce fichier n'est pas à votre portée, ou il est déjà écarté."


def file_is_barred(case: Case, step_input: DestroyFile | UnbarFile | None) -> str | None:
    """Only a file that was set aside is given back or destroyed, while its destruction isn't decided (§4.6)."""
    files = [row for row in case.files if row.barred_at is not None and row.condemned_at is None]
    if step_input is None:
        return None if files else "Aucun fichier écarté n'attend de décision."
    if any(row.pk == step_input.file for row in files):
        return None
    return "Ce fichier n'est pas écarté, ou sa destruction est déjà décidée."


def file_is_not_held(case: Case, step_input: DestroyFile | None) -> str | None:
    """Nothing of a case on hold is destroyed, wherever else the file is held (§2.8 no. 10)."""
    if step_input is not None and quarantine.on_hold(step_input.file):
        return "Une suspension d'élimination protège ce fichier."
    return None
