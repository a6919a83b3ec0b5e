"""Documents of a copy: what is left of one once rectangles of it are hidden, its pages as pictures, its words.

The documents come from outside: they are read in a process of its own, confined as the parser of attachments is
(``pixel_redaction.py``), and nothing of them is looked into here.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from django.conf import settings

from referrals.access_requests.copies import Box
from referrals.access_requests.redaction import folded, reason
from referrals.attachments import sandbox
from referrals.vocabulary.access_requests import Withheld
from referrals.vocabulary.attachments import Media

_PROGRAM: Final = "referrals.access_requests.pixel_redaction"
_WHOLE: Final = 1_000
#: Beside the limit on its processor time: so many pages are drawn in less.
_SECONDS: Final = 180
#: A picture of each page takes more room than what it was drawn from.
_GROWS: Final = 5
_COUNT_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Pages:
    """A document drawn anew: a searchable PDF of pictures (PDF/A-2u), and how many pages it has."""

    pdf: bytes
    count: int


@dataclass(frozen=True, slots=True)
class PageWord:
    """A word as it is seen on a page, and where: thousandths of the page, from its top left."""

    text: str
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one page in their order, and how many pages the document has."""

    pages: int
    words: tuple[PageWord, ...]


def redacted(media: str, source: bytes, boxes: Collection[Box]) -> Pages:
    """Return a document of the form ``media`` (``vocabulary.attachments.Media``) without what is hidden.

    The same document and rectangles give the same bytes. A rectangle hides in the text whole words that it touches.

    Raises:
        ValueError: a rectangle is empty, or doesn't lie on a page.
        FileRefused: the document can't be drawn, has too many pages, or not the one that a rectangle lies on.
        ParserUnavailable: this system can't confine who reads it.
    """
    made = _made("draw", media, source, {"hidden": _ordered(boxes)})
    return Pages(pdf=made[:-_COUNT_BYTES], count=int.from_bytes(made[-_COUNT_BYTES:]))


def page_image(media: str, source: bytes, page: int, boxes: Collection[Box] = ()) -> bytes:
    """Return a page, from 0, as a JPEG with what is hidden on it."""
    here = _ordered(box for box in boxes if box.page == page)
    return _made("page", media, source, {"page": page, "hidden": here})


def words(media: str, source: bytes, page: int) -> PageWords:
    """Return the words that are seen on a page, from 0; a picture has none."""
    page_words: dict[str, Any] = json.loads(_made("words", media, source, {"page": page}))
    return PageWords(pages=page_words["pages"], words=tuple(PageWord(*one) for one in page_words["words"]))


def boxes_of(wanted: str, page: int, here: Iterable[PageWord], code: Withheld) -> Iterator[Box]:
    """Yield a rectangle for each occurrence of some words on a page, one a line where they run over its end.

    Capitals, accents and what isn't a letter or digit make no difference.
    """
    wanted_words = [plain for word in wanted.split() if (plain := _plain(word))]
    on_page = [(word, plain) for word in here if (plain := _plain(word.text))]
    if not wanted_words:
        return
    at = 0
    while at + len(wanted_words) <= len(on_page):
        window = on_page[at : at + len(wanted_words)]
        if [plain for _word, plain in window] == wanted_words:
            yield from _lines([word for word, _plain in window], page, code)
            at += len(wanted_words)
        else:
            at += 1


def _plain(word: str) -> str:
    """Return the letters and digits of a word; an article before an apostrophe isn't part of a name."""
    return "".join(sign for sign in folded(word).rpartition("'")[2] if sign.isalnum())


def _lines(found: Iterable[PageWord], page: int, code: Withheld) -> Iterator[Box]:
    area: tuple[int, int, int, int] | None = None
    for word in found:
        if area is not None and word.top < area[3] and word.bottom > area[1]:
            area = (
                min(area[0], word.left),
                min(area[1], word.top),
                max(area[2], word.right),
                max(area[3], word.bottom),
            )
            continue
        if area is not None:
            yield _box(page, area, code)
        area = word.left, word.top, word.right, word.bottom
    if area is not None:
        yield _box(page, area, code)


def _box(page: int, area: tuple[int, int, int, int], code: Withheld) -> Box:
    left, top, right, bottom = area
    return Box(page=page, left=left, top=top, right=right, bottom=bottom, code=code)


def _ordered(boxes: Iterable[Box]) -> list[list[object]]:
    """Return what the program is told of rectangles, in an order that doesn't depend on how they came."""
    out: list[list[Any]] = []
    for box in boxes:
        if not (
            0 <= box.left < box.right <= _WHOLE and 0 <= box.top < box.bottom <= _WHOLE and box.page >= 0
        ):
            raise ValueError("A hidden rectangle lies on a page and isn't empty.")
        out.append([box.page, box.left, box.top, box.right, box.bottom, reason([box.code])])
    return sorted(out)


def _made(task: str, media: str, source: bytes, order: dict[str, Any]) -> bytes:
    order_json = json.dumps(order).encode()
    most_bytes = int(settings.ATTACHMENT_BYTES) * _GROWS
    limits = (str(len(source)), str(settings.ATTACHMENT_PIXELS), str(most_bytes))
    fed = chain([len(order_json).to_bytes(4), order_json], [source])
    return b"".join(sandbox.confined(_PROGRAM, (task, Media(media).value, *limits), fed, seconds=_SECONDS))
