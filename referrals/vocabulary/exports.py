"""Codes of exports of cases: what for, and where each stands (SEC-AZ12, SEC-AZ15)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class ExportPurpose(Coded):
    """What a list with names is taken out for."""

    MEETING = "meeting", _("Réunion ou commission")
    CONTINUITY = "continuity", _("Continuité du service")
    INSPECTION = "inspection", _("Contrôle ou inspection")
    OTHER = "other", pgettext_lazy("export purpose", "Autre")


class ExportState(Coded):
    """Where an export stands."""

    ASKED = "asked", _("Attend une seconde personne")
    REFUSED = "refused", pgettext_lazy("export", "Refusé")
    LAPSED = "lapsed", pgettext_lazy("export", "Resté sans réponse")
    WAITING = "waiting", _("Confirmé, délai en cours")
    READY = "ready", pgettext_lazy("export", "Prêt")
    TAKEN = "taken", pgettext_lazy("export", "Téléchargé")
    ENDED = "ended", pgettext_lazy("export", "Détruit sans avoir servi")
