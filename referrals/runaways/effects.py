"""Effects of runaways and shelters: where the child is, its emergency sheet, its measure."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from referrals.matching import indexing
from referrals.measures import effects as measures_effects
from referrals.runaways.checks import SHELTER_DAYS
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import Machine, MeasureState, Whereabouts

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def send_away(act: "StepContext") -> None:
    """Record a child as a runaway, open its sheet to the authorities named, and look again within a day (C19)."""
    given, child = act.given, act.case.child(act.given.child)
    act.change(
        child,
        whereabouts=Whereabouts.RUNAWAY.value,
        runaway=True,
        runaway_since=given.since.astimezone(act.case.zone).date(),
        last_seen_place=given.last_seen_place,
        **({"police_report_ref": given.police_report_ref} if given.police_report_ref else {}),
    )
    close_sheet(act, child)
    sheet = act.new(
        "emergency_sheets",
        child=child,
        reference=act.case.referral.reference,
        authority_id=act.case.referral.authority_id,
        opened_at=act.at,
        description=given.sheet.description,
        danger=given.sheet.danger,
        whom_to_call=given.sheet.whom_to_call,
    )
    for authority in given.sheet.authorities:
        act.new("sheet_readers", sheet=sheet, authority_id=authority)
    indexing.outdate(act.case.referral)  # officers of other authorities read of it now: their ties count
    act.start(C.C19, child=child.pk)  # type: ignore[union-attr]  # a check has found the child


def bring_back(act: "StepContext") -> None:
    """Record where a child was found; its sheet closes, and with it what other authorities read."""
    locate(act, Whereabouts.KNOWN, act.given.where)


def take_in(act: "StepContext") -> None:
    """Open the shelter as a measure of the child (⇒ M08), its place known to those alone who execute it (class K)."""
    given, code = act.given, act.step.name
    since = given.since.astimezone(act.case.zone).date()
    row = act.new(
        "measures",
        state=MeasureState.ACTIVE,
        child_id=given.child,
        type_id=code,
        judicial=False,
        proposed_at=act.at,
        started_on=since,
        term_on=since + timedelta(days=SHELTER_DAYS[code]),
        service_id=given.service,
        place=given.place,
    )
    act.fire(Machine.MEASURE, "shelter", part=row, child=row.child_id)
    act.start(C.C11 if code == "shelter_72h" else C.C12, part=row, since=given.since)
    locate(act, Whereabouts.SHELTERED, given.place)
    act.case.part = act.made = row
    measures_effects.follow(act)
    act.case.part = None


def locate(act: "StepContext", whereabouts: Whereabouts, detail: str) -> None:
    """Write where the child is now; it is away no longer."""
    child = act.case.child(act.given.child)
    act.change(child, whereabouts=whereabouts.value, whereabouts_detail=detail, runaway=False)
    act.stop(C.C19, child=act.given.child)
    close_sheet(act, child)


def close_sheet(act: "StepContext", child: Any) -> None:
    """Close the child's open sheet, if there is one."""
    for found in act.case.referral.emergency_sheets.filter(child=child, closed_at=None):
        act.change(found, closed_at=act.at)
