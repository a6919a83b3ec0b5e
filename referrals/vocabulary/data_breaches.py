"""Codes of data breaches: what was touched, whose data, how great the risk, who was told (RGPD art. 33, 34)."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class BreachKind(Coded):
    """What a breach touched (RGPD art. 4(12))."""

    CONFIDENTIALITY = "confidentiality", _("Confidentialité : lu par une personne non autorisée")
    INTEGRITY = "integrity", _("Intégrité : modifié à tort")
    AVAILABILITY = "availability", _("Disponibilité : perdu ou hors d'atteinte")


class BreachSource(Coded):
    """How a breach came to be known."""

    ANOMALY = "anomaly", _("Accès jugé injustifié")
    NOTICED = "noticed", _("Constatée par un agent")
    REPORTED = "reported", _("Signalée de l'extérieur")
    PROCESSOR = "processor", _("Déclarée par l'hébergeur")


class BreachRisk(Coded):
    """The risk to the persons concerned (RGPD art. 33(1), 34(1))."""

    NONE = "none", pgettext_lazy("breach risk", "Aucun")
    RISK = "risk", _("Risque")
    HIGH = "high", _("Risque élevé")


class Concerned(Coded):
    """A category of persons whose data a breach touched; each that counts somebody is a group to answer for (DB5)."""

    CHILDREN = "children", _("Enfants")
    HOLDERS = "holders", _("Titulaires de l'autorité parentale")
    IMPLICATED = "implicated", _("Titulaires impliqués")
    FILERS = "filers", _("Auteurs de transmissions")
    THIRD_PARTIES = "third_parties", _("Tiers cités")
    AGENTS = "agents", pgettext_lazy("persons concerned", "Agents")
    APART = "apart", _("Personnes à traiter à part")


class DataPart(Coded):
    """A category of data that a breach opened, by its access class."""

    IDENTITY = "identity", _("Identité et coordonnées")
    FILER = "filer", _("Auteur de la transmission")
    FACTS = "facts", _("Faits et parole de l'enfant")
    HEALTH = "health", pgettext_lazy("category of data", "Santé")
    OTHERS = "others", _("Tiers et exploitants présumés")
    FILES = "files", _("Traces numériques et pièces jointes")
    ASSESSMENT = "assessment", _("Évaluation")
    JUSTICE = "justice", _("Justice")
    MEASURES = "measures", _("Décisions et mesures")
    PLACE = "place", _("Lieu de protection")
    OTHER = "other", pgettext_lazy("category of data", "Autres données")


#: By access class (domain.md §1.3).
PART_OF: Final = {
    "B": DataPart.IDENTITY,
    "C": DataPart.FILER,
    "D": DataPart.FACTS,
    "E": DataPart.HEALTH,
    "F": DataPart.OTHERS,
    "G": DataPart.FILES,
    "H": DataPart.ASSESSMENT,
    "I": DataPart.JUSTICE,
    "J": DataPart.MEASURES,
    "K": DataPart.PLACE,
}


class Touched(Coded):
    """What was done to the data, as far as the journal shows."""

    READ = "read", pgettext_lazy("data", "Lues")
    EXPORTED = "exported", pgettext_lazy("data", "Emportées")
    ALTERED = "altered", pgettext_lazy("data", "Modifiées")
    LOST = "lost", pgettext_lazy("data", "Perdues")


class Legible(Coded):
    """Whether who got hold of the data can read it."""

    READABLE = "readable", _("Lisibles")
    SEALED = "sealed", _("Chiffrées, illisibles sans la clé")


class NotificationPart(Coded):
    """Which part of the notification the CNIL is sent (RGPD art. 33(4))."""

    WHOLE = "whole", _("Notification complète")
    FIRST = "first", _("Première partie")
    COMPLEMENT = "complement", _("Complément")


class Informing(Coded):
    """What was done for a group of persons, or why they aren't told (RGPD art. 34; the last two reasons are ours)."""

    TOLD = "told", pgettext_lazy("persons concerned", "Informées")
    UNREADABLE = "unreadable", _("Non : données illisibles")
    LATER_MEASURES = "later_measures", _("Non : le risque élevé est écarté depuis")
    PUBLIC_NOTICE = "public_notice", _("Communication publique à la place")
    CHILD_INTEREST = "child_interest", _("Non : contraire à l'intérêt de l'enfant")
    INQUIRY = "inquiry", _("Non : enquête en cours")


class Way(Coded):
    """How a group was told."""

    LETTER = "letter", pgettext_lazy("way of telling", "Par courrier")
    HAND = "hand", pgettext_lazy("way of telling", "Remis en main propre")
    MAIL = "mail", pgettext_lazy("way of telling", "Par messagerie sécurisée")
    CALL = "call", pgettext_lazy("way of telling", "Par téléphone, puis par courrier")


class Stopped(Coded):
    """What ended the 72 hours (C22)."""

    NOTIFIED = "notified", _("Notification à la CNIL")
    RULED_OUT = "ruled_out", _("Risque écarté à deux")


#: Why a group isn't told that asks for an inspector's opinion, and that the CNIL knows (DB5).
AGAINST: Final = frozenset({Informing.CHILD_INTEREST.value, Informing.INQUIRY.value})
