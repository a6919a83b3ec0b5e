"""Effects of runaways and shelters: where the child is, its emergency sheet, its measure."""

from datetime import timedelta
from typing import TYPE_CHECKING

from referrals.matching import indexing
from referrals.measures import effects as measures_effects
from referrals.runaways.checks import SHELTER_DAYS
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import Machine, MeasureState, Whereabouts

if TYPE_CHECKING:
    from referrals.models import Child
    from referrals.workflow.context import StepContext


def send_away(act: "StepContext") -> None:
    """Record a child as a runaway, open its sheet to the authorities named, and look again within a day (C19)."""
    step_input, child = act.step_input, act.case.child(act.step_input.child)
    act.change(
        child,
        whereabouts=Whereabouts.RUNAWAY.value,
        runaway=True,
        runaway_since=step_input.since.astimezone(act.case.zone).date(),
        last_seen_place=step_input.last_seen_place,
        **({"police_report_ref": step_input.police_report_ref} if step_input.police_report_ref else {}),
    )
    close_sheet(act, child)
    sheet = act.new(
        "emergency_sheets",
        child=child,
        reference=act.case.referral.reference,
        authority_id=act.case.referral.authority_id,
        opened_at=act.at,
        description=step_input.sheet.description,
        danger=step_input.sheet.danger,
        whom_to_call=step_input.sheet.whom_to_call,
    )
    for authority in step_input.sheet.authorities:
        act.new("sheet_readers", sheet=sheet, authority_id=authority)
    indexing.outdate(act.case.referral)  # officers of other authorities read of it now: their ties count
    act.start(C.C19, child=child.pk)  # type: ignore[union-attr]  # a check has found the child


def bring_back(act: "StepContext") -> None:
    """Record where a child was found; its sheet closes, and with it what other authorities read."""
    locate(act, Whereabouts.KNOWN, act.step_input.where)


def take_in(act: "StepContext") -> None:
    """Open the shelter as a measure of the child (⇒ M08), its place known to those alone who execute it (class K)."""
    step_input, code = act.step_input, act.step.name
    since = step_input.since.astimezone(act.case.zone).date()
    row = act.new(
        "measures",
        state=MeasureState.ACTIVE,
        child_id=step_input.child,
        type_id=code,
        judicial=False,
        proposed_at=act.at,
        started_on=since,
        term_on=since + timedelta(days=SHELTER_DAYS[code]),
        service_id=step_input.service,
        place=step_input.place,
    )
    act.fire(Machine.MEASURE, "shelter", part=row, child=row.child_id)
    act.start(C.C11 if code == "shelter_72h" else C.C12, part=row, since=step_input.since)
    locate(act, Whereabouts.SHELTERED, step_input.place)
    act.case.part = act.made = row
    measures_effects.follow(act)
    act.case.part = None


def locate(act: "StepContext", whereabouts: Whereabouts, detail: str) -> None:
    """Write where the child is now; it is away no longer."""
    child = act.case.child(act.step_input.child)
    act.change(child, whereabouts=whereabouts.value, whereabouts_detail=detail, runaway=False)
    act.stop(C.C19, child=act.step_input.child)
    close_sheet(act, child)


def close_sheet(act: "StepContext", child: "Child | None") -> None:
    for sheet in act.case.referral.emergency_sheets.filter(child=child, closed_at=None):
        act.change(sheet, closed_at=act.at)
