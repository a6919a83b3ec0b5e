"""A guidance page as it is shown: its text as HTML, and between it the tables that are data (field.md B.6).

No HTML of the file passes. A link leads to another page (``guide:section/page``), to one of the service
(``page:name``), or out; nothing else is a link.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from django.core.checks import CheckMessage, Error, register
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from referrals.vocabulary.filing_answers import SIGNS
from referrals.vocabulary.law.article import Article
from referrals.vocabulary.law.citations import found_in
from web.filing.meanings import MEANINGS
from web.guidance import files
from web.guidance.files import GuidePage, pages
from web.guidance.numbers import Number, numbers

#: The sections in the order of the index.
SECTIONS: Final = {
    "faire": _("Que faire"),
    "reperer": _("Repérer"),
    "dire": _("Parler avec l'enfant"),
    "ecrire": _("Écrire à la cellule"),
    "apres": _("Après la transmission"),
    "comprendre": _("Comprendre"),
    "mecanismes": _("Comment l'exploitation se met en place"),
    "droit": _("Le droit"),
    "proteger": _("Protéger"),
    "aller-vers": _("Aller vers les jeunes"),
    "prevenir": _("Prévenir"),
    "local": _("Dans votre département"),
}
#: What a line alone puts in: data, not typed again.
_INSERT: Final = re.compile(r"^\{(numbers|articles|signs)\}$", re.MULTILINE)
_GUIDE: Final = "guide:"
_PAGE: Final = "page:"
#: The pages of the service to which a text may lead, by what it calls them.
PAGES: Final = {
    "filing": "filing-new",
    "lexicon": "lexicon",
    "procedure": "procedure",
    "articles": "articles",
}
_OUT: Final = ("https://", "tel:", "sms:")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a page: ``kind`` is ``text`` with its HTML, or what is put in there."""

    kind: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of the grid, with what it means."""

    label: Any
    means: Any


class DeadLink(Exception):
    """A link of a page that leads nowhere."""


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


def parts(page: GuidePage) -> Iterator[Part]:
    """Yield the pieces of a page in their order.

    Raises:
        DeadLink: a link leads nowhere.
    """
    end = 0
    for insert in _INSERT.finditer(page.text):
        yield Part("text", _html(page.text[end : insert.start()], page))
        yield Part(insert[1])
        end = insert.end()
    yield Part("text", _html(page.text[end:], page))


def _html(text: str, page: GuidePage) -> SafeString:
    markdown = _markdown()
    tokens = markdown.parse(text)
    for token in _within(tokens):
        if token.type == "link_open":
            token.attrs["href"] = target(str(token.attrs["href"]), page)
            if str(token.attrs["href"]).startswith("https:"):
                token.attrs["rel"] = "noreferrer"
    html = str(markdown.renderer.render(tokens, markdown.options, {}))
    # Made of tokens whose text the renderer escapes; HTML in the file is off.
    return mark_safe(html)  # noqa: S308


def _within(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _within(token.children or [])


def target(address: str, page: GuidePage) -> str:
    """Return where a link of a page leads.

    Raises:
        DeadLink: nowhere, or elsewhere than a page may lead.
    """
    if address.startswith(_GUIDE):
        path = address.removeprefix(_GUIDE)
        if path not in pages(page.lang):
            raise DeadLink(f"{page.lang}/{page.path}: {address}")
        section, name = path.split("/")
        return reverse("guide-page", args=[section, name])
    if address.startswith(_PAGE):
        of_service = PAGES.get(address.removeprefix(_PAGE))
        if of_service is None:
            raise DeadLink(f"{page.lang}/{page.path}: {address}")
        return reverse(of_service)
    code = address.removeprefix("tel:").removeprefix("sms:")
    if not address.startswith(_OUT) or (code != address and code not in numbers()):
        raise DeadLink(f"{page.lang}/{page.path}: {address}")
    return address


def articles_of(page: GuidePage) -> list[Article]:
    """Return the articles that a page names in its head."""
    return [one.article for cited in page.articles for one in found_in(cited)]


def signs_of(page: GuidePage) -> list[Sign]:
    """Return the signs that a page is about."""
    labels = {code: label for family in SIGNS.values() for code, label in family.items()}
    return [Sign(labels[code], MEANINGS.get(code, "")) for code in page.signs]


def numbers_of(page: GuidePage, today: date) -> list[Number]:
    """Return the numbers that a page names, without those whose check is overdue."""
    named = (numbers()[code] for code in page.numbers if code in numbers())
    return [one for one in named if one.is_checked(today)]


#: Four doors to the sections, each with what is behind it.
DOORS: Final = (
    (
        _("Comprendre"),
        _("Reconnaître une situation, et comment elle se met en place."),
        ("reperer", "comprendre", "mecanismes"),
    ),
    (
        _("Agir"),
        _("Parler avec l'enfant, écrire, et ce qui se passe ensuite."),
        ("faire", "dire", "ecrire", "apres", "aller-vers", "prevenir"),
    ),
    (_("La loi"), _("Ce que disent le code pénal et la protection de l'enfance."), ("droit",)),
    (
        _("Les ressources"),
        _("Qui peut aider, près de chez vous et partout en France."),
        ("proteger", "local"),
    ),
)


def doors(lang: str, today: date) -> list[tuple[Any, Any, list[tuple[Any, list[GuidePage]]]]]:
    """Return the doors with their sections and pages; pages whose review is overdue are left out."""
    current = [page for page in pages(lang).values() if page.is_current(today)]
    return [
        (
            title,
            about,
            [
                (SECTIONS[section], group)
                for section in sections
                if (group := [page for page in current if page.section == section])
            ],
        )
        for title, about, sections in DOORS
    ]


@register()
def guidance_can_be_shown(**_: Any) -> list[CheckMessage]:
    """Return the first fault of a guidance page, by the name of its file."""
    try:
        for lang in files.LANGUAGES:
            for page in files.pages(lang).values():
                list(parts(page))
                signs_of(page)
    except (files.BadPage, DeadLink, KeyError, UnicodeDecodeError) as error:
        return [
            Error(
                f"Correct the guidance page, or take it out of REPERE_GUIDANCE_FOLDER: {error}",
                id="repere.E900",
            )
        ]
    return []
