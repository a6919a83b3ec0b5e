"""Reads a CSV file: bytes to lines of cells, each with its number in the file. It opens nothing and writes nothing.

Spreadsheets write CSV in UTF-8, with a byte order mark or without, or in Windows-1252; with semicolons, commas or
tabulators. UTF-8 is taken as it is; Windows-1252 only where all its letters are usual in French names, because any
bytes at all would else read as some text.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from accounts.imports.faults import Fault, FileFault, Refused
from core.inputs import text_fault
from core.spreadsheets import is_formula

#: More lines than this are taken of no file, whatever it holds.
LINES_MAX: Final = 120_000
_USUAL: Final = frozenset("àâäáãçéèêëíîïñóôöõúùûüÿœæÀÂÄÁÃÇÉÈÊËÍÎÏÑÓÔÖÕÚÙÛÜŸŒÆß’‘“”«»–—…°€·\u00a0")
_WINDOWS: Final = "cp1252"
_ENCODINGS: Final = ("utf-8-sig", _WINDOWS)
_PIECE: Final = 1 << 16
_UNREADABLE: Final = frozenset(map(chr, {*range(32)} - {9, 10, 13}))


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where it begins in the file (from 1), and its cells by column, trimmed and composed (NFC)."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is text in this encoding, to the end: decoded again as it is read, and never held as a whole."""

    raw: bytes
    encoding: str

    @classmethod
    def of(cls, raw: bytes) -> Self:
        """Return a file as text."""
        encoding = next((name for name in _ENCODINGS if _is_text(raw, name)), None)
        if encoding is None:
            raise FileFault(Fault.ENCODING)
        return cls(raw, encoding)

    def rows(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Yield number and cells of each line that isn't empty."""
        text = io.TextIOWrapper(io.BytesIO(self.raw), self.encoding, newline="")
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        number = 1
        try:
            for row in reader:
                if number > LINES_MAX:
                    raise FileFault(Fault.TOO_MANY_LINES)
                if any(cell.strip() for cell in row):
                    yield number, row
                number = reader.line_num + 1
        except csv.Error:
            raise FileFault(Fault.QUOTES, number) from None

    def delimiter(self) -> str:
        """Return what stands most often between the headings."""
        first = self.raw.lstrip(b"\xef\xbb\xbf\r\n")[:4000].splitlines()[:1]
        return max(";,\t", key=lambda sign: first[0].count(sign.encode())) if first else ";"


def _is_text(raw: bytes, encoding: str) -> bool:
    decoder, usual = codecs.getincrementaldecoder(encoding)(), encoding == _WINDOWS
    try:
        for start in range(0, len(raw) + 1, _PIECE):
            text = decoder.decode(raw[start : start + _PIECE], final=start + _PIECE > len(raw))
            signs = set(text)
            if signs & _UNREADABLE or (usual and any(not s.isascii() and s not in _USUAL for s in signs)):
                return False
    except UnicodeDecodeError:
        return False
    return True


def lines_of(
    source: Source, columns: Mapping[str, str], *, needed: Sequence[str], strict: bool
) -> Iterator[Line | Refused]:
    """Yield the lines below a header. ``columns`` gives what each known heading, folded, is called here.

    ``strict``: no other heading may stand there. Public files have many more, and gain some.
    """
    rows = source.rows(source.delimiter())
    _number, header = next(rows, (1, []))
    names = [columns.get(folded(cell), "") for cell in header]
    used = [name for name in names if name]
    if not set(needed) <= set(used) or len(set(used)) != len(used) or (strict and len(used) != len(names)):
        raise FileFault(Fault.COLUMNS, 1)
    for number, row in rows:
        if len(row) != len(names):
            yield Refused(number, Fault.CELLS)
            continue
        yield Line(number, {name: tidy(cell) for name, cell in zip(names, row, strict=True) if name})


def folded(heading: str) -> str:
    """Return a heading without case, accents and signs: ``Prénom et nom`` is ``prenom_et_nom``."""
    bare = unicodedata.normalize("NFKD", heading.casefold())
    words = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in bare if sign.isascii())
    return "_".join(words.split())


def tidy(cell: str) -> str:
    """Return a cell composed and with single blanks at most; what can't stand in a text stays, to be refused."""
    return " ".join(unicodedata.normalize("NFC", cell).split(" ")).strip(" \u00a0")


def fault_of(value: str, *, most: int) -> Fault | None:
    """Return what is wrong with a text, ``most`` characters long at most; a spreadsheet would compute a formula."""
    if not value:
        return Fault.REQUIRED
    if is_formula(value):
        return Fault.FORMULA
    code = text_fault(value, max_length=most, max_bytes=4 * most)
    if code is None:
        return None
    return Fault.TOO_LONG if code in ("too-long", "too-many-bytes") else Fault.CHARACTERS
