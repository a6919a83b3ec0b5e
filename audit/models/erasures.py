"""Models of erasures: what was shredded, by an untraceable pseudonym, and whether this database was restored since.

Nothing here identifies a case: the pseudonym's mapping and the keys went with it. Source:
docs/decisions/0021-shredding-and-restore.md.
"""

from typing import ClassVar

from django.db import models

from encryption.marks import Mark


class Shred(models.Model):
    """One destruction: announced before it begins, done with it, complete when no backup of the keys is left.

    ``announced_at`` is committed first, so that a key store which knows more than this table was not merely ahead of a
    transaction that came to nothing: this database was restored. ``erased_at`` comes with the second entry of the
    certificate, ``settings.KEY_BACKUP_DAYS`` after ``done_at``. ``kind`` is ``file`` where one file of a case was
    destroyed; the pseudonym is then the name that its object had in the store.
    """

    pseudonym = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=4, default="case", db_default="case")
    # The authority alone. Key ids or a reference would lead from the tombstone to the journal's pseudonym (SEC-AL16).
    tenant = models.UUIDField(null=True)
    announced_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    leaf = models.BinaryField(max_length=32, null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="audit_shred_done_with_its_entry",
                condition=models.Q(done_at__isnull=True, leaf__isnull=True)
                | models.Q(done_at__isnull=False, leaf__isnull=False),
            ),
            models.CheckConstraint(
                name="audit_shred_erased_after_done",
                condition=models.Q(erased_at__isnull=True) | models.Q(erased_at__gte=models.F("done_at")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["done_at"], name="audit_shred_to_complete", condition=models.Q(erased_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pseudonym)


class Replayed(models.Model):
    """A case that a backup brought back, to be shredded again: an executed batch destroyed it before (SEC-CR12).

    Only the owner of the tables may write it. The database lets such a case go without a batch, which the backup may
    not know of yet.
    """

    pseudonym = models.UUIDField(primary_key=True)

    def __str__(self) -> str:
        return str(self.pseudonym)


class JournalMark(Mark):
    """The mark of the journal and of the cases beside it: the database in which they were made."""
