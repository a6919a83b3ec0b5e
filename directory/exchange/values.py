"""Checks what a file says against the fields of our rows, and spells it as they store it (field.md A.1, A.6).

No format decides by itself what a row may hold: each hands its values to ``checked``, so that a value that one refuses
no other lets in.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final

import opening_hours
from django.core.exceptions import ValidationError
from django.db import models

from accounts.territory import department_of, departments
from core.inputs import text_fault
from directory import standard
from directory.codes import Accepts, Agreement, Asker, Need, SafeChannel, Sex, Situation, Status
from directory.exchange.faults import Fault
from directory.exchange.rows import ADDRESS, Entry
from directory.models import Capacity, Place, Service, Structure
from directory.phones import normalised_phone

MODELS: Final[Mapping[str, type[Structure | Service]]] = {"structure": Structure, "service": Service}
#: Fields that hold lists of codes, each once; the order of the first is kept, that of the others doesn't count.
ORDERED: Final = ("zones", "safe_channels")
WORDS_MAX: Final = 300
ITEMS_MAX: Final = 200
EARLIEST: Final = date(2000, 1, 1)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_ZONE: Final = re.compile(r"france|[0-9A-Z]{2,3}|[0-9A-Za-z]{5}|[0-9]{9}")
_RNA: Final = re.compile(r"W[0-9A-Z][0-9]{8}")
_POSTAL: Final = re.compile(r"[0-9]{5}")
_INSEE: Final = re.compile(r"[0-9][0-9AB][0-9]{3}")


def _codes(choices: Any) -> Callable[[str], bool]:
    codes = frozenset(choices.values if hasattr(choices, "values") else (code for code, _ in choices))
    return lambda code: code in codes


_LISTS: Final[Mapping[str, Callable[[str], bool]]] = {
    "needs": _codes(Need),
    "sexes": _codes(Sex),
    "who_may_ask": _codes(Asker),
    "needs_agreement": _codes(Agreement),
    "safe_channels": _codes(SafeChannel),
    "themes": _codes(standard.THEMES),
    "audiences": _codes(standard.AUDIENCES),
    "reception_modes": _codes(standard.RECEPTION_MODES),
    "mobilisation_modes": _codes(standard.MOBILISATION_MODES),
    "mobilisable_by": _codes(standard.MOBILISABLE_BY),
    "networks": _codes(standard.NETWORKS),
    "zones": lambda code: _ZONE.fullmatch(code) is not None,
    "languages": lambda code: _LANGUAGE.fullmatch(code) is not None,
    "from_departments": lambda code: code in departments(),
    "refused_departments": lambda code: code in departments(),
}
_PLAIN: Final[Mapping[str, Callable[[str], bool]]] = {
    "fees": _codes(standard.FEES),
    "rna": lambda code: _RNA.fullmatch(code) is not None,
    "insee_code": lambda code: _INSEE.fullmatch(code) is not None,
    "postal_code": lambda code: _POSTAL.fullmatch(code) is not None,
}
_SERVICE_KIND: Final = _codes(standard.KINDS)


class BadValue(Exception):
    """A value that a field doesn't take."""

    def __init__(self, field: str, fault: Fault) -> None:
        super().__init__(fault.value)
        self.field, self.fault = field, fault


def checked(entry: Entry, *, today: date) -> Entry:
    """Return an entry with its values spelled as our rows store them.

    Raises:
        BadValue: the first value that a field doesn't take, by our name of the field.
    """
    model = MODELS[entry.kind]
    entry.values = {name: value_of(model, name, value) for name, value in entry.values.items()}
    entry.defaults = {name: value_of(model, name, value) for name, value in entry.defaults.items()}
    if entry.dated is not None:
        if not EARLIEST <= entry.dated <= today:
            raise BadValue("updated_on", Fault.DATE_BOUNDS)
        entry.values["updated_on"] = entry.dated
    if not 0 < len(entry.source_id) <= 200 or text_fault(entry.source_id, max_length=200, max_bytes=800):
        raise BadValue("source_id", Fault.FORMAT)
    consistent(entry.values)
    if entry.place is not None:
        entry.place = place_of(entry.place)
    if entry.capacities is not None:
        entry.capacities = capacities_of(entry.capacities)
    return entry


def consistent(told: Mapping[str, Any]) -> None:
    """Refuse values that contradict each other, as the database would.

    Raises:
        BadValue: names the first.
    """
    if told.get("suspended_until") and told.get("status") != Status.SUSPENDED:
        raise BadValue("suspended_until", Fault.FORMAT)
    least, most = told.get("age_min_months"), told.get("age_max_months")
    if least is not None and most is not None and least > most:
        raise BadValue("age_min_months", Fault.AGES)


def value_of(model: type[models.Model], name: str, value: Any) -> Any:
    """Return one value as a field stores it.

    Raises:
        BadValue: it doesn't take this value.
    """
    if name in _LISTS:
        return _list(name, value)
    if name == "accepts":
        return _accepts(value)
    field: Any = model._meta.get_field(name)
    if isinstance(field, models.BooleanField):
        if not isinstance(value, bool):
            raise BadValue(name, Fault.TYPE)
        return value
    if isinstance(field, models.DateField):
        return day_of(name, value)
    if isinstance(field, models.CharField | models.TextField):
        return _text(model, field, "" if value is None else value)
    return None if value is None else _number(field, value)


def day_of(name: str, value: Any) -> date | None:
    """Return a day that stands as text in a file; None for none.

    Raises:
        BadValue: it is none.
    """
    if value is None or value == "" or isinstance(value, date):
        return value or None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadValue(name, Fault.DATE) from None


def department_of_place(place: Mapping[str, Any]) -> str:
    """Return the département of an address, by its commune or its postal code; empty where neither tells."""
    insee, postal = str(place.get("insee_code") or ""), str(place.get("postal_code") or "")
    department = department_of(insee) if insee else ""
    if not department and postal:
        department = postal[:3] if postal.startswith(("97", "98")) else postal[:2]
        # Postal codes of Corsica don't tell which of its two départements it is.
        department = ("2A" if postal < "20200" else "2B") if department == "20" else department
    return department if department in departments() else ""


def same(name: str, stored: Any, told: Any) -> bool:
    """Tell whether a stored value says what a file says; the order of most lists doesn't count."""
    if name in _LISTS and name not in ORDERED:
        return set(stored) == set(told)
    return bool(stored == told)


def hours_of(text: str) -> tuple[str, str]:
    """Return opening hours in OpenStreetMap's form and, where they aren't, as text: one of the two is blank."""
    return (text, "") if text and _reads_as_hours(text) else ("", text)


def composed(text: str) -> str:
    """Return a text composed (NFC), without what stands around it; ends of lines as one sign."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip(" \u00a0\n\t")


@cache
def _reads_as_hours(text: str) -> bool:
    return opening_hours.validate(text)


def _text(model: type[models.Model], field: Any, value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue(field.name, Fault.TYPE)
    text = composed(value)
    if field.name == "phone" and text:
        text = normalised_phone(text) or text
    if not text:
        if not field.blank:
            raise BadValue(field.name, Fault.REQUIRED)
        return ""
    lines = isinstance(field, models.TextField)
    if code := text_fault(text, max_length=field.max_length, max_bytes=4 * field.max_length, multiline=lines):
        raise BadValue(field.name, Fault.TOO_LONG if code.startswith("too-") else Fault.CHARACTERS)
    accepts = _SERVICE_KIND if model is Service and field.name == "kind" else _PLAIN.get(field.name)
    if accepts is not None and not accepts(text):
        raise BadValue(field.name, Fault.UNKNOWN if field.name in ("kind", "fees") else Fault.FORMAT)
    try:
        field.clean(text, None)
    except ValidationError as error:
        raise BadValue(field.name, _fault_of(error, field.name)) from None
    return text


def _fault_of(error: ValidationError, name: str) -> Fault:
    code = error.error_list[0].code
    if code == "invalid_choice":
        return Fault.UNKNOWN
    return Fault.REGISTER if name in ("siret", "finess", "uai") else Fault.FORMAT


def _number(field: Any, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BadValue(field.name, Fault.TYPE)
    try:
        if isinstance(field, models.DecimalField):
            value = Decimal(str(value)).quantize(Decimal("0.01"))
        elif not isinstance(field, models.FloatField):
            if value != int(value):
                raise BadValue(field.name, Fault.NUMBER)
            value = int(value)
        value = field.clean(value, None)
    except (ValidationError, InvalidOperation, OverflowError, ValueError):
        raise BadValue(field.name, Fault.NUMBER) from None
    if isinstance(field, models.PositiveSmallIntegerField) and not 0 <= value <= 32_767:
        raise BadValue(field.name, Fault.NUMBER)
    if isinstance(field, models.DecimalField) and value < 0:
        raise BadValue(field.name, Fault.NUMBER)
    return value


def _list(name: str, value: Any) -> list[str]:
    codes = [] if value is None else value
    if not isinstance(codes, list | tuple | set | frozenset):
        raise BadValue(name, Fault.TYPE)
    items = [str(getattr(one, "value", one)) for one in codes if isinstance(one, str)]
    if len(items) != len(codes):
        raise BadValue(name, Fault.TYPE)
    if len(items) > ITEMS_MAX:
        raise BadValue(name, Fault.TOO_LONG)
    if not all(map(_LISTS[name], items)):
        raise BadValue(name, Fault.UNKNOWN)
    if name == "audiences" and standard.EVERYBODY in items and len(set(items)) > 1:
        raise BadValue(name, Fault.EVERYBODY)
    return list(dict.fromkeys(items)) if name in ORDERED else sorted(set(items))


def _accepts(value: Any) -> dict[str, dict[str, str]]:
    given = {} if value is None else value
    if not isinstance(given, Mapping):
        raise BadValue("accepts", Fault.TYPE)
    answers: dict[str, dict[str, str]] = {}
    for situation, one in given.items():
        if situation not in Situation.values or not isinstance(one, Mapping):
            raise BadValue("accepts", Fault.UNKNOWN)
        answer, words = one.get("answer"), one.get("words") or ""
        if answer not in Accepts.values or not isinstance(words, str) or set(one) - {"answer", "words"}:
            raise BadValue("accepts", Fault.UNKNOWN)
        words = composed(words)
        if words and text_fault(words, max_length=WORDS_MAX, max_bytes=4 * WORDS_MAX):
            raise BadValue("accepts", Fault.TOO_LONG if len(words) > WORDS_MAX else Fault.CHARACTERS)
        answers[situation] = {"answer": answer, "words": words}
    return dict(sorted(answers.items()))


def place_of(place: Mapping[str, Any]) -> dict[str, Any]:
    """Return an address as ``Place`` stores it, with its département.

    Raises:
        BadValue: names the first field that isn't one.
    """
    address = {name: value_of(Place, name, place.get(name)) for name in ADDRESS}
    for name, most in (("longitude", 180.0), ("latitude", 90.0)):
        if address[name] is not None and not -most <= address[name] <= most:
            raise BadValue(name, Fault.NUMBER)
    department = place.get("department") or department_of_place(address)
    if department and department not in departments():
        raise BadValue("department", Fault.UNKNOWN)
    return address | {"department": department}


def capacities_of(told: Any) -> list[dict[str, Any]]:
    """Return how many places a service has, as ``Capacity`` stores it.

    Raises:
        BadValue: it isn't said so.
    """
    if not isinstance(told, list) or len(told) > ITEMS_MAX:
        raise BadValue("capacities", Fault.TYPE)
    counts = [_capacity(one) for one in told]
    if len({(one["unit"], one["population"]) for one in counts}) != len(counts):
        raise BadValue("capacities", Fault.REPEATED)
    return counts


def _capacity(one: Any) -> dict[str, Any]:
    if not isinstance(one, Mapping) or set(one) - {"unit", "population", "maximum", "emergency", "note"}:
        raise BadValue("capacities", Fault.TYPE)
    return {
        "unit": value_of(Capacity, "unit", one.get("unit") or "place"),
        **{name: value_of(Capacity, name, one.get(name)) for name in ("population", "note")},
        **{name: value_of(Capacity, name, one.get(name)) for name in ("maximum", "emergency")},
    }
