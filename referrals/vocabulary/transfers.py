"""Codes of transfers (domain.md §8.2, §8.3)."""

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
