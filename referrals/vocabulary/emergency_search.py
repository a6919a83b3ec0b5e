"""Codes of emergency searches by name: why a child is searched for, and where the review stands (domain.md §1.3)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class SearchGround(Coded):
    """How the child comes to be before the officer, or before whoever calls the officer."""

    FOUND = "found", _("Enfant retrouvé ou sans protection")
    TAKEN_IN = "taken_in", _("Enfant recueilli")
    BROUGHT = "brought", _("Enfant amené à l'astreinte")
    POLICE = "police", _("Appel de la police ou de la gendarmerie")
    HOSPITAL = "hospital", _("Appel d'un hôpital")
    HELPLINE = "helpline", _("Appel du 119")
    SERVICE = "service", _("Appel d'un service")


class SearchState(Coded):
    """Where the review of a search stands."""

    TO_REVIEW = "to_review", pgettext_lazy("emergency search", "À examiner")
    REVIEWED_OK = "reviewed_ok", pgettext_lazy("emergency search", "Validée")
    REVIEWED_KO = "reviewed_ko", pgettext_lazy("emergency search", "Contestée")
