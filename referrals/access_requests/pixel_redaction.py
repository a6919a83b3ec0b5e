"""Confined program that draws documents as pictures, hides rectangles of them, and writes what is left as a new PDF.

    pixel_redaction TASK KIND GIVEN_BYTES MOST_PIXELS MOST_BYTES

``TASK``: ``draw`` (the whole document, as a PDF), ``page`` (one page, as a JPEG) or ``words`` (one page's words, as
JSON). Standard input is an order in JSON, its length in four bytes before it, then the document.

Nothing of the document goes into the new one but pixels, and the words that are seen on them wholly outside of what is
hidden: no font, no metadata, no object. It is started anew for each document, as the parser of attachments is, with
its limits and its filter of system calls (SEC-FI2).
"""

import ctypes
import io
import json
import sys
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, BinaryIO, Final, cast

import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String
from PIL import Image, ImageChops, ImageCms

from referrals.attachments import images, program, texts
from referrals.attachments.refusals import Exit, Refused

#: The resolution of a page, unless it is so large that its picture would have more than so many pixels.
DPI: Final = 150
MOST_PIXELS: Final = 16_000_000
MOST_PAGES: Final = 200
MOST_WORDS: Final = 20_000
QUALITY: Final = 75
SECONDS: Final = 90
_POINTS: Final = 72
_WHOLE: Final = 1_000
#: How finely places on a page are asked for: hundredths of a thousandth.
_FINE: Final = 100 * _WHOLE
#: The least difference in brightness at which something is seen at a word's place.
_CONTRAST: Final = 24
_CODES: Final = 255  # a simple font has so many, 0 left out
_CODES_AT_ONCE: Final = 100  # of a map to Unicode (Adobe technical note 5014)
#: Courier: each letter has this share of the size as its width.
_LETTER: Final = 0.6
_SIZES: Final = (8.0, 7.0, 6.0, 5.0)
_SHORT: Final = "occulté"
_A4: Final = (595, 842)
_MARGIN: Final = 56
_TYPE_SIZE: Final = 10
_LEADING: Final = 13
#: The map's frame; what stands within is one line a letter.
_TO_UNICODE: Final = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange
{lines}endcmap CMapName currentdict /CMap defineresource pop end end"""
_XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""

type _Area = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page: left, top, right, bottom in thousandths of the page, from its top left as people see it."""

    text: str
    area: _Area


@dataclass(frozen=True, slots=True)
class Hidden:
    page: int
    area: _Area
    reason: str


@dataclass(slots=True)
class Page:
    """A page while it is drawn: its picture, its size in points, its words."""

    picture: Image.Image
    width: float
    height: float
    words: list[Word] = field(default_factory=list)


def main() -> None:
    task, kind, (given, most_pixels, most_bytes) = sys.argv[1], sys.argv[2], map(int, sys.argv[3:])

    def work(incoming: BinaryIO, kept: BinaryIO) -> None:
        size = int.from_bytes(incoming.read(4))
        order = json.loads(incoming.read(size))
        program.require_kind(kind, incoming)
        source = incoming.read()
        _TASKS[task](kind, source, order, most_pixels, kept)

    program.carry_out(partial(warm_up, kind), work, given=given, written=most_bytes, seconds=SECONDS)


def drawn(kind: str, source: bytes, order: dict[str, Any], most_pixels: int, target: BinaryIO) -> None:
    """Write a PDF of the pages without what the order hides, and behind it how many there are, in four bytes.

    Raises:
        Refused: the document can't be read, or what is to be hidden lies on no page of it.
    """
    hidden = [
        Hidden(page, (left, top, right, bottom), why)
        for page, left, top, right, bottom, why in order["hidden"]
    ]
    layer, count = _Layer(), 0
    with Pdf.new() as made:
        for number, page in enumerate(_pages(kind, source, most_pixels)):
            mine = [one for one in hidden if one.page == number]
            _hide(page, mine)
            _add(made, page, layer)
            count += 1
        if any(not 0 <= one.page < count for one in hidden):
            raise Refused(Exit.NO_SUCH_PAGE)
        layer.finish(made)
        _archive(made, target)
        target.seek(0, io.SEEK_END)
        target.write(count.to_bytes(4))


def one_page(kind: str, source: bytes, order: dict[str, Any], most_pixels: int, target: BinaryIO) -> None:
    """Write a page as a JPEG, with what is hidden on it.

    Raises:
        Refused: the document can't be read, or has no such page.
    """
    page = _one(kind, source, order["page"], most_pixels)
    hidden = [
        Hidden(0, (left, top, right, bottom), why) for _page, left, top, right, bottom, why in order["hidden"]
    ]
    _hide(page, hidden)
    target.write(_jpeg(page.picture))


def page_words(kind: str, source: bytes, order: dict[str, Any], most_pixels: int, target: BinaryIO) -> None:
    number = order["page"]
    page = _one(kind, source, number, most_pixels)
    words = [[one.text, *_outwards(one.area)] for one in page.words]
    target.write(json.dumps({"pages": _count(kind, source), "words": words}).encode())


_TASKS: Final = {"draw": drawn, "page": one_page, "words": page_words}


def _outwards(area: _Area) -> tuple[int, int, int, int]:
    left, top, right, bottom = area
    return (
        max(0, int(left)),
        max(0, int(top)),
        min(_WHOLE, -int(-right // 1)),
        min(_WHOLE, -int(-bottom // 1)),
    )


# --- What a document shows ---------------------------------------------------------------------------


def _pages(kind: str, source: bytes, most_pixels: int, *, only: int | None = None) -> Iterator[Page]:
    if kind not in ("pdf", "text"):
        yield _picture(kind, source, most_pixels)
        return
    try:
        with pypdfium2.PdfDocument(_as_pdf(kind, source)) as document:
            _require_pages(document)
            numbers = range(len(document)) if only is None else [only]
            for number in numbers:
                page = document[number]
                yield _rendered(page)
                page.close()
    except (pypdfium2.PdfiumError, ValueError, TypeError, OSError, MemoryError):
        raise Refused(Exit.DAMAGED) from None


def _one(kind: str, source: bytes, number: int, most_pixels: int) -> Page:
    if not 0 <= number < _count(kind, source):
        raise Refused(Exit.NO_SUCH_PAGE)
    return next(_pages(kind, source, most_pixels, only=number))


def _count(kind: str, source: bytes) -> int:
    if kind not in ("pdf", "text"):
        return 1
    try:
        with pypdfium2.PdfDocument(_as_pdf(kind, source)) as document:
            _require_pages(document)
            return len(document)
    except pypdfium2.PdfiumError:
        raise Refused(Exit.DAMAGED) from None


def _require_pages(document: pypdfium2.PdfDocument) -> None:
    if not len(document):
        raise Refused(Exit.DAMAGED)
    if len(document) > MOST_PAGES:
        raise Refused(Exit.TOO_MANY_PAGES)


def _as_pdf(kind: str, source: bytes) -> bytes:
    if kind == "pdf":
        return source
    plain = io.BytesIO()
    texts.rewritten(io.BytesIO(source), plain)
    return laid_out(plain.getvalue().decode())


def _picture(kind: str, source: bytes, most_pixels: int) -> Page:
    picture = images.decoded(kind, io.BytesIO(source), most_pixels=most_pixels)
    if "A" in picture.mode:
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
        picture = ground
    picture = picture.convert("RGB")
    if (pixels := picture.width * picture.height) > MOST_PIXELS:
        share = (MOST_PIXELS / pixels) ** 0.5
        size = (max(1, int(picture.width * share)), max(1, int(picture.height * share)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return Page(picture, picture.width * _POINTS / DPI, picture.height * _POINTS / DPI)


def _rendered(page: pypdfium2.PdfPage) -> Page:
    width, height = page.get_size()
    scale = DPI / _POINTS
    if (pixels := width * height * scale * scale) > MOST_PIXELS:
        scale *= (MOST_PIXELS / pixels) ** 0.5  # a page as large as a wall is drawn coarser
    Image.MAX_IMAGE_PIXELS = None  # this picture is ours, and bounded
    picture = page.render(scale=scale, fill_color=(255, 255, 255, 255)).to_pil().convert("RGB")
    words = [one for one in _words(page) if _is_seen(picture, one.area)]
    return Page(picture, width, height, words)


def _words(page: pypdfium2.PdfPage) -> Iterator[Word]:
    """Yield the words of a page in their order; one that can't be placed on the page isn't told."""
    text = page.get_textpage()
    letters: list[str] = []
    area: _Area | None = None
    at_word = 0
    for index in range(min(text.count_chars(), MOST_WORDS * 10)):
        letter = _letter(pdfium.FPDFText_GetUnicode(text.raw, index))
        if letter.strip():
            letters.append(letter)
            area = page_context(area, _place(page, text, index))
            continue
        if letters and area and _is_on_page(area):
            yield Word("".join(letters), area)
            at_word += 1
        letters, area = [], None
        if at_word >= MOST_WORDS:
            break
    if letters and area and _is_on_page(area) and at_word < MOST_WORDS:
        yield Word("".join(letters), area)
    text.close()


def _letter(code: int) -> str:
    """Return a letter; blank for what is none, a hyphen for the mark that pdfium puts where a word is divided."""
    if code == 2:
        return "-"
    letter = chr(code) if 0 < code < sys.maxunicode else " "
    return " " if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Cn", "Co"} else letter


def _place(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, index: int) -> _Area:
    """Return where a letter stands: its ink and the room that it takes in its line, as the page is seen."""
    left, bottom, right, top = text.get_charbox(index, loose=False)
    wide_left, low, wide_right, high = text.get_charbox(index, loose=True)
    if bottom >= top:
        bottom, top = low, high
    corners = [
        _seen(page, x, y) for x in (min(left, wide_left), max(right, wide_right)) for y in (bottom, top)
    ]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(down), max(across), max(down)


def _seen(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    """Return a point of the page's own space in thousandths of what is seen: turned, and cut to its visible part."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, _FINE, _FINE, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value * _WHOLE / _FINE, down.value * _WHOLE / _FINE


def page_context(area: _Area | None, other: _Area) -> _Area:
    if area is None:
        return other
    return min(area[0], other[0]), min(area[1], other[1]), max(area[2], other[2]), max(area[3], other[3])


def _is_on_page(area: _Area) -> bool:
    left, top, right, bottom = area
    return 0 <= left < right <= _WHOLE and 0 <= top < bottom <= _WHOLE


def _is_seen(picture: Image.Image, area: _Area) -> bool:
    """Tell whether anything is seen at a place: letters under a bar, or white on white, were meant to be hidden."""
    extrema = picture.crop(_pixels(picture, area)).convert("L").getextrema()
    darkest, lightest = cast("tuple[float, float]", extrema)  # one band: two numbers
    return lightest - darkest >= _CONTRAST


# --- What is hidden ----------------------------------------------------------------------------------


def _hide(page: Page, hidden: Sequence[Hidden]) -> None:
    """Paint over what is hidden, and take from the words whatever it touches; why stands in the place of both."""
    for one in hidden:
        left, top, right, bottom = _pixels(page.picture, one.area, margin=1)
        page.picture.paste(_bar(right - left, bottom - top, one.reason), (left, top))
        page.words = _without(page.words, one)


def _without(words: list[Word], one: Hidden) -> list[Word]:
    """Return words without those that a rectangle touches; the reason stands where the first of them did."""
    touched = [_meet(word.area, one.area) for word in words]
    first = touched.index(True) if True in touched else len(words)
    left = [word for word, gone in zip(words, touched, strict=True) if not gone]
    return [*left[:first], Word(f"[occulté : {one.reason}]", one.area), *left[first:]]


def _pixels(picture: Image.Image, area: _Area, *, margin: int = 0) -> tuple[int, int, int, int]:
    """Return the pixels that an area touches; ``margin``: more of them around, for soft edges."""
    across, down = picture.width / _WHOLE, picture.height / _WHOLE
    left, top = int(area[0] * across) - margin, int(area[1] * down) - margin
    right, bottom = -int(-area[2] * across // 1) + margin, -int(-area[3] * down // 1) + margin
    left, top = min(max(0, left), picture.width - 1), min(max(0, top), picture.height - 1)
    return left, top, max(left + 1, min(picture.width, right)), max(top + 1, min(picture.height, bottom))


def _meet(one: _Area, other: _Area) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


@cache
def _bar(width: int, height: int, reason: str) -> Image.Image:
    """Return a black rectangle with the reason on it, where it has room; the table of contents says it as well."""
    bar = Image.new("RGB", (width, height))
    points = (width * _POINTS / DPI, height * _POINTS / DPI)
    for text in (f"[occulté : {reason}]", _SHORT):
        for size in _SIZES:
            lines = textwrap.wrap(
                text, max(1, int((points[0] - 2) / (size * _LETTER))), break_long_words=False
            )
            fits = max(map(len, lines)) * size * _LETTER <= points[0] - 2
            if fits and len(lines) * size * 1.1 <= points[1]:
                bar.paste(_lettering(points, lines, size, bar.size))
                return bar
    return bar


def _lettering(
    points: tuple[float, float], lines: Sequence[str], size: float, pixels: tuple[int, int]
) -> Image.Image:
    first = (points[1] + len(lines) * size * 1.1) / 2 - size * 0.85
    content = b"0 g 0 0 %.2f %.2f re f 1 g\n" % points
    content += _set(lines, left=1, first=first, size=size, leading=size * 1.1)
    with pypdfium2.PdfDocument(_typed([content], points)) as document:
        page = document[0]
        picture: Image.Image = (
            page.render(scale=DPI / _POINTS, fill_color=(0, 0, 0, 255)).to_pil().convert("RGB")
        )
    return picture.resize(pixels) if picture.size != pixels else picture


# --- Typed pages -------------------------------------------------------------------------------------


def laid_out(text: str) -> bytes:
    width = int((_A4[0] - 2 * _MARGIN) / (_TYPE_SIZE * _LETTER))
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, width) or [""]] or [""]
    each = (_A4[1] - 2 * _MARGIN) // _LEADING
    most = each * (MOST_PAGES + 1)  # one page too many is refused, and no more are made
    pages = [
        _set(
            lines[start : start + each],
            left=_MARGIN,
            first=_A4[1] - _MARGIN,
            size=_TYPE_SIZE,
            leading=_LEADING,
        )
        for start in range(0, min(len(lines), most), each)
    ]
    return _typed(pages, _A4)


def _set(lines: Sequence[str], *, left: float, first: float, size: float, leading: float) -> bytes:
    head = b"BT /F1 %.2f Tf %.2f TL 1 0 0 1 %.2f %.2f Tm\n" % (size, leading, left, first)
    return head + b"".join(b"<%s> Tj T*\n" % _latin(line).hex().encode() for line in lines) + b"ET\n"


def _latin(line: str) -> bytes:
    """Return a line in the letters of Western Europe; others without their marks, or as a question mark."""
    out = bytearray()
    for sign in unicodedata.normalize("NFC", line.replace("\u202f", "\u00a0")):
        written = sign.encode("cp1252", "ignore") or unicodedata.normalize("NFKD", sign)[0].encode(
            "cp1252", "replace"
        )
        out += written
    return bytes(out)


def _typed(contents: Sequence[bytes], size: tuple[float, float]) -> bytes:
    out = io.BytesIO()
    with Pdf.new() as made:
        font = made.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Courier, Encoding=Name.WinAnsiEncoding
            )
        )
        for content in contents:
            page = made.add_blank_page(page_size=size)
            page.Contents = made.make_stream(content)
            page.Resources = Dictionary(Font=Dictionary(F1=font))
        made.save(out, deterministic_id=True)
    return out.getvalue()


# --- The new document --------------------------------------------------------------------------------


class _Layer:
    """The letters of the searchable layer: a font whose letters draw nothing, and that tells which they are."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def shown(self, word: Word, width: float, height: float) -> bytes:
        """Return the instructions that put a word, unseen, where it stands on a page of this size in points."""
        left, top, right, bottom = word.area
        size = max(1.0, (bottom - top) * height / _WHOLE)
        room = (right - left) * width / _WHOLE
        stretch = 100 * room / (size * len(word.text))
        at = left * width / _WHOLE, height - bottom * height / _WHOLE + size / 4
        out = b"%.3f Tz 1 0 0 1 %.2f %.2f Tm\n" % (stretch, *at)
        font = None
        for letter in f"{word.text} ":
            number, code = divmod(self._codes.setdefault(letter, len(self._codes)), _CODES)
            if number != font:
                out += b"/F%d %.2f Tf " % (number, size)
                font = number
            out += b"<%02X> Tj " % (code + 1)
        return out + b"\n"

    def finish(self, made: Pdf) -> None:
        letters = list(self._codes)
        fonts = Dictionary()
        for number, start in enumerate(range(0, len(letters), _CODES)):
            fonts[f"/F{number}"] = made.make_indirect(_font(made, letters[start : start + _CODES]))
        shared = made.make_indirect(fonts)
        for page in made.pages:
            page.Resources.Font = shared


def _font(made: Pdf, letters: Sequence[str]) -> Dictionary:
    nothing = made.make_stream(b"1000 0 0 -250 1000 750 d1")
    glyphs, names = Dictionary(), Array([1])
    for code in range(1, len(letters) + 1):
        glyphs[f"/g{code}"] = nothing
        names.append(Name(f"/g{code}"))
    lines = [f"<{code:02X}> <{letter.encode('utf-16-be').hex()}>\n" for code, letter in enumerate(letters, 1)]
    blocks = [lines[start : start + _CODES_AT_ONCE] for start in range(0, len(lines), _CODES_AT_ONCE)]
    mapped = "".join(f"{len(block)} beginbfchar\n{''.join(block)}endbfchar\n" for block in blocks)
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, -250, 1000, 750]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=glyphs,
        Encoding=Dictionary(Type=Name.Encoding, Differences=names),
        FirstChar=1,
        LastChar=len(letters),
        Widths=Array([1000] * len(letters)),
        Resources=Dictionary(),
        ToUnicode=made.make_stream(_TO_UNICODE.format(lines=mapped).encode()),
    )


def _add(made: Pdf, page: Page, layer: _Layer) -> None:
    picture = _without_colour(page.picture)
    image = made.make_stream(
        _jpeg(picture),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=Name.DeviceGray if picture.mode == "L" else Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    content = b"q %.2f 0 0 %.2f 0 0 cm /I Do Q\nBT 3 Tr\n" % (page.width, page.height)
    content += b"".join(layer.shown(word, page.width, page.height) for word in page.words) + b"ET\n"
    new = made.add_blank_page(page_size=(page.width, page.height))
    new.Contents = made.make_stream(content)
    new.Resources = Dictionary(XObject=Dictionary(I=image))


def _without_colour(picture: Image.Image) -> Image.Image:
    """Return a picture that has none as one of greys, which takes a third of the room."""
    red, green, blue = picture.split()
    if ImageChops.difference(red, green).getbbox() or ImageChops.difference(green, blue).getbbox():
        return picture
    return red


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _archive(made: Pdf, target: BinaryIO) -> None:
    """Write the document as PDF/A-2u: how its colours are meant, and what it is (ISO 19005-2)."""
    made.Root.Metadata = made.make_stream(_XMP.encode(), Type=Name.Metadata, Subtype=Name.XML)
    made.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB"),
                DestOutputProfile=made.make_stream(_srgb(), N=3),
            )
        ]
    )
    made.save(target, min_version="1.7", deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)


@cache
def _srgb() -> bytes:
    """Return the profile of sRGB, without the instant at which it was made nor the digest over it (ICC.1 §7.2)."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[24:36] = (2026).to_bytes(2) + (1).to_bytes(2) + (1).to_bytes(2) + bytes(6)
    made[84:100] = bytes(16)
    return bytes(made)


def warm_up(kind: str) -> None:
    """Use everything once: nothing can be loaded when no file can be opened any more."""
    images.warm_up()
    texts.warm_up()
    order = {"hidden": [[0, 0, 0, 900, 500, "à voir"]], "page": 0}
    sample = laid_out("Essai : é") if kind == "pdf" else b"Essai"
    for task in (drawn, page_words):
        task("pdf" if kind == "pdf" else "text", sample, order, MOST_PIXELS, io.BytesIO())
