"""How a page of the docs is written: tables, names of roles."""

from collections.abc import Iterable, Sequence
from typing import Final

from accounts.roles import ENGLISH, Role

MADE: Final = "<!-- Made by `make docs` from the declarations. Don't edit. -->"
BREAK: Final = "<br>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar in a cell would end it, so it is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def named(role: Role) -> str:
    """Return a role's English and French name."""
    return f"{ENGLISH[role]} (*{role.label}*)"


def code(word: str) -> str:
    """Return a code as Markdown shows one."""
    return f"`{word}`"


def lines(parts: Iterable[str]) -> str:
    """Return parts one under the other in a cell; a dash for none."""
    return BREAK.join(parts) or "–"
