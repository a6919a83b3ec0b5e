"""Sandboxed parser: reads a file from standard input, writes the kept part; its exit status is the outcome.

    program KIND GIVEN_BYTES MOST_PIXELS MOST_BYTES

It is started anew for each file: whatever a file may have done to it ends with it. ``GIVEN_BYTES`` is the file's size
and bounds its time, ``MOST_BYTES`` bounds what it writes.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, Final, NoReturn

from referrals.attachments import confine
from referrals.attachments.refusals import Exit, Refused

_PIECE: Final = 256 * 1024
#: How the bytes of each kind begin, whatever the file is called.
_BEGINS: Final = {"jpeg": (b"\xff\xd8\xff",), "png": (b"\x89PNG\r\n\x1a\n",), "pdf": (b"%PDF-",)}
_HEIC_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"mif1")


def main() -> None:
    kind, (given_bytes, most_pixels, most_bytes) = sys.argv[1], map(int, sys.argv[2:])

    def parse(incoming: BinaryIO, kept: BinaryIO) -> None:
        require_kind(kind, incoming)
        _rewrite(kind, incoming, kept, most_pixels)

    carry_out(partial(_load, kind), parse, given=given_bytes, written=most_bytes)


def carry_out(
    load: Callable[[], None],
    work: Callable[[BinaryIO, BinaryIO], None],
    *,
    given: int,
    written: int,
    seconds: int = confine.CPU_SECONDS,
) -> NoReturn:
    """Do ``work`` on what comes, confined, and send what it keeps; then end, whatever came of it.

    ``load`` brings in before what ``work`` needs: no file can be opened later. The rest is ``confine.limit``'s.
    """
    confine.limit(given=given, written=written, seconds=seconds)
    load()
    with _unnamed("given") as incoming, _unnamed("kept") as outgoing:
        try:
            confine.confine()
            _receive(incoming)
            work(incoming, outgoing)
        except confine.NoConfinement:
            os._exit(Exit.NO_CONFINEMENT)
        except Refused as refused:
            os._exit(refused.why)
        _send(outgoing)
    os._exit(Exit.DONE)


def _load(kind: str) -> None:
    """Load the parser of this kind and use it once: later on no file can be opened, ours neither."""
    if kind == "pdf":
        from referrals.attachments import pdfs

        pdfs.warm_up()
    elif kind == "text":
        from referrals.attachments import texts

        texts.warm_up()
    else:
        from referrals.attachments import images

        images.warm_up()


def _unnamed(name: str) -> BinaryIO:
    """Return a file in memory that no other process can open."""
    return os.fdopen(os.memfd_create(name), "w+b", buffering=_PIECE)


def _receive(given: BinaryIO) -> None:
    while piece := os.read(0, _PIECE):
        given.write(piece)
    given.flush()
    given.seek(0)


def require_kind(kind: str, given: BinaryIO) -> None:
    """Ask that a file, from where it stands, begins as its kind does; it stands there again afterwards.

    Raises:
        Refused: it doesn't.
    """
    start = given.tell()
    head = given.read(64)
    given.seek(start)
    if kind == "heic":
        fits = head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS
    else:
        fits = kind not in _BEGINS or head.startswith(_BEGINS[kind])
    if not fits:
        raise Refused(Exit.MISMATCH)


def _rewrite(kind: str, given: BinaryIO, kept: BinaryIO, most_pixels: int) -> None:
    if kind == "pdf":
        from referrals.attachments import pdfs

        pdfs.rewritten(given, kept)
    elif kind == "text":
        from referrals.attachments import texts

        texts.rewritten(given, kept)
    else:
        from referrals.attachments import images

        images.rewritten(kind, given, kept, most_pixels=most_pixels)


def _send(kept: BinaryIO) -> None:
    kept.flush()
    kept.seek(0)
    while piece := kept.read(_PIECE):
        left = memoryview(piece)
        while left:
            left = left[os.write(1, left) :]
