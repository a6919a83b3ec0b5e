"""The hints that help to answer a member of a step."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.vocabulary import assessment_answers

#: What helps to answer, by the member, or by its owner and itself.
HINTS: Final[Mapping[str, Text]] = {
    "BarFile.file": _(
        "Choisissez-le par sa nature et son heure d'arrivée : ne le rouvrez pas pour vérifier, ne le "
        "copiez pas. Rien n'est détruit."
    ),
    "PreparedReferral.tonight": _(
        "Une mesure, une personne, ou un lieu gardé secret que vous ne nommez pas."
    ),
    "PreparedReferral.no_report": _("Urgence, évaluation impossible… S'il y a un rapport, laissez vide."),
    "PreparedReferral.feared": _(
        "Le document nomme les autres mineurs du domicile et dit s'ils ont été rencontrés."
    ),
    "DeclaringBreach.aware_at": _("Les 72 heures courent à partir de cet instant."),
    "DeclaringBreach.account": _(
        "Son adresse électronique. Le compte est suspendu aussitôt ; l'encadrement en est avisé et peut le rétablir."
    ),
    "DeclaringBreach.what": _("Sans nom : ni enfant, ni famille, ni agent."),
    "AssessingBreach.apart": _(
        "Celles pour qui l'information demande un avis : intérêt de l'enfant, enquête."
    ),
    "AssessingBreach.reference": _(
        "La ou le responsable CRIP du dossier est prévenu aussitôt ; sans référence, toute la cellule."
    ),
    "NotifyingCnil.part": _("Ce qui manque encore suit dans un complément."),
    "InformingPersons.happened": _(
        "N'indiquez ni l'auteur, ni les autres personnes concernées, ni le moyen employé."
    ),
    "opinion": _(
        "Danger ou risque de danger, et sur quels faits. On évalue le danger, pas la vérité des faits."
    ),
    "feedback": _(
        "Quelques phrases, sans diagnostic ni détail de la famille : elles seront lues par le déclarant."
    ),
    "sending_reference": _(
        "Le titre du dépôt ne nomme ni l'enfant ni les faits. L'accusé de dépôt est la preuve."
    ),
    "Answering.child": _(
        "L'enfant que vous avez reconnu. S'il ne figure que dans un registre antérieur, nommez son inscription "
        "plus bas."
    ),
    "Answering.register_number": _("L'inscription reste chez vous : l'autre département ne la lit pas."),
    "ChoiceAtMajority.signer": _("Un parent ne signe pas à sa place."),
    "document": _("Laissez vide si le document a été établi à partir du dossier."),
    "motivation": _("Ce qui fonde la décision, pour la personne qui la lira."),
    "extract": _("Le strict nécessaire à l'exécution : le service ne lit rien d'autre des faits."),
    "place": _("N'est lu que par les personnes qui exécutent la mesure."),
    "Correction.value": _("En mots, comme dans le formulaire ; un jour comme 02/03/2011."),
    "other": _("Telle qu'elle figure en tête du dossier."),
    "team": _(
        "Au moins deux personnes de champs différents ; pas celles qui suivent la famille, sauf motif."
    ),
    "situations": _(
        "Les situations déjà au dossier sont toujours prises en compte. Seul le résultat des règles est conservé."
    ),
    "ServiceSearch.named": _("Son nom, ou une partie : la liste dit ce qui s'y oppose."),
    "danger_departments": _("Numéros, séparés par des espaces : là où l'enfant ne doit pas être conduit."),
    "OrientationProposal.text": _("Le strict nécessaire, par une voie sûre. Jamais par SMS."),
    "OrientationProposal.despite": _("Seulement si une règle écarte ce service."),
    "ServiceAsking.channel": _("Jamais par SMS."),
    "ResourceExclusion.reason": _(
        "L'auteur de l'exploitation ou un parent mis en cause y vit ou y travaille."
    ),
    "Reasoned.reason": _("Une phrase suffit ; elle reste au dossier."),
}
#: When a member is to be answered at all: what depends on another answer isn't called optional.
CONDITIONS: Final[Mapping[str, Text]] = {
    "approver": _(
        "Demandée seulement si la loi ou le protocole l'exige. Choisissez une autre personne que vous."
    ),
    **{
        f"{owner}.{name}": _("À remplir, sauf si la saisine préparée le dit déjà.")
        for owner in ("DecideJudicial", "RefusalOfCase")
        for name in ("grounds", "actions_led", "recipient", "document", "sending_proof")
    },
    "DestroyFile.authorities_told": _(
        "S'il s'agit d'une image à caractère sexuel d'une personne mineure : le parquet ou les "
        "enquêteurs peuvent en avoir besoin, et la destruction est définitive."
    ),
    "NotifyingCnil.delay": _("Si les 72 heures sont dépassées."),
    "DeclaringBreach.authorities": _("Depuis la plateforme, ou si plusieurs autorités sont touchées."),
    "urgency_reason": _(
        "Si la situation est urgente : les rubriques non remplies se complètent alors plus tard."
    ),
    "Informing.told_on": _("Si la personne est informée."),
    "Informing.means": _("Si la personne est informée : entretien, courrier, téléphone."),
    "Informing.reason": _("Si l'information est différée."),
    "Informing.review_on": _("Si l'information est différée."),
    "Informing.reason_text": _("Si l'information est différée ou sans objet : précisez."),
    "Agreement.signed_by": _("Si l'accord est écrit."),
    "Agreement.agreement": _("Si l'accord est écrit : son texte."),
    "ChildDecision.ground": _("Si la décision est de classer."),
    "DecideChild.ground": _("Si la décision est de classer."),
    "TeamMember.waiver": _("Si cette personne suit déjà la famille."),
    "UrgencyChange.done": _("Si un danger immédiat est levé."),
    "Settled.notified_on": _("Si un risque n'est pas écarté."),
    "Settled.informed": _("Si le risque est élevé."),
    "OrderedMeasure.decider": _("Si c'est une interdiction de sortie du territoire."),
    "SearchProof.where": _("Si la recherche a été faite à la main."),
    "SearchProof.found": _("Si la recherche a été faite à la main."),
    "Contact.alone_reason": _("Si l'enfant n'a pas été vu seul."),
    "Ruling.ruling_kind": _("Un appel ne change rien avant la décision de la cour."),
}
#: What may be left open although it is asked for after some answers alone.
LEFT_OPEN: Final = frozenset(
    {
        "AddedChild.birth_date",
        "AddedChild.first_names",
        "AddedChild.last_name",
        "AddedChild.usual_name",
        "Answering.child",
        "Answering.from_year",
        "Answering.register",
        "Answering.register_number",
        "Answering.register_year",
        "Answering.to_year",
        "DecideJudicial.judicial_referral",
        "Formality.reason_text",
        "PassOn.field",
        "PassOn.waiver",
        "RefusalOfCase.judicial_referral",
        *(f"Ruling.{name}" for name in assessment_answers.HEARING_FIELDS),
        "SendingDocuments.passages",
    }
)
_ALL: Final[Mapping[str, Text]] = {**HINTS, **CONDITIONS}


def hint(name: str, owner: str = "") -> Text:
    """Return what helps to answer, empty where nothing does."""
    return _ALL.get(f"{owner}.{name}", _ALL.get(name, ""))


def conditional(name: str, owner: str = "") -> bool:
    """Tell whether the hint says when a member is to be answered."""
    return f"{owner}.{name}" in CONDITIONS or name in CONDITIONS
