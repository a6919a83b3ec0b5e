"""Attachments against a plain copy: sealing into the store and opening out of it, MB/s, in one run on one disk.

``python -m bench attachments [--server sqlite] [--mebibytes 64]``. The plain copy writes and reads the same bytes in the
same pieces, flushed to the disk at the end as the store does, without a cipher and without a digest.
"""

import os
import time
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from bench import common
from encryption import digest
from encryption.objects import ObjectKey
from referrals.attachments.folder import FolderStore

TURNS = 5
PIECE = 64 * 1024


def main(_: str, words: list[str]) -> None:
    mebibytes = common.options(words, mebibytes=64).mebibytes
    store, key, data = FolderStore(), ObjectKey.new(), os.urandom(PIECE) * (mebibytes * 16)
    view = memoryview(data)
    pieces = [bytes(view[at : at + PIECE]) for at in range(0, len(data), PIECE)]
    plain = Path(settings.OBJECT_FOLDER) / "plain"
    plain.parent.mkdir(parents=True, exist_ok=True)
    names = [uuid4() for _ in range(TURNS)]

    def seal(turn: int) -> None:
        sealing, running = key.sealing(names[turn]), digest.running_sha256()
        with store.writing(names[turn]) as writing:
            for piece in pieces:
                running.update(piece)
                writing.write(sealing.update(piece))
            writing.write(sealing.finish())
            writing.finish()

    def copy_in(_: int) -> None:
        with plain.open("wb", buffering=0) as file:
            for piece in pieces:
                file.write(piece)
            os.fsync(file.fileno())

    def unseal(turn: int) -> None:
        assert sum(map(len, key.opened(names[turn], store.reading(names[turn])))) == len(data)

    def copy_out(_: int) -> None:
        with plain.open("rb", buffering=0) as file:
            while file.read(256 * 1024):
                pass

    best: dict[str, float] = {}
    for turn in range(TURNS):
        for name, act in (("seal", seal), ("write", copy_in), ("open", unseal), ("read", copy_out)):
            began = time.perf_counter()
            act(turn)
            best[name] = max(best.get(name, 0.0), mebibytes / (time.perf_counter() - began))
    for name in names:
        store.delete(name)
    plain.unlink()
    common.head(f"attachments of {mebibytes} MiB", "sealed MB/s", "plain MB/s", "sealed ÷ plain")
    for what, ours, bare in (("into the store", "seal", "write"), ("out of the store", "open", "read")):
        common.line(what, f"{best[ours]:,.0f}", f"{best[bare]:,.0f}", f"**{best[ours] / best[bare]:.2f}**")
