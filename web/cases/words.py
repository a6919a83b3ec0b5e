"""Labels of every step input and every field of a case, in both languages.

One line per name: a form's label and the line of a page that shows the answer are the same words. ``Owner.name``
overrides where one declaration gives the name another meaning. ``tests/web/test_steps.py`` fails where a name has none.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Words:
    """A phrase in both languages, shown in the reader's."""

    fr: str
    en: str

    def __str__(self) -> str:
        return self.en if get_language() == "en" else self.fr


_LINES: Final = """
actions_led|Actions déjà menées, aides proposées|What was already done, help offered
ad_hoc_administrator|Administrateur ad hoc désigné|Ad hoc administrator appointed
add|Personnes à ajouter|People to add
address|Adresse|Address
address_known|La nouvelle adresse de la famille est connue|The family's new address is known
age|Âge|Age
age_band|Tranche d'âge|Age band
age_estimated_max|Âge estimé : au plus|Estimated age: at most
age_estimated_min|Âge estimé : au moins|Estimated age: at least
age_source|Source de l'estimation de l'âge|Where the estimated age comes from
agreed_on|Date de l'accord|Date of the agreement
agreement|Accord écrit|Written agreement
aim|Objectif de la mesure|Aim of the measure
alone_reason|Pourquoi l'enfant n'a pas été vu·e seul·e|Why the child wasn't seen alone
already_sent|Un signalement déjà envoyé est en attente de réponse|A referral already sent awaits its answer
answer|Réponse|Answer
Approval.given|Ce qui est proposé à la seconde signature|What is proposed for a second signature
Attachment.digest|Empreinte d'une pièce jointe|Fingerprint of an attachment
Attachment.key|Clé d'une pièce jointe|Key of an attachment
Attachment.original_digest|Empreinte de l'original d'une pièce jointe|Fingerprint of an attachment's original
answered_at|Répondu le|Answered at
AnswerIn.answer|Pourquoi avez-vous ouvert ces dossiers ?|Why did you open these cases?
approver|Personne à qui demander la seconde signature|Person asked for the second signature
asked_at|Demandé le|Asked at
at|Date et heure|Date and time
Attaching.link|Ce que la transmission apporte|What the filing brings
Attaching.target|Dossier auquel joindre|File to join to
attachments|Pièces envoyées auparavant|Files sent beforehand
attempts|Démarches restées sans réponse|Attempts without an answer
attendance|Assiduité|Attendance
authorities|Autorités qui peuvent lire la fiche|Authorities that may read the sheet
authorities_told|Parquet ou enquêteurs prévenus, fichier inutile pour eux|Justice was told, and doesn't need the file
basis|Fondement du renouvellement|Ground for the renewal
birth_date|Date de naissance|Birth date
birth_year_month|Année et mois de naissance|Year and month of birth
bound_by_secrecy|Déclarant tenu au secret professionnel|Filer bound by professional secrecy
break_effect|Conséquence de la rupture|Effect of the break
by|Par qui|By whom
by_silence|L'accord résulte du silence gardé|The agreement results from silence
called|Qui a été appelé|Who was called
came_by|Reçu par|Received by
capture_kept|Capture conservée|Screenshot kept
channel|Voie|Channel
child|Enfant|Child
child_heard|Enfant entendu·e|Child heard
child_informed|L'enfant sait qu'une transmission est faite|The child knows of the filing
child_lawyer|Avocat de l'enfant|The child's lawyer
child_met|Enfant rencontré·e|Child met
child_opinion|Avis de l'enfant|The child's opinion
child_opinions|Avis des enfants|The children's opinions
child_words|Paroles de l'enfant|The child's words
children|Enfants|Children
clear_danger|Enfants pour qui le danger immédiat est levé|Children whose immediate danger is over
closed_on|Clos le|Closed on
code|Signe|Sign
commune_insee|Commune (code INSEE)|Municipality (INSEE code)
competence|Compétence territoriale|Territorial competence
conclusions|Conclusions par enfant|Conclusions for each child
condition|État de l'enfant|The child's condition
confidentiality_wish|Souhaite que son identité ne soit pas révélée à la famille|Wishes not to be named to the family
confirmed_at|Confirmé le|Confirmed at
copy|Copie de la décision|Copy of the ruling
Correction.field|Rubrique à corriger|Item to correct
corrections|Corrections|Corrections
current_measure|Mesure ou suivi en cours|Measure or support under way
current_measure_detail|Mesure ou suivi : précisions|Measure or support: details
danger|Danger|Danger
danger_categories|Dangers retenus|Dangers found
danger_ever|A été dit en danger immédiat|Was said to be in immediate danger
danger_level|Niveau de danger|Level of danger
danger_now|Danger immédiat|Immediate danger
danger_persists|Le danger persiste|The danger persists
danger_remains|Un danger demeure|A danger remains
danger_what|Quel danger, pourquoi maintenant|Which danger, why now
deceased|Décédé·e|Deceased
decided_on|Décidé le|Decided on
decider|Décideur|Decider
DeclaredTie.said|Lien déclaré par un membre du personnel|Tie declared by a member of staff
decision|Décision|Decision
decisions|Décision pour chaque enfant|Decision for each child
deferred_since|Reportée depuis le|Deferred since
description|Description|Description
direct_report_document|Texte du signalement direct|Text of the direct report
direct_report_recipient|Parquet saisi directement|Prosecutor seized directly
direct_report_sent_on|Signalement direct envoyé le|Direct report sent on
disability|Situation de handicap|Disability
dissent|Désaccord au sein de l'équipe|Dissent within the team
document|Texte du document|Text of the document
documents|Documents à transmettre|Documents to send
done|Ce qui a été fait|What was done
due_on|Réponse attendue le|Answer due on
duration_months|Durée, en mois|Duration, in months
earlier_concerns_considered|Les informations antérieures ont été prises en compte|Earlier concerns were considered
effect|Effet de la décision|Effect of the ruling
emergency_done|Qui a déjà été appelé|Who was already called
end_report|Rapport de fin|Final report
ended_on|Fin le|Ended on
entourage_opinions|Avis de l'entourage|What others around the child think
exit_ban_by|Interdiction de sortie ordonnée par|Exit ban ordered by
expectation|Attente du déclarant|What the filer expects
expected_on|Nouvelle date prévue|New expected date
extra|Questions du département|The département's own questions
extract|Extrait des faits utile au service|Extract of the facts that the service needs
feedback|Retour au déclarant|Feedback to the filer
FeedbackTask.prepared|Retour préparé|Prepared feedback
feedback_channel|Voie choisie pour le retour|Way chosen for feedback
feedback_contact|Comment joindre le déclarant|How to reach the filer
field|Champ professionnel|Professional field
file|Fichier|File
filer_email|Courriel du déclarant|Filer's e-mail
filer_is_source|Témoin direct|Direct witness
filer_name|Déclarant|Filer
filer_org|Structure du déclarant|Filer's institution
filer_org_type|Type de structure|Kind of institution
filer_phone|Téléphone du déclarant|Filer's telephone
filer_profession|Profession du déclarant|Filer's profession
filer_role_to_child|Lien du déclarant avec l'enfant|Filer's role towards the child
first_names|Prénoms|First names
follows_family|Cette personne suit déjà la famille|This person already follows the family
formalities|Formalités|Formalities
found|Un dossier antérieur a été trouvé|An earlier file was found
found_at|Retrouvé·e le|Found at
framework_version|Version du référentiel national|Version of the national framework
gang_known|Plusieurs personnes exploitent l'enfant|Several people exploit the child
good_faith_notice|Transmis de bonne foi|Filed in good faith
ground|Motif|Ground
Grounded.ground|Pourquoi l'accès est justifié|Why the access is justified
grounds|Motifs|Grounds
handle|Compte ou pseudonyme|Account or pseudonym
has_household_minors|Autres mineurs au domicile|Other minors in the home
health_facts|Éléments de santé|Health facts
hearing_note|Remarque sur l'audition|Note on the hearing
holder|Titulaire de l'autorité parentale|Holder of parental authority
holder_implicated|Titulaire de l'autorité parentale impliqué|A holder of parental authority is implicated
holder_implicated_text|De quelle façon|In which way
holder_opinions|Avis des titulaires de l'autorité parentale|Opinions of the holders
holders|Titulaires de l'autorité parentale|Holders of parental authority
holders_consent|Accord des titulaires pour voir l'enfant seul·e|Holders agree to the child being seen alone
holders_reason|Pourquoi les titulaires ne sont pas informés|Why the holders aren't told
holders_told|Les titulaires sont informés|The holders were told
how|Comment|How
identity_known|Identité connue|Identity known
immediate_danger|Danger immédiat|Immediate danger
implicated|Impliqué·e|Implicated
informed|Personnes concernées informées|Persons concerned were told
informed_at|Informé le|Told at
is_minor|Mineur·e|A minor
join|Personnes qui rejoignent l'équipe|People who join the team
judge_told|Le juge est informé|The judge was told
Judged.reason|Pourquoi l'accès n'est pas justifié|Why the access is unjustified
judicial|Ordonnée par la justice|Ordered by justice
judicial_referral|Saisine judiciaire concernée|Referral to justice concerned
kind|Nature|Kind
language|Langue, interprète|Language, interpreter
last_name|Nom de famille|Last name
last_seen_place|Dernier lieu où l'enfant a été vu·e|Where the child was last seen
lead|Cadre d'évaluation|Assessment lead
learnt_at|Appris le|Learnt at
leave|Personnes qui quittent l'équipe|People who leave the team
leaver|Personne remplacée|Person replaced
letter|Courrier de demande|Letter of request
lift|Lever la restriction|Lift the restriction
link|Lien|Link
living_with|Vit avec|Lives with
maltreatment|Maltraitances|Maltreatment
means|Moyen|Means
measure|Mesure|Measure
measures|Mesures proposées|Measures offered
met_on_note|Rencontre avec l'enfant|Meeting with the child
method|Comment la recherche a été faite|How the search was made
mode|Comment c'est connu|How it is known
money_flow|Argent|Money
mother_birth_name|Nom de naissance de la mère|Mother's birth name
motivation|Motivation|Grounds of the decision
motive|Motif du refus|Why it is refused
name|Nom|Name
named|Personnes qui gardent l'accès|People who keep access
nationality_hint|Nationalité|Nationality
nickname|Surnom|Nickname
no_answer|Démarches pour retrouver l'adresse|Attempts to find the address
no_report_reason|Pourquoi il n'y a pas de déclaration|Why there is no police report
no_visit_reason|Pourquoi il n'y a pas eu de visite à domicile|Why there was no home visit
not_informed_reason|Motif de non-information des parents|Why the parents weren't told
not_informed_text|Précisions sur ce motif|Details of that reason
not_known|Non connu|Not known
note|Remarque|Remark
notes|Notes de l'équipe|The team's notes
nothing_was_done|Aucune démarche n'a abouti|Nothing could be done
notified_on|Offre notifiée le|Offer notified on
Settled.notified_on|CNIL avisée le|CNIL notified on
number|Numéro du visa|Number of the visa
occasion|Occasion|Occasion
on|Date|Date
on_behalf|Transmission reçue par|Filing received by
on_wanted_file|Inscription au fichier des personnes recherchées|Entry in the file of wanted persons
opinion|Avis de première analyse|Opinion of the first analysis
order_copy|Texte de l'ordonnance|Text of the order
ordered_by|Juridiction ou magistrat|Court or magistrate
ordered_on|Ordonnée le|Ordered on
OrderedMeasure.decider|Autorité qui ordonne|Who orders it
orders|Mesures ordonnées|Measures ordered
other|Référence de l'autre dossier|Reference of the other file
other_adults|Autres adultes au domicile|Other adults in the home
other_victims|Autres mineurs concernés|Other minors concerned
other_victims_text|Autres mineurs : précisions|Other minors: details
outcome|Suite donnée|Outcome
outcomes|Suite pour chaque enfant|Outcome for each child
own|Accord de la personne elle-même, majeure|Agreement of the person, who is of age
parental_authority|Exercice de l'autorité parentale|Who holds parental authority
parents_informed|Parents informés|Parents told
parents_informed_by|Informés par|Told by
parents_informed_how|Informés comment|Told how
parents_informed_on|Informés le|Told on
parents_reaction|Réaction des parents|The parents' reaction
part|Partie du dossier|Part of the file
partner|Professionnel·le interrogé·e|Professional who is asked
paused_on|Suspendue le|Suspended on
period|Période|Period
phone|Téléphone|Telephone
place|Lieu d'accueil (protégé)|Place of shelter (protected)
place_text|Lieu : précisions|Place: details
place_type|Lieu|Place
plan_on|Plan d'évaluation fixé au|Assessment planned for
plan_signed_on|PPE signé le|Child's plan signed on
platform|Site ou application|Site or application
police_report_ref|Déclaration à la police ou à la gendarmerie|Police report
position|Ordre|Order
prior_actions|Démarches déjà faites|What was already tried
prior_reports|Transmission ou signalement antérieur|Earlier filing or referral
prior_reports_text|Transmissions antérieures : précisions|Earlier filings: details
proposal|Proposition|Proposal
proposed_at|Proposée le|Proposed at
prosecutor_proof|Preuve de l'avis au parquet|Proof that the prosecutor was told
prosecutor_told_at|Parquet avisé le|Prosecutor told at
prostitution_status|Situation prostitutionnelle|Exploitation status
prostitution_status_filer|Situation prostitutionnelle selon le déclarant|Exploitation according to the filer
questions|Questions|Questions
reason|Motif|Reason
reason_text|Motif : précisions|Reason: details
reasons|Raisons|Reasons
Rectification.old_value|Valeur corrigée|Corrected value
receipt|Accusé de réception|Acknowledgement of receipt
received_late_reason|Pourquoi la date de réception est antérieure|Why the date of receipt lies in the past
receivers|Destinataires nommés|Named recipients
recipient|Destinataire|Recipient
referent|Référent·e|Case referent
refusals|Réponse de chaque titulaire|Answer of each holder
report|Rapport|Report
representative|Représentant légal|Legal representative
representative_reason|Ce qui empêche son accord|What prevents their agreement
request|Demande de complément|Request for information
Requesting.target|Autorité destinataire|Authority asked
requests|Ce qui est demandé au parquet|What is asked of the prosecutor
residence_department|Département de résidence|Department of residence
restricted|Accès restreint|Restricted
review|Examen|Review
review_on|À réexaminer le|To be reviewed on
risk|Risque pour les personnes concernées|Risk to the persons concerned
role|Rôle|Role
row|Ligne concernée|Line concerned
runaway|En fugue|Runaway
runaway_since|En fugue depuis le|Runaway since
safe_contact_way|Comment joindre l'enfant sans risque|How to reach the child safely
same_as|Correspond, dans l'autre dossier, à|In the other file, this is
says|Position|Position
school_level|Classe|Class
school_name|Établissement scolaire|School
search|Recherche d'un dossier antérieur|Search for an earlier file
seen|Enfant vu·e|Child seen
sending_proof|Preuve de l'envoi|Proof of sending
sent_at|Envoyé le|Sent at
sent_on|Offre envoyée le, sans accusé de réception|Offer sent on, without receipt
service|Service|Service
sex|Sexe ou genre|Sex or gender
sheet|Fiche d'urgence|Emergency sheet
shelter|Suite de l'accueil d'urgence|What follows the emergency shelter
shown_on|Présenté aux parents et à l'enfant le|Shown to parents and child on
signed_by|Signé par|Signed by
since|Depuis|Since
situation_type|Nature de la situation|Kind of situation
source|Source|Source
started_on|Commencée le|Began on
state|État|State
StepRecord.data|Ce qui a été dit à une étape|What was said at a step
status_ever|Situation prostitutionnelle la plus grave connue|Gravest exploitation status known
strengths|Points d'appui|Strengths
suspended_on|Suspendue le|Suspended on
target|Orientation|Where to
target_name|Service ou personne destinataire|Service or person
team|Équipe d'évaluation|Assessment team
term_on|Terme|Term
text|Texte|Text
TransferDocument.content|Document transmis à une autre autorité|Document sent to another authority
told_on|Informé le|Told on
type|Type|Type
unaccompanied|Mineur·e non accompagné·e|Unaccompanied minor
under_15|Moins de 15 ans|Under 15
under_2|Moins de 2 ans|Under 2
unit|Unité|Unit
until|Jusqu'au|Until
urgency|Urgence|Urgency
urgency_reason|Pourquoi des rubriques restent ouvertes|Why items stay open
url|Adresse de la page|Address of the page
user|Personne|Person
usual_name|Nom d'usage|Usual name
value|Nouvelle valeur|New value
variant|Variante locale|Local variant
vehicle|Véhicule|Vehicle
waits_since|En attente depuis le|Waiting since
waiver|Motif de la dérogation (D226-2-5)|Why the exception is made (D226-2-5)
what|Ce qui menace l'enfant|What threatens the child
where|Où|Where
whereabouts|Où est l'enfant|Where the child is
whereabouts_detail|Précisions sur ce lieu|Details of that place
who|Personnes présentes|People present
whom_to_call|Qui appeler|Whom to call
with_whom|Avec qui|With whom
wrong_person|Enfant enregistré·e par erreur|Child recorded by mistake
"""


@cache
def _table() -> dict[str, Words]:
    lines = [line.split("|") for line in _LINES.strip().splitlines()]
    return {name: Words(fr, en) for name, fr, en in lines}


def known(name: str, owner: str = "") -> bool:
    """Tell whether a member has words of its own."""
    return f"{owner}.{name}" in _table() or name in _table()


def of(name: str, owner: str = "") -> Words:
    """Return the words of a member; of one without, its name, which no test lets through."""
    table = _table()
    return table.get(f"{owner}.{name}") or table.get(name) or Words(name, name)
