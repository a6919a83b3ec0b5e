"""Coded answer that many questions share; those of one part or feature are in ``<part>_answers.py``."""

from referrals.vocabulary.states import Coded


class YesNo(Coded):
    """An answer that may be that one doesn't know."""

    YES = "yes", "Yes", "Oui"
    NO = "no", "No", "Non"
    UNKNOWN = "unknown", "Doesn't know", "Ne sait pas"
