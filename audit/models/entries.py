"""Models of entries: entries, the subjects of entries that have several, and two pseudonym tables.

All of them are append-only in the database itself (``audit/migrations/_append_only.py``). The service never reads the
tables, except through the two views at the end, which the auditors' API reads. No foreign key leaves this app: entries
outlive their subjects.
"""

import uuid
from typing import ClassVar

from django.db import models

from audit.events import Outcome
from audit.writer import Place


class ActorPseudonym(models.Model):
    """Pseudonym of an account as actor, under a keyed value of its id, without the instant at which it was given.

    ``mac`` is that of ``audit/pseudonyms.py``; without it a pseudonym leads nowhere.
    """

    account = models.UUIDField(primary_key=True)
    pseudonym = models.UUIDField(unique=True, default=uuid.uuid4)
    mac = models.BinaryField(max_length=32, null=True)

    def __str__(self) -> str:
        return str(self.pseudonym)


class SubjectPseudonym(models.Model):
    """Random pseudonym of a referral; the row is deleted when the referral is shredded (SEC-AL16).

    ``mac`` as of ``ActorPseudonym``.
    """

    referral_id = models.UUIDField(primary_key=True)
    pseudonym = models.UUIDField(unique=True, default=uuid.uuid4)
    created_at = models.DateTimeField()
    mac = models.BinaryField(max_length=32, null=True)

    def __str__(self) -> str:
        return str(self.pseudonym)


class _EntryColumns(models.Model):
    """What an entry is, in the table and in the view.

    ``body`` is the entry; all other columns repeat a part of it for searching, and prove nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # From here to ``writer_seq`` all columns repeat the bytes, and are compared with them (SEC-AL22).
    at = models.DateTimeField()
    actor = models.UUIDField(null=True)
    subject = models.UUIDField(null=True)  # the only object; several are rows of EntrySubject
    act = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8, choices=[(o.value, o.value) for o in Outcome])
    tenant = models.UUIDField(null=True)
    topic = models.CharField(max_length=8, null=True)  # noqa: DJ001 - most have none, and an index of the few
    writer = models.UUIDField()
    writer_seq = models.BigIntegerField()
    body = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.act} {self.id}"


class Entry(_EntryColumns):
    """One entry of the journal: canonical bytes, their leaf hash, and what filters need.

    A writer's counter is unique: an entry can't be made twice, and a hole in a writer's counters is a
    deletion.
    """

    place: Place | None = None  # in the process that wrote it: its place in the writer's chain

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Two processes with one writer would collide here: the act is refused and the writer ends (0037).
            models.UniqueConstraint(fields=["writer", "writer_seq"], name="audit_entry_writer_seq"),
            models.CheckConstraint(condition=models.Q(writer_seq__gte=1), name="audit_entry_seq_from_one"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "-at", "-id"], name="audit_entry_tenant_at"),
            models.Index(
                fields=["subject", "-at"],
                name="audit_entry_subject_at",
                condition=models.Q(subject__isnull=False),
            ),
            models.Index(fields=["actor", "-at", "-id"], name="audit_entry_actor_at"),
            # What auditors ask for ready-made is few among many.
            models.Index(
                fields=["tenant", "topic", "-at", "-id"],
                name="audit_entry_topic_at",
                condition=models.Q(topic__isnull=False),
            ),
            # Refusals are few among many, and what auditors look for first.
            models.Index(
                fields=["tenant", "-at", "-id"],
                name="audit_entry_refused_at",
                condition=~models.Q(outcome="allow"),
            ),
        ]


class EntrySubject(models.Model):
    """One subject of an entry that has several: a list, or an act on two referrals.

    Its key is the pair itself: a key made by the database would have to be read back, and the role that
    writes may not read.
    """

    pk = models.CompositePrimaryKey("subject", "entry_id")
    # No constraint in the database: both rows come from one function in one transaction, no entry is ever deleted,
    # and to check the same entry fifty times doubles what a page costs the database.
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="subjects", db_index=False, db_constraint=False
    )
    subject = models.UUIDField()

    def __str__(self) -> str:
        return str(self.subject)


class ReadEntry(_EntryColumns):
    """An entry as the role ``repere_auditor`` may read it: the view ``audit_entry_read``."""

    class Meta:
        managed = False
        db_table = "audit_entry_read"

    @property
    def set_apart(self) -> bool:
        """Whether it has no place and gets none, as far as ``reading.entries_of`` has asked (SEC-AL21)."""
        return bool(self.__dict__.get("apart"))


class ReadSubject(models.Model):
    """A subject of an entry with several, as auditors may read it: the view ``audit_subject_read``."""

    pk = models.CompositePrimaryKey("subject", "entry_id")
    entry = models.ForeignKey(ReadEntry, on_delete=models.DO_NOTHING, related_name="+")
    subject = models.UUIDField()

    class Meta:
        managed = False
        db_table = "audit_subject_read"

    def __str__(self) -> str:
        return str(self.subject)
