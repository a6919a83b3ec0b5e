"""The words of what administrators are asked for, in both languages."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from web.forms import Ask

PERSON: Final = (
    Ask(
        "email",
        _("Adresse de courriel professionnelle"),
        _("La personne est ensuite invitée à choisir son mot de passe."),
        width="half",
    ),
    Ask("full_name", _("Prénom et nom"), width="half"),
    Ask("language", _("Langue"), inline=True),
    Ask("authority", _("Autorité"), width="half"),
)
ROLE: Final[tuple[Ask, ...]] = (
    Ask("email", _("Adresse de courriel de la personne"), _("Celle de son compte, qui existe déjà."), width="half"),
    Ask("authority", _("Autorité"), width="half"),
    Ask("role", _("Rôle"), _("Les rôles qui demandent deux personnes ne se donnent pas ici."), width="half"),
    Ask("unit", _("Unité"), _("Nécessaire au cadre d'évaluation."), width="half", optional=True),
    Ask(
        "organisation", _("Structure"),
        _("Nécessaire au référent d'un établissement et au service chargé d'une mesure."), width="half", optional=True,
    ),
    Ask("valid_from", _("À partir du"), _("Maintenant, si rien n'est dit."), optional=True),
    Ask("valid_to", _("Jusqu'au"), _("Ce jour et cette heure ne sont plus compris."), optional=True),
)  # fmt: skip
_OF_TWO: Final = {
    "role": Ask("role", _("Rôle"), _("Une seconde personne a une semaine pour confirmer."), width="half"),
    "valid_from": Ask(
        "valid_from", _("À partir du"), _("Dès la confirmation, si rien n'est dit."), optional=True
    ),
}
ROLE_OF_TWO: Final = tuple(
    _OF_TWO.get(ask.name, ask) for ask in ROLE if ask.name not in ("unit", "organisation")
)
#: What was done, by the page that did it.
DONE: Final = {
    "person-new": _("Créer un compte"), "person-verify": _("Attester une identité"),
    "person-reset": _("Demander la réinitialisation des moyens de connexion"), "role-new": _("Donner un rôle"),
    "role-ask": _("Demander un rôle qui se décide à deux"), "role-end": _("Mettre fin à un rôle"),
    "reviews-page": _("Revoir des rôles"),
    "person-sessions": _("Fermer ses connexions"), "person-close": _("Fermer le compte"),
    "person-reopen": _("Rouvrir le compte"), "authority-sessions": _("Fermer toutes les connexions"),
    "confirm": _("Confirmer la demande"), "refuse": _("Refuser la demande"),
    "setting-page": _("Enregistrer le changement"),
}  # fmt: skip
#: How one made sure who says to have lost the ways to sign in.
IDENTIFIED: Final = {
    "in_person": _("Vu·e en personne, avec sa carte professionnelle"),
    "called_back": _("Rappelé·e au numéro connu de son service"),
    "video": _("Vu·e en visioconférence, avec une pièce d'identité"),
}
HOW: Final = (
    Ask(
        "how", _("Comment vous êtes-vous assuré·e de qui demande ?"),
        _("Par vous-même : l'autre personne le dit de son côté. Un courriel ou un appel reçu ne suffit pas."),
    ),
)  # fmt: skip
EFFECTIVE: Final = Ask("effective_on", _("En vigueur à partir du"), _("Aujourd'hui veut dire tout de suite."))
