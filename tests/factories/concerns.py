"""Concern forms for every situation; nobody in them exists."""

from typing import Any


def child(**said: Any) -> dict[str, Any]:
    """A child whose identity is known."""
    return {
        "identity_known": "known", "last_name": "Exemple", "first_names": "Lou", "birth_date": "2011-03-02",
        "sex": "girl", "commune_insee": "93008", "address": "1 rue de l'Essai, Bobigny", "whereabouts": "known",
        "current_measure": "no",
    } | said  # fmt: skip


def concern(**said: Any) -> dict[str, Any]:
    """A complete concern of a teacher, as the form sends it."""
    return {
        "children": [child()],
        "holders": [{"name": "Parent Exemple", "link": "mother", "phone": "0100000000"}],
        "facts": [
            {"on": "2026-11-20", "place_type": "school", "source": "seen", "text": "Absences répétées, cadeaux."}
        ],
        "signs": [{"code": "absenteeism", "mode": "observed"}],
        "holder_implicated": "no", "parents_informed": "yes", "parents_informed_on": "2026-11-21",
        "parents_informed_by": "La directrice", "parents_informed_how": "Entretien",
        "has_household_minors": "no", "child_opinion": "D'accord pour en parler", "child_informed": "yes",
        "situation_type": ["unknown"], "prostitution_status_filer": "none", "danger_now": "no",
        "emergency_done": ["nobody"], "prior_actions": "Entretien avec l'élève", "other_victims": "unknown",
        "filer_name": "Enseignante Exemple", "filer_email": "enseignante@test.invalid",
        "filer_profession": "teacher", "filer_org": "Collège Exemple", "filer_org_type": "school",
        "filer_role_to_child": "Professeure principale", "filer_is_source": "yes",
        "feedback_channel": "platform", "good_faith_notice": True,
    } | said  # fmt: skip


def urgent(**said: Any) -> dict[str, Any]:
    """No more than the urgent lane asks: who, where, what."""
    return {
        "children": [{"identity_known": "unknown", "commune_insee": "93008", "whereabouts": "unknown"}],
        "facts": [{"text": "Une jeune fille seule avec des adultes différents.", "source": "seen"}],
        "danger_now": "yes", "danger_what": "Adultes dans la chambre", "emergency_done": ["17"],
        "filer_phone": "06 39 98 12 34",
    } | said  # fmt: skip
