"""What people send at each step of a journey: complete, short, invented."""

from typing import Any
from uuid import UUID

type Body = dict[str, Any]

SEARCHED: Body = {"method": "by_hand", "where": "Registre de la cellule", "found": "no"}


def qualification(children: list[UUID], *, urgency: str = "U1", **said: Any) -> Body:
    """T10: every child has a risk of danger."""
    items = [{"child": pk, "danger_categories": ["security"], "danger_level": "risk"} for pk in children]
    return {"children": items, "urgency": urgency, "opinion": "Éléments concordants."} | said


def team(*users: Any, lead: Any = None) -> Body:
    """T13: assessors of different fields."""
    fields = ("socio_educational", "health", "psychology", "social")
    members = [{"user": user.pk, "field": field} for user, field in zip(users, fields, strict=False)]
    return {"team": members, "lead": lead.pk if lead else None, "plan_on": "2027-01-15"}


def contact(seen: dict[UUID, str], *, at: str, kind: str = "home_visit", **said: Any) -> Body:
    """T17: a visit, meeting or attempt; ``seen`` says how each child was seen."""
    children = [{"child": pk, "seen": how} for pk, how in seen.items()]
    told = {"who": "Titulaires", "where": "Au domicile", "text": "Compte rendu d'entretien."}
    return {"kind": kind, "at": at, "children": children, "holders_consent": "yes"} | told | said


def report(levels: dict[UUID, str], holders: list[UUID]) -> Body:
    """PATCH of the assessment: one report, one conclusion a child; ``levels`` gives the danger of each."""
    proposals = {"no_danger": "classement", "risk": "adapted_actions", "danger": "adapted_actions"}
    conclusions = [
        {
            "child": pk,
            "danger_level": level,
            "proposal": proposals.get(level, "judicial"),
            "text": "Conclusion.",
        }
        for pk, level in levels.items()
    ]
    return {
        "report": "Rapport unique.", "entourage_opinions": "Recueillies.", "earlier_concerns": "Aucune.",
        "earlier_concerns_considered": True, "conclusions": conclusions,
        "opinions": [opinion(pk) for pk in holders], "dangers": [danger(pk) for pk in levels],
        "findings": [finding(pk, dimension) for pk in levels for dimension in DIMENSIONS],
        "voices": [voice(pk) for pk in levels],
    }  # fmt: skip


#: The six dimensions of the decree, then those that an authority wants unless it says otherwise (domain.md §4.10).
DECREE = ("needs_rights", "health", "education_conditions", "development", "wellbeing", "suffering_signs")
DIMENSIONS = (
    *DECREE, "safety", "exploration", "rules_limits", "identity", "self_esteem", "child_skills", "parenting",
    "holders_mobilise", "resources",
)  # fmt: skip


def danger(child: UUID, **said: Any) -> Body:
    """A child in danger by its upbringing, of whom nobody thinks that it is exploited."""
    return {"child": child, "danger_categories": ["education_conditions"], "exploitation": "none"} | said


def opinion(holder: UUID, **said: Any) -> Body:
    """A holder who said what the decree asks for."""
    texts = dict.fromkeys(("needs", "difficulties", "understanding", "proposals"), "Dit en entretien.")
    return {"holder": holder, "met": "met"} | texts | said


def finding(child: UUID, dimension: str, **said: Any) -> Body:
    """What the report says of one dimension for a child."""
    return {"child": child, "dimension": dimension, "finding": "fragile", "text": "Au vu des visites."} | said


def voice(child: UUID, **said: Any) -> Body:
    """What a child says, wants and was told."""
    told = {"words": "« Je veux rester. »", "wants": "Rester.", "told": "La suite."}
    return {"child": child, "heard": "alone", "heard_on": "2026-11-20", "heard_by": "L'équipe"} | told | said


#: A child that didn't wish to speak.
SILENT: Body = {"heard": "not_heard", "not_heard": "declined"}


def silent(children: list[UUID]) -> list[Body]:
    """The same of each child, where several are asked (T30)."""
    return [{"child": pk} | SILENT for pk in children]


def situation(*, shown: str, **said: Any) -> Body:
    """M17: shown to the parents and explained to the child on the same day."""
    shown_to = {"shown_on": shown, "child_shown": "explained", "child_shown_on": shown}
    return {"report": "Situation."} | shown_to | SILENT | said


def end(*, on: str, **said: Any) -> Body:
    """M12: no danger remains."""
    return {"on": on, "end_report": "Fin.", "danger_remains": "no"} | SILENT | said


def to_justice(*children: UUID, grounds: tuple[str, ...] = ("5",), **said: Any) -> Body:
    """T15: the referral to the prosecutor."""
    return {
        "children": list(children), "grounds": list(grounds), "actions_led": "Aucune action antérieure.",
        "recipient": "Parquet des mineurs", "document": "Signalement argumenté.",
        "sending_proof": "Accusé de transmission",
    } | said  # fmt: skip


def for_all(grounds: tuple[str, ...] = ("4",)) -> Body:
    """T18: as T15, for every child."""
    body = to_justice(grounds=grounds)
    del body["children"]
    return body


def decision(child: UUID, code: str, **said: Any) -> Body:
    """T43; the child didn't wish to say anything."""
    return {"child": child, "decision": code, "motivation": "Au vu du rapport."} | SILENT | said


def offer(child: UUID, **said: Any) -> Body:
    """An AED of twelve months, offered with a decision (⇒ M01)."""
    return {"child": child, "type": "aed", "aim": "Soutien éducatif.", "duration_months": 12} | said


def outcome(child: UUID, kind: str, *, on: str) -> Body:
    """One answer of justice for one child (J04)."""
    return {"child": child, "type": kind, "on": on, "copy": "Copie de la décision."}


def order(child: UUID, kind: str, *, on: str, **said: Any) -> Body:
    """A measure that justice ordered (M05)."""
    return {"child": child, "type": kind, "ordered_on": on, "ordered_by": "Autorité judiciaire"} | said


def deferred(holder: UUID, occasion: str, *, review_on: str, reason: str = "holder_implicated") -> Body:
    """T16: the information of a holder waits."""
    return {
        "holder": holder,
        "occasion": occasion,
        "outcome": "deferred",
        "reason": reason,
        "review_on": review_on,
    }


def told(holder: UUID, occasion: str, *, on: str) -> Body:
    """T16: a holder was told."""
    return {"holder": holder, "occasion": occasion, "outcome": "done", "told_on": on, "means": "Courrier"}


def agreement(*, on: str) -> Body:
    """M02: the written agreement."""
    return {
        "agreed_on": on,
        "signed_by": "Les deux titulaires",
        "agreement": "Accord écrit.",
        "child_opinion": "Favorable.",
    }


def formality(kind: str = "holders_informed", **said: Any) -> Body:
    """T31: a formality of R221-5 that was done."""
    return {"kind": kind, "outcome": "done", "on": "2026-11-24", "how": "Courrier aux titulaires."} | said


def transfer(target: Any, *formalities: Body, **said: Any) -> Body:
    """T31: the case is asked of another authority."""
    told = list(formalities) or [formality()]
    return {
        "target": target.pk, "ground": "moved", "note": "Emménagement annoncé.", "documents": ["concern"],
        "formalities": told,
    } | said  # fmt: skip


def not_executed(**said: Any) -> Body:
    """M15: a danger remains."""
    return {"reason": "no_place", "explanation": "Aucune place.", "danger_remains": "yes"} | said


def judge_informed(*, on: str, **said: Any) -> dict[str, Any]:
    """M19."""
    return {
        "on": on, "judge": "Cabinet 4", "sending_way": "mail", "sending_proof": "Accusé de réception",
        "reason": "no_staff", "service_asked": "Service d'AEMO", "asked_since": on, "danger_remains": "yes",
        "meanwhile": "Visites de la puéricultrice", "last_seen_on": on, "last_seen_by": "École",
    } | said  # fmt: skip


NEEDS = ("resources", "lodging", "work_training", "care_access", "administrative_steps", "social_support")


def interview(*, on: str, **said: Any) -> Body:
    """M21: held, with the trusted person."""
    return {
        "on": on, "outcome": "held", "led_by": "Référente", "trusted_person": "present",
        "told": ["path", "rights", "conditions"], **dict.fromkeys(NEEDS, "À préparer."),
    } | said  # fmt: skip


def choice(what: str, *, on: str, **said: Any) -> Body:
    """M20."""
    signed: Body = {}
    if what != "declines":
        signed = {"signer": "person", "agreement": "Écrit de la personne.", "signed_on": on}
    return {"on": on, "choice": what, "words": "« Je veux continuer. »"} | signed | said
