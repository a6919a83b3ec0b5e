"""Settings of feedback: what a filer is told."""

from dataclasses import dataclass

from referrals.policy.field_types import text


@dataclass(frozen=True, kw_only=True)
class FeedbackTerms:
    """What a filer is told. A person sends it, case by case."""

    feedback_not_qualified_text: str = text(
        "Votre transmission n° {reference} n'a pas été qualifiée d'information préoccupante. Elle a été réorientée.",
        "Réponse : non qualifiée, réorientée",
        "Answer: not qualified, reoriented",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_in_assessment_text: str = text(
        "À la suite de votre transmission n° {reference}, une évaluation est en cours.",
        "Réponse : évaluation en cours",
        "Answer: assessment under way",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_closed_text: str = text(
        "L'évaluation engagée à la suite de votre transmission n° {reference} a conduit à un classement.",
        "Réponse : classement",
        "Answer: closed",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_support_text: str = text(
        "À la suite de votre transmission n° {reference}, un accompagnement a été proposé à la famille.",
        "Réponse : accompagnement proposé",
        "Answer: support offered",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_justice_text: str = text(
        "À la suite de votre transmission n° {reference}, l'autorité judiciaire a été saisie.",
        "Réponse : autorité judiciaire saisie",
        "Answer: judicial authority seized",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_followed_text: str = text(
        "Votre transmission n° {reference} concerne une situation déjà suivie.",
        "Réponse : situation déjà suivie",
        "Answer: already followed",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_private_text: str = text(
        "Votre information n° {reference} a bien été prise en compte.",
        "Réponse à un particulier, sur demande",
        "Answer to a private person, on request",
        marks=["reference"],
        law="CASF L226-5 al. 2, D226-2-8",
    )
