"""Package of an answer: letter, copy, documents, list of readers, table of contents, machine-readable data (§7.5).

One archive whose bytes depend on its content alone, so that its digest can be kept and told again. All of it is French.
It is for the service's own keeping: what leaves the house is printed, or locked with a passphrase (``handover.py``).
"""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.template import Context, Engine, Template

from core.languages import FRENCH, in_language
from encryption.digest import sha256
from outbox import training
from referrals.access_requests import drawing
from referrals.access_requests.copies import Box, Part, ReaderLine, Readers, Span
from referrals.access_requests.redaction import counted, mark, reason, redacted_text
from referrals.errors import FileRefused
from referrals.letters import paper
from referrals.letters.paper import Paper, Section
from referrals.rest.pdf import pdf
from referrals.vocabulary.access_requests import Requester, Withheld

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
#: Where the answer names no body (C-154/21 asks for names, unless that is impossible or abusive).
RECIPIENTS: Final = (
    "Le service de protection de l'enfance de l'autorité qui signe cette lettre, et les services et établissements "
    "qu'elle charge de l'évaluation ou d'une mesure.",
    "L'autorité judiciaire, quand elle est saisie ; un autre département, quand il devient compétent.",
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
_KIND_WORDS: Final = {
    "text": "",
    "withheld": "non communiqué en entier",
    "unavailable": "document indisponible",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document of the copy: its form (``vocabulary.attachments.Media``), its bytes, what is hidden on its pages."""

    media: str
    source: bytes
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part as it leaves: all that is hidden in it, by whoever.

    ``withheld``: the whole of it isn't told, and why. ``document``: of an attachment; None: it can't be read any more.
    """

    part: Part
    spans: tuple[Span, ...] = ()
    withheld: Withheld | None = None
    document: Document | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageContent:
    """All that an answer says (RGPD art. 15).

    ``letter``: signed by the authority; what art. 15 asks to be told is added to it. ``cases``: the reference of each
    file by its row. ``recipients``: bodies by name (C-154/21). ``kept``: how long, in sentences. ``sources``: in
    general words, as « un professionnel ». ``left_out``: reasons of whole parts that aren't in the copy at all.
    """

    letter: Paper
    requester: Requester
    received_on: date
    cases: Mapping[UUID, str]
    pieces: tuple[Piece, ...]
    readers: Readers
    recipients: tuple[str, ...] = RECIPIENTS
    kept: tuple[str, ...] = KEPT
    sources: tuple[str, ...] = SOURCES
    purposes: tuple[str, ...] = PURPOSES
    rights: tuple[str, ...] = RIGHTS
    remedies: tuple[str, ...] = REMEDIES
    left_out: tuple[Withheld, ...] = ()


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
    def __init__(self, number: int, piece: Piece, case: str) -> None:
        self.number, self.piece, self.case = number, piece, case

    @property
    def kind(self) -> str:
        """Return what the reader gets: ``text``, ``document``, ``withheld`` or ``unavailable``."""
        if self.piece.withheld is not None:
            return "withheld"
        if self.piece.part.attachment is None:
            return "text"
        return "document" if self.drawn else "unavailable"

    @property
    def path(self) -> str:
        return f"{DOCUMENTS}/{self.number:03d}.pdf"

    @property
    def label(self) -> str:
        on = self.piece.part.on
        return f"{self.piece.part.label} ({on:%d/%m/%Y})" if on else self.piece.part.label

    @property
    def category(self) -> str:
        return CATEGORIES[self.piece.part.access_class]

    @cached_property
    def text(self) -> str:
        if self.piece.withheld is not None:
            return mark([self.piece.withheld])
        return redacted_text(self.piece.part.text or "", self.piece.spans)

    @cached_property
    def hidden(self) -> Counter[Withheld]:
        if self.piece.withheld is not None:
            return Counter([self.piece.withheld])
        if self.piece.part.attachment is not None:
            boxes = self.piece.document.boxes if self.piece.document and self.drawn else ()
            return Counter(box.code for box in boxes)
        return counted(self.piece.part.text or "", self.piece.spans)

    @cached_property
    def drawn(self) -> drawing.Pages | None:
        """Return the document without what is hidden; None: it can't be drawn, which the copy says.

        Raises:
            ValueError, ParserUnavailable: as ``drawing.redacted``.
            FileRefused: what is to be hidden lies on no page of it.
        """
        document = self.piece.document
        if document is None:
            return None
        try:
            return drawing.redacted(document.media, document.source, document.boxes)
        except FileRefused as refused:
            if refused.extra["reason"] == "no-such-page":
                raise
            return None

    @property
    def pages(self) -> drawing.Pages:
        if self.drawn is None:
            raise ValueError("This part has no document to show.")
        return self.drawn

    def told(self) -> str:
        if self.kind == "document":
            return f"Voir le document {self.path} ({_counted(self.pages.count, 'page')})."
        return _KIND_WORDS["unavailable"].capitalize() if self.kind == "unavailable" else self.text


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
        LETTER: paper.html(letter(content)).encode(),
        INDEX: _html(_index(content, lines)),
        READERS: _html(_readers(content)),
    }
    if lines:
        members[COPY] = _html(_copy(content, lines))
    files = {f"{name}.pdf": pdf(page.decode()) for name, page in members.items()}
    files |= {line.path: line.pages.pdf for line in lines if line.kind == "document"}
    files[DATA] = _json(data(content, lines))
    files[SCHEMA] = _json(schema())
    files[f"{READERS}.json"] = _json(_readers_data(content.readers))
    if content.readers.proofs:
        files[HINT] = _HINT.format(count=len(content.readers.lines)).encode()
    return _zipped(files)


def codes_of(content: PackageContent) -> list[Withheld]:
    """Return why anything is hidden or left out, each reason once; none: the answer is complete (AR11)."""
    held = {code for line in _lines(content) for code in line.hidden} | set(content.left_out)
    return [code for code in Withheld if code in held]


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
    found: dict[str, Any] = json.loads(Path(__file__).with_name("package.schema.json").read_text("utf-8"))
    return found


# --- The letter --------------------------------------------------------------------------------------


def letter(content: PackageContent) -> Paper:
    """Return the letter with all that art. 15 asks to be told; a heading that it has already isn't said twice."""
    there = {section.heading for section in content.letter.sections}
    more = [section for section in _information(content) if section.heading not in there]
    return replace(content.letter, sections=(*content.letter.sections, *more))


def _information(content: PackageContent) -> Iterator[Section]:
    confirmed = (HIDDEN,) if codes_of(content) else ()
    what = _counted(len(content.pieces), "donnée", "données") if content.pieces else ""
    told = (
        (f"Nous traitons des données vous concernant. La copie jointe en contient {what}.",)
        if what
        else (NOTHING,)
    )
    yield Section(heading="Confirmation", paragraphs=(*told, *confirmed, FIRST_COPY))
    if content.pieces:
        yield Section(heading="Finalités", points=content.purposes)
        yield Section(heading="Catégories de données", points=tuple(_categories(content)))
        yield Section(heading="Destinataires", points=content.recipients)
        yield Section(heading="Durée de conservation", points=content.kept)
        yield Section(heading="Origine des données", points=content.sources)
    yield Section(heading="Décision automatisée", paragraphs=(AUTOMATED,))
    yield Section(heading="Vos droits", points=content.rights)
    yield Section(heading="Vos recours", points=content.remedies)


def _categories(content: PackageContent) -> list[str]:
    held = {piece.part.access_class for piece in content.pieces}
    return [words for letter_, words in CATEGORIES.items() if letter_ in held]


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
    found: dict[str, list[_Line]] = {}
    for line in lines:
        found.setdefault(line.case, []).append(line)
    return found


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
                (f"{line.number}. {line.label}", line.told()) for line in here if line.category == category
            ]
            if facts:
                sections.append(_Part(heading=f"Dossier {case} : {category}", facts=facts))
    return _page(content, "Copie de vos données", (HIDDEN,) if codes_of(content) else (), sections)


def _index(content: PackageContent, lines: Sequence[_Line]) -> _Page:
    total: Counter[Withheld] = sum((line.hidden for line in lines), Counter())
    sections = [
        _Part(
            heading=f"Dossier {case}",
            head=("N°", "Donnée", "Où", "Occulté"),
            rows=[(str(line.number), line.label, _where(line), _why(line.hidden)) for line in here],
        )
        for case, here in _by_case(lines).items()
    ]
    if total:
        rows = [(reason([code]), str(total[code])) for code in Withheld if total[code]]
        sections.append(_Part(heading="Passages occultés, par motif", head=("Motif", "Nombre"), rows=rows))
    if content.left_out:
        facts = [("Motif", reason([code])) for code in Withheld if code in content.left_out]
        sections.append(_Part(heading="Ce qui n'est pas communiqué, par motif", facts=facts))
    said = (
        f"{_counted(len(lines), 'donnée', 'données')} dans {_counted(len(_by_case(lines)), 'dossier')}, "
        f"{_counted(sum(total.values()), 'passage occulté', 'passages occultés')}, "
        f"{_counted(len(content.readers.lines), 'consultation')}.",
    )
    return _page(content, "Index", said if lines or content.readers.lines else (NOTHING,), sections)


def _where(line: _Line) -> str:
    if line.kind == "document":
        return f"{line.path} ({_counted(line.pages.count, 'page')})"
    return _KIND_WORDS[line.kind] or COPY


def _why(hidden: Counter[Withheld]) -> str:
    return "\n".join(f"{reason([code])} : {hidden[code]}" for code in Withheld if hidden[code]) or "rien"


def _readers(content: PackageContent) -> _Page:
    said = (
        "Chaque ligne est une consultation de votre dossier : quand, par quelle fonction, pour quoi (CJUE, C-579/21). "
        "Le nom d'un agent n'y est que si deux personnes l'ont décidé.",
        ASKED,
        _proved(content.readers),
    )
    head = ("Jour", "Heures", "Fonction et service", "Finalité", "Parties ouvertes", "Acte")
    rows = [_reader_row(line) for line in content.readers.lines]
    sections = [_Part(heading="Consultations", head=head, rows=rows)] if rows else []
    return _page(content, "Liste des consultations", said, sections)


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
        "complete": not codes_of(content),
        "information": {
            "purposes": list(content.purposes) if content.pieces else [],
            "categories": _categories(content),
            "recipients": list(content.recipients) if content.pieces else [],
            "kept": list(content.kept) if content.pieces else [],
            "rights": list(content.rights),
            "remedies": list(content.remedies),
            "sources": list(content.sources) if content.pieces else [],
            "automated_decision": False,
        },
        "files": [
            {"reference": case, "parts": [_part_data(line, content.requester) for line in here]}
            for case, here in _by_case(lines).items()
        ],
        "hidden": _hidden_data(total),
        "readers": {"count": len(content.readers.lines), "path": f"{READERS}.json"},
    }


def _part_data(line: _Line, requester: Requester) -> dict[str, Any]:
    part = line.piece.part
    found: dict[str, Any] = {
        "number": line.number,
        "label": part.label,
        "category": line.category,
        "kind": line.kind,
        "hidden": _hidden_data(line.hidden),
    }
    if part.source and requester in SOURCED:
        found["source"] = part.source
    if part.on:
        found["on"] = part.on.isoformat()
    if line.kind == "text":
        found["text"] = line.text
    if line.kind == "document":
        digest = sha256(line.pages.pdf).hex()
        found["document"] = {"path": line.path, "pages": line.pages.count, "sha256": digest}
    return found


def _hidden_data(hidden: Counter[Withheld]) -> list[dict[str, Any]]:
    return [
        {"code": str(code), "label": reason([code]), "count": hidden[code]}
        for code in Withheld
        if hidden[code]
    ]


def _readers_data(readers: Readers) -> dict[str, Any]:
    lines = [
        {
            "entry": str(line.entry),
            "day": line.day.isoformat(),
            "hours": line.hours,
            "function": line.function,
            "service": line.service,
            "purpose": line.purpose,
            "parts": list(line.classes),
            "own_authority": line.own_authority,
            "what": line.what,
            "review": line.review,
            "name": line.name,
        }
        for line in readers.lines
    ]
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
