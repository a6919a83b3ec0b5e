"""Coded answers about third parties: their part, their link with the child (domain.md §4.4)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class ThirdPartyRole(Coded):
    """Part that a third party is said to play (domain.md §4.4)."""

    ALLEGED_EXPLOITER = "alleged_exploiter", _("Tiers présumé exploiteur")
    BUYER = "buyer", pgettext_lazy("third party role", "Auteur d'achat d'actes sexuels")
    RECRUITER = "recruiter", _("Recruteur")
    ACCOMPLICE = "accomplice", _("Complice")
    WITNESS = "witness", _("Témoin")


class ThirdPartyLink(Coded):
    """Link of a third party with the child (domain.md §4.4)."""

    FAMILY = "family", _("Famille")
    PARTNER = "partner", _("Petit ami ou partenaire")
    PEER = "peer", _("Ami ou pair")
    ACQUAINTANCE = "acquaintance", _("Connaissance")
    PROFESSIONAL = "professional", _("Professionnel")
    STRANGER = "stranger", _("Inconnu de l'enfant")
    UNKNOWN = "unknown", _("Non connu")
