"""Preconditions of a step, in the order in which they are asked: read ``CHECKS``, then each check once.

Each check takes the attempt, refuses by raising, or leaves in it what later ones and the step itself need. The order
is a rule of its own (design.md): whoever may not see a case learns nothing of it, whoever may not do a step learns
nothing of its conditions, and only a step that is possible says what its body must hold.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.roles import Role
from core.compiled_queries import AmongGiven, CompiledQuery
from core.languages import Text
from referrals.access import case_ties, child_sight, matrix, row_level_security, transfer_targets, visibility
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
from referrals.workflow.step import RECEIVER, Guard, Step, require_proof

#: Where the steps of filing start, and no other step.
FILING: Final = (State.DRAFT,)
#: The version of a write that names none and needs none; of one that names something else than a number.
NOT_EXPECTED: Final = object()
MALFORMED: Final = -1
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


@dataclass(slots=True)
class Attempt:
    """A step that somebody attempts, and what the checks so far have made of it.

    ``beforehand``: to show the step, and not to do it (see ``barred_by``).
    """

    request: StepRequest
    actor: Actor
    at: datetime
    beforehand: bool = False
    referral: Referral = field(init=False)
    sight: Sight = field(init=False)
    role: Role = field(init=False)
    case: Case = field(init=False)
    step_input: StepInput = field(init=False)

    @property
    def step(self) -> Step:
        return self.request.step

    @property
    def ties(self) -> CaseAccess:
        return self.sight.ties


# --- 404: the case ------------------------------------------------------------------------------------


def find_case(attempt: Attempt) -> None:
    """Lock the case; it is there for who sees it.

    Raises:
        NotVisible: see ``lock_case``.
    """
    request = attempt.request
    attempt.referral, ties = lock_case(
        request.referral_id, actor=attempt.actor, at=attempt.at, step=request.step
    )
    attempt.sight = child_sight.sight_of(attempt.referral, ties, attempt.actor)


def lock_case(
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
        merged = visibility.cases_meant_by(actor, referral_id, at=at)
        _lock(set(merged.exclude(pk=referral_id).values_list("pk", flat=True)))
    # Read under the lock, with the rights of now: who held the lock before may have changed either (SEC-AZ10, SEC-FT6).
    referral = visibility.case_meant_by(actor, referral_id, at=at)
    if referral is None:
        raise NotVisible
    return referral, case_ties.ties_of(referral, actor)


def _lock(cases: set[UUID]) -> None:
    """Lock cases in the order of their ids, by one statement for however many (SEC-AZ19)."""
    _LOCKS.rows(cases=cases)


_LOCKS: Final = CompiledQuery(
    lambda: Referral.objects.select_for_update().filter(AmongGiven("pk", "cases")).order_by("pk").values("pk")
)


# --- 428, 412: the version ----------------------------------------------------------------------------


def check_version(attempt: Attempt) -> None:
    """Ask that the step was decided on the case as it is now.

    Raises:
        MissingVersion, StaleVersion: see ``require_version``.
    """
    # After visibility: 412 for a hidden case would tell that it exists (SEC-AZ5). A filer is asked for none, for the
    # version tells how much was written since (SEC-AZ9).
    require_version(attempt.referral, NOT_EXPECTED if attempt.ties.coarse else attempt.request.version)


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


# --- 403: the role ------------------------------------------------------------------------------------


def check_role(attempt: Attempt) -> None:
    """Ask for a role that does the step.

    Raises:
        NotAllowed: none of the actor's ties to the case gives one.
    """
    # Role before part, state and guards (SEC-AZ3): who may not do the step learns nothing of what it depends on.
    role = role_in(attempt.step, attempt.ties)
    if role is None:
        raise NotAllowed(f"{attempt.step.machine}:{attempt.step.name}")
    attempt.role = role


def role_in(step: Step, ties: CaseAccess) -> Role | None:
    """Return the role in which the actor may do a step; to file is for the author alone (T02, T03)."""
    if step.source == FILING:
        return next((role for role in step.roles if (role, Relation.OWN) in ties.pairs), None)
    return ties.role_for(step)


# --- 404: the row of the case ---------------------------------------------------------------------------


def open_case(attempt: Attempt) -> None:
    """Open the case as the step will see it: what is out of the actor's sight isn't in it."""
    referral, ties, actor, at = attempt.referral, attempt.ties, attempt.actor, attempt.at
    attempt.case = case = Case(referral, actor=actor, at=at)
    # Other cases are found by the same rule: naming a hidden one is answered as naming none (SEC-IN7).
    case.find = lambda pk: visibility.visible_to(actor, at=at).filter(pk=pk).first()
    case.see_files = lambda: hooks.files_at_hand(referral, ties, actor=actor, at=at)
    case.see_matches = lambda: hooks.unseen_matches(referral, ties, actor=actor, at=at)
    case.receiving, case.hidden = ties.receiving, attempt.sight.hidden
    case.listed, case.glass = ties.listed, ties.glass
    case.step_name = attempt.step.name


def find_part(attempt: Attempt) -> None:
    """Find the row of another machine that the step is about, and the role in which the actor acts on it.

    Raises:
        NotVisible: see ``part_of``.
    """
    case, sight = attempt.case, attempt.sight
    case.part = part_of(attempt.request, case, sight)
    if case.part is not None:
        # The row may be in reach by another role than the case: a service acts on its own measures alone (SEC-AZ21).
        attempt.role = role_on(attempt.step, case.part, sight) or attempt.role


def part_of(request: StepRequest, case: Case, sight: Sight) -> Any:
    """Return the row of another machine that the step is about; None for the referral's own steps.

    Raises:
        NotVisible: the case has no such part, or a service asks for another's measure.
    """
    machine = request.step.machine
    if machine is Machine.REFERRAL or (request.step.creates and not request.step.source):
        return None
    rows = getattr(case.referral, MACHINES[machine].relation).all()
    if machine is Machine.ASSESSMENT:
        # The address names none, for one at most is open. The last one stands in for it, so that a step after its end
        # is refused for its state and not as unknown.
        part = case.open_assessment or case.assessment
    else:
        part = next((row for row in rows if row.pk == request.part_id), None)
    # One 404 for a foreign measure and for none: its id tells nothing (SEC-AZ5).
    if part is None or role_on(request.step, part, sight) is None:
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


def take_role(attempt: Attempt) -> None:
    """Let the actor act in the role that was found: guards ask for it, and the entry names it."""
    actor, ties, role, authority = attempt.actor, attempt.ties, attempt.role, attempt.referral.authority_id
    # Services and filers may hold no role at the case's authority: their entry then names no seat.
    seat = authority if role in actor.roles_in(authority or NOBODY) else None
    attempt.case.actor = actor.acting_as(
        role, authority_id=seat, obo=ties.in_name_of(role), filing=ties.files_as(role)
    )


# --- 409: the state and the guards ------------------------------------------------------------------------


def check_state(attempt: Attempt) -> None:
    """Ask whether the step starts from the present state.

    Raises:
        WrongState: it doesn't; the state is named to who sees it.
    """
    require_state(attempt.step, attempt.case, attempt.ties)


def require_state(step: Step, case: Case, ties: CaseAccess) -> None:
    referral = case.referral
    row = case.part if case.part is not None else referral
    state = row.state if row is not referral else case_ties.state_seen(referral, ties)
    if referral.state not in MACHINES[step.machine].while_in or (step.source and state not in step.source):
        # State before guards (SEC-AZ3). It is named to readers of the shell alone: the coarse line holds no state.
        raise WrongState(
            step.name, **({} if ties.coarse else {"state": str(row.state), "version": referral.version})
        )


def check_guards(attempt: Attempt) -> None:
    """Ask the guards, as far as they can answer without the body.

    Raises:
        GuardRefused: a condition isn't met.
    """
    step = attempt.step
    why = barred_by(step.guards, step, attempt.case, None, attempt.ties, beforehand=attempt.beforehand)
    if why is not None:
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


# --- 401: a fresh proof ---------------------------------------------------------------------------------


def check_proof(attempt: Attempt) -> None:
    """Ask for a fresh proof, of who could do the step and of nobody who is refused anyway (SEC-AU6).

    Raises:
        StepUpRequired: the step is grave, and the last proof of the session is too old.
    """
    require_proof(attempt.step, attempt.actor, at=attempt.at)


# --- 400: the body ----------------------------------------------------------------------------------------


def read_body(attempt: Attempt) -> None:
    """Read the body; what is out of sight is replaced in it by an unknown id.

    Raises:
        serializers.ValidationError: every fault of it.
    """
    # In valid data, so that a faulty body gets the same errors whatever it names (SEC-AZ20).
    step_input = parse(attempt.step, attempt.request.body)
    attempt.step_input = resolve_input(attempt.step, step_input, attempt.referral, attempt.sight)


def parse(step: Step, body: object) -> StepInput:
    """Return the validated input.

    Raises:
        serializers.ValidationError: names every fault.
    """
    step_input: StepInput = step_input_of(step.takes.read(body))
    return step_input


def resolve_input(step: Step, step_input: StepInput, referral: Referral, sight: Sight) -> StepInput:
    """Replace the ids of what is out of sight by an unknown id: naming it is answered as naming nothing."""
    hidden = out_of_sight(step, ids_in(step_input), referral, sight)
    return _without(step_input, hidden) if hidden else step_input


def out_of_sight(step: Step, ids: Iterable[UUID], referral: Referral, sight: Sight) -> set[UUID]:
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


def _without(value: object, ids: Container[UUID]) -> Any:
    if isinstance(value, UUID):
        return NOBODY if value in ids else value
    if isinstance(value, dict):
        return type(value)({name: _without(one, ids) for name, one in value.items()})
    return [_without(one, ids) for one in value] if isinstance(value, list) else value


# --- 409: what the body asks for ---------------------------------------------------------------------------


def check_input(attempt: Attempt) -> None:
    """Ask the checks that need the body, and the guards again with it.

    Raises:
        GuardRefused: one isn't met.
    """
    require_checks(attempt.step, attempt.case, attempt.step_input, attempt.ties)


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


#: Asked of a step before its body; also where it is only shown.
BEFORE_BODY: Final[tuple[Callable[[Attempt], None], ...]] = (
    check_role,
    open_case,
    find_part,
    take_role,
    check_state,
    check_guards,
)
#: Asked of a step that is to be done, in this order; the first that refuses ends the attempt.
CHECKS: Final[tuple[Callable[[Attempt], None], ...]] = (
    find_case,
    check_version,
    *BEFORE_BODY,
    check_proof,
    read_body,
    check_input,
)


def case_for(
    request: StepRequest,
    referral: Referral,
    sight: Sight,
    *,
    actor: Actor,
    at: datetime,
    beforehand: bool = False,
) -> Case:
    """Return the case as the step will see it, once all that comes before the body was asked.

    Raises:
        NotAllowed, NotVisible, WrongState, GuardRefused: see ``BEFORE_BODY``.
    """
    attempt = Attempt(request, actor, at, beforehand)
    attempt.referral, attempt.sight = referral, sight
    for check in BEFORE_BODY:
        check(attempt)
    return attempt.case


def second_signature(step: Step, case: Case, step_input: StepInput) -> Text | None:
    """Return why a second person must sign, or None."""
    return step.signed_when(case, step_input) if step.signed_when is not None else None
