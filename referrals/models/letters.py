"""Letters of a case, made from the data of a step, signed and sent (domain.md §4.9)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from referrals.models.copy_rules import CHILD, HOLDER, NOBODY, TEXT, RowRule, Whose
from referrals.models.fields import (
    SealedRow,
    answer,
    clear,
    coded,
    internal,
    named_children,
    of_referral,
    row_id,
    sealed,
    state_field,
)
from referrals.vocabulary.letters import LetterKind, LetterWay
from referrals.vocabulary.states import LetterState

#: A signed page is kept whole, under the class of the gravest that its kind says.
PAGE_MAX = 200_000


class Letter(Authentic, SealedRow):
    """One letter to one addressee, on one occasion.

    ``occasion`` stands for kind, step, children and holder together: one letter of it is under way at most.
    ``part``: the row of the step that gives rise to it. ``children``: whom it names; empty: the case as a whole.
    ``additions``: what its author added or answered. ``page``, ``page_i``, ``page_c``: the letter as it was signed, in
    the column of its kind; ``digest`` is a keyed value of that page, by which a printed copy is known. ``note``,
    ``note_c``: proof and reference of the sending, or why it was discarded.

    ``mac``: one that fails is nobody's.
    """

    copied = RowRule(Whose.ADDRESSEE, link="holder", on="sent_on")
    state = state_field(LetterState, LetterState.PREPARED, "J", subject=NOBODY)

    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("letters")
    kind = coded(LetterKind, "J", subject=(CHILD, HOLDER))
    occasion = internal(models.UUIDField(), "J")
    part = internal(models.UUIDField(null=True, blank=True), "J")
    holder = internal(models.UUIDField(null=True, blank=True), "J")
    children = named_children()
    prepared_at = internal(models.DateTimeField(), "J")
    prepared_by = internal(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "J")
    signed_at = internal(models.DateTimeField(null=True, blank=True), "J")
    signed_by = internal(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"),
        "J",
    )
    digest = internal(models.CharField(max_length=64, blank=True, default=""), "J")
    sent_on = clear(models.DateField(null=True, blank=True), "J", subject=(CHILD, HOLDER))
    way = answer(LetterWay, "J", subject=(CHILD, HOLDER))
    ended_at = internal(models.DateTimeField(null=True, blank=True), "J")
    # The words are in the page; who wrote to the filer, and on a filing, says who filed.
    additions = sealed("letter.additions", "J", kind="json", max_length=20_000, subject=NOBODY)
    page = sealed("letter.page", "J", max_length=PAGE_MAX, subject=(CHILD, HOLDER), withhold=TEXT)
    page_i = sealed("letter.page_i", "I", max_length=PAGE_MAX, subject=NOBODY)
    page_c = sealed("letter.page_c", "C", max_length=PAGE_MAX, subject=NOBODY)
    note = sealed("letter.note", "J", kind="json", max_length=10_000, subject=NOBODY)
    note_c = sealed("letter.note_c", "C", kind="json", max_length=10_000, subject=NOBODY)
    mac = internal(
        MacField(
            "referral", "kind", "occasion", "part", "holder", "children", "state", "digest", "sent_on", "way"
        ),
        "J",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """The newest first; what is signed has its hash and signer, what is sent its day and way."""

        default_permissions = ()
        ordering = ["-prepared_at", "id"]
        indexes = [models.Index(fields=["referral", "-prepared_at"], name="letter_of_case")]
        constraints = [
            models.UniqueConstraint(
                name="letter_once",
                fields=["referral", "occasion"],
                condition=Q(state__in=[LetterState.PREPARED, LetterState.SIGNED]),
            ),
            models.CheckConstraint(name="letter_state_known", condition=Q(state__in=LetterState.values)),
            models.CheckConstraint(
                name="letter_signed_whole",
                condition=Q(signed_at__isnull=True, signed_by__isnull=True, digest="")
                | (Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(digest="")),
            ),
            models.CheckConstraint(
                name="letter_sent_whole",
                condition=Q(sent_on__isnull=True, way="")
                | (Q(sent_on__isnull=False, signed_at__isnull=False) & ~Q(way="")),
            ),
            models.CheckConstraint(
                name="letter_as_its_state",
                condition=Q(state=LetterState.PREPARED, signed_at__isnull=True, sent_on__isnull=True)
                | Q(state=LetterState.SIGNED, signed_at__isnull=False, sent_on__isnull=True)
                | Q(state=LetterState.SENT, sent_on__isnull=False)
                | Q(state=LetterState.DISCARDED, sent_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"

    @property
    def authority(self) -> object:
        """Return the authority whose letter it is: that of its case."""
        return self.referral.authority
