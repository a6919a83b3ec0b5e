"""Entry variants: what the channel of a concern requires of later steps (domain.md §2.1 Initial entry variants)."""

from typing import Any

from referrals.vocabulary.filing_answers import Variant
from referrals.workflow.case import Case


def report_reaches_the_prosecutor(case: Case, given: Any) -> str | None:
    """The report of an assessment that the prosecutor asked for goes to the prosecutor too, with its proof (T20)."""
    asked = case.referral.variant == Variant.PROSECUTOR_REQUEST
    if given is None or not asked or given.prosecutor_proof:
        return None
    return "Le parquet a demandé cette évaluation : la preuve de l'envoi du rapport au parquet est requise."
