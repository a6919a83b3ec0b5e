"""Context of a running step: what its effects use to change the other rows of the case.

``StepContext`` seals, saves, starts and stops deadlines, and fires the steps that the running one causes, each with its
own record and its own journal entry (domain.md §2.2 Fired steps). Only ``actions`` makes one.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models import Model

from accounts.actor import SYSTEM, Actor
from audit import journal
from audit.events import Purpose
from core.inputs import StrictSerializer
from encryption import keys
from encryption.fields import SealedField
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import CLOSED, Machine
from referrals.workflow import clocks, hooks
from referrals.workflow.about_children import ids_in
from referrals.workflow.case import Case
from referrals.workflow.deadlines import DEADLINES
from referrals.workflow.decision_inputs import OF_SENDING
from referrals.workflow.step import Step, steps

if TYPE_CHECKING:
    from referrals.models import Assessment, Clock, JudicialReferral


class StepInput(dict[str, Any]):
    """The validated input of a step, read by attribute; nested members likewise."""

    def __getattr__(self, name: str) -> Any:
        """Return a member.

        Raises:
            AttributeError: the step takes no such member.
        """
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def step_input_of(value: object) -> Any:
    """Return validated data as ``StepInput`` all the way down."""
    if isinstance(value, Mapping):
        return StepInput({str(name): step_input_of(inner) for name, inner in value.items()})
    if isinstance(value, list):
        return [step_input_of(inner) for inner in value]
    return value


def as_json(value: object) -> Any:
    """Return the same as JSON holds it: ids and dates as text."""
    if isinstance(value, Mapping):
        return {name: as_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(inner) for inner in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def for_record(value: object, takes: type[StrictSerializer] | None) -> Any:
    """Return what a step was given, as JSON, without what rows of their own hold (SEC-AZ7).

    Its record bears the class of the step: what is of another class must not be read there. ``takes`` is the input that
    the value was read by; None: a value without members of its own.
    """
    if isinstance(value, list):
        return [for_record(inner, takes) for inner in value]
    if not isinstance(value, dict) or takes is None:
        return value
    inputs = _inputs_within(takes)
    return {
        name: for_record(inner, inputs.get(name))
        for name, inner in value.items()
        if name not in takes.in_own_row
    }


@cache
def _inputs_within(takes: type[StrictSerializer]) -> dict[str, type[StrictSerializer]]:
    """Return the inputs of the members that hold members of their own, lists of such included."""
    inner = {name: getattr(field, "child", field) for name, field in takes().fields.items()}
    return {name: type(field) for name, field in inner.items() if isinstance(field, StrictSerializer)}


def names_any(said: object, children: Container[UUID]) -> bool:
    """Tell whether what was said, as JSON, holds the id of one of the children anywhere."""
    return any(pk in children for pk in ids_in(said))


def _nowhere(name: str, _: Case, **__: object) -> "StepContext":
    raise LookupError(name)


class StepContext:
    """A declared step under way on a locked case, by one actor at one instant."""

    def __init__(self, step: Step, case: Case, step_input: StepInput, *, actor: Actor, at: datetime) -> None:
        """Carry out ``step`` with the input ``step_input``; ``actor`` says in which role."""
        self.step = step
        self.case = case
        #: Any: each effect reads the members of the input of its own step.
        self.step_input: Any = step_input
        self.actor = actor
        self.at = at
        #: The child that the step is about, for its record.
        self.child: UUID | None = getattr(step_input, "child", None)
        #: The second person, when two signed; the record and the entry then bear both names.
        self.signer: Actor | None = None
        #: Sentences that the answer tells without refusing (T17).
        self.warnings: list[str] = []
        #: The other case of an act that touches two, while this is the part that is done there.
        self.beside: Any = None
        #: Do a step of another case within this act; the runner says how.
        self.elsewhere: Callable[..., StepContext] = _nowhere
        #: Flag a danger at the file that this filing was joined to, unseen by who tells of it; the runner says how.
        self.alarm: Callable[[str], None] = lambda _: None
        #: Whether the step tells of what is restricted, though it names nothing: for its list alone (T46).
        self.apart = False
        #: The row of another machine that the step made, for the answer's address.
        self.made: models.Model | None = None

    # --- Rows -----------------------------------------------------------------------------------------

    def noon_of(self, day: date) -> datetime:
        """Return noon of a day in the authority's zone: an instant that is on that day everywhere near."""
        # Noon, since midnight in Réunion or Guadeloupe is another day in Paris.
        return datetime.combine(day, time(12), tzinfo=self.case.zone)

    def data_key(self, name: str) -> keys.DataKey:
        """Return one of the case's two data keys."""
        return keys.data_key(self.case.referral.key_of(name), self.case.referral.pk)

    def fill(self, row: models.Model, values: Mapping[str, Any]) -> models.Model:
        """Set fields of ``row``, sealing those that are sealed; an empty text seals nothing."""
        # Agents of the service may have declared ties: the case is compared anew before they read it (0032).
        if values.get("service_id"):
            hooks.service_named(self.case.referral, values["service_id"], at=self.at)
        for name, value in values.items():
            field = row._meta.get_field(name)
            if isinstance(field, SealedField):
                # Sealed for this row and column (SEC-CR3): a new row has its id before it is saved.
                empty = value in (None, "")
                value = None if empty else self.data_key(field.key).seal(field, row.pk, as_json(value))
            setattr(row, name, value)
        return row

    def new(self, related: str, *, state: str | None = None, **values: object) -> Any:
        """Make and save a row of the case in the relation ``related``; ``state`` where it isn't the first one."""
        self.case.flush()
        row = self.made_for(related, state=state, **values)
        row.save(force_insert=True)
        return row

    def made_for(self, related: str, *, state: str | None = None, **values: object) -> Any:
        """Make a row as ``new``, for the case to insert with others."""
        manager = getattr(self.case.referral, related)
        row = manager.model(referral=self.case.referral, **({"state": state} if state else {}))
        if hasattr(row, "position"):
            row.position = manager.count()
        self.fill(row, values)
        # A list that was prefetched would still lack the row.
        self.case.outdate(related)
        return row

    def change(self, row: Any, **values: object) -> None:
        """Set and save fields of a row of the case; one that the act itself makes is inserted with them."""
        self.fill(row, values)
        if not row._state.adding:
            row.save(update_fields=list(values))

    # --- Clocks ---------------------------------------------------------------------------------------

    def start(self, code: ClockCode, **of: Any) -> "Clock":
        """Start a clock of the case; ``since``, ``child``, ``part`` say from when and for what."""
        return clocks.start(self.case, code, **of)

    def stop(self, *codes: ClockCode, child: UUID | None = None, part: Model | None = None) -> None:
        """Stop running clocks, of one child or part when it is named."""
        clocks.stop(self.case, codes, child=child, part=part)

    def plain_clocks(self, before: str) -> None:
        """Start and stop what the declaration says of the case as a whole (domain.md §2.3)."""
        after = self.case.referral.state
        if not self.step.times_itself:
            self.stop(*(code for code in self.step.stops if DEADLINES[code].stopped_by_step))
        # At the closing alone: what starts in a closed case runs on.
        if after in CLOSED and before not in CLOSED:
            self.stop(*(code for code, deadline in DEADLINES.items() if not deadline.outlives_closing))
        for code in self.step.starts:
            deadline = DEADLINES[code]
            if deadline.started_by_step and deadline.starts_if(self.case):
                self.start(code, since=deadline.since(self.case))

    # --- Justice --------------------------------------------------------------------------------------

    def refer_to_justice(
        self,
        *,
        children: list[Any],
        said: Mapping[str, Any],
        by_third_party: bool = False,
        prepared: "JudicialReferral | None" = None,
        report: "Assessment | None" = None,
    ) -> Any:
        """Send a referral to justice for these children, made now or prepared before (⇒ J02; L226-4).

        ``report``: the assessment whose report goes along.
        """
        values = {
            "grounds": list(said["grounds"]),
            "recipient": said.get("recipient"),
            "document": said.get("document"),
            "sending_proof": said.get("sending_proof"),
            "sending_way": said.get("sending_way") or "",
            "sending_reference": said.get("sending_reference") or None,
            "actions_led": said.get("actions_led"),
            "by_third_party": by_third_party,
            "report": report,
        }
        if prepared is not None and prepared.letter is not None:
            # The document was composed from what is on the row: the row goes on saying what the document says.
            values = {name: values[name] for name in ("recipient", "report", *OF_SENDING)}
        row = prepared or self.new("judicial_referrals", prepared_at=self.at)
        self.fill(row, values)
        row.children.set(children)
        self.fire(Machine.JUDICIAL, "send", part=row)
        for child in children:
            # Immediate danger is answered by the sending (L226-4): each child's own clock ends.
            self.stop(ClockCode.C3, child=child.pk)
        self.start(ClockCode.C7, part=row)
        self.case.forget("judicial_referrals")
        return row

    # --- What is written down --------------------------------------------------------------------------

    def fire(
        self,
        machine: Machine,
        name: str,
        *,
        part: Any = None,
        step_input: StepInput | None = None,
        child: UUID | None = None,
    ) -> None:
        """Do a step that the running one brings along, on ``part`` or on the referral: state, record, entry."""
        step = steps.get(machine, name)
        row = part if part is not None else self.case.referral
        fired = StepContext(step, self.case, step_input or StepInput(), actor=self.actor, at=self.at)
        # Two persons who signed a step signed what it brings along. Its guards aren't asked: those of the step that
        # fires it were (domain.md §2.2 Fired steps).
        fired.signer, fired.child = self.signer, child
        before = str(row.state)
        if machine is Machine.JUDICIAL:
            self.case.justice_moved = True
        if not step.creates or step.source:
            step.run(row, step_input or StepInput(), self.case)
        if part is not None:
            part.save()
        fired.record(before=before, after=str(row.state), part=part)

    def record(self, *, before: str, after: str, part: Model | None = None) -> None:
        """Write the record of the step for the case, and its entry for the journal."""
        self._keep_record(before=before, after=after, part=part)
        referral = self.case.referral
        journal.record(
            self.step.event,
            # Of two signers the one at the keyboard is the actor; it acts on behalf of who proposed.
            actor=replace(self.signer, obo=self.actor.user_id) if self.signer else self.actor,
            at=self.at,
            objects=[referral.pseudonym],
            tenant=referral.authority_id,
            purpose=self.step.purpose
            or (Purpose.FILING if self.step.data_class == "A" else Purpose.HANDLING),
            rule="two-signatures" if self.signer is not None else "",
            from_state=before,
            to_state=after,
            version=referral.version,
        )

    def _keep_record(self, *, before: str, after: str, part: Model | None) -> None:
        referral = self.case.referral
        self.case.records = self.case.records + 1
        record = referral.steps.model(
            referral=referral,
            machine=self.step.machine,
            part=part.pk if part is not None else None,
            step=self.step.name,
            number=self.step.number,
            at=self.at,
            # Counted, for records of one act have one instant.
            order=self.case.records,
            role=self.actor.role or SYSTEM.role,
            # No record names in clear who files (SEC-CR20, 0040).
            by=None if self.actor.filing else self.actor.user_id,
            signed_by=self.signer.user_id if self.signer else None,
            obo=self.actor.obo if self.actor.user_id else None,
            from_state=before,
            to_state=after,
            child=self.child,
            access_class=self.step.data_class,
        )
        recorded = for_record(as_json(self.step_input), self.step.takes)
        data = {name: value for name, value in recorded.items() if value not in (None, "", [], {})}
        if data:
            # Of a filer only the own reason is kept here, under the filer's own key class.
            self.fill(record, {"data": data})
        # Not saved here: within `together` all records of an act go in one statement.
        self.case.insert(record)
