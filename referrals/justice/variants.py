"""Entry variants: what the channel of a concern requires of later steps (domain.md §2.1 Initial entry variants)."""

from typing import Protocol

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.filing_answers import Variant
from referrals.workflow.case import Case
from referrals.workflow.rules import rule


class _Report(Protocol):
    """What T20 says of the sending."""

    @property
    def prosecutor_proof(self) -> str:
        """Return how the report was sent to the prosecutor."""


@rule(
    _("Le parquet a demandé cette évaluation : la preuve de l'envoi du rapport au parquet est requise."),
    fact_class="A",
)
def report_reaches_the_prosecutor(case: Case, step_input: _Report | None) -> bool:
    """The report of an assessment that the prosecutor asked for goes to the prosecutor too, with its proof (T20)."""
    on_request = case.referral.variant == Variant.PROSECUTOR_REQUEST
    return step_input is None or not on_request or bool(step_input.prosecutor_proof)
