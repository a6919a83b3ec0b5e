"""Writing of generated pages: tables, names of roles, a diagram between two marks."""

from collections.abc import Iterable, Sequence
from typing import Final

from accounts.roles import Role
from core.languages import in_both

MADE: Final = "<!-- Made by `make docs` from the declarations. Don't edit. -->"
BREAK: Final = "<br>"
PICTURE: Final = "<!-- picture: made by `make docs` -->"
PICTURE_END: Final = "<!-- end of picture -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar in a cell would end it, so it is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def named(role: Role) -> str:
    """Return a role's English and French name."""
    french, english = in_both(role.label).values()
    return f"{english} (*{french}*)"


def code(word: str) -> str:
    """Return a code as Markdown shows one."""
    return f"`{word}`"


def lines(parts: Iterable[str]) -> str:
    """Return parts one under the other in a cell; a dash for none."""
    return BREAK.join(parts) or "–"


def with_picture(text: str, picture: str) -> str:
    """Return a text whose part between the two marks is the picture.

    Raises:
        ValueError: the marks aren't there, one time each.
    """
    before, mark, rest = text.partition(PICTURE)
    _, end, after = rest.partition(PICTURE_END)
    if not mark or not end:
        raise ValueError(f"The page needs {PICTURE} and {PICTURE_END}.")
    return f"{before}{mark}\n{picture}\n{end}{after}"
