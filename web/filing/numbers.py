"""Numbers to call, as links that a telephone takes."""

import re
from typing import Final

from django.utils.functional import lazy
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

#: Those who are called in an emergency or for advice; 114 takes messages.
_NUMBERS: Final = re.compile(r"(?<![\w/.-])(15|17|112|114|119|3018|116[ \u00a0]000)(?![\w/.-]*\w)")


def linked(text: object) -> SafeString:
    """Return a text of ours, escaped, with each number to call as a link."""
    return mark_safe(_NUMBERS.sub(_link, conditional_escape(str(text))))  # noqa: S308 - escaped, and digits


def _link(match: re.Match[str]) -> str:
    number = re.sub(r"\D", "", match[1])
    return f'<a href="{"sms" if number == "114" else "tel"}:{number}">{match[1]}</a>'


#: The same of a text that is translated when it is shown.
linked_lazy = lazy(linked, SafeString)
