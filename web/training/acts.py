"""Steps that several stories share: the first analysis, the team, the report."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from referrals.models import Holder
from web.training.playing import Player, children_of, each

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def break_glass(player: Player, case: UUID, reason: str, *, at: datetime) -> UUID:
    """Let the officer on call open the case in an emergency; return the opening's id.

    Raises:
        ValueError: the step made no opening.
    """
    glass = player.on_glass("on_call", case, "open", at=at, reason=reason).made
    if glass is None:
        raise ValueError("No opening was made.")
    return glass


def triage(player: Player, case: UUID, *, at: datetime) -> None:
    """Begin the first analysis, after a search by hand for earlier files."""
    player.do(
        "crip_coordinator",
        case,
        "start_triage",
        at=at,
        method="by_hand",
        where="Registre de la cellule, nom et date de naissance",
        found="no",
    )


def qualify(player: Player, case: UUID, level: str, urgency: str, *, at: datetime) -> None:
    """Qualify every child of the case; the second reader signs two hours later, where one is asked for."""
    proposal = player.do(
        "crip_coordinator",
        case,
        "qualify",
        at=at,
        children=each(children_of(case), danger_categories=["security", "morality"], danger_level=level),
        urgency=urgency,
        opinion="Les éléments rapportés concordent et appellent une évaluation.",
        urgency_reason="Transmission en urgence : rubriques à compléter pendant l'évaluation.",
        approver=player.id_of("crip_coordinator_2"),
    )
    if proposal.approval is not None:
        player.sign("crip_coordinator_2", case, proposal, at=at + 2 * HOUR)


def assign(player: Player, case: UUID, *, at: datetime) -> None:
    """Entrust the assessment to two assessors of two fields."""
    player.do(
        "assessment_lead",
        case,
        "assign",
        at=at,
        team=[
            {"user": player.id_of("assessor"), "field": "socio_educational"},
            {"user": player.id_of("assessor_2"), "field": "health"},
        ],
        plan_on=at.date() + timedelta(days=3),
    )


def visit(player: Player, case: UUID, *, at: datetime) -> None:
    """Meet every child at home, with a holder; an hour later, each one alone."""
    seen = [("home_visit", "with_holder", at), ("meeting", "alone", at + HOUR)]
    for kind, how, when in seen:
        player.do(
            "assessor",
            case,
            "record_contact",
            at=when + HOUR,
            kind=kind,
            who="Les deux évaluateurs",
            where="Domicile",
            at_=when,
            children=each(children_of(case), seen=how),
            holders_consent="yes",
            text="Entretien calme ; chacun a pu s'exprimer.",
        )


def report(
    player: Player,
    case: UUID,
    concluded: Sequence[tuple[str, str]],
    *,
    at: datetime,
    decider: str = "ase_inspector",
) -> None:
    """Write the report, hand it in, and deliver it to the inspector three days later.

    ``concluded`` is the level of danger and the proposal for each child, in the order of the form.
    """
    player.assess("assessor", case, "write", at=at, framework_version="HAS 2021")
    player.write("assessor", case, at=at + HOUR, **_writing(case, concluded, on=at.date()))
    player.assess("assessor_2", case, "hand_in", at=at + DAY)
    player.do("assessment_lead", case, "submit_report", at=at + 3 * DAY, decider=player.id_of(decider))
    player.read(decider, case, at=at + 3 * DAY + HOUR)


def _writing(case: UUID, concluded: Sequence[tuple[str, str]], *, on: date) -> dict[str, Any]:
    lines = list(zip(children_of(case), concluded, strict=True))
    holders = Holder.objects.filter(referral=case).values_list("pk", flat=True)
    return {
        "report": "Rapport de démonstration : observations, analyse, conclusion unique de l'équipe.",
        "opinions": [{"holder": holder, "met": "met"} | _OPINION for holder in holders],
        "entourage_opinions": "L'établissement scolaire et le médecin ont été entendus.",
        "earlier_concerns": "Aucune information antérieure n'a été trouvée.",
        "earlier_concerns_considered": True,
        **_of_children(children_of(case), on=on),
        "dangers": [
            {
                "child": child,
                "danger_categories": [] if level == "no_danger" else ["security", "education_conditions"],
                "exploitation": "none" if level == "no_danger" else "at_risk",
                "hold": "" if level == "no_danger" else "unknown",
                "debt": "" if level == "no_danger" else "no",
                "tonight": "" if level == "no_danger" else "Au domicile.",
            }
            for child, (level, _) in lines
        ],
        "conclusions": [
            {
                "child": child,
                "danger_level": level,
                "proposal": proposal,
                "text": "Conclusion de démonstration.",
            }
            for child, (level, proposal) in lines
        ],
    }


#: What the demonstration's report finds of each dimension; beyond « satisfait », with a sentence.
_FOUND: Final = {
    "needs_rights": (
        "fragile",
        "L'enfant est nourri et soigné ; sa sécurité n'est pas toujours assurée le soir.",
    ),
    "health": ("fragile", "Le suivi médical a été interrompu pendant un an."),
    "education_conditions": (
        "not_satisfied",
        "L'assiduité baisse ; les règles changent chaque semaine.",
    ),
    "development": ("satisfied", ""),
    "wellbeing": ("fragile", "Des amitiés anciennes, mais peu de lieux où se poser."),
    "suffering_signs": ("fragile", "Sommeil troublé, retrait en classe."),
    "safety": ("fragile", "Des sorties le soir dont personne ne connaît le lieu."),
    "exploration": ("satisfied", ""),
    "rules_limits": ("fragile", "Des règles existent, mais elles ne sont pas tenues."),
    "identity": ("satisfied", ""),
    "self_esteem": ("fragile", "L'enfant parle peu de ses réussites."),
    "child_skills": ("satisfied", ""),
    "parenting": ("fragile", "L'attention est réelle, la disponibilité manque."),
    "holders_mobilise": ("satisfied", ""),
    "resources": ("satisfied", ""),
}
#: What a holder says, in the demonstration's report.
_OPINION: Final = {
    "needs": "Plus de présence, un rythme régulier.",
    "difficulties": "Des horaires de travail décalés.",
    "understanding": "L'inquiétude de l'équipe est entendue.",
    "proposals": "Rencontrer l'école, accepter une aide à domicile.",
}


def _of_children(children: Sequence[UUID], *, on: date) -> dict[str, Any]:
    """Return what the report says of each child, and what each one said."""
    return {
        "findings": [
            {"child": child, "dimension": dimension, "finding": finding, "text": text}
            for child in children
            for dimension, (finding, text) in _FOUND.items()
        ],
        "voices": [
            {
                "child": child,
                "heard": "alone",
                "heard_on": on,
                "heard_by": "Les deux personnes de l'équipe",
                "words": "« J'aimerais que ça se calme à la maison. »",
                "wants": "Rester dans la même école.",
                "told": "Ce que l'équipe va écrire, qui le lira, et le 119.",
            }
            for child in children
        ],
    }


def hearing(at: datetime) -> dict[str, Any]:
    """Return how a child was heard on what is decided for it."""
    return {
        "heard": "alone",
        "heard_on": at.date(),
        "heard_by": "Une personne de l'aide sociale à l'enfance",
        "words": "« Je préfère qu'on m'explique avant. »",
        "told": "Ce qui est décidé, pourquoi, et qui appeler.",
    }


def to_justice(grounds: list[str], *, on: datetime) -> dict[str, Any]:
    """Return what a referral to the prosecutor says."""
    return {
        "grounds": grounds,
        "actions_led": "Entretiens, recherche d'antécédents, contact avec les partenaires.",
        "recipient": "Parquet des mineurs",
        "document": "Signalement de démonstration : faits, analyse, demande.",
        "sending_way": "plex",
        "sending_reference": f"Dossier de démonstration, déposé à {on:%H h %M}",
        "sending_proof": f"Accusé de dépôt du {on:%d/%m/%Y}",
    }
