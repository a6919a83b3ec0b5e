#!/usr/bin/env python3
"""Verify the journal without the service: this one file, a Python >= 3.11, and an export.

No Django, no database, no network: copy the file to a machine that you trust and run ``python3 verifier.py``. Hashes
and the tree need the standard library alone; signatures need the package ``cryptography``, and where it is missing the
answer says that they weren't checked, and the status is 3.

What an export is: the layout of C2SP tlog-tiles (``checkpoint``, ``tile/<level>/…``, ``tile/entries/…``), as a folder
or as one or more ZIP files; beside it ``pruned/…`` and ``refused/…``. Every byte of it is accounted for: an unexplained
file or byte is a fault (SEC-AL27). A record of length zero stands for an entry that is withheld (another authority's,
or pruned): its hash still counts. You supply the key: nothing in an export says who may sign it.

Status: 0 all holds · 2 misused · 3 all holds, signatures not checked · each class of fault has its own, see ``FAULTS``.
Sources: RFC 6962 §2.1; RFC 9162 §2.1.3, §2.1.4; C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-cosignature,
tlog-proof; docs/decisions/0004-journal-format.md.
"""

import argparse
import base64
import binascii
import calendar
import json
import multiprocessing
import os
import re
import struct
import sys
import zipfile
import zlib
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:  # a bare Python: everything but signatures is checked
    Ed25519PublicKey = None  # type: ignore[assignment, misc]

#: Class of fault: exit status and what it says, the gravest first; the first one found gives the status. A number
#: never changes: scripts of auditors tell faults apart by it.
FAULTS: Final[dict[str, tuple[int, str]]] = {
    "malformed": (10, "n'a pas la forme attendue"),
    "signature": (14, "le point de contrôle n'est pas signé par cette clé"),
    "altered": (11, "les octets ne sont pas ceux qui ont été inscrits"),
    "missing": (12, "manque ou est tronqué"),
    "surplus": (24, "est de trop : rien ne l'explique"),
    "tree": (13, "les empreintes ne donnent pas la racine signée"),
    "rollback": (16, "le journal est plus court qu'un point de contrôle antérieur"),
    "fork": (17, "le journal contredit un point de contrôle antérieur"),
    "writer": (18, "les numéros d'un rédacteur sautent, se répètent ou reculent"),
    "feed": (19, "le flux des empreintes l'annonce, le journal ne l'a pas"),
    "unfed": (26, "le journal l'a, le flux des empreintes ne l'annonce pas"),
    "witness": (15, "il manque des contresignatures de témoins"),
    "refused": (25, "a une place, et les mêmes octets ont été refusés"),
    "overpruned": (27, "a été élaguée trop jeune"),
    "readers": (28, "la liste des consultations n'est pas celle que dit le journal"),
    "withheld": (21, "l'entrée est retenue, ou élaguée sans que le journal le dise"),
    "form": (20, "la forme canonique n'est pas respectée"),
    "proof": (22, "la preuve ne mène pas à la racine signée"),
    "different": (23, "les deux copies diffèrent"),
}
# Not 0: who lacks the package for signatures must not take hashes alone for a proof.
UNCHECKED: Final = 3
TILE: Final = 256
HASH: Final = 32
MAX_FILE: Final = TILE * (2 + 0xFFFF)  # no file of an export is larger
MAX_NOTE: Final = 1 << 18
MAX_ENTRY: Final = 8192
MANY: Final = 10_000  # entries without a line, of which the writer and counter are remembered
ED25519, COSIGNATURE, ML_DSA_44 = 1, 4, 6
# Written out, not imported from the service: the auditor's own copy of this file says what an entry has to be.
KEYS: Final = (
    {"v", "id", "salt", "ts", "mono", "clk", "w", "wseq", "wmac", "actor", "role", "org", "tenant", "obo"}
    | {"act", "obj", "fields", "why", "out", "rule", "pol", "from", "to", "ver", "pd", "n"}
    | {"ip", "ua", "dev", "rid", "trace", "auth"}
)
_TS: Final = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}")
_NOTE: Final = re.compile(rb"(?:^|(?<=\n))[^\n]+\n[0-9]+\n[A-Za-z0-9+/]{43}=\n\n(?:\xe2\x80\x94 [^\n]+\n)+")
# Looked for as bytes: to parse every entry for two rare acts would cost five times its hash.
_PRUNED: Final = b'"act":"journal:pruned"'
_CARRIED: Final = b'"act":"journal:carried"'
_LISTED: Final = b'"act":"readers:listed"'
_ENTRY_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LEAF_HASH: Final = re.compile(r"[0-9a-f]{64}")
_TILE_NAME: Final = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)
SHARED: Final = 1 << 16  # entries from which on several processes are worth their start
PORTION: Final = 8  # bundles that a process reads at a time
AHEAD: Final = 4  # portions for each process that may wait to be taken: they bound the memory
RETENTION_MONTHS: Final = 6  # no entry loses its content earlier
_SLACK: Final = timedelta(days=1)  # by which the order of places may differ from that of instants
_RUN: Final = re.compile(rb"([0-9]{1,18})-([0-9]{1,18}) (\S{27}) (.+)")
_BY: Final = re.compile(rb"([0-9a-f-]{36}):([1-9][0-9]{0,15})-([1-9][0-9]{0,15})")
_IN_PAGE: Final = re.compile(rb'<script type="application/json" id="receipt">(.*?)</script>', re.DOTALL)
FEED_LINE: Final = re.compile(r"\bleaf ([0-9a-f-]{36}) ([1-9][0-9]{0,15}) ([0-9a-f]{64})\b")


class Fault(Exception):
    """Something that doesn't hold: its class, and where."""

    def __init__(self, kind: str, where: str) -> None:
        super().__init__(f"{kind}: {where}")
        self.kind, self.where = kind, where


# --- Hashes and trees ---------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry as a leaf. Source: RFC 6962 §2.1."""
    # This prefix and that of a node keep a node from passing for an entry, which would prove one that never was.
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two nodes. Source: RFC 6962 §2.1."""
    return sha256(b"\1" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over nodes of one height; pairing from the left and keeping an odd last is RFC 6962's tree."""
    level = list(hashes)
    while len(level) > 1:
        odd = level.pop() if len(level) % 2 else None
        # Not by `node_hash`: it runs once for each entry of the log, where a call would be felt.
        level = [
            sha256(b"\1" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=True)
        ]
        if odd is not None:
            level.append(odd)
    return level[0] if level else NOTHING


NOTHING: Final = sha256(b"").digest()  # the root of a tree without leaves


class Edge:
    """The right edge of a growing tree: per level of tiles, the hashes that fill no tile yet."""

    def __init__(self, levels: Iterable[Sequence[bytes]] = ((),)) -> None:
        self.levels: list[list[bytes]] = [list(level) for level in levels]

    def push(self, hashes: Sequence[bytes], node: bytes | None = None) -> Iterator[tuple[int, list[bytes]]]:
        """Add a tile's worth of leaf hashes (the last may be fewer); yield each tile above that became full.

        ``node`` is the root over them, where it was reckoned before.
        """
        if len(hashes) < TILE:
            # It is the log's last: it stays open, so that only what fills no tile is in memory, however long the log.
            self.levels[0] = list(hashes)
            return
        level, root = 1, node or fold(hashes)
        while True:
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(root)
            if len(self.levels[level]) < TILE:
                return
            full, self.levels[level] = self.levels[level], []
            yield level, full
            root = fold(full)
            level += 1

    def root(self, partial: Sequence[bytes] | None = None) -> bytes:
        """Return the root of all that was pushed, or of the full tiles and ``partial`` leaf hashes."""
        # From the leaves up: what stands right of the full tiles is the last node of the level above.
        right: bytes | None = None
        for number, level in enumerate(self.levels):
            nodes = list(partial) if number == 0 and partial is not None else list(level)
            nodes += [right] if right is not None else []
            right = fold(nodes) if nodes else None
        return right if right is not None else NOTHING


def inclusion_holds(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof leads from a leaf to the root. Source: RFC 9162 §2.1.3.2."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *path):
        return False
    number, last, computed = index, size - 1, leaf
    for one in path:
        # Longer than the tree is high: what is too much could lead anywhere.
        if last == 0:
            return False
        if number & 1 or number == last:
            computed = node_hash(one, computed)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            computed = node_hash(computed, one)
        number, last = number >> 1, last >> 1
    # A path that ends below the root would prove a node for an entry.
    return last == 0 and computed == root


def _are_hashes(*values: bytes) -> bool:
    return all(len(one) == HASH for one in values)


def consistency_holds(first: int, second: int, old: bytes, new: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether the tree of size ``second`` continues that of size ``first``. Source: RFC 9162 §2.1.4.2.

    From nothing any tree may grow, and equal sizes have equal roots: both without a proof.
    """
    if not _are_hashes(old, new, *path) or (first == 0 and old != NOTHING):
        return False
    if first == second or first == 0:
        return not path and second >= 0 and (first != second or old == new)
    if not 0 < first < second or not path:
        return False
    # A full tree is a node of the later one: its root opens the proof, and is left out of what is sent.
    proof = list(path) if first & (first - 1) else [old, *path]
    number, last = first - 1, second - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    # Both roots from the same path: a proof that suits only one of them is none.
    was = now = proof[0]
    for one in proof[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            was, now = node_hash(one, was), node_hash(one, now)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            now = node_hash(now, one)
        number, last = number >> 1, last >> 1
    return last == 0 and was == old and now == new


# --- Signed notes and checkpoints ---------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """A verifier key ``name+id+base64``. Source: C2SP signed-note."""

    name: str
    id: bytes
    kind: int
    public: bytes

    @classmethod
    def of(cls, text: str) -> "Key":
        """Read a key.

        Raises:
            Fault: it isn't one, or its id isn't that of its bytes.
        """
        name, _, rest = text.strip().partition("+")
        number, _, coded = rest.partition("+")
        raw = base64_in(coded, "clé")
        if not name or raw[:1] not in (b"\x01", b"\x04", b"\x06"):
            raise Fault("malformed", "clé de vérification")
        key = cls._made(name, raw)
        # The id is a digest of name and bytes: a key that was mistyped, or given another name, isn't taken.
        if number != key.id.hex():
            raise Fault("malformed", "clé de vérification")
        return key

    @classmethod
    def all_of(cls, given: Iterable[str]) -> list["Key"]:
        """Read keys, each given as its text or as the file that holds it; a file may hold several, one a line.

        Raises:
            Fault: one isn't a key, or a file holds none.
        """
        keys: list[Key] = []
        for text in given:
            is_file = "+" not in text and Path(text).is_file()
            whole = Path(text).read_text(encoding="utf-8") if is_file else text
            keys += [cls.of(line) for line in whole.splitlines() if line.strip()] or [cls.of(whole)]
        return keys

    @classmethod
    def _made(cls, name: str, raw: bytes) -> "Key":
        return cls(name, sha256(name.encode() + b"\n" + raw).digest()[:4], raw[0], raw[1:])

    def named(self, name: str) -> "Key":
        return self._made(name, bytes([self.kind]) + self.public)


@dataclass(frozen=True)
class Checkpoint:
    """A tree head in its note: origin, size, root, and the lines of signatures. Source: C2SP tlog-checkpoint."""

    origin: str
    size: int
    root: bytes
    text: bytes
    lines: tuple[tuple[str, bytes, bytes], ...]  # name, key id, signature
    raw: bytes = b""

    @classmethod
    def of(cls, raw: bytes) -> "Checkpoint":
        """Read a note.

        Raises:
            Fault: it isn't a checkpoint in a signed note.
        """
        # The last empty line parts them: the text itself may have more lines than three (C2SP signed-note).
        text, parted, signatures = raw.rpartition(b"\n\n")
        try:
            lines = [_signature(line) for line in signatures.decode().removesuffix("\n").split("\n")]
            head = text.decode().split("\n")
            whole = re.fullmatch(r"0|[1-9][0-9]{0,18}", head[1])
        except (UnicodeDecodeError, IndexError):
            whole = None
        if len(raw) > MAX_NOTE or not parted or whole is None or len(head) < 3 or not head[0] or not lines:
            raise Fault("malformed", "point de contrôle")
        root = base64_in(head[2], "point de contrôle")
        # An empty tree has one root. With another, whatever comes later would seem to continue it.
        if len(root) != HASH or not signatures.endswith(b"\n") or (head[1] == "0" and root != NOTHING):
            raise Fault("malformed", "point de contrôle")
        return cls(head[0], int(head[1]), root, text + b"\n", tuple(lines), raw)

    def signed_by(self, key: Key) -> bool | None:
        """Tell whether a key signed this: None when a line of that key is there and nothing here can check it."""
        signatures = [sig for name, key_id, sig in self.lines if (name, key_id) == (key.name, key.id)]
        if not signatures:
            return False
        return _valid(self, key, signatures[0])


def checkpoints_in(raw: bytes) -> list[Checkpoint]:
    """Return all checkpoints of a file, in its order: one note, or many with an empty line between.

    Raises:
        Fault: one looks whole and isn't.
    """
    return [Checkpoint.of(note) for note in _NOTE.findall(raw)]


def _checkpoints_of(place: str) -> list[Checkpoint]:
    """Return the checkpoints of a file that the auditor holds.

    Raises:
        Fault: there is none in it.
    """
    checkpoints = checkpoints_in(Path(place).read_bytes())
    if not checkpoints:
        raise Fault("malformed", f"point de contrôle {place}")
    return checkpoints


def _signature(line: str) -> tuple[str, bytes, bytes]:
    mark, name, coded = (*line.split(" "), "", "")[:3]
    raw = base64_in(coded, "signature")
    if mark != "\N{EM DASH}" or not name or "+" in name or len(raw) <= 4 or line.count(" ") != 2:
        raise Fault("malformed", "ligne de signature")
    return name, raw[:4], raw[4:]


def base64_in(text: str, what: str) -> bytes:
    """Return the bytes that a text says in base64, in its one spelling.

    Raises:
        Fault: it says none; ``what`` names what was read.
    """
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Fault("malformed", what) from None
    if base64.b64encode(decoded).decode() != text:  # bits beyond the last byte, which decoding drops
        raise Fault("malformed", what)
    return decoded


def cosigned_text(text: bytes, timestamp: int) -> bytes:
    """Return what a witness signs with Ed25519. Source: C2SP tlog-cosignature."""
    return b"cosignature/v1\ntime %d\n%b" % (timestamp, text)


def cosigned_subtree(name: str, timestamp: int, origin: str, size: int, root: bytes) -> bytes:
    """Return what is signed with ML-DSA-44, the whole tree. Source: C2SP tlog-cosignature."""
    cosigner, of = name.encode(), origin.encode()
    head = b"subtree/v1\n\0" + bytes([len(cosigner)]) + cosigner + struct.pack(">Q", timestamp)
    return head + bytes([len(of)]) + of + struct.pack(">QQ", 0, size) + root


def _valid(checkpoint: Checkpoint, key: Key, signature: bytes) -> bool | None:
    if Ed25519PublicKey is None:
        return None
    if key.kind == ED25519:
        return _ed25519(key.public, signature, checkpoint.text)
    # These kinds begin with the instant at which was signed, which is signed along (C2SP tlog-cosignature).
    if len(signature) <= 8:
        return False
    timestamp = int.from_bytes(signature[:8])
    if key.kind == COSIGNATURE:
        return _ed25519(key.public, signature[8:], cosigned_text(checkpoint.text, timestamp))
    if checkpoint.text.count(b"\n") != 3:  # lines that this kind of signature doesn't cover
        return False
    signed = cosigned_subtree(key.name, timestamp, checkpoint.origin, checkpoint.size, checkpoint.root)
    return _ml_dsa(key.public, signature[8:], signed)


def _ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _ml_dsa(public: bytes, signature: bytes, message: bytes) -> bool | None:
    try:
        # Here, for a package of some years ago lacks it and checks Ed25519 all the same.
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
    except ImportError:
        return None
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- Exports ------------------------------------------------------------------------------------------


def tile_path(level: int | str, number: int, width: int = TILE) -> str:
    """Return the path of a tile, or with level ``entries`` of a bundle. Source: C2SP tlog-tiles."""
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03}")
    return f"tile/{level}/{'/'.join(parts)}" + (f".p/{width}" if width < TILE else "")


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> Iterator[str]:
        """Yield all that is in it but folders, by its path; a link to a folder counts as a file."""
        # A folder that can't be read raises: it must not pass for an empty one.
        for folder, inner, files in os.walk(self._root, onerror=_raise):
            inner.sort()
            # Named and not followed: what is behind a link is no part of the export, and nobody explains it.
            links = [one for one in inner if os.path.islink(os.path.join(folder, one))]
            for name in sorted([*files, *links]):
                yield Path(folder, name).relative_to(self._root).as_posix()

    def read(self, name: str) -> list[bytes]:
        path = self._root / name
        if not path.is_file():
            return []
        # Before it is read: an export comes from whoever is under audit, and may be made to fill the memory.
        if path.stat().st_size > MAX_FILE:
            raise Fault("malformed", name)
        return [path.read_bytes()]


def _raise(error: OSError) -> None:
    raise error


class _Zip:
    """An export, or a part of one, in a ZIP file; nothing is unpacked. It may hold two files of one name."""

    def __init__(self, place: Path) -> None:
        self._archive = zipfile.ZipFile(place)
        # A list a name: a ZIP may hold two files of one name, of which each reader shows another.
        self._files: dict[str, list[zipfile.ZipInfo]] = {}
        for info in self._archive.infolist():
            # A folder that holds bytes of its own would hide them (SEC-AL27).
            if not info.is_dir() or info.file_size:
                self._files.setdefault(info.filename, []).append(info)

    def names(self) -> Iterator[str]:
        yield from self._files

    def read(self, name: str) -> list[bytes]:
        infos = self._files.get(name, [])
        # The size when unpacked, before any of it is: a few kilobytes may claim gigabytes.
        if any(info.file_size > MAX_FILE for info in infos):
            raise Fault("malformed", name)
        try:
            # RuntimeError is what an encrypted file raises.
            return [self._archive.read(info) for info in infos]
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError):
            raise Fault("malformed", name) from None


class Export:
    """Folders and ZIP files that hold the log's files together."""

    def __init__(self, places: Iterable[str]) -> None:
        """Open them; nothing is unpacked.

        Raises:
            Fault: one is neither a folder nor a ZIP file.
        """
        self.said = list(places)
        self._places: list[_Folder | _Zip] = []
        for place in self.said:
            try:
                path = Path(place)
                self._places.append(_Folder(path) if path.is_dir() else _Zip(path))
            except (OSError, zipfile.BadZipFile):
                raise Fault("malformed", f"export {place}") from None

    def names(self) -> Iterator[str]:
        """Yield the name of each file of each place."""
        for place in self._places:
            yield from place.names()

    def copies(self, name: str) -> list[bytes]:
        """Return a file as each place has it.

        Raises:
            Fault: it is larger than any such file may be, or its ZIP is damaged.
        """
        # The usual case, asked for every tile.
        if len(self._places) == 1:
            return self._places[0].read(name)
        return [copy for place in self._places for copy in place.read(name)]

    def checkpoints(self) -> list[Checkpoint]:
        """Return the checkpoints of all places, the newest last.

        Raises:
            Fault: there is none, or they are of two logs.
        """
        checkpoints = sorted(map(Checkpoint.of, self.copies("checkpoint")), key=lambda one: one.size)
        if not checkpoints:
            raise Fault("missing", "checkpoint")
        if len({one.origin for one in checkpoints}) > 1:
            raise Fault("different", "checkpoint : " + ", ".join(sorted({one.origin for one in checkpoints})))
        return checkpoints

    def checkpoint(self) -> Checkpoint:
        """Return the newest checkpoint of all places.

        Raises:
            Fault: there is none, or they are of two logs.
        """
        return self.checkpoints()[-1]

    def tiles(self, level: int | str, number: int, width: int) -> list[bytes]:
        """Return all copies of a tile or bundle of ``width``; without one, of a wider or the widest narrower one.

        A narrower one is cut short, and the walk says from which entry on.
        """
        # Copied while the log grew, an export may have the last tile wider already, or as it was earlier.
        for one in (width, TILE, *range(width - 1, 0, -1)):
            if copies := self.copies(tile_path(level, number, one)):
                return copies
        return []

    def tile(self, level: int | str, number: int, width: int) -> bytes | None:
        """Return the first of ``tiles``, if any."""
        return next(iter(self.tiles(level, number, width)), None)


def split(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH] for at in range(0, len(tile), HASH)]


def records(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle; an empty one is withheld. Stops where the bundle is cut short.

    What follows the last whole record isn't told here: see ``ends_with``.
    """
    entries, at, end = [], 0, len(bundle)
    while at + 2 <= end:
        stop = at + 2 + (bundle[at] << 8 | bundle[at + 1])
        if stop > end:
            break
        entries.append(bundle[at + 2 : stop])
        at = stop
    return entries


def ends_with(bundle: bytes, entries: Sequence[bytes]) -> bool:
    return len(bundle) == 2 * len(entries) + sum(map(len, entries))


# --- What was pruned ----------------------------------------------------------------------------------


def months_before(at: datetime, months: int) -> datetime:
    """Return the instant of the same day and hour some months earlier, in UTC; of a shorter month the last day."""
    # By the calendar, as the law counts months; the standard library has no such sum.
    utc = at.astimezone(UTC)
    year, month = divmod(utc.year * 12 + utc.month - 1 - months, 12)
    return utc.replace(year=year, month=month + 1, day=min(utc.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Run:
    """Consecutive places of a list, the instant of the youngest entry, and of each place writer and counter."""

    first: int
    last: int
    youngest: datetime
    by: tuple[tuple[bytes, int, int], ...]

    def places(self) -> Iterator[tuple[int, bytes, int]]:
        """Yield place, writer and counter."""
        place = self.first
        for writer, low, high in self.by:
            for seq in range(low, high + 1):
                yield place, writer, seq
                place += 1


def runs_in(raw: bytes) -> tuple[str, list[Run]]:
    """Return the origin that a list of pruned places names, and its runs.

    Raises:
        Fault: it isn't in the form of docs/audit.md.
    """
    origin, *lines = raw.removesuffix(b"\n").split(b"\n")
    # One object for each writer: the lists of some years name the same few millions of times.
    writers: dict[bytes, bytes] = {}
    runs = [_run(line, writers) for line in lines]
    # A place that stands in two runs could be told with two writers.
    if not raw.endswith(b"\n") or any(one.last >= other.first for one, other in pairwise(runs)):
        raise Fault("malformed", "bordereau d'élagage")
    return origin.decode(errors="replace"), runs


def _run(line: bytes, writers: dict[bytes, bytes]) -> Run:
    match = _RUN.fullmatch(line)
    youngest = None if match is None else _instant(match[3])
    if match is None or youngest is None:
        raise Fault("malformed", "bordereau d'élagage")
    by = tuple(_by(one, writers) for one in match[4].split(b" "))
    first, last = int(match[1]), int(match[2])
    # Each place has its counter, or some of the entries could have been left out before they were pruned.
    if sum(high - low + 1 for _, low, high in by) != last - first + 1:
        raise Fault("malformed", "bordereau d'élagage")
    return Run(first, last, youngest, by)


def _by(text: bytes, writers: dict[bytes, bytes]) -> tuple[bytes, int, int]:
    match = _BY.fullmatch(text)
    if match is None or int(match[2]) > int(match[3]):
        raise Fault("malformed", "bordereau d'élagage")
    return writers.setdefault(match[1], match[1]), int(match[2]), int(match[3])


def _instant(text: bytes) -> datetime | None:
    """Return an instant as the journal writes it; None if it is none."""
    try:
        return datetime.fromisoformat(text.decode()) if _TS.fullmatch(text.decode()) else None
    except ValueError:  # no UTF-8, or no such day
        return None


@dataclass
class Lists:
    """The lists ``pruned/<id>``, each of which one entry ``journal:pruned`` of the log vouches for by its digest.

    While the walk goes on they are believed, and tell writers and counters; at its end each is held against its entry.
    A list is read when the walk comes to its first place, so that few are in memory.
    """

    export: Export
    origin: str
    size: int
    names: set[str] = field(default_factory=set)
    told: dict[str, tuple[str, datetime, int, object]] = field(
        default_factory=dict
    )  # digest, at, place, count
    _waiting: list[tuple[int, str]] = field(default_factory=list)
    _known: dict[int, tuple[bytes, int, str]] = field(default_factory=dict)
    _younger: dict[str, bytes] = field(default_factory=dict)

    def begin(self) -> None:
        for name in self.names:
            if runs := self._runs(name):
                self._waiting.append((runs[0].first, name))
        self._waiting.sort(reverse=True)

    def _runs(self, name: str) -> list[Run]:
        """Return the runs of a list; none where it is of another origin, not readable, or longer than the log."""
        try:
            origin, runs = runs_in(self.export.copies(f"pruned/{name}")[0])
        except Fault:
            return []
        # The signed size bounds what is kept for each place: one line may claim a billion of them.
        return runs if origin == self.origin and runs and runs[-1].last < self.size else []

    def upto(self, place: int) -> None:
        while self._waiting and self._waiting[-1][0] < place:
            _, name = self._waiting.pop()
            for run in self._runs(name):
                self._known |= {at: (writer, seq, name) for at, writer, seq in run.places()}

    def at(self, place: int, youngest: bytes) -> tuple[bytes, int] | None:
        """Return writer and counter of an entry without content; ``youngest`` is the latest instant before it."""
        # Taken out: what lies behind the walk needs no memory.
        stated = self._known.pop(place, None)
        if stated is None:
            return None
        self._younger[stated[2]] = youngest
        return stated[:2]

    def take(self, body: bytes, place: int) -> None:
        """Remember what an entry ``journal:pruned`` says of its list: digest, instant, how many places."""
        try:
            entry = json.loads(body)
            at = _instant(entry["ts"].encode())
            if entry["act"] == "journal:pruned" and at is not None:
                self.told[entry["id"]] = entry["to"], at, place, entry["n"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return

    def judged(self, withheld: "Places") -> Iterator[tuple[str, str]]:
        """Yield what is wrong with lists, as class of fault and where; cross off the places that one vouches for."""
        # Lists that no entry vouches for: whoever deletes entries could write one.
        for stray in sorted(self.names - self.told.keys()):
            yield "surplus", f"pruned/{stray}"
        for name in self.told:
            # The name is said by an entry and becomes a path: only an id may, which leads nowhere else.
            copies = self.export.copies(f"pruned/{name}") if _ENTRY_ID.fullmatch(name) else []
            if not copies:
                yield "missing", f"pruned/{name}"
                continue
            if any(one != copies[0] for one in copies):
                yield "different", f"pruned/{name}"
            yield from self._judged_list(name, copies[0], withheld)

    def _judged_list(self, name: str, content: bytes, withheld: "Places") -> Iterator[tuple[str, str]]:
        """Yield what is wrong with one list, of which an entry told."""
        digest, at, place, count = self.told[name]
        if sha256(content).hexdigest() != digest:
            yield "altered", f"pruned/{name}"
            return
        try:
            origin, runs = runs_in(content)
        except Fault:
            yield "malformed", f"pruned/{name}"
            return
        if sum(run.last - run.first + 1 for run in runs) != count:
            yield "malformed", f"pruned/{name}"
        own = origin == self.origin  # else of an earlier origin, whose places these aren't
        for run in runs:
            # A list is told of after what it lists. One that names its own entry, or later ones, was made to hide them.
            if run.youngest > months_before(at, RETENTION_MONTHS) or (own and run.last >= place):
                yield "overpruned", f"entrée {run.first}, pruned/{name}"
            if own:
                withheld.cross_off(run.first, run.last)
        # What a list says of ages is checked by the entries before it, whose content is there: places follow instants.
        younger = _instant(self._younger.get(name, b""))
        if younger is not None and younger > months_before(at, RETENTION_MONTHS) + _SLACK:
            yield "overpruned", f"pruned/{name}, derrière une entrée du {younger:%Y-%m-%d}"


# --- What processes told beside the database ----------------------------------------------------------


@dataclass
class Feed:
    """Collected lines ``leaf <writer> <counter> <hash>``, by hash; those whose hash is in the tree are crossed off.

    The last lines of a file may be of entries that have no place yet; ``settled`` says that all must have one. Entries
    at places before ``since`` are older than the collection. The last entry of a writer may lack its line: its process
    was killed between the commit and the line.
    """

    settled: bool = False
    since: int = 0
    given: bool = False
    lines: dict[bytes, tuple[bytes, int, int, int]] = field(
        default_factory=dict
    )  # writer, counter, file, line
    untold: int = 0
    first_untold: int = 0
    _last: dict[bytes, int] = field(default_factory=dict)
    _killed: dict[bytes, int] = field(default_factory=dict)  # writer, place
    _places: dict[tuple[bytes, int], int] = field(default_factory=dict)
    _reached: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, places: Sequence[str], *, settled: bool, since: int = 0) -> "Feed":
        """Read files in which such lines stand, among others."""
        feed, writers = cls(settled, since, bool(places)), dict[str, bytes]()
        for file, place in enumerate(places):
            # Logs of many programs: a byte that is no UTF-8 must not end the reading.
            with Path(place).open(encoding="utf-8", errors="replace") as lines:
                for number, line in enumerate(lines):
                    if match := FEED_LINE.search(line):
                        writer, seq = writers.setdefault(match[1], match[1].encode()), int(match[2])
                        # By hash: whoever rewrites an entry keeps writer and counter, and can't keep this.
                        feed.lines[bytes.fromhex(match[3])] = (writer, seq, file, number)
                        feed._last[writer] = max(seq, feed._last.get(writer, 0))
        return feed

    def cross_off(self, leaves: Sequence[bytes]) -> list[tuple[bytes, int] | None]:
        """Cross off the lines of leaves of the tree; return writer and counter of each, None where no line tells it."""
        writers: list[tuple[bytes, int] | None] = []
        for leaf in leaves:
            line = self.lines.pop(leaf, None)
            writers.append(line and line[:2])
            if line is not None:
                self._reached[line[2]] = max(line[3], self._reached.get(line[2], -1))
        return writers

    def miss(self, place: int, writer: bytes, seq: int) -> None:
        """Take note of an entry that no line tells; where its content is withheld, ``writer`` is empty."""
        if place < self.since:
            return
        last = self._last.get(writer)
        if last is not None and seq == last + 1 and writer not in self._killed:
            self._killed[writer] = place
            return
        if last is not None and seq > last and (before := self._killed.pop(writer, None)) is not None:
            self._count(before, writer, last + 1)  # it wasn't the last one
        self._count(place, writer, seq)

    def _count(self, place: int, writer: bytes, seq: int) -> None:
        self.first_untold = min(place, self.first_untold) if self.untold else place
        self.untold += 1
        # Bounded: of a log whose feed is lost every entry comes here.
        if writer and len(self._places) < MANY:
            self._places[writer, seq] = place

    def gone(self) -> list[tuple[bytes, int]]:
        """Return what the feed tells and the log hasn't, though it has what was told later."""
        return [
            (writer, seq)
            for writer, seq, file, number in self.lines.values()
            if self.settled or number < self._reached.get(file, -1)
        ]

    def findings(self) -> Iterator[tuple[str, str]]:
        """Yield what one side has and the other hasn't, as class of fault and where."""
        if gone := self.gone():
            writer, seq = gone[0]
            # Where writer and counter have a place, it is the content that was changed; otherwise the entry is gone.
            counter, place = f"rédacteur {writer.decode()}, numéro {seq}", self._places.get(gone[0])
            where = (
                f"{counter} : absent du journal"
                if place is None
                else f"entrée {place} ({counter}) : autre empreinte"
            )
            yield "feed", f"{where} ({len(gone)} en tout)"
        if self.untold:
            yield "unfed", f"entrée {self.first_untold} ({self.untold} en tout)"

    @property
    def killed(self) -> int:
        """How many entries without a line are the last of their writer."""
        return len(self._killed)

    def waiting(self) -> int:
        """Return how many lines at the ends of the files have no place yet."""
        return len(self.lines) - len(self.gone())


# --- Bundles in which nothing is remarkable -----------------------------------------------------------


@dataclass(frozen=True)
class Plain:
    """What a whole bundle says whose entries are all there, in one copy, and agree with their tile.

    ``writers`` says of each writer, in the order of their first entries, where in the bundle that is, and the first and
    the last of its counters, between which none is missing.
    """

    tile: bytes
    node: bytes
    youngest: bytes
    writers: tuple[tuple[bytes, int, int, int], ...]


@dataclass
class Reader:
    """Reads bundles before the walk comes to them; may run in a process of its own, and decides nothing.

    Of whatever is not plain it says None, and the walk looks at that bundle itself.
    """

    places: Sequence[str]
    size: int
    strict: bool
    dated: bool  # whether the latest instant is wanted

    def __post_init__(self) -> None:
        self.export = Export(self.places)

    def read(self, number: int) -> Plain | None:
        """Return what a bundle says, or None where the walk has to look at it."""
        try:
            return self._plain(number, min(TILE, self.size - number * TILE))
        # The walk meets it again, and names it.
        except (Fault, OSError, ValueError):
            return None

    def _plain(self, number: int, width: int) -> Plain | None:
        tiles, bundles = (self.export.tiles(level, number, width) for level in (0, "entries"))
        if (
            len(set(tiles)) != 1 or len(set(bundles)) != 1 or number == 0
        ):  # the first may begin with checkpoints
            return None
        (tile, *_), (bundle, *_) = tiles, bundles
        bodies = records(bundle)
        if len(bodies) != width or not ends_with(bundle, bodies) or _PRUNED in bundle or _CARRIED in bundle:
            return None
        # A statement about readers is kept by the walk, which asks at its end whether it is true.
        if _LISTED in bundle:
            return None
        hashes = [sha256(b"\0" + body).digest() for body in bodies]
        if b"".join(hashes) != tile or (self.strict and not all(map(is_canonical, bodies))):
            return None
        writers = _writers(bodies)
        if writers is None:
            return None
        youngest = max(map(_entry_instant, bodies)) if self.dated else b""
        return Plain(tile, fold(hashes), youngest, writers)


def _writers(bodies: Sequence[bytes]) -> tuple[tuple[bytes, int, int, int], ...] | None:
    """Return what ``Plain`` says of the writers; None where an entry says none, or a counter doesn't follow."""
    runs: dict[bytes, list[int]] = {}
    for at, body in enumerate(bodies):
        pair = _writer_of(body)
        if pair is None:
            return None
        writer, seq = pair
        run = runs.get(writer)
        if run is None:
            runs[writer] = [at, seq, seq]
        elif seq != run[2] + 1:
            return None
        else:
            run[2] = seq
    return tuple((writer, at, low, high) for writer, (at, low, high) in runs.items())


def _writer_of(body: bytes) -> tuple[bytes, int] | None:
    """Return writer and counter of an entry; None where it doesn't say them, as one that is withheld."""
    # By position, not by a parser: this runs for every entry, and ``--strict`` looks at the whole of it.
    # Keys are in order, so that ``wseq`` ends an entry; bounds keep the search short in a hostile one.
    end = body.rfind(b',"wseq":', -30)
    start = body.rfind(b'"w":"', -260, end) + 5
    number = body[end + 8 : -1]
    return None if end < 0 or start < 5 or not number.isdigit() else (body[start : start + 36], int(number))


def _entry_instant(body: bytes) -> bytes:
    """Return the instant that an entry says, by position as well."""
    writer = body.rfind(b'"w":"', -260, body.rfind(b',"wseq":', -30))
    at = body.rfind(b'"ts":"', -700, writer + 5) + 6
    return body[at : at + 27]


def read_ahead(reader: Reader, processes: int) -> Iterator[Plain | None]:
    """Yield what each bundle of a log says, in order; with several processes they read, hash and look ahead."""
    count = (reader.size + TILE - 1) // TILE
    if processes < 2:
        yield from map(reader.read, range(count))
        return
    reader_arguments = (reader.places, reader.size, reader.strict, reader.dated)
    # A new Python each, the same on every system: a copy of this process could hold another's locks.
    context = multiprocessing.get_context("spawn")
    waiting: deque[tuple[range, Future[list[Plain | None]] | None]] = deque()
    with ProcessPoolExecutor(processes, context, _begin_reader, reader_arguments) as pool:
        for first in range(0, count, PORTION):
            portion = range(first, min(first + PORTION, count))
            waiting.append((portion, _submitted(pool, portion)))
            if len(waiting) > AHEAD * processes:
                yield from _answered(*waiting.popleft())
        while waiting:
            yield from _answered(*waiting.popleft())


_reader: Reader


def _begin_reader(places: Sequence[str], size: int, strict: bool, dated: bool) -> None:
    global _reader
    _reader = Reader(places, size, strict, dated)


def _read_portion(portion: range) -> list[Plain | None]:
    return [_reader.read(number) for number in portion]


def _submitted(pool: ProcessPoolExecutor, portion: range) -> "Future[list[Plain | None]] | None":
    try:
        return pool.submit(_read_portion, portion)
    except BrokenExecutor:
        return None


def _answered(portion: range, answer: "Future[list[Plain | None]] | None") -> list[Plain | None]:
    # A process that was killed, or never began, says nothing of the log: the walk then looks at all itself.
    try:
        return answer.result() if answer is not None else [None] * len(portion)
    except BrokenExecutor:
        return [None] * len(portion)


# --- Who read a file: lists that are handed out ---------------------------------------------------------


LISTED: Final = "readers:listed"
#: Acts by which somebody reads, though nothing sealed is opened; and sources of acts by which a copy leaves.
_READING: Final = frozenset({"field:opened", "attachment:opened", "list:opened"})
_WAYS: Final = {"export": "export", "letter": "letter", "print": "print", "transfer": "transfer"}
#: Who files reads the own filing alone. A line of theirs would help to find out who filed.
_FILING: Final = frozenset({"filer", "filer_org_lead", "api_119"})
#: Acts and purpose of access requests: no line tells whoever asks that others asked before, a child from its parent.
_ASKING: Final = "access_request"
_STATED: Final = re.compile(r"tree-(0|[1-9][0-9]{0,14})-([1-9][0-9]{0,2})")
_WHO: Final = b"repere readers who\n"
_LATE: Final = timedelta(hours=1)  # before a statement that an entry may have waited for its place


def reading_of(entry: dict[str, Any], zone: tzinfo) -> dict[str, Any] | None:
    """Return the line of a list that an entry is; None where nobody read anything by it.

    ``day`` and ``hours``, the first of four, in ``zone``; ``way``: read, export, letter, print, transfer; ``why``: the
    purpose; ``who``: a digest of role and institution that tells neither by itself, see ``reader_of``.
    """
    source = entry["act"].partition(":")[0]
    if entry["out"] != "allow" or entry["role"] in _FILING or (entry["actor"] or entry["obo"]) is None:
        return None
    # The same for everybody, so that a list lets nobody guess: the own request has no line either.
    if source == _ASKING or entry["why"] == _ASKING:
        return None
    if entry["act"] == LISTED or not (entry["fields"] or entry["act"] in _READING or source in _WAYS):
        return None
    at = _instant_of(entry).astimezone(zone)
    return {
        "day": at.date().isoformat(),
        "hours": at.hour // 4 * 4,
        "way": _WAYS.get(source, "read"),
        "why": entry["why"],
        "who": reader_digest(reader_of(entry)),
    }


def reader_of(entry: dict[str, Any]) -> dict[str, Any]:
    """Return role and institution (a pseudonym) of an entry's actor, with the salt that the digest in a line has.

    The salt is made of the entry's own, which stays secret: without it a digest of a role could be guessed, and with
    the entry's salt the entry.
    """
    return {
        "role": entry["role"],
        "org": entry["org"],
        "salt": sha256(_WHO + bytes.fromhex(entry["salt"])).hexdigest(),
    }


def reader_digest(reader: dict[str, Any]) -> str:
    """Return the digest of role and institution that stands in a line."""
    return sha256(_plain_json({name: reader[name] for name in ("org", "role", "salt")})).hexdigest()


def commitment(leaf: bytes, line: dict[str, Any]) -> bytes:
    """Return the leaf of a list's own tree: it ties what a line says to the entry whose hash is ``leaf``."""
    return leaf_hash(leaf + _plain_json(line))


def _plain_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Stated:
    """What an entry says of a list: how many lines it has among the first ``size`` entries, and the root over them.

    It counts the entries of ``tenant``, so that each authority's auditors can check their own; ``parts``: of how many
    authorities there are such entries, each with a statement of its own.
    """

    place: int
    subjects: frozenset[str]
    tenant: str | None
    size: int
    parts: int
    count: int
    root: bytes
    at: datetime
    zone: tzinfo

    @classmethod
    def of(cls, body: bytes, place: int) -> "Stated":
        """Read a statement.

        Raises:
            Fault: the entry is none, or a zone isn't known here.
        """
        where = f"entrée {place}"
        if not is_canonical(body):
            raise Fault("readers", where)
        data = json.loads(body)
        numbers = _STATED.fullmatch(data["rule"] or "")
        root = data["to"] or ""
        if data["act"] != LISTED or data["out"] != "allow" or not numbers or not _LEAF_HASH.fullmatch(root):
            raise Fault("readers", where)
        if data["n"] is None or not data["obj"] or not _TS.fullmatch(data["ts"]) or int(numbers[1]) > place:
            raise Fault("readers", where)
        try:
            zone: tzinfo = ZoneInfo(data["from"] or "UTC")
        except (ValueError, KeyError, OSError):
            raise Fault("malformed", f"{where} : fuseau {data['from']} inconnu ici") from None
        return cls(
            place,
            frozenset(data["obj"]),
            data["tenant"],
            int(numbers[1]),
            int(numbers[2]),
            data["n"],
            bytes.fromhex(root),
            datetime.fromisoformat(data["ts"]),
            zone,
        )


class Listings:
    """The statements of a log about lists of readers, held against the entries that they count.

    A second pass, and only where there are statements: a list is told of some files, and most entries are of none of
    them.
    """

    def __init__(self) -> None:
        self._taken: list[tuple[bytes, int]] = []
        self.checked = 0
        self.unsure = 0

    def take(self, body: bytes, place: int) -> None:
        """Keep a statement, to be judged once the log was walked."""
        if json_act(body) == LISTED:
            self._taken.append((body, place))

    def judged(self, bodies_of: Callable[[int, int], list[bytes]], size: int) -> Iterator[str]:
        """Yield where a statement isn't true: a line left out, added, changed, moved; a list that ends too early."""
        counted: list[_Counted] = []
        for body, place in self._taken:
            try:
                counted.append(_Counted(Stated.of(body, place)))
            except Fault as fault:
                yield fault.where
        blank = self._count(counted, bodies_of, size) if counted else []
        for one in counted:
            lacking = bisect_left(blank, one.stated.size)
            where = one.wrong(lacking)
            if where:
                yield where
            elif one.is_whole(lacking):
                self.checked += 1
            else:
                self.unsure += 1

    def _count(
        self, counted: Sequence["_Counted"], bodies_of: Callable[[int, int], list[bytes]], size: int
    ) -> list[int]:
        """Show each entry to the statements that count entries of its files; return the places without content."""
        by_subject: dict[bytes, list[_Counted]] = {}
        for one in counted:
            for subject in one.stated.subjects:
                by_subject.setdefault(b'"%b"' % subject.encode(), []).append(one)
        end = min(size, max(one.stated.place for one in counted))
        blank: list[int] = []
        for number in range((end + TILE - 1) // TILE):
            first, width = number * TILE, min(TILE, size - number * TILE)
            bodies = bodies_of(number, width)
            for at, body in enumerate(bodies):
                if not body:
                    blank.append(first + at)
                if about := _about(body, by_subject):
                    reading = Reading(body, first + at)
                    for one in about:
                        one.take(reading)
            blank += range(first + len(bodies), first + width)
        return blank


def _about(body: bytes, by_subject: dict[bytes, list["_Counted"]]) -> Sequence["_Counted"]:
    """Return which statements are about the files that an entry names."""
    # By position: nearly all entries are of other files, and to parse each would cost ten times as much.
    start = body.find(b'"obj":[') + 7
    if start < 7:
        return ()
    names = body[start : body.find(b"]", start)].split(b",")
    if len(names) == 1:
        return by_subject.get(names[0], ())
    return list({id(one): one for name in names for one in by_subject.get(name, ())}.values())


class Reading:
    """An entry about a file; read once, however many statements count it."""

    def __init__(self, body: bytes, place: int) -> None:
        self.body, self.place = body, place
        try:
            self.said = json.loads(body)
        except (ValueError, RecursionError):
            self.said = {}
        self._under: dict[str, bytes | None] = {}

    def under(self, zone: tzinfo) -> bytes | None:
        """Return its leaf in a list of this zone; None where it is no consultation, or no entry of the service's."""
        name = str(zone)
        if name not in self._under:
            try:
                line = reading_of(self.said, zone)
                self._under[name] = None if line is None else commitment(leaf_hash(self.body), line)
            except (ValueError, KeyError, TypeError, AttributeError):
                self._under[name] = None  # ``--strict`` names it
        return self._under[name]


def _instant_of(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["ts"])


class _Counted:
    def __init__(self, stated: Stated) -> None:
        self.stated = stated
        self.lines: list[bytes] = []
        self.tenants: set[str | None] = set()
        self.late = -1

    def take(self, reading: Reading) -> None:
        stated, place = self.stated, reading.place
        under = reading.under(stated.zone) if place < stated.place else None
        if under is None:
            return
        tenant = reading.said["tenant"]
        if place < stated.size:
            self.tenants.add(tenant)
            if tenant == stated.tenant:
                self.lines.append(under)
        elif tenant == stated.tenant and self.late < 0 and _instant_of(reading.said) < stated.at - _LATE:
            self.late = place

    def wrong(self, lacking: int) -> str:
        """Return what isn't as stated, or nothing; ``lacking``: entries below without content here."""
        stated, where = self.stated, f"entrée {self.stated.place}"
        if self.late >= 0:
            return f"{where} : la liste s'arrête avant l'entrée {self.late}"
        if len(self.lines) > stated.count or (len(self.lines) < stated.count and not lacking):
            return f"{where} : {stated.count} lignes annoncées, {len(self.lines)} au journal"
        if len(self.lines) == stated.count and fold(self.lines) != stated.root:
            return f"{where} : les lignes annoncées ne sont pas celles du journal"
        if len(self.tenants) > stated.parts or (not lacking and len(self.tenants) != stated.parts):
            # A list without any line is stated once all the same.
            return (
                ""
                if not self.tenants and stated.parts == 1
                else f"{where} : {stated.parts} autorités annoncées"
            )
        return ""

    def is_whole(self, lacking: int) -> bool:
        """Tell whether all that was stated could be reckoned."""
        return len(self.lines) == self.stated.count and (not lacking or fold(self.lines) == self.stated.root)


def json_act(body: bytes) -> str:
    """Return the act of an entry; empty where it says none."""
    try:
        entry = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    act = entry.get("act") if isinstance(entry, dict) else None
    return act if isinstance(act, str) else ""


# --- The walk over a whole log ------------------------------------------------------------------------


class Places:
    """Places without content, as runs: few of them, for they come in rows."""

    def __init__(self) -> None:
        self._runs: list[list[int]] = []

    def add(self, place: int) -> None:
        if self._runs and self._runs[-1][1] == place - 1:
            self._runs[-1][1] = place
        else:
            self._runs.append([place, place])

    def cross_off(self, first: int, last: int) -> None:
        at = bisect_left(self._runs, [first, first])
        # The run before may reach into this one.
        at -= bool(at and self._runs[at - 1][1] >= first)
        while at < len(self._runs) and self._runs[at][0] <= last:
            low, high = self._runs[at]
            left = [run for run in ([low, first - 1], [last + 1, high]) if run[0] <= run[1]]
            self._runs[at : at + 1] = left
            at += len(left)

    @property
    def count(self) -> int:
        return sum(high - low + 1 for low, high in self._runs)

    @property
    def first(self) -> int:
        return self._runs[0][0]


@dataclass
class Carried:
    """The tree of an earlier origin, reckoned over the places that a later one carried over from it.

    ``offset`` is the place of its first entry: behind the checkpoints that each later origin begins with. ``agreed``
    says of each size that was asked whether the root was found again; where tiles are missing, of none.
    """

    offset: int
    asked: Sequence[Checkpoint]
    agreed: dict[int, bool] = field(default_factory=dict)
    _edge: Edge = field(default_factory=Edge)
    _done: int = 0
    _waiting: list[bytes] = field(default_factory=list)

    def push(self, first: int, hashes: Sequence[bytes], *, last: bool) -> None:
        """Add the leaf hashes of a bundle that begins at place ``first``."""
        # Nothing larger was asked: the rest is spared.
        if self._done > max(one.size for one in self.asked):
            return
        self._waiting += hashes[max(0, self.offset - first) :]
        while len(self._waiting) >= TILE or (last and self._waiting):
            tile, self._waiting = self._waiting[:TILE], self._waiting[TILE:]
            for one in self.asked:
                if self._done < one.size <= self._done + len(tile):
                    root = self._edge.root(tile[: one.size - self._done])
                    # Two checkpoints of one size must both agree, or the log showed two faces.
                    self.agreed[one.size] = root == one.root and self.agreed.get(one.size, True)
            # It pushes as it is read; the tiles above are of no use here.
            for _ in self._edge.push(tile):
                pass
            self._done += len(tile)


@dataclass
class Walk:
    """One pass over an export, in order, in constant memory but for a line per writer; faults are gathered.

    ``root`` is the signed one. The tree is reckoned from the tiles; where an entry says otherwise, from then on also by
    the entries, and by whichever of the two the tile above agrees with: the signed root says which was right.
    """

    export: Export
    size: int
    root: bytes = b""
    origin: str = ""
    strict: bool = False
    complete: bool = False
    processes: int = 1
    earlier: Sequence[Checkpoint] = ()
    of_earlier_origins: Sequence[Checkpoint] = ()
    feed: Feed = field(default_factory=Feed)
    edges: list[Edge] = field(default_factory=lambda: [Edge()])
    found: dict[str, str] = field(default_factory=dict)
    refused: set[bytes] = field(default_factory=set)
    refused_without_content: int = 0
    withheld: "Places" = field(default_factory=lambda: Places())
    notes: list[Checkpoint] = field(
        default_factory=list
    )  # those that this origin, and each before it, begins with
    carry_counts: dict[int, int] = field(default_factory=dict)  # by offset, how many places were carried over
    carried: dict[int, Carried] = field(default_factory=dict)
    _writers: dict[bytes, int] = field(default_factory=dict)
    unknown: int = 0  # entries so far of which neither writer nor counter is known
    _unknown_at: dict[bytes, int] = field(
        default_factory=dict
    )  # how many there were at a writer's last entry
    _numbers: dict[int, int] = field(default_factory=dict)
    _partial: dict[tuple[int | str, int], list[int]] = field(default_factory=dict)
    _youngest: bytes = b""  # the latest instant of an entry with content so far
    _blamed: tuple[dict[str, str], ...] = field(default_factory=lambda: ({}, {}, {}))
    _sound: bool = True
    _agreed: int = 0
    pruned: int = 0

    def __post_init__(self) -> None:
        self.lists = Lists(self.export, self.origin, self.size)
        self.listings = Listings()

    def go(self) -> bytes | None:
        """Walk; return the root, or None where so much is missing that there is none."""
        # First: which lists and refused entries there are must be known when the entries come by.
        self._explain()
        self.lists.begin()
        reader = Reader(self.export.said, self.size, self.strict, bool(self.lists.names))
        for number, plain in enumerate(read_ahead(reader, self.processes)):
            first = number * TILE
            hashes = split(plain.tile) if plain else []
            if plain and self._is_plain(number, hashes):
                self._read_plain(first, plain, hashes)
                self._take_leaves(first, [hashes], plain.node)
            elif (ways := self._leaves(number, min(TILE, self.size - first))) is None:
                self._sound = False
            else:
                self._take_leaves(first, ways)
        self._partial_above()
        before = self.withheld.count
        for kind, where in self.lists.judged(self.withheld):
            self._note(kind, where)
        self.pruned = before - self.withheld.count
        # Only on demand: an auditor of one authority rightly has nothing but the hashes of the others' entries.
        if self.complete and (left := self.withheld.count):
            self._note("withheld", f"entrée {self.withheld.first} ({left} en tout)")
        for kind, where in self.feed.findings():
            self._note(kind, where)
        for where in self.listings.judged(self._bodies, self.size):
            self._note("readers", where)
        return self._judged()

    def _is_plain(self, number: int, hashes: Sequence[bytes]) -> bool:
        """Tell whether nothing beside a plain bundle asks for a closer look: an earlier size, or a line that lacks."""
        complete = not self.feed.given or all(leaf in self.feed.lines for leaf in hashes)
        return complete and (0, number) not in self._partial and ("entries", number) not in self._partial

    def _read_plain(self, first: int, plain: Plain, hashes: Sequence[bytes]) -> None:
        """Do what ``_read`` does, a writer at a time instead of an entry."""
        if self.feed.given:
            self.feed.cross_off(hashes)
        self.lists.upto(first + len(hashes))
        self._youngest = max(self._youngest, plain.youngest)
        for writer, at, low, high in plain.writers:
            if low != self._writers.get(writer, 0) + 1:
                self._jump(first + at, writer, low)
            self._writers[writer] = high
            self._unknown_at[writer] = self.unknown

    def _take_leaves(self, first: int, ways: list[list[bytes]], node: bytes | None = None) -> None:
        """Take the leaves of a bundle into the trees that they may belong to; look for those that were refused."""
        # Until here one edge stood for all; from here on each way has its own.
        if len(ways) > len(self.edges):
            self.edges += [Edge(self.edges[0].levels) for _ in ways[1:]]
        if not self.refused.isdisjoint(ways[0]):
            at = next(at for at, leaf in enumerate(ways[0]) if leaf in self.refused)
            self._note("refused", f"entrée {first + at}")
        self._compare_earlier(first, ways)
        # Behind a bundle that is missing no tree can be reckoned: it would seem to be forged.
        for one in self.carried.values() if self._sound else ():
            one.push(first, ways[0], last=first + len(ways[0]) == self.size)
        for edge, hashes in zip(self.edges, ways * len(self.edges), strict=False):
            for level, full in edge.push(hashes, node):
                if edge is self.edges[0]:
                    self._compare_tile(level, full)

    def _judged(self) -> bytes | None:
        """Return the root of the tree that was signed, if one of the ways leads there; name what then is wrong."""
        roots = [edge.root() for edge in self.edges]
        right = roots.index(self.root) if self._sound and self.root in roots else 0
        if right:  # what was compared with the tiles above came from a tile that is wrong
            self.found.pop("tree", None)
        self.found |= self._blamed[right]
        return roots[right] if self._sound else None

    def _note(self, kind: str, where: str) -> None:
        # The first of each class: what comes after may be nothing but its consequence.
        self.found.setdefault(kind, where)

    # --- That no file is there without a reason

    def _explain(self) -> None:
        """Look at the name of each file; those whose bytes aren't read by the walk itself are read or remembered."""
        for name in self.export.names():
            kind, _, rest = name.partition("/")
            if kind == "tile":
                explained = self._explain_tile(name)
            elif kind == "pruned":
                explained = _ENTRY_ID.fullmatch(rest) is not None
                if explained:
                    self.lists.names.add(rest)
            elif kind == "refused":
                explained = _LEAF_HASH.fullmatch(rest) is not None
                if explained:
                    self._take_refused(name, rest)
            else:
                explained = name == "checkpoint"
            if not explained:
                self._note("surplus", name)

    def _explain_tile(self, name: str) -> bool:
        """Tell whether a tree of this size has, or had when it was smaller, a tile or bundle of that name."""
        match = _TILE_NAME.fullmatch(name)
        if match is None:
            return False
        level = match[1] if match[1] == "entries" else int(match[1])
        number, width = int(re.sub("[x/]", "", match[2])), int(match[3] or TILE)
        count = self.size >> (8 * level) if isinstance(level, int) else self.size
        # One spelling a tile: under a second one bytes could lie that the walk never reads.
        if name != tile_path(level, number, width) or number * TILE + width > count:
            return False
        if width < min(TILE, count - number * TILE):
            self._partial.setdefault((level, number), []).append(width)
        return True

    def _take_refused(self, name: str, leaf: str) -> None:
        """Read an entry that was refused a place; its name is its leaf hash. An empty one is withheld."""
        # The name is a hash, so that it is looked for in the tree even where the content is withheld.
        bodies = [body for body in self.export.copies(name) if body]
        if any(leaf_hash(body).hex() != leaf for body in bodies):
            self._note("altered", name)
        self.refused.add(bytes.fromhex(leaf))
        self.refused_without_content += not bodies

    def _one_of(self, copies: Sequence[bytes], name: str) -> bytes | None:
        """Return a file that may be there several times; all copies are equal."""
        if any(one != copies[0] for one in copies[1:]):
            self._note("different", name)
        return copies[0] if copies else None

    def _compare_partial(self, level: int, number: int, tile: bytes) -> None:
        """Compare a tile with those of its earlier sizes: each is a prefix of it."""
        # Whoever read the log then saw this tile: it must have become the later one, not been replaced by it.
        for width in self._partial.get((level, number), ()):
            for old in self.export.copies(name := tile_path(level, number, width)):
                if old != tile[: width * HASH]:
                    self._note("tree", name)

    def _compare_partial_bundles(self, number: int, hashes: Sequence[bytes]) -> None:
        """Compare bundles of earlier sizes with the leaves; what was pruned since still stands in them."""
        for width in self._partial.get(("entries", number), ()):
            for old in self.export.copies(name := tile_path("entries", number, width)):
                bodies = records(old)
                if len(bodies) < width:
                    self._note("missing", name)
                elif len(bodies) > width or not ends_with(old, bodies):
                    self._note("surplus", name)
                elif any(
                    body and leaf_hash(body) != leaf for body, leaf in zip(bodies, hashes, strict=False)
                ):
                    self._note("altered", name)

    # --- Leaves, entries, tiles

    def _leaves(self, number: int, width: int) -> list[list[bytes]] | None:
        """Return the leaf hashes of one bundle by its tile; where an entry says otherwise, by each of three ways."""
        first, name = number * TILE, tile_path(0, number, width)
        tile = self._one_of(self.export.tiles(0, number, width), name)
        bodies = self._bodies(number, width)
        if len(bodies) < width:
            self._note("missing", f"entrée {first + len(bodies)} ({tile_path('entries', number, width)})")
        made = [sha256(b"\0" + body).digest() for body in bodies]
        if tile is not None and len(tile) < width * HASH:
            self._note("missing", f"{name} : entrée {first + len(tile) // HASH}")
            tile = None
        elif tile is None:
            self._note("missing", name)
        if tile is None:
            # What can't be had isn't guessed: from here on no root is reckoned.
            if len(made) < width or b"" in bodies:
                self.unknown += width
                return None
            # All entries are there: they make the tile anew, and the signed root says whether rightly.
            tile = b"".join(made)
        if len(tile) > width * HASH:
            self._note("surplus", name)
            tile = tile[: width * HASH]
        hashes = split(tile)
        if self._partial:
            self._compare_partial(0, number, tile)
            self._compare_partial_bundles(number, hashes)
        if first == 0:
            self._begin(bodies)
        self._read(first, bodies, hashes)
        # One comparison for 256 entries: nearly all bundles end here.
        if b"".join(made) == tile[: len(made) * HASH]:
            return [hashes]
        # What is withheld has no hash of its own; that of the tile is believed, until the root is reckoned.
        made = [one if body else leaf for one, body, leaf in zip(made, bodies, hashes, strict=False)]
        made += hashes[len(made) :]
        return [hashes] if made == hashes else self._differing(number, hashes, made)

    def _bodies(self, number: int, width: int) -> list[bytes]:
        """Return the entries of a bundle. What one copy withholds, another may hold."""
        merged: list[bytes] = []
        for bundle in self.export.tiles("entries", number, width):
            bodies = records(bundle)
            if len(bodies) > width or not ends_with(bundle, bodies):
                self._note("surplus", tile_path("entries", number, width))
                bodies = bodies[:width]
            if not merged:
                merged = bodies
            elif merged != bodies:
                longest = max(merged, bodies, key=len)
                merged = [one or other for one, other in zip(merged, bodies, strict=False)] + longest[
                    min(len(merged), len(bodies)) :
                ]
                if any(one and one != other for one, other in zip(bodies, merged, strict=False)):
                    self._note("different", tile_path("entries", number, width))
        return merged

    def _differing(self, number: int, hashes: list[bytes], made: list[bytes]) -> list[list[bytes]]:
        """Return the leaves by the tile, by the entries, and by whichever the tile above agrees with."""
        at = next(at for at, (ours, theirs) in enumerate(zip(made, hashes, strict=True)) if ours != theirs)
        entry = "altered", f"entrée {number * TILE + at}"
        tile = "tree", f"{tile_path(0, number, len(hashes))} : entrée {number * TILE + at}"
        # Which of the two was changed they don't tell. A third does: the node above was made while both agreed.
        above = self.export.tile(1, number // TILE, min(TILE, (self.size // TILE) - number // TILE * TILE))
        node = (above or b"")[number % TILE * HASH :][:HASH]
        agreed = made if node == fold(made) else hashes
        for blamed, (kind, where) in zip(
            self._blamed, (entry, tile, tile if agreed is made else entry), strict=True
        ):
            blamed.setdefault(kind, where)
        return [hashes, made, agreed]

    def _read(self, first: int, bodies: list[bytes], hashes: list[bytes]) -> None:
        """Look at what the entries say of their writers; with ``strict``, at their form.

        Of an entry without content the list of pruned places, or the feed, may tell writer and counter.
        """
        writers, unknown_at = self._writers, self._unknown_at
        lines = self.feed.cross_off(hashes) if self.feed.given else None
        dated, later = bool(self.lists.names), bool(self.notes)
        self.lists.upto(first + len(bodies))
        for at, body in enumerate(bodies):
            if not body:
                stated = self._without_content(first + at, None if lines is None else lines[at], dated=dated)
                if stated is None:
                    self.unknown += 1
                    continue
                writer, seq = stated
            else:
                if _PRUNED in body or _LISTED in body:
                    self.lists.take(body, first + at)
                    self.listings.take(body, first + at)
                pair = _writer_of(body)
                if pair is None:
                    self._formless(first + at)
                    continue
                writer, seq = pair
                if dated:
                    self._youngest = max(self._youngest, _entry_instant(body))
                carried = later and _CARRIED in body and self._carried(body, first + at)
                if lines is not None and lines[at] is None and not carried:
                    self.feed.miss(first + at, writer, seq)
                if self.strict and not is_canonical(body):
                    self._note("form", f"entrée {first + at}")
            # Each writer counts from 1 without a hole (0004): a hole is an entry that was deleted early enough.
            if seq != writers.get(writer, 0) + 1:
                self._jump(first + at, writer, seq)
            writers[writer] = seq
            unknown_at[writer] = self.unknown
        self.unknown += len(hashes) - len(bodies)

    def _without_content(
        self, place: int, line: tuple[bytes, int] | None, *, dated: bool
    ) -> tuple[bytes, int] | None:
        """Return writer and counter of an entry without content; ``line`` is what the feed says of it."""
        self.withheld.add(place)
        listed = self.lists.at(place, self._youngest) if dated else None
        if self.feed.given and line is None:
            self.feed.miss(place, *(listed or (b"", 0)))
        if line and listed and line != listed:
            self._note("feed", f"entrée {place} : le bordereau d'élagage dit autre chose")
        return listed or line

    def _formless(self, place: int) -> None:
        """Name an entry that says no writer; the checkpoints at the beginning say none."""
        if place >= len(self.notes):
            self._note("form", f"entrée {place}")

    def _begin(self, bodies: Sequence[bytes]) -> None:
        """Read the checkpoints at the beginning: of the origin before, and behind it those that one began with."""
        for body in bodies:
            try:
                # An entry is JSON and never passes for a note: the first one ends them.
                self.notes.append(Checkpoint.of(body))
            except Fault:
                break
        for offset, begun in enumerate(self.notes, 1):
            if checkpoints := [one for one in self.of_earlier_origins if one.origin == begun.origin]:
                self.carried[offset] = Carried(offset, checkpoints)

    def _carried(self, body: bytes, place: int) -> bool:
        """Tell whether an entry says how many places an origin carried over: it stands behind them, and has no line."""
        try:
            entry = json.loads(body)
            offset = place - entry["n"] if entry["act"] == "journal:carried" else 0
        except (ValueError, KeyError, TypeError):
            return False
        # The first one counts: whoever writes a second must not change what was carried over.
        if not 1 <= offset <= len(self.notes) or offset in self.carry_counts:
            return False
        self.carry_counts[offset] = entry["n"]
        return True

    def _jump(self, place: int, writer: bytes, seq: int) -> None:
        """Name a counter that doesn't follow, unless entries of which nothing is known may be those between."""
        last = self._writers.get(writer, 0)
        between = self.unknown - self._unknown_at.get(writer, 0)
        # Entries of which nothing is known can't excuse more numbers than there are of them.
        if not 0 < seq - last - 1 <= between:
            where = f"rédacteur {writer.decode(errors='replace')}, {seq} après {last}"
            self._note("writer", f"entrée {place} ({where})")

    def _compare_earlier(self, first: int, ways: Sequence[Sequence[bytes]]) -> None:
        if not self._sound:
            return
        for one in self.earlier:
            if first < one.size <= first + len(ways[0]):
                pairs = zip(self.edges, list(ways) * len(self.edges), strict=False)
                # One of the ways is enough: an entry that was altered later doesn't make a fork of the log.
                if any(edge.root(hashes[: one.size - first]) == one.root for edge, hashes in pairs):
                    self._agreed = max(self._agreed, one.size)
                else:
                    self._note("fork", f"entre les entrées {self._agreed} et {one.size - 1}")

    def _partial_above(self) -> None:
        for level, hashes in enumerate(self.edges[0].levels):
            if level and hashes:
                self._compare_tile(level, hashes)

    def _compare_tile(self, level: int, hashes: list[bytes]) -> None:
        """Compare a tile above the leaves, computed, with the export's."""
        number = self._numbers.get(level, 0)
        self._numbers[level] = number + 1
        name = tile_path(level, number, len(hashes))
        tile = self._one_of(self.export.tiles(level, number, len(hashes)), name)
        if tile is None or len(tile) < len(hashes) * HASH:
            self._note("missing", name)
            return
        if len(tile) > len(hashes) * HASH:
            self._note("surplus", name)
        self._compare_partial(level, number, b"".join(hashes))
        for at, (ours, theirs) in enumerate(zip(hashes, split(tile), strict=False)):
            if ours != theirs:
                below = (number * TILE + at) * TILE**level
                self._note("tree", f"{name} : entre les entrées {below} et {below + TILE**level - 1}")
                return


# The one form as a pattern, for what an entry of ours holds: texts of printable ASCII that need no escape, and numbers
# that a double holds. What it takes is canonical but for the order of objects and fields; what it doesn't may be.
_TEXT: Final = r'(?:null|"[ !#-\[\]-~]*+")'
_WORD: Final = r'"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}+"'
_NUMBER: Final = "(?:null|0|[1-9][0-9]{0,14}+)"
_SHAPES: Final = {
    **dict.fromkeys(KEYS, _TEXT),
    **dict.fromkeys(("act", "out", "role", "why", "rule", "pol", "from", "to"), f"(?:null|{_WORD})"),
    **dict.fromkeys(("mono", "wseq", "ver", "n"), _NUMBER),
    "v": "1",
    "ts": f'"{_TS.pattern}"',
    "fields": rf"\{{((?:{_WORD}:{_NUMBER}(?:,{_WORD}:{_NUMBER})*+)?+)\}}",
    "obj": rf"\[((?:{_WORD}(?:,{_WORD})*+)?+)\]",
}
_ENTRY: Final = re.compile(
    (r"\{" + ",".join(f'"{name}":{_SHAPES[name]}' for name in sorted(KEYS)) + r"\}").encode()
)


def is_canonical(body: bytes) -> bool:
    """Tell whether an entry is in its one form. Source: docs/decisions/0004-journal-format.md."""
    match = _ENTRY.fullmatch(body)
    if match is None or len(body) > MAX_ENTRY:
        return is_canonical_when_parsed(body)
    fields, objects = match.groups()
    names = [one.rpartition(b":")[0] for one in fields.split(b",")]
    return _ascend(names) and _ascend(objects.split(b","))


def _ascend(words: Sequence[bytes]) -> bool:
    """Tell whether words in quotation marks, which sort before each sign of a word, are in order without a double."""
    return len(words) < 2 or all(one < other for one, other in pairwise(words))


def is_canonical_when_parsed(body: bytes) -> bool:
    """Tell the same of any bytes: read and written anew, they must be the same."""
    try:
        entry = json.loads(body)
        # Read and written anew: in a space, an order or a spelling that is free something can be hidden.
        again = json.dumps(entry, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    # Brackets nested deeply enough exhaust the stack.
    except (ValueError, RecursionError):
        return False
    if not isinstance(entry, dict) or entry.keys() != KEYS or again.encode() != body or len(body) > MAX_ENTRY:
        return False
    fields, objects = entry["fields"], entry["obj"]
    if not isinstance(fields, dict) or not isinstance(objects, list) or not isinstance(entry["ts"], str):
        return False
    numbers = [entry["mono"], entry["wseq"], entry["ver"], entry["n"], *fields.values()]
    codes = [
        *(entry[one] for one in ("act", "out", "role", "why", "rule", "pol", "from", "to")),
        *fields,
        *objects,
    ]
    return (
        entry["v"] == 1
        and _TS.fullmatch(entry["ts"]) is not None
        # Not `isinstance`: to Python True is a number. Beyond 2^53 other readers would round.
        and all(one is None or (type(one) is int and 0 <= one < 2**53) for one in numbers)
        and all(one is None or (isinstance(one, str) and _CODE.fullmatch(one)) for one in codes)
        and None not in objects
        and objects == sorted(set(objects))
    )


# --- What may be asked --------------------------------------------------------------------------------


@dataclass
class Report:
    """What a command found: sentences, and faults by class."""

    lines: list[str] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    unchecked: bool = False

    def fault(self, kind: str, where: str) -> None:
        """Take note of a fault; of each class the first one counts."""
        self.faults.setdefault(kind, where)

    @property
    def status(self) -> int:
        for kind, (status, _) in FAULTS.items():
            if kind in self.faults:
                return status
        return UNCHECKED if self.unchecked else 0

    def __str__(self) -> str:
        faults = [
            f"FAUTE {kind} : {where} : {FAULTS[kind][1]}"
            for kind, where in sorted(self.faults.items(), key=_rank)
        ]
        end = "Non conforme." if self.faults else "Tout concorde."
        if self.unchecked:
            end += " Signatures NON vérifiées : il faut le paquet `cryptography` (signatures not checked)."
        return "\n".join([*self.lines, *faults, end])


def _rank(fault: tuple[str, str]) -> int:
    return list(FAULTS).index(fault[0])


def check_signatures(
    report: Report, checkpoint: Checkpoint, keys: Sequence[Key], witnesses: Sequence[Key] = (), need: int = 0
) -> None:
    """Check that each key of this origin signed, and at least ``need`` of the witnesses.

    A checkpoint's origin is the name of the key that verifies it: keys of another name may be those of an earlier life.
    """
    own = [key for key in keys if key.name == checkpoint.origin]
    if not own:
        names = ", ".join(sorted({key.name for key in keys}))
        report.fault("signature", f"taille {checkpoint.size}, origine {checkpoint.origin}, clé {names}")
    # Each of them: one is Ed25519, one post-quantum, so that a forger must break both (0010).
    for key in own:
        signed = checkpoint.signed_by(key)
        report.unchecked |= signed is None
        if signed is False:
            report.fault("signature", f"taille {checkpoint.size}, clé {key.name}+{key.id.hex()}")
    answers = [checkpoint.signed_by(key) for key in witnesses]
    report.unchecked |= None in answers
    # What can't be checked here isn't a missing witness: status 3 says it.
    if len([one for one in answers if one is not False]) < need:
        report.fault("witness", f"taille {checkpoint.size} : {answers.count(True)} sur {need}")


def verify(options: argparse.Namespace) -> Report:
    """Verify a whole export."""
    report, export = Report(), Export(options.export)
    keys, witnesses = Key.all_of(options.key), Key.all_of(options.witness)
    # An older one in the export is held against the walk as if the auditor had kept it.
    *others, checkpoint = export.checkpoints()
    check_signatures(
        report, checkpoint, keys, witnesses, len(witnesses) if options.need is None else options.need
    )
    earlier = [one for place in options.earlier for one in _checkpoints_of(place)] + others
    for one in earlier:
        check_signatures(report, one, _keys_of(one.origin, keys))
    return walked(report, export, checkpoint, earlier, options)


def _keys_of(origin: str, keys: Sequence[Key]) -> list[Key]:
    """Return the keys of an origin; where none is named so, the same under that name: a log keeps its key for life."""
    return [key for key in keys if key.name == origin] or [key.named(origin) for key in keys]


def walked(
    report: Report,
    export: Export,
    checkpoint: Checkpoint,
    earlier: Sequence[Checkpoint],
    options: argparse.Namespace,
) -> Report:
    """Verify all of an export but the signatures."""
    same = [one for one in earlier if one.origin == checkpoint.origin]
    for one in same:
        if one.size > checkpoint.size:
            report.fault("rollback", f"taille {checkpoint.size} après {one.size}")
    feed = Feed.of(options.feed, settled=options.settled, since=options.feed_since)
    walk = Walk(
        export,
        checkpoint.size,
        root=checkpoint.root,
        origin=checkpoint.origin,
        strict=options.strict,
        complete=options.complete,
        processes=options.processes or (os.cpu_count() or 1 if checkpoint.size >= SHARED else 1),
        earlier=same,
        of_earlier_origins=[one for one in earlier if one.origin != checkpoint.origin],
        feed=feed,
    )
    root = walk.go()
    for kind, where in walk.found.items():
        report.fault(kind, where)
    if root is not None and root != checkpoint.root:
        report.fault("tree", f"taille {checkpoint.size}")
    for one in walk.of_earlier_origins:
        _compare_earlier(report, walk, one)
    report.lines.append(f"{checkpoint.origin} : {checkpoint.size} entrées, racine {checkpoint.root.hex()}")
    report.lines += _remarks(walk)
    return report


def _remarks(walk: Walk) -> Iterator[str]:
    """Yield what is no fault, but for a reader to know."""
    if not walk.size:
        yield "L'arbre signé est vide : ce point de contrôle ne prouve aucune entrée."
    if walk.refused:
        yield (
            f"{len(walk.refused)} entrées refusées, dont {walk.refused_without_content} sans contenu dans cet export : "
            "le service ne les a pas écrites telles quelles, elles n'ont pas de place (fichiers refused/)."
        )
    if waiting := walk.feed.waiting():
        yield f"{waiting} lignes à la fin du flux n'ont pas encore leur place dans le journal."
    if walk.feed.killed:
        yield (
            f"{walk.feed.killed} entrées n'ont pas de ligne dans le flux, chacune la dernière de son rédacteur : un "
            "processus s'est arrêté entre l'écriture et la ligne."
        )
    if walk.pruned:
        yield (
            f"{walk.pruned} entrées élaguées, comme le journal lui-même le dit ({len(walk.lists.told)} bordereaux)."
        )
    if walk.listings.checked:
        yield f"{walk.listings.checked} listes de consultations recalculées : aucune ligne n'y manque."
    if walk.listings.unsure:
        yield (
            f"{walk.listings.unsure} listes de consultations recalculées en partie : il manque à cet export le contenu "
            "d'entrées qu'elles comptent."
        )
    if walk.withheld.count:
        yield (
            f"{walk.withheld.count} entrées retenues : leurs empreintes comptent, leur contenu n'a pas été vérifié."
        )
    if walk.unknown:
        yield (
            f"{walk.unknown} entrées dont ni le rédacteur ni le numéro ne sont connus : une suite de numéros qui "
            "saute par-dessus elles n'est pas une faute."
        )


def _compare_earlier(report: Report, walk: Walk, old: Checkpoint) -> None:
    """Hold a checkpoint of an earlier origin against what this one begins with, and carried over from it."""
    where = f"{old.origin}, taille {old.size}"
    offset = next((at for at, begun in enumerate(walk.notes, 1) if begun.origin == old.origin), 0)
    if not offset or not _continues(walk.notes[offset - 1], old):
        report.fault("rollback", f"l'origine {walk.origin} ne reprend pas {where}")
        return
    count = walk.carry_counts.get(offset)
    agreed = walk.carried[offset].agreed
    if agreed.get(old.size) or not old.size:
        return
    if count is not None and old.size <= count:
        # Tiles are missing, which is named already: nothing can be said of these.
        if old.size not in agreed:
            return
        report.fault(
            "fork", f"les {count} entrées que l'origine {walk.origin} reprend ne sont pas celles de {where}"
        )
    elif count is not None:
        report.lines.append(
            f"L'origine {walk.origin} reprend {count} entrées : {where} ne peut plus être recalculé, les "
            f"{old.size - count} dernières sont perdues."
        )
    else:
        report.lines.append(
            f"L'origine {walk.origin} ne dit pas ce qu'elle reprend : {where} n'a pas été recalculé."
        )


def _continues(begun: Checkpoint, old: Checkpoint) -> bool:
    """Tell whether a checkpoint that a new origin begins with is at least as late as one of the same log."""
    return begun.size > old.size or (begun.size, begun.root) == (old.size, old.root)


def _json(place: str) -> dict[str, Any]:
    """Return an answer of the API, as it was kept; of a printed receipt, what its page holds.

    Raises:
        Fault: it isn't one.
    """
    raw = Path(place).read_bytes()
    page = _IN_PAGE.search(raw)
    answer = json.loads(page[1] if page else raw)
    # From whoever brings it: no member is used before its type is known.
    texts = ("entry", "leaf_hash", "proof")
    if not isinstance(answer, dict) or not all(isinstance(answer.get(one), str | None) for one in texts):
        raise Fault("malformed", place)
    hashes = answer.setdefault("hashes", [])
    if not isinstance(hashes, list) or not all(isinstance(one, str) for one in hashes):
        raise Fault("malformed", place)
    return answer


def since(options: argparse.Namespace) -> Report:
    """Verify that an export continues a checkpoint that the auditor holds, and say how much is new."""
    options.earlier = [options.old]
    report = verify(options)
    old, new = _checkpoints_of(options.old)[-1], Export(options.export).checkpoint()
    if old.origin == new.origin:
        report.lines.append(f"{max(0, new.size - old.size)} entrées depuis la taille {old.size}.")
    return report


def inclusion(options: argparse.Namespace) -> Report:
    """Verify that an entry is in the log: a proof in the form of C2SP tlog-proof, and the entry or its hash."""
    report = Report()
    data = _json(options.proof)
    leaf = (
        leaf_hash(data["entry"].encode()) if data.get("entry") else bytes.fromhex(data.get("leaf_hash") or "")
    )
    check_proof(report, _proof_in(data), leaf, Key.all_of(options.key))
    return report


def _proof_in(answer: dict[str, Any]) -> str:
    """Return the proof of an answer.

    Raises:
        Fault: the answer was given before a checkpoint covered the entry.
    """
    proof: str | None = answer.get("proof")
    if not proof:
        raise Fault("missing", "preuve (demandée avant le point de contrôle : redemandez-la)")
    return proof


def check_proof(report: Report, proof: str, leaf: bytes, keys: Sequence[Key]) -> None:
    """Check a proof of inclusion and the signatures of the checkpoint in it.

    Raises:
        Fault: it isn't in the form of C2SP tlog-proof.
    """
    head, parted, note = proof.partition("\n\n")
    lines = head.split("\n")
    if len(lines) > 1 and lines[1].startswith("extra "):
        # The format lets in a line that says nothing here; even that must be what it claims.
        base64_in(lines.pop(1).removeprefix("extra "), "preuve")
    number = re.fullmatch(r"index (0|[1-9][0-9]{0,18})", lines[1]) if len(lines) > 1 else None
    # Two lines and 64 hashes: no tree is higher, and a longer path would only cost time.
    if lines[0] != "c2sp.org/tlog-proof@v1" or not parted or number is None or len(lines) > 66:
        raise Fault("malformed", "preuve")
    index, path = int(number[1]), [base64_in(line, "preuve") for line in lines[2:]]
    if not _are_hashes(*path):
        raise Fault("malformed", "preuve")
    checkpoint = Checkpoint.of(note.encode())
    check_signatures(report, checkpoint, keys)
    if not inclusion_holds(leaf, index, checkpoint.size, path, checkpoint.root):
        report.fault("proof", f"entrée {index}, taille {checkpoint.size}")
    report.lines.append(f"{checkpoint.origin} : entrée {index} sur {checkpoint.size}")


def receipt(options: argparse.Namespace) -> Report:
    """Verify a filer's receipt: that an entry of a filing, with its instant, is in the log."""
    report = Report()
    answer = _json(options.receipt)
    entry = (answer.get("entry") or "").encode()
    check_proof(report, _proof_in(answer), leaf_hash(entry), Key.all_of(options.key))
    # A leaf may be any bytes, a checkpoint too: only an entry in its one form says what a receipt claims.
    filing = json.loads(entry) if is_canonical(entry) else {}
    # A filing that was refused has its entry too.
    if filing.get("act") not in FILINGS or filing.get("out") != "allow":
        report.fault("proof", "l'entrée n'est pas celle d'une transmission")
    report.lines.append(f"Transmission reçue (filed): {filing.get('ts')}")
    return report


#: What the journal calls a filing.
FILINGS: Final = ("referral:submit", "referral:submit_urgent")


def attestation(options: argparse.Namespace) -> Report:
    """Verify an attestation of training: that the digest of its name, course and day is in the log."""
    report = Report()
    raw = Path(options.attestation).read_bytes()
    claim = json.loads(raw)
    # From whoever brings it: no member is used before its type is known.
    if (
        not isinstance(claim, dict)
        or claim.keys() != ATTESTATION
        or not all(isinstance(v, str) for v in claim.values())
    ):
        raise Fault("malformed", options.attestation)
    if claim["format"] != ATTESTATION_FORMAT or canonical_json(claim) + b"\n" != raw:
        raise Fault("malformed", options.attestation)
    if claim["sum"] != attestation_sum(claim):
        report.fault("altered", "attestation")
    entry = claim["entry"].encode()
    check_proof(report, claim["proof"], leaf_hash(entry), Key.all_of(options.key))
    data = json.loads(entry) if is_canonical(entry) else {}
    if (data.get("act"), data.get("out"), data.get("to")) != (ATTESTED, "allow", claim_digest(claim)):
        report.fault("proof", "l'entrée n'est pas celle de cette attestation")
    report.lines.append(f"{claim['name']} : {claim['course']}, le {claim['day']}")
    return report


#: What the journal calls an attestation, and what a file of one holds.
ATTESTED: Final = "training:attested"
ATTESTATION_FORMAT: Final = "repere-attestation/1"
CLAIM: Final = ("course", "day", "name", "nonce")
ATTESTATION: Final = {*CLAIM, "entry", "format", "proof", "sum"}


def canonical_json(value: dict[str, Any]) -> bytes:
    """Return JSON in one form: keys sorted, no white space, UTF-8."""
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def claim_digest(claim: dict[str, Any]) -> str:
    """Return what the log says of an attestation: SHA-256 of its name, course, day and random number, hexadecimal."""
    return sha256(canonical_json({name: claim[name] for name in CLAIM})).hexdigest()


def attestation_sum(claim: dict[str, Any]) -> str:
    """Return the sum of a file, by which a damaged signature of a key that isn't at hand is noticed too."""
    return sha256(canonical_json({name: one for name, one in claim.items() if name != "sum"})).hexdigest()


def readers(options: argparse.Namespace) -> Report:
    """Verify a list of readers: that each line is an entry of the journal, and that none is missing."""
    report = Report()
    page = json.loads(Path(options.list).read_bytes())
    # Alone, or as a package has it: beside the lines in words.
    package = page if isinstance(page, dict) and "proofs" in page else {}
    page = package.get("proofs", page)
    # From whoever brings it: no member is used before its type is known.
    if not isinstance(page, dict) or page.get("format") != "repere-readers/1":
        raise Fault("malformed", options.list)
    checkpoint = Checkpoint.of(_of(page, "checkpoint", str).encode())
    check_signatures(report, checkpoint, Key.all_of(options.key))
    given = _of(page, "statements", list)
    stated = [_stated(report, given, number, checkpoint) for number in range(len(given))]
    _check_statements(report, stated)
    lines = [_line(report, one, checkpoint, stated) for one in _of(page, "lines", list)]
    for number, one in enumerate(stated):
        _check_lines(report, number, one, [line for line in lines if line.list == number])
        report.lines.append(
            f"{checkpoint.origin} : {one.count} consultations jusqu'à l'entrée {one.size}, liste du {one.at:%d/%m/%Y}"
        )
    if package:
        _check_shown(report, _of(package, "lines", list), page, lines)
    if options.lines:
        report.lines += [line.text for line in lines]
    return report


def _check_shown(
    report: Report, shown: Sequence[Any], page: dict[str, Any], lines: "Sequence[_Line]"
) -> None:
    """Check that each proven line of the period that was asked for stands among those in words."""
    since, until = (page.get(name) or other for name, other in (("since", ""), ("until", "~")))
    if not isinstance(since, str) or not isinstance(until, str):
        raise Fault("malformed", "période")
    left: list[tuple[str, str, str]] = []
    for one in shown:
        if not isinstance(one, dict):
            raise Fault("malformed", "ligne")
        left.append((_of(one, "day", str), _of(one, "hours", str).partition(" ")[0], _of(one, "what", str)))
    for line in lines:
        if not since <= line.shown[0] <= until:
            continue
        if line.shown not in left:
            report.fault(
                "readers", f"entrée {line.place} : cette consultation ne figure pas parmi les lignes"
            )
            return
        left.remove(line.shown)
    if since or until != "~":
        report.lines.append(
            f"Lignes du {since or 'début'} au {until if until != '~' else 'jour de la liste'}."
        )
    if left:
        report.lines.append(f"{len(left)} lignes plus récentes que la liste ne sont pas prouvées.")


def _check_statements(report: Report, stated: Sequence[Stated]) -> None:
    """Check that all statements of one list are there; else one of another could stand for one that was left out."""
    lists = {(one.subjects, one.size, one.parts) for one in stated}
    if len(lists) != 1 or len({one.tenant for one in stated}) != len(stated):
        report.fault("readers", "les déclarations ne sont pas d'une même liste")
    elif len(stated) != stated[0].parts:
        report.fault("readers", f"{stated[0].parts} déclarations annoncées, {len(stated)} présentes")


def _check_lines(report: Report, number: int, stated: Stated, lines: "Sequence[_Line]") -> None:
    where = f"déclaration {number}"
    if any(one.place >= other.place for one, other in pairwise(lines)):
        report.fault("readers", f"{where} : des lignes se répètent ou ne sont pas dans l'ordre")
    if any(line.place >= stated.size for line in lines):
        report.fault("readers", f"{where} : une ligne est plus récente que la liste")
    if len(lines) != stated.count:
        report.fault("readers", f"{where} : {stated.count} lignes annoncées, {len(lines)} présentes")
    elif fold([line.commitment for line in lines]) != stated.root:
        report.fault("readers", f"{where} : les lignes ne sont pas celles qui sont annoncées")


def _of(members: dict[str, Any], name: str, kind: type) -> Any:
    """Return a member of JSON.

    Raises:
        Fault: it isn't there, or of another type.
    """
    value = members.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Fault("missing" if value is None else "malformed", name)
    return value


def _is_included(statement: dict[str, Any], leaf: bytes, checkpoint: Checkpoint) -> bool:
    path = _of(statement, "path", list)
    if len(path) > 64 or not all(isinstance(one, str) for one in path):
        raise Fault("malformed", "preuve")
    hashes = [base64_in(one, "preuve") for one in path]
    return inclusion_holds(leaf, _of(statement, "place", int), checkpoint.size, hashes, checkpoint.root)


def _stated(report: Report, all_: list[Any], number: int, checkpoint: Checkpoint) -> Stated:
    statement = all_[number]
    if not isinstance(statement, dict):
        raise Fault("malformed", "déclaration")
    body, place = _of(statement, "entry", str).encode(), _of(statement, "place", int)
    if not _is_included(statement, leaf_hash(body), checkpoint):
        report.fault("proof", f"déclaration {number}, entrée {place}")
    return Stated.of(body, place)


@dataclass(frozen=True)
class _Line:
    list: int
    place: int
    commitment: bytes
    text: str
    shown: tuple[str, str, str]  # day, first hour, way


def _line(report: Report, item: Any, checkpoint: Checkpoint, stated: Sequence[Stated]) -> _Line:
    if not isinstance(item, dict):
        raise Fault("malformed", "ligne")
    number, place, line = _of(item, "list", int), _of(item, "place", int), _of(item, "said", dict)
    if not 0 <= number < len(stated):
        raise Fault("malformed", "ligne")
    leaf = base64_in(_of(item, "leaf", str), "ligne")
    if not _is_included(item, leaf, checkpoint):
        report.fault("proof", f"entrée {place}, taille {checkpoint.size}")
    who = item.get("who")
    if who is None:
        words = "un agent"
    elif isinstance(who, dict) and who.keys() == {"role", "org", "salt"}:
        words = str(who["role"])
        # Who is said to have read must be who the entry says; masked is lawful, false is not.
        if reader_digest(who) != line.get("who"):
            report.fault("readers", f"entrée {place} : la fonction n'est pas celle de l'entrée")
    else:
        raise Fault("malformed", "ligne")
    text = f"{line.get('day')}, {line.get('hours')} h : {line.get('way')}, {line.get('why')}, {words}"
    shown = str(line.get("day")), str(line.get("hours")), str(line.get("way"))
    return _Line(number, place, commitment(leaf, line), text, shown)


def consistency(options: argparse.Namespace) -> Report:
    """Verify that one checkpoint continues another, by a proof."""
    report, keys = Report(), Key.all_of(options.key)
    old, new = (_checkpoints_of(one)[-1] for one in (options.old, options.new))
    for one in (old, new):
        check_signatures(report, one, keys)
    path = [base64_in(one, "preuve") for one in _json(options.proof)["hashes"]]
    if old.origin != new.origin or not consistency_holds(old.size, new.size, old.root, new.root, path):
        # Two roots of one size need no proof: somebody was shown another log.
        kind = "fork" if (old.origin, old.size) == (new.origin, new.size) else "proof"
        report.fault("rollback" if old.size > new.size else kind, f"tailles {old.size} et {new.size}")
    report.lines.append(f"{new.origin} : {old.size} → {new.size}")
    return report


def diff(options: argparse.Namespace) -> Report:
    """Name the first entry in which two exports differ, and how."""
    report = Report()
    sides = [Export([one]) for one in (options.one, options.other)]
    sizes = [side.checkpoint().size for side in sides]
    report.lines.append(f"{sizes[0]} et {sizes[1]} entrées")
    first, tails = _parting(sides, sizes)
    if first < max(sizes):
        report.fault("different", f"entrée {first} ({_how(*tails)})")
    return report


def _parting(sides: Sequence[Export], sizes: Sequence[int]) -> tuple[int, tuple[list[bytes], list[bytes]]]:
    """Return the first index that differs, and the hashes of both from there."""
    tails: tuple[list[bytes], list[bytes]] = ([], [])
    first = None
    for number in range((max(sizes) + TILE - 1) // TILE):
        pair = []
        for side, size in zip(sides, sizes, strict=True):
            width = max(0, min(TILE, size - number * TILE))
            tile = side.tile(0, number, width) if width else b""
            if tile is None:
                raise Fault("missing", tile_path(0, number, width))
            pair.append(split(tile[: width * HASH]))
        if first is None and pair[0] != pair[1]:
            at = next((i for i, (a, b) in enumerate(zip(*pair, strict=False)) if a != b), min(map(len, pair)))
            first, pair = number * TILE + at, [one[at:] for one in pair]
        # Both to their ends: whether entries were moved, added or removed is told only by all of them.
        if first is not None:
            tails[0].extend(pair[0])
            tails[1].extend(pair[1])
    return max(sizes) if first is None else first, tails


def _how(one: list[bytes], other: list[bytes]) -> str:
    gone, came = set(one) - set(other), set(other) - set(one)
    if not gone and not came:
        return "ordre changé"
    if not came:
        return f"{len(gone)} de moins dans le second"
    if not gone:
        return f"{len(came)} de plus dans le second"
    return f"{len(gone)} du premier ne sont pas dans le second, {len(came)} du second pas dans le premier"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="verifier.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, does in (("verify", verify), ("since", since)):
        one = _command(commands, name, does)
        if name == "since":
            one.add_argument("old", help="a checkpoint that you hold")
        one.add_argument("export", nargs="+", help="folders or ZIP files of one log")
        one.add_argument(
            "--witness",
            action="append",
            default=[],
            help="key of a witness, or a file of keys; may be repeated",
        )
        one.add_argument(
            "--need", type=int, help="how many of the witnesses must have signed; by default all"
        )
        one.add_argument("--earlier", action="append", default=[], help="a checkpoint that you hold")
        one.add_argument("--feed", action="append", default=[], help="collected lines of leaf hashes")
        one.add_argument(
            "--feed-since", type=int, default=0, metavar="SIZE", help="entries before are older than the feed"
        )
        one.add_argument(
            "--settled", action="store_true", help="the last lines of the feed must have places too"
        )
        one.add_argument("--complete", action="store_true", help="a withheld entry is a fault")
        one.add_argument("--strict", action="store_true", help="check the canonical form of each entry too")
        one.add_argument(
            "--processes",
            type=int,
            help="how many read at once; by default, of a large log, as there are processors",
        )
    _command(commands, "inclusion", inclusion).add_argument(
        "proof", help="JSON with `proof`, and `entry` or `leaf_hash`"
    )
    _command(commands, "receipt", receipt).add_argument("receipt", help="a receipt, JSON")
    _command(commands, "attestation", attestation).add_argument("attestation", help="an attestation, JSON")
    one = _command(commands, "readers", readers)
    one.add_argument("list", help="a list of readers as it was handed out, JSON")
    one.add_argument("--lines", action="store_true", help="print each line, to compare with what is on paper")
    one = _command(commands, "consistency", consistency)
    for name in ("old", "new", "proof"):
        one.add_argument(name)
    one = _command(commands, "diff", diff, keyed=False)
    one.add_argument("one")
    one.add_argument("other")
    return parser


def _command(commands: Any, name: str, does: Any, *, keyed: bool = True) -> argparse.ArgumentParser:
    # The docstring of each command is its help.
    made: argparse.ArgumentParser = commands.add_parser(name, help=does.__doc__.splitlines()[0])
    made.set_defaults(does=does)
    if keyed:
        made.add_argument(
            "--key", action="append", required=True, help="key of the log, or a file of its keys, one a line"
        )
    return made


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the status."""
    options = arguments().parse_args(words)
    try:
        report: Report = options.does(options)
    except Fault as fault:
        report = Report(faults={fault.kind: fault.where})
    # A sentence and a status: whoever runs this isn't a developer, and a traceback would say no more.
    except (OSError, ValueError):
        report = Report(faults={"malformed": "un fichier donné n'est pas lisible"})
    sys.stdout.write(f"{report}\n")
    return report.status


if __name__ == "__main__":
    sys.exit(main())
