"""Words of the directory's forms, by what they ask; what is done there, by the page that did it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.languages import Text
from web.directory import week
from web.forms import AS_TYPED, Ask

# --- Search -----------------------------------------------------------------------------------------------

SEARCH: Final[Sequence[Ask]] = (
    Ask("need", _("Besoin"), kind="select", nothing=_("Tous les besoins")),
    Ask("age_years", _("Âge (années)"), width="short"),
    Ask("words", _("Nom (jamais d'un enfant)")),
    Ask("open_now", _("Ouvert maintenant")),
)

# --- Structures -------------------------------------------------------------------------------------------

STRUCTURE: Final[Sequence[Ask]] = (
    Ask("name", _("Nom de la structure"), width="half"),
    Ask("kind", pgettext_lazy("structure", "De quel genre ?"), kind="select"),
    Ask("description", _("Ce qu'elle est, en quelques phrases"), rows=3, optional=True),
    Ask("phone", _("Téléphone"), width="half", optional=True),
    Ask(
        "email",
        _("Courriel du service"),
        _("Une boîte partagée, jamais celle d'une personne."),
        width="half",
        optional=True,
    ),
    Ask("website", _("Site"), width="half", optional=True, attributes=AS_TYPED),
    Ask("siret", _("SIRET"), _("14 chiffres."), width="half", optional=True, attributes=AS_TYPED),
    Ask("finess", _("FINESS"), _("9 signes."), width="half", optional=True, attributes=AS_TYPED),
    *week.ASKS,
    Ask(
        "opening_hours_text",
        _("Autres horaires, en toutes lettres"),
        _("Ce que les jours ne disent pas : sur rendez-vous, vacances scolaires."),
        optional=True,
    ),
    Ask("accessibility_url", _("Fiche Acceslibre"), optional=True, attributes=AS_TYPED),
)
STRUCTURE_STATUS: Final[Sequence[Ask]] = (Ask("status", _("État de la structure")),)

# --- Services, by topic -----------------------------------------------------------------------------------

#: Members that hold several short texts, typed into one field, with commas between them.
LISTED: Final = frozenset({"zones", "from_departments", "refused_departments", "languages"})
_DEPARTMENTS: Final = _("Numéros de départements, séparés par des virgules. Par exemple : 59, 62, 971.")


@dataclass(frozen=True, slots=True)
class Topic:
    """One form of a service: the word in its address, its title and its questions."""

    slug: str
    title: Text
    asks: Sequence[Ask]
    about: Text | str = ""


NAMING: Final[Sequence[Ask]] = (
    Ask("name", _("Nom du service"), width="half"),
    Ask(
        "description",
        _("Ce que fait le service"),
        _("En quelques phrases, comme vous le diriez à un collègue."),
        rows=4,
    ),
    Ask("needs", _("À quels besoins répond-il ?")),
    Ask("specialised", _("Est-il fait pour les mineurs victimes d'exploitation sexuelle ?")),
)
REACHING: Final[Sequence[Ask]] = (
    Ask("phone", _("Téléphone"), width="half", optional=True),
    Ask(
        "email",
        _("Courriel du service"),
        _("Une boîte partagée, jamais celle d'une personne."),
        width="half",
        optional=True,
    ),
    Ask("contact_name", _("À qui parler"), _("Une fonction plutôt qu'un nom."), width="half", optional=True),
    Ask("safe_channels", _("Par quels moyens sûrs peut-on lui parler d'un enfant ?"), _("Jamais par SMS.")),
    Ask("first_channel", _("Lequel préfère-t-il ?"), kind="select", optional=True),
    Ask("round_the_clock", _("Répond jour et nuit, tous les jours")),
    *week.ASKS,
    Ask(
        "opening_hours_text",
        _("Autres horaires, en toutes lettres"),
        _("Ce que les jours ne disent pas : sur rendez-vous, vacances scolaires."),
        optional=True,
    ),
    Ask("answer_delay_hours", _("Délai de réponse, en heures"), width="short", optional=True),
    Ask(
        "languages",
        _("Langues parlées"),
        _("Codes de deux ou trois lettres, séparés par des virgules. Par exemple : fr, en, ro."),
        kind="text",
        optional=True,
        attributes=AS_TYPED,
    ),
    Ask("interpreter", _("Fait venir un interprète")),
)
NIGHT: Final = Ask(
    "night_phone",
    _("Numéro de nuit"),
    _("Il est chiffré. Laissez vide pour garder celui qui est connu."),
    width="half",
    optional=True,
)
AGES: Final[Sequence[Ask]] = (
    Ask(
        "age_from",
        _("À partir de quel âge ?"),
        _("En années. Par exemple : 12."),
        width="short",
        optional=True,
    ),
    Ask(
        "age_to",
        _("Jusqu'à quel âge, inclus ?"),
        _("En années. 17 : jusqu'à la veille des 18 ans."),
        width="short",
        optional=True,
    ),
)
TAKING: Final[Sequence[Ask]] = (
    Ask("sexes", _("Qui est reçu ?"), _("Rien de coché : tout le monde.")),
    Ask("place_kind", _("Quel accueil ?"), optional=True),
)
TERRITORY: Final[Sequence[Ask]] = (
    Ask(
        "zones",
        _("Quels territoires sont servis ?"),
        _(
            "Codes de communes (INSEE), d'intercommunalités ou de départements, ou « france », séparés par des "
            "virgules. Vide : partout."
        ),
        kind="text",
        optional=True,
        attributes=AS_TYPED,
    ),
    Ask(
        "refused_departments",
        _("Quels départements sont refusés ?"),
        _DEPARTMENTS,
        kind="text",
        optional=True,
        attributes=AS_TYPED,
    ),
    Ask("distance_placement", _("Reçoit de loin, pour un éloignement")),
    Ask(
        "from_departments",
        _("Éloignement : de quels départements ?"),
        _("Numéros séparés par des virgules. Vide : de tous les autres."),
        kind="text",
        optional=True,
        attributes=AS_TYPED,
    ),
)
ASKING: Final[Sequence[Ask]] = (
    Ask("who_may_ask", _("Qui peut demander ?"), _("Rien de coché : tout le monde.")),
    Ask("needs_agreement", _("Que faut-il avant l'accueil ?")),
    Ask("access_conditions", _("Autres conditions"), rows=2, optional=True),
    Ask("documents_wanted", _("Documents à envoyer"), rows=2, optional=True),
    Ask("documents_never", _("Documents à ne jamais envoyer"), rows=2, optional=True),
    Ask("mobilisation_note", _("Comment faire la demande"), rows=2, optional=True),
    Ask("mobilisation_url", _("Formulaire en ligne"), optional=True, attributes=AS_TYPED),
    Ask("fees_note", _("Qui paie, et combien"), rows=2, optional=True),
)
STATUS: Final[Sequence[Ask]] = (
    Ask("status", _("État du service"), _("Un service suspendu ou fermé n'est plus proposé.")),
    Ask("suspended_until", _("Suspendu jusqu'au"), optional=True),
    Ask("asks_every_months", _("À quel rythme lui demander de confirmer sa fiche ?"), kind="select"),
)
TOPICS: Final[Sequence[Topic]] = (
    Topic("essentiel", _("L'essentiel"), NAMING),
    Topic(
        "publics",
        _("Qui est reçu"),
        (*AGES, *TAKING),
        _("Ce qui est dit ici décide de ce qui est proposé pour un enfant."),
    ),
    Topic("territoire", _("Territoire"), TERRITORY),
    Topic("demande", _("Comment demander"), ASKING),
    Topic("contact", _("Horaires et contact"), (*REACHING, NIGHT)),
    Topic("etat", _("Suspendre ou fermer"), STATUS),
)
#: What is asked of a service that is new; the rest follows on its own page, by topic.
NEW_SERVICE: Final[Sequence[Ask]] = (*NAMING, *AGES, *REACHING[:2], REACHING[5], *week.ASKS)

PLACE: Final[Sequence[Ask]] = (
    Ask("visibility", _("Qui peut connaître l'adresse ?")),
    Ask("address", _("Numéro et rue"), width="half"),
    Ask("complement", _("Complément d'adresse"), _("Bâtiment, étage, accès."), width="half", optional=True),
    Ask("postal_code", _("Code postal"), width="short", attributes=AS_TYPED),
    Ask("insee_code", _("Commune"), _("Par exemple : Bobigny, ou Saint-Denis (93)."), width="half"),
)
CAPACITY: Final[Sequence[Ask]] = (
    Ask("unit", _("Ce qui est compté"), _("Place, lit, famille…"), width="half"),
    Ask("population", _("Pour qui"), _("Par exemple : filles de 13 à 17 ans."), width="half", optional=True),
    Ask("maximum", _("Places en tout"), width="short", optional=True),
    Ask("emergency", _("Dont pour l'urgence"), width="short", optional=True),
    Ask(
        "vacancy",
        _("Places libres aujourd'hui"),
        _("Montrées pendant sept jours, puis « non connu »."),
        width="short",
        optional=True,
    ),
    Ask("told_by", _("Dit par"), _("La fonction de qui l'a dit, et comment."), width="half", optional=True),
    Ask("note", _("Remarque"), optional=True),
)

#: How one knows what one changes, at the end of each form of an entry.
KNOWN: Final[Sequence[Ask]] = (
    Ask("means", _("Comment le savez-vous ?"), inline=True),
    Ask(
        "evidence",
        _("Qui l'a dit, ou où c'est écrit"),
        _("Une fonction, une page, la date d'un courriel."),
        optional=True,
    ),
)
ACCEPTS: Final[Sequence[Ask]] = (
    Ask("answer", _("Reçu ?"), inline=True, optional=True),
    Ask("words", _("Pourquoi, à quelles conditions"), optional=True),
)

# --- Checks, reports, openings ----------------------------------------------------------------------------

VERIFY: Final[Sequence[Ask]] = (
    Ask("means", _("Comment avez-vous vérifié ?")),
    Ask("evidence", _("Preuve"), _("Qui a répondu (sa fonction), date du courriel, page consultée."), rows=2),
)
REPORT: Final[Sequence[Ask]] = (
    Ask(
        "sentence",
        _("Qu'est-ce qui est faux ?"),
        _("En une phrase, sur la fiche seulement : ne nommez aucun enfant, aucune famille."),
        rows=2,
    ),
)
OPENING: Final[Sequence[Ask]] = (
    Ask("purpose", _("Pourquoi ouvrez-vous cette adresse ?")),
    Ask(
        "reference",
        _("Référence du dossier de l'enfant"),
        _("La nuit, l'astreinte peut s'en passer si une autre personne a donné son accord."),
        width="half",
        attributes={"spellcheck": "false"},
    ),
)
MERGE: Final[Sequence[Ask]] = (
    Ask(
        "kept",
        _("Quelle fiche gardez-vous ?"),
        _("Ses champs restent ; l'autre devient un autre nom de celle-ci, et ses services la rejoignent."),
    ),
)

#: What was done, by the page that did it.
DONE: Final[Mapping[str, Text]] = {
    "directory-structure-new": _("Ajouter une structure"),
    "directory-structure-edit": _("Corriger une structure"),
    "directory-structure-place": _("Corriger l'adresse"),
    "directory-structure-status": _("Changer l'état de la structure"),
    "directory-service-new": _("Ajouter un service"),
    "directory-service-topic": _("Corriger un service"),
    "directory-service-place": _("Corriger l'adresse"),
    "directory-capacity": _("Dire les places"),
    "directory-verify": _("Vérifier la fiche"),
    "directory-report": _("Signaler une erreur"),
    "directory-settle": _("Régler un signalement"),
    "directory-merge": _("Réunir deux fiches"),
    "directory-look": _("Examiner une consultation"),
    "directory-ask": _("Demander au service de confirmer"),
    "directory-undo": _("Annuler une réponse par lien"),
    "directory-import": _("Importer le fichier"),
    "directory-held-settle": _("Décider d'une ligne retenue"),
}
