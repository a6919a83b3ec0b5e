"""Preconditions of a step: the locked case, version, role, state, guards, body, checks."""

from collections.abc import Container, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor, system
from accounts.roles import Role
from audit import journal
from audit.events import Purpose
from core.compiled_queries import AmongGiven, CompiledQuery
from core.languages import Text
from referrals.access import case_ties, matrix, row_level_security, transfer_targets, visibility
from referrals.access.child_sight import Sight
from referrals.access.matrix import NOBODY, Relation
from referrals.access.relations import CaseAccess
from referrals.errors import GuardRefused, MissingVersion, NotAllowed, NotVisible, StaleVersion, WrongState
from referrals.execution import hooks
from referrals.models import Referral
from referrals.reading import seen_rows
from referrals.vocabulary.states import JudicialState, Machine, State
from referrals.workflow.about_children import ids_in
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput, step_input_of
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import RECEIVER, Guard, Step

#: Where the steps of filing start, and no other step.
FILING: Final = (State.DRAFT,)
NOT_EXPECTED: Final = object()
NOT_NOW: Final = _("Impossible pour l'instant.")
WITHHELD: Final[tuple[str, Text, str]] = ("not-possible-now", NOT_NOW, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRequest:
    """A step asked for: which, on what, with what, on which version; ``version`` None means none was said."""

    step: Step
    referral_id: UUID
    part_id: UUID | None = None
    body: Any = field(default_factory=dict)
    version: Any = None


def locked(
    referral_id: UUID, *, actor: Actor, at: datetime, step: Step | None = None
) -> tuple[Referral, CaseAccess]:
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
    with row_level_security.beyond() if also else nullcontext():
        _lock({referral_id, *(also(referral_id) if also else ())})
    # Before visibility: to the authority that was asked the case doesn't exist otherwise (0013).
    if step is not None and RECEIVER in step.sides:
        received = transfer_targets.received(referral_id, actor=actor, at=at)
        if received is not None:
            return received[0], received[2]
    # A filer alone is led from the stub to the case that goes on (0013).
    if actor.holding(matrix.FILERS):
        known = visibility.known_as(actor, referral_id, at=at)
        _lock(set(known.exclude(pk=referral_id).values_list("pk", flat=True)))
    # Read under the lock, with the rights of now: who held the lock before may have changed either (SEC-AZ10, SEC-FT6).
    referral = visibility.known(actor, referral_id, at=at)
    if referral is None:
        raise NotVisible
    return referral, case_ties.ties_of(referral, actor)


def _lock(cases: set[UUID]) -> None:
    """Lock cases in the order of their ids, by one statement for however many (SEC-AZ19)."""
    _LOCKED.rows(cases=cases)


_LOCKED: Final = CompiledQuery(
    lambda: Referral.objects.select_for_update().filter(AmongGiven("pk", "cases")).order_by("pk").values("pk")
)


def require_version(referral: Referral, version: object) -> None:
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


def case_for(
    asked: StepRequest,
    referral: Referral,
    sight: Sight,
    *,
    actor: Actor,
    at: datetime,
    beforehand: bool = False,
) -> Case:
    """Return the case as the step will see it, once role, state and guards have been asked.

    ``beforehand``: to show the step, and not to do it; see ``barred_by``.
    """
    ties = sight.ties
    # Role before part, state and guards (SEC-AZ3): who may not do the step learns nothing of what it depends on.
    role = role_in(asked.step, ties)
    if role is None:
        raise NotAllowed(f"{asked.step.machine}:{asked.step.name}")
    case = Case(referral, actor=actor, at=at)
    # Other cases are found by the same rule: naming a hidden one is answered as naming none (SEC-IN7).
    case.find = lambda pk: visibility.visible_to(actor, at=at).filter(pk=pk).first()
    case.see_files = lambda: hooks.files_at_hand(referral, ties, actor=actor, at=at)
    case.see_matches = lambda: hooks.unseen_matches(referral, ties, actor=actor, at=at)
    case.receiving, case.hidden = ties.receiving, sight.hidden
    case.listed, case.glass = ties.listed, ties.glass
    case.part = part_of(asked, case, sight)
    if case.part is not None:
        # The row may be in reach by another role than the case: a service acts on its own measures alone (SEC-AZ21).
        role = role_on(asked.step, case.part, sight) or role
    # Services and filers may hold no role at the case's authority: their entry then names no seat.
    seat = referral.authority_id if role in actor.roles_in(referral.authority_id or NOBODY) else None
    case.actor = actor.acting_as(
        role, authority_id=seat, obo=ties.in_name_of(role), filing=ties.files_as(role)
    )
    case.step_name = asked.step.name
    # Last, for guards ask for the part, the acting role and the name of the step.
    require_start(asked.step, case, ties, beforehand=beforehand)
    return case


def role_in(step: Step, ties: CaseAccess) -> Role | None:
    """Return the role in which the actor may do a step; to file is for the author alone (T02, T03)."""
    if step.source == FILING:
        return next((role for role in step.roles if (role, Relation.OWN) in ties.pairs), None)
    return ties.role_for(step)


def part_of(asked: StepRequest, case: Case, sight: Sight) -> Any:
    """Return the row of another machine that the step is about; None for the referral's own steps.

    Raises:
        NotVisible: the case has no such part, or a service asks for another's measure.
    """
    machine = asked.step.machine
    if machine is Machine.REFERRAL or (asked.step.creates and not asked.step.source):
        return None
    rows = getattr(case.referral, MACHINES[machine].relation).all()
    if machine is Machine.ASSESSMENT:
        # The address names none, for one at most is open. The last one stands in for it, so that a step after its end
        # is refused for its state and not as unknown.
        part = case.open_assessment or case.assessment
    else:
        part = next((row for row in rows if row.pk == asked.part_id), None)
    # One 404 for a foreign measure and for none: its id tells nothing (SEC-AZ5).
    if part is None or role_on(asked.step, part, sight) is None:
        raise NotVisible
    # To others than its opener and the reviewers an opening doesn't exist (0017).
    if machine is Machine.GLASS and part.pk not in {row.pk for row in case.broken_glasses}:
        raise NotVisible
    return part


def role_on(step: Step, row: Any, sight: Sight) -> Role | None:
    """Return the role in which the actor may do a step on a row of another machine, by what ties them to this row.

    A service acts on the measures that it executes, and on no other of the case (domain.md §1.1); nobody acts on what
    hangs on a child whom they don't see (SEC-AZ20, SEC-AZ21): None.
    """
    if step.machine is Machine.MEASURE:
        return role_in(step, sight.of_measure(row))
    if step.machine is Machine.ORIENTATION and row.child_id in sight.hidden:
        return None
    if step.machine is Machine.JUDICIAL and sight.hidden:
        children = {child.pk for child in row.children.all()}
        # One that is also about other children stays in reach: it was sent for them too.
        if children and children <= sight.hidden:
            return None
    return role_in(step, sight.ties)


def require_start(step: Step, case: Case, ties: CaseAccess, *, beforehand: bool = False) -> None:
    """Ask state and guards.

    Raises:
        WrongState: the step doesn't start here; the state is named to who sees it.
        GuardRefused: a condition isn't met.
    """
    referral = case.referral
    wrong = referral.state not in MACHINES[step.machine].while_in
    row = case.part if case.part is not None else referral
    state = row.state if row is not referral else case_ties.state_seen(referral, ties)
    if step.source and state not in step.source:
        wrong = True
    if wrong:
        # State before guards (SEC-AZ3). It is named to readers of the shell alone: the coarse line holds no state.
        raise WrongState(
            step.name, **({} if ties.coarse else {"state": str(row.state), "version": referral.version})
        )
    if why := barred_by(step.guards, step, case, None, ties, beforehand=beforehand):
        raise GuardRefused(step.name, *why)


def barred_by(
    rules: Sequence[Guard],
    step: Step,
    case: Case,
    step_input: StepInput | None,
    ties: CaseAccess,
    *,
    beforehand: bool = False,
) -> tuple[str, Text, str] | None:
    """Return which rule bars a step, its sentence and its law; None if none does.

    Rule and sentence are withheld from who may not read the fact behind (design.md). Who may not know of a child is
    told what would bar the step without it: neither a refusal nor what is possible tells of the child (SEC-AZ20).
    ``beforehand`` nothing more is told; whoever then asks for what the child bars is refused without a reason.
    """
    # Whoever takes a case over names the readers of its restricted children, and so is told that there are any (T32).
    if case.hidden and not ties.receiving:
        with case.as_seen():
            refusal = first_refusal(rules, case, step_input)
        if not refusal and not beforehand and first_refusal(rules, case, step_input):
            return WITHHELD
    else:
        refusal = first_refusal(rules, case, step_input)
    if refusal is None:
        return None
    guard, reason = refusal
    # The rule's name alone tells the fact: `no_measure_alive` says that there is one (SEC-AZ7).
    if guard.is_told_to(ties.reads) or ties.draft:
        return guard.__name__, reason, step.law
    return WITHHELD


def first_refusal(
    rules: Sequence[Guard], case: Case, step_input: StepInput | None
) -> tuple[Guard, Text] | None:
    """Return the first rule that bars, and its sentence."""
    # Lazily: the first no wins, and what comes after it isn't asked (SEC-AZ3).
    answers = ((rule, rule(case, step_input)) for rule in rules)
    return next(((rule, reason) for rule, reason in answers if reason is not None), None)


def parse(step: Step, body: object) -> StepInput:
    """Return the validated input.

    Raises:
        serializers.ValidationError: names every fault.
    """
    step_input: StepInput = step_input_of(step.takes.read(body))
    return step_input


def resolve_input(step: Step, step_input: StepInput, referral: Referral, sight: Sight) -> StepInput:
    """Replace the ids of what is out of sight by an unknown id: naming it is answered as naming nothing."""
    out_of_sight = unheard(step, ids_in(step_input), referral, sight)
    heard: StepInput = _without(step_input, out_of_sight) if out_of_sight else step_input
    return heard


def unheard(step: Step, ids: Iterable[UUID], referral: Referral, sight: Sight) -> set[UUID]:
    """Return, of ids of a case, those of what is out of sight for a step (SEC-AZ20, SEC-AZ21).

    That is each child on whom none of the actor's ties does the step, and each row that hangs on such children alone.
    A prepared referral to justice is sent as it is written: it is there for who knows of each of its children.
    """
    named = seen_rows.ties_among(referral, sight, ids)
    done = {pk: [role_in(step, ties) is not None for ties in several] for pk, several in named.items()}
    withheld = {pk for pk, each in done.items() if not any(each)}
    if partly := {pk for pk, each in done.items() if any(each) and not all(each)}:
        prepared = referral.judicial_referrals.filter(pk__in=partly, state=JudicialState.PREPARED)
        withheld |= set(prepared.values_list("pk", flat=True))
    return withheld


def _without(said: object, ids: Container[UUID]) -> Any:
    if isinstance(said, UUID):
        return NOBODY if said in ids else said
    if isinstance(said, dict):
        return type(said)({name: _without(one, ids) for name, one in said.items()})
    return [_without(one, ids) for one in said] if isinstance(said, list) else said


def require_checks(step: Step, case: Case, step_input: StepInput, ties: CaseAccess) -> None:
    """Ask the checks that need the input, and the guards again with it.

    Raises:
        GuardRefused: one isn't met.
    """
    # Before the rules: they ask what is decided for a child, and the decisions of this very step count.
    case.carried = {item.child: item.decision for item in step_input.get("decisions") or []}
    # Guards have been asked without the input; with it they may answer otherwise.
    if why := barred_by((*step.checks, *step.guards), step, case, step_input, ties):
        raise GuardRefused(step.name, *why)


def second_signature(step: Step, case: Case, step_input: StepInput) -> Text | None:
    """Return why a second person must sign, or None."""
    return step.signed_when(case, step_input) if step.signed_when is not None else None


def record_act(act: str, case: Case, *, actor: Actor) -> None:
    """Write an entry about a case that isn't of a declared step."""
    journal.record(
        act,
        actor=actor,
        at=case.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
        purpose=Purpose.HANDLING,
        version=case.referral.version,
    )


def service_for(actor: Actor) -> Actor:
    """Return the service itself at work for somebody, whom its entries name (SEC-AZ11)."""
    return system(origin=actor.origin, obo=actor.user_id or actor.obo, filing=actor.filing)


MALFORMED: Final = -1
