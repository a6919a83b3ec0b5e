"""Lexicon of child protection in both languages, for newcomers (domain.md §9, §3.6)."""

from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.languages import FRENCH, Text, in_language


class Term(NamedTuple):
    """A word, as professionals use it in French, and what it means."""

    word: Text
    means: Text


def term_lines() -> list[tuple[str, str, str]]:
    """Return each word with its meaning in the reader's language, and the French word."""
    lines = [(str(one.word), str(one.means), in_language(one.word, FRENCH)) for one in TERMS]
    return sorted(lines, key=lambda line: line[0].casefold())


TERMS: Final[tuple[Term, ...]] = (
    Term(
        pgettext_lazy("lexicon", "119 – Snated"),
        _(
            "Service national d'accueil téléphonique de l'enfance en danger. Il conseille, jour et nuit, "
            "et transmet aux départements ce qui inquiète."
        ),
    ),
    Term(
        _("AED"),
        _(
            "Aide éducative à domicile : une aide à la famille, avec l'accord des titulaires de l'autorité parentale."
        ),
    ),
    Term(
        _("AEMO"),
        _("Action éducative en milieu ouvert : l'aide à domicile, ordonnée par le juge des enfants."),
    ),
    Term(
        _("Accueil 72 heures"),
        _(
            "Accueil d'un enfant, 72 heures au plus, sans l'accord préalable des parents, qui sont "
            "prévenus sans délai, et le procureur avec eux (CASF L223-2)."
        ),
    ),
    Term(
        pgettext_lazy("lexicon", "Accusé de réception"),
        _("Le message qui confirme au déclarant que la cellule a bien reçu sa transmission."),
    ),
    Term(
        pgettext_lazy("lexicon", "ASE"),
        _("Aide sociale à l'enfance : le service du département qui protège les enfants."),
    ),
    Term(
        _("Astreinte"),
        _(
            "Les cadres que l'on appelle la nuit et le week-end, l'un après l'autre, jusqu'à ce que quelqu'un réponde."
        ),
    ),
    Term(
        pgettext_lazy("lexicon", "Auteur d'achat d'actes sexuels"),
        _("Personne qui paie un mineur pour un acte sexuel. On ne dit pas « client »."),
    ),
    Term(
        _("Autorité"),
        _(
            "La collectivité, le plus souvent un département, chargée de la protection de l'enfance "
            "sur son territoire. Chaque dossier en a une."
        ),
    ),
    Term(
        pgettext_lazy("lexicon", "Complément"),
        _("Ce que l'on ajoute à une transmission, que la cellule l'ait demandé ou non."),
    ),
    Term(
        _("CRIP"),
        _(
            "Cellule de recueil, de traitement et d'évaluation des informations préoccupantes : elle "
            "reçoit ce que les professionnels transmettent à un département."
        ),
    ),
    Term(
        _("Danger grave et immédiat"),
        _("Ce qui n'attend pas : 17 d'abord. La cellule saisit le procureur sans délai (CASF L226-4)."),
    ),
    Term(_("Décision"), _("Ce que l'inspection ASE décide pour chaque enfant, après le rapport.")),
    Term(_("Emprise"), _("L'ascendant d'une personne sur une autre, qui ne peut plus s'en défaire seule.")),
    Term(
        _("Évaluation"),
        _(
            "Deux professionnels de métiers différents rencontrent l'enfant, sa famille et son "
            "entourage, et remettent un rapport dans les trois mois de la réception (CASF D226-2-4)."
        ),
    ),
    Term(
        _("Faisceau d'indices"),
        _(
            "Des signes qui, ensemble, font penser à une exploitation. Aucun ne suffit, et aucun "
            "calcul ne tranche."
        ),
    ),
    Term(
        pgettext_lazy("lexicon", "Fratrie"),
        _("Les frères et sœurs, y compris ceux qui vivent ailleurs. Leur situation est examinée aussi."),
    ),
    Term(
        _("Information préoccupante (IP)"),
        _(
            "Ce qui fait craindre qu'un enfant soit en danger ou risque de l'être, une fois que la "
            "cellule l'a qualifié ainsi (CASF R226-2-2)."
        ),
    ),
    Term(
        _("Jeune majeur"),
        _("Une personne de 18 à 21 ans que l'ASE continue d'accompagner, avec son accord (CASF L222-5)."),
    ),
    Term(
        _("Joindre"),
        _(
            "Rattacher à un dossier existant une transmission qui porte sur les mêmes enfants. Le "
            "délai le plus ancien vaut pour les deux."
        ),
    ),
    Term(
        _("Journal"),
        _(
            "La trace de chaque lecture et de chaque acte, que personne ne peut modifier sans que cela se voie."
        ),
    ),
    Term(
        _("Juge des enfants"),
        _(
            "Il ou elle ordonne les mesures de protection que la famille n'accepte pas ou qui ne "
            "suffisent pas (Code civil 375)."
        ),
    ),
    Term(_("Mesure"), _("Une aide ou un accueil décidé pour un enfant : son début, sa fin, ses rapports.")),
    Term(
        _("Mineur en situation prostitutionnelle"),
        _("Toujours victime d'exploitation sexuelle. Le consentement n'y a pas sa place."),
    ),
    Term(
        pgettext_lazy("lexicon", "MJIE"),
        _(
            "Mesure judiciaire d'investigation éducative : le juge fait étudier la situation, six mois au plus."
        ),
    ),
    Term(
        _("OPP"),
        _(
            "Ordonnance de placement provisoire, du procureur ou du juge ; le procureur saisit le juge "
            "dans les huit jours (Code civil 375-5)."
        ),
    ),
    Term(
        pgettext_lazy("lexicon", "Ouverture d'urgence"),
        _(
            "L'accès à un seul dossier, une heure au plus, avec un motif. Quelqu'un d'autre le relit toujours."
        ),
    ),
    Term(
        _("Parquet, procureur"),
        _(
            "L'autorité que l'on saisit en cas de danger grave et immédiat, ou quand l'aide à la famille "
            "ne suffit pas (CASF L226-4)."
        ),
    ),
    Term(
        _("Première analyse"),
        _("Ce que fait la cellule d'abord : lire, rapprocher, qualifier ou réorienter."),
    ),
    Term(
        _("Projet pour l'enfant (PPE)"),
        _(
            "Le document qui dit pour chaque enfant protégé ce qui est prévu, par qui et jusqu'à quand (CASF L223-1-1)."
        ),
    ),
    Term(
        _("Protection administrative, judiciaire"),
        _("Avec l'accord de la famille, décidée par le département ; ou ordonnée par la justice."),
    ),
    Term(_("Référent ASE"), _("La personne qui suit l'enfant, pour l'ASE, tout au long de sa protection.")),
    Term(
        pgettext_lazy("lexicon", "Relecture"),
        _("Le second regard sur ce qu'une personne a clos seule, ou ouvert en urgence."),
    ),
    Term(
        _("Retour au déclarant"),
        _(
            "Ce que la loi permet de dire au déclarant : qu'une suite est donnée, et laquelle si sa "
            "profession le justifie (CASF L226-5)."
        ),
    ),
    Term(_("Seconde signature"), _("L'accord d'une autre personne, sans lequel rien ne change.")),
    Term(
        _("Secret partagé"),
        _(
            "Ce que les professionnels d'un dossier se disent pour protéger l'enfant, dans cette mesure"
            " seulement (CASF L226-2-2)."
        ),
    ),
    Term(
        pgettext_lazy("lexicon", "Signalement"),
        _("Ce que l'on adresse au procureur. À la cellule, on transmet une information préoccupante."),
    ),
    Term(
        _("Tiers présumé exploiteur"),
        _(
            "Personne qui, d'après les faits rapportés, tire profit de l'exploitation. On ne dit pas « copain »."
        ),
    ),
    Term(
        _("Titulaire de l'autorité parentale"),
        _("Parent, tuteur ou toute personne que la loi ou le juge charge de décider pour l'enfant."),
    ),
    Term(
        pgettext_lazy("lexicon", "CMP"),
        _("Centre médico-psychologique : des soins psychiques gratuits, près de chez soi."),
    ),
    Term(
        pgettext_lazy("lexicon", "CSAPA"),
        _("Centre de soins, d'accompagnement et de prévention en addictologie, gratuit et anonyme."),
    ),
    Term(
        pgettext_lazy("lexicon", "MECS"),
        _(
            "Maison d'enfants à caractère social : elle accueille des enfants que l'ASE ou le juge lui confie."
        ),
    ),
    Term(
        pgettext_lazy("lexicon", "PAEJ"),
        _("Point accueil écoute jeunes : gratuit et confidentiel, on y vient sans rendez-vous."),
    ),
    Term(
        pgettext_lazy("lexicon", "UAPED"),
        _(
            "Unité d'accueil pédiatrique des enfants en danger : audition filmée et examen, à l'hôpital, en une fois."
        ),
    ),
)
