"""Codes of destruction batches: why a file leaves one, why the archives refuse their visa."""

from referrals.vocabulary.states import Coded


class DropReason(Coded):
    """Why a file left a batch; never shown: it may tell of another file (T41)."""

    HOLD = "hold", "Destruction held", "Élimination suspendue"
    REOPENED = "reopened", "Opened again", "Rouvert"
    ACTION = "action", "Something was done on it", "Action sur le dossier"
    OTHER_FILE = "other_file", "Another file is open", "Autre dossier ouvert"
    FILING_LEFT = "filing_left", "A filing joined to it is still kept", "Transmission jointe encore conservée"
    UNSEEN = "unseen", "Not put forward by who may not see it", "Non présenté : accès restreint"


class VisaRefusal(Coded):
    """Why the archives refuse the visa."""

    HISTORICAL = "historical", "Kept for history", "Conservation historique"
    INCOMPLETE = "incomplete", "The list is incomplete", "Bordereau incomplet"
    TOO_EARLY = "too_early", "Too early", "Délai jugé insuffisant"
    OTHER = "other", "Another reason", "Autre motif"
