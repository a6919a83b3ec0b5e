"""Codes of inquiries between authorities about a child's past (CASF L221-3; domain.md §2.7)."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded
from referrals.vocabulary.transfers import Document


class Side(Coded):
    """On which side of an inquiry an authority stands."""

    ASKER = "asker", _("Demande posée")
    ASKED = "asked", _("Demande reçue")


class InquiryGround(Coded):
    """Why another authority is asked."""

    LIVED_THERE = "lived_there", _("L'enfant ou sa famille y a vécu")
    FOLLOWED_THERE = "followed_there", _("Un suivi antérieur y est signalé")
    SCHOOL_THERE = "school_there", _("L'enfant y a été scolarisé")


class HoldersKnow(Coded):
    """Whether the holders of parental authority were told of the inquiry (HolderInformation ``inquiry``)."""

    TOLD = "told", _("Informés")
    DEFERRED = "deferred", _("Information différée")
    NOT_APPLICABLE = "not_applicable", pgettext_lazy("holders know", "Sans objet")


class Following(Coded):
    """What an authority knows a child by."""

    CONCERN = "concern", pgettext_lazy("following", "Information préoccupante")
    JUDICIAL = "judicial", pgettext_lazy("following", "Signalement")
    CARE = "care", _("Prise en charge")


class Standing(Coded):
    """Whether the child is followed there today."""

    OPEN = "open", pgettext_lazy("following", "En cours")
    OVER = "over", pgettext_lazy("following", "Terminé")


class InquiryRefusal(Coded):
    """Why an inquiry isn't answered (IQ6)."""

    NOT_IDENTIFIED = "not_identified", _("L'enfant n'est pas identifié avec certitude")
    NO_GROUND = "no_ground", _("Le motif ne fonde pas la demande")
    OF_AGE = "of_age", _("La personne est majeure")
    RESTRICTED = "restricted", _("Le dossier est d'accès restreint : appelez l'encadrement")
    OTHER = "other", pgettext_lazy("inquiry refusal", "Autre motif")


class NotSent(Coded):
    """Why a document that was asked for isn't sent."""

    NOT_FOUND = "not_found", _("Rien n'a été trouvé, ni dans les dossiers ni dans les registres")
    NONE = "none", _("Le dossier n'en contient pas")
    PURGED = "purged", _("Détruit au terme de sa conservation")
    JUDICIAL = "judicial", _("Pièce judiciaire : à demander à la juridiction")
    WITHHELD = "withheld", _("Non communicable")


class Redaction(Coded):
    """Whom or what a passage that is left out is about."""

    FILER = "filer", _("déclarant")
    THIRD_PARTY = "third_party", _("tiers")
    OTHER_CHILD = "other_child", _("autre enfant")
    ADDRESS = "address", _("adresse protégée")
    PASSAGE = "passage", _("passage non communicable")


#: The documents that may be asked for: reports, decisions, the plan (R221-6); never the concern, which says who told.
PAPERS: Final = (Document.ASSESSMENT_REPORT, Document.DECISIONS, Document.PLAN, Document.SITUATION_REPORTS)
