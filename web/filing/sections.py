"""Sections of the form in their order, one page each, in groups as the task list shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from core.inputs import StrictSerializer
from referrals.filing.form import ConcernForm
from web.filing import grid, words
from web.filing.grid import Family
from web.forms import Ask, every


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form.

    ``part``: the repeatable part whose item it asks for, ``kind`` which children; without one it is of the concern.
    ``writing``: the page shows how to write.
    """

    slug: str
    title: Any
    asks: tuple[Ask, ...] = ()
    part: str = ""
    kind: str = ""
    another: Any = ""
    writing: bool = False
    family: Family | None = None

    @property
    def takes(self) -> type[StrictSerializer]:
        """Return the input declaration of what the page asks for."""
        return part_input(self.part) if self.part else ConcernForm

    def holds(self, path: str) -> bool:
        """Tell whether a missing item, by its path in the form, is asked for here."""
        head, _, rest = path.partition(".")
        if self.slug == "questions":
            return head == "extra"
        names = {ask.name for ask in every(self.asks)} | ({"commune_insee"} if self.slug == "lieu" else set())
        if not self.part:
            return head in names
        if head != self.part:
            return False
        return (not rest and self.another != "") or rest.partition(".")[2] in names


def part_input(name: str) -> type[StrictSerializer]:
    """Return the input declaration of one item of a repeatable part."""
    many: Any = ConcernForm().fields[name]
    serializer: type[StrictSerializer] = type(many.child)
    return serializer


@dataclass(frozen=True, slots=True)
class Group:
    """A chapter of the task list."""

    title: Any
    sections: tuple[Section, ...]


CHILD: Final = Section(
    "enfant", _("Qui est l'enfant"), words.IDENTITY, "children", "subject", _("Ajouter un enfant")
)
RECEPTION: Final = Section("reception", _("L'appel ou le courrier"), words.RECEPTION)
PLACE: Final = Section("lieu", _("Où est l'enfant"), words.PLACE, "children", "subject")
GROUPS: Final = (
    Group(
        _("L'enfant"),
        (
            CHILD,
            PLACE,
            Section("quotidien", _("Son quotidien"), words.LIFE, "children", "subject"),
        ),
    ),
    Group(
        _("Ce qui vous inquiète"),
        (
            Section("danger", _("Le danger immédiat"), words.DANGER),
            Section(
                "faits",
                _("Les faits, un par un"),
                words.FACT,
                "facts",
                another=_("Ajouter un fait"),
                writing=True,
            ),
            Section("paroles", _("La parole de l'enfant"), words.WORDS_OF_CHILD, writing=True),
            *(Section(one.slug, one.title, family=one) for one in grid.FAMILIES),
            Section("situation", _("La nature de la situation"), words.SITUATION, writing=True),
            Section(
                "tiers",
                _("Autres personnes"),
                words.THIRD_PARTY,
                "third_parties",
                another=_("Ajouter une personne"),
                writing=True,
            ),
            Section(
                "traces", _("Traces en ligne"), words.TRACE, "digital_traces", another=_("Ajouter une trace")
            ),
            Section("autour", _("Autres victimes, argent"), words.OTHERS),
        ),
    ),
    Group(
        _("La famille"),
        (
            Section(
                "responsables",
                _("Titulaires de l'autorité parentale"),
                words.HOLDER,
                "holders",
                another=_("Ajouter une personne"),
            ),
            Section("foyer", _("Le foyer"), words.HOME),
            Section(
                "fratrie",
                _("Autres enfants du domicile"),
                words.SIBLING,
                "children",
                "household",
                _("Ajouter un enfant"),
            ),
            Section("information", _("Information des parents"), words.PARENTS),
        ),
    ),
    Group(
        _("Ce qui a été fait"),
        (
            Section("demarches", _("Vos démarches"), words.DONE),
            Section("parquet", _("Saisine directe du procureur"), words.JUSTICE),
            Section("questions", _("Questions du département")),
        ),
    ),
    Group(
        _("Vous"),
        (
            Section("vous", _("Qui transmet"), words.SELF),
            Section("suites", _("Les suites"), words.ANSWER),
        ),
    ),
)


#: What the cell is asked for besides, when it types in what somebody else says.
OF_CELL: Final = Group(_("Ce qui vous est parvenu"), (RECEPTION,))


def groups_for(*, by_cell: bool) -> tuple[Group, ...]:
    """Return the chapters of a draft, by who types it."""
    return (OF_CELL, *GROUPS) if by_cell else GROUPS


def sections() -> Iterator[Section]:
    """Yield all sections in order."""
    for group in (OF_CELL, *GROUPS):
        yield from group.sections


BY_SLUG: Final = {one.slug: one for one in sections()}


def after(section: Section) -> Section | None:
    """Return the section that comes next."""
    order = list(sections())
    place = order.index(section) + 1
    return order[place] if place < len(order) else None


def home_of(path: str, *, has_child: bool) -> Section | None:
    """Return the section where a missing item is asked for, by its path in the form."""
    if path == "contact_path":
        return PLACE
    if path == "children" and has_child:
        return BY_SLUG["fratrie"]
    if path == "holders":
        return BY_SLUG["responsables"]
    return next((one for one in sections() if one.holds(path)), None)
