"""Coded answers of the first analysis: how earlier files were sought, who takes a concern over (domain.md §2.4)."""

from referrals.vocabulary.states import Coded


class SearchMethod(Coded):
    """How earlier files of a child were looked for (T06)."""

    INDEX = "index", "In the index", "Recherche automatique"
    BY_HAND = "by_hand", "By hand", "Recherche manuelle"


class Reorientation(Coded):
    """Who takes over a concern that isn't an *information préoccupante* (domain.md §2.4)."""

    SECTOR_SOCIAL_SERVICE = "sector_social_service", "Local social service", "Service social de secteur"
    PMI = "pmi", "Mother and child health", "PMI"
    SCHOOL_SOCIAL_SERVICE = "school_social_service", "School social service", "Service social scolaire"
    MEASURE_SERVICE = "measure_service", "Service already in charge", "Service déjà chargé d'une mesure"
    ADOLESCENT_HOUSE = "adolescent_house", "Adolescents' centre", "Maison des adolescents"
    FAMILY_JUDGE = "family_judge", "Family judge", "Juge aux affaires familiales (conflit parental)"
    POLICE = "police", "Police", "Police (hors protection)"
    OTHER_AUTHORITY = "other_authority", "Other authority", "Autre département"
    NO_OBJECT = "no_object", "No object", "Sans objet / information erronée"
