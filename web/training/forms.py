"""Concern forms of the demonstration and the training, filled with invented facts."""

from datetime import date, datetime, timedelta
from typing import Any, Final

#: A commune of each authority (INSEE): Paris 13e, Bobigny, Lille.
COMMUNES: Final = {"75": "75113", "93": "93008", "59": "59350"}


def child(code: str, first_name: str, born_on: date, sex: str, **fields: object) -> dict[str, Any]:
    """Return a child of the form whose identity is known."""
    return {
        "identity_known": "known",
        "last_name": "Exemple",
        "first_names": first_name,
        "birth_date": born_on,
        "sex": sex,
        "commune_insee": COMMUNES[code],
        "address": "1 rue de la Démonstration",
        "whereabouts": "known",
        "current_measure": "no",
        **fields,
    }


def born(years: int, on: datetime, *, days: int = 60) -> date:
    """Return a birth date: ``years`` and some ``days`` before an instant."""
    return on.date() - timedelta(days=round(years * 365.25) + days)


def concern(children: list[dict[str, Any]], fact: str, *, on: datetime, **fields: object) -> dict[str, Any]:
    """Return a complete concern about these children, as the form sends it; facts of the day before.

    The holders bear the children's name and have numbers of their own: two families are alike only where they are one.
    """
    day, family = on.date(), children[0].get("last_name", "Fictif")
    line = sum(map(ord, family)) % 1000
    return {
        "children": children,
        "holders": [
            {"name": f"Mère {family}", "link": "mother", "phone": f"0199001{line:03}"},
            {"name": f"Père {family}", "link": "father", "phone": f"0199002{line:03}"},
        ],
        "facts": [
            {
                "on": day - timedelta(days=1),
                "place_type": "school",
                "source": "heard_from_child",
                "text": fact,
            }
        ],
        "signs": [{"code": "absenteeism", "mode": "observed"}],
        "holder_implicated": "no",
        "parents_informed": "yes",
        "parents_informed_on": day,
        "parents_informed_by": "Direction de l'établissement",
        "parents_informed_how": "Entretien",
        "has_household_minors": "no",
        "child_opinion": "D'accord pour que l'on en parle",
        "child_informed": "yes",
        "situation_type": ["unknown"],
        "prostitution_status_filer": "none",
        "danger_now": "no",
        "emergency_done": ["nobody"],
        "prior_actions": "Deux entretiens",
        "other_victims": "unknown",
        "filer_name": "Déclarant Démonstration",
        "filer_email": "filer@demo.invalid",
        "filer_profession": "teacher",
        "filer_org": "Établissement de démonstration",
        "filer_org_type": "school",
        "filer_role_to_child": "Professionnelle qui suit l'enfant",
        "filer_is_source": "yes",
        "feedback_channel": "platform",
        "good_faith_notice": True,
        **fields,
    }


def alarm(children: list[dict[str, Any]], fact: str, danger: str, **fields: object) -> dict[str, Any]:
    """Return no more than the urgent lane asks for: who, where, what."""
    return {
        "children": children,
        "facts": [{"source": "seen", "text": fact}],
        "danger_now": "yes",
        "danger_what": danger,
        "emergency_done": ["17"],
        "filer_name": "Déclarant Démonstration",
        "filer_email": "filer@demo.invalid",
        "good_faith_notice": True,
        **fields,
    }
