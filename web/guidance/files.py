"""The guidance pages as files: ``pages/<language>/<section>/<page>.md``, a head in TOML, then CommonMark.

An English head holds title, summary and language, and what differs from the French page's head, which gives the rest.
A file is read once, when the first page is asked for. What a head must hold is checked here, so that a page with no
source, no day of writing or no day of review is refused where it is read, and not shown. Source: field.md B.6.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings

from core.french import spaced
from core.languages import ENGLISH, FRENCH, for_reader
from encryption import digest

FOLDER: Final = Path(__file__).parent / "pages"
_FENCE: Final = "+++"
#: What a head says in the page's own language, and so takes over from no other.
_WORDED: Final = ("title", "summary", "lang")
#: The section of pages that the authorities of an instance add (``GUIDANCE_FOLDER``).
LOCAL: Final = "local"
LANGUAGES: Final = (FRENCH, ENGLISH)


@dataclass(frozen=True, slots=True)
class Source:
    """Whom a page relies on: linked, never copied. ``dated`` is as the source gives it; ``read_on`` when we read it."""

    title: str
    publisher: str
    dated: str
    address: str
    read_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidePage:
    """One page in one language; ``path`` is ``section/page``, the same in both.

    ``written_on``, ``review_due``: the text's own days. ``steps`` as ``machine:step``; ``fields`` of the concern form;
    ``signs`` of the spotting grid; ``articles`` as they are cited; ``numbers`` by their codes. ``digest``:
    SHA-256 of the file, and of the French head that an English one rests on: a changed source is reviewed in both.
    """

    path: str
    lang: str
    title: str
    summary: str
    audience: tuple[str, ...]
    settings: tuple[str, ...]
    steps: tuple[str, ...]
    fields: tuple[str, ...]
    signs: tuple[str, ...]
    articles: tuple[str, ...]
    numbers: tuple[str, ...]
    written_on: date
    review_due: date
    status: str
    sources: tuple[Source, ...]
    history: tuple[tuple[date, str], ...]
    text: str
    digest: str

    @property
    def section(self) -> str:
        """Return the first part of the path."""
        return self.path.partition("/")[0]

    @property
    def name(self) -> str:
        """Return the second part of the path."""
        return self.path.partition("/")[2]

    def is_current(self, today: date) -> bool:
        """Tell whether the page is published, and its review not overdue."""
        return self.status == "published" and today <= self.review_due


class BadPage(Exception):
    """A file that is no guidance page: which, and why."""


def language_of_reader() -> str:
    """Return the language in which the reader reads, as the folders have it."""
    return for_reader({one: one for one in LANGUAGES})


def read(raw: str, *, path: str, lang: str, french: str = "") -> GuidePage:
    """Return the page that a file holds; ``french`` is the text of its French file, where there is one.

    Raises:
        BadPage: no head, an unknown or missing entry, no source, or another language than that of its folder.
    """
    begin, head, text = _parts(raw, path)
    if begin.strip():
        raise BadPage(f"{path}: text before the head")
    try:
        french_head = _parts(french, path)[1] if french else ""
        taken_over = {k: v for k, v in tomllib.loads(french_head).items() if k not in _WORDED}
        front_matter: dict[str, Any] = taken_over | tomllib.loads(head)
        sources = tuple(_source(one) for one in front_matter.pop("sources"))
        history = tuple((one["on"], one["what"]) for one in front_matter.pop("history"))
        lists = {name: tuple(value) for name, value in front_matter.items() if isinstance(value, list)}
        front_matter |= lists | {"text": text.strip()}
        if lang == FRENCH:  # as the sentences of a page are: no line breaks before its tall marks
            front_matter |= {name: spaced(front_matter[name]) for name in ("title", "summary", "text")}
        hashed = digest.sha256((french_head + raw).encode()).hex()
        page = GuidePage(**front_matter, path=path, sources=sources, history=history, digest=hashed)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BadPage(f"{path}: {error}") from error
    addressed = all(one.address.startswith(("https://", "http://")) for one in page.sources)
    if page.lang != lang or not page.sources or not addressed or not page.text:
        raise BadPage(f"{path}: another language, no source with an address, or no text")
    return page


def _source(said: Mapping[str, Any]) -> Source:
    return Source(
        title=said["title"],
        publisher=said["publisher"],
        dated=said["date"],
        address=said["address"],
        read_on=said["read_on"],
    )


def _parts(raw: str, path: str) -> tuple[str, str, str]:
    parts = raw.split(f"{_FENCE}\n", 2)
    if len(parts) != len(("before", "head", "text")):
        raise BadPage(f"{path}: no head between two lines {_FENCE}")
    return parts[0], parts[1], parts[2]


@cache
def pages(lang: str) -> Mapping[str, GuidePage]:
    """Return all pages of a language by their paths.

    Raises:
        BadPage: one of the files.
    """
    by_path = _in(FOLDER, "*/*.md", lang)
    if settings.GUIDANCE_FOLDER:
        # Only in their own section: an authority adds pages, and takes none of the others away.
        by_path |= _in(Path(settings.GUIDANCE_FOLDER), f"{LOCAL}/*.md", lang)
    return MappingProxyType(by_path)


def _in(folder: Path, pattern: str, lang: str) -> dict[str, GuidePage]:
    pages_by_path = {}
    for file in sorted((folder / lang).glob(pattern)):
        path = file.relative_to(folder / lang).with_suffix("").as_posix()
        original = folder / FRENCH / f"{path}.md"
        french = original.read_text(encoding="utf-8") if lang != FRENCH and original.exists() else ""
        pages_by_path[path] = read(file.read_text(encoding="utf-8"), path=path, lang=lang, french=french)
    return pages_by_path
