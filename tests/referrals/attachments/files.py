"""Files of every kind that may come, made here byte by byte or by the libraries that read them; all of it is invented."""

import io
import struct
import zipfile
import zlib

import pikepdf
import pillow_heif
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

pillow_heif.register_heif_opener()

#: The test file that every antivirus knows (eicar.org), in two parts so that no scanner takes this file for it.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
CAMERA = "Appareil de Test"
PLACE = 48.9356


def exif(*, turned: int = 1) -> Image.Exif:
    """Return what a camera writes: its name, how it was held, where it stood."""
    found = Image.Exif()
    found[0x0110] = CAMERA
    found[0x0112] = turned
    found.get_ifd(0x8825).update({1: "N", 2: (48.0, 56.0, 8.16), 3: "E", 4: (2.0, 21.0, 36.0)})
    return found


def image(form: str = "JPEG", *, size: tuple[int, int] = (64, 48), turned: int = 1, **options) -> bytes:
    """Return an image with its camera's metadata."""
    out = io.BytesIO()
    picture = Image.new("RGB", size, (200, 30, 30))
    picture.paste((30, 30, 200), (0, 0, size[0] // 2, size[1]))
    picture.save(out, form, exif=exif(turned=turned), **options)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that says it is this large, and unpacks to that: a few kilobytes for any size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zeros_packed((1 + (width + 7) // 8) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def zeros_packed(count: int) -> bytes:
    """Return what unpacks to so many zeros, by blocks that refer to nothing before them and so may be repeated."""
    packer, size = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS), 1 << 20
    blocks, left = divmod(count, size)
    block = packer.compress(bytes(size)) + packer.flush(zlib.Z_FULL_FLUSH)
    # The sum at the end is that of RFC 1950.
    end = packer.compress(bytes(left)) + packer.flush() + struct.pack(">HH", count % 65521, 1)
    return b"\x78\xda" + block * blocks + end


def pdf(*, pages: int = 1, **root) -> bytes:
    """Return a PDF with text on its pages; ``root`` adds members to its root."""
    out = io.BytesIO()
    with Pdf.new() as made:
        for number in range(pages):
            page = made.add_blank_page(page_size=(300, 200))
            page.Contents = made.make_stream(b"BT /F1 24 Tf 20 100 Td (Page %d) Tj ET" % number)
            page.Resources = Dictionary(
                Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
            )
        for name, value in root.items():
            made.Root[f"/{name}"] = value
        made.save(out, deterministic_id=True)
    return out.getvalue()


SCRIPT = "app.alert('script');"


def armed_pdf() -> bytes:
    """Return a PDF with all that a PDF can do beside showing pages, and with all that it tells of its author."""
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(pdf())) as made:
        script = Dictionary(Type=Name.Action, S=Name.JavaScript, JS=SCRIPT)
        made.Root.OpenAction = made.make_indirect(script)
        made.Root.AA = Dictionary(WC=script)
        made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["s", script])))
        made.Root.Metadata = made.make_stream(b"<x:xmpmeta>Auteur Secret</x:xmpmeta>")
        made.docinfo["/Author"] = "Auteur Secret"
        made.attachments["piege.exe"] = b"MZ charge utile"
        page = made.pages[0]
        page.AA = Dictionary(O=script)
        page.PieceInfo = Dictionary(Private="Auteur Secret")
        field = made.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="champ", V="valeur saisie", F=4,
                Rect=Array([10, 10, 200, 30]), DA="/F1 12 Tf 0 g", AA=Dictionary(K=script), P=page.obj,
            )
        )  # fmt: skip
        link = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 50, 50]),
            A=Dictionary(S=Name.Launch, F="cmd.exe"),
        )  # fmt: skip
        web = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=Array([60, 0, 90, 50]),
            A=Dictionary(S=Name.URI, URI="https://piste.test.invalid/?qui=moi"),
        )  # fmt: skip
        page.Annots = Array([field, made.make_indirect(link), made.make_indirect(web)])
        made.Root.AcroForm = Dictionary(
            Fields=Array([field]), XFA=made.make_stream(b"<xdp>script</xdp>"), DA="/F1 12 Tf 0 g",
            DR=page.Resources,
        )  # fmt: skip
        picture = made.make_stream(image())
        picture.update(
            Dictionary(
                Type=Name.XObject, Subtype=Name.Image, Width=64, Height=48, BitsPerComponent=8,
                ColorSpace=Name.DeviceRGB, Filter=Name.DCTDecode,
            )
        )  # fmt: skip
        page.Resources.XObject = Dictionary(Im0=picture)
        made.save(out)
    return out.getvalue()


def showing_pdf(data: bytes, filters: list[Name], parms: Array | None = None) -> bytes:
    """Return a PDF that shows a photograph of 64 by 48 pixels, wrapped as it is said."""
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(pdf())) as made:
        picture = made.make_stream(data)
        picture.update(
            Dictionary(
                Type=Name.XObject, Subtype=Name.Image, Width=64, Height=48, BitsPerComponent=8,
                ColorSpace=Name.DeviceRGB, Filter=Array(filters),
            )
        )  # fmt: skip
        if parms is not None:
            picture.DecodeParms = parms
        made.pages[0].Resources.XObject = Dictionary(Im0=picture)
        made.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def drawing_pdf(drawn: bytes, where: str) -> bytes:
    """Return a PDF with these instructions on its page, in two pieces of it, in a form, a pattern or a glyph."""
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(pdf())) as made:
        page, half = made.pages[0], drawn.index(b"BI") + 2
        if where == "page":
            page.Contents = made.make_stream(drawn)
        elif where == "pieces":
            page.Contents = Array([made.make_stream(drawn[:half]), made.make_stream(drawn[half:])])
        elif where == "form":
            page.Resources.XObject = Dictionary(
                Fm0=made.make_stream(drawn, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 64, 48])
            )
        elif where == "pattern":
            page.Resources.Pattern = Dictionary(
                P0=made.make_stream(
                    drawn, PatternType=1, PaintType=1, TilingType=1, BBox=[0, 0, 64, 48], XStep=64, YStep=48,
                    Resources=Dictionary(),
                )
            )  # fmt: skip
        else:
            page.Resources.Font.F2 = Dictionary(
                Type=Name.Font, Subtype=Name.Type3, FontBBox=[0, 0, 64, 48], FontMatrix=[1, 0, 0, 1, 0, 0],
                CharProcs=Dictionary(a=made.make_stream(drawn)), FirstChar=97, LastChar=97, Widths=[64],
                Encoding=Dictionary(Type=Name.Encoding, Differences=[97, Name.a]),
            )  # fmt: skip
        made.save(out)
    return out.getvalue()


def locked_pdf() -> bytes:
    """Return a PDF that asks for a password."""
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(pdf())) as made:
        made.save(out, encryption=pikepdf.Encryption(owner="proprietaire", user="secret"))
    return out.getvalue()


def bomb_pdf() -> bytes:
    """Return a PDF whose table of objects unpacks to gigabytes."""
    body = zeros_packed(2 << 30)
    head = b"%PDF-1.5\n"
    stream = (
        b"1 0 obj\n<</Type/XRef/Size 200000000/W[1 4 2]/Root 2 0 R/Filter/FlateDecode/Length %d>>\nstream\n" % len(body)
    )  # fmt: skip
    return head + stream + body + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def archive(*names: str, content: bytes = b"x") -> bytes:
    """Return a zip; its names may lead out of its folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return out.getvalue()
