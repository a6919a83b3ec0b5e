"""Error messages: fixed sentences, none has a placeholder for a value.

``TITLES`` says what happened, by the error's code; ``FAULTS`` what is wrong with one field; ``STATUSES`` applies where
a code has no title of its own. A test keeps the three complete.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.imports.faults import OF_FILE
from core.languages import Text
from web.forms import OF_AGE_QUESTION

STATUSES: Final[dict[int, Text]] = {
    400: _("La requête est mal formée."),
    401: _("Connectez-vous pour continuer."),
    403: _("Vous n'avez pas le droit d'effectuer cette action."),
    404: _("Introuvable."),
    405: _("Cette adresse n'admet pas cette méthode."),
    406: _("Aucun des formats demandés n'est disponible."),
    409: _("Ce n'est pas possible maintenant."),
    412: _("Le dossier a changé depuis votre lecture."),
    413: _("C'est trop volumineux."),
    415: _("Envoyez du JSON (application/json)."),
    422: _("La requête ne peut pas être traitée."),
    428: _("Indiquez la version sur laquelle vous agissez (If-Match)."),
    429: _("Trop de requêtes ; réessayez plus tard."),
    500: _("Une erreur est survenue de notre côté."),
    503: _("Le service est indisponible pour l'instant ; réessayez."),
}

TITLES: Final[dict[str, Text]] = {
    # What the edge itself refuses.
    "bad-request": STATUSES[400],
    "query-malformed": _("L'adresse contient des caractères refusés."),
    "not-authenticated": STATUSES[401],
    "authentication-failed": STATUSES[401],
    "not-found": STATUSES[404],
    "method-not-allowed": STATUSES[405],
    "not-acceptable": STATUSES[406],
    "unsupported-media-type": STATUSES[415],
    "throttled": STATUSES[429],
    "internal-error": STATUSES[500],
    "unavailable": STATUSES[503],
    "invalid-input": _("Des champs sont à corriger."),
    "body-too-large": _("Le corps de la requête est trop grand."),
    "body-cut-short": _("Le corps de la requête est incomplet."),
    "body-not-utf8": _("Le corps de la requête n'est pas en UTF-8."),
    "body-not-json": _("Le corps de la requête n'est pas du JSON valide."),
    "not-object": _("Le corps de la requête doit être un objet JSON."),
    "body-too-deep": _("Le JSON est trop profond."),
    "body-too-many-values": _("Le JSON contient trop de valeurs."),
    "body-duplicate-key": _("Une clé JSON est répétée."),
    "body-number-out-of-range": _("Un nombre du JSON est hors limites."),
    "body-unstorable-text": _("Un texte du JSON contient un caractère qui ne peut pas être conservé."),
    # outbox/errors.py
    "address-refused": _(
        "Cette adresse ne peut pas être appelée : https, sur un hôte autorisé par l'exploitant."
    ),
    # encryption/errors.py
    "unreadable": _("Une donnée protégée est illisible."),
    "row-changed": _(
        "Cette donnée a changé depuis sa lecture. Rien n'a été enregistré : relisez-la, puis recommencez."
    ),
    "origin-refused": _(
        "L'origine en cours du journal n'a pas été commencée par l'opérateur : rien n'est placé ni signé."
    ),
    "witness-file-faulty": _("Le fichier témoin n'est pas ce qu'il devrait être : rien n'est signé."),
    "log-contradicted": _("L'arbre du journal contredit un point de contrôle antérieur ; rien n'est signé."),
    "journal-behind": _(
        "Le journal a pris trop de retard : la lecture des dossiers est suspendue, la transmission reste ouverte."
    ),
    "place-awaited": _(
        "Le journal n'a pas encore signé ce que cet acte doit prouver : rien n'a été fait. Recommencez dans une minute."
    ),
    "pseudonym-refused": _("Ce pseudonyme ne correspond à personne : sa ligne a été altérée."),
    "hold-stands": _("Ces entrées font déjà l'objet d'une conservation."),
    "no-witnessed-checkpoint": _("Aucun point de contrôle attesté n'a été trouvé."),
    "service-closed": _("Le service est fermé le temps d'une restauration. Réessayez plus tard."),
    "ledger-unavailable": _("La liste des destructions ne peut pas être tenue : rien n'est détruit."),
    "ledger-refused": _("La liste des destructions contient une ligne abîmée ou étrangère au service."),
    "export-refused": _("Cet export du journal n'est pas intact : ne vous y fiez pas."),
    "keys-unavailable": _("Le service des clés ne répond pas ; réessayez dans quelques minutes."),
    "key-exhausted": _("La clé de ce dossier a atteint sa limite d'usage ; réessayez dans quelques minutes."),
    "scope-closed": STATUSES[503],
    "unsealable": _("Une valeur ne peut pas être enregistrée dans ce champ."),
    # audit/errors.py
    "invalid-query": _("Des paramètres de l'adresse sont inconnus, répétés ou mal formés."),
    # accounts/errors.py
    "sign-in-refused": _("Adresse ou mot de passe incorrect."),
    "present-password-refused": _("Ce n'est pas votre mot de passe actuel."),
    "sign-in-delayed": _("Trop de tentatives de connexion ont échoué. Attendez avant de réessayer."),
    "asks-delayed": _(
        "Trop de demandes de lien. Attendez avant de recommencer ; le dernier lien envoyé reste valable."
    ),
    "link-refused": _("Ce lien n'est plus valable, ou le code n'est pas le bon. Demandez un autre lien."),
    "tokens-delayed": _("Trop de jetons refusés depuis ce réseau. Attendez avant de réessayer."),
    "proof-refused": _(
        "La vérification a échoué : le code n'est pas le bon, a déjà servi, ou la clé n'a pas répondu."
    ),
    "too-many-tries": _(
        "Trop de tentatives : attendez avant la prochaine, ou servez-vous d'une clé d'accès."
    ),
    "passkey-needed": _("Votre rôle demande une clé d'accès."),
    "too-many-factors": _("Retirez d'abord une clé ou une application."),
    "too-many-feeds": _("Révoquez d'abord un agenda dont vous ne vous servez plus."),
    "last-factor": _("C'est votre dernier moyen de connexion : ajoutez-en un autre d'abord."),
    "step-up-required": _("Confirmez d'abord que c'est bien vous."),
    "own-reset": _("Une réinitialisation demande deux personnes autres que la personne concernée."),
    "provider-refused": _(
        "La connexion par ce fournisseur d'identité n'a pas abouti. Recommencez depuis la page de connexion."
    ),
    "provider-unavailable": _(
        "Ce fournisseur d'identité ne répond pas. Connectez-vous avec votre adresse et votre mot de passe."
    ),
    "identity-unknown": _(
        "Cette identité n'est liée à aucun compte. Connectez-vous avec votre adresse et votre mot de "
        "passe, puis liez-la dans « Mes moyens de connexion »."
    ),
    "identity-taken": _(
        "Cette identité est déjà liée à un compte, ou votre compte l'est à une autre de ce fournisseur."
    ),
    "organisation-differs": _(
        "Le fournisseur d'identité vous rattache à un autre établissement que votre compte. "
        "Demandez à l'administration des comptes de corriger l'un ou l'autre."
    ),
    "token-refused": _("Jeton absent, expiré, révoqué ou mal formé."),
    "csrf": _("Requête refusée : le jeton anti-CSRF manque ou n'est pas le bon."),
    "invalid": _("Des champs sont à corriger."),
    "already-there": _("Cet élément existe déjà."),
    "number-taken": _("Ce numéro est déjà celui d'une structure."),
    "address-taken": _("Un compte existe à présent pour cette adresse : refusez la demande."),
    "import-outdated": _("L'import ne ferait plus ce qui a été essayé."),
    "own-request": _("Une autre personne décide de ce que vous avez demandé."),
    "two-persons-needed": _("Il faut une seconde personne."),
    "certificate-missing": _(
        "L'attestation d'honorabilité manque ou n'est plus valable : elle doit d'abord être présentée."
    ),
    "own-review": _("Une autre personne revoit vos propres rôles."),
    "own-grant": _("Vous ne pouvez pas vous accorder un rôle à vous-même."),
    "own-account": _("Vous ne pouvez pas vérifier votre propre compte."),
    "people-sign-in": _("Ce rôle s'exerce en se connectant ; les jetons sont réservés aux programmes."),
    "idempotency-key-required": _("Donnez une clé d'idempotence (Idempotency-Key)."),
    "idempotency-key-malformed": _("La clé d'idempotence est mal formée."),
    "idempotency-key-reused": _("Cette clé d'idempotence a déjà servi à une autre requête."),
    # accounts/errors.py and referrals/errors.py
    "not-allowed": STATUSES[403],
    # referrals/errors.py
    "wrong-state": _("Cette étape n'est pas possible dans l'état actuel du dossier."),
    "guard-refused": _("Une condition de la loi ou du protocole n'est pas remplie."),
    "approver-needed": _("Cette étape demande la signature d'une deuxième personne."),
    "approval-closed": _("Cette demande de signature n'est plus ouverte."),
    "transfer-broken": _(
        "Le dossier ne peut pas être repris : une de ses données est illisible, altérée ou manquante."
    ),
    "too-many-searches": _("La limite de recherches par nom pour la journée est atteinte."),
    "too-many-lookups": _("La limite de recherches au journal pour la journée est atteinte."),
    "too-many-exports": _("La limite d'exports pour la journée est atteinte."),
    "export-too-wide": _("Ces filtres ne trouvent aucun dossier, ou plus qu'un export n'en contient."),
    "export-closed": _("Cette action n'est plus possible sur cet export, ou ne l'est pas encore."),
    "own-export": _("Une autre personne décide de l'export que vous avez demandé."),
    "too-many-ties": _("La limite de liens déclarés est atteinte."),
    "too-many-openings": _(
        "La limite de dossiers ouverts en une heure est atteinte. Un dossier dont l'alerte est en "
        "attente s'ouvre toujours."
    ),
    "too-many-lines": _(
        "La limite de dossiers listés en une heure est atteinte. Les dossiers urgents restent affichés."
    ),
    "too-many-fetches": _("L'agenda est relu trop souvent. Réglez-le sur une lecture par heure."),
    "too-many-filings": _(
        "La limite de transmissions en une heure est atteinte. Une transmission urgente passe toujours."
    ),
    "cases-delayed": _("Trop de demandes refusées sur des dossiers. Attendez avant de réessayer."),
    "search-too-wide": _("La recherche est trop large : précisez-la."),
    "file-refused": _("Ce fichier n'est pas accepté."),
    "file-too-large": _("Le fichier est trop volumineux."),
    "attachment-quota": _("Il n'y a plus de place pour cette pièce jointe."),
    "attachment-quarantined": _("Cette pièce attend l'analyse antivirus."),
    "attachment-not-kept": _("Cette pièce n'a pas été conservée."),
    "attachment-barred": _("Ce fichier a été écarté."),
    "uploads-busy": _("Trop de fichiers arrivent en même temps."),
    "parser-unavailable": _("Les pièces jointes ne peuvent pas être vérifiées pour l'instant."),
    "store-unavailable": _("Le stockage des pièces jointes ne répond pas."),
    "stale-version": STATUSES[412],
    "version-required": STATUSES[428],
    "incomplete-filing": _("Des rubriques obligatoires ne sont pas renseignées."),
}

FAULTS: Final[dict[str, Text]] = {
    # core/inputs.py
    "unknown": _("Ce champ n'existe pas ici."),
    "not-object": _("Un objet JSON est attendu."),
    "not-list": _("Une liste est attendue."),
    "not-text": _("Un texte est attendu."),
    "not-boolean": _("« true » ou « false » est attendu."),
    "not-integer": _("Un nombre entier est attendu."),
    "not-date": _("Une date AAAA-MM-JJ est attendue."),
    "not-instant": _("Un instant avec son décalage est attendu (2026-01-31T09:00:00+01:00)."),
    "not-id": _("Un identifiant UUID est attendu."),
    "not-a-choice": _("Cette valeur n'est pas dans la liste."),
    "not-a-reference": _("Ce n'est pas une référence de dossier : vérifiez chaque signe."),
    "not-an-address": _("Ce n'est pas une adresse électronique."),
    "blank": _("Ce champ est vide."),
    "too-short": _("Ce texte est trop court."),
    "too-long": _("Ce texte est trop long."),
    "too-many-bytes": _("Ce texte prend trop d'octets."),
    "control-character": _("Ce texte contient un caractère de contrôle ou invisible."),
    "combining-run": _("Ce texte superpose trop de signes sur une lettre."),
    "not-nfc": _("Ce texte n'est pas en forme Unicode composée (NFC)."),
    "duplicate": _("Une valeur est répétée."),
    "too-many-items": _("La liste est trop longue."),
    "too-small": _("Ce nombre est trop petit."),
    "too-large": _("Ce nombre est trop grand."),
    "too-early": _("Cette date est trop ancienne."),
    "too-late": _("Cette date est trop lointaine."),
    "born-later": _(
        "Une date de naissance n'est postérieure ni à aujourd'hui, ni à la réception de la transmission : vérifiez-la."
    ),
    "beyond-21": _(
        "Ce service est destiné aux mineurs, et aux jeunes majeurs jusqu'à 21 ans : vérifiez l'année. Pour une "
        "personne plus âgée, appelez le 17 ou le 112 en urgence, le 15 pour des soins, sinon le service social du "
        "département."
    ),
    "of-age": OF_AGE_QUESTION,
    "out-of-order": _("Cette valeur contredit une autre : l'une doit venir avant l'autre."),
    "not-time": _("Une heure HH:MM est attendue."),
    "not-code": _("Un code en minuscules, chiffres et tirets bas est attendu."),
    "not-there": _(
        "Ces mots n'y sont pas, ou pas autant de fois : vérifiez-les dans le texte ou sur l'image."
    ),
    "unknown-mark": _("Les accolades n'entourent que les mots prévus."),
    "known-password": _(
        "Ce mot de passe figure sur des listes de mots de passe connus : choisissez-en un autre."
    ),
    "unchanged": _("Le nouveau mot de passe est identique à l'ancien."),
    "required": _("Ce champ est obligatoire."),
    "null": _("Ce champ ne peut pas être nul."),
    "not-multipart": _("Un formulaire multipart/form-data bien formé est attendu."),
    "length-required": _("La longueur de la requête doit être annoncée."),
    "held-apart": _(
        "Cette personne ne peut pas à la fois contrôler ou administrer les accès et ouvrir des dossiers ici."
    ),
    "has-account": _("Cette personne a déjà un compte : donnez-lui le rôle depuis sa page."),
    "not-usable": _(
        "Cette adresse ne peut pas servir à un nouveau compte ici. Si la personne utilise déjà le service, elle "
        "demande elle-même le rôle, sous « Mes rôles »."
    ),
    "no-such-number": _("Ce numéro n'existe pas : vérifiez la saisie."),
    "taken": _("Une autre structure a ce numéro."),
    "not-a-name": _("Un nom seulement : ni chiffres, ni phrases."),
    "cap-reached": _(
        "Vos recherches libres sont épuisées : demandez l'accord d'une autre personne, ou cochez cette case."
    ),
    "approval-needed": _(
        "Il faut maintenant l'accord d'une autre personne. Transmettre et mettre à l'abri n'en demandent pas."
    ),
    "no-such-case": _(
        "Aucun dossier en cours de cette référence dont vous lisez le lieu d'accueil. Au besoin, ouvrez-le en urgence."
    ),
    "case-needed": _(
        "Indiquez le dossier de l'enfant. La nuit, sans dossier, l'astreinte demande l'accord d'une autre personne."
    ),
    "not-an-institution": _("Le nom d'une structure seulement : pas de phrase."),
    "not-served": _("Ce territoire n'utilise pas encore ce service."),
    "no-such-commune": _(
        "Aucune commune ne porte ce nom : vérifiez l'orthographe, ou choisissez dans la liste."
    ),
    "several-communes": _("Plusieurs communes portent ce nom : choisissez la bonne."),
    "one-of": _("Donnez l'un ou l'autre, pas les deux."),
    "contact-needed": _(
        "L'adresse est secrète : donnez un téléphone, un courriel ou un lien pour solliciter le service."
    ),
    "secret-address": _("L'adresse est secrète : ceci permettrait de la trouver."),
    "one-is-secret": _(
        "L'une des deux fiches a une adresse secrète, l'autre non : réunies, elles la montreraient. Rendez d'abord "
        "l'adresse secrète sur les deux."
    ),
    # About the file of an import as a whole.
    **{f"import-{fault.value}": fault.label for fault in sorted(OF_FILE)},
    "import-too-large": _("Ce fichier est trop volumineux pour un import."),
    "import-cut": _("Le fichier n'est pas arrivé en entier : envoyez-le de nouveau."),
    "import-other-file": _("Ce n'est pas le fichier qui a été essayé."),
    "import-stale": _("L'annuaire a changé depuis l'essai : essayez le fichier de nouveau."),
    "import-no-change": _("Ce fichier ne changerait rien : il n'y a rien à confirmer."),
    # core/query.py
    "repeated": _("Ce paramètre est répété."),
    "malformed": _("Ce paramètre est mal formé."),
    # the framework's own
    "invalid": _("Cette valeur n'est pas acceptée."),
    "empty": _("La liste est vide."),
    "max-length": _("C'est trop long."),
    "min-length": _("C'est trop court, ou incomplet."),
    "unique": _("Cette valeur est déjà utilisée."),
}
