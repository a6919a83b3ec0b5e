"""Settings of feedback: what a filer is told."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import text


@dataclass(frozen=True, kw_only=True)
class FeedbackTerms:
    """What a filer is told. A person sends it, case by case."""

    chapter: ClassVar = Chapter.LETTERS

    feedback_not_qualified_text: str = text(
        "Votre transmission n° {reference} n'a pas été qualifiée d'information préoccupante. Elle a été réorientée.",
        _("Réponse : non qualifiée, réorientée"),
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_in_assessment_text: str = text(
        "À la suite de votre transmission n° {reference}, une évaluation est en cours.",
        _("Réponse : évaluation en cours"),
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_closed_text: str = text(
        "L'évaluation engagée à la suite de votre transmission n° {reference} a conduit à un classement.",
        _("Réponse : classement"),
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_support_text: str = text(
        "À la suite de votre transmission n° {reference}, un accompagnement a été proposé à la famille.",
        _("Réponse : accompagnement proposé"),
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_justice_text: str = text(
        "À la suite de votre transmission n° {reference}, l'autorité judiciaire a été saisie.",
        _("Réponse : autorité judiciaire saisie"),
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_followed_text: str = text(
        "Votre transmission n° {reference} concerne une situation déjà suivie.",
        _("Réponse : situation déjà suivie"),
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_private_text: str = text(
        "Votre information n° {reference} a bien été prise en compte.",
        _("Réponse à un particulier, sur demande"),
        marks=["reference"],
        law="CASF L226-5 al. 2, D226-2-8",
    )
