"""Codes of destruction batches: why a file leaves one, why the archives refuse their visa."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class DropReason(Coded):
    """Why a file left a batch; never shown: it may tell of another file (T41)."""

    HOLD = "hold", pgettext_lazy("drop reason", "Élimination suspendue")
    REOPENED = "reopened", _("Rouvert")
    ACTION = "action", _("Action sur le dossier")
    OTHER_FILE = "other_file", _("Autre dossier ouvert")
    FILING_LEFT = "filing_left", _("Transmission jointe encore conservée")
    UNSEEN = "unseen", _("Non présenté : accès restreint")


class VisaRefusal(Coded):
    """Why the archives refuse the visa."""

    HISTORICAL = "historical", _("Conservation historique")
    INCOMPLETE = "incomplete", _("Bordereau incomplet")
    TOO_EARLY = "too_early", _("Délai jugé insuffisant")
    OTHER = "other", _("Autre motif")
