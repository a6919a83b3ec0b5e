"""Inputs of the deciding steps."""

from core.inputs import Code, Flag, Id, Items, OptionalId, StrictSerializer, When, many
from referrals.vocabulary import decision_answers
from referrals.vocabulary.states import DecisionCode
from referrals.workflow.decision_inputs import (
    OF_SENDING,
    REFERENCE_OF_PLATFORM,
    Agreement,
    ChildDecision,
    Deciding,
    HolderRefusal,
    MeasureOffer,
    ToJustice,
)
from referrals.workflow.inputs import LONG, Signed, text
from referrals.workflow.own_words import NEEDED_WHEN, HeardWords


class DecideClose(Deciding):
    """T22."""

    in_own_row = frozenset({"feedback"})

    feedback = text(max_length=5_000)


class DecideAdmin(Deciding):
    """T23."""

    measures = many(MeasureOffer, required=False, default=list)


class DecideContinue(Deciding):
    """T27."""

    measure = OptionalId()
    met_on_note = text(required=False)


class DecideJudicial(Signed, ToJustice):
    """T26: the referral to justice of T15, or one that was sent and not answered."""

    needed_when = {
        "judicial_referral": When("already_sent", unless=True),
        "grounds": When("already_sent", unless=True),
        "actions_led": When("already_sent", unless=True),
        "recipient": When("already_sent", unless=True),
        "document": When("already_sent", unless=True),
        "sending_proof": When("already_sent", unless=True),
        "sending_way": When("already_sent", unless=True),
        "sending_reference": REFERENCE_OF_PLATFORM,
    }

    children = Items(child=Id(), required=False, default=list)
    decisions = many(ChildDecision, required=False, default=list)
    motivation = text(max_length=LONG)
    already_sent = Flag(required=False, default=False)


class AgreementOfCase(Agreement):
    """T24: the first agreement of the case."""

    measure = Id()


class RefusalOfCase(ToJustice):
    """T25: the refusal, and the referral to justice where danger persists."""

    in_own_row = frozenset({"grounds", "actions_led", "recipient", "document", *OF_SENDING})

    needed_when = {
        "judicial_referral": When("danger_persists", ("true",)),
        "grounds": When("danger_persists", ("true",)),
        "actions_led": When("danger_persists", ("true",)),
        "recipient": When("danger_persists", ("true",)),
        "document": When("danger_persists", ("true",)),
        "sending_proof": When("danger_persists", ("true",)),
        "sending_way": When("danger_persists", ("true",)),
        "sending_reference": REFERENCE_OF_PLATFORM,
    }

    child = Id()
    refusals = many(HolderRefusal, required=False, default=list)
    attempts = text(required=False, max_length=5_000)
    danger_persists = Flag()


class DecideChild(HeardWords, Signed):
    """T43, and what the child said of it."""

    needed_when = {
        "ground": When("decision", ("close",)),
        "measures": When("decision", ("admin",)),
    } | NEEDED_WHEN

    child = Id()
    decision = Code([(d.value, d.label) for d in DecisionCode if d != DecisionCode.UNDECIDED])
    ground = Code(decision_answers.CloseGround.choices, required=False, default="", allow_blank=True)
    motivation = text(max_length=LONG)
    measures = many(MeasureOffer, required=False, default=list)


class NamingService(StrictSerializer):
    """T48: the service that executes a measure (⇒ M06)."""

    in_own_row = frozenset({"extract"})

    measure = Id()
    service = Id()
    extract = text(required=False, max_length=LONG)
