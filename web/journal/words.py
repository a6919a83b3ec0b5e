"""Labels of the journal's codes: acts, purposes, outcomes, categories of files to filter by.

An act that is a step of the procedure has the step's name; the others have a line here, and a test fails where one has
none (``tests/web/test_journal.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from audit import events
from core.languages import Text
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Step, steps
from web.cases import display

ACTS: Final[Mapping[str, Text]] = {
    "account-request:accepted": _("Demande de compte ou de rôle acceptée"),
    "account-request:confirmed": _("Adresse d'une demande de compte confirmée"),
    "account-request:lapsed": _("Demandes de compte ou de rôle restées sans réponse"),
    "account-request:listed": _("Demandes de compte consultées"),
    "account-request:made": _("Compte ou rôle demandé"),
    "account-request:refused": _("Demande de compte ou de rôle refusée"),
    "access_request:fetched": _("Réponse à une demande d'accès prise pour être remise"),
    "access_request:listed": _("Demandes d'accès consultées"),
    "access_request:read": _("Demande d'accès lue"),
    "access_request:unfetched": _("Réponse à une demande d'accès détruite, non retirée"),
    "alarm:settled": _("Alarme du journal examinée"),
    "alert:called": _("Appel d'alerte passé"),
    "anomaly:answer": _("Réponse de l'agent à une question sur ses accès"),
    "anomaly:identities": _("Identités lues derrière les pseudonymes"),
    "inquiry:forgotten": _("Question d'un autre département détruite, l'enfant n'étant pas connu"),
    "inquiry:listed": _("Demandes entre départements consultées"),
    "inquiry:read": _("Demande entre départements lue"),
    "anomaly:listed": _("Anomalies consultées"),
    "approval:lapsed": _("Seconde signature caduque"),
    "approval:refused": _("Seconde signature refusée"),
    "approval:requested": _("Seconde signature demandée"),
    "assessment:edited": _("Évaluation rédigée"),
    "attachment:added": _("Pièce jointe ajoutée"),
    "attachment:barred": _("Pièce jointe écartée"),
    "attachment:condemned": _("Destruction d'une pièce jointe décidée"),
    "attachment:destroyed": _("Pièce jointe détruite"),
    "attachment:judged": _("Pièce jointe classée"),
    "attachment:lapsed": _("Pièce jointe non reprise, détruite"),
    "attachment:marked": _("Pièce jointe marquée preuve"),
    "attachment:opened": _("Pièce jointe ouverte"),
    "attachment:readable": _("Pièce jointe de nouveau lisible"),
    "attachment:removed": _("Pièce jointe retirée"),
    "attachment:scanned": _("Pièce jointe analysée"),
    "audit:exported": _("Export du journal"),
    "audit:queried": _("Journal consulté"),
    "authority:loaded": _("Autorité enregistrée"),
    "backup:kept": _("Copie de sauvegarde achevée"),
    "backup:made": _("Copie de sauvegarde faite"),
    "cap:passed": _("Plafond dépassé en raison d'un danger"),
    "case:resealed": _("Dossier rechiffré"),
    "breach:counted": _("Violation de données : journal compté"),
    "breach:exported": _("Registre des violations téléchargé"),
    "breach:letter": _("Courrier d'une violation lu"),
    "breach:listed": _("Registre des violations consulté"),
    "breach:read": _("Violation de données lue"),
    "cells:looked": _("Valeurs scellées vérifiées"),
    "decoy:made": _("Dossier leurre créé"),
    "draft:edited": _("Brouillon modifié"),
    "draft:expired": _("Brouillon expiré"),
    "draft:shared": pgettext_lazy("act", "Brouillon partagé"),
    "directory:structure-made": _("Structure ajoutée à l'annuaire"),
    "directory:structure-changed": _("Structure de l'annuaire modifiée"),
    "directory:service-made": _("Service ajouté à l'annuaire"),
    "directory:service-changed": _("Service de l'annuaire modifié"),
    "directory:service-verified": _("Fiche de l'annuaire vérifiée"),
    "directory:service-confirmed": _("Fiche de l'annuaire confirmée par la structure"),
    "directory:place-changed": _("Adresse de l'annuaire modifiée"),
    "directory:secret-sealed": _("Adresse de l'annuaire mise au secret"),
    "directory:secret-opened": _("Adresse secrète de l'annuaire ouverte"),
    "directory:secret-looked-at": _("Ouverture d'une adresse secrète examinée"),
    "directory:night-phone": _("Numéro de nuit d'un service lu"),
    "directory:merged": _("Fiches de l'annuaire réunies"),
    "directory:error-reported": _("Erreur signalée dans l'annuaire"),
    "directory:error-settled": _("Erreur de l'annuaire traitée"),
    "directory:errors-read": _("Erreurs signalées dans l'annuaire lues"),
    "directory:link-sent": _("Lien de confirmation envoyé à une structure"),
    "directory:import-tried": _("Import de l'annuaire essayé"),
    "directory:import-done": _("Import de l'annuaire effectué"),
    "directory:held-settled": _("Ligne d'import retenue, tranchée"),
    "directory:exported": _("Annuaire exporté"),
    "draft:unshared": _("Partage d'un brouillon retiré"),
    "orientation:matched": _("Services cherchés dans l'annuaire pour un dossier"),
    "exclusion:confirmed": _("Déport confirmé"),
    "emergency-approval:asked": _("Accord demandé par l'astreinte au-delà d'un plafond"),
    "emergency-approval:given": _("Accord donné à l'astreinte au-delà d'un plafond"),
    "emergency-approval:used": _("Accord utilisé pour une adresse secrète"),
    "emergency-search:agreed": _("Recherche d'urgence validée"),
    "emergency-search:compared": _("Dossiers ouverts par le service pour une recherche d'urgence"),
    "emergency-search:contested": _("Recherche d'urgence contestée"),
    "emergency-search:done": _("Recherche d'urgence par nom"),
    "emergency-search:read": _("Motif d'une recherche d'urgence lu"),
    "export:asked": _("Export avec noms demandé"),
    "export:confirmed": _("Export avec noms confirmé"),
    "export:ended": _("Export avec noms détruit sans avoir servi"),
    "export:made": _("Fichier d'un export avec noms établi"),
    "export:read": _("Motivation d'un export lue"),
    "export:refused": _("Export avec noms refusé"),
    "export:taken": _("Export avec noms téléchargé"),
    "factor:added": _("Second facteur ajouté"),
    "factor:named": _("Second facteur renommé"),
    "factor:recovery-codes": _("Codes de secours établis"),
    "factor:refused": _("Second facteur refusé"),
    "factor:removed": _("Second facteur retiré"),
    "factor:reset-asked": _("Réinitialisation de seconds facteurs demandée"),
    "factor:reset-refused": _("Réinitialisation de seconds facteurs refusée"),
    "factor:reset": _("Seconds facteurs réinitialisés par deux personnes"),
    "feed:made": _("Agenda extérieur ouvert"),
    "feed:revoked": _("Agenda extérieur révoqué"),
    "field:namesake": _("Dossier d'un homonyme ouvert"),
    "field:opened": _("Dossier lu"),
    "figures:read": _("Statistiques consultées"),
    "identity:bound": _("Identité d'un fournisseur liée"),
    "identity:refused": _("Identité d'un fournisseur refusée"),
    "identity:removed": _("Identité d'un fournisseur retirée"),
    "identity:used": _("Connexion par un fournisseur d'identité"),
    "index:compared": _("Rapprochement recherché"),
    "index:made": _("Index de rapprochement établi"),
    "journal:carried": _("Places reprises d'une origine du journal"),
    "journal:held": _("Entrées du journal conservées au-delà du terme"),
    "journal:lifted": _("Conservation d'entrées levée"),
    "journal:pruned": _("Entrées du journal arrivées au terme de leur conservation"),
    "key:destroyed": _("Clés remplacées détruites"),
    "key:erased": _("Clé effacée du magasin"),
    "key:escrowed": _("Clés mises sous séquestre"),
    "key:recovered": _("Clés reprises d'un séquestre"),
    "key:rotated": _("Clé remplacée"),
    "keys:compacted": _("Table des clés réécrite"),
    "key:shredded": _("Clé d'un dossier détruite"),
    "key:swept": _("Clé sans dossier retirée"),
    "import:asked": _("Confirmation d'un import demandée"),
    "import:done": _("Import confirmé et fait"),
    "import:read": _("Contenu d'un import lu"),
    "import:refused": _("Import refusé"),
    "import:tried": _("Fichier à importer essayé"),
    "import:undone": _("Import annulé"),
    "kin:compared": _("Liens d'un agent comparés aux dossiers"),
    "list:opened": _("Liste consultée"),
    "lookup:asked": _("Recherche d'un pseudonyme demandée"),
    "lookup:decided": _("Recherche d'un pseudonyme décidée par la seconde personne"),
    "lookup:read": _("Pseudonyme trouvé lu"),
    "membership:asked": _("Rôle à deux signatures demandé"),
    "membership:certificate-read": _("Date de l'attestation d'honorabilité consultée"),
    "membership:certificate-seen": _("Attestation d'honorabilité présentée"),
    "membership:ended": _("Rôle retiré"),
    "membership:granted": _("Rôle donné"),
    "membership:lapsed": _("Rôle terminé, faute d'avoir été revu"),
    "membership:listed": _("Rôles consultés"),
    "membership:refused": _("Rôle demandé, refusé par la seconde personne"),
    "membership:reviewed": _("Rôle revu, toujours exercé"),
    "message:read": _("Message lu"),
    "notice:undelivered": _("Avis non remis"),
    "organisation:corrected": _("Structure corrigée"),
    "organisation:made": _("Structure ajoutée"),
    "organisation:removed": _("Structure retirée"),
    "password:set": _("Mot de passe fixé"),
    "preferences:changed": _("Préférences d'avis changées"),
    "readers:listed": _("Liste des consultations établie"),
    "receipt:given": _("Récépissé remis"),
    "request:denied": _("Demande refusée"),
    "request:failed": _("Demande échouée"),
    "restore:held": _("Répétition d'une restauration terminée"),
    "restore:recalled": _("Recherche de ce qu'une restauration a perdu"),
    "restore:rehearsed": _("Répétition d'une restauration commencée"),
    "restore:opened": _("Service rouvert après une restauration"),
    "training:reset": _("Instance d'entraînement vidée et repeuplée"),
    "retention:dropped": _("Dossier retiré d'un lot d'élimination"),
    "rota:added": _("Astreinte ajoutée"),
    "rota:withdrawn": _("Astreinte retirée"),
    "rows:refused": _("Lignes que le service n'a pas écrites"),
    "rows:signed": _("Lignes de droits signées"),
    "rows:written": _("Lignes de droits écrites"),
    "search:done": _("Recherche d'une personne"),
    "search:elsewhere": _("Recherche auprès d'une autre autorité"),
    "session:closed": _("Session fermée"),
    "session:confirmed": _("Identité prouvée à nouveau"),
    "session:opened": _("Session ouverte"),
    "session:ended": _("Sessions d'une personne fermées par l'administration"),
    "session:ended-all": _("Sessions de toute l'autorité fermées"),
    "session:frozen": _("Sessions arrêtées par le service"),
    "session:revoked": _("Session fermée depuis une autre"),
    "setting:changed": _("Réglage changé"),
    "standin:ended": _("Suppléance terminée"),
    "standin:named": _("Suppléance donnée"),
    "tie:corrected": _("Lien déclaré corrigé"),
    "tie:declared": _("Lien déclaré"),
    "tie:read": _("Liens déclarés lus par leur auteur"),
    "tie:removed": _("Lien déclaré retiré"),
    "training:attested": _("Attestation de formation demandée"),
    "token:made": _("Jeton créé"),
    "token:revoked": _("Jeton révoqué"),
    "guidance:reviewed": _("Relecture d'une page d'aide enregistrée"),
    "guidance:review-withdrawn": _("Relecture d'une page d'aide retirée"),
    "unit:made": _("Unité créée"),
    "user:address-asked": _("Autre adresse demandée"),
    "user:address-changed": _("Adresse d'un compte changée"),
    "user:closed": _("Compte fermé"),
    "user:access-renewed": _("Moyens de connexion réinitialisés avant un rôle qui ouvre des dossiers"),
    "user:invited": _("Personne invitée à choisir un mot de passe"),
    "user:listed": _("Comptes consultés"),
    "user:made": _("Compte créé"),
    "user:reopened": _("Compte rouvert"),
    "user:restored": _("Suspension d'un compte levée"),
    "user:suspended": _("Compte suspendu"),
    "user:verified": _("Identité d'un compte vérifiée"),
    "webhook:made": _("Adresse d'appel d'un programme ajoutée"),
    "webhook:removed": _("Adresse d'appel d'un programme retirée"),
    "webhook:rotated": _("Secret d'appel d'un programme changé"),
    "witness:accepted": _("Fichier témoin accepté tel qu'il est"),
}
PURPOSES: Final[Mapping[str, Text]] = {
    "filing": pgettext_lazy("purpose", "Transmission"),
    "triage": _("Première analyse"),
    "handling": _("Suivi du dossier"),
    "assessment": _("Évaluation"),
    "decision": _("Décision"),
    "measure": _("Mesure"),
    "judicial": _("Justice"),
    "listing": _("Liste"),
    "search": _("Recherche"),
    "emergency": pgettext_lazy("purpose", "Urgence"),
    "administration": _("Administration"),
    "audit": _("Contrôle"),
    "statistics": _("Statistiques"),
    "export": _("Export"),
    "access_request": _("Demande d'accès"),
    "maintenance": _("Maintenance"),
    "demo": _("Démonstration"),
}


@dataclass(frozen=True, slots=True)
class Family:
    """Acts that are asked for together: what they are called, and the sources whose acts they are."""

    label: Text
    sources: frozenset[str]


def _family(label: Text, sources: str) -> Family:
    return Family(label, frozenset(sources.split()))


#: Each source of acts is in one family; a test fails where one isn't.
FAMILIES: Final[Mapping[str, Family]] = {
    "readings": _family(_("Lectures et recherches"), "field readers list search figures message"),
    "procedure": _family(
        _("Procédure"),
        "referral draft assessment measure judicial feedback transfer inquiry access_request letter orientation "
        "duplicate approval alert review receipt notice",
    ),
    "files": _family(_("Pièces jointes"), "attachment"),
    "emergencies": _family(_("Ouvertures d'urgence"), "glass cap emergency-search emergency-approval"),
    "exports": _family(_("Exports"), "export"),
    "rights": _family(
        _("Comptes, rôles et réglages"),
        "account-request import membership exclusion standin tie kin user organisation unit authority rota setting "
        "guidance",
    ),
    "sign-ins": _family(_("Connexions"), "session factor identity password token feed webhook preferences"),
    "refusals": _family(_("Demandes refusées"), "request"),
    "retention": _family(_("Conservation et élimination"), "batch retention"),
    "review": _family(_("Journal et contrôle"), "audit alarm anomaly breach journal lookup witness"),
    "directory": _family(_("Annuaire de ressources"), "directory"),
    "service": _family(
        _("Fonctionnement du service"), "backup restore key keys rows cells case decoy index training"
    ),
}
OUTCOMES: Final[Mapping[str, Text]] = {
    "allow": _("Permis"),
    "deny": _("Refusé"),
    "fail": _("Échoué"),
}


@cache
def _steps() -> dict[str, Step]:
    return {step.event: step for step in steps.all()}


def act(code: str) -> str:
    """Return what an act is called; of one that no version declares any more, its code."""
    if code in ACTS:
        return str(ACTS[code])
    step = _steps().get(code)
    if step is None:
        return code
    label = display.step_words(step.machine, step.name)
    if step.machine is Machine.REFERRAL:
        return label
    return f"{step.machine.label}{gettext(' : ')}{label[:1].lower()}{label[1:]}"


def acts() -> list[tuple[str, str]]:
    """Return all acts with their words, in the order of the words."""
    return sorted(((code, act(code)) for code in events.registered()), key=lambda pair: pair[1].casefold())


def acts_in(family: str) -> list[str]:
    """Return the acts of a family, in alphabetical order."""
    sources = FAMILIES[family].sources
    return [code for code in events.registered() if code.partition(":")[0] in sources]


def has_words(code: str) -> bool:
    """Tell whether an act has words."""
    return code in ACTS or code in _steps()
