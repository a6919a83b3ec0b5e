"""Plain text: UTF-8 without control characters; refuses a page or picture that claims to be text."""

import codecs
import re
from typing import IO, Final

from referrals.attachments.refusals import Exit, Refused

_PIECE: Final = 64 * 1024
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKUP: Final = re.compile(r"\s*(?:<[A-Za-z!?/]|%PDF-|#!|\{\\rtf)")


def rewritten(source: IO[bytes], target: IO[bytes]) -> None:
    """Write the text without its byte order mark.

    Raises:
        Refused: it isn't UTF-8, has control characters, or begins as markup or a script does.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    first = True
    while True:
        piece = source.read(_PIECE)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:
            raise Refused(Exit.MISMATCH) from None
        if first and text:
            text = text.removeprefix("\ufeff")
            if _MARKUP.match(text):
                raise Refused(Exit.MISMATCH)
            first = False
        if _CONTROLS.search(text):
            raise Refused(Exit.MISMATCH)
        target.write(text.encode())
        if not piece:
            return


def warm_up() -> None:
    """Load what decoding needs."""
    codecs.getincrementaldecoder("utf-8")().decode("é".encode())
