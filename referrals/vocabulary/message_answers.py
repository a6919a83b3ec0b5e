"""Coded answers of exchanges: whom a question is put to, what kind of exchange is put on record."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class ContactKind(Coded):
    """Kind of an exchange put on record (domain.md T49)."""

    PROSECUTOR = "prosecutor", _("Parquet")
    POLICE = "police", pgettext_lazy("contact kind", "Police, gendarmerie")
    HEALTH = "health", _("Santé")
    FAMILY = "family", _("Famille")
    FILER = "filer", _("Déclarant")
    ATTEMPT = "attempt", _("Tentative de rencontre")
    FEEDBACK_REQUEST = "feedback_request", _("Demande de retour")
    ADDRESS_REQUEST = "address_request", _("Demande d'adresse")
    ADDRESS_ANSWER = "address_answer", _("Réponse d'adresse")
    OTHER = "other", _("Autre")


class Recipient(Coded):
    """Whom a request for information is put to (domain.md T07)."""

    FILER = "filer", _("Déclarant")
    PARTNER = "partner", _("Partenaire désigné")
