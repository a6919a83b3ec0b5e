"""Values to plant in every sealed field, and every way in which they could lie about somewhere."""

import base64
import itertools
from collections.abc import Iterator
from urllib.parse import quote

#: Begins every planted value; with an accent, so that encodings differ.
MARK = "Canarïqwzx"
_IN_LETTERS = str.maketrans("0123456789", "abcdefghij")


class Canaries:
    """Gives each value a number, so that one that is found can be told."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.planted: dict[str, str] = {}

    def say(self, label: str) -> str:
        """Return a fresh value for a field."""
        value = f"{MARK}{next(self._numbers):05}"
        self.planted[value] = label
        return value

    def name(self, label: str) -> str:
        """Return a fresh value for a field that takes names alone: the number is in letters."""
        value = f"{MARK}{next(self._numbers):05}".translate(_IN_LETTERS)
        self.planted[value] = label
        return value


def forms(mark: str = MARK) -> dict[str, bytes]:
    """Return what the mark is in each encoding."""
    plain = mark.encode()
    found = {
        "utf-8": plain,
        "latin-1": mark.encode("latin-1"),
        "utf-16-le": mark.encode("utf-16-le"),
        "utf-16-be": mark.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "urlencoded": quote(mark).encode(),
        "json": mark.encode("unicode_escape"),
        "ascii part": mark.encode().split("ï".encode())[1],
        "ascii part in hex": mark.encode().split("ï".encode())[1].hex().encode(),
    }
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + plain)
        found[f"base64+{shift}"] = coded[4 if shift else 0 : len(coded) - 4]
    return found


def hits(haystack: bytes, mark: str = MARK) -> Iterator[tuple[str, bytes]]:
    """Yield each encoding in which the mark lies in ``haystack``, with what stands around it."""
    for name, needle in forms(mark).items():
        at = haystack.find(needle)
        if at >= 0:
            yield name, haystack[max(0, at - 60) : at + 60]
