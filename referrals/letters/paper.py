"""The paper of a letter: an authority's head, whom it is to, numbered or plain paragraphs, who signs.

Every letter is the same page, which prints by itself: no asset from elsewhere, every value escaped. Its PDF is PDF/A
and tagged (``rest/pdf.py``).
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.template import Context, Engine, Template

from outbox import training
from referrals.rest.pdf import pdf as rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """An authority's letterhead: its name as it signs, address lines, what to call, and a line at the foot."""

    name: str
    lines: tuple[str, ...] = ()
    foot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A passage: a heading or none, lines of label and value, sentences, points of a list, words in quotation marks."""

    heading: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """All that a letter says. ``large``: a child reads it, in larger type and on one page."""

    title: str
    head: Head
    to: tuple[str, ...]
    on: date
    reference: str
    sections: tuple[Section, ...]
    greeting: str = ""
    closing: str = ""
    signed_by: str = ""
    signed_as: str = ""
    language: str = "fr"
    large: bool = False


def html(paper: Paper) -> str:
    page: str = _template().render(Context({"paper": paper})) + ""
    return training.page(page)


def pdf(page: str) -> bytes:
    """Return that page as PDF/A-2a, tagged."""
    return rendered(page)


@cache
def _template() -> Template:
    return Engine(autoescape=True).from_string(Path(__file__).with_suffix(".html").read_text("utf-8"))
