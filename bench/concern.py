"""The concern that the clients file. Nobody in it exists."""

from typing import Any


def concern() -> dict[str, Any]:
    """Return the concern that a filer sends: one child, one holder, two facts. Nobody in it exists."""
    return {
        "submit": True,
        "children": [
            {
                "identity_known": "known", "last_name": "Exemple", "first_names": "Lou",
                "birth_date": "2011-03-02", "sex": "girl", "commune_insee": "93008",
                "address": "1 rue de l'Essai, Bobigny", "whereabouts": "known", "current_measure": "no",
            }
        ],
        "holders": [{"name": "Parent Exemple", "link": "mother"}],
        "facts": [
            {"place_type": "school", "source": "seen", "text": "Absences répétées, cadeaux. " * 8},
            {"place_type": "street", "source": "heard_from_child", "text": "Une voiture l'attend le soir. " * 8},
        ],
        "holder_implicated": "no", "parents_informed": "yes", "parents_informed_on": "2026-11-21",
        "parents_informed_by": "La directrice", "parents_informed_how": "Entretien",
        "has_household_minors": "no", "child_opinion": "D'accord pour en parler", "child_informed": "yes",
        "situation_type": ["unknown"], "prostitution_status_filer": "none", "danger_now": "no",
        "emergency_done": ["nobody"], "prior_actions": "Entretien avec l'élève", "other_victims": "unknown",
        "filer_name": "Enseignante Exemple", "filer_email": "enseignante@test.invalid",
        "filer_profession": "teacher", "filer_org": "Collège Exemple", "filer_org_type": "school",
        "filer_role_to_child": "Professeure principale", "filer_is_source": "yes",
        "feedback_channel": "platform", "good_faith_notice": True,
    }  # fmt: skip
