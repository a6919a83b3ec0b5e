"""How fast ``audit/verifier.py`` reads an export: entries a second on one core, and the memory that it takes.

``python -m bench verifying --entries 10000000``: writes an export of the audit log as the service writes it, 16 writers
in turn, signs it, and runs the verifier as an auditor does, in a process of its own. The yardstick beside it is the
hashing alone: one SHA-256 a leaf and one a node, over the same bytes in memory.
"""

import hashlib
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from audit import notes, verifier
from bench import common
from bench.database import ROOT
from encryption.signing import FileSigner

WRITERS = 16
ORIGIN = "bench.example/journal"


def main(_: str, words: list[str]) -> None:
    options = common.options(words, entries=1_000_000, folder=tempfile.gettempdir(), json=False)
    count = options.entries
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        size, key = _write(Path(place, "export"), count, FileSigner(Path(place, "key"), make=True))
        ways = {
            way: _verified(str(Path(place, "export")), key, way.split()[1:])
            for way in ("verify", "verify --strict")
        }
    if options.json:
        print(json.dumps({"entries": count} | ways))
        return
    bare = _bare(count)
    print(f"{platform.python_version()}, {os.cpu_count()} cores; {count:,} entries, {size / 1e9:.2f} GB\n")
    common.head("what", "entries/s", "by CPU", "÷ hashing alone", "s", "MiB")
    common.line("hashing alone", "", f"{bare:,.0f}", "1.00", "", "")
    for name, way in ways.items():
        seconds, by_cpu = way["seconds"], count / way["cpu"]
        common.line(
            name, f"{count / seconds:,.0f}", f"{by_cpu:,.0f}", f"{by_cpu / bare:.2f}", f"{seconds:.1f}",
            f"{way['mib']:.0f}",
        )  # fmt: skip


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
    _file(folder, "checkpoint", notes.signed(ORIGIN, count, edge.root(), signer, at=datetime.now(UTC)))
    return size, notes.vkeys(ORIGIN, signer)[0]


def _file(folder: Path, name: str, content: bytes) -> int:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return len(content)


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


def _verified(folder: str, key: str, more: list[str]) -> dict[str, float]:
    """Return seconds, seconds of processor and MiB of one verification, the processes that it starts included."""
    command = [sys.executable, str(ROOT / "audit/verifier.py"), "verify", folder, "--key", key, *more]
    before, began, most = _children(), time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        while running.poll() is None:
            most = max(most, _resident(running.pid))
            time.sleep(0.1)
        seconds = time.perf_counter() - began
        if running.returncode:
            sys.exit(running.stdout.read() if running.stdout else "")
    return {"seconds": seconds, "cpu": _children() - before, "mib": most / 1024}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(session: int) -> int:
    """Return the KiB that the processes of a session hold together; what they share counts for each."""
    kib = 0
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(place.name)) == session:
                match = re.search(r"VmRSS:\s+(\d+) kB", (place / "status").read_text())
                kib += int(match[1]) if match else 0
        except OSError:  # gone meanwhile
            continue
    return kib
