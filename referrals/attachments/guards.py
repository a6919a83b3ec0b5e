"""Guards of the steps on a file that must not be kept: whether there is one, and whether it is held."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.attachments import quarantine
from referrals.attachments.inputs import BarFile, DestroyFile, UnbarFile
from referrals.vocabulary.attachments import Barring
from referrals.workflow.case import Case
from referrals.workflow.rules import answers, rule

NOT_IN_REACH: Final = _("Vous n'avez pas accès à ce fichier, ou il est déjà écarté.")
NONE_IN_REACH: Final = _("Aucun fichier auquel vous avez accès ne peut être écarté.")


@answers(NOT_IN_REACH, NONE_IN_REACH, fact_class="A")
def file_may_be_barred(case: Case, step_input: BarFile | None) -> Text | None:
    """A file is set aside by whoever reads it or sent it, once (§4.6)."""
    files = {row.pk for row in case.files if row.barred_at is None and row.object is not None}
    if step_input is None:
        return None if files else NONE_IN_REACH
    return None if step_input.file in files else NOT_IN_REACH


NOT_BARRED: Final = _("Ce fichier n'est pas écarté, ou sa destruction est déjà décidée.")
NONE_BARRED: Final = _("Aucun fichier écarté n'attend de décision.")


@answers(NOT_BARRED, NONE_BARRED, fact_class="A")
def file_is_barred(case: Case, step_input: DestroyFile | UnbarFile | None) -> Text | None:
    """Only a file that was set aside is given back or destroyed, while its destruction isn't decided (§4.6)."""
    files = {row.pk for row in case.files if row.barred_at is not None and row.condemned_at is None}
    if step_input is None:
        return None if files else NONE_BARRED
    return None if step_input.file in files else NOT_BARRED


@rule(_("Une suspension d'élimination protège ce fichier."), fact_class="A")
def file_is_not_held(case: Case, step_input: DestroyFile | None) -> bool:
    """Nothing of a case on hold is destroyed, wherever else the file is held (§2.8 no. 10)."""
    return step_input is None or not quarantine.on_hold(step_input.file)


@rule(
    _("Le parquet ou les enquêteurs doivent d'abord être prévenus, et ne pas avoir besoin du fichier."),
    fact_class="A",
)
def authorities_were_told(case: Case, step_input: DestroyFile) -> bool:
    """What may prove an offence is destroyed only once justice knows of it and has no need of it (CPP art. 40)."""
    file = next((row for row in case.files if row.pk == step_input.file), None)
    return step_input.authorities_told or (file is not None and file.barred_for != Barring.MINOR_IMAGE)
