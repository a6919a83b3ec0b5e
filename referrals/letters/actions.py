"""Prepare a letter, the runner of the steps that follow, and what puts an end to letters by itself."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, override
from uuid import UUID, uuid4

from django.db.models import QuerySet

from accounts.actor import Actor, system
from audit import journal
from audit.events import Purpose
from encryption.authentic import CheckedRows
from referrals.access import case_ties, child_sight, visibility
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from referrals.execution import hooks
from referrals.execution.row_machine import RowMachine
from referrals.letters import to_children, to_holders, to_partners  # noqa: F401 - they register their kinds
from referrals.letters.inputs import LetterPreparing
from referrals.letters.registry import LetterType, Occasion, letter_types, type_of
from referrals.letters.sheet import Sheet, ids
from referrals.models import Letter, Referral
from referrals.vocabulary.letters import LetterKind
from referrals.vocabulary.states import InformationState, LetterState, Machine
from referrals.workflow.context import StepContext, StepInput, step_input_of
from referrals.workflow.step import Step, steps

#: Steps by which an information may be put off.
DEFERRING: Final = ("inform_holders", "take_in")
PARTING: Final = "give_back"
UNDER_WAY: Final = (LetterState.PREPARED, LetterState.SIGNED)


@lru_cache(maxsize=200)
def _for_kind(step: Step, kind: LetterKind) -> Step:
    """Return a step with the roles that do it on letters of a kind: those that sign it."""
    return replace(step, roles=tuple(role for role in step.roles if role in type_of(kind).signers))


def may_sign(kind: LetterType, ties: CaseAccess) -> bool:
    return ties.role_for(_for_kind(steps.get(Machine.LETTER, "prepare"), kind.kind)) is not None


def reads(kind: LetterType, children: Collection[UUID], sight: Sight) -> bool:
    """Tell whether a letter may be read: all classes of its kind, of each child that it names, none of them hidden.

    A service reads none: what is for it was sent to it, and its own measure's rights end at that measure (SEC-AZ21).
    """
    if sight.hidden & set(children):
        return False
    of_each = [sight.of(child) for child in children] or [sight.ties]
    return all(kind.classes <= access.without_service.reads for access in of_each)


class Letters(RowMachine[Letter, Sheet]):
    machine = Machine.LETTER

    def visible_to(self, actor: Actor, *, at: datetime) -> "QuerySet[Letter]":
        """Return the letters that the actor may read: of cases that it sees, by class and by child (SEC-AZ20)."""
        cases: dict[UUID, Sight | None] = {}

        def sight_of(pk: UUID) -> Sight | None:
            if pk not in cases:
                referral = visibility.one_case(actor, pk, at=at)
                cases[pk] = None if referral is None else _sight(referral, actor)
            return cases[pk]

        class Rows(CheckedRows):
            @staticmethod
            @override
            def keeps(row: Any) -> bool:
                sight = sight_of(row.referral_id) if row.is_authentic else None
                if sight is None or not reads(kind := type_of(row.kind), ids(row), sight):
                    return False
                return kind.seen_by is None or row.part is None or kind.seen_by(row.part, actor, at)

        seen = visibility.visible_to(actor, at=at, drafts=False).values("pk")
        rows = Letter.objects.filter(referral__in=seen)
        return Rows.of(rows.select_related("referral", "referral__authority", "prepared_by", "signed_by"))

    def context_of(self, step: Step, row: Letter, actor: Actor, *, at: datetime) -> Sheet | None:
        """Return the letter in the hands of the actor, in the role that signs its kind."""
        referral = visibility.one_case(actor, row.referral_id, at=at)
        if referral is None:
            return None
        ties = case_ties.ties_of(referral, actor)
        role = ties.role_for(_for_kind(step, LetterKind(row.kind)))
        if role is None:
            return None
        acting = actor.acting_as(role, obo=ties.in_name_of(role))
        sight = child_sight.sight_of(referral, ties, actor)
        return Sheet(row, actor=acting, at=at, referral=referral, ties=ties, sight=sight)

    def run_step(self, step: Step, context: Sheet, step_input: StepInput) -> None:
        """Move the state, keep what the step brings, write it down."""
        context.step_input = step_input
        super().run_step(step, context, step_input)

    def record(self, step: Step, context: Sheet, *, before: str) -> None:
        """Write the entry of a step; it names the case, and not to whom the letter goes."""
        row = context.row
        journal.record(
            step.event,
            actor=context.actor,
            at=context.at,
            objects=[context.referral.pseudonym],
            tenant=context.referral.authority_id,
            purpose=Purpose.HANDLING,
            from_state=before,
            to_state=str(row.state),
            payload=row.pk.bytes,
        )


runner: Final = Letters()


def _sight(referral: Referral, actor: Actor) -> Sight:
    return child_sight.sight_of(referral, case_ties.ties_of(referral, actor), actor)


def prepare(referral_id: UUID, body: object, *, actor: Actor, at: datetime) -> Letter:
    """Begin a letter that is due on a case (LT1)."""
    step = steps.get(Machine.LETTER, "prepare")
    # Locked: the step that gives rise to the letter, or forbids it, is done before or after, and not meanwhile.
    Referral.objects.select_for_update().filter(pk=referral_id).values("pk").first()
    referral = visibility.one_case(actor, referral_id, at=at)
    if referral is None:
        raise NotVisible
    ties = case_ties.ties_of(referral, actor)
    if ties.role_for(step) is None:
        raise NotAllowed(step.event)
    letter_input = step_input_of(LetterPreparing.read(body))
    if LetterKind(letter_input.kind) not in letter_types():
        raise InvalidInput("kind")
    kind = type_of(letter_input.kind)
    occasion = Occasion(
        part=letter_input.part, children=tuple(letter_input.children), holder=letter_input.holder
    )
    row = Letter(
        pk=uuid4(),
        referral=referral,
        kind=kind.kind,
        occasion=occasion.key(kind.kind),
        part=occasion.part,
        holder=occasion.holder,
        children=sorted(map(str, occasion.children)),
        prepared_at=at,
        prepared_by_id=actor.user_id or UUID(int=0),
    )
    sheet = runner.context_of(step, row, actor, at=at)
    if sheet is None or not reads(kind, (), sheet.sight):
        raise NotAllowed(step.event)
    for guard in step.guards:
        if (reason := guard(sheet, None)) is not None:
            raise GuardRefused(step.name, guard.__name__, reason, step.law)
    if not reads(kind, occasion.children, sheet.sight):
        raise NotAllowed(step.event)
    runner.run_step(step, sheet, letter_input)
    return row


# --- What puts an end to letters by itself ------------------------------------------------------------


@hooks.after_step.register(5)
def follow(act: StepContext, before: str) -> None:  # noqa: ARG001 - a hook's signature
    """A holder whose information is put off gets no letter: what was under way for it lapses (T16; §2.8 no. 4).

    A deferral comes by T16, or with a filing that is joined to this file. Where such a filing is parted again, no
    letter names who went with it (T35).
    """
    if act.step.machine is not Machine.REFERRAL or act.step.name not in (*DEFERRING, PARTING):
        return
    referral = act.case.referral
    rows = Letter.objects.filter(referral=referral, state__in=UNDER_WAY).select_for_update(of=("self",))
    if act.step.name == PARTING:
        there = {*_ids_of(referral.children), *_ids_of(referral.holders)}
        over = [row for row in rows if not {*ids(row), *((row.holder,) if row.holder else ())} <= there]
    else:
        waiting = {row.holder_id for row in act.case.informations if row.state == InformationState.DEFERRED}
        over = list(rows.filter(holder__in=waiting)) if waiting else []
    _lapse(act, over)


def _ids_of(rows: Any) -> set[UUID]:
    return set(rows.model.objects.filter(referral=rows.instance).values_list("pk", flat=True))


def _lapse(act: StepContext, rows: Collection[Letter]) -> None:
    service = system(origin=act.actor.origin, obo=act.actor.user_id)
    nobody = CaseAccess(pairs=frozenset(), draft=False, named=True)
    for row in rows:
        sheet = Sheet(
            row, actor=service, at=act.at, referral=act.case.referral, ties=nobody, sight=Sight(nobody)
        )
        runner.run_step(steps.get(Machine.LETTER, "lapse"), sheet, StepInput())
