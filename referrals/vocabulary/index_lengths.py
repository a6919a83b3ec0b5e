"""Lengths of the index's values, in bits (SEC-CR16)."""

from collections.abc import Mapping
from typing import Final

#: Bits of a value, by the number of children from which on they are used.
LENGTHS: Final[Mapping[int, int]] = {
    2: 0,
    4: 32,
    7: 256,
    10: 2_048,
    13: 16_384,
    16: 131_072,
    19: 1_048_576,
}
