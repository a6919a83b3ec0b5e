"""Settings of the concern form."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import flag
from referrals.policy.list_types import Question, Row, rows


@dataclass(frozen=True, kw_only=True)
class FormTerms:
    """What the authority adds to the form, and whether filers read their account again."""

    chapter: ClassVar = Chapter.FILING

    form_questions: tuple[Row, ...] = rows(Question, _("Questions ajoutées au formulaire"), law="CASF L226-3")
    filer_reread: bool = flag(False, _("Le déclarant peut relire son récit"))
