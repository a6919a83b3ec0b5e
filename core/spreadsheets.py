"""Cells that no spreadsheet takes for a formula, whichever separator it believes in (SEC-AZ15).

A spreadsheet computes a cell that begins with a sign of arithmetic or a commercial at, also as East Asian keyboards
write them. And it splits a line at the separator of its own country: in a file with commas a French one begins a cell
after each semicolon, within quotes too once the first cell of the line is over.
"""

import re
from typing import Final

#: What begins a formula, with the forms that a spreadsheet may take for it: full, small, raised and lowered.
_SIGNS: Final = "=+\\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−"
_CONTROLS: Final = ("\t", "\r", "\n")
#: Where a cell may begin: at its own beginning and after whatever separates cells anywhere, past blanks and quotes.
_BEGINNINGS: Final = re.compile(rf'(^|[;,|\t\r\n])([\s"]*)(?=[{_SIGNS}])')


def is_formula(cell: str) -> bool:
    match = _BEGINNINGS.match(cell)
    return cell.startswith(_CONTROLS) or (match is not None and not match[1])


def inert(cell: str) -> str:
    """Return a cell of which no spreadsheet computes a part: an apostrophe stands before each sign that begins one."""
    marked = _BEGINNINGS.sub(r"\1\2'", cell)
    return f"'{marked}" if cell.startswith(_CONTROLS) else marked
