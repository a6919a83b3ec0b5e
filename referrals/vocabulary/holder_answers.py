"""Coded answers about holders of parental authority: their link, what they are told, why not (domain.md §4.2)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class NotInformedReason(Coded):
    """Why the holders were not told beforehand (CASF L226-2-1; domain.md §4.2)."""

    CHILD_INTEREST = "child_interest", _("Contraire à l'intérêt de l'enfant")
    HOLDER_IMPLICATED = "holder_implicated", _("Parent impliqué")
    REPRISALS = "reprisals", _("Risque de représailles")
    FLIGHT = "flight", _("Risque de fuite")
    UNREACHABLE = "unreachable", _("Injoignable")
    PROSECUTOR = "prosecutor", _("Consigne du parquet")
    URGENCY = "urgency", pgettext_lazy("not informed reason", "Urgence")
    OTHER = "other", _("Autre")


class HolderLink(Coded):
    """Link of a holder of parental authority with the child (domain.md §4.2)."""

    FATHER = "father", _("Père")
    MOTHER = "mother", _("Mère")
    GUARDIAN = "guardian", _("Tuteur")
    ASE = "ase", pgettext_lazy("holder link", "ASE")
    OTHER = "other", _("Autre")
    UNKNOWN = "unknown", _("Inconnu")


class Occasion(Coded):
    """What the holders must be told of (domain.md §2.7)."""

    TRANSMISSION = "transmission", pgettext_lazy("occasion", "Transmission")
    ASSESSMENT = "assessment", _("Évaluation")
    JUDICIAL_REFERRAL = "judicial_referral", _("Saisine de l'autorité judiciaire")
    DECISION = "decision", _("Décision")
    INQUIRY = "inquiry", _("Demande à un autre département")


class DeferralReason(Coded):
    """Why the information of a holder waits (domain.md T16)."""

    CHILD_INTEREST = "child_interest", _("Contraire à l'intérêt de l'enfant")
    HOLDER_IMPLICATED = "holder_implicated", _("Titulaire impliqué")
    PROSECUTOR = "prosecutor", _("Consigne du parquet")
