"""Package of an answer: letter, copy, documents, list of readers, table of contents, machine-readable data (§7.5).

One archive whose bytes depend on its content alone, so that its digest can be kept and told again. All of it is French.
It is for the service's own keeping: what leaves the house is printed, or locked with a passphrase (``locked``).
"""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.template import Context, Engine, Template

from core.languages import FRENCH, in_language
from encryption import onetime
from encryption.digest import sha256
from outbox import training
from referrals.access import row_level_security
from referrals.access_requests import drawing
from referrals.access_requests.copies import Box, Part, ReaderLine, Readers, Span, readers_as_json
from referrals.access_requests.redaction import counted, mark, reason, redacted_text
from referrals.attachments import sandbox
from referrals.errors import FileRefused
from referrals.letters import paper
from referrals.letters.paper import Paper, Section
from referrals.models import Inquiry, Measure, TransferRequest
from referrals.rest.pdf import pdf
from referrals.vocabulary.access_requests import Requester, Withheld
from referrals.vocabulary.attachments import Media
from referrals.vocabulary.between_authorities import Side
from referrals.vocabulary.states import TransferState

FORMAT: Final = "repere:copie"
VERSION: Final = 1
LETTER: Final = "reponse"
INDEX: Final = "index"
COPY: Final = "copie"
READERS: Final = "consultations"
DATA: Final = "donnees.json"
SCHEMA: Final = "donnees.schema.json"
HINT: Final = "verification.txt"
DOCUMENTS: Final = "documents"
#: All files bear this instant: the archive tells no other than the letter's day (and zip knows none before).
_INSTANT: Final = (1980, 1, 1, 0, 0, 0)
_FILE_MODE: Final = 0o100600 << 16

#: What each access class holds, for the categories of data (RGPD art. 15.1 b; domain.md §1.3).
CATEGORIES: Final[Mapping[str, str]] = {
    "A": "suivi administratif du dossier",
    "B": "identité et coordonnées de l'enfant et de sa famille",
    "C": "identité de l'auteur de la transmission",
    "D": "faits, paroles et signes rapportés",
    "E": "santé",
    "F": "tiers cités",
    "G": "pièces jointes et traces numériques",
    "H": "évaluation de la situation",
    "I": "documents judiciaires",
    "J": "mesures et projet pour l'enfant",
}
PURPOSES: Final = (
    "Recueillir, traiter et évaluer les informations préoccupantes (code de l'action sociale et des familles, "
    "article L226-3).",
    "Décider des mesures de protection de l'enfance et en suivre l'exécution (mêmes code et titre).",
    "Saisir l'autorité judiciaire quand la loi le demande (article L226-4).",
)
#: In general: each authority sets its own delays (article R221-9; domain.md §7.3).
KEPT: Final = (
    "En règle générale, deux ans après la dernière action quand aucune mesure n'est prise ; après la fin d'une mesure, "
    "jusqu'à cinq ans en milieu ouvert et dix ans pour un placement (code de l'action sociale et des familles, article "
    "R221-9).",
    "Ensuite, la destruction a lieu avec le visa des archives départementales, ou le dossier est versé aux archives.",
)
#: In general words: nobody who filed is recognised by them.
SOURCES: Final = (
    "Selon le cas : un professionnel, un particulier, ou le 119 ; et les services qui suivent la situation.",
)
RIGHTS: Final = (
    "Demander la rectification de données inexactes ou incomplètes (RGPD, article 16).",
    "Demander la limitation du traitement (article 18).",
    "Vous opposer au traitement, ou demander l'effacement, dans les limites d'une mission de service public "
    "(articles 17 et 21).",
)
REMEDIES: Final = (
    "Déléguée ou délégué à la protection des données de notre collectivité : nous vous répondons.",
    "Commission nationale de l'informatique et des libertés (CNIL), 3 place de Fontenoy, TSA 80715, 75334 Paris "
    "cedex 07, www.cnil.fr : réclamation gratuite.",
    "Commission d'accès aux documents administratifs (CADA), www.cada.fr : pour les documents administratifs, dans les "
    "deux mois de cette réponse, avant tout recours devant le tribunal.",
    "Tribunal administratif, dans les deux mois ; pour les pièces d'une procédure judiciaire, la juridiction saisie.",
)
AUTOMATED: Final = (
    "Aucune décision vous concernant n'est prise par un traitement automatisé, ni par profilage."
)
FIRST_COPY: Final = "Cette première copie est gratuite. Vous n'avez pas à donner de motif à votre demande."
NOTHING: Final = "Nous ne traitons aucune donnée vous concernant."
HIDDEN: Final = (
    "Certains passages sont occultés, pour protéger d'autres personnes ou parce que la loi le demande. Chacun est "
    "remplacé par « [occulté : motif] » ; l'index les compte, par donnée et par motif."
)
#: Who learns in which field a value stands; to others it tells what a file is made of, and a category is enough.
SOURCED: Final = (Requester.SUBJECT_MINOR, Requester.SUBJECT_ADULT, Requester.HOLDER)
#: Of the list of readers: no request has a line, neither this one nor another's (docs/audit.md).
ASKED: Final = (
    "Ce qui est lu pour répondre à une demande d'accès, comme à la vôtre, n'y figure pas : c'est la même règle pour "
    "toutes les demandes."
)
#: What a consultation was, by its code (``copies.ReaderLine``).
_ACTS: Final[Mapping[str, str]] = {
    "read": "lecture",
    "export": "export",
    "print": "impression",
    "transfer": "transmission",
    "letter": "courrier",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part as it leaves: all that is hidden in it, by whoever.

    ``withheld``: the whole of it isn't told, and why. ``document``: form (``vocabulary.attachments.Media``) and bytes
    of an attachment; None: it can't be read any more.
    """

    part: Part
    spans: tuple[Span, ...] = ()
    boxes: tuple[Box, ...] = ()
    withheld: Withheld | None = None
    document: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageContent:
    """All that an answer says (RGPD art. 15).

    ``letter``: signed by the authority; what art. 15 asks to be told is added to it. ``cases``: the reference of each
    file by its row. ``recipients``: bodies by name (C-154/21).
    """

    letter: Paper
    requester: Requester
    received_on: date
    cases: Mapping[UUID, str]
    pieces: tuple[Piece, ...]
    readers: Readers
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A section of a page of the package: sentences, values under their labels, a table."""

    heading: str
    paragraphs: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    title: str
    authority: str
    reference: str
    on: date
    large: bool
    paragraphs: Sequence[str] = ()
    sections: Sequence[_Part] = ()


class _Line:
    """A numbered part of the copy, with what the reader gets of it.

    ``kind``: ``text``, ``document``, ``withheld`` or ``unavailable``; ``hidden``: how many passages for each reason.
    """

    def __init__(self, number: int, piece: Piece, case: str) -> None:
        part = piece.part
        self.number, self.part, self.case = number, part, case
        self.path = f"{DOCUMENTS}/{number:03d}.pdf"
        self.label = f"{part.label} ({part.on:%d/%m/%Y})" if part.on else part.label
        self.category = CATEGORIES[part.access_class]
        self.pages: drawing.Pages | None = None
        if piece.withheld is not None:
            self.kind, self.text = "withheld", mark([piece.withheld])
            self.hidden = Counter([piece.withheld])
        elif part.attachment is None:
            self.kind, self.text = "text", redacted_text(part.text or "", piece.spans)
            self.hidden = counted(part.text or "", piece.spans)
        else:
            self.pages = _drawn(piece)
            self.kind = "document" if self.pages else "unavailable"
            self.hidden = Counter(box.code for box in piece.boxes if self.pages)
            self.text = f"Voir le document {self.where}." if self.pages else "Document indisponible"

    @property
    def where(self) -> str:
        """Return where in the package it is read, or why it isn't."""
        if self.pages is not None:
            return f"{self.path} ({_counted(self.pages.count, 'page')})"
        return {"withheld": "non communiqué en entier", "unavailable": "document indisponible"}.get(
            self.kind, COPY
        )


def _drawn(piece: Piece) -> drawing.Pages | None:
    """Return a document without what is hidden; None: it can't be drawn, which the copy says."""
    if piece.document is None:
        return None
    try:
        return drawing.redacted(*piece.document, piece.boxes)
    except FileRefused as refused:
        # What is to be hidden lies on no page of it: nothing of it may go.
        if refused.extra["reason"] == "no-such-page":
            raise
        return None


def build(content: PackageContent) -> bytes:
    """Return the archive; the same content gives the same bytes, with the same release of the renderer.

    Pages are PDF/A-2a.

    Raises:
        ValueError: a passage lies outside of its text or page, a part belongs to no file of the request, or is of a
            class that no package holds (K).
        FileRefused: a rectangle lies on no page of its document.
        ParserUnavailable: this system can't confine who reads the documents.
    """
    lines = _lines(content)
    members: dict[str, bytes] = {
        LETTER: paper.html(letter(content, lines)).encode(),
        INDEX: _html(_index(content, lines)),
        READERS: _html(_readers(content)),
    }
    if lines:
        members[COPY] = _html(_copy(content, lines))
    files = {f"{name}.pdf": pdf(page.decode()) for name, page in members.items()}
    files |= {line.path: line.pages.pdf for line in lines if line.pages is not None}
    files[DATA] = _json(data(content, lines))
    files[SCHEMA] = _json(schema())
    files[f"{READERS}.json"] = _json(_readers_data(content.readers))
    if content.readers.proofs:
        files[HINT] = _HINT.format(count=len(content.readers.lines)).encode()
    return _zipped(files)


def codes_of(lines: Iterable[_Line]) -> list[Withheld]:
    """Return why anything is hidden, each reason once; none: the answer is complete (AR11)."""
    hidden = {code for line in lines for code in line.hidden}
    return [code for code in Withheld if code in hidden]


def files_of(package: bytes) -> dict[str, bytes]:
    """Return the files of an archive that ``build`` has made, by path, the letter and the index first.

    Raises:
        ValueError: it is none.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        raise ValueError("This is no package.") from None


@cache
def schema() -> dict[str, Any]:
    """Return what ``donnees.json`` looks like, as JSON Schema."""
    read: dict[str, Any] = json.loads(Path(__file__).with_name("package.schema.json").read_text("utf-8"))
    return read


# --- The letter --------------------------------------------------------------------------------------


def letter(content: PackageContent, lines: Sequence[_Line]) -> Paper:
    """Return the letter with all that art. 15 asks to be told; a heading that it has already isn't said twice."""
    there = {section.heading for section in content.letter.sections}
    count = _counted(len(lines), "donnée", "données")
    letter_parts = (
        f"Nous traitons des données vous concernant. La copie jointe en contient {count}."
        if lines
        else NOTHING
    )
    hidden = (HIDDEN,) if codes_of(lines) else ()
    sections = [
        Section(heading="Confirmation", paragraphs=(letter_parts, *hidden, FIRST_COPY)),
        *(Section(heading=title, points=points) for _, title, points in information(content) if points),
    ]
    # Before the rights, of which it is none.
    sections.insert(-2, Section(heading="Décision automatisée", paragraphs=(AUTOMATED,)))
    more = [section for section in sections if section.heading not in there]
    return replace(content.letter, sections=(*content.letter.sections, *more))


def information(content: PackageContent) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what art. 15 asks to be told: its member in the data, its heading on paper, its sentences."""
    classes = {piece.part.access_class for piece in content.pieces}
    of_data = [
        ("purposes", "Finalités", PURPOSES),
        (
            "categories",
            "Catégories de données",
            tuple(words for letter, words in CATEGORIES.items() if letter in classes),
        ),
        ("recipients", "Destinataires", content.recipients),
        ("kept", "Durée de conservation", KEPT),
        ("sources", "Origine des données", SOURCES),
    ]
    return [
        *((name, title, sentences if classes else ()) for name, title, sentences in of_data),
        ("rights", "Vos droits", RIGHTS),
        ("remedies", "Vos recours", REMEDIES),
    ]


# --- The pages ---------------------------------------------------------------------------------------


def _lines(content: PackageContent) -> list[_Line]:
    """Number the parts, file by file in the order of the references, as they came within each."""
    for piece in content.pieces:
        if piece.part.referral not in content.cases:
            raise ValueError("A part of the copy belongs to no file of the request.")
        if piece.part.access_class not in CATEGORIES:
            raise ValueError("A part of the copy is of a class that no package holds.")
    ordered = sorted(content.pieces, key=lambda piece: content.cases[piece.part.referral])
    return [
        _Line(number, piece, content.cases[piece.part.referral]) for number, piece in enumerate(ordered, 1)
    ]


def _by_case(lines: Iterable[_Line]) -> dict[str, list[_Line]]:
    cases: dict[str, list[_Line]] = {}
    for line in lines:
        cases.setdefault(line.case, []).append(line)
    return cases


def _page(content: PackageContent, title: str, paragraphs: Sequence[str], sections: Sequence[_Part]) -> _Page:
    return _Page(
        title=title,
        authority=content.letter.head.name,
        reference=content.letter.reference,
        on=content.letter.on,
        large=content.letter.large,
        paragraphs=paragraphs,
        sections=sections,
    )


def _copy(content: PackageContent, lines: Sequence[_Line]) -> _Page:
    """Return the copy itself: file by file, category by category."""
    sections = []
    for case, here in _by_case(lines).items():
        for category in CATEGORIES.values():
            facts = [
                (f"{line.number}. {line.label}", line.text) for line in here if line.category == category
            ]
            if facts:
                sections.append(_Part(heading=f"Dossier {case} : {category}", facts=facts))
    return _page(content, "Copie de vos données", (HIDDEN,) if codes_of(lines) else (), sections)


def _index(content: PackageContent, lines: Sequence[_Line]) -> _Page:
    total: Counter[Withheld] = sum((line.hidden for line in lines), Counter())
    sections = [
        _Part(
            heading=f"Dossier {case}",
            head=("N°", "Donnée", "Où", "Occulté"),
            rows=[(str(line.number), line.label, line.where, _why(line.hidden)) for line in here],
        )
        for case, here in _by_case(lines).items()
    ]
    if total:
        rows = [(reason([code]), str(total[code])) for code in Withheld if total[code]]
        sections.append(_Part(heading="Passages occultés, par motif", head=("Motif", "Nombre"), rows=rows))
    summary = (
        f"{_counted(len(lines), 'donnée', 'données')} dans {_counted(len(_by_case(lines)), 'dossier')}, "
        f"{_counted(sum(total.values()), 'passage occulté', 'passages occultés')}, "
        f"{_counted(len(content.readers.lines), 'consultation')}.",
    )
    return _page(content, "Index", summary if lines or content.readers.lines else (NOTHING,), sections)


def _why(hidden: Counter[Withheld]) -> str:
    return "\n".join(f"{reason([code])} : {hidden[code]}" for code in Withheld if hidden[code]) or "rien"


def _readers(content: PackageContent) -> _Page:
    introduction = (
        "Chaque ligne est une consultation de votre dossier : quand, par quelle fonction, pour quoi (CJUE, C-579/21). "
        "Le nom d'un agent n'y est que si deux personnes l'ont décidé.",
        ASKED,
        _proved(content.readers),
    )
    head = ("Jour", "Heures", "Fonction et service", "Finalité", "Parties ouvertes", "Acte")
    rows = [_reader_row(line) for line in content.readers.lines]
    sections = [_Part(heading="Consultations", head=head, rows=rows)] if rows else []
    return _page(content, "Liste des consultations", introduction, sections)


def _proved(readers: Readers) -> str:
    count = f"{_counted(len(readers.lines), 'consultation')}."
    if readers.proofs:
        proofs = (
            f"Le fichier {READERS}.json contient les preuves qu'aucune ne manque ; "
            f"{HINT} dit comment les vérifier."
        )
        return f"{count} {proofs}"
    return count if readers.lines else "Aucune consultation n'est communiquée."


def _reader_row(line: ReaderLine) -> tuple[str, ...]:
    who = [line.function, line.service, "" if line.own_authority else "(autre collectivité)", line.name]
    purpose = f"{line.purpose}\nExamen : {line.review}" if line.review else line.purpose
    return (
        f"{line.day:%d/%m/%Y}",
        line.hours,
        "\n".join(filter(None, who)),
        purpose,
        ", ".join(line.classes),
        _ACTS.get(line.what, line.what),
    )


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count < 2 else several or one + 's'}"


def _html(page: _Page) -> bytes:
    made: str = _template().render(Context({"document": page})) + ""
    return training.page(made).encode()


@cache
def _template() -> Template:
    return Engine(autoescape=True).from_string(Path(__file__).with_suffix(".html").read_text("utf-8"))


# --- The machine-readable copy -----------------------------------------------------------------------


def data(content: PackageContent, lines: Sequence[_Line]) -> dict[str, Any]:
    """Return the copy as data, as ``schema`` describes it."""
    total: Counter[Withheld] = sum((line.hidden for line in lines), Counter())
    return {
        "format": FORMAT,
        "version": VERSION,
        "reference": content.letter.reference,
        "authority": content.letter.head.name,
        "received_on": content.received_on.isoformat(),
        "answered_on": content.letter.on.isoformat(),
        "requester": {"code": str(content.requester), "label": in_language(content.requester.label, FRENCH)},
        "complete": not codes_of(lines),
        "information": {name: list(sentences) for name, _, sentences in information(content)}
        | {"automated_decision": False},
        "files": [
            {"reference": case, "parts": [_part_data(line, content.requester) for line in here]}
            for case, here in _by_case(lines).items()
        ],
        "hidden": _hidden_data(total),
        "readers": {"count": len(content.readers.lines), "path": f"{READERS}.json"},
    }


def _part_data(line: _Line, requester: Requester) -> dict[str, Any]:
    members: dict[str, Any] = {
        "number": line.number,
        "label": line.part.label,
        "category": line.category,
        "kind": line.kind,
        "hidden": _hidden_data(line.hidden),
    }
    if line.part.source and requester in SOURCED:
        members["source"] = line.part.source
    if line.part.on:
        members["on"] = line.part.on.isoformat()
    if line.kind == "text":
        members["text"] = line.text
    if line.pages is not None:
        digest = sha256(line.pages.pdf).hex()
        members["document"] = {"path": line.path, "pages": line.pages.count, "sha256": digest}
    return members


def _hidden_data(hidden: Counter[Withheld]) -> list[dict[str, Any]]:
    return [
        {"code": str(code), "label": reason([code]), "count": hidden[code]}
        for code in Withheld
        if hidden[code]
    ]


def _readers_data(readers: Readers) -> dict[str, Any]:
    lines = []
    for line in readers_as_json(readers)["lines"]:
        classes = line.pop("classes")
        lines.append(line | {"parts": classes})
    return {"format": "repere:consultations", "version": VERSION, "lines": lines, "proofs": readers.proofs}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


_HINT: Final = """Comment vérifier la liste des consultations

Le fichier consultations.json contient {count} ligne(s) et, sous « proofs », les preuves tirées du journal du service :
chaque ligne y est, et leur nombre est le bon. Le journal est un arbre de condensats (RFC 9162) dont les têtes sont
signées ; une ligne retirée ou changée ne se vérifie plus.

La vérification se fait hors ligne, avec l'outil libre publié avec le code source du service, audit/verifier.py, et la
clé publique du journal, que la ou le délégué à la protection des données vous indique :

    python3 verifier.py readers consultations.json --key CLE --lines

Toute personne de votre choix peut la faire pour vous ; la ou le délégué à la protection des données vous aide.
"""


def _zipped(files: Mapping[str, bytes]) -> bytes:
    # As one reads them: the letter, the index, then by name.
    first = sorted(files, key=lambda name: (not name.startswith(LETTER), not name.startswith(INDEX), name))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in first:
            member = zipfile.ZipInfo(name, _INSTANT)
            member.compress_type, member.external_attr, member.create_system = (
                zipfile.ZIP_DEFLATED,
                _FILE_MODE,
                3,
            )
            archive.writestr(member, files[name])
    return out.getvalue()


_PROGRAM: Final = "referrals.access_requests.binding"
_SECONDS: Final = 180
#: Whatever the files weigh, the bound document is hardly larger: they are packed already.
_ROOM_BYTES: Final = 8 * 1024 * 1024
_TITLES: Final[Mapping[str, str]] = {
    LETTER: "Réponse",
    INDEX: "Index",
    COPY: "Copie de vos données",
    READERS: "Liste des consultations",
    "couverture": "Sommaire du fichier",
}
#: What stands in the place of the pages where this machine could print none.
_COVER: Final = """Réponse à votre demande

Les pages de cette réponse sont jointes à ce fichier. Ouvrez-le sur un ordinateur, puis la liste des pièces jointes
(en général une icône de trombone). Les pages s'ouvrent dans un navigateur.

Fichiers joints :
"""


def locked(made: bytes, passphrase: str) -> bytes:
    """Return a package (``build``) as one PDF that opens by the passphrase alone.

    Raises:
        ValueError: it is no package, or the passphrase is empty or too long.
        FileRefused: a document in it can't be read.
        ParserUnavailable: this system can't confine who reads the documents.
    """
    if not 0 < len(passphrase.encode()) <= 127:
        raise ValueError("A passphrase has between 1 and 127 bytes.")
    files = files_of(made)
    if f"{LETTER}.pdf" not in files:
        names = "".join(f"- {_flat(name)}\n" for name in files)
        files = {"couverture.pdf": drawing.redacted(Media.TEXT, f"{_COVER}{names}".encode(), ()).pdf} | files
    order = {
        "passphrase": passphrase,
        "files": [_described(name, content) for name, content in files.items()],
    }
    head = json.dumps(order).encode()
    given = sum(map(len, files.values()))
    fed = chain([len(head).to_bytes(4), head], files.values())
    arguments = (str(given), str(given + _ROOM_BYTES))
    return b"".join(sandbox.confined(_PROGRAM, arguments, fed, seconds=_SECONDS))


def new_passphrase() -> str:
    """Return a passphrase to be shown once, and kept nowhere."""
    return onetime.new_passphrase()


_MEDIA: Final = {
    "pdf": "application/pdf",
    "html": "text/html",
    "json": "application/json",
    "txt": "text/plain",
}


def _described(name: str, content: bytes) -> dict[str, object]:
    stem, _, ending = name.rpartition(".")
    is_document = stem.startswith(f"{DOCUMENTS}/")
    title = f"Document {stem.rpartition('/')[2]}" if is_document else _TITLES.get(stem, name)
    return {"name": _flat(name), "title": title, "media": _MEDIA[ending], "size": len(content)}


def _flat(name: str) -> str:
    return name.replace("/", "-")


#: To whom data of a file went, by name of body where a name gives nobody away (C-154/21; domain.md §7.5).
OWN: Final = "{authority}, service de protection de l'enfance."
SERVICES: Final = "Les services et établissements chargés de l'évaluation ou d'une mesure."
JUSTICE: Final = "L'autorité judiciaire, quand elle est saisie."
ELSEWHERE: Final = "Un autre département, quand il devient compétent ou quand il est interrogé."
#: A request that was never sent took nothing along.
_SENT: Final = tuple(one for one in TransferState if one not in (TransferState.PREPARED, TransferState.KEPT))


def recipients_of(
    authority: str, referrals: Collection[UUID], children: Collection[UUID], *, to_subject: bool
) -> tuple[str, ...]:
    """Return the recipients of the data of some children, named or in general words.

    A service that takes a child in isn't named, for its name may tell the place (class K). Another département is named
    to the person concerned alone: to a parent it would tell where the other one has moved with the child.
    """
    with row_level_security.beyond():
        services = sorted(set(_services(referrals, children)))
        places = sorted(set(_authorities(referrals, children))) if to_subject else []
    return (
        OWN.format(authority=authority),
        *(f"{name}, chargé d'une mesure." for name in services),
        SERVICES,
        JUSTICE,
        *(f"{name}." for name in places),
        *(() if places else (ELSEWHERE,)),
    )


def _services(referrals: Collection[UUID], children: Collection[UUID]) -> Iterator[str]:
    rows = Measure.objects.filter(referral__in=referrals, child__in=children, service__isnull=False)
    for row in rows.select_related("service", "type"):
        if not row.type.takes_in and row.place is None and row.service is not None:
            yield row.service.name


def _authorities(referrals: Collection[UUID], children: Collection[UUID]) -> Iterator[str]:
    transfers = TransferRequest.objects.filter(referral__in=referrals, state__in=_SENT)
    yield from transfers.values_list("target__name", flat=True)
    inquiries = Inquiry.objects.filter(referral__in=referrals, child__in=children, side=Side.ASKER)
    yield from inquiries.values_list("other__name", flat=True)
