"""Redaction of documents: what is hidden is in no pixel, word or byte of the copy (domain.md §7.5, §2.8 no. 15)."""

import io
from itertools import product

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from referrals.access_requests import drawing
from referrals.access_requests.copies import Box
from referrals.attachments import sandbox
from referrals.errors import FileRefused
from referrals.vocabulary.access_requests import Withheld
from referrals.vocabulary.attachments import Media
from tests.night import NIGHT
from tests.referrals.attachments import files
from tests.unconfined import in_this_process

pytestmark = pytest.mark.both_databases(
    "what is copied past row-level security, and the role that reads entries"
)

TIERS = Withheld.THIRD_PARTY
MARK = "[occulté : vie privée d'un tiers]"
#: What each page says: kept words around a hidden one.
LINES = ("Bonjour Zacharie", "Voisine: Quetelard", "Adieu")


def pdf_of(*pages, rotate=0, crop=None, colour="0 g", over=b""):
    """Return a PDF whose pages say some lines, the first at the top; ``over`` is drawn after them."""
    out = io.BytesIO()
    with Pdf.new() as made:
        for lines in pages:
            page = made.add_blank_page(page_size=(400, 300))
            text = b"".join(b"<%s> Tj T*\n" % line.encode("cp1252").hex().encode() for line in lines)
            page.Contents = made.make_stream(
                b"%s BT /F1 20 Tf 30 TL 60 240 Td %s ET\n%s" % (colour.encode(), text, over)
            )
            page.Resources = Dictionary(
                Font=Dictionary(
                    F1=Dictionary(
                        Type=Name.Font,
                        Subtype=Name.Type1,
                        BaseFont=Name.Helvetica,
                        Encoding=Name.WinAnsiEncoding,
                    )
                )
            )
            if rotate:
                page.Rotate = rotate
            if crop:
                page.CropBox = Array(crop)
        made.docinfo["/Author"] = "Quetelard"
        made.save(out)
    return out.getvalue()


def told(pdf):
    """Return the text of each page, as a reader finds it."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def all_bytes(pdf):
    """Return everything that a PDF holds: its bytes, and what each stream unpacks to."""
    found = [pdf]
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for one in document.objects:
            found.append(repr(one).encode())
            if isinstance(one, pikepdf.Stream) and one.get("/Filter") != Name.DCTDecode:
                found.append(one.read_bytes())
    return b"\n".join(found)


def writings(word):
    """Return how a word may stand in bytes."""
    plain = word.encode(), word.encode("utf-16-be"), word.encode("utf-16-le")
    return [*plain, *(one.hex().encode() for one in plain), *(one.hex().upper().encode() for one in plain)]


def hide(source, word, media="pdf", page=0):
    boxes = list(drawing.boxes_of(word, page, drawing.words(media, source, page).words, TIERS))
    assert boxes, word
    return boxes


def darkest(pdf, box):
    """Return how bright the brightest pixel is of a hidden place, its lettering aside: it is narrow."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[box.page].render(scale=150 / 72).to_pil().convert("L")
    across, down = picture.width / 1000, picture.height / 1000
    place = picture.crop(
        (int(box.left * across), int(box.top * down), int(box.right * across), int(box.bottom * down))
    )
    return sorted(place.get_flattened_data())[place.width * place.height // 2]


@pytest.mark.sec("SEC-FI2")
@pytest.mark.parametrize(
    ("task", "media"),
    [
        *(("draw", media) for media in (Media if NIGHT else [Media.PDF, Media.PNG])),
        *product(("page", "words"), Media if NIGHT else [Media.PDF]),
    ],
)
def test_what_the_confined_process_makes_is_what_its_program_makes(monkeypatch, task, media):
    """Most tests of what is drawn run the program in their own process."""
    source = {
        Media.PDF: pdf_of(LINES), Media.TEXT: b"Voisine: Quetelard", Media.JPEG: files.image(),
        Media.PNG: files.image("PNG"),
    }[media]  # fmt: skip
    order = {"page": 0, "hidden": [[0, 0, 0, 500, 500, "motif"]]}

    confined = drawing._made(task, media, source, order)
    monkeypatch.setattr(sandbox, "confined", in_this_process)

    assert confined == drawing._made(task, media, source, order)


@pytest.mark.sec("SEC-FI2")
@pytest.mark.parametrize(
    ("rotate", "crop"), [(0, None), (90, None), (180, [20, 20, 390, 290]), (270, [20, 60, 390, 290])]
)
@pytest.mark.usefixtures("unconfined")
def test_a_hidden_word_is_in_no_word_pixel_or_byte(rotate, crop):
    source = pdf_of(LINES, rotate=rotate, crop=crop)
    [box] = hide(source, "quetelard")
    made = drawing.redacted("pdf", source, [box])
    assert made.count == 1
    [text] = told(made.pdf)
    for kept in ("Bonjour", "Zacharie", "Voisine:", "Adieu", MARK):
        assert kept in text
    assert "uetelar" not in text.casefold()
    held = all_bytes(made.pdf)
    assert not any(one in held for one in [*writings("Quetelard"), *writings("uetel")])
    assert darkest(made.pdf, box) < 40
    # The words that are left stand where they are seen.
    [new] = hide(made.pdf, "Zacharie")
    [old] = hide(source, "Zacharie")
    if rotate in (0, 180):
        assert abs(new.left - old.left) < 15
    assert abs(new.top - old.top) < 15


@pytest.mark.usefixtures("unconfined")
def test_each_page_hides_its_own():
    source = pdf_of(LINES, ("Quetelard",), LINES)
    boxes = hide(source, "Quetelard", page=1) + hide(source, "Bonjour Zacharie", page=2)
    made = drawing.redacted("pdf", source, boxes)
    assert made == drawing.redacted("pdf", source, boxes[::-1]), "the same copy is the same bytes"
    first, second, third = told(made.pdf)
    assert "Quetelard" in first
    assert second == MARK
    assert "Bonjour" not in third
    assert "Adieu" in third


@pytest.mark.usefixtures("unconfined")
def test_a_rectangle_takes_whole_words():
    source = pdf_of(LINES)
    [box] = hide(source, "Quetelard")
    part = Box(page=0, left=box.right - 8, top=box.top, right=1000, bottom=box.bottom, code=TIERS)
    [text] = told(drawing.redacted("pdf", source, [part]).pdf)
    assert "Quet" not in text
    assert "Voisine:" in text


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(pdf_of(LINES, colour="1 g"), id="white on white"),
        pytest.param(pdf_of(LINES, over=b"0 g 0 0 400 300 re f"), id="under a bar"),
    ],
)
@pytest.mark.usefixtures("unconfined")
def test_words_that_nobody_sees_are_not_told(source):
    assert told(drawing.redacted("pdf", source, []).pdf) == [""]
    assert drawing.words("pdf", source, 0).words == ()


@pytest.mark.usefixtures("unconfined")
def test_the_copy_says_that_it_is_for_the_archive_and_brings_nothing_along():
    made = drawing.redacted("pdf", files.armed_pdf(), [])
    with pikepdf.open(io.BytesIO(made.pdf)) as document:
        assert not document.docinfo
        assert set(document.Root.keys()) == {"/Type", "/Pages", "/Metadata", "/OutputIntents"}
        xmp = document.Root.Metadata.read_bytes()
        assert b"<pdfaid:part>2<" in xmp
        assert b"<pdfaid:conformance>U<" in xmp
        [intent] = document.Root.OutputIntents
        assert intent.S == Name.GTS_PDFA1
        assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"
        assert not document.is_encrypted
        fonts = [
            one for one in document.objects if isinstance(one, Dictionary) and one.get("/Type") == Name.Font
        ]
        assert fonts
        assert all(font.Subtype == Name.Type3 and "/ToUnicode" in font for font in fonts)
    assert b"Auteur Secret" not in all_bytes(made.pdf)


@pytest.mark.parametrize(("media", "form"), [("png", "PNG"), ("jpeg", "JPEG")])
@pytest.mark.usefixtures("unconfined")
def test_a_picture_is_painted_over_and_loses_what_its_camera_wrote(media, form):
    source = files.image(form, size=(300, 200), turned=6 if form == "JPEG" else 1)
    box = Box(page=0, left=0, top=0, right=1000, bottom=400, code=Withheld.SAFETY)
    made = drawing.redacted(media, source, [box])
    assert made.count == 1
    assert told(made.pdf) == ["[occulté : sécurité d'une personne]"]
    assert darkest(made.pdf, box) < 40
    held = all_bytes(made.pdf)
    assert files.CAMERA.encode() not in held
    assert b"Exif" not in held
    picture = Image.open(io.BytesIO(drawing.page_image(media, source, 0, [box])))
    assert picture.size == ((200, 300) if form == "JPEG" else (300, 200)), "as it is meant to be seen"
    assert not picture.getexif()


@pytest.mark.usefixtures("unconfined")
def test_a_plain_text_becomes_pages():
    source = ("Zélie écrit à Quetelard.\n" + "ligne\n" * 80).encode()
    found = drawing.words("text", source, 0)
    assert found.pages == 2
    assert [word.text for word in found.words[:4]] == ["Zélie", "écrit", "à", "Quetelard."]
    boxes = list(drawing.boxes_of("zelie", 0, found.words, TIERS))
    first, second = told(drawing.redacted("text", source, boxes).pdf)
    assert first.startswith(f"{MARK} écrit à Quetelard.")
    assert "Zélie" not in first + second


@pytest.mark.usefixtures("unconfined")
def test_words_over_the_end_of_a_line_are_two_rectangles():
    source = pdf_of(("l'amie de Marie-Ange", "Durand, et d'Ange"))
    boxes = hide(source, "marie-ange DURAND")
    assert len(boxes) == 2
    [text] = told(drawing.redacted("pdf", source, boxes).pdf)
    assert "Durand" not in text
    assert "l'amie" in text
    assert "d'Ange" in text
    assert [box.top for box in hide(source, "Ange")] == [box.top for box in hide(source, "d'Ange")]


@pytest.mark.sec("SEC-FI2")
@pytest.mark.parametrize(
    ("media", "source", "why"),
    [
        ("pdf", b"%PDF-1.7 nonsense", "file-damaged"),
        ("pdf", b"no pdf", "type-mismatch"),
        ("png", files.png_of(7_000, 7_000), "too-many-pixels"),
        ("text", b"\xff\xfe", "type-mismatch"),
        ("text", b"a\n" * 20_000, "too-many-pages"),
    ],
    ids=["nonsense", "another kind", "pixels", "not UTF-8", "pages"],
)
def test_what_cannot_be_drawn_is_refused(media, source, why):
    with pytest.raises(FileRefused) as refused:
        drawing.redacted(media, source, [])
    assert refused.value.extra["reason"] == why


@pytest.mark.usefixtures("unconfined")
def test_a_rectangle_lies_on_a_page_or_nothing_is_drawn():
    source = pdf_of(LINES)
    with pytest.raises(FileRefused) as refused:
        drawing.redacted("pdf", source, [Box(page=1, left=0, top=0, right=9, bottom=9, code=TIERS)])
    assert refused.value.extra["reason"] == "no-such-page"
    with pytest.raises(FileRefused):
        drawing.words("pdf", source, 1)
    for left, right, page in ((5, 5, 0), (-1, 5, 0), (0, 1001, 0), (0, 5, -1)):
        with pytest.raises(ValueError):
            drawing.redacted(
                "pdf", source, [Box(page=page, left=left, top=0, right=right, bottom=9, code=TIERS)]
            )
