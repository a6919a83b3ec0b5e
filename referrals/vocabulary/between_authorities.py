"""Codes of transfers and of inquiries between authorities."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class Ground(Coded):
    """Why another authority is to take the case over (T31)."""

    MOVED = "moved", _("L'enfant ou sa famille a déménagé")
    RESIDENCE = (
        "residence",
        _("La résidence, désormais connue, est dans un autre ressort"),
    )
    COMPETENCE = (
        "competence",
        _("Une autre autorité est compétente ou suit déjà l'enfant"),
    )


class Channel(Coded):
    """How the documents go (CASF R221-7; TRANSFER_MODE)."""

    ELECTRONIC = "electronic", _("Par voie électronique")
    SEALED_MAIL = "sealed_mail", _("Par pli recommandé")


class Document(Coded):
    """A document that goes along (R221-6; domain.md §8.3)."""

    CONCERN = "concern", pgettext_lazy("document", "L'information préoccupante")
    DECISIONS = "decisions", _("Décisions et mesures")
    ASSESSMENT_REPORT = "assessment_report", _("Rapport d'évaluation")
    SITUATION_REPORTS = "situation_reports", pgettext_lazy("document", "Rapports de situation")
    PLAN = "plan", _("Projet pour l'enfant")


class FormalityKind(Coded):
    """What is done before a case goes (R221-5-1 to R221-5-3)."""

    HOLDERS_INFORMED = (
        "holders_informed",
        _("Information des titulaires sur le transfert et ses effets"),
    )
    WRITTEN_AGREEMENT = (
        "written_agreement",
        _("Accord écrit des titulaires au transfert d'une prestation"),
    )
    RELINQUISHMENT = (
        "relinquishment",
        _("Dessaisissement du juge des enfants"),
    )


class Fulfilment(Coded):
    """What became of a formality."""

    DONE = "done", _("Accomplie")
    DEFERRED = "deferred", _("Différée (motif)")
    REFUSED = "refused", _("Refusée par les titulaires")


class BreakEffect(Coded):
    """What the break in care would bring, where the holders don't agree (R221-5-2)."""

    DANGER = "danger", _("Elle met l'enfant en danger")
    RISK = "risk", _("Elle laisse un risque")


class Opinion(Coded):
    """What a supervisor holds in an arbitration (domain.md §2.7)."""

    TRANSFER = "transfer", _("Le dossier est à transférer")
    KEEP = "keep", _("Le dossier reste à l'origine")


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
