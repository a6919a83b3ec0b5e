"""Lengths of the index's values, in bits (SEC-CR16)."""

from typing import Final

#: The longest is part of the layout of a number: with a longer one, none that stands in the index would be found.
LENGTHS: Final = range(2, 20)
