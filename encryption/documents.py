"""Documents that leave the house, locked with a passphrase: PDF 2.0 with AES-256 (ISO 32000-2 §7.6.4, revision 6).

Any reader of PDF opens them, on a telephone too. The older ways of PDF and of zip archives are broken, and aren't
offered. The passphrase is ``onetime.new_passphrase``; it isn't kept, and goes another way than the document.
"""

from typing import BinaryIO, Final

import pikepdf
from pikepdf import Encryption, Pdf, Permissions

from encryption import digest

_REVISION: Final = 6


def save_locked(document: Pdf, target: BinaryIO, passphrase: str) -> None:
    """Write a document so that it opens by the passphrase alone, with what is attached to it.

    Raises:
        ValueError: the passphrase is empty, or longer than what this way takes into account (127 bytes).
    """
    if not 0 < len(passphrase.encode()) <= 127:
        raise ValueError("A passphrase has between 1 and 127 bytes.")
    document.save(
        target,
        encryption=Encryption(
            user=passphrase,
            # Nobody has the owner's password: it would open the document as well.
            owner=digest.token(),
            R=_REVISION,
            aes=True,
            metadata=True,
            allow=Permissions(accessibility=True, extract=True, print_highres=True, print_lowres=True),
        ),
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
