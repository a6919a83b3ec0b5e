"""Error messages, in French and in English. Fixed sentences: none has a placeholder for a value.

``TITLES`` says what happened, by the error's code; ``FAULTS`` what is wrong with one field; ``STATUSES`` applies where
a code has no title of its own. A test keeps the three complete.
"""

from typing import Final, NamedTuple


class Sentence(NamedTuple):
    """One sentence in the two languages of the service."""

    fr: str
    en: str


_BODY_NOT_JSON = Sentence("Le corps de la requête n'est pas du JSON valide.", "The body isn't valid JSON.")

STATUSES: Final[dict[int, Sentence]] = {
    400: Sentence("La requête est mal formée.", "The request is malformed."),
    401: Sentence("Identifiez-vous pour continuer.", "Sign in to go on."),
    403: Sentence("Vous n'avez pas le droit de faire cette action.", "You may not do this."),
    404: Sentence("Introuvable.", "Not found."),
    405: Sentence("Cette adresse n'admet pas cette méthode.", "This address doesn't take this method."),
    406: Sentence(
        "Aucun des formats demandés n'est disponible.", "None of the accepted formats is available."
    ),
    409: Sentence("Ce n'est pas possible maintenant.", "This isn't possible now."),
    412: Sentence(
        "Le dossier a changé depuis votre lecture.", "The referral has changed since you last read it."
    ),
    413: Sentence("C'est trop volumineux.", "This is too large."),
    415: Sentence("Envoyez du JSON (application/json).", "Send JSON (application/json)."),
    422: Sentence("La requête ne peut pas être traitée.", "The request can't be processed."),
    428: Sentence(
        "Dites sur quelle version vous agissez (If-Match).", "Say which version you act upon (If-Match)."
    ),
    429: Sentence("Trop de requêtes ; réessayez plus tard.", "Too many requests; try again later."),
    500: Sentence("Une erreur est survenue de notre côté.", "Something went wrong on our side."),
    503: Sentence(
        "Le service est indisponible pour l'instant ; réessayez.", "The service is unavailable; try again."
    ),
}

TITLES: Final[dict[str, Sentence]] = {
    # What the edge itself refuses.
    "bad-request": STATUSES[400],
    "query-malformed": Sentence("L'adresse contient des caractères refusés.", "The address is malformed."),
    "not-authenticated": STATUSES[401],
    "authentication-failed": STATUSES[401],
    "not-found": STATUSES[404],
    "method-not-allowed": STATUSES[405],
    "not-acceptable": STATUSES[406],
    "unsupported-media-type": STATUSES[415],
    "throttled": STATUSES[429],
    "internal-error": STATUSES[500],
    "unavailable": STATUSES[503],
    "invalid-input": Sentence("Des champs sont à corriger.", "Some fields have to be corrected."),
    "body-too-large": Sentence("Le corps de la requête est trop grand.", "The body is too large."),
    "body-cut-short": Sentence("Le corps de la requête est incomplet.", "The body is cut short."),
    "body-not-utf8": Sentence("Le corps de la requête n'est pas en UTF-8.", "The body isn't UTF-8."),
    "body-not-json": _BODY_NOT_JSON,
    "not-object": Sentence(
        "Le corps de la requête doit être un objet JSON.", "The body must be a JSON object."
    ),
    "body-too-deep": Sentence("Le JSON est trop profond.", "The JSON is nested too deeply."),
    "body-too-many-values": Sentence("Le JSON contient trop de valeurs.", "The JSON holds too many values."),
    "body-duplicate-key": Sentence("Une clé JSON est répétée.", "A JSON key is repeated."),
    "body-number-out-of-range": Sentence(
        "Un nombre du JSON est hors limites.", "A number of the JSON is out of range."
    ),
    "body-unstorable-text": Sentence(
        "Un texte du JSON contient un caractère qui ne peut pas être conservé.",
        "A text of the JSON holds a character that can't be stored.",
    ),
    # outbox/errors.py
    "address-refused": Sentence(
        "Cette adresse ne peut pas être appelée : https, sur un hôte autorisé par l'exploitant.",
        "This address can't be called: https, on a host that the operator has listed.",
    ),
    # encryption/errors.py
    "unreadable": Sentence("Une donnée protégée est illisible.", "A sealed value can't be read."),
    "origin-refused": Sentence(
        "L'origine en cours du journal n'a pas été commencée par l'opérateur : rien n'est placé ni signé.",
        "The journal's present origin wasn't begun by the operator: nothing gets a place, nothing is signed.",
    ),
    "witness-file-faulty": Sentence(
        "Le fichier témoin n'est pas ce qu'il devrait être : rien n'est signé.",
        "The witness file isn't what it should be: nothing is signed.",
    ),
    "log-contradicted": Sentence(
        "L'arbre du journal contredit un point de contrôle antérieur ; rien n'est signé.",
        "The tree of the journal contradicts an earlier checkpoint; nothing is signed.",
    ),
    "journal-behind": Sentence(
        "Le journal a pris trop de retard : la lecture des dossiers est suspendue, la transmission reste ouverte.",
        "The journal is too far behind: files can't be read for now; concerns can still be filed.",
    ),
    "pseudonym-refused": Sentence(
        "Ce pseudonyme ne mène à personne : sa ligne a été altérée.",
        "This pseudonym leads to nobody: its row was altered.",
    ),
    "hold-stands": Sentence(
        "Ces entrées font déjà l'objet d'une conservation.", "These entries are under a hold already."
    ),
    "no-witnessed-checkpoint": Sentence(
        "Aucun point de contrôle attesté n'a été trouvé.", "No witnessed checkpoint was found."
    ),
    "service-closed": Sentence(
        "Le service est fermé le temps d'une restauration. Réessayez plus tard.",
        "The service is closed while it is being restored. Try again later.",
    ),
    "ledger-unavailable": Sentence(
        "La liste des destructions ne peut pas être tenue : rien n'est détruit.",
        "The list of destructions can't be kept: nothing is destroyed.",
    ),
    "ledger-refused": Sentence(
        "La liste des destructions contient une ligne abîmée ou étrangère au service.",
        "The list of destructions has a line that is damaged or that the service didn't write.",
    ),
    "export-refused": Sentence(
        "Cet export du journal n'est pas intact : ce qu'il dit ne compte pas.",
        "This export of the journal isn't intact: what it says doesn't count.",
    ),
    "keys-unavailable": Sentence(
        "Le service des clés ne répond pas ; réessayez dans quelques minutes.",
        "The key service doesn't answer; try again in a few minutes.",
    ),
    "key-exhausted": Sentence(
        "La clé de ce dossier a atteint sa limite d'usage ; réessayez dans quelques minutes.",
        "The key of this referral has reached its limit of use; try again in a few minutes.",
    ),
    "scope-closed": STATUSES[503],
    "unsealable": Sentence(
        "Une valeur ne peut pas être enregistrée dans ce champ.", "A value can't be stored in this field."
    ),
    # audit/errors.py
    "invalid-query": Sentence(
        "Des paramètres de l'adresse sont inconnus, répétés ou mal formés.",
        "Some parameters of the address are unknown, repeated or malformed.",
    ),
    # accounts/errors.py
    "sign-in-refused": Sentence("Adresse ou mot de passe incorrect.", "Wrong address or password."),
    "present-password-refused": Sentence(
        "Ce n'est pas votre mot de passe actuel.", "This isn't your present password."
    ),
    "sign-in-delayed": Sentence(
        "Trop d'essais de connexion ont échoué. Attendez avant de réessayer.",
        "Too many attempts to sign in have failed. Wait before you try again.",
    ),
    "asks-delayed": Sentence(
        "Trop de demandes de lien. Attendez avant de recommencer ; le dernier lien envoyé reste valable.",
        "Too many links were asked for. Wait before you try again; the last link that was sent still counts.",
    ),
    "link-refused": Sentence(
        "Ce lien ne sert plus, ou le code n'est pas le bon. Demandez un autre lien.",
        "This link is void, or the code is wrong. Ask for another link.",
    ),
    "tokens-delayed": Sentence(
        "Trop de jetons refusés depuis ce réseau. Attendez avant de réessayer.",
        "Too many tokens from this network were refused. Wait before you try again.",
    ),
    "proof-refused": Sentence(
        "La vérification a échoué : le code n'est pas le bon, a déjà servi, ou la clé n'a pas répondu.",
        "The check failed: the code is wrong or was used before, or the key didn't answer.",
    ),
    "too-many-tries": Sentence(
        "Trop d'essais : attendez avant le prochain, ou servez-vous d'une clé d'accès.",
        "Too many tries: wait before the next one, or use a passkey.",
    ),
    "passkey-needed": Sentence("Votre fonction demande une clé d'accès.", "Your role asks for a passkey."),
    "too-many-factors": Sentence(
        "Retirez d'abord une clé ou une application.", "Remove a key or an application first."
    ),
    "last-factor": Sentence(
        "C'est votre dernier moyen de connexion : ajoutez-en un autre d'abord.",
        "This is your last way to sign in: add another one first.",
    ),
    "step-up-required": Sentence("Confirmez d'abord que c'est bien vous.", "Confirm first that it is you."),
    "own-reset": Sentence(
        "Une réinitialisation demande deux autres personnes que son titulaire.",
        "A reset takes two persons other than the holder.",
    ),
    "provider-refused": Sentence(
        "La connexion par ce fournisseur d'identité n'a pas abouti. Recommencez depuis la page de connexion.",
        "Signing in by this identity provider came to nothing. Begin again from the page of signing in.",
    ),
    "provider-unavailable": Sentence(
        "Ce fournisseur d'identité ne répond pas. Connectez-vous avec votre adresse et votre mot de passe.",
        "This identity provider doesn't answer. Sign in with your address and password.",
    ),
    "identity-unknown": Sentence(
        "Cette identité n'est liée à aucun compte. Connectez-vous avec votre adresse et votre mot de passe, puis "
        "liez-la parmi vos moyens de connexion.",
        "This identity is bound to no account. Sign in with your address and password, then bind it among your ways "
        "to sign in.",
    ),
    "identity-taken": Sentence(
        "Cette identité est déjà liée à un compte, ou votre compte l'est à une autre de ce fournisseur.",
        "This identity is bound to an account already, or your account is to another one of this provider.",
    ),
    "organisation-differs": Sentence(
        "Le fournisseur d'identité vous rattache à un autre établissement que votre compte. Demandez à votre "
        "administratrice ou administrateur de corriger l'un ou l'autre.",
        "The identity provider says that you work for another institution than your account. Ask your administrator to "
        "correct one or the other.",
    ),
    "token-refused": Sentence(
        "Jeton absent, expiré, révoqué ou mal formé.", "The token is missing, expired, revoked or malformed."
    ),
    "csrf": Sentence(
        "Requête refusée : le jeton anti-CSRF manque ou n'est pas le bon.",
        "Request refused: the CSRF token is missing or wrong.",
    ),
    "invalid": Sentence("Des champs sont à corriger.", "Some fields have to be corrected."),
    "already-there": Sentence("Cet élément existe déjà.", "This exists already."),
    "number-taken": Sentence(
        "Ce numéro est déjà celui d'une structure.", "An institution has this number already."
    ),
    "address-taken": Sentence(
        "Un compte existe à présent pour cette adresse : refusez la demande.",
        "There is an account for this address by now: refuse the request.",
    ),
    "own-request": Sentence(
        "Une autre personne décide de ce que vous avez demandé.",
        "Somebody else decides on what you asked for.",
    ),
    "two-persons-needed": Sentence("Ce rôle est accordé par deux personnes.", "Two persons grant this role."),
    "own-review": Sentence(
        "Une autre personne revoit vos propres rôles.", "Somebody else reviews your own roles."
    ),
    "own-grant": Sentence(
        "Vous ne pouvez pas vous accorder un rôle à vous-même.", "You can't grant a role to yourself."
    ),
    "own-account": Sentence(
        "Vous ne pouvez pas vérifier votre propre compte.", "You can't verify your own account."
    ),
    "people-sign-in": Sentence(
        "Ce rôle s'exerce en se connectant ; les jetons sont réservés aux programmes.",
        "People act in this role by signing in; tokens are for programs.",
    ),
    "idempotency-key-required": Sentence(
        "Donnez une clé d'idempotence (Idempotency-Key).", "Give an Idempotency-Key."
    ),
    "idempotency-key-malformed": Sentence(
        "La clé d'idempotence est mal formée.", "The Idempotency-Key is malformed."
    ),
    "idempotency-key-reused": Sentence(
        "Cette clé d'idempotence a déjà servi à une autre requête.",
        "This Idempotency-Key came with another request before.",
    ),
    # accounts/errors.py and referrals/errors.py
    "not-allowed": STATUSES[403],
    # referrals/errors.py
    "wrong-state": Sentence(
        "Cette étape n'est pas possible dans l'état actuel du dossier.",
        "This step isn't possible in the referral's present state.",
    ),
    "guard-refused": Sentence(
        "Une condition de la loi ou du protocole n'est pas remplie.",
        "A condition of the law or the protocol isn't met.",
    ),
    "approver-needed": Sentence(
        "Cette étape demande la signature d'une deuxième personne.",
        "This step needs a second person's signature.",
    ),
    "pdf-unavailable": Sentence(
        "Cette installation ne produit pas de PDF.", "This installation makes no PDF."
    ),
    "approval-closed": Sentence(
        "Cette demande de signature n'est plus ouverte.", "This request for a signature is no longer open."
    ),
    "transfer-broken": Sentence(
        "Le dossier ne peut pas être repris : une de ses données est illisible ou manquerait.",
        "The case can't be taken over: a value of it can't be read, or would be missing.",
    ),
    "too-many-searches": Sentence(
        "Le nombre de recherches par nom de la journée est atteint.",
        "The day's number of searches by name is reached.",
    ),
    "too-many-ties": Sentence(
        "Le nombre de liens que l'on peut déclarer est atteint.",
        "As many ties as one may declare are declared.",
    ),
    "too-many-openings": Sentence(
        "Le nombre de dossiers ouverts en une heure est atteint. Un dossier dont l'alerte attend s'ouvre toujours.",
        "The hour's number of files opened is reached. A file whose alert is waiting opens all the same.",
    ),
    "too-many-lines": Sentence(
        "Le nombre de dossiers listés en une heure est atteint. Les dossiers urgents restent affichés.",
        "The hour's number of files listed is reached. Urgent files are shown all the same.",
    ),
    "too-many-filings": Sentence(
        "Le nombre de transmissions en une heure est atteint. Une transmission urgente passe toujours.",
        "The hour's number of concerns filed is reached. An urgent concern is taken all the same.",
    ),
    "cases-delayed": Sentence(
        "Trop de demandes refusées sur des dossiers. Attendez avant de réessayer.",
        "Too many requests about cases were refused. Wait before you try again.",
    ),
    "search-too-wide": Sentence(
        "La recherche est trop large : précisez-la.", "The search is too wide: say more."
    ),
    "file-refused": Sentence("Ce fichier n'est pas accepté.", "This file isn't taken."),
    "file-too-large": Sentence("Le fichier est trop volumineux.", "The file is too large."),
    "attachment-quota": Sentence(
        "Il n'y a plus de place pour cette pièce jointe.", "There is no room left for this attachment."
    ),
    "attachment-quarantined": Sentence(
        "Cette pièce attend l'analyse antivirus.", "This attachment waits for the virus scan."
    ),
    "attachment-not-kept": Sentence("Cette pièce n'a pas été conservée.", "This attachment wasn't kept."),
    "attachment-barred": Sentence("Ce fichier a été écarté.", "This file was set aside."),
    "uploads-busy": Sentence(
        "Trop de fichiers arrivent en même temps.", "Too many files are arriving at the same time."
    ),
    "parser-unavailable": Sentence(
        "Les pièces jointes ne peuvent pas être vérifiées pour l'instant.",
        "Attachments can't be checked at present.",
    ),
    "store-unavailable": Sentence(
        "Le stockage des pièces jointes ne répond pas.", "The store of attachments doesn't answer."
    ),
    "stale-version": STATUSES[412],
    "version-required": STATUSES[428],
    "incomplete-filing": Sentence(
        "Des rubriques obligatoires ne sont pas renseignées.", "Required items of the form are missing."
    ),
}

#: What an app says beside the title, in its own French words, by those: in English nothing else is said beside it.
DETAILS: Final[dict[str, str]] = {
    "Votre rôle sur ce dossier ne permet pas cette action.": "Your role on this case doesn't allow it.",
    "Votre rôle ne permet pas cette action.": "Your role doesn't allow it.",
}

FAULTS: Final[dict[str, Sentence]] = {
    # core/inputs.py
    "unknown": Sentence("Ce champ n'existe pas ici.", "This field doesn't exist here."),
    "not-object": Sentence("Un objet JSON est attendu.", "A JSON object is expected."),
    "not-list": Sentence("Une liste est attendue.", "A list is expected."),
    "not-text": Sentence("Un texte est attendu.", "A text is expected."),
    "not-boolean": Sentence("« true » ou « false » est attendu.", "True or false is expected."),
    "not-integer": Sentence("Un nombre entier est attendu.", "A whole number is expected."),
    "not-date": Sentence("Une date AAAA-MM-JJ est attendue.", "A date YYYY-MM-DD is expected."),
    "not-instant": Sentence(
        "Un instant avec son décalage est attendu (2026-01-31T09:00:00+01:00).",
        "An instant with its offset is expected (2026-01-31T09:00:00+01:00).",
    ),
    "not-id": Sentence("Un identifiant UUID est attendu.", "A UUID is expected."),
    "not-a-choice": Sentence("Cette valeur n'est pas dans la liste.", "This value isn't one of the list."),
    "blank": Sentence("Ce champ est vide.", "This field is blank."),
    "too-short": Sentence("Ce texte est trop court.", "This text is too short."),
    "too-long": Sentence("Ce texte est trop long.", "This text is too long."),
    "too-many-bytes": Sentence("Ce texte prend trop d'octets.", "This text takes too many bytes."),
    "control-character": Sentence(
        "Ce texte contient un caractère de contrôle ou invisible.",
        "This text holds a control character or an invisible one.",
    ),
    "combining-run": Sentence(
        "Ce texte superpose trop de signes sur une lettre.", "This text stacks too many marks on a letter."
    ),
    "not-nfc": Sentence(
        "Ce texte n'est pas en forme Unicode composée (NFC).", "This text isn't in Unicode form NFC."
    ),
    "duplicate": Sentence("Une valeur est répétée.", "A value is repeated."),
    "too-many-items": Sentence("La liste est trop longue.", "The list is too long."),
    "too-small": Sentence("Ce nombre est trop petit.", "This number is too small."),
    "too-large": Sentence("Ce nombre est trop grand.", "This number is too large."),
    "too-early": Sentence("Cette date est trop ancienne.", "This date is too early."),
    "too-late": Sentence("Cette date est trop lointaine.", "This date is too late."),
    "out-of-order": Sentence(
        "Cette valeur contredit une autre : l'une doit venir avant l'autre.",
        "This value contradicts another one: one has to come before the other.",
    ),
    "not-time": Sentence("Une heure HH:MM est attendue.", "A time HH:MM is expected."),
    "not-code": Sentence(
        "Un code en minuscules, chiffres et tirets bas est attendu.",
        "A code of small letters, digits and underscores is expected.",
    ),
    "unknown-mark": Sentence(
        "Les accolades n'entourent que les mots prévus.", "Braces enclose only the words foreseen."
    ),
    "known-password": Sentence(
        "Ce mot de passe figure sur des listes que connaît quiconque veut deviner : choisissez-en un autre.",
        "This password is on lists that whoever guesses knows: choose another one.",
    ),
    "unchanged": Sentence(
        "Le nouveau mot de passe est celui d'avant.", "The new password is the one of before."
    ),
    "required": Sentence("Ce champ est obligatoire.", "This field is required."),
    "null": Sentence("Ce champ ne peut pas être nul.", "This field can't be null."),
    "not-multipart": Sentence(
        "Un formulaire multipart/form-data bien formé est attendu.",
        "A well-formed multipart/form-data form is expected.",
    ),
    "length-required": Sentence(
        "La longueur de la requête doit être annoncée.", "The length of the request has to be announced."
    ),
    "held-apart": Sentence(
        "Cette personne ne peut pas à la fois contrôler ou administrer les accès et ouvrir des dossiers ici.",
        "Nobody both watches over or administers access and opens files at one authority.",
    ),
    "no-such-number": Sentence(
        "Ce numéro n'existe pas : vérifiez la saisie.", "There is no such number: check what was typed."
    ),
    "taken": Sentence("Une autre structure a ce numéro.", "Another institution has this number."),
    "not-a-name": Sentence(
        "Un nom seulement : ni chiffres, ni phrases.", "A name alone: neither digits nor sentences."
    ),
    "not-an-institution": Sentence(
        "Le nom d'une structure seulement : pas de phrase.", "The name of an institution alone: no sentence."
    ),
    "not-served": Sentence(
        "Ce territoire n'utilise pas encore ce service.", "This territory doesn't use this service yet."
    ),
    "one-of": Sentence("Donnez l'un ou l'autre, pas les deux.", "Give one or the other, not both."),
    # core/query.py
    "repeated": Sentence("Ce paramètre est répété.", "This parameter is repeated."),
    "malformed": Sentence("Ce paramètre est mal formé.", "This parameter is malformed."),
    # the framework's own
    "invalid": Sentence("Cette valeur n'est pas acceptée.", "This value isn't accepted."),
    "empty": Sentence("La liste est vide.", "The list is empty."),
    "max-length": Sentence("C'est trop long.", "This is too long."),
    "min-length": Sentence(
        "C'est trop court, ou il en faut davantage.", "This is too short, or more is needed."
    ),
    "unique": Sentence("Cette valeur est déjà prise.", "This value is taken."),
}
