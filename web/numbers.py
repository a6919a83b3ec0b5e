"""Telephone numbers that a finger dials: written in pairs, so that a screen reader says them in pairs too."""

import re
from dataclasses import dataclass
from typing import Final

from django.utils.functional import lazy
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from core.french import NO_BREAK
from core.languages import Text

#: The numbers of the emergency services and helplines that our sentences name.
EMERGENCY: Final = re.compile(rf"(?<![\w/.-])(?:15|17|112|114|119|3018|116[ {NO_BREAK}]000)(?![\w/.-]*\w)")
#: To which one writes: the emergency services for whoever can't speak.
BY_SMS: Final = "114"
#: Ten digits as they are written in France, or a number that begins with its country.
TELEPHONE: Final = re.compile(
    r"(?<![\d+])(?:0[1-9](?:[ .-]?\d\d){4}|\+\d{1,3}(?:[ .-]?\d{1,4}){2,6})(?!\d)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as people read it, and as a link dials it."""

    text: str
    dialled: str


def phone_of(text: object) -> Phone | None:
    """Return the first number in what somebody typed; None where there is none, or it can't be opened."""
    found = TELEPHONE.search(text) if isinstance(text, str) else None
    return _phone(found) if found else None


def _phone(found: re.Match[str]) -> Phone:
    digits = re.sub(r"[ .-]", "", found[0])
    return Phone(in_pairs(digits), digits)


def dial(text: Text) -> SafeString:
    """Return a sentence of ours with a link at each emergency number; it must name no such number but to be dialled."""
    return mark_safe(EMERGENCY.sub(_emergency, conditional_escape(text)))  # noqa: S308 - escaped before


def phones(text: Text) -> SafeString:
    """Return what somebody typed, escaped, with a link at each telephone number in it."""
    return mark_safe(TELEPHONE.sub(_telephone, conditional_escape(text)))  # noqa: S308 - escaped before


def _emergency(found: re.Match[str]) -> str:
    number = found[0].replace(" ", NO_BREAK)
    digits = re.sub(r"\D", "", number)
    return format_html('<a href="{}:{}">{}</a>', "sms" if digits == BY_SMS else "tel", digits, number)


def _telephone(found: re.Match[str]) -> str:
    phone = _phone(found)
    return format_html('<a class="phone" href="tel:{}">{}</a>', phone.dialled, phone.text)


def in_pairs(digits: str) -> str:
    """Return a number in pairs after its country and an odd digit: 06 12 34 56 78, +33 6 12 34 56 78."""
    country, rest = ("+33", digits[3:]) if digits.startswith("+33") else ("", digits)
    if digits.startswith("+") and not country:
        return digits
    pairs = re.findall(r"\d{2}", rest[len(rest) % 2 :])
    return NO_BREAK.join(filter(None, [country, rest[: len(rest) % 2], *pairs]))


#: The same of a sentence that is translated when it is shown.
dial_lazy = lazy(dial, SafeString)
