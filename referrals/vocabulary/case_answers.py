"""Coded answers of triage, exchanges, feedback, corrections and urgent calls."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from referrals.vocabulary.states import Coded
from referrals.vocabulary.states import FeedbackState as F


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


class ContactKind(Coded):
    """Kind of an exchange put on record (domain.md T49)."""

    PROSECUTOR = "prosecutor", _("Parquet")
    POLICE = "police", pgettext_lazy("contact kind", "Police, gendarmerie")
    HEALTH = "health", _("Santé")
    FAMILY = "family", _("Famille")
    FILER = "filer", _("Déclarant")
    ATTEMPT = "attempt", _("Tentative de rencontre")
    FEEDBACK_REQUEST = "feedback_request", _("Demande de retour")
    ADDRESS_REQUEST = "address_request", _("Demande d'adresse")
    ADDRESS_ANSWER = "address_answer", _("Réponse d'adresse")
    OTHER = "other", _("Autre")


class Recipient(Coded):
    """Whom a request for information is put to (domain.md T07)."""

    FILER = "filer", _("Déclarant")
    PARTNER = "partner", _("Partenaire désigné")


class OwedTo(Coded):
    """To whom an answer is owed (L226-5; domain.md §1.4, S5)."""

    PROFESSIONAL = "professional", _("Professionnel ou élu")
    PRIVATE = "private", _("Particulier qui le demande")
    HELPLINE = "helpline", _("119, pour ce qu'il a transmis")


class Withholding(Coded):
    """Why an answer is withheld (CASF D226-2-8; domain.md §1.4)."""

    CHILD_INTEREST = "child_interest", _("Contraire à l'intérêt de l'enfant")
    CHILD_ENDANGERED = "child_endangered", _("Peut mettre l'enfant en danger")
    REQUESTER_AT_RISK = (
        "requester_at_risk",
        _("Met en danger le demandeur, qui vit au domicile de l'enfant"),
    )
    SECRECY = "secrecy", _("Secret professionnel")
    WITHDRAWN = "withdrawn", _("Transmission retirée")
    TRANSFERRED = (
        "transferred",
        _("L'autorité qui a repris le dossier répond"),
    )


OPEN = (F.DUE, F.OVERDUE)


class Correctable(Coded):
    """Where a value stands that a rectification corrects (T42)."""

    CONCERN = "concern", _("La transmission")
    CHILDREN = "children", _("Un enfant")
    HOLDERS = "holders", _("Un titulaire de l'autorité parentale")
    FACTS = "facts", _("Un fait")
    SIGNS = "signs", _("Un signe")
    HEALTH_SIGNS = "health_signs", _("Un signe de santé")
    THIRD_PARTIES = "third_parties", _("Un tiers")
    DIGITAL_TRACES = "digital_traces", _("Une trace en ligne")
    STEPS = "steps", _("Ce qui a été noté à une étape")


#: Whose opening of the file answers a call.
CALLED: Final = (Role.ON_CALL, Role.CRIP_COORDINATOR, Role.INTAKE_AGENT)


class AlertCause(Coded):
    """What an urgent call is about."""

    FILED = "filed", _("Transmission en urgence")
    FLAGGED = "flagged", _("Danger immédiat signalé")
    CLOCK_NEAR = "clock_near", _("Danger immédiat : alerte")
    CLOCK_OVER = "clock_over", _("Danger immédiat : retard")
