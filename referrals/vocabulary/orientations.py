"""Codes of orientations: why a service says no, and how long its answer is awaited (field.md A.3, A.6)."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class RefusalReason(Coded):
    """Why a service doesn't take a child (field.md A.6)."""

    NO_PLACE = "no_place", _("Pas de place")
    AGE = "age", _("Âge")
    SEX = "sex", _("Sexe")
    TERRITORY = "territory", _("Territoire")
    RISK_PROFILE = "risk_profile", _("Situation jugée trop risquée")
    AGREEMENT_MISSING = "agreement_missing", _("Accord manquant")
    INCOMPLETE = "incomplete", _("Demande incomplète")
    WRONG_NEED = "wrong_need", _("Besoin auquel le service ne répond pas")
    NO_ANSWER = "no_answer", _("Pas de réponse")
    CLOSED = "closed", pgettext_lazy("refusal reason", "Service fermé")


#: Days without an answer after which whoever asked is reminded, and the orientation expires (DORA's rhythm).
REMINDED_AFTER_DAYS: Final = 10
EXPIRES_AFTER_DAYS: Final = 30
#: Over so many days the refusals of a service are told of: what it said earlier says little of it.
TOLD_FOR_DAYS: Final = 365
