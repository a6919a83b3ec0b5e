"""File names: a person's own, for readers; the name of the download reveals nothing (SEC-AU9)."""

import unicodedata
from typing import Final
from uuid import UUID

from core.inputs import text_fault
from referrals.errors import FileRefused
from referrals.vocabulary.attachments import SERVED_AS

LONGEST: Final = 150


def accepted_name(name: str) -> str:
    """Return a file's name in composed form; of a path the parser of forms has left the last part alone.

    Raises:
        FileRefused: it has signs that can't be seen or turn the reading round, or is too long.
    """
    normalized = unicodedata.normalize("NFC", name).strip()
    if not normalized or {"/", "\\", "\ufffd"} & set(normalized):
        raise FileRefused("name-refused")
    if text_fault(normalized, max_length=LONGEST, max_bytes=4 * LONGEST) is not None:
        raise FileRefused("name-refused")
    return normalized


def neutral_name(pk: UUID, media: str) -> str:
    """Return the name under which an attachment is saved: ``piece-1a2b3c4d.pdf``."""
    return f"piece-{pk.hex[:8]}.{SERVED_AS[media][1]}"
