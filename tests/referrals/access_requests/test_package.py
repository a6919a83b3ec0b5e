"""Package of an answer: what is hidden is in none of its bytes, its counts add up, and it leaves locked (§7.5, AR11)."""

import io
import json
import re
from dataclasses import replace
from datetime import date
from uuid import UUID

import jsonschema
import pikepdf
import pytest

from encryption.digest import sha256
from referrals.access_requests import package
from referrals.access_requests.copies import Box, Part, ReaderLine, Readers, Span
from referrals.access_requests.package import PackageContent, Piece
from referrals.errors import FileRefused
from referrals.letters.paper import Head, Paper, Section
from referrals.vocabulary.access_requests import Requester, Subject, Withheld
from tests.referrals.access_requests.test_drawing import LINES, all_bytes, hide, pdf_of, told, writings

pytestmark = [
    pytest.mark.usefixtures("unconfined"),
    pytest.mark.both_databases("what is copied past row-level security, and the role that reads entries"),
]

CASE, OTHER = UUID(int=1), UUID(int=2)
STORY = "Mme Quetelard, voisine, a vu l'enfant. Zacharie va bien."
HIDDEN_WORDS = ("Quetelard", "Ombeline", "Tournefort")


def part(number, **said):
    basics = {
        "referral": CASE,
        "source": "referrals.Concern.narrative",
        "row": UUID(int=100 + number),
        "label": "Récit",
        "access_class": "D",
        "subjects": frozenset({Subject.CHILD}),
        "may_withhold": frozenset(Withheld),
    }
    return Part(**basics | said)


@pytest.fixture(scope="module")
def content():
    """An answer with each kind of part: a text, a whole part withheld, a document, one that can't be read, two files."""
    source = pdf_of(LINES)
    start = STORY.index("Mme Quetelard")
    hidden = Span(start=start, end=start + len("Mme Quetelard"), code=Withheld.FILER)
    pieces = (
        Piece(part=part(1, text=STORY, on=date(2026, 3, 2)), spans=(hidden,)),
        Piece(
            part=part(2, label="Nom du tiers", access_class="F", text="Ombeline"),
            withheld=Withheld.THIRD_PARTY,
        ),
        Piece(
            part=part(3, label="Courrier", access_class="G", attachment=UUID(int=9)),
            document=("pdf", source),
            boxes=tuple(hide(source, "Quetelard")),
        ),
        Piece(
            part=part(4, label="Certificat", access_class="E", attachment=UUID(int=8)),
            document=("pdf", b"%PDF-1.7 nonsense"),
            boxes=(Box(page=0, left=0, top=0, right=9, bottom=9, code=Withheld.MEDICAL),),
        ),
        Piece(part=part(6, label="Ordonnance", access_class="I", attachment=UUID(int=7))),
        Piece(part=part(5, referral=OTHER, label="Nom de l'enfant", access_class="B", text="Zacharie <b>")),
    )
    line = ReaderLine(
        entry=UUID(int=50),
        day=date(2026, 4, 5),
        hours="8 h – 12 h",
        function="Coordination de la CRIP",
        service="CRIP",
        purpose="traitement du dossier",
        classes=("faits",),
        own_authority=True,
        what="read",
    )
    letter = Paper(
        title="Réponse à votre demande",
        head=Head(name="Département de Test"),
        to=("M. Durand",),
        on=date(2026, 5, 6),
        reference="DA-2026-1",
        sections=(Section(paragraphs=("Nous avons reçu votre demande.",)),),
        signed_as="La déléguée à la protection des données",
    )
    return PackageContent(
        letter=letter,
        requester=Requester.HOLDER,
        received_on=date(2026, 4, 20),
        cases={CASE: "R-2026-1", OTHER: "R-2026-2"},
        pieces=pieces,
        readers=Readers(lines=(line,), proofs={"size": 3}),
        recipients=("Parquet de Bobigny",),
    )


@pytest.fixture(scope="module")
def made(content):
    return package.build(content)


@pytest.fixture(scope="module")
def files(made):
    return package.files_of(made)


def words_of(files, name):
    """Return the text of a page of the package."""
    [held] = [
        held for path, held in files.items() if path.startswith(name) and path.endswith((".pdf", ".html"))
    ]
    if held.startswith(b"%PDF"):
        return " ".join(told(held))
    return " ".join(re.sub(r"<[^>]+>", " ", held.decode()).split())


@pytest.mark.slow("two packages are printed, for their bytes are compared")
def test_the_same_answer_is_the_same_bytes(content, made, monkeypatch):
    assert package.build(content) == made

    assert package.build(replace(content, recipients=())) != package.build(content)


def test_what_is_hidden_is_in_no_byte_of_it(made, files):
    held = [made]
    for name, one in files.items():
        held.append(all_bytes(one) if name.endswith(".pdf") else one)
    for word in HIDDEN_WORDS:
        assert not any(writing in one for writing in writings(word) for one in held), word
    assert not any(
        "uetelard" in page for name in files if name.endswith(".pdf") for page in told(files[name])
    )


def test_the_data_is_as_its_schema_says_and_its_counts_add_up(files):
    data = json.loads(files["donnees.json"])
    assert json.loads(files["donnees.schema.json"]) == package.schema()
    jsonschema.Draft202012Validator.check_schema(package.schema())
    jsonschema.validate(data, package.schema())
    parts = [one for case in data["files"] for one in case["parts"]]
    assert [one["number"] for one in parts] == [1, 2, 3, 4, 5, 6]
    assert [one["kind"] for one in parts] == [
        "text",
        "withheld",
        "document",
        "unavailable",
        "unavailable",
        "text",
    ]
    assert {one["code"]: one["count"] for one in data["hidden"]} == {"filer": 1, "third_party": 2}
    assert sum(one["count"] for part in parts for one in part["hidden"]) == 3
    assert parts[0]["text"].startswith("[occulté : identité de l'auteur de la transmission], voisine")
    assert "text" not in parts[1]
    document = parts[2]["document"]
    assert sha256(files[document["path"]]).hex() == document["sha256"]
    assert data["complete"] is False
    index = words_of(files, "index")
    assert "6 données dans 2 dossiers, 3 passages occultés, 1 consultation." in index
    assert "vie privée d'un tiers 2" in index


def test_the_answer_says_all_that_article_15_asks(files):
    said = words_of(files, "reponse")
    for words in (
        "Nous traitons des données vous concernant",
        "Finalités",
        "L226-3",
        "Catégories de données",
        "pièces jointes",
        "Parquet de Bobigny",
        "deux ans après",
        "un particulier",
        "traitement automatisé",
        "CNIL",
        "CADA",
        "Tribunal",
        "rectification",
        "première copie est gratuite",
        "déléguée à la protection des données",
    ):
        assert words in said, words
    copy = words_of(files, "copie")
    assert "Zacharie va bien." in copy
    assert "Zacharie <b>" in copy, "what was typed is text, not markup"
    readers = words_of(files, "consultations")
    assert "05/04/2026" in readers
    assert "Coordination de la CRIP" in readers
    assert "lecture" in readers
    assert json.loads(files["consultations.json"])["proofs"] == {"size": 3}


def test_the_field_behind_a_value_is_told_to_the_person_and_to_a_holder(content):
    content = replace(content, pieces=content.pieces[:2])
    lines = package._lines(content)
    for who in Requester:
        data = package.data(replace(content, requester=who), lines)
        jsonschema.validate(data, package.schema())
        told_to = {"source" in one for case in data["files"] for one in case["parts"]}
        assert told_to == {who in ("subject_minor", "subject_adult", "holder")}, who


def test_a_list_without_proofs_promises_none(content):
    bare = replace(content, readers=replace(content.readers, proofs={}))
    assert "preuves" not in " ".join(package._readers(bare).paragraphs)
    none = replace(content, readers=Readers(lines=()))
    assert package._readers(none).paragraphs[-1] == "Aucune consultation n'est communiquée."


def test_where_nothing_is_held_it_says_so(content):
    empty = replace(content, cases={}, pieces=(), readers=Readers(lines=()))
    assert package.codes_of(package._lines(empty)) == []
    files = package.files_of(package.build(empty))
    assert "Nous ne traitons aucune donnée vous concernant." in words_of(files, "reponse")
    assert json.loads(files["donnees.json"])["complete"] is True
    assert not [name for name in files if name.startswith(("copie", "documents"))]


def test_a_part_of_another_file_or_of_class_k_is_never_in_it(content):
    for said in ({"referral": UUID(int=77)}, {"access_class": "K"}):
        stray = Piece(part=part(6, text="Tournefort", **said))
        with pytest.raises(ValueError):
            package.build(replace(content, pieces=(stray,)))


def test_its_pages_are_for_the_archive(files):
    for name in ("reponse.pdf", "copie.pdf", "index.pdf", "consultations.pdf"):
        with pikepdf.open(io.BytesIO(files[name])) as document:
            xmp = document.Root.Metadata.read_bytes()
            assert re.search(rb"pdfaid:part(=\"|>)2", xmp)
            assert re.search(rb"pdfaid:conformance(=\"|>)A", xmp)
            assert document.Root.MarkInfo.Marked
            assert document.Root.Lang == "fr"
            assert document.Root.OutputIntents
            assert not document.is_encrypted
            assert "/AF" not in document.Root
            fonts = [
                one
                for one in document.objects
                if isinstance(one, pikepdf.Dictionary) and "/FontDescriptor" in one
            ]
            assert fonts
            assert all(
                "/FontFile2" in font.FontDescriptor or "/FontFile3" in font.FontDescriptor for font in fonts
            )


def test_what_leaves_opens_by_its_passphrase_alone(made, files):
    passphrase = package.new_passphrase()
    assert re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){5}", passphrase)
    locked = package.locked(made, passphrase)
    assert b"Zacharie" not in locked
    for wrong in ("", "autre", passphrase.upper()):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(locked), password=wrong)
    with pikepdf.open(io.BytesIO(locked), password=passphrase) as document:
        assert (document.encryption.R, document.encryption.bits) == (6, 256)
        assert document.encryption.stream_method == document.encryption.file_method
        assert document.encryption.stream_method.name == "aesv3"
        attached = {name: document.attachments[name].get_file().read_bytes() for name in document.attachments}
        assert attached["donnees.json"] == files["donnees.json"]
        assert attached["consultations.json"] == files["consultations.json"]
        with document.open_outline() as outline:
            titles = [one.title for one in outline.root]
        opened = io.BytesIO()
        document.save(opened)
    if "reponse.pdf" in files:
        assert titles == [
            "Réponse",
            "Index",
            "Liste des consultations",
            "Copie de vos données",
            "Document 003",
        ]
        text = " ".join(told(opened.getvalue()))
        assert "Zacharie va bien." in text
        assert "uetelard" not in text


def test_only_a_package_is_locked_and_only_by_a_passphrase(made):
    with pytest.raises(ValueError):
        package.locked(b"nonsense", "mot")
    for wrong in ("", "x" * 128):
        with pytest.raises(ValueError):
            package.locked(made, wrong)


def test_a_rectangle_off_the_page_stops_the_answer(content):
    box = Box(page=5, left=0, top=0, right=10, bottom=10, code=Withheld.SAFETY)
    piece = Piece(
        part=part(7, attachment=UUID(int=9), access_class="G"),
        document=("pdf", pdf_of(LINES)),
        boxes=(box,),
    )
    with pytest.raises(FileRefused):
        package.build(replace(content, pieces=(piece,)))
