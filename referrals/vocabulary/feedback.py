"""Codes of the feedback owed to a filer."""

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded
from referrals.vocabulary.states import FeedbackState as F


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
