"""Lines of an environment file, ``NAME=value``: what is written is what each reader takes from them.

Readers: systemd (``EnvironmentFile=``), container engines (``env_file``), ``deploy/repere``, a shell that sources
the file. They differ in quotes, backslashes, ``$`` and comments: no value holds any of these.
"""

import re
from collections.abc import Mapping
from typing import Final

from config.bootstrap.errors import BootstrapError

NOT_PLAIN: Final = "un guillemet, $, #, \\, ou un caractère de contrôle, ou commence ou finit par un blanc"
_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_READ_DIFFERENTLY: Final = re.compile(r"[\"'`$\\#]")
_NEEDS_NO_QUOTES: Final = re.compile(r"[A-Za-z0-9_./:@,=+%-]*")
#: The shortest text in quotes.
_PAIR: Final = 2


def is_name(name: str) -> bool:
    """Tell whether a text is the name of a variable."""
    return _NAME.fullmatch(name) is not None


def is_plain(value: str) -> bool:
    """Tell whether each reader takes the same from a value in double quotes."""
    return value.isprintable() and value == value.strip() and not _READ_DIFFERENTLY.search(value)


def written(said: Mapping[str, str]) -> str:
    """Return one line a variable.

    Raises:
        BootstrapError: a name is none, or a value holds what readers take differently.
    """
    for name, value in said.items():
        if not is_name(name):
            raise BootstrapError(f"{name!r} n'est pas un nom de variable (majuscules, chiffres et _).")
        if not is_plain(value):
            raise BootstrapError(f"{name} contient {NOT_PLAIN}.")
    # Quoted only where a shell needs it: some container engines keep the quotes.
    quoted = {
        name: value if _NEEDS_NO_QUOTES.fullmatch(value) else f'"{value}"' for name, value in said.items()
    }
    return "".join(f"{name}={value}\n" for name, value in quoted.items())


def read(text: str) -> dict[str, str]:
    """Return the variables of an environment file, of which somebody may have written a part by hand."""
    lines = (line.strip() for line in text.split("\n"))
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): _unquoted(value.strip()) for name, _, value in pairs}


def _unquoted(value: str) -> str:
    quoted = len(value) >= _PAIR and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
