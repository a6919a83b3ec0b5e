"""The only writes of a case. ``perform`` is the one place where a state moves.

Order of an unsafe request (design.md): visible (404) → Idempotency-Key → version (428, 412) → role (403) →
state and guards (409) → body (400) → second signature → effects, clocks, record, entry. ``at`` is the
instant of the act (UTC), read once at the edge: nothing here has a clock.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from accounts.actor import Actor, system
from accounts.roles import Role
from accounts.signin import actor_of_user
from audit import journal
from audit.disclosure import disclosure
from audit.events import Purpose, register
from referrals import access, clocks, filing, notices, reading, receiving, rowlevel
from referrals.access import NOBODY, Relation, Sight, Ties
from referrals.act import Act, Given, as_json, given_of
from referrals.attachments import barring, rights
from referrals.errors import (
    ApprovalClosed,
    ApproverRefused,
    GuardRefused,
    MissingVersion,
    NotAllowed,
    NotVisible,
    StaleVersion,
    WrongState,
)
from referrals.models import Approval, Child, Referral, StandIn
from referrals.workflow import alerts, checks, exchanges, feedback, informing, keeping, purging, signatories
from referrals.workflow.case import Case
from referrals.workflow.codes import AgeBand
from referrals.workflow.declare import RECEIVER, Guard, Step, require_proof, steps
from referrals.workflow.hanging import OF_THE_LIST, ids_in
from referrals.workflow.machines import MACHINES
from referrals.workflow.moving import effects as moving
from referrals.workflow.states import (
    ACTIVE,
    ApprovalState,
    ChildKind,
    JudicialState,
    Machine,
    State,
    Urgency,
)

register("approval:requested", "approval:refused", "approval:lapsed")

#: Where the steps of filing start, and no other step.
FILING: Final = (State.DRAFT,)
#: What follows of itself from a step: each is told the act and the state in which it began.
FOLLOWERS: Final = (keeping.count_keeping, informing.count_reviews, purging.leave_batches)
#: What follows beside when the case leaves that state.
FOLLOWERS_ON_LEAVING: Final = (exchanges.follow, feedback.follow, alerts.follow, moving.follow)
NOT_EXPECTED: Final = object()
DONE: Final = 200
ASKED: Final = 202
JUSTICE_STEPS: Final = ("prepare", "confirm_receipt", "record_outcome", "close", "discard")
NOT_NOW: Final = "Pas possible actuellement."
WITHHELD: Final = ("not-possible-now", NOT_NOW, "")
#: The class of the fact behind a guard, where it isn't the shell's: only its readers are told which rule
#: refuses (domain.md §1.4).
FACT_CLASS: Final[Mapping[str, str]] = {
    "no_sign_of_exploitation": "D",
    "no_judicial_referral_open": "I",
    "nothing_is_awaited": "I",
    "document_is_written": "I",
    "document_says_the_same": "I",
    "referral_is_argued_in_full": "I",
    "silence_outlasted_the_reminders": "I",
    "silence_has_lasted": "J",
    "children_may_be_named": "B",
    "outcome_is_of_case": "I",
    "no_measure_alive": "J",
    "measure_is_proposed": "J",
    "triage_may_continue": "J",
    "nothing_is_left_open": "J",
    "strongest_is_close": "J",
    "strongest_is_admin": "J",
    "strongest_is_continue": "J",
    "strongest_is_judicial_after_report": "J",
    "recorded_decisions_still_hold": "J",
    "no_child_was_met": "D",
    "attempts_were_made": "H",
    "assessment_awaits_validation": "H",
    "every_child_has_a_conclusion": "H",
    "report_is_complete": "H",
    "visits_were_made": "H",
    "status_moves_lawfully": "D",
    "urgency_keeps_its_floor": "D",
    "implicated_holder_waits": "B",
    "children_are_qualified": "A",
    "child_is_away": "A",
    "shelter_has_its_ground": "D",
    "not_sheltered_yet": "J",
    "holders_wait_where_they_must": "B",
    "same_child_is_confirmed": "B",
    "target_takes_it": "B",
    "every_child_is_matched": "B",
    "every_holder_is_matched": "B",
    "informations_agree": "B",
    "other_is_known": "B",
    "pair_is_new": "B",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an act left: the case, and what the answer may tell of it."""

    referral: Referral
    made: UUID | None = None
    approval: UUID | None = None
    warnings: Sequence[str] = ()

    @property
    def status(self) -> int:
        """Return the kind of outcome as HTTP names it: 202 where a second signature is awaited."""
        return ASKED if self.approval else DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A step asked for: which, on what, with what, on which version; ``version`` None means none was said."""

    step: Step
    referral_id: UUID
    part_id: UUID | None = None
    body: Any = field(default_factory=dict)
    version: Any = None


# --- Reading a case under a lock ----------------------------------------------------------------------


def locked(
    referral_id: UUID, *, actor: Actor, at: datetime, step: Step | None = None
) -> tuple[Referral, Ties]:
    """Return the referral under its row lock, with the actor's ties to it.

    Cases that ``step`` may touch too are locked with it, all in the order of their ids: two acts that want the same
    two cases wait for each other instead of each holding one. A filing that went to another authority is found where
    it goes on, and locked there after the stub: nobody takes the two in another order.

    Raises:
        NotVisible: absent, or not for this actor's eyes; the two look the same.
    """
    # The lock first: whoever is excluded or loses a case does so under it, so that what is read here holds.
    also = step.also_locks if step is not None else None
    # In a fixed order, or two acts would wait for each other; a case that the actor doesn't see is locked unread.
    with rowlevel.beyond() if also else nullcontext():
        _lock({referral_id, *(also(referral_id) if also else ())})
    if step is not None and RECEIVER in step.sides:
        asked = receiving.received(referral_id, actor=actor, at=at)
        if asked is not None:
            return asked[0], asked[2]
    goes_on = access.known_as(actor, referral_id, at=at).exclude(pk=referral_id).values_list("pk", flat=True)
    if actor.holding(access.FILERS):
        _lock(set(goes_on))
    found = access.known_as(actor, referral_id, at=at).first()
    if found is None:
        raise NotVisible
    return found, access.ties_of(found, actor)


def _lock(cases: set[UUID]) -> None:
    """Lock cases in the order of their ids, by one statement for however many (SEC-AZ19)."""
    list(Referral.objects.select_for_update().filter(pk__in=cases).order_by("pk").values("pk"))


def require_version(referral: Referral, version: Any) -> None:
    """Refuse a write that was decided on another version.

    Raises:
        MissingVersion: none was said.
        StaleVersion: the case has moved since.
    """
    if version is NOT_EXPECTED:
        return
    if version is None:
        raise MissingVersion
    if version != referral.version:
        raise StaleVersion(str(referral.state), referral.version)


# --- Steps ---------------------------------------------------------------------------------------------


def perform(asked: Asked, *, actor: Actor, at: datetime) -> Done:
    """Carry out one declared step: lock, ask, do, write down. All of it, or nothing.

    Where the law asks for two persons nothing moves yet: an approval opens, and its id is in the answer.

    Raises:
        NotVisible: absent, or not for this actor's eyes; the two look the same.
        MissingVersion, StaleVersion: see ``require_version``.
        NotAllowed: visible, but this role or relation doesn't perform this step.
        WrongState: the step doesn't start from the present state.
        GuardRefused: a condition of the step isn't met; names the rule and its law.
        ApproverRefused: two must sign, and no fit second person is named.
        StepUpRequired: the step is grave, and the last proof of the session is too old.
        serializers.ValidationError: the body; every fault of it.
    """
    # An authority that was asked to take a case over decides on rows that are another's: all of the act is done beyond
    # the rule that keeps them apart, and the act alone; its answer is given within it.
    with rowlevel.beyond() if RECEIVER in asked.step.sides else nullcontext():
        return _perform(asked, actor=actor, at=at)


def _perform(asked: Asked, *, actor: Actor, at: datetime) -> Done:
    referral, ties = locked(asked.referral_id, actor=actor, at=at, step=asked.step)
    require_version(referral, NOT_EXPECTED if ties.coarse else asked.version)
    sight = access.sight_of(referral, ties, actor)
    case = case_for(asked, referral, sight, actor=actor, at=at)
    require_proof(asked.step, actor, at=at)
    given = hear(asked.step, parse(asked.step, asked.body), referral, sight)
    require_checks(asked.step, case, given, ties)
    if (reason := second_signature(asked.step, case, given)) is not None:
        opened = _ask_approval(asked, case, given, reason=reason)
        return Done(referral=referral, approval=opened.pk)
    act = carry_out(asked.step, case, given)
    made = act.made.pk if act.made is not None else None
    return Done(referral=referral, made=made, warnings=tuple(act.warnings))


def case_for(
    asked: Asked, referral: Referral, sight: Sight, *, actor: Actor, at: datetime, beforehand: bool = False
) -> Case:
    """Return the case as the step will see it, once role, state and guards have been asked.

    ``beforehand``: to show the step, and not to do it; see ``barred_by``.
    """
    ties = sight.ties
    role = role_in(asked.step, ties)
    if role is None:
        raise NotAllowed(f"{asked.step.machine}:{asked.step.name}")
    case = Case(referral, actor=actor, at=at)
    case.find = lambda pk: access.visible_to(actor, at=at).filter(pk=pk).first()
    case.see_files = lambda: rights.at_hand(referral, ties, actor=actor, at=at)
    case.file_on_hold = barring.on_hold
    case.receiving, case.hidden = ties.receiving, sight.hidden
    case.listed, case.glass = ties.listed, ties.glass
    case.part = part_of(asked, case, sight)
    if case.part is not None:
        role = role_on(asked.step, case.part, sight) or role
    seat = referral.authority_id if role in actor.roles_in(referral.authority_id or NOBODY) else None
    case.actor = actor.acting_as(
        role, authority_id=seat, obo=ties.in_name_of(role), filing=ties.files_as(role)
    )
    case.step_name = asked.step.name
    require_start(asked.step, case, ties, beforehand=beforehand)
    return case


def role_in(step: Step, ties: Ties) -> Role | None:
    """Return the role in which the actor may do a step; to file is for the author alone (T02, T03)."""
    if step.source == FILING:
        return next((role for role in step.roles if (role, Relation.OWN) in ties.pairs), None)
    return ties.role_for(step)


def part_of(asked: Asked, case: Case, sight: Sight) -> Any:
    """Return the row of another machine that the step is about; None for the referral's own steps.

    Raises:
        NotVisible: the case has no such part, or a service asks for another's measure.
    """
    machine = asked.step.machine
    if machine is Machine.REFERRAL or (asked.step.creates and not asked.step.source):
        return None
    rows = getattr(case.referral, MACHINES[machine].relation).all()
    if machine is Machine.ASSESSMENT:
        found = case.open_assessment or case.assessment
    else:
        found = next((row for row in rows if row.pk == asked.part_id), None)
    if found is None or role_on(asked.step, found, sight) is None:
        raise NotVisible
    if machine is Machine.GLASS and found.pk not in {row.pk for row in case.broken_glasses}:
        raise NotVisible
    return found


def role_on(step: Step, row: Any, sight: Sight) -> Role | None:
    """Return the role in which the actor may do a step on a row of another machine, by what ties them to this row.

    A service acts on the measures that it executes, and on no other of the case (domain.md §1.1); nobody acts on what
    hangs on a child whom they don't see (SEC-AZ20, SEC-AZ21): None.
    """
    if step.machine is Machine.MEASURE:
        return role_in(step, sight.of_measure(row))
    if step.machine is Machine.JUDICIAL and sight.hidden:
        children = {child.pk for child in row.children.all()}
        if children and children <= sight.hidden:
            return None
    return role_in(step, sight.ties)


def require_start(step: Step, case: Case, ties: Ties, *, beforehand: bool = False) -> None:
    """Ask state and guards.

    Raises:
        WrongState: the step doesn't start here; the state is named to who sees it.
        GuardRefused: a condition isn't met.
    """
    referral = case.referral
    wrong = referral.state not in MACHINES[step.machine].while_in
    row = case.part if case.part is not None else referral
    state = row.state if row is not referral else access.state_seen(referral, ties)
    if step.source and state not in step.source:
        wrong = True
    if wrong:
        raise WrongState(
            step.name, **({} if ties.coarse else {"state": str(row.state), "version": referral.version})
        )
    if why := barred_by(step.guards, step, case, None, ties, beforehand=beforehand):
        raise GuardRefused(step.name, *why)


def barred_by(
    rules: Sequence[Guard], step: Step, case: Case, given: Any, ties: Ties, *, beforehand: bool = False
) -> tuple[str, str, str] | None:
    """Return which rule bars a step, its sentence and its law; None if none does.

    Rule and sentence are withheld from who may not read the fact behind (design.md). Who may not know of a child is
    told what would bar the step without it: neither a refusal nor what is possible tells of the child (SEC-AZ20).
    ``beforehand`` nothing more is told; whoever then asks for what the child bars is refused without a reason.
    """
    # Whoever takes a case over names the readers of its restricted children, and so is told that there are any (T32).
    if case.hidden and not ties.receiving:
        with case.as_seen():
            found = first_refusal(rules, case, given)
        if not found and not beforehand and first_refusal(rules, case, given):
            return WITHHELD
    else:
        found = first_refusal(rules, case, given)
    if found is None:
        return None
    guard, reason = found
    if FACT_CLASS.get(guard, "A") in ties.reads or ties.draft:
        return guard, reason, step.law
    return WITHHELD


def first_refusal(rules: Sequence[Guard], case: Case, given: Any) -> tuple[str, str] | None:
    """Return the name of the first rule that bars, and its sentence."""
    answers = ((rule.__name__, rule(case, given)) for rule in rules)
    return next(((name, reason) for name, reason in answers if reason), None)


def parse(step: Step, body: Any) -> Given:
    """Return the validated input.

    Raises:
        serializers.ValidationError: names every fault.
    """
    found = step.takes(data=body)
    found.is_valid(raise_exception=True)
    given: Given = given_of(found.validated_data)
    return given


def hear(step: Step, given: Any, referral: Referral, sight: Sight) -> Any:
    """Replace the ids of what is out of sight by an unknown id: naming it is answered as naming nothing."""
    out_of_sight = unheard(step, ids_in(given), referral, sight)
    return _without(given, out_of_sight) if out_of_sight else given


def unheard(step: Step, ids: Iterable[UUID], referral: Referral, sight: Sight) -> set[UUID]:
    """Return, of ids of a case, those of what is out of sight for a step (SEC-AZ20, SEC-AZ21).

    That is each child on whom none of the actor's ties does the step, and each row that hangs on such children alone.
    A prepared referral to justice is sent as it is written: it is there for who knows of each of its children.
    """
    named = reading.ties_among(referral, sight, ids)
    done = {pk: [role_in(step, ties) is not None for ties in several] for pk, several in named.items()}
    found = {pk for pk, each in done.items() if not any(each)}
    if partly := {pk for pk, each in done.items() if any(each) and not all(each)}:
        prepared = referral.judicial_referrals.filter(pk__in=partly, state=JudicialState.PREPARED)
        found |= set(prepared.values_list("pk", flat=True))
    return found


def _without(given: Any, ids: Container[UUID]) -> Any:
    if isinstance(given, UUID):
        return NOBODY if given in ids else given
    if isinstance(given, dict):
        return type(given)({name: _without(one, ids) for name, one in given.items()})
    return [_without(one, ids) for one in given] if isinstance(given, list) else given


def require_checks(step: Step, case: Case, given: Given, ties: Ties) -> None:
    """Ask the checks that need the input, and the guards again with it.

    Raises:
        GuardRefused: one isn't met.
    """
    case.carried = {item.child: item.decision for item in given.get("decisions") or []}
    if why := barred_by((*step.checks, *step.guards), step, case, given, ties):
        raise GuardRefused(step.name, *why)


def second_signature(step: Step, case: Case, given: Given) -> str | None:
    """Return why a second person must sign, or None."""
    return step.signed_when(case, given) if step.signed_when is not None else None


def carry_out(
    step: Step,
    case: Case,
    given: Given,
    *,
    signer: Actor | None = None,
    plain: filing.Plain | None = None,
    beside: Case | None = None,
) -> Act:
    """Move the state, do the effects, run the clocks, write it down; guards have been asked.

    ``plain`` is what a filing says, where it is at hand and sealed already under its final keys. ``beside`` is
    the case on which the act began, where this is what it does to a second one.
    """
    act = Act(step, case, given, actor=case.actor, at=case.at)
    act.signer, act.plain, act.beside = signer, plain, beside
    act.elsewhere = lambda name, other, **told: carry_out(
        steps.get(Machine.REFERRAL, name),
        other,
        Given({"referral": case.referral.pk, **told}),
        signer=signer,
        beside=case,
    )
    act.alarm = lambda what: _alarm(case, what)
    act.received = lambda: _acknowledged(case)
    act.file_becomes = lambda what: barring.become(what, act)
    referral, before_case = case.referral, str(case.referral.state)
    row = referral if step.machine is Machine.REFERRAL else case.part
    before = str(row.state) if row is not None else ""
    referral.version += 0 if step.quiet else 1
    for effect in step.carries:
        effect(act)
    if step.source:
        getattr(row, step.name)(given, case)
        if row is not referral:
            row.save()  # effects read the parts anew: what is over must not count as alive
    for effect in step.effects:
        effect(act)
    if step.machine is not Machine.REFERRAL:
        row = case.part
        row.save()
    act.plain_clocks(before_case)
    left = str(referral.state) != before_case
    for follow in (*FOLLOWERS, *(FOLLOWERS_ON_LEAVING if left else ())):
        follow(act, before_case)
    refresh_shell(case)
    referral.save()
    _lapse_approvals(case, before_case)
    if step.recorded:
        act.write_down(before=before, after=str(row.state), part=None if row is referral else row)
    notices.tell(act)
    return act


def _alarm(filing: Case, what: str) -> None:
    """Flag a danger at the file that the filing was joined to (T08 ⇒ T14); whoever told of it sees nothing."""
    step = steps.get(Machine.REFERRAL, "flag_immediate_danger")
    with rowlevel.beyond():
        for pk in exchanges.joined_to(filing.referral.pk):
            found = Referral.objects.select_related("authority", "concern").get(pk=pk)
            if found.state not in ACTIVE:
                continue
            target = Case(found, actor=_service_for(filing.actor), at=filing.at)
            for child in target.children:
                if child.kind == ChildKind.SUBJECT and not child.immediate_danger:
                    told = Given({"child": child.pk, "what": what})
                    carry_out(step, target, told, beside=filing)


def refresh_shell(case: Case) -> None:
    """Show on the referral what its children, clocks and referrals to justice have become."""
    referral = case.referral
    children = case.children
    statuses = [child.prostitution_status for child in case.recorded]
    ever = [*(child.status_ever for child in case.recorded), referral.status_ever, *statuses]
    referral.prostitution_status = filing.gravest(statuses)
    referral.status_ever = filing.gravest(ever)
    referral.immediate_danger = any(child.immediate_danger for child in children)
    referral.runaway = any(child.runaway for child in children)
    referral.under_2 = any(child.under_2 for child in children)
    referral.under_15 = any(child.under_15 for child in children)
    bands = [
        child.age_band
        for child in children
        if child.kind == ChildKind.SUBJECT and child.age_band != "unknown"
    ]
    referral.age_band = min(bands, key=list(AgeBand).index) if bands else AgeBand.UNKNOWN
    referral.urgency_ever = max(Urgency(referral.urgency_ever), Urgency(referral.urgency))
    if case.justice_moved or case.step_name in JUSTICE_STEPS:
        case.forget("judicial_referrals")
        referral.judicial_status = case.judicial_referrals[-1].state if case.judicial_referrals else ""
    if referral.state not in (State.DRAFT, State.PURGED):
        clocks.reset_target(case)
        referral.next_due_at = clocks.next_due(case)


# --- Second signatures --------------------------------------------------------------------------------


def _ask_approval(asked: Asked, case: Case, given: Given, *, reason: str) -> Approval:
    """Open a request for a second signature; nothing moves until it is given (domain.md 2S).

    Raises:
        ApproverRefused: nobody is named, or who is named may not sign.
    """
    step, approver = asked.step, given.get("approver")
    signers = signatories.signers(step, case, reason)
    if approver is None or not _may_sign(case, given, signers, approver):
        raise ApproverRefused(step.name, signers, reason)
    act = Act(step, case, given, actor=case.actor, at=case.at)
    opened: Approval = act.new(
        "approvals",
        step=step.name,
        machine=step.machine,
        part=asked.part_id,
        proposer_id=case.actor.user_id,
        proposer_role=case.actor.role,
        obo=case.actor.obo,
        approver_id=approver,
        asked_state=str(case.referral.state),
        requested_at=case.at,
        expires_at=case.at + timedelta(days=case.protocol.approval_days),
        children=[str(child.pk) for child in _about(case, given)],
        given=as_json(given),
    )
    _journal("approval:requested", case, actor=case.actor)
    notices.ask_signature(case, approver)
    return opened


def _may_sign(case: Case, given: Given, signers: Sequence[Role], user: UUID) -> bool:
    """Tell whether a person may sign a step of this case: another one, in a signing role, not excluded.

    Of a restricted case, and of a step that is about a restricted child, somebody of its list (T46): nobody signs what
    they read in part.

    Who proposed in the name of an absent person and that person are one side, and so is whoever stands in for either:
    two persons stay two (SEC-AZ12).
    """
    side = {case.actor.user_id, case.actor.obo} - {None}
    if user in side or StandIn.objects.in_force(case.at).filter(stand_in=user, absent__in=side).exists():
        return False
    fit = any(checks.holders_of(case, role, {user}) for role in signers)
    withheld = any(child.restricted for child in _about(case, given))
    if not fit or not _may_know_of_file(case, given, user):
        return False
    if not (case.referral.restricted or withheld):
        return True
    # A list that can't change itself any more is completed by who broke the glass (T46).
    left_alone = case.step_name == "unrestrict" and not checks.list_changes_itself(case)
    return user in case.on_list() or (left_alone and user in case.by_glass())


def _may_know_of_file(case: Case, given: Given, user: UUID) -> bool:
    """Tell whether a person may know of the file that a step names; a filing joined to the case may hold it."""
    file = next((row for row in case.files if row.pk == given.get("file")), None) if "file" in given else None
    if file is None or file.referral_id == case.referral.pk:
        return True
    filing = Case(file.referral, actor=case.actor, at=case.at)
    if filing.referral.exclusions.filter(lifted_at=None, user=user).exists():
        return False
    apart = filing.referral.restricted or filing.withheld(said=given)
    return not apart or user in filing.on_list()


def _about(case: Case, given: Given) -> list[Child]:
    """Return the children whom a proposal is about; one that changes a restriction: those who are restricted."""
    if case.step_name in OF_THE_LIST:
        return [child for child in case.recorded if child.restricted]
    return case.touched(given)


def _journal(act: str, case: Case, *, actor: Actor) -> None:
    journal.record(
        act,
        actor=actor,
        at=case.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
        purpose=Purpose.HANDLING,
        version=case.referral.version,
    )


def open_approval(
    referral_id: UUID, approval_id: UUID, *, actor: Actor, at: datetime, side: str
) -> tuple[Approval, Referral, Ties]:
    """Return a signature that is still asked for, to its ``approver`` or ``proposer`` alone, its case locked.

    Raises:
        NotVisible: there is none for this person.
        ApprovalClosed: it was decided, or its time is over.
    """
    asked = Approval.objects.filter(pk=approval_id).values_list("machine", "step").first()
    step = steps.get(Machine(asked[0]), asked[1]) if asked is not None else None
    referral, ties = locked(referral_id, actor=actor, at=at, step=step)
    found = referral.approvals.filter(pk=approval_id, **{f"{side}_id": actor.user_id}).first()
    if found is None or not reading.approvals_seen(referral, access.sight_of(referral, ties, actor))(found):
        raise NotVisible
    if found.state != ApprovalState.REQUESTED or found.expires_at <= at:
        raise ApprovalClosed
    return found, referral, ties


def sign(referral_id: UUID, approval_id: UUID, *, actor: Actor, at: datetime, version: Any) -> Done:
    """Sign what another person proposed: role, state and guards are asked again, then the step is done.

    Raises:
        NotVisible, ApprovalClosed: see ``open_approval``.
        ApproverRefused: the signer no longer may.
        NotAllowed, WrongState, GuardRefused: as for the proposer, now; a child is hidden from one of the two since.
        StepUpRequired: the step is grave, and the last proof of the signer's session is too old.
    """
    approval, referral, ties = open_approval(referral_id, approval_id, actor=actor, at=at, side="approver")
    require_version(referral, version)
    step = steps.get(Machine(approval.machine), approval.step)
    require_proof(step, actor, at=at)
    proposer = actor_of_user(approval.proposer, actor.origin, at=at)
    seen = access.visible_to(proposer, at=at).filter(pk=referral.pk).first()
    if seen is None:
        raise NotAllowed(f"{step.machine}:{step.name}")
    asked = Asked(step=step, referral_id=referral.pk, part_id=approval.part)
    # Both still know of each child: the step is done as it was proposed, or not at all.
    sight = access.sight_of(seen, access.ties_of(seen, proposer), proposer)
    sight = replace(sight, hidden=sight.hidden | access.sight_of(referral, ties, actor).hidden)
    case = case_for(asked, referral, sight, actor=proposer, at=at)
    given = parse(step, _proposed(approval, case, actor=actor))
    if any(child.pk in sight.hidden for child in _about(case, given)):
        raise NotAllowed(f"{step.machine}:{step.name}")
    require_checks(step, case, given, ties)
    signers = signatories.signers(step, case, second_signature(step, case, given))
    if not _may_sign(case, given, signers, approval.approver_id):
        raise ApproverRefused(step.name, signers, "")
    _close_approval(approval, ApprovalState.APPROVED, at=at)
    signing = next(role for role in signers if role in actor.roles_in(referral.authority_id))  # type: ignore[arg-type]  # a submitted case has an authority
    act = carry_out(step, case, given, signer=actor.acting_as(signing))
    made = act.made.pk if act.made is not None else None
    return Done(referral=referral, made=made, warnings=tuple(act.warnings))


def _proposed(approval: Approval, case: Case, *, actor: Actor) -> Any:
    with disclosure(
        actor=actor,
        purpose=Purpose.DECISION,
        at=case.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
    ) as scope:
        given = approval.given
        return given.open(scope) if given is not None else {}


def _close_approval(approval: Approval, state: ApprovalState, *, at: datetime) -> None:
    approval.state, approval.decided_at = state, at
    approval.save(update_fields=["state", "decided_at"])


def refuse(referral_id: UUID, approval_id: UUID, *, actor: Actor, at: datetime, reason: str) -> Done:
    """Refuse to sign; nothing moved.

    Raises:
        NotVisible, ApprovalClosed: see ``open_approval``.
    """
    approval, referral, _ = open_approval(referral_id, approval_id, actor=actor, at=at, side="approver")
    case = Case(referral, actor=actor, at=at)
    act = Act(steps.get(Machine(approval.machine), approval.step), case, Given(), actor=actor, at=at)
    act.change(approval, reason=reason)
    _close_approval(approval, ApprovalState.REFUSED, at=at)
    _journal("approval:refused", case, actor=actor)
    return Done(referral=referral)


def withdraw_proposal(referral_id: UUID, approval_id: UUID, *, actor: Actor, at: datetime) -> Done:
    """Take back the own request for a signature.

    Raises:
        NotVisible, ApprovalClosed: see ``open_approval``.
    """
    approval, referral, _ = open_approval(referral_id, approval_id, actor=actor, at=at, side="proposer")
    _close_approval(approval, ApprovalState.LAPSED, at=at)
    _journal("approval:lapsed", Case(referral, actor=actor, at=at), actor=actor)
    return Done(referral=referral)


def _lapse_approvals(case: Case, before: str) -> None:
    """Let requests lapse that were made in a state which the case has left (domain.md §2.7)."""
    if str(case.referral.state) == before or before == State.DRAFT:
        return
    for found in case.referral.approvals.filter(state=ApprovalState.REQUESTED).exclude(
        asked_state=str(case.referral.state)
    ):
        _close_approval(found, ApprovalState.LAPSED, at=case.at)
        _journal("approval:lapsed", case, actor=_service_for(case.actor))


# --- What opening a file brings along -----------------------------------------------------------------


def _service_for(actor: Actor) -> Actor:
    """Return the service itself at work for somebody, whom its entries name (SEC-AZ11)."""
    return system(origin=actor.origin, obo=actor.user_id or actor.obo, filing=actor.filing)


def acknowledge_on_opening(referral: Referral, *, opener: Actor, at: datetime) -> Referral:
    """Acknowledge a submitted concern that someone opens who may acknowledge it (T05, by the system for the opener).

    Returns the referral as it is then, locked; the opener's ties are unchanged by it.
    """
    fresh = Referral.objects.select_for_update().get(pk=referral.pk)
    _acknowledged(Case(fresh, actor=opener, at=at))
    return fresh


def _acknowledged(opening: Case) -> None:
    """Do T05 by the system for whoever opens the case, if it still waits for it; what ``opening`` read is outdated."""
    if opening.referral.state != State.SUBMITTED:
        return
    case = Case(opening.referral, actor=_service_for(opening.actor), at=opening.at)
    case.step_name = "acknowledge"
    carry_out(steps.get(Machine.REFERRAL, "acknowledge"), case, Given(note=""))
    opening.forget("open_clocks", "records")


def answer_on_opening(referral: Referral, *, opener: Actor, at: datetime) -> None:
    """Take an urgent call as answered by somebody who is called and opens the file (S7)."""
    fresh = Referral.objects.select_for_update().get(pk=referral.pk)
    case = Case(fresh, actor=_service_for(opener), at=at)
    case.step_name = "acknowledge"
    for alert in case.alerts:
        case.part = alert
        carry_out(steps.get(Machine.ALERT, "acknowledge"), case, Given())
