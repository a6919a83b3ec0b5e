"""What a report may hold: a closed list of fields, each with the form of its values. Nothing else leaves.

No message, local variable, line of source, header, cookie, address, query, body, user, statement, thread, machine or
variable of the environment is on the list. A value of another form than its field's is left out, not mended.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from config import env
from config.logs import FRAMES_MAX, cause_chain, own_frames

TIMEOUT_SECONDS: Final = 3
"""For how long a server of reports may keep the thread that calls it, and the end of a process, waiting."""

#: Codes are words that are written out in the code. Without digits: no number, date or encoded text passes for one.
_CODE: Final = r"[a-z][a-z_.:-]{0,59}"
FIELDS: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(pattern, re.ASCII)
    for name, pattern in {
        "event": r"[a-z][a-z_.: -]{0,59}",
        "code": _CODE,
        "check": r"repere\.[EW][0-9]{3}",
        "route": r"[A-Za-z][A-Za-z0-9_.:-]{0,119}",
        "method": "[A-Z]{3,7}|none",
        "status": "[1-5][0-9]{2}",
        "ms": r"[0-9]{1,9}(\.[0-9])?",
        "request_id": "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        "task": _CODE,
        "outcome": "done|failed",
        "release": r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}[a-z0-9.+-]{0,20}",
        "process": "web|worker|sequencer|owner|command",
    }.items()
}
"""Fields and the whole form of each value, as text."""

_FILE: Final = re.compile(r"[a-z0-9_/]{1,150}\.py", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z_<][A-Za-z0-9_.<>]{0,149}", re.ASCII)
_KINDS: Final = {"tick": "worker", "sequence": "sequencer"}


@dataclass(frozen=True, slots=True)
class Frame:
    """A place in the code of the service: file below its root, line, function."""

    file: str
    line: int
    function: str


def passed(values: Mapping[str, object]) -> dict[str, str]:
    """Return the values of the list's fields that have the form of their field, as text."""
    texts = {name: str(values[name]) for name in FIELDS if isinstance(values.get(name), str | int | float)}
    return {name: value for name, value in texts.items() if FIELDS[name].fullmatch(value)}


def kinds(error: BaseException) -> list[str]:
    """Return the type of an error and those of its causes, by module and name; the error itself first."""
    return [kind for kind in cause_chain(error) if is_name(kind)]


def frames(error: BaseException) -> Iterator[Frame]:
    """Yield the frames of an error that are in the code of the service, the innermost last."""
    yield from (
        Frame(file, line, function)
        for file, line, function in own_frames(error)[-FRAMES_MAX:]
        if is_file(file) and is_name(function)
    )


def is_file(text: object) -> bool:
    """Tell whether a text can be the path of a file of the service."""
    return isinstance(text, str) and _FILE.fullmatch(text) is not None


def is_name(text: object) -> bool:
    """Tell whether a text can be the name of a type or a function."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


@cache
def release() -> str:
    """Return the version of the code; empty where its file wasn't installed."""
    try:
        return str(tomllib.loads((env.BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    except OSError:
        return ""


def process() -> str:
    """Return what kind of process this is."""
    if Path(sys.argv[0]).name != "manage.py":
        return "web"
    if env.is_owner():
        return "owner"
    return _KINDS.get(sys.argv[1] if len(sys.argv) > 1 else "", "command")
