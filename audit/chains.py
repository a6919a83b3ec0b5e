"""MAC chain of a writer: checks that the service wrote an entry before the entry gets its place (SEC-AL21).

A MAC covers the writer's previous MAC and the entry's own bytes, under a key that the database doesn't hold. So a MAC
that fits *some* previous value proves the entry and that value together, wherever the value was read: the end of the
chain that this process remembers, another entry of the batch, or the row of the previous entry. The columns of a row
prove nothing; writer and counter are those of the bytes.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from json.scanner import make_scanner
from typing import Any, Final, NamedTuple, Self, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Q

from audit.canonical import MAX_BYTES, NO_MAC, leaf_hash, mac_of
from audit.columns import expected_text, key_of_text
from audit.models import Entry, Leaf
from encryption import digest

# At the very end of the bytes, anchored: the key inside a text, with its quotes escaped, can't match here.
_MAC: Final = re.compile(rb'"wmac":"([0-9a-f]{64})","wseq":([1-9][0-9]{0,15})\}\Z')
_TAIL: Final = 120  # bytes, more than the end of any entry from its MAC on
#: Ends of chains that a process remembers; a writer that is forgotten is looked up.
REMEMBERED: Final = 50_000

type Number = tuple[str, int]  # writer and counter


class Reason(StrEnum):
    """Why an entry is set apart."""

    FORM = "form"  # these bytes are no entry
    MAC = "mac"  # the MAC doesn't fit the entry before
    CHAIN = "chain"  # the entry before isn't there
    TAKEN = "taken"  # another entry of this writer has its number


class Row(NamedTuple):
    """A row of the table of entries: its id, its columns as ``columns.text_of`` tells them, its bytes, and its number.

    ``mark`` is that of its transaction, or of the row.
    """

    pk: str
    told: str
    body: bytes
    mark: int


_scan: Final[Callable[[str, int], tuple[Any, int]]] = make_scanner(cast("Any", json.JSONDecoder()))


def _object_in(text: str) -> dict[str, Any] | None:
    """Return the object of a JSON text without a blank around it; None where it is none."""
    try:
        value, end = _scan(text, 0)
    except (ValueError, StopIteration, RecursionError):
        return None
    # Nothing may follow the object: two readers could take different parts of such bytes for the entry.
    return value if end == len(text) and type(value) is dict else None


class Claim(NamedTuple):
    """Claims of an entry's bytes: its link in a writer's chain, and the values to compare with its row.

    ``covered`` is under the MAC, ``leaf`` the hash of all, ``told`` the columns that would repeat it, ``objects`` what
    it is about where that is several. The values themselves aren't kept: many dictionaries that live cost more than to
    read them.
    """

    id: str
    number: Number
    mac: bytes
    covered: bytes
    leaf: bytes
    told: str
    objects: Sequence[str]

    @classmethod
    def of(cls, body: bytes) -> Self | None:
        """Read an entry; None if it is none."""
        mac = _MAC.search(body, max(0, len(body) - _TAIL)) if len(body) <= MAX_BYTES else None
        if mac is None:
            return None
        try:
            entry = _object_in(body.decode())
        except ValueError:
            return None
        if entry is None or type(entry.get("w")) is not str:
            return None
        leaf, covered = leaf_hash(body), b"%b%b%b" % (body[: mac.start()], NO_MAC, body[mac.end(1) + 1 :])
        try:
            columns, objects = expected_text(entry, leaf), entry["obj"]
        # Kept as a claim without columns, not dropped: it must be set apart and named, not vanish (SEC-AL21).
        except (KeyError, TypeError):  # an entry of somebody else's, with other keys or values
            columns, objects = "", ()
        return cls(
            str(entry.get("id")),
            (entry["w"], int(mac[2])),
            bytes.fromhex(mac[1].decode()),
            covered,
            leaf,
            columns,
            objects if len(objects) > 1 else (),
        )

    @property
    def before(self) -> Number:
        """Writer and counter of the entry before."""
        return self.number[0], self.number[1] - 1

    def follows(self, previous: bytes) -> bool:
        """Tell whether the MAC is the writer's after ``previous``, which is empty for a first entry.

        Raises:
            KeysUnavailable: the index key can't be had.
        """
        # The MAC before is an input: one that fits proves this entry and that value together, wherever it was read.
        return digest.equal(mac_of(previous, self.covered), self.mac)


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdict on a batch: the entries that get places, and those that are set apart."""

    fit: list[tuple[Row, Claim]]
    unfit: list[tuple[Row, Reason]]
    ends: Mapping[str, tuple[int, bytes]]


@dataclass(slots=True)
class Chains:
    """The ends of writers' chains, as far as this process has placed them."""

    _ends: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def judge(self, origin: int, rows: Sequence[Row]) -> Judged:
        """Tell which entries get a place in an origin; in their order. Nothing is remembered until ``remember``.

        One query at most where nobody tampered: for writers whose last entry this process hasn't placed.

        Raises:
            KeysUnavailable: the index key can't be had, so that nothing can be told.
        """
        claims = [Claim.of(row.body) for row in rows]
        # A list for each number: a forged row may claim the same number, and must not hide the right one.
        in_batch: dict[Number, list[bytes]] = defaultdict(list)
        for claim in claims:
            if claim is not None:
                in_batch[claim.number].append(claim.mac)
        reasons = [self._look(claim, in_batch) for claim in claims]
        # Rows are asked for only where memory and batch hold nothing: usually none, so a pass costs no query for it.
        if lost := {claim.before for claim, reason in zip(claims, reasons, strict=True) if claim and reason}:
            stored = dict(_stored(lost))
            for at, claim in enumerate(claims):
                if claim and reasons[at] and claim.before in stored:
                    reasons[at] = None if claim.follows(stored[claim.before]) else Reason.MAC
        return self._sorted(origin, rows, claims, reasons)

    def _look(self, claim: Claim | None, known: Mapping[Number, list[bytes]]) -> Reason | None:
        """Return why a MAC doesn't fit what is at hand, or None: it does."""
        if claim is None:
            return Reason.FORM
        # A first entry has an empty value before it, and starts a chain that nobody else knows.
        if claim.number[1] == 1:
            return None if claim.follows(b"") else Reason.MAC
        writer, seq = claim.before
        end = self._ends.get(writer)
        if end and end[0] == seq and claim.follows(end[1]):
            return None
        for one in known.get((writer, seq), ()):
            if claim.follows(one):
                return None
        # Set apart rather than waited for: an entry whose predecessor was deleted would hold up the tree for ever.
        return Reason.CHAIN

    def _sorted(
        self,
        origin: int,
        rows: Sequence[Row],
        claims: Sequence[Claim | None],
        reasons: Sequence[Reason | None],
    ) -> Judged:
        """Part the batch, and set apart too what has a number that is taken."""
        right = [
            (row, claim) for row, claim, no in zip(rows, claims, reasons, strict=True) if claim and not no
        ]
        odd = [(row, claim) for row, claim in right if self._is_odd(row, claim)]
        # ``numbers`` covers the batch, ``_taken`` the tree: the database keeps columns unique, and not what the bytes
        # say.
        taken, numbers = _taken(origin, odd), set[Number]()
        judged = Judged([], [(row, no) for row, no in zip(rows, reasons, strict=True) if no], {})
        ends: dict[str, tuple[int, bytes]] = {}
        for row, claim in right:
            if row.pk in taken or claim.number in numbers:
                judged.unfit.append((row, Reason.TAKEN))
                continue
            numbers.add(claim.number)
            judged.fit.append((row, claim))
            writer, seq = claim.number
            if seq > ends.get(writer, self._ends.get(writer, (0, b"")))[0]:
                ends[writer] = seq, claim.mac
        return Judged(judged.fit, judged.unfit, ends)

    def _is_odd(self, row: Row, claim: Claim) -> bool:
        """Tell whether another entry might have the same number: the database keeps only columns unique."""
        writer, seq = claim.number
        if self._ends.get(writer, (0,))[0] >= seq:
            return True
        return row.told != claim.told and key_of_text(row.told) != (claim.id, writer, str(seq))

    def remember(self, judged: Judged) -> None:
        """Go on from these entries: their places are committed."""
        # Forgetting costs one look-up for each writer that goes on, and nothing else.
        if len(self._ends) > REMEMBERED:
            self._ends.clear()
        self._ends.update(judged.ends)


def _stored(numbers: Collection[Number]) -> Iterable[tuple[Number, bytes]]:
    """Yield the MACs of the entries that have these numbers in the table, pruned ones left out."""
    for row in _numbered(numbers):
        claim = Claim.of(bytes(row.body))
        # By the bytes once more: the row was found by its columns, which anybody may have changed.
        if claim is not None and claim.number in numbers:
            yield claim.number, claim.mac


def _numbered(numbers: Collection[Number]) -> Iterable[Entry]:
    pairs = [(writer, seq) for writer, seq in numbers if _is_uuid(writer)]
    table = Entry._meta.db_table
    if not pairs:
        return []
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
        writers, seqs = zip(*pairs, strict=True)
        return Entry.objects.raw(
            f"SELECT e.* FROM {table} e JOIN unnest(%s::uuid[], %s::bigint[]) AS asked (w, s)"  # noqa: S608 - a constant
            " ON e.writer = asked.w AND e.writer_seq = asked.s",
            [list(writers), list(seqs)],
        )
    listed = ", ".join(["(%s, %s)"] * len(pairs))
    return Entry.objects.raw(
        f"SELECT * FROM {table} WHERE (writer, writer_seq) IN (VALUES {listed})",  # noqa: S608 - constants
        [value for writer, seq in pairs for value in (UUID(writer).hex, seq)],
    )


def _is_uuid(text: str) -> bool:
    try:
        # The canonical spelling only: PostgreSQL takes several, and two spellings would be two writers.
        return str(UUID(text)) == text
    except ValueError:
        return False


def _taken(origin: int, odd: Sequence[tuple[Row, Claim]]) -> set[str]:
    """Return which of some odd rows have bytes, or the number of another row, that has a place already.

    Walks the leaves, which have no index for it: only where somebody has changed columns or marks.
    """
    if not odd:
        return set()
    others = {(str(row.writer), row.writer_seq): row.pk for row in _numbered({one.number for _, one in odd})}
    standing = Q(leaf_hash__in=[one.leaf for _, one in odd]) | Q(entry__in=list(others.values()))
    placed, same = set(), set()
    for entry, leaf in Leaf.objects.filter(standing, origin=origin).values_list("entry", "leaf_hash"):
        placed.add(entry)
        same.add(bytes(leaf))
    return {row.pk for row, one in odd if one.leaf in same or others.get(one.number) in placed}
