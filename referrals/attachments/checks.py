"""Checks of the destruction of a file: the authorities were told first."""

from django.utils.translation import gettext_lazy as _

from referrals.attachments.barring_inputs import DestroyFile
from referrals.vocabulary.attachments import Barring
from referrals.workflow.case import Case
from referrals.workflow.rules import rule


@rule(
    _("Le parquet ou les enquêteurs doivent d'abord être prévenus, et ne pas avoir besoin du fichier."),
    fact_class="A",
)
def authorities_were_told(case: Case, step_input: DestroyFile) -> bool:
    """What may prove an offence is destroyed only once justice knows of it and has no need of it (CPP art. 40)."""
    file = next((row for row in case.files if row.pk == step_input.file), None)
    return step_input.authorities_told or (file is not None and file.barred_for != Barring.MINOR_IMAGE)
