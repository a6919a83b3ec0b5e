"""Reasons why the sandboxed parser stops: each is an exit status, because only the file itself leaves it."""

from enum import IntEnum


class Exit(IntEnum):
    """How the program ended; any other status is a crash, which refuses the file as well."""

    DONE = 0
    MISMATCH = 10
    DAMAGED = 11
    TOO_MANY_PIXELS = 12
    ENCRYPTED = 13
    TOO_MANY_PAGES = 14
    NO_SUCH_PAGE = 15
    NO_CONFINEMENT = 20


class Refused(Exception):
    """The file isn't taken."""

    def __init__(self, why: Exit) -> None:
        super().__init__(why.name)
        self.why = why
