"""Plays an act of a story: by one of its invented people, through the actions that the API calls.

Nothing bypasses the actions: rights, guards, second signatures, seals and journal entries are the real ones. The
instants lie in the past, so that the deadlines of the cases show something.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from accounts.actor import Actor
from accounts.models import User
from accounts.signin import actor_of_user
from audit.events import Origin
from referrals.access import case_ties, child_sight, visibility
from referrals.assessment import actions as assessment_actions
from referrals.execution import approvals, perform
from referrals.execution.preconditions import StepRequest
from referrals.execution.runner import StepResult
from referrals.filing import actions as filing_actions
from referrals.filing.form import ConcernForm
from referrals.letters import actions as letters_actions
from referrals.letters import queries as letters_queries
from referrals.models import Child, Letter, Measure, Referral
from referrals.reading import concern
from referrals.reading.disclosures import opened
from referrals.triage import opening
from referrals.vocabulary.letters import LetterKind
from referrals.vocabulary.states import Machine, State
from referrals.workflow.context import as_json
from referrals.workflow.step import steps


class Player(ABC):
    """People of one authority by the names that steps use, within a transaction that sees all cases."""

    origin: ClassVar[Origin]

    @abstractmethod
    def user(self, name: str) -> User:
        """Return a person: ``crip_coordinator_2`` is the second of her role."""

    @abstractmethod
    def place(self, key: str) -> UUID:
        """Return the id of an institution of the authority."""

    def id_of(self, name: str) -> UUID:
        """Return a person's id, as a step names it."""
        return self.user(name).pk

    def actor(self, name: str, *, at: datetime) -> Actor:
        """Return a person as an actor, with the rights of ``at``."""
        return actor_of_user(self.user(name), self.origin, at=at)

    def file(self, name: str, form: Mapping[str, Any], *, at: datetime, urgent: bool = False) -> UUID:
        """File a concern; return its id."""
        sent = ConcernForm.read(as_json(form))
        actor = self.actor(name, at=at)
        return filing_actions.file_at_once(sent, urgent=urgent, actor=actor, at=at).referral.pk

    def read(self, name: str, case: UUID, *, at: datetime) -> None:
        """Open the file as a person; someone of the cell acknowledges it by that (T05), and answers an urgent call."""
        actor = self.actor(name, at=at)
        cases = visibility.visible_to(actor, at=at).select_related("concern")
        seen = cases.get(pk=case)
        if seen.state == State.SUBMITTED:
            opening.acknowledge_on_opening(seen, opener=actor, at=at)
            seen = cases.get(pk=case)
        if seen.alert_open and opening.opens_as_called(case_ties.ties_of(seen, actor)):
            opening.answer_on_opening(seen, opener=actor, at=at)
            seen = cases.get(pk=case)
        ties = case_ties.ties_of(seen, actor)
        opened(seen, ties, lambda scope: concern.content(seen, ties, scope, actor=actor), actor=actor, at=at)

    def do(self, name: str, case: UUID, step: str, *, at: datetime, **fields: object) -> StepResult:
        """Do a step of the referral; its own member ``at`` is written ``at_`` here, beside the act's instant."""
        return self._perform(Machine.REFERRAL, name, case, step, None, fields, at=at)

    def assess(self, name: str, case: UUID, step: str, *, at: datetime, **fields: object) -> StepResult:
        """Do a step of the assessment."""
        return self._perform(Machine.ASSESSMENT, name, case, step, None, fields, at=at)

    def on_measure(
        self, name: str, measure: Measure, step: str, *, at: datetime, **fields: Any
    ) -> StepResult:
        """Do a step of a measure."""
        return self._perform(Machine.MEASURE, name, measure.referral_id, step, measure.pk, fields, at=at)

    def on_justice(self, name: str, case: UUID, step: str, *, at: datetime, **fields: object) -> StepResult:
        """Do a step of the case's last referral to justice."""
        part = Referral.objects.get(pk=case).judicial_referrals.latest("prepared_at").pk
        return self._perform(Machine.JUDICIAL, name, case, step, part, fields, at=at)

    def on_orientation(
        self,
        name: str,
        case: UUID,
        step: str,
        *,
        at: datetime,
        orientation: UUID | None = None,
        **fields: object,
    ) -> StepResult:
        """Propose an orientation, or do a step of one."""
        return self._perform(Machine.ORIENTATION, name, case, step, orientation, fields, at=at)

    def on_glass(
        self, name: str, case: UUID, step: str, *, at: datetime, glass: UUID | None = None, **fields: object
    ) -> StepResult:
        """Break the glass on a case, or do a step of an emergency opening."""
        return self._perform(Machine.GLASS, name, case, step, glass, fields, at=at)

    def _perform(
        self,
        machine: Machine,
        name: str,
        case: UUID,
        step: str,
        part: UUID | None,
        fields: Any,
        *,
        at: datetime,
    ) -> StepResult:
        request = StepRequest(
            step=steps.get(machine, step),
            referral_id=case,
            part_id=part,
            body=as_json({name.rstrip("_"): value for name, value in fields.items()}),
            version=_version(case),
        )
        return perform.perform(request, actor=self.actor(name, at=at), at=at)

    def sign(self, name: str, case: UUID, proposal: StepResult, *, at: datetime) -> StepResult:
        """Sign what another person proposed.

        Raises:
            ValueError: nothing was proposed: the step went through with one signature.
        """
        if proposal.approval is None:
            raise ValueError("No second signature is awaited.")
        actor = self.actor(name, at=at)
        return approvals.sign(case, proposal.approval, actor=actor, at=at, version=_version(case))

    def letter(
        self,
        name: str,
        case: UUID,
        kind: LetterKind,
        *,
        at: datetime,
        child: UUID | None = None,
        words: Mapping[str, Any] | None = None,
        sent: Mapping[str, Any] | None = None,
    ) -> Letter:
        """Prepare the first letter of a kind that is due, about a child if one is named; ``sent``: sign and send it.

        Raises:
            IndexError: none is due.
        """
        actor = self.actor(name, at=at)
        referral = visibility.visible_to(actor, at=at).get(pk=case)
        ties = case_ties.ties_of(referral, actor)
        due = letters_queries.due(referral, ties, child_sight.sight_of(referral, ties, actor), actor, at=at)
        wanted = [
            one for one in due if one["kind"]["code"] == kind and str(child or "") in str(one["children"])
        ]
        about = {name: wanted[0][name] for name in ("part", "children", "holder") if wanted[0][name]}
        row = letters_actions.prepare(case, about | {"kind": str(kind)}, actor=actor, at=at)
        if words is not None:
            row = self._on_letter("edit", row, words, actor, at=at)
        if sent is not None:
            draft = letters_queries.one(row, actor, at=at)["draft"]
            row = self._on_letter("sign", row, {"draft": draft}, actor, at=at)
            row = self._on_letter("send", row, as_json({"on": at.date()} | dict(sent)), actor, at=at)
        return row

    def _on_letter(self, step: str, row: Letter, body: object, actor: Actor, *, at: datetime) -> Letter:
        declared = steps.get(Machine.LETTER, step)
        return letters_actions.runner.perform(declared, row.pk, body, actor=actor, at=at)

    def write(self, name: str, case: UUID, *, at: datetime, **fields: object) -> None:
        """Write notes, conclusions or report of the assessment."""
        body = as_json(fields)
        assessment_actions.edit(case, body, version=_version(case), actor=self.actor(name, at=at), at=at)


def _version(case: UUID) -> int:
    return Referral.objects.get(pk=case).version


def children_of(case: UUID) -> list[UUID]:
    """Return the ids of a case's children, in the order of the form."""
    return list(Child.objects.filter(referral=case).order_by("position").values_list("pk", flat=True))


def each(children: Iterable[UUID], **fields: object) -> list[dict[str, Any]]:
    """Return one line for each child, as steps take them."""
    return [{"child": child, **fields} for child in children]
