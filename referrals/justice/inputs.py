"""Inputs of the steps on referrals to justice."""

from core.inputs import Code, Codes, Id, Instant, StrictSerializer, Text
from referrals.vocabulary.decision_answers import Enquiry, Request
from referrals.vocabulary.states import Competence, Ground
from referrals.workflow.decision_inputs import JusticeAnswer, SeizeJusticeForAll
from referrals.workflow.inputs import DOCUMENT, ids, text


class ImmediateDanger(StrictSerializer):
    """What threatens whom, where, since when, and who was called (T14)."""

    child = Id()
    what = text(max_length=5_000)
    where = text()
    since = text()
    called = text()


class SeizeJustice(SeizeJusticeForAll):
    """T15: the same, for the children named."""

    children = ids()


class PreparedReferral(StrictSerializer):
    """A referral to justice that is being written (J01): for whom, on which grounds, to whom, and what is asked.

    Only what the case doesn't know is asked for; the document takes the rest from the case (J07).
    """

    children = ids()
    grounds = Codes(Ground.choices, required=False, default=list)
    actions_led = text(required=False, max_length=10_000)
    document = text(required=False, max_length=DOCUMENT)
    recipient = text(required=False)
    competence = Code(Competence.choices, required=False, default="", allow_blank=True)
    asked_for = Codes(Request.choices, required=False, default=list)
    enquiries = Codes(Enquiry.choices, required=False, default=list)
    requests = text(required=False, max_length=10_000)
    feared = text(required=False, max_length=5_000)
    tonight = text(required=False, max_length=5_000)
    no_report = text(required=False)
    reachable = Text(max_length=300, required=False, default="", allow_blank=True)


class JusticeAnswerOfCase(JusticeAnswer):
    """T28: the same, naming the referral to justice."""

    judicial_referral = Id()


class Confirmation(StrictSerializer):
    """J03: who confirmed, when."""

    confirmed_at = Instant()
    by = text(max_length=500)
