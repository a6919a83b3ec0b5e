"""Models of the Merkle tree: places of entries, full tiles, signed checkpoints and cosignatures.

All append-only, as the entries are. The database itself also refuses a gap between places, a second checkpoint of the
same size and one smaller than an earlier one (``audit/migrations/_tree.py``). Nothing here says anything of a case:
these are hashes of salted bytes.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

NAME_MAX = 200  # characters of an origin or of a witness's name; C2SP tlog-cosignature allows 255 bytes


class LogOrigin(models.Model):
    """One lifetime of the log. A restored database begins another, which names the last checkpoint of the previous one.

    ``after`` is that checkpoint, a signed note, whose bytes are entry 0; the places of the one before follow, then
    ``carried``, the entry that counts them. ``signature`` is the log key's (``audit/origins.py``). All three are empty
    for the first origin.
    """

    number = models.PositiveIntegerField(primary_key=True)
    name = models.CharField(max_length=NAME_MAX, unique=True)
    begun_at = models.DateTimeField()
    after = models.BinaryField(default=b"")
    carried = models.BinaryField(default=b"", db_default=b"")
    signature = models.BinaryField(default=b"", db_default=b"")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="audit_origin_from_one"),
        ]

    def __str__(self) -> str:
        return self.name


class Leaf(models.Model):
    """The place of an entry in an origin's tree, from 0, without gaps.

    ``entry`` is null where the bytes are an origin's ``after`` or ``carried``.
    """

    pk = models.CompositePrimaryKey("origin", "place")
    origin = models.PositiveIntegerField()
    place = models.PositiveBigIntegerField()
    entry = models.UUIDField(null=True)
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # An entry with two places would be counted twice by whoever verifies the chains.
            models.UniqueConstraint(fields=["origin", "entry"], name="audit_leaf_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.origin}/{self.place}"


class Tile(models.Model):
    """A full tile: 256 consecutive hashes of a level (0: leaves), and the hash over them. Source: C2SP tlog-tiles."""

    pk = models.CompositePrimaryKey("origin", "level", "number")
    origin = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField()
    hashes = models.BinaryField(max_length=8192)
    root = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.origin}/{self.level}/{self.number}"


class Checkpoint(models.Model):
    """A signed tree head. One root for a size, and never a smaller size than before, under one origin.

    ``settled`` and ``cluster`` say from where on the sequencer has to look for entries without a place
    (``audit/sequencing.py``); they prove nothing.
    """

    pk = models.CompositePrimaryKey("origin", "size")
    origin = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    note = models.BinaryField()
    # Not under the signature: whoever changes it makes the sequencer look too far back or too late, for an hour at
    # most.
    settled = models.BigIntegerField()
    cluster = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.origin}/{self.size}"


class Cosignature(models.Model):
    """The line with which a witness says that a checkpoint continues all that it saw before."""

    pk = models.CompositePrimaryKey("origin", "size", "witness")
    origin = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    witness = models.CharField(max_length=NAME_MAX)
    line = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.origin}/{self.size}/{self.witness}"


class SequencerPass(models.Model):
    """One row: the instant of the last whole pass, written at most every ``sequencer.SEEN_EVERY``.

    A log in which nothing is written gets no new checkpoint, so that checkpoints don't tell a sequencer that has
    nothing to do from one that is gone. The row proves nothing: ``audit_oldest_waiting`` tells whether entries wait.
    """

    number = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(number=1), name="audit_sequencerpass_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.at)
