"""Ask another authority, and the runner of the steps that follow; what closes or joins a case does to its questions."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.access import office_holders
from accounts.actor import Actor, system
from accounts.models import Authority
from accounts.notifications import tell_people
from accounts.roles import Role
from audit.disclosure import disclosure
from audit.events import Purpose
from encryption import keys
from outbox.templates import Kind, Template, register
from referrals.access import row_level_security, visibility
from referrals.errors import GuardRefused, NotAllowed, NotVisible
from referrals.execution import hooks
from referrals.execution.row_machine import RowMachine
from referrals.inquiries import exchange, files, guards
from referrals.inquiries.inputs import Asking
from referrals.inquiries.sheet import Sheet
from referrals.models import Child, Inquiry, Joining, Referral
from referrals.notifications import recipients
from referrals.vocabulary.between_authorities import Side
from referrals.vocabulary.states import ACTIVE, InquiryState, Machine, State, Urgency
from referrals.workflow.case import Case
from referrals.workflow.context import StepContext, StepInput, step_input_of
from referrals.workflow.step import HOLDER, Step, steps

RECEIVED: Final = "inquiry.received"
MOVED: Final = "inquiry.moved"
ANSWERED: Final = "inquiry.answered"
TO_SETTLE: Final = "inquiry.to-settle"
_PAGE: Final = "demandes"
register(
    Template(RECEIVED, Kind.QUEUE, _("Un autre département vous interroge."), start=_PAGE),
    Template(MOVED, Kind.CASE, _("Une demande d'un autre département a changé."), start=_PAGE),
    Template(ANSWERED, Kind.CASE, _("Un autre département a répondu à votre demande.")),
    Template(
        TO_SETTLE,
        Kind.CASE,
        _("Une demande entre départements est refusée : à vous de la régler."),
        start=_PAGE,
    ),
)
#: A second refusal for one child isn't answered by a third question: the supervisors of both settle it (IQ6).
REFUSALS_BEFORE_ARBITRATION: Final = 2


class Inquiries(RowMachine[Inquiry, Sheet]):
    machine = Machine.INQUIRY

    def visible_to(self, actor: Actor, *, at: datetime) -> "QuerySet[Inquiry]":
        """Return the rows of the actor's own side that it may know of."""
        return files.visible_to(actor, at=at)

    def context_of(self, step: Step, row: Inquiry, actor: Actor, *, at: datetime) -> Sheet | None:
        """Return the row in the hands of the actor in the role that does the step, on the side that does it."""
        if (HOLDER in step.sides) != (row.side == Side.ASKER):
            return None
        role = next((role for role in step.roles if role in actor.roles_in(row.authority_id)), None)
        if role is None:
            return None
        acting = actor.acting_as(role, authority_id=row.authority_id)
        return Sheet(row, actor=acting, at=at, referral=files.referral_of(row, actor, at=at))

    def perform(self, step: Step, pk: UUID, body: object, *, actor: Actor, at: datetime) -> Inquiry:
        """Carry out one declared step, under a lock of both sides' rows, always in the same order."""
        with row_level_security.beyond():
            thread = Inquiry.objects.filter(pk=pk).values("thread")
            list(Inquiry.objects.select_for_update().filter(thread__in=thread).order_by("pk").values("pk"))
        return super().perform(step, pk, body, actor=actor, at=at)

    def run_step(self, step: Step, context: Sheet, step_input: StepInput) -> None:
        """Move the state of both rows, keep what the step brings, write it down on both sides, tell."""
        context.step_input = step_input
        super().run_step(step, context, step_input)

    def record(self, step: Step, context: Sheet, *, before: str) -> None:
        """Take the other side along; write the entry of each side; tell the people whom the step names."""
        other = exchange.both_sides(context, step)
        exchange.record(step, context, before=before)
        with row_level_security.beyond():
            _tell(step, context, other)


runner: Final = Inquiries()


def ask(referral_id: UUID, body: object, *, actor: Actor, at: datetime) -> Inquiry:
    """Ask another authority about a child of a case (IQ1); the question bears the child's name and birth.

    Raises:
        NotVisible: no such case for this actor.
        NotAllowed: another role asks.
        GuardRefused: a condition isn't met.
        serializers.ValidationError: the body; every fault of it.
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    step = steps.get(Machine.INQUIRY, "ask")
    # Locked: it is closed meanwhile, or the question is in time for the closing to take it back.
    Referral.objects.select_for_update().filter(pk=referral_id).values("pk").first()
    role, referral = asker_of(referral_id, actor, at=at)
    acting = actor.acting_as(role, authority_id=referral.authority_id)
    row = Inquiry(
        pk=uuid4(),
        thread=uuid4(),
        side=Side.ASKER,
        authority=referral.authority,
        referral=referral,
        reference=referral.reference,
        urgency=referral.urgency,
        asked_at=at,
    )
    sheet = Sheet(row, actor=acting, at=at, referral=referral)
    _require(step, step.guards, sheet, None)
    step_input = step_input_of(Asking.read(body))
    _require(step, step.checks, sheet, step_input)
    row.other = Authority.objects.get(pk=step_input.asked)
    row.child = referral.children.get(pk=step_input.child)
    row.ground, row.holders = step_input.ground, str(guards.holders_know(sheet, step_input))
    row.key = keys.create_draft_key(row.pk).id
    sheet.content["question"] = _question(row.child, step_input, referral, sheet)
    sheet.start_clock()
    runner.run_step(step, sheet, step_input)
    return row


def asker_of(referral_id: UUID, actor: Actor, *, at: datetime) -> tuple[Role, Referral]:
    referral = visibility.one_case(actor, referral_id, at=at)
    if referral is None:
        raise NotVisible
    step = steps.get(Machine.INQUIRY, "ask")
    for role in step.roles:
        if actor.holding([role]) and visibility.visible_as(actor, role, at=at).filter(pk=referral_id).first():
            return role, referral
    raise NotAllowed(step.event)


def _require(step: Step, rules: Collection[Any], sheet: Sheet, step_input: StepInput | None) -> None:
    for rule in rules:
        if (reason := rule(sheet, step_input)) is not None:
            raise GuardRefused(step.name, rule.__name__, reason, step.law)


def _question(child: Child, step_input: StepInput, referral: Referral, sheet: Sheet) -> dict[str, Any]:
    """Return the question: who the child is, and what was typed. The service opens the name, for who asks."""
    service = system(origin=sheet.actor.origin, obo=sheet.actor.user_id)
    with disclosure(
        actor=service,
        purpose=Purpose.HANDLING,
        at=sheet.at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
    ) as scope:
        names = ("last_name", "first_names", "birth_date" if child.birth_date else "birth_year_month")
        who = {name: getattr(child, name).open(scope) for name in names}
    words = ("former_address", "school", "holder", "purpose", "called")
    return {"child": who, **{name: step_input[name] for name in words if step_input[name]}}


# --- Who is told --------------------------------------------------------------------------------------


def _tell(step: Step, sheet: Sheet, other: Inquiry) -> None:
    """Tell the people whom a step names, on whichever side; a notice says that there is something, and not what."""
    rows = {Side(row.side): row for row in (sheet.row, other)}
    recipient, asker = rows[Side.ASKED], rows[Side.ASKER]
    by = sheet.actor.user_id
    if "asked_cell" in step.tells:
        tell_side(
            recipient, RECEIVED if step.creates else MOVED, (Role.CRIP_COORDINATOR,), at=sheet.at, but=by
        )
    if "asked_on_call" in step.tells and recipient.urgency == Urgency.U3:
        tell_side(recipient, RECEIVED, (Role.ON_CALL,), at=sheet.at, but=by)
    if "asking_cell" in step.tells:
        _tell_case(asker, ANSWERED, ("coordinator", "team"), at=sheet.at)
    if "coordinator" in step.tells and recipient.referral is not None and recipient.referral.state in ACTIVE:
        # Somebody follows the child here: is the case to go to them (T31)?
        _tell_case(recipient, "case.changed", ("coordinator",), at=sheet.at)
    if "inquiry_arbiters" in step.tells and _refused_again(asker):
        for row in rows.values():
            tell_side(row, TO_SETTLE, (Role.SUPERVISOR,), at=sheet.at)


def tell_side(
    row: Inquiry, template: str, roles: Collection[Role], *, at: datetime, but: UUID | None = None
) -> None:
    """Tell who holds a role at the row's authority; of a restricted file its list alone."""
    users = set(office_holders(roles, row.authority_id, at=at)) - {but, *map(UUID, row.barred)}
    if row.referral is not None:
        case = Case(row.referral, actor=system(), at=at)
        withheld = row.restricted or row.referral.restricted
        users = recipients.let_past(case) if withheld else users - recipients.excluded_from(case)
    tell_people(users, template, row.authority_id, at=at)


def _tell_case(row: Inquiry, template: str, parties: Collection[str], *, at: datetime) -> None:
    if row.referral is not None:
        withheld = row.child is not None and row.child.restricted
        case = Case(row.referral, actor=system(), at=at)
        recipients.tell_parties(case, parties, template, withheld=withheld)


def _refused_again(asker: Inquiry) -> bool:
    refused = Inquiry.objects.filter(
        side=Side.ASKER,
        referral=asker.referral_id,
        child=asker.child_id,
        other=asker.other_id,
        state=InquiryState.REFUSED,
    )
    return refused.count() >= REFUSALS_BEFORE_ARBITRATION


# --- What becomes of the questions of a case that ends ------------------------------------------------


@hooks.after_leaving_state.register(5)
def follow(act: StepContext, before: str) -> None:
    """A case that is closed waits for no answer; one that is joined to a file leaves its questions to that file."""
    after = act.case.referral.state
    if before not in ACTIVE or after in ACTIVE:
        return
    rows = files.open_of(act.case.referral.pk)
    if after == State.MERGED:
        _hand_over(act, rows)
        return
    for row in rows.select_related("authority", "other", "referral"):
        name = "withdraw" if row.state == InquiryState.ASKED else "lapse"
        service = system(origin=act.actor.origin, obo=act.actor.user_id)
        sheet = Sheet(row, actor=service, at=act.at, referral=act.case.referral)
        runner.run_step(steps.get(Machine.INQUIRY, name), sheet, StepInput(reason=""))


def _hand_over(act: StepContext, rows: "QuerySet[Inquiry]") -> None:
    joining = Joining.objects.filter(referral=act.case.referral, undone_at=None).first()
    if joining is None:
        return
    for row in rows:
        row.referral_id = joining.target_id
        same = joining.same_children.get(str(row.child_id))
        row.child_id = UUID(same) if same else row.child_id
        row.save()
