"""The words of what administrators are asked for, in both languages."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from web.forms import Ask

PERSON: Final = (
    Ask(
        "email",
        _("Adresse de courriel professionnelle"),
        _("Le premier mot de passe est donné par qui tient le serveur."),
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
    "confirm": _("Confirmer la demande"), "refuse": _("Refuser la demande"),
    "setting-page": _("Enregistrer le changement"),
}  # fmt: skip
EFFECTIVE: Final = Ask("effective_on", _("En vigueur à partir du"), _("Aujourd'hui veut dire tout de suite."))
