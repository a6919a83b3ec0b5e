"""Coded answers of the first analysis: how earlier files were sought, who takes a concern over (domain.md §2.4)."""

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded


class SearchMethod(Coded):
    """How earlier files of a child were looked for (T06)."""

    INDEX = "index", _("Recherche automatique")
    BY_HAND = "by_hand", _("Recherche manuelle")


class Reorientation(Coded):
    """Who takes over a concern that isn't an *information préoccupante* (domain.md §2.4)."""

    SECTOR_SOCIAL_SERVICE = "sector_social_service", _("Service social de secteur")
    PMI = "pmi", _("PMI")
    SCHOOL_SOCIAL_SERVICE = "school_social_service", _("Service social scolaire")
    MEASURE_SERVICE = "measure_service", _("Service déjà chargé d'une mesure")
    ADOLESCENT_HOUSE = "adolescent_house", _("Maison des adolescents")
    FAMILY_JUDGE = "family_judge", _("Juge aux affaires familiales (conflit parental)")
    POLICE = "police", _("Police (hors protection)")
    OTHER_AUTHORITY = "other_authority", _("Autre département")
    NO_OBJECT = "no_object", _("Sans objet / information erronée")
