"""Coded answers of measures: consent to a shelter, how a shelter or a measure ends (domain.md §2.6)."""

from referrals.vocabulary.states import Coded


class Representative(Coded):
    """Whether a child's legal representative can agree to a shelter (CASF L223-2 al. 2)."""

    UNABLE = "unable", "Can't agree", "Hors d'état de donner son accord"
    REFUSES = "refuses", "Able, and refuses", "En état de le donner, et refuse"


class EndReason(Coded):
    """Why a follow-up or measure ends (MOTFININT 1 and 3, MOTIFML; domain.md §2.6 M12–M14)."""

    TERM = "term", "Term reached", "Échéance"
    TRANSFER = "transfer", "Transfer, the measure goes on", "Transfert avec maintien"
    NO_DANGER = "10", "No danger left", "Absence de danger"
    IMPOSSIBLE = "11", "Impossible to carry out", "Impossibilité d'exercer"
    MOVED = "12", "Move announced", "Déménagement annoncé"
    MOVED_NO_ADDRESS = "13", "Moved without address", "Déménagement sans laisser d'adresse"
    ADOPTION = "14", "Adoption", "Adoption"
    MAJORITY = "15", "Majority", "Majorité"
    EMANCIPATION = "16", "Emancipation", "Émancipation"
    YOUNG_ADULT = "17", "Young-adult measure", "Mesure jeune majeur"
    DEATH = "18", "Death", "Décès"
    OTHER = "19", "Other", "Autre"


class ShelterEnd(Coded):
    """How an emergency shelter ends (domain.md M12)."""

    RETURNED = "returned", "Returned", "Retour"
    ADMITTED = "admitted", "Admitted", "Admission"
    JUDGE_SEIZED = "judge_seized", "Judge seized", "Juge saisi"
