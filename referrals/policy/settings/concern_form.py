"""Settings of the concern form."""

from dataclasses import dataclass

from referrals.policy.field_types import flag
from referrals.policy.list_types import Question, Row, rows


@dataclass(frozen=True, kw_only=True)
class FormTerms:
    """What the authority adds to the form, and whether filers read their account again."""

    form_questions: tuple[Row, ...] = rows(
        Question, "Questions ajoutées au formulaire", "Questions added to the form", law="CASF L226-3"
    )
    filer_reread: bool = flag(
        False, "Le déclarant peut relire son récit", "Filers may read their own account again"
    )
