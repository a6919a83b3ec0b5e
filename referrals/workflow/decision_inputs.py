"""Inputs that several deciding steps share: decisions, agreements, referrals to justice."""

from typing import Any, Final, Protocol
from uuid import UUID

from dateutil.relativedelta import relativedelta
from rest_framework import serializers

from core.inputs import (
    Code,
    Codes,
    Day,
    Flag,
    Id,
    OptionalDay,
    OptionalId,
    StrictSerializer,
    Text,
    When,
    Whole,
    many,
)
from referrals.vocabulary import decision_answers
from referrals.vocabulary.assessment_answers import Hearing
from referrals.vocabulary.states import DecisionCode, Ground, Outcome, SendingWay
from referrals.workflow.inputs import DOCUMENT, LONG, Signed, required, text
from referrals.workflow.own_words import NEEDED_WHEN, HeardWords

#: How a referral to justice was sent, as its row holds it.
OF_SENDING: Final = ("sending_proof", "sending_way", "sending_reference")
#: The platform alone gives a reference: other ways are proven by their receipt.
REFERENCE_OF_PLATFORM: Final = When("sending_way", (SendingWay.PLEX,))


class ToJustice(StrictSerializer):
    """A referral to justice: for whom, on which grounds, with which document (L226-4)."""

    needed_when = {"sending_reference": REFERENCE_OF_PLATFORM}

    judicial_referral = OptionalId()
    # Optional here: a prepared referral brings grounds and document. Each sending asks for what it lacks.
    grounds = Codes(Ground.choices, required=False, default=list)
    actions_led = text(required=False, max_length=10_000)
    recipient = text(required=False)
    document = text(required=False, max_length=DOCUMENT)
    sending_proof = text(required=False)
    sending_way = Code(SendingWay.choices, required=False, default="", allow_blank=True)
    sending_reference = text(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the file's reference and the hour of what was deposited on the exchange platform (J02).

        No interface of the platform is read: what a person copies from it is the record of the sending.
        """
        if attrs["sending_way"] == SendingWay.PLEX and not attrs["sending_reference"]:
            raise required("sending_reference")
        return attrs


class Referring(Protocol):
    """What is read of each input that sends a referral to justice, wherever it is declared."""

    @property
    def judicial_referral(self) -> UUID | None:
        """Return the prepared referral that is sent."""

    @property
    def grounds(self) -> list[str]:
        """Return the grounds of L226-4."""

    @property
    def document(self) -> str:
        """Return the document, empty where one was composed before."""

    @property
    def recipient(self) -> str:
        """Return to whom it goes."""

    @property
    def sending_proof(self) -> str:
        """Return how it was sent."""


class WithChildren(Protocol):
    """An input that names children."""

    @property
    def children(self) -> list[UUID]:
        """Return their ids."""


class SeizeJusticeForAll(ToJustice):
    """T18, for every child of the case; the document is the one composed from the case, or written here."""

    # Asked outright: T18 sends at once, without a preparation that could have said it before.
    grounds = Codes(Ground.choices, min_length=1)
    actions_led = text(max_length=10_000)
    recipient = text()
    sending_proof = text()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for a document where no prepared referral brings one."""
        super().validate(attrs)
        # Whether the prepared one has a document is a guard's question: an input sees no row.
        if not attrs["document"] and attrs["judicial_referral"] is None:
            raise required("document")
        return attrs


class ChildDecision(HeardWords):
    """A decision for one child that a step carries along (⇒ T43), and what the child said of it."""

    needed_when = {"ground": When("decision", ("close",))} | NEEDED_WHEN

    child = Id()
    # Nobody decides "undecided": a child falls back to it by what happens (domain.md §2.2 Decisions).
    decision = Code([(d.value, d.label) for d in DecisionCode if d != DecisionCode.UNDECIDED])
    ground = Code(decision_answers.CloseGround.choices, required=False, default="", allow_blank=True)
    motivation = text(max_length=LONG)


class MeasureOffer(StrictSerializer):
    """An administrative measure offered with a decision (⇒ M01).

    ``variant``: a local one of the authority. ``notified_on``, or ``sent_on`` where no receipt came back: for a child
    in care, from when silence counts (C9).
    """

    child = Id()
    type = Text(max_length=40)
    aim = text(max_length=10_000)
    # A year at most, then renewed with a report (CASF L223-5).
    duration_months = Whole(min_value=1, max_value=12)
    service = OptionalId()
    variant = Text(max_length=40, required=False, default="", allow_blank=True)
    notified_on = OptionalDay()
    sent_on = OptionalDay()


class Deciding(Signed):
    """What the deciding steps share: the decisions still missing, and why."""

    decisions = many(ChildDecision, required=False, default=list)
    motivation = text(max_length=LONG)


class Agreement(StrictSerializer):
    """A written agreement to an administrative measure, or its silence where that counts (M02, C9).

    ``own``: of the person concerned, who is of age.
    """

    needed_when = {
        "signed_by": When("by_silence", unless=True),
        "agreement": When("by_silence", unless=True),
        "own": When("by_silence", unless=True),
    }

    agreed_on = Day()
    by_silence = Flag(required=False, default=False)
    signed_by = text(required=False)
    agreement = text(required=False, max_length=LONG)
    # Never optional: the child is heard on what is agreed for it (CASF L223-4).
    child_opinion = text(max_length=5_000)
    own = Flag(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the writing and who signed it, unless it is silence that agrees."""
        # In writing (CASF L223-2), but silence has no author and no text.
        missing = [name for name in ("signed_by", "agreement") if not attrs["by_silence"] and not attrs[name]]
        if missing:
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail("", code="required")] for name in missing}
            )
        if attrs["own"] and attrs["by_silence"]:  # L223-2 speaks of the legal representative's silence alone
            raise serializers.ValidationError(
                {"by_silence": [serializers.ErrorDetail("", code="not-a-choice")]}
            )
        return attrs


class HolderRefusal(StrictSerializer):
    """What one holder answered."""

    holder = Id()
    how = text()
    on = Day()


class Refusal(StrictSerializer):
    """The trace of each holder's refusal, or the attempts made (M03); of one who is of age, the own answer there."""

    refusals = many(HolderRefusal, required=False, default=list)
    attempts = text(required=False, max_length=5_000)


#: How long a ban on leaving the territory may last, by who orders it (CC 375-5, 375-7; domain.md §2.3 C17b).
EXIT_BAN_MONTHS: Final = {"prosecutor": 2, "judge": 24}


class OrderedMeasure(StrictSerializer):
    """A measure that justice ordered (M05).

    A ban on leaving the territory says who ordered it (``decider``) and until when, within the bounds of that
    authority: its term isn't the same for both.
    """

    in_own_row = frozenset({"place"})

    needed_when = {
        "decider": When("type", ("exit_ban",)),
    }

    child = Id()
    type = Text(max_length=40)
    ordered_on = Day()
    ordered_by = text()
    decider = Code(
        [("judge", "Juge des enfants"), ("prosecutor", "Procureur de la République")],
        required=False,
        default="",
        allow_blank=True,
    )
    term_on = OptionalDay()
    order_copy = text(required=False, max_length=DOCUMENT)
    place = text(required=False)
    service = OptionalId()
    variant = Text(max_length=40, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for decider and term of an exit ban, and keep it within what the decider may order."""
        # Other measures take their term from their type or from the order itself.
        if attrs["type"] != "exit_ban":
            return attrs
        missing = [name for name in ("decider", "term_on") if not attrs[name]]
        if missing:
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail("", code="required")] for name in missing}
            )
        # Calendar months, as the code counts them: 31 December plus two is the end of February.
        last = attrs["ordered_on"] + relativedelta(months=EXIT_BAN_MONTHS[attrs["decider"]])
        if not attrs["ordered_on"] <= attrs["term_on"] <= last:
            code = "too-late" if attrs["term_on"] > last else "too-early"
            raise serializers.ValidationError({"term_on": [serializers.ErrorDetail("", code=code)]})
        return attrs


class ChildOutcome(Hearing):
    """What justice answered for one child (J04)."""

    child = Id()
    type = Code(Outcome.choices)
    on = Day()
    # The words of the decision, not a summary: a later reader must be able to tell what was ordered.
    copy = text(max_length=DOCUMENT)


class JusticeAnswer(Signed):
    """One answer of justice: outcomes by child, and the measures that it orders (J04)."""

    outcomes = many(ChildOutcome, allow_empty=False)
    orders = many(OrderedMeasure, required=False, default=list)


class Naming(StrictSerializer):
    """T48: a decider or a referent."""

    user = Id()
    child = OptionalId()
    since = OptionalDay()


class Beginning(StrictSerializer):
    """A date on which something begins."""

    on = Day()
