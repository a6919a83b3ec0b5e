"""Words of what an entry names as its rule: why something was refused, or by which right, relation or setting it came.

A test enumerates the codes that the service writes there, and fails where one has no words
(``tests/web/test_journal.py``).
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.languages import Text
from referrals.access.matrix import Relation
from referrals.access_review.inputs import RULE_LABELS
from referrals.policy.definitions import SETTINGS
from referrals.vocabulary.oversight import LookupGround, LookupState
from referrals.workflow.rules import Rule
from referrals.workflow.step import steps
from web.journal import words

#: Refusals in the words of whoever reads of them later; the others are told by the sentence of the error itself.
REFUSALS: Final[Mapping[str, Text]] = {
    "not-found": _("introuvable, ou hors de portée de cette personne"),
    "not-allowed": _("droit manquant"),
    "invalid-input": _("réponses à corriger"),
    "not-authenticated": _("personne ne s'était connecté"),
    "stale-version": _("le dossier avait changé entre-temps"),
    "throttled": _("trop de demandes à la fois"),
    "wrong-state": _("l'état du dossier ne le permet pas"),
}
#: The rights of ``accounts/permissions.py``.
RIGHTS: Final[Mapping[str, Text]] = {
    "audit.read": _("Droit de lire le journal"),
    "audit.hold": _("Droit de conserver des entrées du journal"),
    "accounts.manage": _("Droit de gérer les comptes"),
    "factors.reset": _("Droit de réinitialiser des seconds facteurs"),
    "memberships.confirm": _("Droit de confirmer un rôle"),
    "honorability.read": _("Droit de lire la date des attestations d'honorabilité"),
    "memberships.review": _("Droit de revoir les rôles"),
    "account-requests.decide": _("Droit de décider des demandes de compte"),
    "organisations.manage": _("Droit de gérer les structures"),
    "settings.read": _("Droit de lire les réglages"),
    "settings.change": _("Droit de changer les réglages"),
    "guidance.review": _("Droit d'enregistrer une relecture des pages d'aide"),
    "figures.read": _("Droit de lire les statistiques"),
    "rota.read": _("Droit de lire les astreintes"),
    "rota.change": _("Droit de changer les astreintes"),
    "operations.read": _("Droit de lire l'état du service"),
    "directory.read": _("Droit de consulter l'annuaire de ressources"),
    "directory.edit": _("Droit de tenir l'annuaire de ressources"),
    "directory.secret": _("Droit d'ouvrir une adresse secrète de l'annuaire"),
    "directory.review": _("Droit d'examiner les ouvertures d'adresses secrètes"),
}
#: What else acts name as their rule.
OTHERS: Final[Mapping[str, Text]] = {
    "access_request": _("Demande d'accès de la personne concernée"),
    "anonymous": _("Personne n'était connecté"),
    "authority.load": _("Enregistrement d'une autorité par l'exploitant"),
    "capacity": _("Places d'un service"),
    "directory.night-phone": _("Numéro de nuit d'un service"),
    "off-duty": _("Hors des heures de service"),
    "many-addresses": _("Plusieurs adresses secrètes ouvertes en un jour"),
    "cases": pgettext_lazy("rule", "Base des dossiers"),
    "cases:export": _("Droit de demander ou de confirmer un export"),
    "failed": pgettext_lazy("rule", "Échec"),
    "factor-first": _("Second facteur à enregistrer d'abord"),
    "file": pgettext_lazy("rule", "Fichier"),
    "filer": _("Réservé aux personnes qui transmettent"),
    "filer_org_lead": _("Référent de l'établissement"),
    "held": pgettext_lazy("rule", "Réussie"),
    "keys": pgettext_lazy("rule", "Base des clés"),
    "links.by-hand": _("Lien remis de la main à la main"),
    "own": _("Ce qui concerne la personne elle-même"),
    "own-password": _("Mot de passe de la personne elle-même"),
    "passkey-needed": _("Clé d'accès nécessaire"),
    "program": _("Réservé aux programmes"),
    "session-only": _("Réservé aux personnes connectées, fermé aux programmes"),
    "accounts.suspend": _("Suspension d'un compte, par le service seul"),
    "sessions.freeze": _("Sessions arrêtées par l'exploitant"),
    "step-up": _("Identité à prouver de nouveau"),
    "token-scope": _("Hors de la portée du jeton"),
    "training-full": _("Trop de nouveaux visiteurs de l'entraînement aujourd'hui"),
    "tokens-for-programs": _("Jetons réservés aux programmes"),
    "read:access-requests": _("Demandes d'accès de l'autorité"),
    "read:breaches": _("Violations de données de l'autorité"),
    "read:inquiries": _("Demandes entre départements de l'autorité"),
    "transfer": _("Transfert du dossier"),
    "invitation-code": _("Code d'invitation montré à une autre personne"),
    "second-person": _("Seconde personne qui n'a pas touché au compte"),
    "two-persons": _("Deux personnes nécessaires"),
    "two-signatures": _("Deux signatures nécessaires"),
    "webhooks-for-programs": _("Adresses d'appel réservées aux programmes"),
    "anomaly:identities": _("Identités réservées aux deux personnes qui ont levé l'anonymat"),
}
#: How each answer of an identity provider that was refused is told: which part of it isn't the auditor's affair.
PROVIDER: Final = _("Réponse du fournisseur d'identité refusée")
#: Titles of refusals by code; ``config/errors.py``, which knows the errors of all apps, adds them when it is imported.
_titles: dict[str, Text] = {}


def add_titles(titles: Mapping[str, Text]) -> None:
    """Add the sentences with which errors are answered, by their codes."""
    _titles.update(titles)


@cache
def _of_steps() -> dict[str, Rule[...]]:
    every = (
        rule
        for step in steps.all()
        for rule in (*step.guards, *step.checks, step.signed_when)
        if rule is not None
    )
    return {rule.__name__: rule for rule in every}


@cache
def _labels() -> dict[str, Text]:
    """Return the words of each code; of one that two tables have, those of the first."""
    tables: tuple[Mapping[str, Text], ...] = (
        REFUSALS,
        RIGHTS,
        OTHERS,
        RULE_LABELS,
        {str(one): one.label for coded in (Relation, LookupGround, LookupState) for one in coded},
        {key: setting.label for key, setting in SETTINGS.items()},
    )
    return {code: label for table in reversed(tables) for code, label in table.items()}


def rule(code: str) -> str:
    """Return what an entry names as its rule, in words; a code that is of no version is its own words."""
    if code in _of_steps():
        return " / ".join(_of_steps()[code].in_words()) or code
    if words.has_words(code):
        return words.act(code)
    if code in _labels():
        return str(_labels()[code])
    if code.startswith("provider-"):
        return str(PROVIDER)
    return str(_titles.get(code, code))
