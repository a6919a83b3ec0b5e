"""Coded answer that many questions share; those of one part or feature are in ``<part>_answers.py``."""

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded


class YesNo(Coded):
    """An answer that may be that one doesn't know."""

    YES = "yes", _("Oui")
    NO = "no", _("Non")
    UNKNOWN = "unknown", _("Ne sait pas")
