"""Inputs of the steps of a measure."""

from core.inputs import Code, Day, Flag, Id, OptionalDay, OptionalId, StrictSerializer, Text, When
from core.query import PagedQuery
from referrals.measures import queries
from referrals.vocabulary import measure_answers
from referrals.vocabulary.hearings import Hearing
from referrals.workflow.decision_inputs import MeasureOffer
from referrals.workflow.inputs import DOCUMENT, LONG, Signed, text

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
    """T30."""

    reason = Code(
        [(r.value, r.label) for r in measure_answers.EndReason if r != measure_answers.EndReason.TRANSFER]
    )
    end_report = text(max_length=LONG)


class Offer(MeasureOffer):
    """M01."""


class HandOver(StrictSerializer):
    """M06: the service; ``extract`` is what it must know of the facts."""

    service = Id()
    extract = text(required=False, max_length=LONG)


class Start(StrictSerializer):
    """M07."""

    started_on = Day()
    term_on = OptionalDay()
    referent = OptionalId()


class Pause(StrictSerializer):
    """M09: ``judge_told`` is asked for a judicial measure."""

    asked_if = {
        "judge_told": lambda case: case.part is not None and case.part.judicial,
    }

    on = Day()
    reason = text()
    judge_told = Flag(required=False, default=False)


class Renewal(StrictSerializer):
    """M11."""

    term_on = Day()
    basis = text(max_length=LONG)


class EndOfMeasure(StrictSerializer):
    """M12."""

    on = Day()
    end_report = text(max_length=LONG)
    danger_remains = Flag(required=False, default=False)
    shelter = Code(measure_answers.ShelterEnd.choices, required=False, default="", allow_blank=True)


class Lifting(StrictSerializer):
    """M13."""

    on = Day()
    reason = Code(
        [
            (r.value, r.label)
            for r in measure_answers.EndReason
            if r not in (measure_answers.EndReason.TERM, measure_answers.EndReason.TRANSFER)
        ]
    )
    decision = text(required=False, max_length=DOCUMENT)
    danger_remains = Flag(required=False, default=False)


class NotExecuted(StrictSerializer):
    """M15."""

    asked_if = {
        "judge_told": lambda case: case.part is not None and case.part.judicial,
    }

    reason = text()
    judge_told = Flag(required=False, default=False)
    nothing_was_done = Flag(required=False, default=False)


class PlanSigned(StrictSerializer):
    """M16."""

    on = Day()
    signed_by = text()


class Situation(StrictSerializer):
    """M17: a situation report, shown beforehand to the parents and the child (L223-5)."""

    report = text(max_length=DOCUMENT)
    shown_on = Day()


class Ruling(Hearing):
    """M18."""

    asked_when = {
        "term_on": When("effect", ("new_term",)),
    }

    on = Day()
    effect = Code([("kept", "Maintenue"), ("changed", "Modifiée"), ("new_term", "Nouvelle échéance")])
    term_on = OptionalDay()
    copy = text(max_length=DOCUMENT)


class JudgeInformed(StrictSerializer):
    """M19: ``meanwhile`` is what protects the child until the measure begins, ``expected_on`` the day foreseen."""

    on = Day()
    judge = Text(max_length=200)
    how = text(max_length=500)
    sending_proof = text()
    reason = Code(measure_answers.NotExecutedReason.choices)
    meanwhile = text()
    last_seen_on = Day()
    last_seen_by = Text(max_length=200)
    foreseen_on = OptionalDay()
    nothing_was_done = Flag(required=False, default=False)
