"""Proof that whoever ends anything, at least one other person sees it (domain.md §2.2 Closings, §2.8 no. 2)."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID, uuid4

from accounts.permissions import PERMISSIONS
from accounts.roles import Role
from referrals.access import matrix
from referrals.access import rule as access_rule
from referrals.access.matrix import ORDINARY, Relation
from referrals.access.relations import CaseAccess
from referrals.closing.effects import open_review
from referrals.models import ClosureReview
from referrals.policy.definitions import DEFAULTS
from referrals.proofs.imagined import SOMEBODY, ImaginedCase, Situation
from referrals.proofs.model import Model, model_of
from referrals.vocabulary.states import CLOSED, Machine, State
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import Step

CONFIRM: Final = "confirm"
#: The class of the access log, which is read by office and by no relation to a case (domain.md §1.3).
JOURNAL: Final = "L"


def unwitnessed(models: Sequence[Model]) -> list[str]:
    """Return the steps whose end no other person than their author would ever see again."""
    return [*_closings(models), *_parts(models)]


# --- The case itself ----------------------------------------------------------------------------------


def _closings(models: Sequence[Model]) -> Iterator[str]:
    model = model_of(models, Machine.REFERRAL)
    for step in model.steps:
        closes = sorted({str(target) for target in step.target if target in CLOSED})
        if not step.roles or not closes or set(step.source) <= model.ends:
            continue
        for target in closes:
            if reason := _out_of_sight(step, target, models):
                yield f"referral: {step.number} {step.name} ends in {target}, {reason}."


def _out_of_sight(step: Step, target: str, models: Sequence[Model]) -> str:
    """Say why only the author would see the case again; empty where somebody else does."""
    if not watchers(State(target), besides=step.roles):
        return "where no other role sees it"
    if target == State.TRANSFERRED:
        return ""  # the coordinators of two authorities see it: who asked, who accepted
    if open_review not in step.effects:
        return "and no review of it is opened"
    if State(target) not in MACHINES[Machine.REVIEW].while_in:
        return "where no review can be done"
    if not _is_reviewed_by_another(model_of(models, Machine.REVIEW)):
        return "and its author may confirm it alone"
    return ""


def watchers(state: State, *, besides: Sequence[Role]) -> set[Role]:
    """Return the other roles that see every case of the authority in this state, by their ordinary relation."""
    return {
        role
        for role, relation in ORDINARY.items()
        if relation is Relation.TERRITORY
        and role not in (*besides, *access_rule.NARROWED)
        and "A"
        in CaseAccess(pairs=frozenset({(role, relation)}), draft=state == State.DRAFT, named=False).reads
    }


def _is_reviewed_by_another(reviews: Model) -> bool:
    """Tell whether some role may confirm a closing that another person decided, and none an own one."""
    return bool(_confirming(reviews, closed_by=uuid4())) and not _confirming(reviews, closed_by=SOMEBODY)


def _confirming(reviews: Model, *, closed_by: UUID) -> set[Role]:
    """Return the roles in which somebody may confirm; a withdrawal's author is known by a key, and asked elsewhere."""
    roles = set()
    for confirm in (one for one in reviews.steps if one.name == CONFIRM):
        for role in confirm.roles:
            case = ImaginedCase(Situation(state=State.CLOSED_NO_ACTION, role=str(role)), DEFAULTS)
            case.part = ClosureReview(
                referral=case.referral, opened_at=case.at, due_at=case.at, closed_by=closed_by
            )
            if not any(case.answer(rule, None) for rule in (*confirm.guards, *confirm.checks)):
                roles.add(role)
    return roles


# --- Its parts ----------------------------------------------------------------------------------------


def _parts(models: Sequence[Model]) -> Iterator[str]:
    """Yield the ends of parts whose class nobody but the roles that end them reads."""
    for model in models:
        if model.machine is Machine.REFERRAL:
            continue
        for step in model.steps:
            ends = sorted(set(step.target) & model.ends)
            others = readers(MACHINES[model.machine].access_class, besides=step.roles)
            if step.roles and ends and not others:
                yield f"{model.machine}: {step.number} {step.name} ends in {ends[0]}, read by no other role."


def readers(access_class: str, *, besides: Sequence[Role]) -> set[Role]:
    """Return who reads a class by an ordinary relation: other roles, or the same where several hold it."""
    if access_class == JOURNAL:
        return set(PERMISSIONS["audit.read"]) - set(besides)
    roles = {role for role, relation in ORDINARY.items() if access_class in matrix.reads_by(role, relation)}
    return roles if len(besides) > 1 else roles - set(besides)
