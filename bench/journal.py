"""How fast ``audit/verifier.py`` reads an export: entries a second on one core, and the memory that it takes.

``python -m bench.journal --entries 10000000``: writes an export of entries as the service
writes them, 16 writers in turn, signs it, and runs the verifier as an auditor does, in a process of its own. The
yardstick beside it is the hashing alone: one SHA-256 a leaf and one a node, over the same bytes in memory.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from audit import notes, verifier
from encryption.signing import FileSigner

ROOT = Path(__file__).resolve().parent.parent
WRITERS = 16
ORIGIN = "bench.example/journal"


def main() -> None:
    """Write an export, verify it, print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.journal", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--plain", action="store_true", help="without the check of the canonical form")
    parser.add_argument("--folder", type=Path, help="where to write; by default a folder that goes again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        key_file, export = Path(folder, "key"), Path(folder, "export")
        size, key = _write(export, asked.entries, FileSigner(key_file, make=True))
        print(
            f"{platform.python_version()}, {os.cpu_count()} cores; {asked.entries:,} entries, {size / 1e9:.2f} GB\n"
        )
        # The memory of a process counts what its parent held when it began: the verifier runs first.
        asks = [("verify", [])] if asked.plain else [("verify", []), ("verify --strict", ["--strict"])]
        found = [(name, *_verified(str(export), key, more)) for name, more in asks]
        bare = _bare(asked.entries)
        print("| what | entries/s | by CPU | ÷ hashing alone | s | MiB |\n|---|---:|---:|---:|---:|---:|")
        print(f"| hashing alone | | {bare:,.0f} | 1.00 | | |")
        for name, seconds, cpu, memory in found:
            rate, by_cpu = asked.entries / seconds, asked.entries / cpu
            print(
                f"| {name} | {rate:,.0f} | {by_cpu:,.0f} | {by_cpu / bare:.2f} | {seconds:.1f} | {memory / 1024:.0f} |"
            )


def _template() -> str:
    """Return an entry of the usual length, cut where id, salt, writer and counter go."""
    values = dict.fromkeys(verifier.KEYS) | {
        "v": 1, "ts": "2026-11-24T12:00:00.123456Z", "mono": 123_456_789, "clk": "db", "actor": str(uuid4()),
        "role": "crip_coordinator", "org": str(uuid4()), "tenant": str(uuid4()), "act": "field:opened",
        "obj": [str(uuid4())], "fields": {"child.last_name": 1},
        "why": "triage", "out": "allow", "rule": "territory", "pol": "0123456789abcdef", "ver": 3, "ip": "192.0.2.0/24", "ua": "firefox/140", "rid": str(uuid4()), "auth": "session",
        "id": "ID", "salt": "SALT", "w": "WRITER", "wmac": "0" * 64, "wseq": 0,
    }  # fmt: skip
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return text.replace('"ID"', '"%s"').replace('"SALT"', '"%032x"').replace('"WRITER"', '"%s"')[:-2] + "%d}"


def _entries(count: int) -> Iterator[bytes]:
    template = _template()
    writers = [str(uuid4()) for _ in range(WRITERS)]
    for number in range(count):
        identity = str(UUID(int=number))
        yield (template % (identity, number, writers[number % WRITERS], number // WRITERS + 1)).encode()


def _write(folder: Path, count: int, signer: FileSigner) -> tuple[int, str]:
    edge, number, size = verifier.Edge(), 0, 0
    above: dict[int, int] = {}
    batch: list[bytes] = []

    def flush() -> None:
        nonlocal number, size
        hashes = [verifier.leaf_hash(one) for one in batch]
        size += _file(folder, verifier.tile_path("entries", number, len(batch)),
                      b"".join(len(one).to_bytes(2) + one for one in batch))  # fmt: skip
        _file(folder, verifier.tile_path(0, number, len(batch)), b"".join(hashes))
        for level, full in edge.push(hashes):
            _file(folder, verifier.tile_path(level, above.get(level, 0)), b"".join(full))
            above[level] = above.get(level, 0) + 1
        number += 1
        batch.clear()

    for entry in _entries(count):
        batch.append(entry)
        if len(batch) == verifier.TILE:
            flush()
    if batch:
        flush()
    for level, hashes in enumerate(edge.levels):
        if level and hashes:
            _file(folder, verifier.tile_path(level, above.get(level, 0), len(hashes)), b"".join(hashes))
    return size, _sign(folder, count, edge.root(), signer)


def _file(folder: Path, name: str, content: bytes) -> int:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return len(content)


def _sign(folder: Path, count: int, root: bytes, signer: FileSigner) -> str:
    _file(folder, "checkpoint", notes.signed(ORIGIN, count, root, signer, at=datetime.now(UTC)))
    return notes.vkeys(ORIGIN, signer)[0]


def _bare(count: int) -> float:
    """Return how many entries a second one core hashes, leaf and node, with nothing else to do."""
    sample = list(_entries(min(count, 100_000)))
    node = b"\1" + bytes(64)
    sha256, best = hashlib.sha256, 0.0
    for _ in range(3):
        began = time.process_time()
        for one in sample:
            sha256(b"\0" + one).digest()
            sha256(node).digest()
        best = max(best, len(sample) / (time.process_time() - began))
    return best


_MEASURED = """
import resource, runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def _verified(folder: str, key: str, more: list[str]) -> tuple[float, float, int]:
    """Return seconds, seconds of processor and KiB of one verification, in a process of its own."""
    command = [
        sys.executable,
        "-c",
        _MEASURED,
        str(ROOT / "audit/verifier.py"),
        "verify",
        folder,
        "--key",
        key,
    ]
    began = time.perf_counter()
    done = subprocess.run([*command, *more], stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(done.stdout)
    cpu, memory = done.stdout.split()[-2:]
    return seconds, float(cpu), int(memory)


if __name__ == "__main__":
    main()
