"""How a form of a service is typed and read: ages in years, short texts between commas, a row a situation.

The input of the act takes months, lists and answers by situation (``directory/inputs.py``); people type years, one
line, and tick.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext

from accounts.territory import departments
from core.inputs import Code, Whole
from directory.codes import SafeChannel, Situation
from directory.inputs import AGE_MAX_MONTHS, RHYTHMS, AcceptsInput, ServiceChange, ServiceInput
from directory.models import Service
from web import forms
from web.directory import display, week, words
from web.directory.words import LISTED
from web.forms import Ask, Entry, Field, Group, Pairs, Row, Sent

YEAR: Final = 12
ACCEPTS: Final = "accepts"
#: What an age is called on the page, and in the input.
AGES: Final[Mapping[str, str]] = {"age_from": "age_min_months", "age_to": "age_max_months"}
_APART: Final = re.compile(r"[,;\n]+")
_CODED: Final = re.compile(r"([0-9][0-9AB][0-9]?)\s*[–-].*", re.IGNORECASE | re.ASCII)


def _years() -> Whole:
    return Whole(max_value=AGE_MAX_MONTHS // YEAR, required=False, allow_null=True)


class TypedChange(week.Week, ServiceChange):
    """A change of a service as a page asks for it."""

    age_from, age_to = _years(), _years()
    first_channel = Code(choices=SafeChannel.choices, required=False, allow_blank=True)


class TypedService(week.Week, ServiceInput):
    """A new service as a page asks for it."""

    age_from, age_to = _years(), _years()
    first_channel = Code(choices=SafeChannel.choices, required=False, allow_blank=True)


def choices() -> dict[str, Pairs]:
    """Return what may be chosen where the input has numbers."""
    rhythms = {
        0: gettext("Jamais"), 1: gettext("Chaque mois"), 3: gettext("Tous les trois mois"),
        6: gettext("Tous les six mois"), 12: gettext("Chaque année"), 16: gettext("Tous les seize mois"),
    }  # fmt: skip
    return {"asks_every_months": [(str(one), rhythms[one]) for one in RHYTHMS]}


# --- From the page to the input ---------------------------------------------------------------------------


def body_of(
    takes: type[ServiceChange], asks: Sequence[Ask], sent: Sent, before: Service | None = None
) -> dict[str, Any]:
    """Return what the act is given; an age, and a night number, that weren't changed are left out."""
    body = forms.body_of(takes, asks, sent)
    for name in LISTED & body.keys():
        body[name] = [_code(part) for text in body[name] for part in _APART.split(text) if part.strip()]
    for typed, stored in AGES.items():
        if typed in body:
            years = body.pop(typed)
            if before is None or years != _in_years(getattr(before, stored)):
                body[stored] = _in_months(years, last=typed == "age_to")
    if "first_channel" in body:
        first = body.pop("first_channel")
        others = [one for one in body["safe_channels"] if one != first]
        body["safe_channels"] = [first, *others] if first else others
    if not body.get("night_phone"):
        body.pop("night_phone", None)
    if sent.count(ACCEPTS) is not None:
        body[ACCEPTS] = _accepts(sent)
    return week.into(body, "" if before is None else before.opening_hours)


def _code(text: str) -> str:
    """Return a code as it is stored: « 59 – Nord » → « 59 », « France » → « france »."""
    part = text.strip()
    match = _CODED.fullmatch(part)
    code = (match[1] if match else part).upper()
    return code if code in departments() else part.lower() if part.isalpha() else part.upper()


def _in_years(months: int | None) -> int | None:
    return None if months is None else months // YEAR


def _in_months(years: Any, *, last: bool) -> Any:
    """Return an age in months: the first month of the year, or its last one; what is no number stays."""
    if not isinstance(years, int):
        return years
    return years * YEAR + (YEAR - 1 if last else 0)


def _accepts(sent: Sent) -> list[dict[str, Any]]:
    rows = []
    for n, one in enumerate(Situation):
        values = forms.body_of(AcceptsInput, words.ACCEPTS, sent, prefix=f"{ACCEPTS}-{n}-")
        if values.get("answer"):
            rows.append({"situation": str(one), **values})
    return rows


# --- From the input to the page ---------------------------------------------------------------------------


def values_of(service: Service, asks: Sequence[Ask]) -> dict[str, Any]:
    """Return what stands in the form of a service at first; a sealed number never."""
    values: dict[str, Any] = {
        ask.name: getattr(service, ask.name)
        for ask in asks
        if ask.name not in (*AGES, *week.NAMES, "first_channel", "night_phone", "means", "evidence")
    }
    values |= week.values_of(service.opening_hours)
    for name in LISTED & values.keys():
        values[name] = ", ".join(values[name])
    for typed, stored in AGES.items():
        values[typed] = _in_years(getattr(service, stored))
    values["first_channel"] = service.safe_channels[0] if len(service.safe_channels) > 1 else ""
    if "phone" in values:
        values["phone"] = display.spelled(service.phone)
    values["suspended_until"] = service.suspended_until.isoformat() if service.suspended_until else ""
    values["asks_every_months"] = str(service.asks_every_months)
    return values | {"means": "typed"}


def typed(takes: type[ServiceChange], asks: Sequence[Ask], sent: Sent) -> dict[str, Any]:
    """Return what was typed, as it is shown again."""
    values = forms.typed(takes, asks, sent)
    return {name: ", ".join(value) if name in LISTED else value for name, value in values.items()}


def renamed(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Return a problem with its faults named as the page asks."""
    names = {stored: typed for typed, stored in AGES.items()}
    errors = [item | {"field": names.get(item["field"], item["field"])} for item in problem.get("errors", ())]
    return {**problem, "errors": errors}


def with_accepts(
    fields: Sequence[Field], stored: Mapping[str, Any], sent: Sent | None, problem: Mapping[str, Any] | None
) -> list[Entry]:
    """Return the fields with the group of situations behind them, before how one knows."""
    rows = []
    for n, one in enumerate(Situation):
        prefix = f"{ACCEPTS}-{n}-"
        terms = stored.get(one) or {}
        if sent is not None:
            terms = forms.typed(AcceptsInput, words.ACCEPTS, sent, prefix=prefix)
        rows.append(Row(str(one.label), forms.fields_of(AcceptsInput, words.ACCEPTS, terms, prefix=prefix)))
    group = Group(
        ACCEPTS,
        gettext("Situations"),
        gettext("Sans réponse : à demander au service."),
        rows,
        more=False,
        error=forms.faults_of(problem).get(ACCEPTS, ""),
        columns=True,
    )
    ask_names = {ask.name for ask in words.KNOWN}
    before = [one for one in fields if one.ask.name not in ask_names]
    return [*before, group, *(one for one in fields if one.ask.name in ask_names)]
