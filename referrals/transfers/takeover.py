"""Take-over of a case (T32): what ends at the origin, what arrives at the target, and what both record of it.

All of it is one transaction, under the lock of the case at the origin and of the filings merged into it. The new keys
are committed before it, as at a filing (design.md, Order of commits); the pipeline destroys them if it fails.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from accounts.models import AuthorityTerritory, Unit
from audit import journal
from encryption import keys
from referrals.assessment import effects as assessment_effects
from referrals.filing.effects import adopt_keys_of
from referrals.messages import effects as messages_effects
from referrals.restrictions import effects as restrictions_effects
from referrals.restrictions import joined_filings
from referrals.transfers import guards
from referrals.transfers.copying import Carrying
from referrals.vocabulary import case_answers, filing_answers, formats
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import (
    AFTER_DECISION,
    DecisionCode,
    Machine,
    MeasureState,
    RequestState,
    State,
)
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput

if TYPE_CHECKING:
    from accounts.models import Authority
    from referrals.models import Joining
    from referrals.workflow.context import StepContext

#: In which state a case begins at the target (domain.md §2.2 note 2); any other goes on in its own.
BEGINS_IN: Final = {
    State.SUBMITTED: State.TRIAGE,
    State.ACKNOWLEDGED: State.TRIAGE,
    State.IN_ASSESSMENT: State.QUALIFIED,
    State.ADMIN_OFFER: State.REPORT_SUBMITTED,
}
#: Columns of a case that the new row takes as they are.
SHELL: Final = (
    "channel",
    "received_at",
    "submitted_at",
    "acknowledged_at",
    "withdrawn_at",
    "counts_from",
    "statutory_due_at",
    "target_due_at",
    "left_open",
    "urgency",
    "urgency_ever",
    "age_band",
    "under_2",
    "under_15",
    "majority_near",
    "runaway",
    "restricted",
    "filer_answered",
    "legal_hold",
    "immediate_danger",
    "prostitution_status",
    "status_ever",
    "judicial_status",
    "filed_by",
)
GOING_ON: Final = (
    MeasureState.ORDERED,
    MeasureState.AWAITING_START,
    MeasureState.ACTIVE,
    MeasureState.SUSPENDED,
)
OFFERED: Final = (MeasureState.PROPOSED, MeasureState.AGREED)
LIST_LASTS: Final = timedelta(days=3650)
MOVED: Final = "Transfert du dossier à une autre autorité."


# --- The act as a whole (T32) -------------------------------------------------------------------------


def take_over(act: "StepContext") -> None:
    """Carry the case to the authority that accepts it, and leave a stub that nobody works on (T32)."""
    request: Any = act.case.open_transfer
    named = guards.readers(act.case, act.step_input.named) if act.case.is_restricted else {}
    act.change(request, receipt=act.step_input.receipt)
    _call_off(act)
    state = BEGINS_IN.get(State(act.case.referral.state), State(act.case.referral.state))
    carried = Carrying(act, _begin(act, request.target, state, _unit(request.target, act.step_input.unit)))
    carried.carry()
    _end_at_origin(act)
    arrived = Case(carried.twin, actor=act.actor, at=act.at)
    act.elsewhere("take_over", arrived, named=[str(pk) for pk in sorted(named)], reason=MOVED)
    _take_filings_along(act, carried)
    act.fire(Machine.TRANSFER, "accept", part=request)
    act.fire(Machine.TRANSFER, "integrate", part=request)
    act.case.referral.transfer_open = False
    act.made = carried.twin


def _call_off(act: "StepContext") -> None:
    """Cancel what the origin has asked, and break off what its team was doing (§2.2 Closings; ⇒ A09)."""
    for request in act.case.referral.information_requests.filter(state=RequestState.OPEN):
        messages_effects.close(act, request, RequestState.CANCELLED)
    assessment_effects.abort_assessment(act)


def _begin(act: "StepContext", target: "Authority", state: str, unit: Unit | None) -> Any:
    """Make the new row, under keys of its own: same receipt, same dates, same filer (§2.8 no. 1)."""
    origin: Any = act.case.referral
    pk = uuid4()
    data_keys = keys.create_data_keys(pk, target.pk)
    filed_as, filed_reference = origin.known_to_filer_as
    twin = type(origin)(
        id=pk,
        reference=formats.new_reference(),
        authority=target,
        unit=unit,
        department=_department(act, target),
        state=state,
        variant=filing_answers.Variant.TRANSFER_IN,
        source_referral=origin,
        filed_as_id=filed_as,
        filed_reference=filed_reference,
        created_at=act.at,
        case_key=data_keys["case"].id,
        filer_key=data_keys["filer"].id,
        **{name: getattr(origin, name) for name in SHELL},
    )
    twin.acknowledged_at = twin.acknowledged_at or act.at
    twin.save(force_insert=True)
    journal.new_subject(pk, at=act.at)
    adopt_keys_of(twin)
    origin.goes_on_as = pk
    return twin


def _unit(target: "Authority", named: UUID | None) -> Unit | None:
    """Return the unit named, else the only one that the authority has."""
    units = list(target.units.filter(pk=named) if named else target.units.all()[:2])
    return units[0] if len(units) == 1 else None


def _department(act: "StepContext", target: "Authority") -> str:
    """Return where a child lives, as far as the new authority answers for it; else the first place that it has."""
    rows = AuthorityTerritory.objects.in_force(act.case.today).filter(authority=target)
    places = sorted(set(rows.values_list("department_code", flat=True)) - {""})
    living = [child.residence_department for child in act.case.children]
    return next((code for code in living if code in places), places[0] if places else "")


# --- At the origin ------------------------------------------------------------------------------------


def _end_at_origin(act: "StepContext") -> None:
    """End what ran here: measures go on elsewhere (⇒ M14), answers are owed there, the team loses the case."""
    case = act.case
    case.forget("measures", "feedback_tasks", "assignments")
    for measure in case.measures:
        if measure.state in GOING_ON:
            act.fire(
                Machine.MEASURE,
                "transfer",
                part=measure,
                step_input=StepInput(reason=MOVED),
                child=measure.child_id,
            )
        elif measure.state in OFFERED:
            act.fire(
                Machine.MEASURE,
                "cancel",
                part=measure,
                step_input=StepInput(reason=MOVED),
                child=measure.child_id,
            )
    _owe_nothing_here(act)
    for seat in case.assignments:
        act.change(seat, until_at=act.at)
    for grant in case.referral.grants.filter(kind="granted", ended_at=None):
        restrictions_effects.end_grant(act, grant)
    for sheet in case.referral.emergency_sheets.filter(closed_at=None):
        act.change(sheet, closed_at=act.at)
    act.stop(*(C(clock.code) for clock in list(case.open_clocks)))
    case.forget("measures", "assignments")


def _owe_nothing_here(act: "StepContext") -> None:
    """Close the answers owed to whoever filed: the new authority knows what becomes of the case, and owes them."""
    for task in [task for task in act.case.feedback_tasks if task.state in ("due", "overdue")]:
        act.fill(task, {"reason": case_answers.Withholding.TRANSFERRED})
        act.fire(Machine.FEEDBACK, "withhold", part=task)


# --- At the target ------------------------------------------------------------------------------------


def settle_in(act: "StepContext") -> None:
    """Give the case its readers, an assessment where one begins anew (⇒ A01), and its first delays (by T32)."""
    case = act.case
    for user in act.step_input.named:
        restrictions_effects.grant(act, UUID(user), kind="named", expires_at=act.at + LIST_LASTS)
    _keep_review_of_restriction(act)
    messages_effects.show_requests(case)
    case.justice_moved = True
    if case.referral.state == State.TRIAGE:
        act.start(C.C2)
    elif case.referral.state == State.QUALIFIED:
        assessment_effects.open_assessment(act)
    elif case.referral.state == State.REPORT_SUBMITTED or _waits_in_place(case):
        act.start(C.C8)


def _waits_in_place(case: Case) -> bool:
    """Tell whether a child waits again for a decision, in a case that stands by earlier ones (§2.2 Decisions)."""
    undecided = any(child.decision == DecisionCode.UNDECIDED for child in case.children)
    return undecided and case.referral.state in AFTER_DECISION


def _keep_review_of_restriction(act: "StepContext") -> None:
    """Let the restriction be looked at on the day that the origin chose, whose own clocks are over (T46)."""
    if act.case.referral.restricted and act.beside is not None:
        chosen = act.beside.referral.clocks.filter(code=C.R_RESTRICTION).order_by("started_at").last()
        if chosen is not None:
            day = chosen.due_at.astimezone(act.beside.zone).date()
            act.start(C.R_RESTRICTION, until=day)


# --- Filings joined to the case -----------------------------------------------------------------------


def _take_filings_along(act: "StepContext", carried: Carrying) -> None:
    """Let the filings joined to the case go with it, each still joined, each with its own filer (T12, §1.4)."""
    table: Any = act.case.referral.joinings.model
    for joining in table.objects.filter(target=act.case.referral, undone_at=None).select_related("referral"):
        filing = Case(joining.referral, actor=act.actor, at=act.at)
        filing.carried_with = carried
        act.elsewhere("go_along", filing)


def go_along(act: "StepContext") -> None:
    """Carry a filing that was joined to a file which is taken over (by T32)."""
    main: Carrying = act.case.carried_with
    _call_off(act)
    twin = _begin(act, main.twin.authority, State.MERGED, main.twin.unit)
    twin.closed_at = act.case.referral.closed_at
    twin.save()
    carried = Carrying(act, twin, known=main.ids)
    carried.carry()
    _join_again(act.case.referral.joinings.get(undone_at=None), carried, main)
    if joined_filings.follows(act.case, Case(main.origin, actor=act.actor, at=act.at)):
        arrived, file = (Case(row, actor=act.actor, at=act.at) for row in (twin, main.twin))
        joined_filings.keep_list(act, arrived, file)
    _end_at_origin(act)
    _take_filings_along(act, carried)


def _join_again(joining: "Joining", carried: Carrying, main: Carrying) -> None:
    """Join the filing to its file at the target as it was at the origin, so that it can be parted there (T35)."""
    values = {
        name: carried.renamed(getattr(joining, name))
        for name in ("same_children", "same_holders", "before", "after")
    }
    again = type(joining).objects.create(
        referral=carried.twin, target=main.twin, kind=joining.kind, joined_at=joining.joined_at, **values
    )
    for moved in joining.moved.all():
        type(moved).objects.create(
            referral=carried.twin, joining=again, relation=moved.relation, row=carried.new_id(moved.row)
        )
