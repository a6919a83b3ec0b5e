"""Values of a case as a person reads them, in French: labels of codes, days as dd/mm/yyyy, lists in words.

The words of fields and steps stand with the pages, which lie above this app: they register them (``word_by``).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models

from accounts.roles import Role
from accounts.territory import commune
from core.languages import FRENCH, in_language
from referrals.vocabulary.filing_answers import SIGNS

type Label = Callable[[str, str], str]
type Purposes = Callable[[str], str]
#: Of a step: its machine and name.
type StepName = Callable[[str, str], str]
#: Of a step's data: machine, name, data; labels with texts.
type StepLines = Callable[[str, str, object], list[tuple[str, str]]]


@dataclass(slots=True)
class Words:
    """What the pages say: of a field (name, model), of a step, of what a step was done with, of a purpose."""

    label: Label = lambda name, _owner: name
    step: StepName = lambda _machine, name: name
    lines: StepLines = lambda _machine, _name, data: list(plain_lines(data))
    purpose: Purposes = lambda code: code


_words: Final = Words()


def word_by(*, label: Label, step: StepName, lines: StepLines, purpose: Purposes) -> None:
    """Say what fields, steps, their data and purposes are called; once, when the pages are loaded."""
    _words.label, _words.step, _words.lines, _words.purpose = label, step, lines, purpose


def label(name: str, owner: str) -> str:
    """Return what a field of a model is called: as the pages ask for it, or as only a copy shows it."""
    text = _words.label(name, owner)
    return of(name, owner) if text == name else text


def purpose(code: str) -> str:
    return _words.purpose(code)


def step_text(machine: str, name: str, data: object) -> str:
    return "\n".join(
        f"{title} : {text}" if title else text for title, text in _words.lines(machine, name, data)
    )


_SIGNS: Final[Mapping[str, Any]] = {code: text for family in SIGNS.values() for code, text in family.items()}


def value_text(row: models.Model, field: Any, value: object, zone: ZoneInfo) -> str:
    """Return a value of a row in words; empty where nothing was said."""
    if value in (None, "", [], {}):
        return ""
    name, owner = field.name, type(row).__name__
    if field.is_relation:
        return _related(getattr(row, name))
    if owner in ("StepRecord", "Approval") and name == "step":
        return _words.step(str(getattr(row, "machine", "")), str(value))
    if name in ("role", "proposer_role") and str(value) in Role.values:
        return in_language(Role(str(value)).label, FRENCH)
    if owner in ("Sign", "HealthSign") and name == "code":
        return in_language(_SIGNS.get(str(value), str(value)), FRENCH)
    if name == "commune_insee":
        place = commune(str(value))
        return f"{place.name} ({value})" if place else str(value)
    if name == "not_known" and isinstance(value, list):
        return ", ".join(label(str(one), owner) for one in value)
    if owner == "Rectification" and name == "field":
        return label(str(value), "")
    return in_words(value, _labels(field), zone)


def _related(value: object) -> str:
    # Only what has a name of its own: authorities, units, services, types of measures.
    text = getattr(value, "label_fr", "") or getattr(value, "name", "")
    return text if isinstance(text, str) else ""


def _labels(field: Any) -> Mapping[str, Any]:
    codes = getattr(field, "codes", None)
    if codes is not None:
        return {str(code): code.label for code in codes}
    return {str(code): text for code, text in (getattr(field, "choices", None) or ())}


def in_words(value: object, labels: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return a value in words: a code by its label, a day as dd/mm/yyyy, an instant in the zone."""
    match value:
        case bool():
            return "Oui" if value else "Non"
        case datetime():
            return f"{value.astimezone(zone):%d/%m/%Y à %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case list() | tuple() | set() | frozenset():
            return ", ".join(filter(None, (in_words(one, labels, zone) for one in value)))
        case Mapping():
            return "\n".join(f"{title} : {text}" if title else text for title, text in plain_lines(value))
        case bytes() | memoryview():
            return ""
    text = str(value)
    if text in labels:
        return in_language(labels[text], FRENCH)
    return day_text(text) or (page_text(text) if _PAGE.match(text) else text)


#: How a letter that the service composed begins.
_PAGE: Final = re.compile(r"\s*<(?:!doctype html|html)", re.IGNORECASE)
_LINES: Final = frozenset(
    {
        "p",
        "div",
        "li",
        "tr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "br",
        "dt",
        "dd",
        "section",
        "header",
        "footer",
        "table",
    }
)
_UNSEEN: Final = frozenset({"style", "script", "title"})


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        self._unseen += tag in _UNSEEN
        if tag in _LINES:
            self.texts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        if tag in _LINES:
            self.texts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            # No blank of our own: a name that a tag cuts in two must stay one.
            self.texts.append(re.sub(r"\s+", " ", data))


def page_text(page: str) -> str:
    """Return the text of a letter that is kept as a page: lines without tags, so that names are found in it."""
    seen = _Seen()
    seen.feed(page)
    seen.close()
    lines = ("".join(seen.texts)).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def day_text(text: str) -> str:
    """Return a day ``yyyy-mm-dd`` as dd/mm/yyyy; empty where the text is none."""
    if len(text) != 10:
        return ""
    try:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return ""


def plain_lines(data: object) -> Iterator[tuple[str, str]]:
    """Yield label and text of each value of JSON, however deep; ids say nothing to a person and are left out."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            inner = value if isinstance(value, list) else [value]
            if any(isinstance(one, Mapping) for one in inner):
                yield from plain_lines(value)
            elif text := _plain(value):
                yield ("" if is_id(str(name)) else _words.label(str(name), "")), text
    elif isinstance(data, list):
        for one in data:
            yield from plain_lines(one)
    elif text := _plain(data):
        yield "", text


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, (_plain(one) for one in value)))
    if value in (None, "") or is_id(str(value)):
        return ""
    return in_words(value, {}, ZoneInfo("Europe/Paris"))


def is_id(text: str) -> bool:
    if len(text) != 36:
        return False
    try:
        UUID(text)
    except ValueError:
        return False
    return True


#: By ``Model.field``, else by field.
FIELD_WORDS: Final[Mapping[str, str]] = {
    "acknowledged_at": "Accusé de réception le",
    "agreed_by_silence": "Accord réputé donné, faute de réponse",
    "archived_at": "Archivé le",
    "archived_from": "État avant l'archivage",
    "authority": "Autorité",
    "cause": "Motif",
    "closed_at": "Clos le",
    "composed_at": "Document établi le",
    "counts_from": "Délai compté à partir du",
    "decided_at": "Décidé le",
    "delivered_at": "Rapport remis le",
    "department": "Département",
    "dropped_at": "Retiré du bordereau le",
    "dropped_for": "Retiré du bordereau parce que",
    "due_at": "À faire avant le",
    "ended_at": "Terminé le",
    "expires_at": "Prend fin le",
    "joined_at": "Joint le",
    "judicial_status": "État du signalement",
    "known": "Enfant connu",
    "left_open": "Reste à faire",
    "legal_hold": "Élimination suspendue",
    "lifted_at": "Levé le",
    "machine": "Objet",
    "made_at": "Établi le",
    "opened_at": "Ouvert le",
    "over_on": "Terminée le",
    "over_reason": "Motif de la fin",
    "prepared_at": "Préparé le",
    "proposer_role": "Proposé en qualité de",
    "purged_at": "Éliminé le",
    "read_at": "Lu le",
    "received_at": "Reçu le",
    "reference": "Numéro",
    "refusal": "Motif du refus",
    "requested_at": "Demandé le",
    "reviewed_at": "Relu le",
    "side": "Sens de la demande",
    "since_at": "À partir du",
    "sounded_at": "Appel lancé le",
    "started_at": "Commencé le",
    "statutory": "Délai fixé par la loi",
    "statutory_due_at": "Fin du délai légal",
    "step": "Étape",
    "stopped_at": "Arrêté le",
    "submitted_at": "Transmis le",
    "target_due_at": "Fin du délai visé",
    "undone_at": "Séparé le",
    "until_at": "Jusqu'au",
    "urgency_ever": "Urgence la plus haute",
    "wanted": "Pièces demandées",
    "way": "Voie d'envoi",
    "withdrawn_at": "Retiré le",
    "Assessment.opened_at": "Évaluation ouverte le",
    "Clock.due_at": "Échéance",
    "FeedbackTask.due_at": "Réponse due le",
    "FeedbackTask.opened_at": "Réponse prévue depuis le",
}


def of(name: str, owner: str) -> str:
    """Return what a field of a model is called; its own name where nobody has said."""
    return FIELD_WORDS.get(f"{owner}.{name}") or FIELD_WORDS.get(name, name)
