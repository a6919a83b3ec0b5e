"""Referral: one filing, from draft to its end. Its shell is in clear, for queues and deadlines."""

from collections.abc import Collection
from typing import Any, Self, override
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.base import ModelState

from audit import journal
from audit.errors import PseudonymRefused
from audit.pseudonyms import verified_subject
from encryption.authentic import Authentic, MacField, SignedQuerySet
from referrals.models.copy_rules import CHILD, FILER, JUDICIAL, NOBODY, RowRule
from referrals.models.fields import clear, coded, internal, row_id, state_field
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.filing_answers import Channel, Variant
from referrals.vocabulary.oversight import LeftOut
from referrals.vocabulary.states import Exploitation, JudicialState, State, Urgency


def _group(number: int) -> "models.GeneratedField":
    """Declare a group of four signs of the reference, so that a part of one is found by an index."""
    # Spelled with its figures, as a migration and a trigger may repeat it. A column and no index of an expression: that
    # one isn't asked before the rule of the rows (row-level security), which would then be asked of each.
    template = f"SUBSTR(%(expressions)s, {5 * number - 4}, 4)"
    field = models.GeneratedField(
        expression=models.Func("reference", template=template, output_field=models.CharField()),
        output_field=models.CharField(max_length=4),
        db_persist=True,
    )
    return internal(field, "A")


class Referral(Authentic):
    """One filing and all that follows from it.

    Invariants (those that the database holds first): ``received_at`` and ``statutory_due_at`` are
    written once and never move; ``state`` moves only together with ``version``; what is no draft
    has an authority, a receipt date and a reference. Source: domain.md §2.1, §2.8.

    ``mac``: whose it is, who sees it and what of it. A row that fails is nobody's to see
    (``referrals/access/visibility.py``); one that fails by its restriction alone is restricted.
    """

    copied = RowRule(on="received_at")
    state = state_field(State, State.DRAFT, "A", subject=CHILD)

    id = row_id()
    reference = clear(models.CharField(max_length=16, unique=True), "A", subject=(CHILD, FILER))
    reference_1, reference_2, reference_3 = _group(1), _group(2), _group(3)
    authority = clear(
        models.ForeignKey("accounts.Authority", models.PROTECT, null=True, blank=True, related_name="+"),
        "A",
        subject=CHILD,
    )
    unit = clear(
        models.ForeignKey("accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+"),
        "A",
        subject=CHILD,
    )
    department = clear(models.CharField(max_length=3, blank=True, default=""), "A", subject=CHILD)
    version = internal(models.PositiveIntegerField(default=0), "A")
    # By which way it came, and that named persons alone read it, lead to who filed.
    variant = coded(Variant, "A", default=Variant.STANDARD, subject=NOBODY)
    channel = coded(Channel, "A", default=Channel.ONLINE, subject=NOBODY)
    source_referral = internal(
        models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+"), "A"
    )

    # A case that another authority took over goes on there as another row, and here as a stub (T32). Its filer keeps
    # one filing under the id and the reference of its receipt: the row that goes on bears them, the stub where it went.
    filed_as = internal(
        models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+"), "A"
    )
    filed_reference = internal(models.CharField(max_length=16, blank=True, default="", db_default=""), "A")
    goes_on_as = internal(models.UUIDField(null=True, blank=True), "A")

    created_at = internal(models.DateTimeField(), "A")
    received_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=(CHILD, FILER))
    submitted_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=(CHILD, FILER))
    acknowledged_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=(CHILD, FILER))
    closed_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    draft_expires_at = internal(models.DateTimeField(null=True, blank=True), "A")
    withdrawn_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    archived_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    archived_from = coded(State, "A", blank=True, default="", subject=CHILD)
    purged_at = internal(models.DateTimeField(null=True, blank=True), "A")
    # A digest of all rows that were destroyed, as they were stored: a copy that turns up can be told by it.
    tombstone = internal(models.BinaryField(max_length=32, null=True, blank=True), "A")
    counts_from = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    statutory_due_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    target_due_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    # The earliest end among the running clocks, by what a reader reads of them: those of the shell; with the measures';
    # with those of justice too. A queue is sorted by one of the three, so that its order tells nothing else. The last
    # two leave out what hangs on a restricted child.
    next_due_at = internal(models.DateTimeField(null=True, blank=True), "A")
    due_with_measures_at = internal(models.DateTimeField(null=True, blank=True), "J")
    due_with_justice_at = internal(models.DateTimeField(null=True, blank=True), "I")
    left_open = clear(models.BooleanField(default=False), "A", subject=CHILD)

    urgency = coded(Urgency, "A", default=Urgency.U0, subject=CHILD)
    urgency_ever = coded(Urgency, "A", default=Urgency.U0, subject=CHILD)
    # The gravest over all children: of one child alone, or of nobody.
    age_band = coded(AgeBand, "A", default=AgeBand.UNKNOWN, subject=CHILD, alone=True)
    under_2 = clear(models.BooleanField(default=False), "A", subject=CHILD, alone=True)
    under_15 = clear(models.BooleanField(default=False), "A", subject=CHILD, alone=True)
    majority_near = clear(
        models.BooleanField(default=False, db_default=False), "A", subject=CHILD, alone=True
    )
    runaway = clear(models.BooleanField(default=False), "A", subject=CHILD, alone=True)
    restricted = internal(models.BooleanField(default=False), "A")
    # Questions are open, questions to the filer are, the filer has had an answer: for the queue, and for the
    # filer's word for the state, in lists too.
    info_requested = internal(models.BooleanField(default=False, db_default=False), "A")
    filer_asked = internal(models.BooleanField(default=False, db_default=False), "A")
    filer_answered = internal(models.BooleanField(default=False, db_default=False), "A")
    # A call is unanswered, an emergency opening isn't reviewed yet: so that reading any other case asks nothing more.
    alert_open = internal(models.BooleanField(default=False, db_default=False), "A")
    glass_open = internal(models.BooleanField(default=False, db_default=False), "A")
    transfer_open = internal(models.BooleanField(default=False, db_default=False), "A")
    # Under which version of the index the case stands, 0 for none any more, and how long its values are; when it was
    # last looked for others in it, and what that search left out.
    index_key = internal(models.UUIDField(null=True), "A")
    index_norm = internal(models.PositiveSmallIntegerField(default=0, db_default=0), "A")
    index_bits = internal(models.PositiveSmallIntegerField(default=0, db_default=0), "A")
    searched_at = internal(models.DateTimeField(null=True, blank=True), "A")
    searched_partly = coded(LeftOut, "A", blank=True, default="", db_default="", subject=NOBODY)
    legal_hold = clear(models.BooleanField(default=False), "A", subject=CHILD)
    immediate_danger = clear(models.BooleanField(default=False), "D", subject=CHILD, alone=True)
    prostitution_status = coded(Exploitation, "D", default=Exploitation.NONE, subject=CHILD, alone=True)
    status_ever = coded(Exploitation, "D", default=Exploitation.NONE, subject=CHILD, alone=True)
    judicial_status = coded(JudicialState, "I", blank=True, default="", subject=CHILD, withhold=JUDICIAL)

    # Who filed: a keyed index value of the account, never the account (design.md, Keys and sealed fields).
    filed_by = internal(models.BinaryField(max_length=32), "C")
    # With whose lead the draft is shared: a keyed value too; empty once it is submitted.
    shared_with = internal(models.BinaryField(max_length=32, null=True, blank=True), "C")
    case_key = internal(models.UUIDField(null=True), "A")
    filer_key = internal(models.UUIDField(null=True), "A")
    mac = internal(
        MacField(
            "authority",
            "unit",
            "restricted",
            "state",
            "filed_by",
            "shared_with",
            "filed_as",
            "goes_on_as",
            "prostitution_status",
            bar="restricted",
            # The steps of a case are compared by its version (SEC-CR21).
            audited=("authority", "unit", "restricted", "shared_with"),
        ),
        "A",
    )

    objects = SignedQuerySet.as_manager()

    #: Relations of which the query that found the case has told that nothing is there (``visibility.one_case``).
    lacks: frozenset[str] = frozenset()

    class Meta:
        """Queues are read by authority in the order of their next due date."""

        default_permissions = ()
        # The rights that django-guardian may hold for one person on one case.
        permissions = [
            ("named_referral", "Personne nommée sur un dossier restreint"),
            ("granted_referral", "Accès exceptionnel à un dossier"),
            ("glass_referral", "Ouverture d'urgence d'un dossier"),
        ]
        indexes = [
            models.Index(fields=["authority", "next_due_at", "id"], name="referral_queue"),
            models.Index(fields=["authority", "due_with_measures_at", "id"], name="referral_queue_measures"),
            models.Index(fields=["authority", "due_with_justice_at", "id"], name="referral_queue_justice"),
            models.Index(
                fields=["authority", "state", "due_with_justice_at", "id"], name="referral_state_queue"
            ),
            models.Index(fields=["unit", "due_with_justice_at", "id"], name="referral_unit_queue"),
            # What is counted beside the queue (referrals/reading/counts.py).
            models.Index(fields=["authority", "urgency", "state"], name="referral_urgency"),
            models.Index(fields=["authority"], name="referral_called", condition=Q(alert_open=True)),
            models.Index(fields=["reference_1"], name="referral_reference_1"),
            models.Index(fields=["reference_2"], name="referral_reference_2"),
            models.Index(fields=["reference_3"], name="referral_reference_3"),
            models.Index(
                fields=["filed_reference"], name="referral_filed_reference", condition=~Q(filed_reference="")
            ),
            models.Index(
                fields=["index_key"], name="referral_index_key", condition=Q(index_key__isnull=False)
            ),
            models.Index(fields=["filed_by"], name="referral_filed_by"),
            # What a year's figures count (referrals/statistics/aggregates.py).
            models.Index(fields=["authority", "received_at"], name="referral_received"),
            models.Index(
                fields=["index_norm", "id"], name="referral_unsearched", condition=Q(searched_at__isnull=True)
            ),
            models.Index(fields=["authority", "index_norm", "index_bits", "id"], name="referral_indexed"),
            models.Index(
                fields=["authority"],
                name="referral_searched_partly",
                condition=Q(searched_partly=LeftOut.NOT_INDEXED),
            ),
            models.Index(
                fields=["shared_with"], name="referral_shared", condition=Q(shared_with__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="referral_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(name="referral_urgency_known", condition=Q(urgency__in=Urgency.values)),
            models.CheckConstraint(
                name="referral_received",
                condition=Q(state=State.DRAFT)
                | Q(authority__isnull=False, received_at__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_shared_draft", condition=Q(state=State.DRAFT) | Q(shared_with__isnull=True)
            ),
            models.CheckConstraint(
                name="referral_keyed", condition=Q(case_key__isnull=False, filer_key__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @classmethod
    @override
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], *, fetch_mode: Any = None
    ) -> Self:
        """Return a row as it was read, all columns at once: Django sets each by itself, which takes a list longer."""
        row = cls.__new__(cls)
        row.__dict__ |= zip(field_names, values, strict=True)
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        if fetch_mode is not None:
            row._state.fetch_mode = fetch_mode
        row._remember()
        return row

    @property
    def known_to_filer_as(self) -> tuple[UUID, str]:
        """Return the id and the reference that the receipt of the filing bears."""
        return self.filed_as_id or self.pk, self.filed_reference or self.reference

    @property
    def in_danger(self) -> bool:
        """Whether this case is of the urgent lane now: a call waits for an answer, or life is at risk."""
        return self.alert_open or self.urgency == Urgency.U3

    @property
    def is_searched_for(self) -> bool:
        """Whether the service looked for files like this one in the whole index."""
        return self.searched_at is not None and self.searched_partly != LeftOut.NOT_INDEXED

    @property
    def pseudonym(self) -> UUID:
        """The name under which the journal knows this case (design.md, The journal).

        Raises:
            PseudonymRefused: its row isn't as the service wrote it (SEC-AL23).
        """
        attributes = self.__dict__
        if "_pseudonym" not in attributes:
            attributes["_pseudonym"] = journal.subject(self.pk)
        if attributes["_pseudonym"] is None:
            raise PseudonymRefused
        own_pseudonym: UUID = attributes["_pseudonym"]
        return own_pseudonym

    @pseudonym.setter
    def pseudonym(self, told: UUID | str | None) -> None:
        """Keep what was given, or what ``subject_of`` found in the query that found the case, if it found any."""
        if told is not None:
            self.__dict__["_pseudonym"] = verified_subject(self.pk, told) if isinstance(told, str) else told

    @property
    def has_pseudonym(self) -> bool:
        """Whether the name that came with the case is the service's own; where none came, it is asked for later."""
        return self.__dict__.get("_pseudonym", self) is not None

    def key_of(self, name: str) -> Any:
        """Return the id of the data key called ``name`` (``case`` or ``filer``)."""
        return self.filer_key if name == "filer" else self.case_key
