"""Labels of the administrators' forms, in both languages."""

from dataclasses import replace
from typing import Final

from django.utils.translation import gettext_lazy as _

from web.forms import Ask

PERSON: Final = (
    Ask(
        "email",
        _("Adresse de courriel professionnelle"),
        _("Une invitation à choisir son mot de passe y est envoyée."),
        width="half",
    ),
    Ask("full_name", _("Prénom et nom"), width="half"),
    Ask("language", _("Langue"), inline=True),
    Ask("authority", _("Autorité"), width="half"),
    Ask(
        "verified",
        _("J'ai vérifié moi-même qui est cette personne et où elle travaille"),
        _("Sinon, le compte est ouvert, mais l'identité doit encore être attestée avant toute transmission."),
    ),
)
TWO_PERSONS: Final = _(
    "Un rôle marqué « à deux » ne prend effet qu'une fois confirmé par une seconde personne, dans la semaine."
)
_ROLE: Final = Ask("role", _("Rôle"), TWO_PERSONS, kind="select", width="half")
_PLACE: Final = (
    Ask(
        "unit",
        _("Unité"),
        _("Obligatoire pour un cadre d'évaluation."),
        kind="select",
        nothing=_("Aucune"),
        width="half",
        optional=True,
    ),
    Ask(
        "organisation",
        _("Structure"),
        _("Obligatoire pour un référent d'établissement et pour le service chargé d'une mesure."),
        kind="select",
        nothing=_("Aucune"),
        width="half",
        optional=True,
    ),
)
_END: Final = Ask("valid_to", _("Jusqu'au"), _("Jour et heure de fin, non compris."), optional=True)
_CERTIFICATE: Final = Ask(
    "certificate",
    _("Attestation d'honorabilité délivrée le"),
    _(
        "Pour le service chargé d'une mesure : vous l'avez vue, et elle a six mois au plus. Sinon, laissez vide."
    ),
    optional=True,
)
#: One of several roles that are given with an account: from now on.
ROLE_OF_ROW: Final = (replace(_ROLE, hint=""), *_PLACE, _END, _CERTIFICATE)
CERTIFICATE: Final = (
    Ask(
        "issued_on",
        _("L'attestation a été délivrée le"),
        _(
            "Six mois au plus avant aujourd'hui. Seules les dates sont gardées : ni le papier, ni son numéro, ni ce "
            "qu'il mentionne."
        ),
    ),
)
ROLE: Final = (
    Ask(
        "email",
        _("Adresse de courriel de la personne"),
        _("Celle du compte que la personne a déjà."),
        width="half",
    ),
    Ask("authority", _("Autorité"), width="half"),
    _ROLE,
    *_PLACE,
    Ask("valid_from", _("À partir du"), _("Immédiatement, si ce champ reste vide."), optional=True),
    _END,
    _CERTIFICATE,
)
_INSTITUTION: Final = (
    Ask(
        "organisation_name",
        _("Nom de la structure"),
        _("Le nom seul. Pour un cabinet libéral, votre nom."),
        width="half",
    ),
    Ask(
        "number",
        _("Numéro de la structure"),
        _("SIRET, UAI ou FINESS, si vous l'avez ; avec ou sans espaces."),
        width="half",
        optional=True,
    ),
)
ACCOUNT: Final = (
    Ask("full_name", _("Prénom et nom"), width="half", auto="name"),
    Ask(
        "email",
        _("Adresse de courriel professionnelle"),
        _("Un lien vous y est envoyé pour la confirmer."),
        width="half",
        auto="email",
    ),
    Ask("profession", _("Profession"), width="half"),
    Ask(
        "place",
        _("Département où vous travaillez"),
        _("Seuls les départements qui utilisent ce service figurent ici."),
        width="half",
    ),
    *_INSTITUTION,
    Ask("language", _("Langue"), inline=True),
)
COLLEAGUE: Final = (
    Ask("position", _("Votre structure")),
    Ask("full_name", _("Prénom et nom"), width="half"),
    Ask(
        "email",
        _("Adresse de courriel professionnelle"),
        _("Un lien vous y est envoyé pour la confirmer."),
        width="half",
    ),
    Ask("language", _("Langue"), inline=True),
)
OWN_ROLE: Final = (
    Ask("role", _("Rôle")),
    Ask(
        "place",
        _("Département où vous travaillez"),
        _("Seuls les départements qui utilisent ce service figurent ici."),
        width="half",
    ),
    Ask(
        "organisation",
        _("Structure de la liste"),
        _("Si elle y figure ; sinon, indiquez-la ci-dessous."),
        width="half",
        optional=True,
    ),
    *_INSTITUTION,
)
#: What somebody asked for, by the page that did it.
ASKED: Final = {
    "role-wanted": _("Demander un rôle"),
    "colleague-wanted": _("Demander un compte pour un collègue"),
}
UNIT: Final = (Ask("authority", _("Autorité"), width="half"), Ask("name", _("Nom de l'unité"), width="half"))
SHIFT: Final = (
    Ask("officer", _("Personne"), kind="select", width="half"),
    Ask("place", _("Place"), inline=True),
    Ask("starts_at", _("Début")),
    Ask("ends_at", _("Fin"), _("Non comprise : la garde suivante peut commencer à cette heure.")),
    Ask(
        "weeks",
        _("Nombre de semaines"),
        _("Avec 1, une seule fois ; au-delà, chaque semaine aux mêmes heures."),
        width="short",
    ),
)
_NUMBERS: Final = (
    Ask("siret", _("SIRET"), _("Quatorze chiffres, espaces compris ou non."), width="half", optional=True),
    Ask("uai", _("UAI"), _("D'une école : sept chiffres et une lettre."), width="half", optional=True),
    Ask(
        "finess",
        _("FINESS"),
        _("D'une structure sanitaire ou sociale : neuf chiffres."),
        width="half",
        optional=True,
    ),
)
CORRECTION: Final = (Ask("name", _("Nom")), Ask("kind", _("Type de structure"), width="half"), *_NUMBERS)
ORGANISATION: Final = (Ask("authority", _("Autorité"), width="half"), *CORRECTION)
_THERE: Final = Ask(
    "organisation",
    _("Structure"),
    _("Celle où la personne travaille, de votre liste."),
    width="half",
    optional=True,
)
_VERIFIED: Final = PERSON[-1]
#: Where an institution of the list fits what was said, and where none does.
ACCEPT: Final = (_THERE, _CERTIFICATE, _VERIFIED)
ACCEPT_OR_MAKE: Final = (
    _THERE,
    Ask(
        "kind",
        _("Ajouter la structure indiquée, avec ce type"),
        _("Si elle n'est pas dans la liste."),
        width="half",
        optional=True,
    ),
    Ask(
        "named", _("Sous ce nom"), _("S'il diffère de celui qui a été indiqué."), width="half", optional=True
    ),
    _CERTIFICATE,
    _VERIFIED,
)
REFUSAL: Final = (
    Ask(
        "reason", _("Raison"), _("La personne est informée que sa demande n'est pas retenue, sans le motif.")
    ),
)
IMPORT: Final = (
    Ask("source", _("Que contient ce fichier ?")),
    Ask("authority", _("Autorité"), width="half"),
)
#: What a line of an import would do.
OUTCOMES: Final = {
    "created": _("À créer"),
    "changed": _("À modifier"),
    "unchanged": _("Inchangé"),
}
#: What was done, by the page that did it.
GUIDANCE: Final = (
    Ask("authority", _("Autorité"), width="half"),
    Ask("name", _("Nom du professionnel"), _("Il accepte que son nom figure sur une page publique.")),
    Ask("function", _("Fonction"), width="half"),
    Ask("body", _("Organisme"), width="half"),
    Ask("reviewed_on", _("Relue le"), width="date"),
    Ask("until", _("Vaut jusqu'au"), _("Un an au plus."), width="date"),
)
DONE: Final = {
    "guidance-review": _("Relecture enregistrée"),
    "guidance-review-end": _("Relecture retirée"),
    "person-verify": _("Attester une identité"),
    "person-reset": _("Demander la réinitialisation des moyens de connexion"),
    "role-new": _("Donner un rôle"),
    "role-ask": _("Demander un rôle qui se décide à deux"),
    "role-end": _("Mettre fin à un rôle"),
    "role-certificate": _("Attestation d'honorabilité"),
    "reviews-page": _("Revoir des rôles"),
    "person-sessions": _("Fermer ses connexions"),
    "person-close": _("Fermer le compte"),
    "person-reopen": _("Rouvrir le compte"),
    "authority-sessions": _("Fermer toutes les connexions"),
    "units-page": _("Ajouter l'unité"),
    "rota-shift-new": _("Ajouter une garde"),
    "rota-shift-withdraw": _("Retirer une garde"),
    "organisation-new": _("Ajouter une structure"),
    "organisation-correct": _("Corriger une structure"),
    "account-request-page": _("Accepter la demande"),
    "account-request-refusal": _("Refuser la demande"),
    "confirm": _("Confirmer la demande"),
    "refuse": _("Refuser la demande"),
    "setting-page": _("Enregistrer le changement"),
    "import-ask": _("Demander la confirmation de l'import"),
    "import-refuse": _("Refuser l'import"),
    "import-undo": _("Annuler l'import"),
}
#: How one made sure who says to have lost the ways to sign in.
IDENTIFIED: Final = {
    "in_person": _("En personne, avec sa carte professionnelle"),
    "called_back": _("Par un rappel au numéro connu de son service"),
    "video": _("En visioconférence, avec une pièce d'identité"),
}
HOW: Final = (
    Ask(
        "how",
        _("Comment avez-vous vérifié l'identité de la personne qui demande ?"),
        _(
            "Vérifiez vous-même : l'autre personne le fait de son côté. Un courriel ou un appel reçu ne "
            "suffit pas."
        ),
    ),
)
EFFECTIVE: Final = Ask(
    "effective_on", _("En vigueur à partir du"), _("Avec la date d'aujourd'hui, le changement est immédiat.")
)
