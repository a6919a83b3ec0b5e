"""Attachments of a case, and the objects in the store that hold them (domain.md §4.6)."""

import uuid

from django.db import models
from django.db.models import Q

from referrals.models.copy_rules import ANY_TEXT, CHILD, NOBODY, RowRule, Whose
from referrals.models.fields import (
    SealedRow,
    clear,
    coded,
    internal,
    named_children,
    of_referral,
    row_id,
    sealed,
)
from referrals.models.messages import Complement
from referrals.vocabulary.attachments import CLASSES, Barring, Kind, Media, Scan


class Attachment(SealedRow):
    """One file of a case. Its ``access_class``, that of its kind, decides who reads it.

    ``complement``: with which it came after the filing (T08); ``waiting_since`` is set while it waits for one, and is
    nobody's to read until then. ``by`` is empty for the filer's own: the row names no account that filed. ``object``
    is what is served, ``original`` the file as it came: kept while the antivirus hasn't seen it, and for good where it
    was marked as evidence. Both are sealed under ``key``. ``scan_tried_at``: when the antivirus was last asked anew.

    ``barred_at``: since then nobody reads the file, for the reason ``barred_for`` (X10); ``condemned_at``: two persons
    decided that it be destroyed (X12); ``destroyed_at``: key, name and objects are gone. All rows that hold the same
    object say the same. Of a destroyed file the sealed digests stay: which file it was can still be shown.
    """

    copied = RowRule(Whose.CHILDREN, link="children", on="at")
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("attachments")
    complement = internal(
        models.ForeignKey(Complement, models.PROTECT, null=True, blank=True, related_name="attachments"), "A"
    )
    children = named_children()
    kind = coded(Kind, "A", subject=CHILD, withhold=ANY_TEXT)
    access_class = internal(models.CharField(max_length=1), "A")
    media = coded(Media, "A", subject=NOBODY)
    scan = coded(Scan, "A", subject=NOBODY)
    evidence = internal(models.BooleanField(default=False), "A")
    at = internal(models.DateTimeField(), "A")
    by = internal(models.UUIDField(null=True, blank=True), "A")
    role = internal(models.CharField(max_length=30), "A")
    waiting_since = internal(models.DateTimeField(null=True, blank=True), "A")
    scan_tried_at = internal(models.DateTimeField(null=True, blank=True), "A")
    barred_at = internal(models.DateTimeField(null=True, blank=True), "A")
    barred_by = internal(models.UUIDField(null=True, blank=True), "A")
    barred_for = coded(Barring, "A", blank=True, default="", db_default="", subject=NOBODY)
    condemned_at = internal(models.DateTimeField(null=True, blank=True), "A")
    destroyed_at = internal(models.DateTimeField(null=True, blank=True), "A")
    size = internal(models.PositiveBigIntegerField(), "A")
    original_size = internal(models.PositiveBigIntegerField(), "A")
    object = internal(models.UUIDField(null=True, blank=True), "A")
    original = internal(models.UUIDField(null=True, blank=True), "A")
    name = sealed("attachment.name", "G", max_length=150, critical=True, subject=CHILD, withhold=ANY_TEXT)
    digest = sealed("attachment.digest", "G", kind="code", max_length=64, critical=True, subject=NOBODY)
    original_digest = sealed(
        "attachment.original_digest", "G", kind="code", max_length=64, critical=True, subject=NOBODY
    )
    key = sealed("attachment.key", "G", kind="key", max_length=64, critical=True, subject=NOBODY)

    class Meta:
        """Oldest first."""

        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(name="attachment_class", condition=Q(access_class__in=CLASSES)),
            models.CheckConstraint(
                name="attachment_objects",
                condition=Q(scan=Scan.INFECTED, object=None, original=None)
                | Q(destroyed_at__isnull=False)
                | (~Q(scan=Scan.INFECTED) & Q(object__isnull=False)),
            ),
            models.CheckConstraint(
                name="attachment_barred_whole",
                condition=Q(barred_at=None, barred_by=None, barred_for="", condemned_at=None)
                | (Q(barred_at__isnull=False) & ~Q(barred_for="")),
            ),
            models.CheckConstraint(
                name="attachment_destroyed_whole",
                condition=Q(destroyed_at=None)
                | Q(
                    condemned_at__isnull=False,
                    key__isnull=True,
                    name__isnull=True,
                    object=None,
                    original=None,
                    evidence=False,
                ),
            ),
            models.CheckConstraint(
                name="attachment_original",
                condition=Q(original=None) | Q(evidence=True) | Q(scan=Scan.WAITING),
            ),
        ]
        indexes = [
            models.Index(fields=["at"], name="attachment_waiting", condition=Q(scan=Scan.WAITING)),
            models.Index(
                fields=["waiting_since"], name="attachment_pending", condition=Q(waiting_since__isnull=False)
            ),
            models.Index(
                fields=["condemned_at"],
                name="attachment_condemned",
                condition=Q(condemned_at__isnull=False, destroyed_at=None),
            ),
            models.Index(fields=["object"], name="attachment_object"),
            models.Index(fields=["original"], name="attachment_original_object"),
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"


class StoredObject(models.Model):
    """A name in the store, written down before the first byte arrives, so that nothing there is ever forgotten.

    It names no case. ``held_at`` is set once an attachment holds it; without that it came to nothing and is swept.
    ``doomed_at`` is set when the last attachment that held it lets go: it is deleted after the commit, or by the sweep.
    """

    not_copied = "names in the store, which name no case; the file is its Attachment"
    id = clear(models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False), "A")
    begun_at = clear(models.DateTimeField(), "A")
    held_at = clear(models.DateTimeField(null=True, blank=True), "A")
    doomed_at = clear(models.DateTimeField(null=True, blank=True), "A")

    class Meta:
        """In the order of arrival."""

        ordering = ["begun_at", "id"]
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["begun_at"],
                name="stored_object_left",
                condition=Q(held_at=None) | Q(doomed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"object {self.pk}"


class UploadCount(models.Model):
    """How much one person sent in one day, over all cases; the person is a keyed value, for a filer is never named."""

    not_copied = "a keyed value and a count: whose it is can't be told"
    id = clear(models.BigAutoField(primary_key=True), "A")
    sender = clear(models.BinaryField(max_length=32), "A")
    on = clear(models.DateField(), "A")
    files = clear(models.PositiveIntegerField(default=0), "A")
    size = clear(models.PositiveBigIntegerField(default=0), "A")

    class Meta:
        """One row a person and day."""

        default_permissions = ()
        constraints = [models.UniqueConstraint(name="upload_count_once", fields=["sender", "on"])]

    def __str__(self) -> str:
        return f"uploads {self.pk}"
