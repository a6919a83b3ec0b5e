"""Entropy check of a secret: random or typed (first row of SEC-CF10)."""

from typing import Final

LENGTH: Final = 50
_DIFFERENT: Final = 10
_RUN: Final = 8
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiop",
    "qsdfghjklm",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
)
_RUNS: Final = frozenset(
    row[start : start + _RUN]
    for one in _ROWS
    for row in (one, one[::-1])
    for start in range(len(row) - _RUN + 1)
)


def is_drawn(secret: str) -> bool:
    """Tell whether a secret is long, of many characters, says nothing twice and holds no row of a keyboard.

    Of 64 characters drawn out of 64, one in 10¹¹ says eight of them twice.
    """
    return len(secret) >= LENGTH and is_varied(secret)


def is_varied(secret: str) -> bool:
    """Tell the same of a secret of any length."""
    text = secret.lower()
    parts = [text[start : start + _RUN] for start in range(len(text) - _RUN + 1)]
    return (
        len(set(secret)) >= _DIFFERENT
        and len(set(parts)) == len(parts)
        and _RUNS.isdisjoint(parts)
        and all(len(set(part)) > 1 for part in parts)
    )
