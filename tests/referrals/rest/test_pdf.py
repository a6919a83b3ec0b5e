"""A page as PDF: both standards, every text as it stands, nothing in it obeyed by the renderer."""

from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.rest.pdf import pdf

CONFIDENTIAL = (
    '<style>@page { size: A4; @bottom-left { content: "Document confidentiel"; font-size: 8pt } }</style>'
)
DRAWING = '<svg viewBox="0 0 9 9" class="segno"><path stroke="#000" d="M4 4.5h7"/></svg>'


def document(body, *, lang="fr", head=CONFIDENTIAL, title="Lettre"):
    return f'<!doctype html>\n<html lang="{lang}">\n<head><title>{title}</title>{head}</head>\n<body>{body}</body></html>'


def words(made):
    """Return the text of all sheets, in its order, lines joined."""
    sheets = pypdfium2.PdfDocument(BytesIO(made))
    return " ".join(" ".join(sheet.get_textpage().get_text_bounded() for sheet in sheets).split())


def claims(made):
    with pikepdf.open(BytesIO(made)) as opened, opened.open_metadata() as about:
        return {
            name: about[name]
            for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")
            if name in about
        }


BOTH = {"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
SAMPLE = document(
    "<header><p><strong>Département</strong><br>Cellule</p></header><main><h1>Titre</h1>"
    '<dl><dt>Le</dt><dd><time datetime="2026-12-03">03/12/2026</time></dd></dl>'
    '<ul><li>Un</li></ul><ol><li><p>Fait</p></li></ol><p class="text">Dit : <q>viens</q></p>'
    "<table><thead><tr><th>Jour</th><th>Acte</th></tr></thead><tbody><tr><th>1</th><td>Lu</td></tr></tbody></table>"
    f'<figure role="img" aria-label="Code QR">{DRAWING}</figure><pre>entrée  brute</pre></main>'
)


def test_it_claims_and_keeps_both_standards():
    made = pdf(SAMPLE)

    assert claims(made) == BOTH
    with pikepdf.open(BytesIO(made)) as opened:
        assert opened.Root.Lang == "fr"
        assert opened.Root.MarkInfo.Marked
        assert opened.Root.OutputIntents
        assert opened.Root.ViewerPreferences.DisplayDocTitle
        kinds = {
            str(one["/S"]) for one in opened.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one
        }
        told = [
            str(one["/Alt"])
            for one in opened.objects
            if isinstance(one, pikepdf.Dictionary) and "/Alt" in one
        ]
    assert {"/H1", "/L", "/LI", "/Table", "/TH", "/TD", "/Figure"} <= kinds
    assert told == ["Code QR"]


def test_all_of_a_page_is_on_the_sheet_in_its_order():
    assert words(pdf(SAMPLE)) == (
        "Département Cellule Titre Le : 03/12/2026 • Un 1. Fait Dit : « viens » Jour Acte 1 Lu entrée brute "
        "Document confidentiel 1 / 1"
    )


def test_the_same_page_is_the_same_bytes_and_bears_its_own_day():
    made = pdf(SAMPLE)

    assert pdf(SAMPLE) == made
    with pikepdf.open(BytesIO(made)) as opened:
        assert str(opened.docinfo.CreationDate).startswith("D:20261203")


@pytest.mark.sec("SEC-IN1")
@pytest.mark.parametrize(
    "hostile",
    ['#panic("x")', '#read("/etc/passwd")', '#import "@preview/cetz:0.3.4"', "$ a $", "*b* _c_ `d` @e <f> \\ // g", "= Titre",
     "&lt;script&gt;alert(1)&lt;/script&gt;"],
)  # fmt: skip
def test_no_text_of_a_page_is_markup_to_the_renderer(hostile):
    escaped = hostile if hostile.startswith("&") else hostile.replace("<", "&lt;")

    made = pdf(document(f"<h1>{escaped}</h1><p>{escaped}</p>"))

    plain = hostile.replace("&lt;", "<").replace("&gt;", ">")
    assert words(made).count(plain) == 2
    assert claims(made) == BOTH


@given(st.text(max_size=80), st.sampled_from(["p", "h2", "li", "td", "pre", "dd"]))
def test_any_text_makes_a_document(text, tag):
    around = {
        "li": "<ul>{}</ul>",
        "td": "<table><tr><th>a</th></tr><tr>{}</tr></table>",
        "dd": "<dl><dt>a</dt>{}</dl>",
    }
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    element = f"<{tag}>{escaped}</{tag}>"

    assert pdf(document("<h1>Titre</h1>" + around.get(tag, "{}").format(element), title=escaped)).startswith(
        b"%PDF-"
    )


@given(st.text("aàâçéèêëîïôœùûüÿÀÉŒ’–…«»€ łđğışžáčńőřşťůžαβγбдж", min_size=1, max_size=60))
def test_european_letters_keep_the_claims_and_can_be_read_back(text):
    made = pdf(document(f"<h1>Titre</h1><p>{text}</p>"))

    assert claims(made) == BOTH
    assert "".join(text.split()) in "".join(words(made).split()).replace("\u200b", "").replace("\xad", "")


def test_a_letter_that_no_font_draws_is_no_fault_and_nothing_is_claimed():
    made = pdf(document("<h1>Titre</h1><p>avant \U00016f00 après</p>"))

    assert claims(made) == {}
    assert "avant" in words(made)
    assert "après" in words(made)


@pytest.mark.parametrize("forbidden", ["\x00", "\x07", "\ue000", "\ufeff", "\ufffe", "\ufdd0"])
def test_a_character_that_no_archive_may_hold_is_replaced(forbidden):
    made = pdf(document(f"<h1>Titre</h1><p>avant{forbidden}après</p>"))

    assert claims(made) == BOTH
    assert "avant\ufffdaprès" in words(made)


def test_a_word_longer_than_its_line_or_cell_is_broken_within_the_sheet():
    long = "x" * 400
    table = f"<table><tr><th>a</th><th>b</th><th>c</th></tr><tr><th>1</th><td>{long}</td><td>fin</td></tr></table>"
    sheet = pypdfium2.PdfDocument(BytesIO(pdf(document(f"<h1>T</h1><p>{long}</p><pre>{long}</pre>{table}"))))[
        0
    ]
    text = sheet.get_textpage()

    edges = [text.get_charbox(place)[2] for place in range(text.count_chars())]
    assert max(edges) <= sheet.get_width() - 56  # 20 mm
