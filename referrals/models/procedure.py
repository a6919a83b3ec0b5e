"""Procedure of a case: assessment, decisions, justice, measures, and the people on it."""

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import Coalesce

from encryption.authentic import Authentic, AuthenticQuerySet, MacField, SignedQuerySet
from referrals.models.concern import Part
from referrals.models.copy_rules import (
    CHILD,
    FOREIGN_TEXT,
    HOLDER,
    HOME,
    INQUIRY_TEXT,
    INTEREST_TEXT,
    JUDICIAL,
    JUDICIAL_TEXT,
    MEDICAL_TEXT,
    NOBODY,
    SAFETY_TEXT,
    STAFF,
    TEXT,
    THIRD,
    RowRule,
    Whose,
)
from referrals.models.fields import (
    SealedRow,
    answer,
    clear,
    code_list,
    coded,
    internal,
    of_referral,
    row_id,
    sealed,
    state_field,
)
from referrals.vocabulary import assessment_answers, decision_answers, people, states
from referrals.vocabulary.assessment_answers import Heard
from referrals.vocabulary.decision_answers import Enquiry, Request
from referrals.vocabulary.states import (
    AssessmentState,
    Competence,
    DecisionCode,
    Exploitation,
    Ground,
    InformationState,
    JudicialState,
    MeasureState,
    Outcome,
    SendingWay,
)


def _child(name: str, *, null: bool = False) -> "models.ForeignKey[object, object]":
    return internal(
        models.ForeignKey("referrals.Child", models.PROTECT, related_name=name, null=null, blank=null), "A"
    )


class Assessment(Part):
    """The multidisciplinary assessment of a household: one report, a conclusion per child (CASF D226-2-3 ff.)."""

    copied = RowRule(on="opened_at")
    state = state_field(AssessmentState, AssessmentState.TO_ASSIGN, "H", subject=CHILD)

    referral = of_referral("assessments")
    opened_at = clear(models.DateTimeField(), "H", subject=CHILD)
    plan_on = clear(models.DateField(null=True, blank=True), "H", subject=CHILD)
    started_on = clear(models.DateField(null=True, blank=True), "H", subject=CHILD)
    expected_on = clear(models.DateField(null=True, blank=True), "H", subject=CHILD)
    delivered_at = clear(models.DateTimeField(null=True, blank=True), "H", subject=CHILD)
    framework_version = clear(models.CharField(max_length=60, blank=True, default=""), "H", subject=CHILD)
    earlier_concerns_considered = clear(models.BooleanField(default=False), "H", subject=CHILD)
    notes = sealed("assessment.notes", "H", max_length=50_000, subject=CHILD, withhold=TEXT)
    report = sealed("assessment.report", "H", max_length=100_000, subject=CHILD, withhold=TEXT)
    child_opinions = sealed(
        "assessment.child_opinions", "H", max_length=10_000, subject=CHILD, withhold=INTEREST_TEXT
    )
    holder_opinions = sealed(
        "assessment.holder_opinions", "H", max_length=10_000, subject=HOLDER, withhold=TEXT
    )
    entourage_opinions = sealed(
        "assessment.entourage_opinions", "H", max_length=10_000, subject=(CHILD, THIRD), withhold=FOREIGN_TEXT
    )
    earlier_concerns = sealed(
        "assessment.earlier_concerns", "H", max_length=10_000, subject=CHILD, withhold=TEXT
    )
    dissent = sealed("assessment.dissent", "H", max_length=10_000, subject=CHILD, withhold=TEXT)

    class Meta(Part.Meta):
        """At most one assessment of a referral is open."""

        constraints = [
            models.CheckConstraint(
                name="assessment_state_known", condition=Q(state__in=AssessmentState.values)
            ),
            models.UniqueConstraint(
                name="assessment_one_open",
                fields=["referral"],
                condition=~Q(state__in=[AssessmentState.DELIVERED, AssessmentState.ABORTED]),
            ),
        ]

    def __str__(self) -> str:
        return f"assessment {self.pk}"


class Conclusion(Part):
    """The report's conclusion for one child: it confirms or rules out danger (CASF D226-2-7)."""

    copied = RowRule(Whose.CHILD, link="child")
    assessment = internal(models.ForeignKey(Assessment, models.PROTECT, related_name="conclusions"), "H")
    referral = of_referral("conclusions")
    child = _child("conclusions")
    danger_level = answer(assessment_answers.DangerLevel, "H", subject=CHILD, withhold=TEXT)
    proposal = answer(assessment_answers.Proposal, "H", subject=CHILD, withhold=TEXT)
    text = sealed("conclusion.text", "H", max_length=20_000, subject=CHILD, withhold=TEXT)

    class Meta(Part.Meta):
        """One conclusion for a child in an assessment."""

        constraints = [models.UniqueConstraint(name="conclusion_per_child", fields=["assessment", "child"])]

    def __str__(self) -> str:
        return f"conclusion {self.pk}"


class ChildDanger(Part):
    """What the report finds of one child's dangers, maltreatments and exploitation (domain.md §2.4, §4.10).

    ``complete``: nothing is missing of the exploitation, told without opening what is sealed; ``tonight``: where the
    child sleeps.
    """

    copied = RowRule(Whose.CHILD, link="child")
    assessment = internal(models.ForeignKey(Assessment, models.PROTECT, related_name="dangers"), "H")
    referral = of_referral("dangers")
    child = _child("dangers")
    complete = internal(models.BooleanField(default=False), "H")
    danger_categories = code_list(assessment_answers.DangerCategory, "H", subject=CHILD, withhold=TEXT)
    maltreatment = code_list(assessment_answers.Maltreatment, "H", subject=CHILD, withhold=TEXT)
    exploitation = answer(Exploitation, "H", subject=CHILD, withhold=INTEREST_TEXT)
    hold = sealed("child_danger.hold", "H", codes=states.YesNo, subject=CHILD, withhold=INTEREST_TEXT)
    debt = sealed("child_danger.debt", "H", codes=states.YesNo, subject=CHILD, withhold=INTEREST_TEXT)
    third_parties = sealed("child_danger.third_parties", "H", max_length=5_000, subject=THIRD, withhold=TEXT)
    digital = sealed("child_danger.digital", "H", max_length=5_000, subject=CHILD, withhold=INTEREST_TEXT)
    tonight = sealed("child_danger.tonight", "H", subject=CHILD, withhold=SAFETY_TEXT)

    class Meta(Part.Meta):
        """One for a child in an assessment."""

        constraints = [models.UniqueConstraint(name="danger_per_child", fields=["assessment", "child"])]

    def __str__(self) -> str:
        return f"danger {self.pk}"


class HolderOpinion(Part):
    """What one holder says in an assessment, or why it says nothing (CASF D226-2-3, D226-2-6).

    ``complete``: nothing is missing that the report needs of it, told without opening what is sealed.
    """

    copied = RowRule(Whose.HOLDER, link="holder")
    assessment = internal(models.ForeignKey(Assessment, models.PROTECT, related_name="opinions"), "H")
    referral = of_referral("opinions")
    holder = internal(models.ForeignKey("referrals.Holder", models.PROTECT, related_name="opinions"), "H")
    complete = internal(models.BooleanField(default=False), "H")
    met = answer(assessment_answers.HolderMet, "H", subject=HOLDER, withhold=TEXT)
    not_met = answer(assessment_answers.HolderNotMet, "H", subject=HOLDER, withhold=TEXT)
    needs = sealed("holder_opinion.needs", "H", max_length=10_000, subject=HOLDER, withhold=TEXT)
    difficulties = sealed(
        "holder_opinion.difficulties", "H", max_length=10_000, subject=HOLDER, withhold=TEXT
    )
    understanding = sealed(
        "holder_opinion.understanding", "H", max_length=10_000, subject=HOLDER, withhold=TEXT
    )
    proposals = sealed("holder_opinion.proposals", "H", max_length=10_000, subject=HOLDER, withhold=TEXT)
    not_met_text = sealed("holder_opinion.not_met_text", "H", subject=HOLDER, withhold=TEXT)

    class Meta(Part.Meta):
        """One of a holder in an assessment."""

        constraints = [models.UniqueConstraint(name="opinion_per_holder", fields=["assessment", "holder"])]

    def __str__(self) -> str:
        return f"opinion {self.pk}"


class InquiryConsidered(Part):
    """How a report considers what another authority answered about a child's past (CASF D226-2-3; domain.md IQ7).

    ``inquiry``: the own row of the inquiry, which stays with who asked when the case moves.
    """

    copied = RowRule()
    assessment = internal(models.ForeignKey(Assessment, models.PROTECT, related_name="considered"), "H")
    referral = of_referral("considered")
    inquiry = internal(models.UUIDField(), "H")
    consideration = sealed(
        "inquiry_considered.consideration", "H", max_length=5_000, subject=CHILD, withhold=TEXT
    )

    class Meta(Part.Meta):
        """One of an inquiry in an assessment."""

        constraints = [models.UniqueConstraint(name="considered_once", fields=["assessment", "inquiry"])]

    def __str__(self) -> str:
        return f"inquiry considered {self.pk}"


class Finding(Part):
    """What the report says of one dimension for one child (CASF D226-2-3); of health, in columns of that class.

    ``complete``: nothing is missing that the report needs of it, told without opening what is sealed.
    """

    copied = RowRule(Whose.CHILD, link="child")
    assessment = internal(models.ForeignKey(Assessment, models.PROTECT, related_name="findings"), "H")
    referral = of_referral("findings")
    child = _child("findings")
    dimension = coded(assessment_answers.Dimension, "H", subject=CHILD, withhold=TEXT)
    complete = internal(models.BooleanField(default=False), "H")
    finding = sealed(
        "finding.finding", "H", codes=assessment_answers.FindingCode, subject=CHILD, withhold=TEXT
    )
    observed = sealed("finding.observed", "H", max_length=10_000, subject=CHILD, withhold=TEXT)
    reported = sealed("finding.reported", "H", max_length=10_000, subject=CHILD, withhold=TEXT)
    text = sealed("finding.text", "H", max_length=10_000, subject=CHILD, withhold=TEXT)
    health_observed = sealed(
        "finding.health_observed", "E", max_length=10_000, subject=CHILD, withhold=MEDICAL_TEXT
    )
    health_reported = sealed(
        "finding.health_reported", "E", max_length=10_000, subject=CHILD, withhold=MEDICAL_TEXT
    )
    health_text = sealed("finding.health_text", "E", max_length=10_000, subject=CHILD, withhold=MEDICAL_TEXT)

    class Meta(Part.Meta):
        """One finding of a dimension for a child in an assessment."""

        constraints = [
            models.UniqueConstraint(
                name="finding_per_child_and_dimension", fields=["assessment", "child", "dimension"]
            )
        ]

    def __str__(self) -> str:
        return f"finding {self.pk}"


class Voice(Part):
    """What a child says, wants and was told: when, by whom, or why it wasn't heard (CASF D226-2-6, L223-4).

    It belongs to an assessment, a decision or a report on a measure; to none of them where the follow-up ends (T30).
    ``complete`` says, without opening what is sealed, that nothing is missing of it.
    """

    copied = RowRule(Whose.CHILD, link="child", on="heard_on")
    assessment = internal(
        models.ForeignKey(Assessment, models.PROTECT, null=True, blank=True, related_name="voices"), "D"
    )
    decision = internal(
        models.ForeignKey("referrals.Decision", models.PROTECT, null=True, blank=True, related_name="voices"),
        "D",
    )
    measure = internal(
        models.ForeignKey("referrals.Measure", models.PROTECT, null=True, blank=True, related_name="voices"),
        "D",
    )
    referral = of_referral("voices")
    child = _child("voices")
    complete = internal(models.BooleanField(default=False), "D")
    heard = coded(assessment_answers.WayHeard, "D", subject=CHILD, withhold=TEXT)
    not_heard = answer(assessment_answers.NotHeard, "D", subject=CHILD, withhold=TEXT)
    heard_on = clear(models.DateField(null=True, blank=True), "D", subject=CHILD, withhold=TEXT)
    heard_by = sealed("voice.heard_by", "D", subject=CHILD, withhold=INTEREST_TEXT)
    words = sealed("voice.words", "D", max_length=10_000, subject=CHILD, withhold=INTEREST_TEXT)
    wants = sealed("voice.wants", "D", max_length=10_000, subject=CHILD, withhold=INTEREST_TEXT)
    told = sealed("voice.told", "D", max_length=10_000, subject=CHILD, withhold=INTEREST_TEXT)
    not_heard_text = sealed("voice.not_heard_text", "D", subject=CHILD, withhold=INTEREST_TEXT)

    class Meta(Part.Meta):
        """One for a child in an assessment, one for a decision."""

        constraints = [
            models.UniqueConstraint(name="voice_per_child", fields=["assessment", "child"]),
            models.UniqueConstraint(name="voice_per_decision", fields=["decision"]),
            models.CheckConstraint(
                name="voice_of_one_at_most",
                condition=Q(assessment__isnull=True, decision__isnull=True)
                | Q(assessment__isnull=True, measure__isnull=True)
                | Q(decision__isnull=True, measure__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"voice {self.pk}"


class Visit(Part):
    """A contact of the assessment: visit, meeting or failed attempt (domain.md T17)."""

    copied = RowRule(on="at", staff=("by",))
    referral = of_referral("visits")
    assessment = internal(models.ForeignKey(Assessment, models.PROTECT, related_name="visits"), "H")
    kind = coded(assessment_answers.VisitKind, "H", subject=(CHILD, STAFF))
    at = clear(models.DateTimeField(), "H", subject=(CHILD, STAFF))
    who = sealed("visit.who", "H", subject=CHILD, withhold=TEXT)
    where = sealed("visit.where", "H", subject=CHILD, withhold=TEXT)
    text = sealed("visit.text", "H", max_length=20_000, subject=CHILD, withhold=TEXT)
    by = internal(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "H")

    class Meta(Part.Meta):
        """In the order of recording."""

    def __str__(self) -> str:
        return f"visit {self.pk}"


class Sighting(Part):
    """Whether one visit saw one child (domain.md T17)."""

    copied = RowRule(Whose.CHILD, link="child")
    referral = of_referral("sightings")
    visit = internal(models.ForeignKey(Visit, models.PROTECT, related_name="sightings"), "H")
    child = _child("sightings")
    seen = coded(assessment_answers.Seen, "H", subject=CHILD)

    class Meta(Part.Meta):
        """In the order of recording."""

    def __str__(self) -> str:
        return f"sighting {self.pk}"


class Decision(Part):
    """One decision for one child; a new one supersedes, none is erased (domain.md §2.2 Decisions)."""

    copied = RowRule(Whose.CHILD, link="child", on="at", staff=("by",))
    referral = of_referral("decisions")
    child = _child("decisions")
    code = coded(DecisionCode, "J", subject=(CHILD, STAFF))
    ground = clear(models.CharField(max_length=20, blank=True, default=""), "J", subject=CHILD, withhold=TEXT)
    motivation = sealed("decision.motivation", "J", max_length=20_000, subject=CHILD, withhold=TEXT)
    at = clear(models.DateTimeField(), "J", subject=(CHILD, STAFF))
    by = internal(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"), "J"
    )

    class Meta(Part.Meta):
        """In the order of decision."""

    def __str__(self) -> str:
        return f"decision {self.pk}"


class JudicialReferral(Part):
    """A *signalement* to the prosecutor, for one or more children (CASF L226-4).

    ``report``: the assessment whose report was attached, where the referral is the outcome (T25, T26). ``letter`` is
    the document made from the case, as it was when it was composed; with the sending it is final. ``letter_sha256``
    is its hash, in hexadecimal, by which a printed copy is known to be the one that was sent. ``feared``: for the other
    minors of the home; ``tonight``: what protects the child; ``reachable``: by which number, day and night;
    ``asked_for`` and ``enquiries``: codes beside ``requests``, which says the rest in words.
    """

    copied = RowRule(Whose.MANY, link="children", on="prepared_at")
    state = state_field(JudicialState, JudicialState.PREPARED, "I", subject=CHILD, withhold=JUDICIAL)

    referral = of_referral("judicial_referrals")
    children = internal(models.ManyToManyField("referrals.Child", related_name="judicial_referrals"), "I")
    grounds = code_list(Ground, "I", subject=CHILD, withhold=JUDICIAL)
    prepared_at = clear(models.DateTimeField(), "I", subject=CHILD, withhold=JUDICIAL)
    sent_at = clear(models.DateTimeField(null=True, blank=True), "I", subject=CHILD, withhold=JUDICIAL)
    confirmed_at = clear(models.DateTimeField(null=True, blank=True), "I", subject=CHILD, withhold=JUDICIAL)
    # Whether somebody else wrote to the court first says who filed.
    by_third_party = internal(models.BooleanField(default=False), "I")
    report = internal(
        models.ForeignKey(Assessment, models.PROTECT, null=True, blank=True, related_name="+"), "I"
    )
    recipient = sealed("judicial_referral.recipient", "I", subject=CHILD, withhold=JUDICIAL_TEXT)
    actions_led = sealed(
        "judicial_referral.actions_led", "I", max_length=10_000, subject=CHILD, withhold=JUDICIAL_TEXT
    )
    document = sealed(
        "judicial_referral.document", "I", max_length=100_000, subject=CHILD, withhold=JUDICIAL_TEXT
    )
    sending_proof = sealed("judicial_referral.sending_proof", "I", subject=CHILD, withhold=JUDICIAL_TEXT)
    sending_way = answer(SendingWay, "I", subject=CHILD, withhold=JUDICIAL)
    sending_reference = sealed(
        "judicial_referral.sending_reference", "I", subject=CHILD, withhold=JUDICIAL_TEXT
    )
    competence = answer(Competence, "I", subject=CHILD, withhold=JUDICIAL)
    requests = sealed(
        "judicial_referral.requests", "I", max_length=10_000, subject=CHILD, withhold=JUDICIAL_TEXT
    )
    enquiries = code_list(Enquiry, "I", subject=CHILD, withhold=JUDICIAL)
    asked_for = code_list(Request, "I", subject=CHILD, withhold=JUDICIAL)
    # By which number the cell is called is the cell's; what is feared for other minors is theirs.
    reachable = sealed("judicial_referral.reachable", "I", max_length=300, subject=NOBODY)
    feared = sealed("judicial_referral.feared", "I", max_length=5_000, subject=NOBODY)
    tonight = sealed(
        "judicial_referral.tonight", "I", max_length=5_000, subject=CHILD, withhold=JUDICIAL_TEXT
    )
    no_report = sealed(
        "judicial_referral.no_report", "I", max_length=2_000, subject=CHILD, withhold=JUDICIAL_TEXT
    )
    letter = sealed(
        "judicial_referral.letter", "I", max_length=1_000_000, subject=CHILD, withhold=JUDICIAL_TEXT
    )
    letter_sha256 = internal(models.CharField(max_length=64, blank=True, default=""), "I")
    composed_at = clear(models.DateTimeField(null=True, blank=True), "I", subject=CHILD, withhold=JUDICIAL)

    class Meta(Part.Meta):
        """Oldest first."""

        constraints = [
            models.CheckConstraint(name="judicial_state_known", condition=Q(state__in=JudicialState.values)),
            models.CheckConstraint(
                name="judicial_letter_has_its_hash",
                condition=Q(letter__isnull=True, letter_sha256="", composed_at__isnull=True)
                | (Q(letter__isnull=False, composed_at__isnull=False) & ~Q(letter_sha256="")),
            ),
        ]

    def __str__(self) -> str:
        return f"judicial referral {self.pk}"


class JudicialOutcome(Part):
    """What justice answered for one child: one row a child and outcome, not exclusive (domain.md J04)."""

    copied = RowRule(Whose.CHILD, link="child", on="on")
    referral = of_referral("judicial_outcomes")
    judicial_referral = internal(
        models.ForeignKey(JudicialReferral, models.PROTECT, related_name="outcomes"), "I"
    )
    child = _child("judicial_outcomes")
    type = coded(Outcome, "I", subject=CHILD, withhold=JUDICIAL)
    on = clear(models.DateField(), "I", subject=CHILD, withhold=JUDICIAL)
    copy = sealed("judicial_outcome.copy", "I", max_length=100_000, subject=CHILD, withhold=JUDICIAL_TEXT)
    child_heard = answer(Heard, "I", subject=CHILD, withhold=JUDICIAL)
    child_lawyer = answer(states.YesNo, "I", subject=CHILD, withhold=JUDICIAL_TEXT)
    ad_hoc_administrator = answer(states.YesNo, "I", subject=CHILD, withhold=JUDICIAL_TEXT)
    hearing_note = sealed("judicial_outcome.hearing_note", "I", subject=CHILD, withhold=JUDICIAL_TEXT)

    class Meta(Part.Meta):
        """In the order of recording."""

    def __str__(self) -> str:
        return f"judicial outcome {self.pk}"


class MeasureType(models.Model):
    """The catalogue of measures: data, not code, for the law adds some (domain.md §5).

    ``takes_in``: the child is looked after away from its home, confided to the child welfare service or through it.
    ``execution``: what somebody has to carry out of it, by which its start is awaited (C24); nothing of a ban.
    """

    not_copied = "the catalogue of measures: the same for everybody"
    code = clear(models.CharField(max_length=40, primary_key=True), "A")
    label_fr = clear(models.CharField(max_length=200), "A")
    label_en = clear(models.CharField(max_length=200), "A")
    judicial = clear(models.BooleanField(), "A")
    basis = clear(models.CharField(max_length=120, blank=True), "A")
    max_months = clear(models.PositiveSmallIntegerField(null=True), "A")
    official_code = clear(models.CharField(max_length=60, blank=True), "A")
    order_clocks = clear(models.JSONField(default=list, blank=True), "A")
    takes_in = clear(models.BooleanField(default=False, db_default=False), "A")
    execution = answer(decision_answers.Execution, "A")

    class Meta:
        """By code."""

        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def labels_by_language(self) -> dict[str, str]:
        """Return ``{"fr": …, "en": …}``, as the labels of codes are told."""
        return {"fr": self.label_fr, "en": self.label_en}


class Measure(Authentic, Part):
    """A protection measure for one child, administrative or judicial (domain.md §2.6, §5).

    ``waits_since``: while it is decided and hasn't begun, the day of the agreement or order; the database says so of
    each row, so that no step can forget it. ``until_majority``: its term is the 18th birthday, or was cut to it, a day
    that no column tells; ``term_written`` is the one that was asked for or ordered (§5.3). ``own_agreement``: the
    person of age agreed, no holder. ``order_suspended_on``: since when the order is suspended, ``suspended_from``: the
    state to which the measure goes back when it is upheld (M18). ``mac``: one that fails is confided to no service.
    """

    copied = RowRule(Whose.CHILD, link="child", on="proposed_at")
    state = state_field(MeasureState, MeasureState.PROPOSED, "J", subject=CHILD)

    referral = of_referral("measures")
    child = _child("measures")
    type = clear(models.ForeignKey(MeasureType, models.PROTECT, related_name="+"), "J", subject=CHILD)
    judicial = clear(models.BooleanField(), "J", subject=CHILD)
    judicial_referral = internal(
        models.ForeignKey(JudicialReferral, models.PROTECT, null=True, blank=True, related_name="measures"),
        "I",
    )
    proposed_at = clear(models.DateTimeField(), "J", subject=CHILD)
    agreed_on = clear(models.DateField(null=True, blank=True), "J", subject=CHILD)
    ordered_on = clear(models.DateField(null=True, blank=True), "J", subject=CHILD, withhold=JUDICIAL)
    started_on = clear(models.DateField(null=True, blank=True), "J", subject=CHILD)
    term_on = clear(models.DateField(null=True, blank=True), "J", subject=CHILD)
    over_on = clear(models.DateField(null=True, blank=True), "J", subject=CHILD)
    over_reason = answer(decision_answers.EndReason, "J", subject=CHILD)
    order_suspended_on = clear(models.DateField(null=True, blank=True), "J", subject=CHILD, withhold=JUDICIAL)
    suspended_from = answer(MeasureState, "J", db_default="", subject=CHILD, withhold=JUDICIAL)
    variant = clear(models.CharField(max_length=40, blank=True, default=""), "J", subject=CHILD)
    notified_on = clear(models.DateField(null=True, blank=True), "J", subject=CHILD)
    sent_on = clear(models.DateField(null=True, blank=True), "J", subject=CHILD)
    agreed_by_silence = clear(models.BooleanField(default=False, db_default=False), "J", subject=CHILD)
    own_agreement = clear(models.BooleanField(default=False, db_default=False), "J", subject=CHILD)
    until_majority = clear(models.BooleanField(default=False, db_default=False), "J", subject=CHILD)
    term_written = sealed("measure.term_written", "J", kind="date", subject=CHILD)
    duration_months = clear(models.PositiveSmallIntegerField(null=True, blank=True), "J", subject=CHILD)
    # Whom the child is confided to tells where it is.
    service = clear(
        models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, blank=True, related_name="+"),
        "J",
        subject=CHILD,
        withhold=HOME,
    )
    plan_signed_on = clear(models.DateField(null=True, blank=True), "J", subject=CHILD)
    waits_since = internal(
        models.GeneratedField(
            expression=Case(
                When(
                    state__in=[MeasureState.AGREED, MeasureState.ORDERED, MeasureState.AWAITING_START],
                    then=Coalesce("ordered_on", "agreed_on"),
                ),
                default=None,
            ),
            output_field=models.DateField(null=True),
            db_persist=True,
        ),
        "J",
    )
    aim = sealed("measure.aim", "J", max_length=10_000, subject=CHILD, withhold=TEXT)
    child_opinion = sealed(
        "measure.child_opinion", "J", max_length=5_000, subject=CHILD, withhold=INTEREST_TEXT
    )
    agreement = sealed("measure.agreement", "J", max_length=20_000, subject=(CHILD, HOLDER), withhold=TEXT)
    ordered_by = sealed("measure.ordered_by", "I", subject=CHILD, withhold=JUDICIAL_TEXT)
    order_copy = sealed("measure.order_copy", "I", max_length=100_000, subject=CHILD, withhold=JUDICIAL_TEXT)
    extract = sealed("measure.extract", "D", max_length=20_000, subject=CHILD, withhold=TEXT)
    # Class K: in no copy, whoever asks.
    place = sealed("measure.place", "K", subject=NOBODY)
    mac = internal(MacField("referral", "child", "service", "state"), "J")

    objects = SignedQuerySet.as_manager()

    class Meta(Part.Meta):
        """Oldest first."""

        constraints = [
            models.CheckConstraint(name="measure_state_known", condition=Q(state__in=MeasureState.values))
        ]
        indexes = [
            models.Index(fields=["service", "state"], name="measure_service"),
            models.Index(
                fields=["waits_since", "id"],
                name="measure_waiting",
                condition=Q(
                    state__in=[MeasureState.AGREED, MeasureState.ORDERED, MeasureState.AWAITING_START]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"measure {self.pk}"


class HolderInformation(Part):
    """Whether one holder has been told, on one occasion (CASF L226-2-1, L226-5; domain.md §2.7)."""

    copied = RowRule(Whose.HOLDER, link="holder", on="told_on")
    referral = of_referral("holder_informations")
    holder = internal(models.ForeignKey("referrals.Holder", models.PROTECT, related_name="informations"), "B")
    occasion = coded(people.Occasion, "B", subject=HOLDER, withhold=TEXT)
    state = coded(InformationState, "B", default=InformationState.PENDING, subject=HOLDER, withhold=TEXT)
    # Why one wasn't told yet is said by nobody but who decides it.
    reason = answer(people.DeferralReason, "B", subject=HOLDER, withhold=INQUIRY_TEXT)
    review_on = clear(models.DateField(null=True, blank=True), "B", subject=HOLDER, withhold=INQUIRY_TEXT)
    told_on = clear(models.DateField(null=True, blank=True), "B", subject=HOLDER, withhold=TEXT)
    deferred_since = internal(models.DateField(null=True, blank=True), "B")
    means = sealed("holder_information.means", "B", subject=HOLDER, withhold=TEXT)
    reason_text = sealed("holder_information.reason_text", "B", subject=HOLDER, withhold=INQUIRY_TEXT)

    class Meta(Part.Meta):
        """One row a holder and occasion; a deferral always has its review date (domain.md §2.8 no. 4)."""

        constraints = [
            models.UniqueConstraint(name="information_per_occasion", fields=["holder", "occasion"]),
            models.CheckConstraint(
                name="information_deferral_reviewed",
                condition=~Q(state=InformationState.DEFERRED) | Q(review_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"holder information {self.pk}"


class Assignment(Authentic, SealedRow):
    """A person put on a case: team, lead, decider, referent (domain.md T13, T47, T48)."""

    copied = RowRule(Whose.CHILD, link="child", on="since_at", staff=("user",))
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("assignments")
    user = internal(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    role = clear(models.CharField(max_length=30), "A", subject=(CHILD, STAFF))
    field = answer(assessment_answers.TeamField, "A", subject=(CHILD, STAFF))
    child = internal(
        models.ForeignKey("referrals.Child", models.PROTECT, null=True, blank=True, related_name="+"), "A"
    )
    since_at = clear(models.DateTimeField(), "A", subject=(CHILD, STAFF))
    until_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=(CHILD, STAFF))
    waiver = sealed("assignment.waiver", "D", subject=STAFF, withhold=TEXT)
    mac = internal(MacField("referral", "user", "role", "child", "since_at", "until_at"), "A")

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """A person holds a role on a case once at a time."""

        indexes = [models.Index(fields=["user", "referral"], name="assignment_user")]
        constraints = [
            models.UniqueConstraint(
                name="assignment_once",
                fields=["referral", "user", "role"],
                condition=Q(until_at__isnull=True, child__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"
