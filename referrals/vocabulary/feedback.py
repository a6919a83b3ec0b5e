"""Codes of the feedback owed to a filer."""

from referrals.vocabulary.states import Coded
from referrals.vocabulary.states import FeedbackState as F


class OwedTo(Coded):
    """To whom an answer is owed (L226-5; domain.md §1.4, S5)."""

    PROFESSIONAL = "professional", "Professional or elected official", "Professionnel·le ou élu·e"
    PRIVATE = "private", "Private person who asks", "Particulier qui le demande"
    HELPLINE = "helpline", "The helpline, for what it passed on", "119, pour ce qu'il a transmis"


class Withholding(Coded):
    """Why an answer is withheld (CASF D226-2-8; domain.md §1.4)."""

    CHILD_INTEREST = "child_interest", "Against the child's interest", "Contraire à l'intérêt de l'enfant"
    CHILD_ENDANGERED = "child_endangered", "May endanger the child", "Peut mettre l'enfant en danger"
    REQUESTER_AT_RISK = (
        "requester_at_risk",
        "Puts at risk the requester, who lives in the child's home",
        "Met en danger le demandeur, qui vit au domicile de l'enfant",
    )
    SECRECY = "secrecy", "Professional secrecy", "Secret professionnel"
    WITHDRAWN = "withdrawn", "The filing was taken back", "Transmission retirée"
    TRANSFERRED = (
        "transferred",
        "The authority that took the case over answers",
        "L'autorité qui a repris le dossier répond",
    )


OPEN = (F.DUE, F.OVERDUE)
