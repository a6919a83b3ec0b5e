"""What a step of the referral does to the other rows of its case.

An effect takes the running act (``referrals/act.py``): it makes rows, fires the steps that the procedure
brings along, starts and stops the clocks of one child, measure or referral to justice. In the order of
domain.md §2.2; the effects of the three other machines stand in their own files.
"""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from guardian.shortcuts import assign_perm

from accounts.models import User
from referrals import corrections
from referrals.completeness import items_left_open
from referrals.filing import adopt_keys, derive_child, late_receipt, receive, receive_urgently
from referrals.likeness import indexing
from referrals.workflow import checks, feedback, guards, hearing
from referrals.workflow.clockcodes import ClockCode as C
from referrals.workflow.codes import ContactKind, Occasion, Seen, VisitKind
from referrals.workflow.fieldtypes import storable
from referrals.workflow.states import (
    DECIDING,
    EXPLOITED,
    GRAVITY,
    ORDERING,
    AssessmentState,
    ChildMet,
    DecisionCode,
    Exploitation,
    InformationState,
    Machine,
    MeasureState,
    State,
    Urgency,
)

if TYPE_CHECKING:
    from referrals.act import Act

#: Where a case stands once each child was decided for, whatever became of the decisions since.
AFTER_DECISION = (
    State.ADMIN_OFFER,
    State.JUDICIAL_PENDING,
    State.PROTECTED_ADMIN,
    State.PROTECTED_JUDICIAL,
)

EXIT_BAN = "exit_ban"

__all__ = ["adopt_keys", "receive", "receive_urgently"]

# --- First analysis -----------------------------------------------------------------------------------


def qualify_children(act: "Act") -> None:
    """Note the danger of each child (T10)."""
    for item in act.given.children:
        child = act.case.child(item.child)
        act.change(
            child,
            danger_categories=item.danger_categories,
            danger_level=item.danger_level,
            maltreatment=item.maltreatment,
        )


def raise_urgency(act: "Act") -> None:
    """Let the qualification raise the urgency; lowering it is a step of its own (T45)."""
    if act.given.urgency > act.case.referral.urgency:
        act.case.referral.urgency = act.given.urgency


def open_assessment(act: "Act") -> None:
    """Open the assessment of the household; nobody has been met yet (⇒ A01)."""
    row = act.new("assessments", opened_at=act.at)
    act.case.forget("assessments", "conclusions")
    act.fire(Machine.ASSESSMENT, "open", part=row)
    for child in act.case.children:
        act.change(child, child_met=ChildMet.NEVER)


def name_team(act: "Act") -> None:
    """Put the team, and the lead where one is named, on the case (T13)."""
    for member in act.given.team:
        put_on_case(act, member.user, "assessor", field=member.field, waiver=member.waiver)
    if act.given.get("lead"):
        put_on_case(act, act.given.lead, "assessment_lead")


def put_on_case(
    act: "Act", user: UUID, role: str, *, field: str = "", waiver: str = "", child: UUID | None = None
) -> None:
    alike = [a for a in act.case.assignments if a.user_id == user and a.role == role and a.child_id == child]
    if not alike:
        act.new(
            "assignments",
            user_id=user,
            role=role,
            field=field,
            waiver=waiver,
            child_id=child,
            since_at=act.at,
        )
    act.case.forget("assignments")


def assign_assessment(act: "Act") -> None:
    """Plan the assessment (⇒ A02)."""
    found = act.case.open_assessment
    if found is not None:
        found.plan_on = act.given.plan_on
        act.fire(Machine.ASSESSMENT, "assign", part=found)


# --- Danger, justice, holders -------------------------------------------------------------------------


def flag_danger(act: "Act") -> None:
    """Mark the child, raise the urgency to U3, start C3 for it (T14)."""
    child = act.case.child(act.given.child)
    act.change(child, immediate_danger=True, danger_ever=True)
    act.case.referral.urgency = Urgency.U3
    act.start(C.C3, child=act.given.child)


def send_argued_to_justice(act: "Act") -> None:
    """Refer the case as its outcome, with the report where there is one (T26; D226-2-7).

    Where justice was seized before, the report follows what it was sent.
    """
    report = act.case.delivered_report
    if act.given.already_sent or not act.given.grounds:
        sent = act.case.awaiting_answer(act.case.to_be_referred(act.given))
        for row in sent if report is not None else ():
            act.change(row, report=report)
    else:
        send_to_justice(act, report=report)


def send_to_justice(act: "Act", *, report: Any = None) -> None:
    """Send the referral to justice and owe the holders their written information (T15, T18; L226-5)."""
    children = act.case.of_case(act.given.get("children") or []) or act.case.judicial_children()
    prepared = act.case.prepared(act.given)
    act.made = act.refer_to_justice(children=children, said=act.given, prepared=prepared, report=report)
    _owe_information(act, Occasion.JUDICIAL_REFERRAL)


def _owe_information(act: "Act", occasion: Occasion) -> None:
    told = {found.holder_id for found in act.case.informations if found.occasion == occasion}
    for holder in act.case.holders:
        if holder.pk not in told:
            act.new("holder_informations", holder=holder, occasion=occasion)
    act.case.forget("informations")


def inform_holder(act: "Act") -> None:
    """Record that the holder was told, or why not yet, or why it isn't due (T16)."""
    given = act.given
    row = next(
        (i for i in act.case.informations if i.holder_id == given.holder and i.occasion == given.occasion),
        None,
    ) or act.new("holder_informations", holder_id=given.holder, occasion=given.occasion)
    deferred = given.outcome == InformationState.DEFERRED
    act.change(
        row,
        state=given.outcome,
        told_on=given.told_on if given.outcome == InformationState.DONE else None,
        means=given.means,
        reason=given.reason if deferred else "",
        reason_text=given.reason_text,
        review_on=given.review_on if deferred else None,
        deferred_since=(row.deferred_since or act.case.today) if deferred else None,
    )
    act.case.forget("informations")


# --- Assessment ---------------------------------------------------------------------------------------


def record_visit(act: "Act") -> None:
    """Keep the contact, note who was seen, stop what it meets of C4b, begin the assessment (T17 ⇒ A03)."""
    given, assessment = act.given, act.case.open_assessment
    visit = act.new(
        "visits",
        assessment=assessment,
        kind=given.kind,
        at=given.at,
        who=given.who,
        where=given.where,
        text=given.text,
        by_id=act.actor.user_id,
    )
    for item in given.children:
        act.new("sightings", visit=visit, child_id=item.child, seen=item.seen)
        _see(act, item)
    if any(item.seen != Seen.NO for item in given.children):
        act.stop(C.C4B_MEETING)
    if given.kind == VisitKind.HOME_VISIT:
        act.stop(C.C4B_VISIT)
    if assessment is not None and assessment.state == AssessmentState.PLANNED:
        assessment.started_on = given.at.astimezone(act.case.zone).date()
        act.fire(Machine.ASSESSMENT, "start", part=assessment)


def _see(act: "Act", item: Any) -> None:
    child = act.case.child(item.child)
    if item.seen == Seen.ALONE:
        if act.given.holders_consent != "yes" and not act.given.alone_reason:
            act.warnings.append("child-seen-alone-without-consent")
        act.change(child, child_met=ChildMet.ALONE)
    elif item.seen == Seen.WITH_HOLDER and child is not None and child.child_met == ChildMet.NEVER:
        act.change(child, child_met=ChildMet.WITH_HOLDER)


def refer_every_child(act: "Act") -> None:
    """Decide *judicial* for every child: nobody could be met (T18)."""
    for child in act.case.children:
        _decide(act, child, DecisionCode.JUDICIAL, ground="unreachable", motivation=act.given.actions_led)


def abort_assessment(act: "Act") -> None:
    """Break off the assessment under way (⇒ A09)."""
    found = act.case.open_assessment
    if found is not None:
        act.fire(Machine.ASSESSMENT, "abort", part=found)


def note_new_date(act: "Act") -> None:
    """Keep until when the team now counts; the legal date stays where it is (T19)."""
    found = act.case.open_assessment
    if found is not None:
        act.change(found, expected_on=act.given.expected_on)


def deliver_assessment(act: "Act") -> None:
    """Deliver the report (⇒ A07)."""
    found = act.case.open_assessment
    if found is not None:
        act.fire(Machine.ASSESSMENT, "deliver", part=found)


def name_decider(act: "Act") -> None:
    """Put the decider on the case: the one named, else the inspectors of the unit (T20)."""
    for user in checks.deciders(act.case, act.given):
        put_on_case(act, user, "ase_inspector")


def resume_assessment(act: "Act") -> None:
    """Send the report back to its team, or open an assessment where there was none (T21 ⇒ A08, or A01 and A02)."""
    name_team(act)
    act.start(C.C4B_MEETING)
    last = act.case.assessment
    if last is None:
        open_assessment(act)
        opened = act.case.open_assessment
        if opened is not None:
            opened.plan_on = act.given.due_on
            act.fire(Machine.ASSESSMENT, "assign", part=opened)
    else:
        act.fire(Machine.ASSESSMENT, "ask_supplement", part=last)


# --- Decisions ----------------------------------------------------------------------------------------


def _decide(act: "Act", child: Any, code: str, *, ground: str, motivation: str) -> None:
    act.new(
        "decisions",
        child=child,
        code=code,
        ground=ground,
        motivation=motivation,
        at=act.at,
        by_id=act.actor.user_id,
    )
    act.change(child, decision=code)
    if guards.spares_justice(act.case, child, code):
        act.warnings.append("exploitation-without-justice")
    if act.step.name != "decide_child":
        act.fire(Machine.REFERRAL, "decide_child", child=child.pk)


def record_decisions(act: "Act") -> None:
    """Take the decisions that the step carries (⇒ T43 each), and owe the holders their information."""
    for item in act.given.decisions:
        child = act.case.child(item.child)
        _decide(act, child, item.decision, ground=item.ground, motivation=item.motivation)
    _owe_information(act, Occasion.DECISION)


def decide_for_justice(act: "Act") -> None:
    """From an offer or a protection, the children referred are now *judicial* (T26)."""
    for child in act.case.of_case(act.given.children):
        if child.decision != DecisionCode.JUDICIAL:
            _decide(act, child, DecisionCode.JUDICIAL, ground="", motivation=act.given.motivation)


def decide_one_child(act: "Act") -> None:
    """Take the decision for one child (T43)."""
    child = act.case.child(act.given.child)
    _decide(act, child, act.given.decision, ground=act.given.ground, motivation=act.given.motivation)


def propose_measures(act: "Act") -> None:
    """Offer the measures that come with the decision (⇒ M01; C9 each)."""
    for item in act.given.measures:
        child = act.case.child(item.get("child") or act.given.child)
        propose_measure(act, child, item)


def propose_measure(act: "Act", child: Any, item: Any) -> Any:
    """Offer one administrative measure to the family of a child (M01)."""
    row = act.new(
        "measures",
        child=child,
        type_id=item.type,
        judicial=False,
        proposed_at=act.at,
        duration_months=item.duration_months,
        service_id=item.service,
        aim=item.aim,
        variant=item.variant,
        notified_on=item.notified_on,
        sent_on=item.sent_on,
    )
    act.fire(Machine.MEASURE, "propose", part=row, child=child.pk)
    act.start(C.C9, part=row)
    act.case.forget("measures")
    return row


# --- Agreement, refusal, answer of justice -----------------------------------------------------------


def agree_to_measure(act: "Act") -> None:
    """Record the agreement on its measure (T24 ⇒ M02)."""
    row = next(found for found in act.case.measures if found.pk == act.given.measure)
    act.child = row.child_id
    take_agreement(act, row)
    act.fire(Machine.MEASURE, "agree", part=row, given=act.given, child=row.child_id)


def take_agreement(act: "Act", row: Any) -> None:
    """Write the agreement into the measure; C9 stops, C16 starts (M02)."""
    act.fill(
        row,
        {
            "agreed_on": act.given.agreed_on,
            "agreement": f"{act.given.signed_by}\n{act.given.agreement}".strip(),
            "agreed_by_silence": act.given.by_silence,
            "child_opinion": act.given.child_opinion,
        },
    )
    act.stop(C.C9, part=row)
    act.start(C.C16, part=row)


def refuse_measures(act: "Act") -> None:
    """Cancel what was offered to the child, end what had begun (T25 ⇒ M03, M12)."""
    begun = (MeasureState.ACTIVE, MeasureState.SUSPENDED)
    for row in act.case.measures_alive():
        if row.child_id != act.given.child or row.judicial:
            continue
        if row.state in begun:
            row.over_on = act.case.today
        act.stop(*_CLOCKS_OF_A_MEASURE, part=row)
        act.fire(Machine.MEASURE, "end" if row.state in begun else "refuse", part=row, child=row.child_id)
    act.case.forget("measures")


_CLOCKS_OF_A_MEASURE = (
    C.C9, C.C10, C.C11, C.C12, C.C13, C.C14, C.C14B, C.C15, C.C15B, C.C16, C.C17, C.C17B,
)  # fmt: skip


def refer_after_refusal(act: "Act") -> None:
    """Refer the child to justice where danger persists; else it is undecided again (T25)."""
    child = act.case.child(act.given.child)
    if act.given.danger_persists:
        _decide(act, child, DecisionCode.JUDICIAL, ground="refusal", motivation=act.given.actions_led)
        act.made = act.refer_to_justice(
            children=[child],
            said=act.given,
            prepared=act.case.prepared(act.given),
            report=act.case.delivered_report,
        )
        _owe_information(act, Occasion.JUDICIAL_REFERRAL)
    else:
        undecide(act, child)


def undecide(act: "Act", child: Any) -> None:
    """Let a child wait for a decision again (domain.md §2.2 Decisions)."""
    if child.decision != DecisionCode.UNDECIDED:
        act.change(child, decision=DecisionCode.UNDECIDED)


def answer_of_justice(act: "Act") -> None:
    """Record the answer on its referral to justice (T28 ⇒ J04)."""
    row = next(found for found in act.case.judicial_referrals if found.pk == act.given.judicial_referral)
    record_outcomes(act, row)
    act.fire(Machine.JUDICIAL, "record_outcome", part=row, given=act.given)
    act.case.forget("judicial_referrals")


def record_outcomes(act: "Act", row: Any) -> None:
    """Keep what justice answered for each child, and the measures that it ordered (J04 ⇒ M05)."""
    for item in act.given.outcomes:
        act.new(
            "judicial_outcomes",
            judicial_referral=row,
            child_id=item.child,
            type=item.type,
            on=item.on,
            copy=item["copy"],  # a mapping has a method of that name
            **hearing.kept(item),
        )
        if item.type == "judge_seized":
            _judge_seized(act, item)
    getattr(row, "_prefetched_objects_cache", {}).pop("outcomes", None)
    for order in act.given.orders:
        order_measure(act, order, judicial_referral=row)
    for item in act.given.outcomes:
        child = act.case.child(item.child)
        without = item.type in DECIDING and item.type not in ORDERING
        judicial = child is not None and child.decision == DecisionCode.JUDICIAL
        if without and judicial and not _waits_elsewhere(act, row, child):
            undecide(act, child)
    if all(act.case.answered(row, child) for child in row.children.all()):
        act.stop(C.C7, part=row)


def _waits_elsewhere(act: "Act", row: Any, child: Any) -> bool:
    return any(found.pk != row.pk for found in act.case.judicial_open(child))


def _judge_seized(act: "Act", item: Any) -> None:
    """The judge is seized after a prosecutor's order: C13 stops, the hearing is due in 15 days (CPC 1184)."""
    for measure in act.case.measures_alive(act.case.child(item.child)):
        if any(clock.code == C.C13 and clock.part == measure.pk for clock in act.case.open_clocks):
            act.stop(C.C13, part=measure)
            if measure.type_id == EXIT_BAN:
                continue  # nobody is placed: no hearing within fifteen days follows
            act.start(C.C14, part=measure, since=local_noon(act, item.on))


def local_noon(act: "Act", day: Any) -> datetime:
    """Return noon of a day in the authority's zone: an instant that is on that day everywhere near."""
    return datetime.combine(day, time(12), tzinfo=act.case.zone)


def order_measure(act: "Act", item: Any, *, judicial_referral: Any = None) -> Any:
    """Record a measure that justice ordered, and start the clocks of its type (M05)."""
    row = act.new(
        "measures",
        state=MeasureState.ORDERED,
        child_id=item.child,
        type_id=item.type,
        judicial=True,
        judicial_referral=judicial_referral,
        proposed_at=act.at,
        ordered_on=item.ordered_on,
        term_on=item.term_on,
        service_id=item.service,
        ordered_by=item.ordered_by,
        order_copy=item.order_copy,
        place=item.place,
        variant=item.variant,
    )
    act.fire(Machine.MEASURE, "order", part=row, child=item.child)
    start_order_clocks(act, row, item)
    act.case.forget("measures")
    settle_by_order(act, row)
    return row


def start_order_clocks(act: "Act", row: Any, item: Any) -> None:
    """Start the clocks of an order's type from its date (M05); after a prosecutor's the judge is seized in 8 days."""
    judge_follows = item.type == EXIT_BAN and item.decider == "prosecutor"
    for code in [*row.type.order_clocks, *([C.C13] if judge_follows else [])]:
        act.start(C(code), part=row, since=local_noon(act, item.ordered_on))


def settle_by_order(act: "Act", row: Any) -> None:
    """Let an order answer for a child who waits for a decision again: it is *judicial* (⇒ T43).

    The paper is silent. A coordinator expects nothing more to be decided for a child whom the judge protects;
    without this T30 would wait for a decision that nobody owes. Up to the report the inspector still decides
    (*continue*, T27), and a decision that was taken stands beside the order.
    """
    child = act.case.child(row.child_id)
    if (
        child is not None
        and child.decision == DecisionCode.UNDECIDED
        and act.case.referral.state in AFTER_DECISION
    ):
        _decide(act, child, DecisionCode.JUDICIAL, ground="order", motivation="")


# --- Status, urgency, people --------------------------------------------------------------------------


def rectify(act: "Act") -> None:
    """Correct values; the old ones stay, sealed, with the reason (T42)."""
    corrected = corrections.read(act)
    for item in corrected:
        _keep_old(act, item)
        act.change(item.row, **{item.field: item.value})
    if act.given.wrong_person:
        act.change(act.case.child(act.given.wrong_person), wrong_person=True)
    for child in {item.row.pk: item.row for item in corrected if item.part == "children"}.values():
        act.change(child, **derive_child(child, corrections.identity_of(act, child), on=act.case.today))
    indexing.follow_corrections(act, corrected, wrong_person=act.given.wrong_person)
    act.case.forget("children")
    if act.case.referral.left_open:
        act.case.referral.left_open = bool(items_left_open(act.case.referral, late=late_receipt(act.case)))


def _keep_old(act: "Act", item: Any) -> None:
    act.new(
        "rectifications",
        model=item.part,
        row=item.row.pk,
        field=item.field,
        access_class=item.access_class,
        at=act.at,
        by=act.actor.user_id,
        old_value={"value": item.old},
        reason=act.given.reason,
    )


def set_status(act: "Act") -> None:
    """Set the child's status, keep its gravest value, raise the urgency with it (T44, §2.5)."""
    child, value = act.case.on_record(act.given.child), Exploitation(act.given.value)
    ever = max(Exploitation(child.status_ever), value, key=GRAVITY.index) if child else value
    act.change(child, prostitution_status=value, status_ever=ever)
    if value in EXPLOITED and act.case.referral.urgency in (Urgency.U0, Urgency.U1):
        act.case.referral.urgency = Urgency.U2


def set_urgency(act: "Act") -> None:
    """Clear the immediate danger of the children named; C3 stops for them (T45)."""
    for child in act.case.of_case(act.given.clear_danger):
        act.change(child, immediate_danger=False)
        act.stop(C.C3, child=child.pk)


def restrict(act: "Act") -> None:
    """Name those who may still read (T46)."""
    child = act.case.child(act.given.child) if act.given.child else None
    if child is not None:
        act.change(child, restricted=True)
        act.start(C.R_RESTRICTION, child=child.pk, until=act.given.review_on)
        indexing.hide_row(child.pk, act.case.referral)
    else:
        act.start(C.R_RESTRICTION, until=act.given.review_on)
    for user in act.given.named:
        grant(act, user, kind="named", expires_at=act.at + timedelta(days=3650))


def unrestrict(act: "Act") -> None:
    """Lift the restriction of case and children, or add names to the list (T46)."""
    act.apart = not act.given.lift and act.case.is_restricted
    for user in act.given.add:
        grant(act, user, kind="named", expires_at=act.at + timedelta(days=3650))
    if act.given.lift:
        act.stop(C.R_RESTRICTION)
        for child in act.case.recorded:
            if child.restricted:
                act.change(child, restricted=False)
                indexing.outdate(act.case.referral)
        for found in act.case.referral.grants.filter(kind="named", ended_at=None):
            end_grant(act, found)


def grant(act: "Act", user: UUID, *, kind: str, expires_at: datetime) -> None:
    """Give one person an exceptional right on the case: django-guardian's row, owned by a ``Grant``."""
    referral = act.case.referral
    account = User.objects.get(pk=user)
    already = referral.grants.filter(user=account, kind=kind, ended_at=None).first()
    if already is not None:
        end_grant(act, already)
    permission: Any = assign_perm(f"{kind}_referral", account, referral)
    act.new(
        "grants",
        user=account,
        permission=None if referral.grants.filter(permission=permission).exists() else permission,
        kind=kind,
        by=act.actor.user_id or UUID(int=0),
        since_at=act.at,
        expires_at=expires_at,
        reason=act.given.reason,
    )


def end_grant(act: "Act", found: Any) -> None:
    """End a grant: guardian's row goes, the grant stays as history."""
    permission = found.permission
    act.change(found, ended_at=act.at, permission=None)
    if permission is not None:
        permission.delete()


def change_team(act: "Act") -> None:
    """Let members leave and join; what the leaver wrote stays (T47)."""
    for found in act.case.assignments:
        if found.role == "assessor" and found.user_id in act.given.leave:
            act.change(found, until_at=act.at)
    act.case.forget("assignments")
    for member in act.given.join:
        put_on_case(act, member.user, "assessor", field=member.field, waiver=member.waiver)


def name_inspector(act: "Act") -> None:
    """Put the decider on the case (T48)."""
    put_on_case(act, act.given.user, "ase_inspector")


def name_referent(act: "Act") -> None:
    """Put the referent on the case, for one child where it is named (T48)."""
    put_on_case(act, act.given.user, "case_referent", child=act.given.child)


def name_service(act: "Act") -> None:
    """Confide the measure to its service (T48 ⇒ M06)."""
    row = next(found for found in act.case.measures if found.pk == act.given.measure)
    act.child = row.child_id
    hand_over(act, row)
    act.fire(Machine.MEASURE, "hand_over", part=row, child=row.child_id)


def hand_over(act: "Act", row: Any) -> None:
    """Write the service into the measure, and the passages that it needs to know (M06)."""
    act.fill(row, {"service_id": act.given.service, "extract": act.given.extract or None})


def log_contact(act: "Act") -> None:
    """Start and stop the clocks of what was asked (feedback, an address); keep an assessor's attempt (T49)."""
    kind = act.given.kind
    if kind == ContactKind.ATTEMPT:
        _keep_attempt(act)
    if kind == ContactKind.FEEDBACK_REQUEST:
        feedback.request(act)
    elif kind == ContactKind.ADDRESS_REQUEST:
        act.start(C.C18, since=act.given.at)
    elif kind == ContactKind.ADDRESS_ANSWER:
        act.stop(C.C18)


def _keep_attempt(act: "Act") -> None:
    """Let a call or letter of the team that reached nobody count as an attempt of its assessment (T18)."""
    assessment = act.case.open_assessment
    if assessment is not None and {act.actor.user_id, act.actor.obo} & act.case.team():
        act.new(
            "visits",
            assessment=assessment,
            kind=VisitKind.ATTEMPT,
            at=act.given.at,
            who=act.given.with_whom,
            text=act.given.text,
            by_id=act.actor.user_id,
        )


def add_child(act: "Act") -> None:
    """Add a child to the case; its age counts for the assessment's date (T50)."""
    said = {name: value for name, value in act.given.items() if name not in ("reason",)}
    child = act.new("children", **{name: storable(value) for name, value in said.items()})
    act.case.forget("children")
    act.change(child, **derive_child(child, said, on=act.case.today))
    indexing.outdate(act.case.referral)
    act.child = child.pk
    act.made = child


def exclude(act: "Act") -> None:
    """Bar the person, and take it off the case (§1.3 rule 8)."""
    _bar(act, act.given.user)


def recuse(act: "Act") -> None:
    """Bar whoever asks for it, the person concerned (§1.3 rule 8)."""
    _bar(act, act.actor.user_id)


def _bar(act: "Act", user: UUID | None) -> None:
    act.new("exclusions", user_id=user, by=act.actor.user_id, since_at=act.at, reason=act.given.reason)
    for found in act.case.assignments:
        if found.user_id == user:
            act.change(found, until_at=act.at)
    act.case.forget("assignments")


def lift_exclusion(act: "Act") -> None:
    """End the exclusion in force (§1.3 rule 8)."""
    for found in act.case.referral.exclusions.filter(user_id=act.given.user, lifted_at=None):
        act.change(found, lifted_at=act.at)


def grant_access(act: "Act") -> None:
    """Let one more person read the case, until the end of the day named (§1.3 ``granted``)."""
    grant(
        act, act.given.user, kind="granted", expires_at=local_noon(act, act.given.until) + timedelta(hours=12)
    )
