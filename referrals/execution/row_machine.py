"""Runs the steps of a machine whose rows belong to an authority, not to a case: batches, anomalies, inquiries.

The order is that of a step of a case: visible (404) → role (403) → state and guards (409) → fresh proof (401) → body
(400) → effects → journal entry → notices. A step that two sign opens a proposal after the body; nothing moves until it
is signed (``row_approvals.py``).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet

from accounts.access import office_holders
from accounts.actor import Actor
from accounts.models import Authority
from accounts.roles import Role
from core.languages import Text, in_both
from referrals.errors import ApproverRefused, GuardRefused, NotAllowed, NotVisible, WrongState
from referrals.execution import row_proposals
from referrals.execution.signatories import require_another
from referrals.models import RowApproval, StandIn
from referrals.policy.definitions import Protocol, protocol_of
from referrals.vocabulary.states import Machine
from referrals.workflow.context import StepInput, step_input_of
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import Guard, Step, require_proof, steps


@dataclass
class RowContext[Row: Model]:
    """A row in the hands of one person at one instant (UTC): what guards, steps and effects are handed."""

    row: Row
    actor: Actor
    at: datetime
    #: The second person, of a step that two sign.
    signer: Actor | None = field(default=None, kw_only=True)

    @property
    def writer(self) -> Actor:
        """Return whom the entry of the step names: of two, the one at the keyboard, on behalf of who proposed."""
        return self.actor if self.signer is None else replace(self.signer, obo=self.actor.user_id)

    @property
    def by_two(self) -> str:
        """Return the code under which the entry says that two signed, else the empty text."""
        return "" if self.signer is None else "two-signatures"

    @property
    def authority(self) -> Authority:
        """Return the authority to which the row belongs."""
        return cast("Authority", cast("Any", self.row).authority)  # each of these models has one

    @cached_property
    def protocol(self) -> Protocol:
        """Return the choices of the authority that are in force."""
        return protocol_of(self.authority, self.at)

    @property
    def today(self) -> date:
        """Return the date of the act in the authority's zone."""
        return self.at.astimezone(ZoneInfo(self.authority.timezone)).date()


class RowMachine[Row: Model, Context: RowContext[Any]](ABC):
    """The runner of one such machine; its feature says who sees a row, in which role, and what is written down."""

    machine: Machine

    @abstractmethod
    def visible_to(self, actor: Actor, *, at: datetime) -> "QuerySet[Row]":
        """Return the rows that the actor may know of at an instant."""

    @abstractmethod
    def context_of(self, step: Step, row: Row, actor: Actor, *, at: datetime) -> Context | None:
        """Return the row in the hands of the actor in the role that does the step; None: another role does it."""

    @abstractmethod
    def record(self, step: Step, context: Context, *, before: str) -> None:
        """Write the journal entry of a step that was done, and tell the people whom it names."""

    def perform(self, step: Step, pk: UUID, body: object, *, actor: Actor, at: datetime) -> Row:
        """Carry out one declared step, under a lock of its row.

        Raises:
            NotVisible: absent, or of an authority where the actor knows of none.
            NotAllowed: another role does this.
            WrongState: the step doesn't start from the present state.
            GuardRefused: a condition isn't met; names the rule and its law.
            StepUpRequired: the step is grave, and the last proof of the session is too old.
            serializers.ValidationError: the body; every fault of it.
        """
        # The row alone: a lock of the authority that is read with it would hold up every act there.
        row = self.visible_to(actor, at=at).select_for_update(of=("self",)).filter(pk=pk).first()
        if row is None:
            raise NotVisible
        context = self.require_possible(step, row, actor=actor, at=at)
        # Of who may do the step, and of nobody who is refused anyway (SEC-AU6).
        require_proof(step, actor, at=at)
        step_input = step_input_of(step.takes.read(body))
        self.require_checks(step, context, step_input)
        if (reason := self.second_signature(step, context, step_input)) is not None:
            self._propose(step, context, step_input, reason)
        else:
            require_another(step_input, context.actor)
            self.run_step(step, context, step_input)
        return row

    def require_checks(self, step: Step, context: Context, step_input: StepInput) -> None:
        """Ask the checks that need the input.

        Raises:
            GuardRefused: one isn't met.
        """
        _require(step, step.checks, context, step_input)

    # --- Two signatures -----------------------------------------------------------------------------------

    def second_signature(self, step: Step, context: Context, step_input: StepInput) -> Text | None:
        """Return why a second person must sign, or None."""
        return step.signed_when(context, step_input) if step.signed_when is not None else None

    def may_sign(
        self,
        step: Step,  # noqa: ARG002 - a feature asks by step
        context: Context,
        step_input: StepInput,  # noqa: ARG002 - and by what it brings
        user: UUID,
        *,
        signers: tuple[Role, ...],
    ) -> bool:
        """Tell whether a person may sign a step: another one, in a signing role at the row's authority.

        Who proposed in the name of an absent person and that person are one side, and so is whoever stands in for
        either (SEC-AZ12). A feature asks more: who is in question, or excluded.
        """
        side = {context.actor.user_id, context.actor.obo} - {None}
        if (
            user in side
            or StandIn.objects.in_force(context.at).filter(stand_in=user, absent__in=side).exists()
        ):
            return False
        return user in office_holders(signers, context.authority.pk, at=context.at)

    def require_signer(
        self, step: Step, context: Context, step_input: StepInput, user: UUID | None, reason: Text
    ) -> tuple[Role, ...]:
        """Return the roles that sign, if this person may.

        Raises:
            ApproverRefused: nobody is named, or who is named may not sign.
        """
        signers = step.signers(reason)
        if user is None or not self.may_sign(step, context, step_input, user, signers=signers):
            raise ApproverRefused(step.name, signers, reason)
        return signers

    def _propose(self, step: Step, context: Context, step_input: StepInput, reason: Text) -> RowApproval:
        approver = step_input.get("approver")
        # Asked now as well as at the signing: the proposer can still name somebody else.
        self.require_signer(step, context, step_input, approver, reason)
        return row_proposals.open_proposal(
            step,
            row=context.row.pk,
            authority_id=context.authority.pk,
            state=_state(context.row),
            step_input=step_input,
            approver=cast("UUID", approver),  # or it was refused above
            days=context.protocol.approval_days,
            actor=context.actor,
            at=context.at,
        )

    # --- Doing it -----------------------------------------------------------------------------------------

    def require_possible(self, step: Step, row: Row, *, actor: Actor, at: datetime) -> Context:
        """Return a row in the hands of the actor, who may do a step on it now, as far as no body is asked about.

        Raises:
            NotAllowed, WrongState, GuardRefused: see ``perform``.
        """
        context = self.context_of(step, row, actor, at=at)
        if context is None:
            raise NotAllowed(f"{step.machine}:{step.name}")
        if (state := _state(row)) not in step.source:
            raise WrongState(step.name, state=state)
        _require(step, step.guards, context, None)
        return context

    def run_step(self, step: Step, context: Context, step_input: StepInput) -> None:
        """Move the state, do the effects, write it down, tell; guards have been asked."""
        row = context.row
        # A new row bears the model's first state, but has come from none.
        before = "" if row._state.adding else _state(row)
        if step.source:
            step.run(row, step_input, context)
        row.save()
        for effect in step.effects:
            effect(context)
        if before and before != _state(row) and proposes(self.machine):
            row_proposals.lapse_moved(self.machine, row.pk, _state(row), actor=context.actor, at=context.at)
        self.record(step, context, before=before)

    def offered(
        self, row: Row, actor: Actor, *, at: datetime
    ) -> Iterator[tuple[Step, tuple[str, Text] | None]]:
        """Yield the steps that role and state allow, with the rule that bars one now and why, or None."""
        for step in steps.of(self.machine):
            context = self.context_of(step, row, actor, at=at)
            if context is None or _state(row) not in step.source:
                continue
            refused = ((guard.__name__, guard(context, None)) for guard in step.guards)
            yield step, next(((rule, reason) for rule, reason in refused if reason is not None), None)

    def abilities(self, row: Row, actor: Actor, *, at: datetime) -> dict[str, list[dict[str, Any]]]:
        """Return ``available_actions``, and ``blocked_actions`` with the rule and article of each, as of a case."""
        lists: dict[str, list[dict[str, Any]]] = {"available_actions": [], "blocked_actions": []}
        for step, bar in self.offered(row, actor, at=at):
            entry: dict[str, Any] = {
                "step": step.name,
                "machine": str(step.machine),
                "number": step.number,
                "label": in_both(step.label),
                "law": step.law,
                "href": f"/api/v1/{MACHINES[step.machine].folder}/{row.pk}/{step.name}",
            }
            if bar is None:
                lists["available_actions"].append(entry)
            else:
                entry["blocked_by"] = {"rule": bar[0], "reason": bar[1], "law": step.law}
                lists["blocked_actions"].append(entry)
        return lists

    def possible(self, row: Row, actor: Actor, *, at: datetime) -> Iterator[Step]:
        """Yield the steps that the actor may do on a row now."""
        return (step for step, bar in self.offered(row, actor, at=at) if bar is None)


#: The runner of each machine whose steps two may sign; a feature adds its own when it is loaded.
RUNNERS: Final[dict[Machine, RowMachine[Any, Any]]] = {}


def proposes(machine: Machine) -> bool:
    """Tell whether two sign any step of a machine."""
    return any(step.signed_when is not None for step in steps.of(machine))


def signing_roles() -> frozenset[Role]:
    """Return the roles that may sign a step of such a machine."""
    return frozenset(
        role
        for machine in RUNNERS
        for step in steps.of(machine)
        if step.signed_when is not None
        for role in (*step.second_signers, *(role for _, roles in step.signers_for for role in roles))
    )


def _state(row: Model) -> str:
    return str(cast("Any", row).state)


def _require(
    step: Step, rules: tuple[Guard, ...], context: RowContext[Any], step_input: StepInput | None
) -> None:
    for rule in rules:
        if (reason := rule(context, step_input)) is not None:
            raise GuardRefused(step.name, rule.__name__, reason, step.law)
