"""Deny list of common and leaked passwords: a sorted table of digests, made from public lists.

An attacker's guesses begin with these (SEC-AU3; ASVS 5.0, 6.2.4 and 6.2.12; NIST SP 800-63B-4 §3.1.1.2). No outside
service is asked: neither a password nor part of its hash leaves this process. For each listed password the table holds
the first five bytes of the SHA-256 of its plain spelling; with 70,000 lines, a password that is on no list is mistaken
for one of them once in fifteen million times. Where the lists come from: ``accounts/data/README.md``.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from encryption import digest

TABLE: Final = Path(__file__).parent / "data" / "leaked-passwords.bin"
#: Shorter ones are refused by their length (``settings.AUTH_PASSWORD_VALIDATORS``).
LENGTH_MIN: Final = 12
_WIDTH: Final = 5


def plain(password: str) -> str:
    """Return a password as lists are searched: small letters, without accents and without blanks around it."""
    decomposed = unicodedata.normalize("NFKD", password).lower()
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).strip()


def is_leaked(password: str) -> bool:
    """Tell whether a password is one of the lists, whatever its capitals and accents."""
    table, wanted = _table(), _digest_of(plain(password))
    places = range(len(table) // _WIDTH)
    place = bisect_left(places, wanted, key=lambda one: _line(table, one))
    return place < len(places) and _line(table, place) == wanted


def write(lines: Iterable[str], path: Path = TABLE) -> int:
    """Write the table of the passwords in ``lines``, those that are long enough; return how many it holds.

    The same lines make the same bytes.
    """
    spelled = (plain(line) for line in lines)
    digests = sorted({_digest_of(one) for one in spelled if len(one) >= LENGTH_MIN})
    path.write_bytes(b"".join(digests))
    return len(digests)


@cache
def _table() -> bytes:
    """Return the table, which a process reads once: a third of a megabyte."""
    return TABLE.read_bytes()


def _line(table: bytes, place: int) -> bytes:
    return table[place * _WIDTH : (place + 1) * _WIDTH]


def _digest_of(spelled: str) -> bytes:
    return digest.sha256(spelled.encode("utf-8", "surrogatepass"))[:_WIDTH]
