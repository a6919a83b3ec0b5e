"""Labels of the journal's codes: acts, purposes, outcomes, categories of files to filter by.

An act that is a step of the procedure has the step's name; the others have a line here, and a test fails where one has
none (``tests/web/test_journal.py``).
"""

from functools import cache
from typing import Final

from audit import events
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from web.cases.words import Words

_ACTS: Final = """
account-request:accepted|Demande de compte ou de rôle acceptée|Request for an account or role accepted
account-request:confirmed|Adresse d'une demande de compte confirmée|Address of a request for an account confirmed
account-request:lapsed|Demandes de compte ou de rôle restées sans réponse|Requests for accounts or roles left unanswered
account-request:listed|Demandes de compte consultées|Requests for accounts read
account-request:made|Compte ou rôle demandé|Account or role asked for
account-request:refused|Demande de compte ou de rôle refusée|Request for an account or role refused
alarm:settled|Alarme du journal examinée|Alarm of the journal looked into
alert:called|Appel d'alerte passé|Alert call made
anomaly:answer|Réponse de l'agent à une question sur ses accès|Agent's answer to a question on access
anomaly:identities|Identités lues derrière les pseudonymes|Identities read behind pseudonyms
anomaly:listed|Anomalies consultées|Anomalies read
approval:lapsed|Seconde signature caduque|Second signature lapsed
approval:refused|Seconde signature refusée|Second signature refused
approval:requested|Seconde signature demandée|Second signature asked for
assessment:edited|Évaluation rédigée|Assessment written
attachment:added|Pièce jointe ajoutée|Attachment added
attachment:barred|Pièce jointe écartée|Attachment set aside
attachment:condemned|Destruction d'une pièce jointe décidée|Attachment to be destroyed
attachment:destroyed|Pièce jointe détruite|Attachment destroyed
attachment:judged|Pièce jointe classée|Attachment judged
attachment:lapsed|Pièce jointe non reprise, détruite|Attachment never taken up, destroyed
attachment:marked|Pièce jointe marquée preuve|Attachment marked as evidence
attachment:opened|Pièce jointe ouverte|Attachment opened
attachment:readable|Pièce jointe de nouveau lisible|Attachment readable again
attachment:removed|Pièce jointe retirée|Attachment removed
attachment:scanned|Pièce jointe analysée|Attachment scanned
audit:exported|Export du journal|Export of the journal
audit:queried|Journal consulté|Journal queried
authority:loaded|Autorité enregistrée|Authority recorded
backup:made|Copie de sauvegarde faite|Backup made
cap:passed|Plafond dépassé pour un danger|A cap passed for a danger
case:resealed|Dossier rechiffré|File sealed anew
cells:looked|Valeurs scellées vérifiées|Sealed values checked
decoy:made|Dossier leurre créé|Decoy file made
draft:edited|Brouillon modifié|Draft edited
draft:expired|Brouillon expiré|Draft expired
draft:shared|Brouillon partagé|Draft shared
draft:unshared|Partage d'un brouillon retiré|Sharing of a draft ended
exclusion:confirmed|Déport confirmé|Exclusion confirmed
factor:added|Second facteur ajouté|Second factor added
factor:named|Second facteur renommé|Second factor renamed
factor:recovery-codes|Codes de secours établis|Recovery codes made
factor:refused|Second facteur refusé|Second factor refused
factor:removed|Second facteur retiré|Second factor removed
factor:reset-asked|Réinitialisation de seconds facteurs demandée|Reset of second factors asked for
factor:reset-refused|Réinitialisation de seconds facteurs refusée|Reset of second factors refused
factor:reset|Seconds facteurs réinitialisés par deux personnes|Second factors reset by two persons
field:namesake|Dossier d'un homonyme ouvert|File of a namesake opened
field:opened|Dossier lu|File read
figures:read|Statistiques consultées|Figures read
identity:bound|Identité d'un fournisseur liée|Identity of a provider bound
identity:refused|Identité d'un fournisseur refusée|Identity of a provider refused
identity:removed|Identité d'un fournisseur retirée|Identity of a provider removed
identity:used|Connexion par un fournisseur d'identité|Sign-in by an identity provider
index:compared|Rapprochement recherché|Duplicates sought
index:made|Index de rapprochement établi|Duplicate index made
journal:carried|Places reprises d'une origine du journal|Places carried over from an origin of the journal
journal:held|Entrées du journal conservées au-delà du terme|Entries of the journal kept beyond their time
journal:lifted|Conservation d'entrées levée|Keeping of entries lifted
journal:pruned|Entrées du journal arrivées à terme|Entries of the journal whose time was over
key:destroyed|Clés remplacées détruites|Replaced keys destroyed
key:erased|Clé effacée du magasin|Key erased from the store
key:escrowed|Clés mises sous séquestre|Keys put in escrow
key:recovered|Clés reprises d'un séquestre|Keys recovered from escrow
key:rotated|Clé remplacée|Key replaced
key:shredded|Clé d'un dossier détruite|Key of a file destroyed
key:swept|Clé sans dossier retirée|Key without a file removed
kin:compared|Liens d'un agent comparés aux dossiers|Ties of a member of staff compared with files
list:opened|Liste consultée|List read
membership:asked|Rôle à deux signatures demandé|Role of two signatures asked for
membership:ended|Rôle retiré|Role taken away
membership:granted|Rôle donné|Role given
membership:lapsed|Rôle terminé, faute d'avoir été revu|Role ended, for nobody reviewed it
membership:listed|Rôles consultés|Roles read
membership:refused|Rôle demandé, refusé par la seconde personne|Role asked for, refused by the second person
membership:reviewed|Rôle revu, toujours exercé|Role reviewed, still held
message:read|Message lu|Message read
notice:undelivered|Avis non remis|Notice not delivered
organisation:corrected|Structure corrigée|Institution corrected
organisation:made|Structure ajoutée|Institution added
password:set|Mot de passe fixé|Password set
preferences:changed|Préférences d'avis changées|Preferences of notices changed
receipt:given|Récépissé remis|Receipt given
request:denied|Demande refusée|Request refused
request:failed|Demande échouée|Request failed
restore:opened|Service rouvert après une restauration|Service opened again after a restore
retention:dropped|Dossier retiré d'un lot d'élimination|File dropped from a batch of destruction
rota:added|Astreinte ajoutée|Duty added to the rota
rota:withdrawn|Astreinte retirée|Duty withdrawn from the rota
rows:refused|Lignes que le service n'a pas écrites|Rows that the service didn't write
rows:signed|Lignes de droits signées|Rows of rights signed
search:done|Recherche d'une personne|Search for a person
search:elsewhere|Recherche auprès d'une autre autorité|Search at another authority
session:closed|Session fermée|Session closed
session:confirmed|Identité prouvée à nouveau|Identity proved again
session:opened|Session ouverte|Session opened
session:ended|Sessions d'une personne fermées par l'administration|Sessions of a person ended by administration
session:ended-all|Sessions de toute l'autorité fermées|Sessions of the whole authority ended
session:frozen|Sessions arrêtées par le service|Sessions stopped by the service
session:revoked|Session fermée depuis une autre|Session ended from another
setting:changed|Réglage changé|Setting changed
standin:ended|Suppléance terminée|Standing in ended
standin:named|Suppléance donnée|Stand-in named
tie:corrected|Lien déclaré corrigé|Declared tie corrected
tie:declared|Lien déclaré|Tie declared
tie:read|Liens déclarés lus par leur auteur|Declared ties read by their author
tie:removed|Lien déclaré retiré|Declared tie taken back
token:made|Jeton créé|Token made
token:revoked|Jeton révoqué|Token revoked
unit:made|Unité créée|Unit made
user:address-asked|Autre adresse demandée|Another address asked for
user:address-changed|Adresse d'un compte changée|Address of an account changed
user:closed|Compte fermé|Account closed
user:invited|Personne invitée à choisir un mot de passe|Person invited to set a password
user:listed|Comptes consultés|Accounts read
user:made|Compte créé|Account made
user:reopened|Compte rouvert|Account opened again
user:verified|Identité d'un compte vérifiée|Identity of an account verified
webhook:made|Adresse d'appel d'un programme ajoutée|Address of a program added
webhook:removed|Adresse d'appel d'un programme retirée|Address of a program removed
webhook:rotated|Secret d'appel d'un programme changé|Secret of a program changed
witness:accepted|Fichier témoin accepté tel qu'il est|Witness file accepted as it is
"""

PURPOSES: Final = {
    "filing": Words("Transmission", "Filing"),
    "triage": Words("Première analyse", "First analysis"),
    "handling": Words("Suivi du dossier", "Handling"),
    "assessment": Words("Évaluation", "Assessment"),
    "decision": Words("Décision", "Decision"),
    "measure": Words("Mesure", "Measure"),
    "judicial": Words("Justice", "Justice"),
    "listing": Words("Liste", "List"),
    "search": Words("Recherche", "Search"),
    "emergency": Words("Urgence", "Emergency"),
    "administration": Words("Administration", "Administration"),
    "audit": Words("Contrôle", "Audit"),
    "statistics": Words("Statistiques", "Statistics"),
    "export": Words("Export", "Export"),
    "maintenance": Words("Maintenance", "Maintenance"),
    "demo": Words("Démonstration", "Demonstration"),
}
OUTCOMES: Final = {
    "allow": Words("Permis", "Allowed"),
    "deny": Words("Refusé", "Refused"),
    "fail": Words("Échoué", "Failed"),
}


@cache
def _table() -> dict[str, Words]:
    lines = [line.split("|") for line in _ACTS.strip().splitlines()]
    table = {act: Words(fr, en) for act, fr, en in lines}
    for step in steps.all():
        labels = step.machine.labels_by_language
        plain = step.machine is Machine.REFERRAL
        fr = step.label if plain else f"{labels['fr']} : {step.label[:1].lower()}{step.label[1:]}"
        en = step.en if plain else f"{labels['en']}: {step.en[:1].lower()}{step.en[1:]}"
        table.setdefault(step.event, Words(fr, en))
    return table


def act(code: str) -> str:
    """Return what an act is called; of one that no version declares any more, its code."""
    return str(_table().get(code) or code)


def acts() -> list[tuple[str, str]]:
    """Return all acts with their words, in the order of the words."""
    return sorted(((code, act(code)) for code in events.registered()), key=lambda pair: pair[1].casefold())


def known(code: str) -> bool:
    """Tell whether an act has words."""
    return code in _table()
