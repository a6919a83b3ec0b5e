"""Lexicon of child protection in both languages, for newcomers (domain.md §9, §3.6)."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it means: in French, as professionals use it, and in English."""

    fr: str
    means: str
    en: str
    means_en: str


def told() -> list[tuple[str, str, str]]:
    """Return each word with its meaning in the reader's language, and the French word beside an English one."""
    english = get_language() == "en"
    lines = [(one.en, one.means_en, one.fr) if english else (one.fr, one.means, "") for one in TERMS]
    return sorted(lines, key=lambda line: line[0].casefold())


TERMS: Final[tuple[Term, ...]] = (
    Term(
        "119 – Snated",
        "Service national d'accueil téléphonique de l'enfance en danger. Il conseille, jour et nuit, et "
        "transmet aux départements ce qui inquiète.",
        "119",
        "The national helpline for children in danger. It advises day and night, and passes on to the "
        "authorities what worries.",
    ),
    Term(
        "AED",
        "Aide éducative à domicile : une aide à la famille, que ses titulaires de l'autorité parentale "
        "acceptent.",
        "AED",
        "Educational help at home, which the holders of parental authority agree to.",
    ),
    Term(
        "AEMO",
        "Action éducative en milieu ouvert : l'aide à domicile, ordonnée par le juge des enfants.",
        "AEMO",
        "Educational help at home that the juvenile judge orders.",
    ),
    Term(
        "Accueil 72 heures",
        "Accueil d'un·e mineur·e, 72 heures au plus, sans l'accord préalable des parents, qui sont "
        "prévenus sans délai, et le procureur avec eux (CASF L223-2).",
        "72-hour shelter",
        "Shelter of a minor for 72 hours at most without the parents' agreement beforehand; they and the "
        "prosecutor are told without delay (CASF L223-2).",
    ),
    Term(
        "Accusé de réception",
        "Ce qui dit à qui a transmis que la cellule a reçu.",
        "Acknowledgement",
        "What tells whoever filed that the cell has received it.",
    ),
    Term(
        "ASE",
        "Aide sociale à l'enfance : le service du département qui protège les enfants.",
        "ASE",
        "The authority's child welfare service.",
    ),
    Term(
        "Astreinte",
        "Les cadres que l'on appelle la nuit et le week-end, l'un après l'autre, jusqu'à ce que quelqu'un"
        " réponde.",
        "On-call duty",
        "The officers who are called at night and at weekends, one after the other, until somebody answers.",
    ),
    Term(
        "Auteur d'achat d'actes sexuels",
        "Qui paie un·e mineur·e pour un acte sexuel. On ne dit pas « client ».",
        "Buyer",
        "Whoever pays a minor for a sexual act. « Client » isn't said.",
    ),
    Term(
        "Autorité",
        "La collectivité, le plus souvent un département, qui répond de la protection de l'enfance sur "
        "son territoire. Chaque dossier en a une.",
        "Authority",
        "The local government, most often a département, that answers for child protection in its "
        "territory. Each file has one.",
    ),
    Term(
        "Complément",
        "Ce que l'on ajoute à une transmission, que la cellule l'ait demandé ou non.",
        "Complement",
        "What is added to a filing, whether the cell asked for it or not.",
    ),
    Term(
        "CRIP",
        "Cellule de recueil, de traitement et d'évaluation des informations préoccupantes : elle reçoit "
        "ce que les professionnels transmettent à un département.",
        "CRIP",
        "An authority's cell for concerns: it receives what professionals tell.",
    ),
    Term(
        "Danger grave et immédiat",
        "Ce qui n'attend pas : 17 d'abord. La cellule saisit le procureur sans délai (CASF L226-4).",
        "Grave and immediate danger",
        "What can't wait: call 17 first. The cell refers it to the prosecutor without delay (CASF L226-4).",
    ),
    Term(
        "Décision",
        "Ce que l'inspecteur·rice ASE décide pour chaque enfant, après le rapport.",
        "Decision",
        "What the child welfare inspector decides for each child, after the report.",
    ),
    Term(
        "Emprise",
        "L'ascendant d'une personne sur une autre, qui ne peut plus s'en défaire seule.",
        "Coercive control",
        "The hold of a person over another who can't get free alone any more.",
    ),
    Term(
        "Évaluation",
        "Deux professionnel·les de métiers différents rencontrent l'enfant, sa famille et son entourage, "
        "et remettent un rapport dans les trois mois de la réception (CASF D226-2-4).",
        "Assessment",
        "Two professionals of two fields meet the child, the family and those around, and hand in a "
        "report within three months of the receipt (CASF D226-2-4).",
    ),
    Term(
        "Faisceau d'indices",
        "Des signes qui, ensemble, font penser à une exploitation. Aucun ne suffit, aucun calcul n'en "
        "décide.",
        "Bundle of clues",
        "Signs that together make one think of exploitation. None is enough, and nothing computes a "
        "decision from them.",
    ),
    Term(
        "Fratrie",
        "Les frères et sœurs, y compris ceux qui vivent ailleurs. Leur situation est regardée aussi.",
        "Siblings",
        "Brothers and sisters, those who live elsewhere included. Their situation is looked at too.",
    ),
    Term(
        "Information préoccupante (IP)",
        "Ce qui fait craindre qu'un·e enfant soit en danger ou risque de l'être, une fois que la cellule "
        "l'a qualifié ainsi (CASF R226-2-2).",
        "Concern (IP)",
        "What makes one fear that a child is in danger or may be, once the cell has qualified it as such "
        "(CASF R226-2-2).",
    ),
    Term(
        "Jeune majeur·e",
        "Une personne de 18 à 21 ans que l'ASE continue d'accompagner, avec son accord (CASF L222-5).",
        "Young adult",
        "A person of 18 to 21 whom the ASE goes on to support, if they agree (CASF L222-5).",
    ),
    Term(
        "Joindre",
        "Réunir à un dossier existant une transmission qui porte sur les mêmes enfants. Le plus ancien "
        "délai vaut pour les deux.",
        "Attach",
        "To bring a filing about the same children to a file that exists. The earliest delay counts for "
        "both.",
    ),
    Term(
        "Journal",
        "La trace de chaque lecture et de chaque acte, que personne ne peut modifier sans que cela se voie.",
        "Journal",
        "The trace of each reading and act, which nobody can change unseen.",
    ),
    Term(
        "Juge des enfants",
        "Il ou elle ordonne les mesures de protection que la famille n'accepte pas ou qui ne suffisent "
        "pas (Code civil 375).",
        "Juvenile judge",
        "Orders the measures that the family doesn't agree to, or where help alone isn't enough (Code "
        "civil 375).",
    ),
    Term(
        "Mesure",
        "Une aide ou un accueil décidé pour un·e enfant : son début, sa fin, ses rapports.",
        "Measure",
        "Help or care decided for a child: its start, its end, its reports.",
    ),
    Term(
        "Mineur·e en situation prostitutionnelle",
        "Toujours victime d'exploitation sexuelle. Le consentement n'y a pas sa place.",
        "Minor in a situation of prostitution",
        "Always a victim of sexual exploitation. Consent has no place there.",
    ),
    Term(
        "MJIE",
        "Mesure judiciaire d'investigation éducative : le juge fait étudier la situation, six mois au plus.",
        "MJIE",
        "An investigation that the judge orders, of six months at most.",
    ),
    Term(
        "OPP",
        "Ordonnance de placement provisoire, du procureur ou du juge ; le procureur saisit le juge dans "
        "les huit jours (Code civil 375-5).",
        "OPP",
        "Provisional placement order by the prosecutor or the judge; the prosecutor seizes the judge "
        "within eight days (Code civil 375-5).",
    ),
    Term(
        "Ouverture d'urgence",
        "L'accès à un seul dossier, une heure au plus, avec un motif. Quelqu'un d'autre le relit toujours.",
        "Break-glass",
        "Access to one file for an hour at most, with a reason. Somebody else always reviews it.",
    ),
    Term(
        "Parquet, procureur",
        "L'autorité que l'on saisit en cas de danger grave et immédiat, ou quand l'aide à la famille ne "
        "suffit pas (CASF L226-4).",
        "Prosecutor",
        "The authority seized in grave and immediate danger, or where help to the family isn't enough "
        "(CASF L226-4).",
    ),
    Term(
        "Première analyse",
        "Ce que fait la cellule d'abord : lire, rapprocher, qualifier ou réorienter.",
        "First analysis",
        "What the cell does first: read, compare, qualify or redirect.",
    ),
    Term(
        "Projet pour l'enfant (PPE)",
        "Le document qui dit pour chaque enfant protégé ce qui est prévu, par qui et jusqu'à quand (CASF "
        "L223-1-1).",
        "Child's plan (PPE)",
        "The document that says for each protected child what is planned, by whom and until when (CASF "
        "L223-1-1).",
    ),
    Term(
        "Protection administrative, judiciaire",
        "Avec l'accord de la famille, décidée par le département ; ou ordonnée par la justice.",
        "Administrative, judicial protection",
        "With the family's agreement, decided by the authority; or ordered by justice.",
    ),
    Term(
        "Référent·e ASE",
        "Le ou la professionnel·le qui suit l'enfant tout au long de sa protection.",
        "Child's social worker",
        "The professional who accompanies the child as long as it is protected.",
    ),
    Term(
        "Relecture",
        "Le second regard sur ce qu'une personne a clos seule, ou ouvert en urgence.",
        "Review",
        "The second look at what one person closed alone, or opened in an emergency.",
    ),
    Term(
        "Retour au déclarant",
        "Ce que la loi permet de dire à qui a transmis : qu'il y est donné suite, et laquelle si le "
        "métier le justifie (CASF L226-5).",
        "Feedback to the filer",
        "What the law lets one tell whoever filed: that it is followed up, and how where their profession"
        " calls for it (CASF L226-5).",
    ),
    Term(
        "Seconde signature",
        "L'accord d'une autre personne, sans lequel rien ne change.",
        "Second signature",
        "The agreement of another person, without which nothing changes.",
    ),
    Term(
        "Secret partagé",
        "Ce que les professionnel·les d'un dossier se disent pour protéger l'enfant, dans cette mesure "
        "seulement (CASF L226-2-2).",
        "Shared secrecy",
        "What the professionals of a file tell each other to protect the child, and no more than that "
        "(CASF L226-2-2).",
    ),
    Term(
        "Signalement",
        "Ce que l'on adresse au procureur. À la cellule, on transmet une information préoccupante.",
        "Referral to the prosecutor",
        "What is sent to the prosecutor. To the cell one sends a concern.",
    ),
    Term(
        "Tiers présumé exploiteur",
        "Qui, d'après les faits rapportés, tire profit de l'exploitation. On ne dit pas « copain ».",
        "Alleged exploiter",
        "Whoever, by the facts told, profits from the exploitation. « Boyfriend » isn't said.",
    ),
    Term(
        "Titulaire de l'autorité parentale",
        "Parent, tuteur ou toute personne que la loi ou le juge charge de décider pour l'enfant.",
        "Holder of parental authority",
        "A parent, guardian or whoever the law or a judge has decide for the child.",
    ),
)
