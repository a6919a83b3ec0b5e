"""Steps of the form in their order, one page each, with the topics that stand on each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from web.filing import words
from web.filing.lists import ListTopic
from web.filing.topics import FilerTopic, PlaceTopic, SignsTopic, Topic


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form. ``part``: it is about one item of a repeatable part, of this ``kind`` of children."""

    slug: str
    title: Any
    topics: tuple[Topic, ...] = ()
    part: str = ""
    kind: str = ""
    another: Any = ""
    writing: bool = False


CHILD: Final = Section(
    "enfant",
    _("L'enfant"),
    (
        Topic("identite", _("Qui est l'enfant"), words.IDENTITY, "children"),
        Topic("age", _("Date de naissance inconnue : donner un âge"), words.AGE, "children", folded=True),
        PlaceTopic("lieu", _("Où est l'enfant"), words.PLACE, "children"),
        Topic("quotidien", _("Suivi en cours"), words.LIFE, "children"),
        Topic(
            "precisions", _("Autres précisions sur l'enfant"), words.MORE_OF_CHILD, "children", folded=True
        ),
    ),
    "children",
    "subject",
    _("Ajouter un enfant"),
)
SIBLINGS: Final = ListTopic(
    "siblings",
    _("Autres enfants du domicile"),
    words.SIBLING,
    "children",
    _("À remplir seulement si d'autres enfants vivent au domicile."),
    folded=True,
    kind="household",
    another=_("Ajouter un enfant"),
    one=_("Enfant"),
)
RECEPTION: Final = Section(
    "reception",
    _("L'appel ou le courrier"),
    (Topic("reception", _("L'appel ou le courrier"), words.RECEPTION),),
)
QUESTIONS: Final = Section("questions", _("Questions du département"))
SECTIONS: Final = (
    CHILD,
    Section(
        "inquietude",
        _("Ce qui vous inquiète"),
        (
            Topic("danger", _("Le danger immédiat"), words.DANGER),
            ListTopic(
                "facts",
                _("Les faits, un par un"),
                words.FACT,
                "facts",
                another=_("Ajouter un fait"),
                one=_("Fait"),
            ),
            Topic("paroles", _("La parole de l'enfant"), words.WORDS_OF_CHILD),
        ),
        writing=True,
    ),
    Section(
        "situation",
        _("La situation, les signes et les autres personnes"),
        (
            SignsTopic("signes", _("Les signes repérés")),
            Topic("nature", _("La nature de la situation"), words.SITUATION),
            Topic("autour", _("Autres victimes, argent"), words.OTHERS),
            ListTopic(
                "third_parties",
                _("Personnes en cause ou témoins"),
                words.THIRD_PARTY,
                "third_parties",
                _("Ne nommez quelqu'un que si c'est utile à la protection de l'enfant."),
                folded=True,
                another=_("Ajouter une personne"),
                one=_("Personne"),
            ),
            ListTopic(
                "digital_traces",
                _("Traces en ligne"),
                words.TRACE,
                "digital_traces",
                _(
                    "N'envoyez et ne conservez aucune image intime de l'enfant : décrivez-la. Gardez l'appareil "
                    "pour la police. Contenus à signaler : PHAROS ; chantage en ligne : 3018."
                ),
                folded=True,
                warning=True,
                another=_("Ajouter une trace"),
                one=_("Trace"),
            ),
        ),
        writing=True,
    ),
    Section(
        "famille",
        _("La famille"),
        (
            ListTopic(
                "holders",
                _("Titulaires de l'autorité parentale"),
                words.HOLDER,
                "holders",
                _("Le plus souvent les parents."),
                another=_("Ajouter une personne"),
                one=_("Titulaire"),
                unknown=_("Je ne sais pas qui ils sont"),
            ),
            Topic("foyer", _("Le foyer"), words.HOME),
            SIBLINGS,
            Topic(
                "information",
                _("Information des parents"),
                words.PARENTS,
                note=_(
                    "La loi demande d'informer les parents avant de transmettre, sauf si c'est contraire "
                    "à l'intérêt de l'enfant (CASF L226-2-1). Ne pas les "
                    "informer est alors un devoir : indiquez pourquoi."
                ),
            ),
        ),
    ),
    Section(
        "demarches",
        _("Ce qui a été fait"),
        (
            Topic("actions", _("Vos démarches"), words.DONE),
            Topic("parquet", _("Saisine directe du procureur"), words.JUSTICE),
        ),
    ),
    QUESTIONS,
    Section(
        "vous",
        _("Vous et les suites"),
        (
            FilerTopic("identite", _("Qui transmet"), words.SELF),
            Topic("lien", _("Vous et l'enfant"), words.TIE),
            Topic("suites", _("Les suites"), words.ANSWER),
        ),
    ),
)


def sections(*, by_cell: bool = True, asked: bool = True) -> Iterator[Section]:
    """Yield the pages in their order.

    ``by_cell``: the cell types in what somebody else said, and is asked how it came; ``asked``: the authority has
    questions of its own.
    """
    if by_cell:
        yield RECEPTION
    yield from (one for one in SECTIONS if asked or one != QUESTIONS)


def home_of(path: str, *, has_child: bool) -> tuple[Section, Topic | None] | None:
    """Return the page and the topic where a missing item is asked for, by its path in the form."""
    if path.partition(".")[0] == "extra":
        return QUESTIONS, None
    if path == "children":
        one = BY_SLUG["famille"] if has_child else CHILD
        return one, SIBLINGS if has_child else CHILD.topics[0]
    return next(
        ((one, topic) for one in sections() for topic in one.topics if topic.ask_at(path) is not None), None
    )


BY_SLUG: Final = {one.slug: one for one in sections()}
