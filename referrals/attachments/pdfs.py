"""PDFs, rewritten: the pages and what they show, without active content, forms, embedded files or author.

A new document takes the pages alone, so that whatever hangs on the old one's root (scripts, forms, names, embedded
files, metadata, opening actions) stays behind. What a form or an annotation shows is first drawn into its page. Then
every object that came along is checked once more.
"""

import io
import re
import struct
from typing import Any, BinaryIO, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from referrals.attachments.refusals import Exit, Refused

#: Members that act, embed or tell, wherever they stand.
UNWANTED: Final = (
    "/AA",
    "/OpenAction",
    "/JS",
    "/JavaScript",
    "/AcroForm",
    "/Annots",
    "/Metadata",
    "/PieceInfo",
    "/LastModified",
    "/EF",
    "/RF",
    "/AF",
    "/EmbeddedFiles",
    "/Thumb",
    "/URI",
    "/SpiderInfo",
    "/Collection",
    "/XFA",
    "/Perms",
    "/DSS",
    "/StructParents",
    "/StructParent",
    "/Alternates",
    "/OPI",
    "/Author",
    "/Creator",
    "/Producer",
    "/CreationDate",
    "/ModDate",
)
#: Actions, by the name in ``/S`` (ISO 32000-1 §12.6.4).
ACTIONS: Final = (
    "/JavaScript",
    "/Launch",
    "/URI",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/RichMediaExecute",
    "/Named",
    "/Hide",
    "/ResetForm",
    "/SetOCGState",
    "/Trans",
    "/GoTo3DView",
)
EMBEDDED: Final = ("/EmbeddedFile", "/Filespec", "/F", "/Sig", "/Metadata")
DCT: Final = "/DCTDecode"
JPX: Final = "/JPXDecode"
#: Filters by the short names that readers take as well.
_FULL_NAMES: Final = {
    "/AHx": "/ASCIIHexDecode",
    "/A85": "/ASCII85Decode",
    "/LZW": "/LZWDecode",
    "/Fl": "/FlateDecode",
    "/RL": "/RunLengthDecode",
    "/CCF": "/CCITTFaxDecode",
    "/DCT": DCT,
}
#: Where a picture begins within a page's instructions, and what may stand after it there.
_INLINE: Final = re.compile(rb"(?<![A-Za-z0-9])BI(?![A-Za-z0-9])")
_BLANKS: Final = b"\0\t\n\x0c\r "
#: Marks of a JPEG: a part of the picture, the end, the beginning of any segment within the picture's bytes.
_SCAN: Final = 0xDA
_END: Final = 0xD9
_SEGMENT: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
#: How long the frame of JFIF and Adobe's mark of colours are, mark and length included.
_JFIF_BYTES: Final = 18
_ADOBE_BYTES: Final = 16


def rewritten(source: BinaryIO, target: BinaryIO) -> None:
    """Write the pages of ``source`` as a document of their own.

    Raises:
        Refused: it isn't a PDF that can be read without a password, has no page, or a picture that can't be cleaned.
    """
    try:
        with pikepdf.open(source, access_mode=pikepdf.AccessMode.stream) as original, Pdf.new() as rebuilt:
            if original.is_encrypted:
                raise Refused(Exit.ENCRYPTED)
            if not original.pages:
                raise Refused(Exit.DAMAGED)
            _flatten(original)
            rebuilt.pages.extend(original.pages)
            for page in rebuilt.pages:
                page.contents_coalesce()  # what is begun in one piece may go on in the next
                if "/Contents" in page:
                    _require_plain(page.Contents)
            for one in rebuilt.objects:
                _clean(one)
            rebuilt.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError:
        raise Refused(Exit.ENCRYPTED) from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, OSError, AttributeError):
        raise Refused(Exit.DAMAGED) from None


def _flatten(found: Pdf) -> None:
    """Draw into the pages what forms and notes show."""
    form = found.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and any(map(_looks_like_nothing, found.pages)):
        form.NeedAppearances = True
        found.generate_appearance_streams()
    found.flatten_annotations("screen")


def _looks_like_nothing(page: Any) -> bool:
    """Tell whether a field of the page has a value that no viewer has drawn yet."""
    notes = page.get("/Annots", ())
    return any(isinstance(one, Dictionary) and "/V" in one and "/AP" not in one for one in notes)


def _clean(one: object) -> None:
    """Take from an object what acts, embeds or tells; what is nothing else is emptied."""
    if isinstance(one, Array):
        for inner in one:
            _clean_inner(inner)
        return
    if not isinstance(one, Dictionary | Stream):
        return
    if str(one.get("/Type", "")) in EMBEDDED or str(one.get("/S", "")) in ACTIONS:
        _empty(one)
        return
    for name in UNWANTED:
        if name in one:
            del one[name]
    if isinstance(one, Stream):
        _clean_stream(one)
    for glyph in one.get("/CharProcs", Dictionary()).values():
        _require_plain(glyph)
    for name in list(one.keys()):
        _clean_inner(one[name])


def _clean_inner(inner: object) -> None:
    """Look through what stands within an object; what it only refers to has its own turn."""
    if isinstance(inner, Array | Dictionary) and not isinstance(inner, Stream) and not inner.is_indirect:
        _clean(inner)


def _empty(one: Any) -> None:
    if isinstance(one, Stream):
        one.write(b"")
    for name in [name for name in one.keys() if name != "/Length"]:  # noqa: SIM118 - no mapping
        del one[name]


def _clean_stream(one: Stream) -> None:
    _clean_picture(one)
    if one.get("/Subtype") == Name.Form or "/PatternType" in one:
        _require_plain(one)


def _clean_picture(one: Any) -> None:
    """Take from a photograph within a page what its camera wrote beside it, however it is wrapped.

    Raises:
        Refused: it is a JPEG 2000, which has room for anything, or a JPEG isn't the innermost of its wrappings.
    """
    names = [_FULL_NAMES.get(str(name), str(name)) for name in _listed(one.get("/Filter"))]
    if not {DCT, JPX}.intersection(names):
        return
    if JPX in names or DCT in names[:-1]:
        raise Refused(Exit.DAMAGED)
    parms = _listed(one.get("/DecodeParms"))
    parms += [None] * (len(names) - len(parms))
    raw = one.read_raw_bytes()
    if len(names) > 1:
        one.write(
            raw,
            filter=Array([Name(name) for name in names[:-1]]),
            decode_parms=Array(parms[: len(names) - 1]),
        )
        raw = one.read_bytes(pikepdf.StreamDecodeLevel.specialized)
    one.write(without_metadata(raw), filter=Name.DCTDecode, decode_parms=parms[len(names) - 1])


def _listed(value: object) -> list[Any]:
    """Return what stands alone or in an array as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _require_plain(content: Any) -> None:
    """Ask that no picture that stands within a page's instructions brings more than itself.

    Raises:
        Refused: one does, or can't be looked into.
    """
    if not _INLINE.search(content.read_bytes()):
        return
    try:
        drawn = pikepdf.parse_content_stream(content)
    except pikepdf.PdfParsingError:
        raise Refused(Exit.DAMAGED) from None
    for one in drawn:
        if isinstance(one, pikepdf.ContentStreamInlineImage) and {DCT, JPX}.intersection(one.iimage.filters):
            raw = one.iimage.read_raw_bytes()
            if one.iimage.filters != [DCT] or without_metadata(raw) != raw.rstrip(_BLANKS):
                raise Refused(Exit.DAMAGED)


def without_metadata(jpeg: bytes) -> bytes:
    """Return a JPEG without application segments, comments and what follows its end (ITU-T T.81 annex B).

    The picture stays byte for byte; of the two segments that say how it is meant, what the standards put there.
    """
    if jpeg[:2] != b"\xff\xd8":
        return b""
    out, at = bytearray(jpeg[:2]), 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        mark = jpeg[at + 1]
        if mark == _END:
            break
        if mark == 0xFF or mark == 0x01 or 0xD0 <= mark <= 0xD7:
            at += 1 if mark == 0xFF else 2
            continue
        end = at + 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
        out += _retained(mark, jpeg[at:end])
        if mark == _SCAN:  # a part of the picture follows, up to the next segment
            segment = _SEGMENT.search(jpeg, end)
            at, end = end, segment.start() if segment else len(jpeg)
            out += jpeg[at:end]
        at = end
    return bytes(out + b"\xff\xd9") if b"\xff\xda" in out else b""


def _retained(mark: int, segment: bytes) -> bytes:
    if mark == 0xE0:  # without the small picture that may stand there
        is_jfif = segment[4:9] == b"JFIF\0" and len(segment) >= _JFIF_BYTES
        return b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0" if is_jfif else b""
    if mark == 0xEE:
        is_adobes = segment[4:9] == b"Adobe" and len(segment) >= _ADOBE_BYTES
        return b"\xff\xee\0\x0e" + segment[4:_ADOBE_BYTES] if is_adobes else b""
    return b"" if 0xE0 <= mark <= 0xEF or mark == 0xFE else segment


def warm_up() -> None:
    """Read and write a small document, so that nothing has to be loaded later."""
    source, out = io.BytesIO(), io.BytesIO()
    with Pdf.new() as pdf:
        pdf.add_blank_page(page_size=(72, 72))
        pdf.save(source)
    source.seek(0)
    rewritten(source, out)
