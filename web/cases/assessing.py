"""Words of what the report asks for of each child, and what is still missing of it (domain.md §4.10)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.assessment.inputs import ChildHearing, DangerForm
from referrals.vocabulary.assessment_answers import DangerLevel, Dimension
from web import forms
from web.forms import Ask, Follow, Pairs

#: What to look at, dimension by dimension: questions to oneself, that add up to nothing.
HELP: Final[Mapping[Dimension, Text]] = {
    Dimension.NEEDS_RIGHTS: _(
        "Est-il nourri, logé, soigné, protégé, aimé ? Peut-il jouer, explorer, s'exprimer ? Ses droits sont-ils "
        "respectés ?"
    ),
    Dimension.HEALTH: _(
        "Suivi médical, vaccins, sommeil, alimentation, santé psychique, addictions, santé sexuelle selon l'âge."
    ),
    Dimension.EDUCATION: _(
        "Présence et autorité des adultes, règles de la maison, école et assiduité, horaires, écrans, argent."
    ),
    Dimension.DEVELOPMENT: _("Développement physique, affectif, intellectuel et social, au regard de l'âge."),
    Dimension.WELLBEING: _(
        "Ce qui va bien : liens, amis, loisirs, projets, lieux où l'enfant se sent en sécurité."
    ),
    Dimension.SUFFERING: _(
        "Changements de comportement, tristesse, peurs, retrait, fugues, mises en danger, paroles sur la mort."
    ),
    Dimension.SAFETY: _("Santé et corps, protection face aux dangers, lien stable avec un adulte."),
    Dimension.EXPLORATION: _("Ce qu'on lui laisse découvrir, essayer, apprendre."),
    Dimension.RULES: _("Des règles claires, tenues, sans violence."),
    Dimension.IDENTITY: _("Son histoire, sa place dans la famille, ce que l'enfant en sait."),
    Dimension.ESTEEM: _("Le regard que l'enfant porte sur sa personne, et celui qu'on lui renvoie."),
    Dimension.SKILLS: _("Ce que l'enfant sait faire, demander, dire non ; sa façon de chercher de l'aide."),
    Dimension.PARENTING: _(
        "Ce que chaque titulaire comprend des besoins de l'enfant, et la réponse qu'il y apporte."
    ),
    Dimension.MOBILISE: _("Ce que chaque titulaire reconnaît, propose et a commencé à changer."),
    Dimension.RESOURCES: _("Qui compte pour l'enfant, et sur qui la famille peut s'appuyer."),
}
_FOUND: Final = (
    Ask("observed", _("Observé par l'équipe"), rows=2, optional=True),
    Ask("reported", _("Rapporté : par qui, quand"), rows=2, optional=True),
    Ask(
        "text",
        _("Ce que l'équipe en déduit, ou pourquoi ce n'est pas évalué"),
        _("Nécessaire, sauf si le constat est « Satisfait »."),
        rows=3,
    ),
)
#: How the page asks for a child's own words.
HEARING: Final = (
    Ask("heard", _("Comment l'enfant a-t-il été entendu ?"), inline=True),
    Ask("heard_on", _("Quand")),
    Ask("heard_by", _("Par qui"), width="half", rows=1),
    Ask("words", _("Ce que dit l'enfant"), _("Ses mots, entre guillemets."), rows=4),
    Ask("wants", _("Ce que l'enfant souhaite"), rows=2),
    Ask("not_heard", _("Pourquoi l'enfant n'a pas été entendu")),
    Ask("not_heard_text", _("Précisez, si c'est une autre raison"), rows=2),
    Ask(
        "told",
        _("Ce qui a été dit à l'enfant"),
        _("De l'évaluation, de ses droits, de la suite ; dans quels mots."),
        rows=2,
    ),
)
#: How the page asks for a child's dangers.
DANGERS: Final = (
    Ask(
        "danger_categories", _("Dangers retenus"), _("Dès que le rapport conclut à un danger ou à un risque.")
    ),
    Ask("maltreatment", _("Maltraitances"), optional=True),
    Ask("exploitation", _("Situation prostitutionnelle, selon l'équipe"), inline=True),
    Ask("hold", _("L'enfant est-il sous l'emprise de quelqu'un ?"), inline=True),
    Ask("debt", _("L'enfant a-t-il une dette à rembourser ?"), inline=True),
    Ask("tonight", _("Où l'enfant dort ce soir"), rows=1),
    Ask("third_parties", _("Qui exploite l'enfant, ou en profite"), rows=2, optional=True),
    Ask("digital", _("Comptes, annonces, téléphones"), rows=2, optional=True),
)
VOICE: Final = "voice-"
DANGER: Final = "danger-"


def asked_of(dimension: Dimension) -> list[Ask]:
    """Return the questions about one dimension."""
    follow = Follow((), _FOUND)
    return [Ask("finding", dimension.label, HELP[dimension], inline=True, follow=follow)]


def hearing() -> list[Ask]:
    """Return the questions about a child's own words, each under the answer that calls for it."""
    return forms.as_called(ChildHearing, HEARING)


def danger() -> list[Ask]:
    """Return the questions about a child's dangers, each under the answer that calls for it."""
    return forms.as_called(DangerForm, DANGERS)


def texts_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts of a finding by the names of its form: what is said of health has columns of its own."""
    return {name: row.get(f"health_{name}") or row.get(name) for name in ("observed", "reported", "text")}


def missing_of(
    child: str, row: Mapping[str, Any], voices: Sequence[Mapping[str, Any]], wanted: Sequence[Dimension]
) -> list[str]:
    """Return what the report ``row`` still lacks of a child, in the reader's words; ``wanted`` are its dimensions."""
    done = {one["dimension"] for one in row["findings"] if one["child"] == child and one["complete"]}
    lacking = (
        [] if any(one["complete"] for one in voices if one["child"] == child) else [gettext("Sa parole")]
    )
    if not _danger_is_complete(child, row):
        lacking.append(gettext("Dangers et situation prostitutionnelle"))
    return lacking + [str(one.label) for one in wanted if one not in done]


def _danger_is_complete(child: str, row: Mapping[str, Any]) -> bool:
    calm = any(
        one["child"] == child and one["danger_level"] == DangerLevel.NO_DANGER for one in row["conclusions"]
    )
    dangers = (one for one in row["dangers"] if one["child"] == child and one["complete"])
    return any(calm or one["danger_categories"] for one in dangers)


def voices_of(row: Mapping[str, Any], voices: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return what the children said in one assessment."""
    return [one for one in voices if one["assessment"] == row["id"]]


def children(
    pk: UUID,
    named: Pairs,
    row: Mapping[str, Any],
    voices: Sequence[Mapping[str, Any]],
    wanted: Sequence[Dimension],
) -> list[dict[str, Any]]:
    """Return the pages of the children, each with what is still missing there."""
    return [
        {
            "pk": child,
            "name": name,
            "missing": missing_of(child, row, voices, wanted),
            "address": reverse("child-writing", args=[pk, child]),
        }
        for child, name in named
    ]
