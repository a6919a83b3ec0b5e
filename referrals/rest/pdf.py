"""PDF of a frozen document, by Typst: PDF/A-2a and PDF/UA-1, without a system library.

The page is read into a tree, which the template beside this file sets as data: nothing in a page is markup to the
renderer, so no text of a case can run code, open a file or fetch an address.
"""

import json
import re
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any, Final, override

from outbox import training

#: What both standards ask for: PDF/A-2a (ISO 19005-2) to be kept, PDF/UA-1 (ISO 14289-1) to be read aloud.
STANDARDS: Final = ["a-2a", "ua-1"]
_VOID: Final = frozenset({"br", "meta", "link", "hr"})
_SKIPPED: Final = frozenset({"style", "script"})
# The sentences at the edge of each sheet stand in the page's own print rules (CSS Paged Media, margin boxes).
_EDGE: Final = re.compile(r'@(top-center|bottom-left)\s*\{\s*content:\s*"([^"]*)"')
# Control characters, the byte order mark, noncharacters, private use: not allowed in an archive (ISO 19005-2, 6.2.11).
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U0010ffff]"
)
# What has no space is broken where a line ends, or a cell of a table: a code, an address.
_LONG: Final = {False: re.compile(r"\S{36}"), True: re.compile(r"\S{15}")}


def pdf(page: str) -> bytes:
    """Return a page as PDF/A-2a and PDF/UA-1; the same page is the same bytes, by the same release of the renderer.

    The renderer's own fonts hold Latin, Greek and Cyrillic, with some Arabic and Hebrew; the system's fonts are asked
    for the rest. A letter that none of them draws leaves a box in a tagged PDF that claims neither standard.
    """
    tree = _tree(training.printed(page))
    try:
        return _compiled(tree, STANDARDS)
    except import_module("typst").TypstError:
        return _compiled(tree, [])


def _compiled(tree: dict[str, Any], standards: list[str]) -> bytes:
    made: bytes = import_module("typst").compile(  # 80 MB, loaded when the first PDF is asked for
        _template(),
        font_paths=_fonts(),
        sys_inputs={"page": json.dumps(tree, ensure_ascii=False)},
        format="pdf",
        pdf_standards=standards,
        timestamp=tree["day"],
    )
    return made


@cache
def _template() -> bytes:
    return Path(__file__).with_suffix(".typ").read_bytes()


@cache
def _fonts() -> Any:
    return import_module("typst").Fonts()


def _tree(page: str) -> dict[str, Any]:
    """Return a page as ``{title, lang, day, large, top, bottom, body: [node]}``; a node is a text or an element."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    edges = dict(_EDGE.findall(page.partition("</head>")[0]))
    body: dict[str, Any] = reader.body
    return {
        "title": _clean(reader.title) or "–",
        "lang": reader.lang,
        "day": reader.day,
        "large": "large" in body["class"],
        "top": edges.get("top-center", ""),
        "bottom": edges.get("bottom-left", ""),
        "body": body["children"],
    }


def _seconds(instant: str) -> int:
    try:
        return int(datetime.fromisoformat(instant).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


class _Reader(HTMLParser):
    """Reads the pages that our templates write: well-formed, without attributes other than those below."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title, self.lang = "", "fr"
        self.day = 0  # seconds since 1970, of the first day that the document names: its own
        self.body = self._element("body", {})
        self._open = [self.body]
        self._tag = ""
        self._drawing: list[str] | None = None

    @staticmethod
    def _element(tag: str, attributes: dict[str, str | None]) -> dict[str, Any]:
        return {
            "tag": tag,
            "class": attributes.get("class") or "",
            "lang": attributes.get("lang") or "",
            "alt": attributes.get("aria-label") or "",
            "children": [],
        }

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if self._drawing is not None:
            self._drawing.append(self.get_starttag_text() or "")
        elif tag == "svg":
            start = self.get_starttag_text() or ""
            self._drawing = [start.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)]
        elif tag == "html":
            self.lang = (attributes.get("lang") or "fr")[:2]
        elif tag == "body":
            self.body["class"] = attributes.get("class") or ""
            self.body["children"].clear()  # what stood before it was the head's
            self._open = [self.body]
        elif tag == "title" or tag in _SKIPPED:
            self._tag = tag
        elif tag == "br":
            self._open[-1]["children"].append("\n")
        elif tag not in _VOID:
            if tag == "time" and not self.day:
                self.day = _seconds(attributes.get("datetime") or "")
            element = self._element(tag, attributes)
            self._open[-1]["children"].append(element)
            self._open.append(element)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._drawing is not None:
            self._drawing.append(self.get_starttag_text() or "")
        else:
            super().handle_startendtag(tag, attrs)

    @override
    def handle_endtag(self, tag: str) -> None:
        if self._drawing is not None:
            self._drawing.append(f"</{tag}>")
            if tag == "svg":
                self._open[-1]["children"].append(
                    {**self._element("svg", {}), "source": "".join(self._drawing)}
                )
                self._drawing = None
        elif tag == self._tag:
            self._tag = ""
        elif len(self._open) > 1 and self._open[-1]["tag"] == tag:
            self._open.pop()

    @override
    def handle_data(self, data: str) -> None:
        if self._drawing is not None:
            return
        if self._tag == "title":
            self.title += data
        elif not self._tag:
            in_table = any(element["tag"] == "table" for element in self._open)
            breakable = _LONG[in_table].sub("\\g<0>\N{ZERO WIDTH SPACE}", _clean(data))
            self._open[-1]["children"].append(breakable)
