"""Inputs of the steps of a measure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

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
from core.query import PagedQuery
from referrals.measures import queries
from referrals.vocabulary import assessment_answers, decision_answers
from referrals.vocabulary.assessment_answers import Hearing
from referrals.vocabulary.decision_answers import RulingKind, ShownToChild
from referrals.vocabulary.states import DecisionCode, MeasureState, SendingWay
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import REFERENCE_OF_PLATFORM, MeasureOffer
from referrals.workflow.inputs import DOCUMENT, LONG, Signed, required, text
from referrals.workflow.own_words import NEEDED_WHEN, HeardChild, HeardWords, OwnWords, lacking

if TYPE_CHECKING:
    from referrals.models import Child, Measure


def of_a_minor(case: Case) -> bool:
    """Tell whether a measure is a minor's: of nobody else is asked whether a danger remains (M12, M13, M15)."""
    child = case.on_record(case.part.child_id) if case.part is not None else None
    return child is None or not case.beyond_childhood(child)


def never_carried_out(measure: "Measure") -> bool:
    """Tell whether a measure is over and was never begun; one that a judge lifts was taken back by the judge."""
    given_up = measure.state == MeasureState.LIFTED and not measure.judicial
    passed_on = measure.state == MeasureState.TRANSFERRED
    return measure.state == MeasureState.NOT_EXECUTED or (
        measure.started_on is None and (given_up or passed_on)
    )


def left_without_help(case: Case) -> "list[Child]":
    """Return the children whose last measure was never carried out (§2.8 no. 13).

    One that was cancelled counts only where the child had no other, and nobody decided to close since.
    """
    return [child for child in case.children if _was_left_without_help(case, child)]


def _was_left_without_help(case: Case, child: "Child") -> bool:
    own = [measure for measure in case.measures if measure.child_id == child.pk]
    last = next((one for one in reversed(own) if one.state != MeasureState.CANCELLED), None)
    if last is not None:
        return never_carried_out(last)
    return bool(own) and child.decision != DecisionCode.CLOSE


def danger_is_asked_again(case: Case) -> bool:
    """Tell whether one who ends the follow-up says that no danger remains: for a minor whom no measure helped (T30)."""
    return any(not case.beyond_childhood(child) for child in left_without_help(case))


def whether_danger_remains() -> Code:
    """Declare the answer whether a danger remains; never filled in for somebody (``checks.danger_is_answered``)."""
    return Code(decision_answers.DangerRemains.choices, required=False, default="", allow_blank=True)


STATES = [(str(state), state.label) for state in queries.WAITING]


class WaitingQuery(PagedQuery):
    """Filters of the queue of unexecuted measures."""

    state = Code(STATES, required=False)
    service = Id(required=False)
    unit = Id(required=False)
    type = Text(max_length=40, required=False)
    judicial = Flag(in_query=True, required=False)


class BoardQuery(PagedQuery):
    """Filters of the board of measures; ``column``: that one alone."""

    column = Code(queries.Column.choices, required=False)
    service = Id(required=False)
    unit = Id(required=False)
    type = Text(max_length=40, required=False)
    judicial = Flag(in_query=True, required=False)


class EndOfFollowUp(Signed):
    """T30; ``danger_remains``: where a child's last measure was never carried out."""

    needed_if = {"danger_remains": danger_is_asked_again}

    reason = Code(
        [(r.value, r.label) for r in decision_answers.EndReason if r != decision_answers.EndReason.TRANSFER]
    )
    end_report = text(max_length=LONG)
    danger_remains = whether_danger_remains()
    voices = many(HeardChild, required=False, default=list)


class Offer(MeasureOffer):
    """M01."""


class HandOver(StrictSerializer):
    """M06: the service; ``extract`` is what it must know of the facts."""

    in_own_row = frozenset({"extract"})

    service = Id()
    extract = text(required=False, max_length=LONG)


class Start(StrictSerializer):
    """M07."""

    started_on = Day()
    term_on = OptionalDay()
    referent = OptionalId()


class Pause(StrictSerializer):
    """M09: ``judge_told`` is asked for a judicial measure."""

    needed_if = {
        "judge_told": lambda case: case.part is not None and case.part.judicial,
    }

    on = Day()
    reason = text()
    judge_told = Flag(required=False, default=False)


class Renewal(StrictSerializer):
    """M11."""

    term_on = Day()
    basis = text(max_length=LONG)


class ReportOnChild(OwnWords):
    """A report on what is carried out: what the minor says of it and was told, or why it wasn't heard (L223-4)."""

    in_own_row = HeardWords.in_own_row

    needed_if = dict.fromkeys(("heard", *NEEDED_WHEN), of_a_minor)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["heard"] and (missing := lacking(attrs)):
            raise required(*missing)
        validated: dict[str, Any] = super().validate(attrs)
        return validated


class EndOfMeasure(ReportOnChild):
    """M12."""

    needed_if = {**ReportOnChild.needed_if, "danger_remains": of_a_minor}

    on = Day()
    end_report = text(max_length=LONG)
    danger_remains = whether_danger_remains()
    shelter = Code(decision_answers.ShelterEnd.choices, required=False, default="", allow_blank=True)


class Lifting(StrictSerializer):
    """M13."""

    needed_if = {"danger_remains": of_a_minor}

    on = Day()
    reason = Code(
        [
            (r.value, r.label)
            for r in decision_answers.EndReason
            if r not in (decision_answers.EndReason.TERM, decision_answers.EndReason.TRANSFER)
        ]
    )
    decision = text(required=False, max_length=DOCUMENT)
    danger_remains = whether_danger_remains()


class NotExecuted(Signed):
    """M15: why it is never carried out, in a code and in words."""

    needed_if = {"danger_remains": of_a_minor}

    reason = Code(decision_answers.NotExecutedReason.choices)
    explanation = text()
    danger_remains = whether_danger_remains()
    nothing_was_done = Flag(required=False, default=False)


class PlanSigned(StrictSerializer):
    """M16: ``trusted_person``: named by the minor, in writing or aloud, not wanted, or not asked for yet (L223-1-3)."""

    on = Day()
    signed_by = text()
    trusted_person = Code(decision_answers.TrustedPersonOfPlan.choices)


class Situation(ReportOnChild):
    """M17: a situation report, shown beforehand to the parents, and to the child by its age (L223-5).

    ``shown_on``: to the parents; ``child_shown_on``: to the child.
    """

    needed_when = {
        **ReportOnChild.needed_when,
        "child_shown_on": When("child_shown", (ShownToChild.READ, ShownToChild.EXPLAINED)),
    }
    needed_if = {**ReportOnChild.needed_if, **dict.fromkeys(("child_shown", "child_shown_on"), of_a_minor)}

    report = text(max_length=DOCUMENT)
    shown_on = Day()
    child_shown = Code(ShownToChild.choices, required=False, default="", allow_blank=True)
    child_shown_on = OptionalDay()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the day on which the child was shown the report."""
        attrs = super().validate(attrs)
        if self.needed_when["child_shown_on"].met_by(attrs["child_shown"]) and not attrs["child_shown_on"]:
            raise required("child_shown_on")
        return attrs


_AGREES: Final = When("choice", (decision_answers.MajorityChoice.AGREES,))
_YOUNG_ADULT: Final = When("choice", (decision_answers.MajorityChoice.YOUNG_ADULT,))
_SIGNED: Final = When("choice", (*_AGREES.answers, *_YOUNG_ADULT.answers))


class ChoiceAtMajority(StrictSerializer):
    """M20: what the person wants after the 18th birthday, in the own words; no parent answers it.

    ``signer``, ``agreement``, ``signed_on``: who signed what, and when. ``term_on``: until when the help at home goes
    on; ``aim`` and ``duration_months``: of the support as a young adult that is then offered.
    """

    needed_when = {
        "signer": _SIGNED,
        "agreement": _SIGNED,
        "signed_on": _SIGNED,
        "term_on": _AGREES,
        "aim": _YOUNG_ADULT,
        "duration_months": _YOUNG_ADULT,
    }

    on = Day()
    choice = Code(decision_answers.MajorityChoice.choices)
    words = text(max_length=5_000)
    signer = Code(decision_answers.ChoiceSigner.choices, required=False, default="", allow_blank=True)
    agreement = text(required=False, max_length=LONG)
    signed_on = OptionalDay()
    term_on = OptionalDay()
    aim = text(required=False, max_length=10_000)
    duration_months = Whole(min_value=1, max_value=12, required=False, default=12)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _with_what_goes_along(self.needed_when, attrs)


_HELD: Final = When("outcome", (decision_answers.InterviewOutcome.HELD,))
#: The six needs for which the interview prepares (R222-6).
NEEDS: Final = (
    "resources",
    "lodging",
    "work_training",
    "care_access",
    "administrative_steps",
    "social_support",
)


class MajorityInterview(StrictSerializer):
    """M21: the interview held, with what was told and the six needs of R222-6, or refused in writing.

    ``residence``: of an unaccompanied minor, residence permit and asylum.
    """

    needed_when = {
        **dict.fromkeys(("led_by", "trusted_person", "told", *NEEDS, "residence"), _HELD),
        "refusal": When("outcome", (decision_answers.InterviewOutcome.REFUSED,)),
    }

    on = Day()
    outcome = Code(decision_answers.InterviewOutcome.choices)
    led_by = Text(max_length=200, required=False, default="", allow_blank=True)
    trusted_person = Code(
        decision_answers.TrustedPerson.choices, required=False, default="", allow_blank=True
    )
    told = Codes(decision_answers.InterviewTopic.choices, required=False, default=list)
    resources = text(required=False, max_length=5_000)
    lodging = text(required=False, max_length=5_000)
    work_training = text(required=False, max_length=5_000)
    care_access = text(required=False, max_length=5_000)
    administrative_steps = text(required=False, max_length=5_000)
    social_support = text(required=False, max_length=5_000)
    residence = text(required=False, max_length=5_000)
    refusal = text(required=False, max_length=5_000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for what was told and what the minor needs, or for the refusal."""
        conditions = {name: when for name, when in self.needed_when.items() if name != "residence"}
        attrs = _with_what_goes_along(conditions, attrs)
        # The law names all three (L222-5-1).
        if attrs["told"] and set(attrs["told"]) != set(decision_answers.InterviewTopic.values):
            raise required("told")
        return attrs


def _with_what_goes_along(needed_when: Mapping[str, When], attrs: dict[str, Any]) -> dict[str, Any]:
    missing = [
        name for name, when in needed_when.items() if when.met_by(attrs[when.member]) and not attrs[name]
    ]
    if missing:
        raise required(*missing)
    return attrs


#: What is recorded of an order before a court has ruled on it.
BEFORE_RULING: Final = (RulingKind.APPEAL_LODGED, RulingKind.SUSPENDED)


class Ruling(Hearing):
    """M18: a ruling after a hearing, an appeal, or what became of the order (``ruling_kind``).

    ``effect`` and ``term_on``: what a ruling after a hearing, or a court that amends the order, makes of the measure.
    ``danger_remains``: for a minor whose order is quashed.
    """

    needed_when = {
        **dict.fromkeys(assessment_answers.HEARING_FIELDS, When("ruling_kind", BEFORE_RULING, unless=True)),
        "effect": When("ruling_kind", (RulingKind.HEARING, RulingKind.AMENDED)),
        "term_on": When("effect", ("new_term",)),
        "danger_remains": When("ruling_kind", (RulingKind.QUASHED,)),
    }
    needed_if = {"danger_remains": of_a_minor}

    on = Day()
    ruling_kind = Code(RulingKind.choices, required=False, default=RulingKind.HEARING.value)
    effect = Code(
        [("kept", "Maintenue"), ("changed", "Modifiée"), ("new_term", "Nouvelle échéance")],
        required=False,
        default="",
        allow_blank=True,
    )
    term_on = OptionalDay()
    copy = text(max_length=DOCUMENT)
    danger_remains = whether_danger_remains()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the effect where there is one, and take none, and no term, from what changes nothing by itself."""
        if self.needed_when["effect"].met_by(attrs["ruling_kind"]):
            if not attrs["effect"]:
                raise required("effect")
            # A court that changes nothing upholds.
            if attrs["ruling_kind"] == RulingKind.AMENDED and attrs["effect"] == "kept":
                raise _faulty("not-a-choice", "effect")
        elif unasked := [name for name in ("effect", "term_on") if attrs[name]]:
            raise _faulty("unknown", *unasked)
        return attrs


def _faulty(code: str, *names: str) -> serializers.ValidationError:
    return serializers.ValidationError({name: [serializers.ErrorDetail("", code=code)] for name in names})


class JudgeInformed(StrictSerializer):
    """M19: ``meanwhile`` is what protects the child until the measure begins, ``foreseen_on`` the day foreseen.

    ``service_asked``: whom the authority asked to carry it out, if anybody, since ``asked_since``.
    """

    needed_when = {"sending_reference": REFERENCE_OF_PLATFORM}
    needed_if = {"danger_remains": of_a_minor}

    on = Day()
    judge = Text(max_length=200)
    sending_way = Code(SendingWay.choices)
    sending_reference = text(required=False)
    sending_proof = text()
    reason = Code(decision_answers.NotExecutedReason.choices)
    service_asked = Text(max_length=200, required=False, default="", allow_blank=True)
    asked_since = OptionalDay()
    meanwhile = text()
    danger_remains = whether_danger_remains()
    last_seen_on = Day()
    last_seen_by = Text(max_length=200)
    foreseen_on = OptionalDay()
    nothing_was_done = Flag(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the file's reference on the exchange platform, and for the day of asking with the service asked."""
        if attrs["sending_way"] == SendingWay.PLEX and not attrs["sending_reference"]:
            raise required("sending_reference")
        if attrs["service_asked"] and attrs["asked_since"] is None:
            raise required("asked_since")
        return attrs
