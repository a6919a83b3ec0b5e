"""Logs for the tests of the verifier, made by another implementation of the same formats (``aics_tlog``)."""

import json
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import aics_tlog as tlog
from aics_tlog.tiles import materialise_tiles
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import verifier

ORIGIN = "repere.example/journal"
WITNESS = "witness.example/w1"


def key_of(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


KEY, OTHER_KEY, WITNESS_KEY = key_of(1), key_of(2), key_of(3)


def vkey(key: Ed25519PrivateKey = KEY, origin: str = ORIGIN) -> str:
    return tlog.format_vkey(tlog.vkey_from_ed25519(origin, key.public_key()))


def witness_vkey() -> str:
    return tlog.format_vkey(tlog.cosignature_vkey(WITNESS, WITNESS_KEY.public_key()))


def writer_of(number: int) -> str:
    return str(UUID(int=0xAAAA0000 + number))


def entry(writer: int, seq: int, **changed: object) -> bytes:
    """An entry in its canonical form, with synthetic values."""
    values = dict.fromkeys(verifier.KEYS) | {
        "v": 1, "id": str(UUID(int=writer * 100_000 + seq)), "salt": f"{writer:016x}{seq:016x}", "obj": [],
        "ts": "2026-11-24T12:00:00.000000Z", "mono": seq, "clk": "db", "w": writer_of(writer), "wseq": seq,
        "wmac": "0" * 64, "act": "field:opened", "out": "allow", "fields": {"child.last_name": 1}, "why": "triage",
    }  # fmt: skip
    return json.dumps(values | changed, sort_keys=True, separators=(",", ":")).encode()


def entries(count: int, writers: int = 3) -> list[bytes]:
    return [entry(number % writers, number // writers + 1) for number in range(count)]


@cache
def _root(leaves: tuple[bytes, ...]) -> bytes:
    return tlog.MerkleTree(list(leaves)).root()


@cache
def _tiles(leaves: tuple[bytes, ...]) -> dict[str, bytes]:
    return materialise_tiles(list(leaves))


def note(leaves: list[bytes], key=KEY, origin: str = ORIGIN, *, witnessed: bool = True) -> bytes:
    root = _root(tuple(leaves))
    made = tlog.sign_checkpoint(tlog.Checkpoint(origin, len(leaves), root), key, origin)
    lines = made.signatures
    if witnessed:
        _, line = tlog.sign_cosignature(WITNESS_KEY, WITNESS, 1_767_000_000, origin, len(leaves), root)
        lines = (*lines, line)
    return tlog.Note(text=made.text, signatures=lines).to_bytes()


@dataclass
class Log:
    """An export in a folder: ``files`` may be changed before it is written."""

    leaves: list[bytes]
    origin: str = ORIGIN
    key: Ed25519PrivateKey = KEY
    witnessed: bool = True
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files |= _tiles(tuple(self.leaves))
        self.files["checkpoint"] = note(self.leaves, self.key, self.origin, witnessed=self.witnessed)

    def rebuilt(self, leaves: list[bytes]) -> "Log":
        """The log as who can write everything but sign would leave it: other leaves under the old checkpoint."""
        made = Log(leaves)
        made.files["checkpoint"] = self.files["checkpoint"]
        return made

    def emptied(self, places: Collection[int]) -> "Log":
        """The log with the content of these places withheld."""
        for path in [one for one in self.files if one.startswith("tile/entries/")]:
            first = verifier.TILE * int(path[len("tile/entries/") :][:3])
            bodies = verifier.records(self.files[path])
            rest = self.files[path][len(bundle(bodies)) :]
            kept = [b"" if first + at in places else one for at, one in enumerate(bodies)]
            self.files[path] = bundle(kept) + rest
        return self

    def zip(self, to: Path) -> Path:
        with zipfile.ZipFile(to, "w") as archive:
            for name, content in self.files.items():
                archive.writestr(name, content)
        return to

    def write(self, folder: Path) -> Path:
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder


def bundle(records: list[bytes]) -> bytes:
    return b"".join(len(one).to_bytes(2) + one for one in records)


NOW = "2026-11-24T12:00:00.000000Z"
PRUNER = 99  # the writer of ``journal:pruned``


def listed(
    leaves: list[bytes], places: Iterable[int], origin: str = ORIGIN, *, youngest: str | None = None
) -> bytes:
    """The list of pruned places, a run for each place, as an export holds it."""
    lines = [origin]
    for place in places:
        said = json.loads(leaves[place])
        at = youngest or said["ts"]
        lines.append(f"{place}-{place} {at} {said['w']}:{said['wseq']}-{said['wseq']}")
    return "".join(f"{line}\n" for line in lines).encode()


def pruned(
    leaves: list[bytes], places: Collection[int], *, at: str = NOW, raw: bytes | None = None, seq: int = 1
) -> "Log":
    """A log in which the service pruned these places, and said so in an entry at its end."""
    raw = listed(leaves, places) if raw is None else raw
    told = entry(
        PRUNER, seq, act="journal:pruned", to=sha256(raw).hexdigest(), n=len(places), ts=at, fields={},
        id=str(UUID(int=seq, version=4)),
    )  # fmt: skip
    log = Log([*leaves, told])
    log.files[f"pruned/{UUID(int=seq, version=4)}"] = raw
    return log.emptied(places)


def feed(leaves: list[bytes]) -> str:
    """What the processes told when they committed these entries."""
    said = [(json.loads(one), verifier.leaf_hash(one).hex()) for one in leaves]
    return "".join(f"leaf {told['w']} {told['wseq']} {leaf}\n" for told, leaf in said)
