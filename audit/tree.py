"""Reads the Merkle tree: size, root at any size, and the proofs of RFC 9162, from full tiles and the latest leaves.

Full tiles are rows; what fills no tile yet is read from the rows below it: leaves, or roots of full tiles. So a proof
reads two or three rows a level, however large the tree is. Nothing here writes.
"""

from dataclasses import dataclass, field
from typing import Final

from django.db.models import Max

from audit.models import Leaf, LogOrigin, Tile
from audit.verifier import HASH, TILE, fold, split

_HEIGHT: Final = 8  # of a tile: 2^8 hashes


def newest() -> LogOrigin | None:
    """Return the origin that grows; None before the first pass of the sequencer."""
    return LogOrigin.objects.order_by("-number").first()


def size_of(origin: int) -> int:
    # Places have no gaps, which the database enforces: the highest one is their number.
    last: int | None = Leaf.objects.filter(origin=origin).aggregate(last=Max("place"))["last"]
    return 0 if last is None else last + 1


@dataclass(slots=True)
class Tree:
    """The tree of an origin, as far as it has places; tiles that were read are remembered."""

    origin: int
    size: int
    _tiles: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, origin: int) -> "Tree":
        return cls(origin, size_of(origin))

    def tile(self, level: int, number: int) -> list[bytes]:
        """Return the hashes of a tile, fewer than 256 at the right edge."""
        # A proof asks for one tile of each level several times.
        if (level, number) not in self._tiles:
            self._tiles[level, number] = self._read(level, number)
        return self._tiles[level, number]

    def forget(self) -> None:
        """Drop the tiles that were read: whoever walks a whole tree needs each once."""
        self._tiles.clear()

    def _read(self, level: int, number: int) -> list[bytes]:
        count = self.size >> (_HEIGHT * level)
        # Full tiles never change and are stored; the edge is computed from the rows, so that no half tile is ever
        # wrong.
        if (number + 1) * TILE <= count:
            full = Tile.objects.values_list("hashes", flat=True)
            return split(bytes(full.get(origin=self.origin, level=level, number=number)))
        first, last = number * TILE, count
        if level == 0:
            leaves = Leaf.objects.filter(origin=self.origin, place__gte=first, place__lt=last)
            return [bytes(one) for one in leaves.order_by("place").values_list("leaf_hash", flat=True)]
        # Roots are stored beside the hashes: a level above needs 256 rows of 32 bytes, not their tiles.
        below = Tile.objects.filter(
            origin=self.origin, level=level - 1, number__gte=first, number__lt=last
        ).order_by("number")
        return [bytes(one) for one in below.values_list("root", flat=True)]

    def _node(self, height: int, number: int) -> bytes:
        """Return the hash over ``2^height`` leaves, the ``number``-th of that height; all of them exist."""
        level, inside = divmod(height, _HEIGHT)
        # A node of any height lies within one tile, which is eight levels high.
        first = number << inside
        at = first % TILE
        return fold(self.tile(level, first // TILE)[at : at + (1 << inside)])

    def range_hash(self, start: int, end: int) -> bytes:
        """Return the hash over leaves ``start`` to ``end``, a subtree of some tree. Source: RFC 9162 §2.1.1."""
        count = end - start
        # A full subtree is read from a tile; everything else is at most one such subtree and a rest.
        if count & (count - 1) == 0 and count:
            return self._node(count.bit_length() - 1, start // count)
        if not count:
            return fold([])
        middle = start + _half(count)
        return fold([self.range_hash(start, middle), self.range_hash(middle, end)])

    def root(self, size: int) -> bytes:
        """Return the root that the tree had when it held ``size`` leaves."""
        return self.range_hash(0, size)

    def inclusion(self, place: int, size: int) -> list[bytes]:
        """Return the path from a leaf to the root of ``size``. Source: RFC 9162 §2.1.3.1."""
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _half(end - start)
            if place < middle:
                path.append(self.range_hash(middle, end))
                end = middle
            else:
                path.append(self.range_hash(start, middle))
                start = middle
        # Collected from the root down; a verifier folds from the leaf up.
        return path[::-1]

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Return the proof that the tree of ``second`` continues that of ``first``. Source: RFC 9162 §2.1.4.1."""
        # Nothing to prove: equal trees, or the empty one, from which a witness begins.
        if not 0 < first < second:
            return []
        path: list[bytes] = []
        start, end, whole = 0, second, True
        while first != end:
            middle = start + _half(end - start)
            if first <= middle:
                path.append(self.range_hash(middle, end))
                end = middle
            else:
                path.append(self.range_hash(start, middle))
                start, whole = middle, False
        return ([] if whole else [self.range_hash(start, end)]) + path[::-1]


def _half(count: int) -> int:
    """Return the largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1


class Frontier:
    """The right edge of a growing tree: per level, the hashes that fill no tile yet."""

    def __init__(self, tree: Tree) -> None:
        """Read the edge of a tree: one query a level."""
        self.size = tree.size
        self._levels: list[list[bytes]] = []
        level = 0
        # Level 0 always, for an empty tree too: the first leaf goes there.
        while (count := tree.size >> (_HEIGHT * level)) or not level:
            edge = tree.tile(level, count // TILE) if count % TILE else []
            self._levels.append(list(edge))
            level += 1

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes, bytes]]:
        """Add a leaf's hash; return the tiles that it fills: level, number, hashes, root."""
        full: list[tuple[int, int, bytes, bytes]] = []
        level, added = 0, leaf
        self.size += 1
        # A tile that fills may fill the one above it: at most once a level.
        while True:
            if level == len(self._levels):
                self._levels.append([])
            edge = self._levels[level]
            edge.append(added)
            if len(edge) < TILE:
                return full
            added = fold(edge)
            # The size counts the leaf that has just filled it, so that it is the last of that level.
            number = (self.size >> (_HEIGHT * (level + 1))) - 1
            full.append((level, number, b"".join(edge), added))
            edge.clear()
            level += 1

    def root(self) -> bytes:
        right: list[bytes] = []
        for edge in self._levels:
            # The rest below hangs as the last node of the level above, as RFC 9162 §2.1.1 splits the tree.
            right = [fold([*edge, *right])] if edge or right else []
        return right[0] if right else fold([])


__all__ = ["HASH", "TILE", "Frontier", "Tree", "newest", "size_of"]
