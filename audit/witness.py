"""Witness of logs: cosigns a tree head only if it continues the last one that it cosigned. C2SP tlog-witness.

    python -m audit.witness --name witness.example/w1 --key w1.key --store w1.db --log VKEY [--log VKEY …]

Somebody other than the operator runs it, with a key and a store of its own; it needs neither Django nor a database
server. It keeps the size and root of each log, in one transaction with the check. It speaks plain HTTP on this machine:
put TLS in front. It prints its own verifier key, which auditors give to ``verifier.py --witness``.
"""

import argparse
import os
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Final

from audit import verifier
from audit.notes import cosigned, vkey
from audit.verifier import Checkpoint, Fault, Key
from encryption.signing import FileSigner, Signer

PATH: Final = "/add-checkpoint"
TEXT: Final = "text/plain; charset=utf-8"
SIZE: Final = "text/x.tlog.size"
MAX_BODY: Final = 1 << 18
_PROOF_MAX: Final = 63
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the witness: HTTP status, body and content type."""

    status: int
    body: str = ""
    kind: str = TEXT


class Store:
    """The last checkpoint that the witness cosigned of each log: one file, with ``synchronous`` on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(self._open()) as store:
            store.execute(
                "CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, size INTEGER, root BLOB)"
            )

    def _open(self) -> sqlite3.Connection:
        store = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        # A cosigned size that a power cut takes back would let the log show this witness a fork.
        store.execute("PRAGMA synchronous = FULL")
        return store

    def advance(self, new: Checkpoint, judge: Callable[[int, bytes], Answer | None]) -> Answer | None:
        """Keep ``new`` unless ``judge``, who is told the last size and root, refuses; return the refusal.

        Check and change are one transaction: two requests can't both pass on the same state.
        """
        with closing(self._open()) as store:
            # The write lock before reading: two requests on the same old size would otherwise both be judged against
            # it.
            store.execute("BEGIN IMMEDIATE")
            row = store.execute("SELECT size, root FROM seen WHERE origin = ?", [new.origin]).fetchone()
            refusal = judge(*(row or (0, b"")))
            if refusal is None:
                store.execute(
                    "INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT (origin) DO UPDATE"
                    " SET size = excluded.size, root = excluded.root",
                    [new.origin, new.size, new.root],
                )
            store.execute("COMMIT" if refusal is None else "ROLLBACK")
            return refusal


@dataclass
class Witness:
    """The witness itself: its name and key, its store, and the logs that it knows by their keys."""

    name: str
    signer: Signer
    store: Store
    logs: Mapping[str, Sequence[Key]]
    clock: Callable[[], float] = time.time
    _lock: Lock = field(default_factory=Lock)

    @property
    def vkey(self) -> str:
        """Its verifier key, for those who check cosignatures."""
        return vkey(self.name, verifier.COSIGNATURE, self.signer.ed25519_public())

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one request. Source: C2SP tlog-witness, add-checkpoint."""
        head, parted, note = body.partition(b"\n\n")
        try:
            old, *lines = head.decode("ascii").split("\n")
            path = [verifier.base64_in(line, "preuve") for line in lines]
            old_size = _OLD.fullmatch(old)
            new = Checkpoint.of(note)
        except (UnicodeDecodeError, Fault):
            return Answer(400)
        # The protocol allows 63 hashes. More would only keep this process computing.
        if old_size is None or not parted or len(path) > _PROOF_MAX:
            return Answer(400)
        first = int(old_size[1])
        keys = self.logs.get(new.origin)
        # Unknown logs before bad signatures, as the protocol orders the answers.
        if keys is None:
            return Answer(404)
        # Before the proof: whoever lacks the log's key makes this process compute nothing.
        if not any(new.signed_by(key) for key in keys):
            return Answer(403)
        if first > new.size:
            return Answer(400)
        # Threads wait here in turn. The lock of the database is for a second process on the same store.
        with self._lock:
            refusal = self.store.advance(new, lambda size, root: _judged(new, first, path, size, root))
        return refusal or Answer(200, cosigned(self.name, new.text, self.signer, timestamp=int(self.clock())))


def _judged(new: Checkpoint, first: int, path: Sequence[bytes], size: int, root: bytes) -> Answer | None:
    """Return why a checkpoint isn't cosigned, or None: it continues what was seen."""
    # The size is told, so that the log can ask again with the right proof (tlog-witness, 409).
    if first != size:
        return Answer(409, f"{size}\n", SIZE)
    if first == new.size:
        # Same size, other root: a fork. The protocol answers it by 409 as well.
        return None if root == new.root and not path else Answer(409, f"{size}\n", SIZE)
    if first == 0:
        return Answer(422) if path else None
    return None if verifier.consistency_holds(size, new.size, root, new.root, path) else Answer(422)


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """Return an HTTP server for a witness; whoever calls lets it serve."""

    class Handler(BaseHTTPRequestHandler):
        # A client that sends slowly would hold a thread for good.
        timeout = 10

        def do_POST(self) -> None:
            """Answer, and say nothing of why where the protocol says nothing."""
            length = self.headers.get("Content-Length", "")
            if self.path != PATH:
                self._say(Answer(404))
            # Without a length the body could be endless. ``isdigit`` alone takes ``²`` too, which ``int`` refuses.
            elif not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY:
                self._say(Answer(400))
            else:
                self._say(witness.add_checkpoint(self.rfile.read(int(length))))

        def _say(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the store tells what was cosigned."""

    return ThreadingHTTPServer((host, port), Handler)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m audit.witness", description=__doc__)
    parser.add_argument("--name", required=True, help="as in witness.example/w1")
    parser.add_argument("--key", required=True, type=Path, help="file of the witness's keys, made if absent")
    parser.add_argument("--store", required=True, type=Path, help="file of what was cosigned")
    parser.add_argument(
        "--log",
        required=True,
        action="append",
        help="verifier key of a log, or a file of keys; may be repeated",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port",
        type=int,
        default=os.environ.get("REPERE_WITNESS_PORT", "8100"),
        help="REPERE_WITNESS_PORT, or 8100",
    )
    options = parser.parse_args()
    logs: dict[str, list[Key]] = {}
    for one in Key.all_of(options.log):
        logs.setdefault(one.name, []).append(one)
    witness = Witness(options.name, FileSigner(options.key, make=True), Store(options.store), logs)
    sys.stdout.write(f"{witness.vkey}\n")
    sys.stdout.flush()
    server(witness, options.host, options.port).serve_forever()


if __name__ == "__main__":
    main()
