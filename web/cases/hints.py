"""The hints that help to answer a member of a step, in both languages."""

from functools import cache
from typing import Final

from web.cases.words import Words

#: What helps to answer: the member, or its owner and itself, then the French words, then the English ones.
_HINTS: Final = """
BarFile.file
Par nature et heure d'arrivée : ne le rouvrez pas pour vérifier, ne le copiez pas. Rien n'est détruit.
By kind and time of arrival: don't open it again to check, don't copy it. Nothing is destroyed.
DestroyFile.authorities_told
Si c'est une image à caractère sexuel d'une personne mineure : ils peuvent en avoir besoin, et après il n'y a plus rien.
If it is a sexual image of a minor: they may need it, and afterwards nothing is left.
approver
Demandée seulement si la loi ou le protocole l'exige. Cette personne n'est pas vous.
Asked only where law or protocol require it. It isn't yourself.
opinion
Danger ou risque de danger, et sur quels faits. On évalue le danger, pas la vérité des faits.
Danger or risk of danger, and on which facts. Danger is judged, not the truth of the facts.
urgency_reason
Si l'urgence presse : ce que la transmission n'a pas dit reste alors ouvert.
If it presses: what the filing didn't say then stays open.
feedback
Quelques phrases, sans diagnostic ni détail de la famille : elles seront lues par le déclarant.
A few sentences without diagnosis or family detail: the filer will read them.
document
Laissez vide si le document a été établi à partir du dossier.
Leave empty where the document was composed from the case.
motivation
Ce qui fonde la décision, pour la personne qui la lira.
What the decision rests on, for whoever reads it.
extract
Le strict nécessaire à l'exécution : le service ne lit rien d'autre des faits.
Only what execution needs: the service reads nothing else of the facts.
place
N'est lu que par les personnes qui exécutent la mesure.
Read by those who execute the measure alone.
Correction.value
En mots, comme dans le formulaire ; un jour comme 02/03/2011.
In words, as on the form; a day as 02/03/2011.
other
Telle qu'elle figure en tête du dossier.
As it stands at the head of the file.
team
Au moins deux personnes de champs différents ; pas celles qui suivent la famille, sauf motif.
At least two people of different fields; not those who follow the family, save for a reason.
Informing.told_on
Si la personne est informée.
If the person was told.
Informing.means
Si la personne est informée : entretien, courrier, téléphone.
If the person was told: interview, letter, telephone.
Informing.reason
Si l'information est différée.
If telling is put off.
Informing.review_on
Si l'information est différée.
If telling is put off.
Informing.reason_text
Si l'information est différée ou sans objet : précisez.
If telling is put off or doesn't apply: say why.
Agreement.signed_by
Si l'accord est écrit.
If the agreement is in writing.
Agreement.agreement
Si l'accord est écrit : son texte.
If the agreement is in writing: its text.
ChildDecision.ground
Si la décision est de classer.
If the decision is to close.
DecideChild.ground
Si la décision est de classer.
If the decision is to close.
TeamMember.waiver
Si cette personne suit déjà la famille.
If this person already follows the family.
UrgencyChange.done
Si un danger immédiat est levé.
If an immediate danger is over.
Settled.notified_on
Si un risque n'est pas écarté.
If a risk isn't ruled out.
Settled.informed
Si le risque est élevé.
If the risk is high.
OrderedMeasure.decider
Si c'est une interdiction de sortie du territoire.
If it is a ban on leaving the territory.
SearchProof.where
Si la recherche a été faite à la main.
If the search was made by hand.
SearchProof.found
Si la recherche a été faite à la main.
If the search was made by hand.
Contact.alone_reason
Si l'enfant n'a pas été vu·e seul·e.
If the child wasn't seen alone.
Reasoned.reason
Une phrase suffit ; elle reste au dossier.
A sentence is enough; it stays on file.
"""


@cache
def _hints() -> dict[str, Words]:
    lines = iter(_HINTS.strip().splitlines())
    return {name: Words(fr, en) for name, fr, en in zip(lines, lines, lines, strict=True)}


def hint(name: str, owner: str = "") -> Words | str:
    """Return what helps to answer, empty where nothing does."""
    return _hints().get(f"{owner}.{name}") or _hints().get(name) or ""
