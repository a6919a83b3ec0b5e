"""What a service is asked to confirm, and what becomes of its answers (field.md A.8).

Most answers count at once; the address to which links go and the telephone never do, nor any text that holds a number
or an address. Whoever reads a stolen mail could otherwise have the next links sent to themself, or the calls about a
child: such a correction waits for an editor, who calls the old number first. A service that says it closed is
suspended, so that nobody is sent there, and an editor closes it: nothing leaves the directory unseen. Nothing that is
sealed is shown or asked.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import InvalidInput
from core.inputs import Code, Codes, Flag, OptionalDay, StrictSerializer, Text, Whole
from core.languages import FRENCH, in_both
from core.languages import Text as Sentence
from directory import freshness, links
from directory.codes import Accepts, Sex, Situation, Status, Visibility
from directory.fields import Email, Phone, reads_as_hours
from directory.models import Capacity, Place, Service
from directory.rules import place_of

#: Times of day, which in hours aren't the digits of a number that one calls.
_TIME: Final = re.compile(r"(?<![\d:])(?:[01]?\d|2[0-4])\s?[:hH]\s?[0-5]\d(?!:?\d)")
#: Six digits or more, whatever short signs stand between them; an address of mail or of a page.
_DETAILS: Final = re.compile(
    r"\d(?:[\W_]{0,3}\d){5}|@|://|\bwww\b|\barobase\b|\(at\)|\[at\]|\w\.(?:com|eu|fr|info|net|org)\b",
    re.IGNORECASE,
)


RIGHT: Final = "right"
WRONG: Final = "wrong"
_OLDEST: Final = 25
#: The columns behind each question, by its code; ``capacity`` are those of the service's first capacity.
QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "phone": ("phone",),
    "email": ("email",),
    "contact": ("contact_name",),
    "hours": ("opening_hours", "opening_hours_text"),
    "ages": ("age_min_months", "age_max_months"),
    "sexes": ("sexes",),
    "accepts": ("accepts",),
    "delay": ("answer_delay_hours",),
    "documents": ("documents_wanted", "documents_never"),
    "capacity": ("maximum", "emergency"),
}
#: Of these a correction waits for an editor.
WAITS: Final = ("phone", "email")
#: A text of an answer that waits is kept in pieces of so many characters: a report is one sentence.
_PIECE: Final = 400


_CLOSED: Final = _("La structure dit qu'elle a fermé : appelez-la, puis fermez la fiche.")
_PROPOSED: Final[Mapping[str, Any]] = {
    "phone": _("Téléphone proposé par la structure : %(value)s"),
    "email": _("Courriel proposé par la structure : %(value)s"),
}
#: The texts of an answer by which somebody could be reached, by their columns.
_TEXTS: Final[Mapping[str, Any]] = {
    "contact_name": _("Personne à joindre proposée par la structure : %(value)s"),
    "opening_hours": _("Horaires proposés par la structure : %(value)s"),
    "opening_hours_text": _("Horaires proposés par la structure : %(value)s"),
    "documents_wanted": _("Documents à joindre proposés par la structure : %(value)s"),
    "documents_never": _("Documents à ne jamais envoyer proposés par la structure : %(value)s"),
    "told_by": _("Nom donné par la personne qui a répondu : %(value)s"),
}


def has_contact_details(text: str, *, is_hours: bool = False) -> bool:
    """Tell whether a text holds a number to call or an address to write to, however it is spelled in signs."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(_DETAILS.search(_TIME.sub(" h ", plain) if is_hours else plain))


def _right_or_wrong() -> Code:
    return Code([RIGHT, WRONG], required=False)


def _number(most: int) -> Whole:
    return Whole(max_value=most, required=False, allow_null=True, default=None)


def _line(length: int, *, multiline: bool = False) -> Text:
    return Text(max_length=length, required=False, allow_blank=True, default="", multiline=multiline)


class OpenLinkInput(StrictSerializer):
    """What shows the entry of which a link speaks; the link isn't used up."""

    token = Text(max_length=64)


class ConfirmationInput(StrictSerializer):
    """What a service says of its entry: for each question ``right``, ``wrong`` with what is right, or nothing.

    Ages are in years here. ``all_right`` stands for ``right`` everywhere.
    """

    token = Text(max_length=64)
    all_right = Flag(default=False)
    works = Code(Status.choices, required=False)
    suspended_until = OptionalDay()
    phone_said = _right_or_wrong()
    phone = Phone(required=False, default="")
    email_said = _right_or_wrong()
    email = Email(required=False, default="")
    contact_said = _right_or_wrong()
    contact = _line(200)
    hours_said = _right_or_wrong()
    hours = _line(500)
    ages_said = _right_or_wrong()
    age_from = _number(_OLDEST)
    age_to = _number(_OLDEST)
    sexes_said = _right_or_wrong()
    sexes = Codes(Sex.choices, required=False)
    accepts_said = _right_or_wrong()
    accepts_runaway = Code(Accepts.choices, required=False)
    accepts_substance = Code(Accepts.choices, required=False)
    accepts_dual_status = Code(Accepts.choices, required=False)
    accepts_unaccompanied = Code(Accepts.choices, required=False)
    accepts_with_child = Code(Accepts.choices, required=False)
    accepts_no_papers = Code(Accepts.choices, required=False)
    delay_said = _right_or_wrong()
    delay = _number(720)
    documents_said = _right_or_wrong()
    documents_wanted = _line(2_000, multiline=True)
    documents_never = _line(2_000, multiline=True)
    capacity_said = _right_or_wrong()
    maximum = _number(999)
    emergency = _number(999)
    vacancy = _number(999)
    remark = _line(400, multiline=True)
    said_by = _line(100)


@dataclass(frozen=True, slots=True)
class Linked:
    """An entry as whoever has its link sees it; ``address`` says of a secret place that it is sealed, and no more."""

    service: Service
    structure: str
    authority: str
    address: str
    is_secret: bool
    capacity: Capacity | None
    words: str
    vacancy: int | None


@dataclass(slots=True)
class Outcome:
    """What follows from the answers.

    ``values`` and ``of_capacity`` are to be written, ``confirmed`` and ``confirmed_capacity`` are right as they are,
    ``waiting`` are sentences for an editor; ``whole``: all that was asked was answered.
    """

    values: dict[str, Any] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)
    of_capacity: dict[str, Any] = field(default_factory=dict)
    confirmed_capacity: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    vacancy: int | None = None
    told_by: str = ""
    whole: bool = False


def opened(token: str, *, at: datetime) -> Linked:
    """Return the entry of which a link speaks; the link stays as it is.

    Raises:
        LinkRefused: for whichever reason; which isn't said.
    """
    _link, service = links.open_link(token, at=at)
    return linked(service, at=at)


def linked(service: Service, *, at: datetime) -> Linked:
    """Return an entry as whoever has its link sees it."""
    capacity = capacity_of(service)
    place = place_of(service)
    return Linked(
        service=service,
        structure=service.structure.name,
        authority=service.authority.name,
        address=_address(place),
        is_secret=place is not None and place.visibility == Visibility.SECRET,
        capacity=capacity,
        words=freshness.words_of(service, at=at),
        vacancy=None if capacity is None else freshness.vacancy(capacity, at=at),
    )


def capacity_of(service: Service) -> Capacity | None:
    """Return the capacity that a service is asked for: the first by what is counted, and for whom."""
    return Capacity.objects.filter(service=service).order_by("unit", "population").first()


def _address(place: Place | None) -> str:
    if place is None:
        return ""
    if place.visibility == Visibility.SECRET:
        return gettext("Adresse scellée (département %(code)s)") % {"code": place.department}
    town = " ".join(filter(None, (place.postal_code, place.commune)))
    return ", ".join(filter(None, (place.address, place.complement, town)))


# --- From answers to what is written -------------------------------------------------------------------


def outcome_of(
    answers: Mapping[str, Any], service: Service, capacity: Capacity | None, *, today: date
) -> Outcome:
    """Return what follows from validated answers to ``ConfirmationInput``.

    Raises:
        InvalidInput: two answers don't fit together.
    """
    _require_fitting(answers, capacity, today=today)
    outcome = Outcome(vacancy=answers["vacancy"])
    _teller(answers, outcome)
    everywhere = answers["all_right"]
    answer_of = {code: RIGHT if everywhere else answers.get(f"{code}_said", "") for code in QUESTIONS}
    for code, columns in QUESTIONS.items():
        if code == "capacity":
            _of_capacity(answer_of[code], answers, outcome)
        elif answer_of[code] == RIGHT:
            outcome.confirmed += columns
        elif answer_of[code] == WRONG and code in WAITS:
            outcome.waiting.append(_proposal(code, answers))
        elif answer_of[code] == WRONG:
            _corrected(code, answers, service, outcome)
    _status(answers, outcome)
    if remark := answers["remark"]:
        outcome.waiting.append(remark)
    questions = set(QUESTIONS) - ({"capacity"} if capacity is None else set())
    outcome.whole = everywhere or all(answer_of[code] for code in questions)
    return outcome


def _require_fitting(answers: Mapping[str, Any], capacity: Capacity | None, *, today: date) -> None:
    if not answers["all_right"] and not answers.get("works"):
        raise InvalidInput({"works": ["required"]})
    lowest, highest = answers["age_from"], answers["age_to"]
    if lowest is not None and highest is not None and lowest > highest:
        raise InvalidInput({"age_to": ["out-of-order"]})
    if answers["suspended_until"] is not None and answers["suspended_until"] <= today:
        raise InvalidInput({"suspended_until": ["too-early"]})
    current = None if capacity is None else capacity.maximum
    maximum = answers["maximum"] if answers.get("capacity_said") == WRONG else current
    free = answers["vacancy"]
    if free is None and capacity is not None:
        free = capacity.vacancy if answers.get("capacity_said") == WRONG else None
    if maximum is not None and free is not None and free > maximum:
        raise InvalidInput({"vacancy": ["out-of-order"]})


def _of_capacity(answer: str, answers: Mapping[str, Any], outcome: Outcome) -> None:
    if answer:
        outcome.confirmed_capacity += QUESTIONS["capacity"]
    if answer == WRONG:
        outcome.of_capacity |= {"maximum": answers["maximum"], "emergency": answers["emergency"]}


def _corrected(code: str, answers: Mapping[str, Any], service: Service, outcome: Outcome) -> None:
    """Take a correction; a text in it by which somebody is reached waits for an editor, and what is kept stays."""
    values = _CORRECTED[code](answers, service)
    waiting = {
        name: value
        for name, value in values.items()
        if isinstance(value, str)
        and value != getattr(service, name)
        and has_contact_details(value, is_hours=code == "hours")
    }
    for name, value in waiting.items():
        outcome.waiting += _pieces(_TEXTS[name], value)
    stay = set(values) if waiting and code == "hours" else set(waiting)  # the two forms of hours go together
    outcome.values |= {name: value for name, value in values.items() if name not in stay}
    outcome.confirmed += [name for name in values if name not in stay]  # what was typed anew and is the same


def _teller(answers: Mapping[str, Any], outcome: Outcome) -> None:
    """Take who tells of free places; the name stands beside their number."""
    teller = answers["said_by"]
    if answers["vacancy"] is not None and has_contact_details(teller):
        outcome.waiting += _pieces(_TEXTS["told_by"], teller)
    else:
        outcome.told_by = teller


def _status(answers: Mapping[str, Any], outcome: Outcome) -> None:
    """Take what is said of the service's working: it counts at once, for nobody may be sent where nobody is taken.

    One that says it closed is suspended until an editor has asked: it stays where editors see it.
    """
    works = answers.get("works")
    outcome.confirmed.append("status")
    if works is None or answers["all_right"]:
        return
    until = answers["suspended_until"] if works == Status.SUSPENDED else None
    if works == Status.CLOSED:
        works = Status.SUSPENDED
        outcome.waiting.append(stored_text(_CLOSED))
    outcome.values |= {"status": works, "suspended_until": until}


def _proposal(code: str, answers: Mapping[str, Any]) -> str:
    """Return a correction as a sentence for the editors: kept for all, so in French."""
    return stored_text(_PROPOSED[code]) % {"value": answers[code] or stored_text(_("aucun"))}


def _pieces(sentence: Sentence, text: str) -> list[str]:
    """Return a text that waits as sentences for the editors, none longer than a report may be."""
    words = stored_text(sentence)
    return [words % {"value": text[start : start + _PIECE]} for start in range(0, len(text), _PIECE)]


def stored_text(text: Sentence) -> str:
    """Return a text as it is stored, whoever reads this page: in French."""
    return in_both(text)[FRENCH]


def _hours(answers: Mapping[str, Any], _service: Service) -> dict[str, Any]:
    """Return hours in the form that matching reads where they are typed so, else as words, and the old form ends."""
    typed = answers["hours"]
    if typed and reads_as_hours(typed):
        return {"opening_hours": typed, "opening_hours_text": ""}
    return {"opening_hours": "", "opening_hours_text": typed}


def _ages(answers: Mapping[str, Any], _service: Service) -> dict[str, Any]:
    """Return ages in months, of years whose last is lived to its end."""
    lowest, highest = answers["age_from"], answers["age_to"]
    return {
        "age_min_months": None if lowest is None else 12 * lowest,
        "age_max_months": None if highest is None else 12 * highest + 11,
    }


def _accepts(answers: Mapping[str, Any], service: Service) -> dict[str, Any]:
    """Return the situations with their new answers; words stay with an answer that stays."""
    accepts = dict(service.accepts)
    for situation in Situation:
        answer = answers.get(f"accepts_{situation}")
        if answer and accepts.get(situation, {}).get("answer") != answer:
            accepts[str(situation)] = {"answer": answer, "words": ""}
    return {"accepts": accepts}


_CORRECTED: Final[Mapping[str, Callable[[Mapping[str, Any], Service], dict[str, Any]]]] = {
    "contact": lambda answers, _service: {"contact_name": answers["contact"]},
    "hours": _hours,
    "ages": _ages,
    "sexes": lambda answers, _service: {"sexes": answers.get("sexes", [])},
    "accepts": _accepts,
    "delay": lambda answers, _service: {"answer_delay_hours": answers["delay"]},
    "documents": lambda answers, _service: {
        "documents_wanted": answers["documents_wanted"],
        "documents_never": answers["documents_never"],
    },
}
