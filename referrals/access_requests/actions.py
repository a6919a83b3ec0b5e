"""Receive a request, the runner of the steps that follow, and who is told of each."""

from datetime import datetime
from itertools import chain
from typing import Any, Final, cast, override
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Authority
from accounts.notifications import tell_people
from accounts.roles import Role
from audit import journal
from encryption import keys
from encryption.authentic import CheckedRows
from outbox.templates import Kind, Template, register
from referrals.access_requests import effects, gate, persons
from referrals.access_requests.copies import Box, Span
from referrals.access_requests.inputs import Receiving
from referrals.access_requests.persons import SIGNERS
from referrals.access_requests.sheet import Sheet
from referrals.errors import GuardRefused, NotAllowed
from referrals.execution import row_proposals
from referrals.execution.row_machine import RUNNERS, RowMachine, proposes
from referrals.models import AccessRequest, Exclusion, RowApproval
from referrals.vocabulary import formats
from referrals.vocabulary.access_requests import Gate
from referrals.vocabulary.states import ApprovalState, Machine
from referrals.workflow.context import StepInput, step_input_of
from referrals.workflow.step import Step, steps

RECEIVED: Final = "access-request.received"
OPINION_ASKED: Final = "access-request.opinion"
OPINION_GIVEN: Final = "access-request.answered"
NAMED: Final = "access-request.named"
PAGE: Final = "demandes-acces"
register(
    Template(RECEIVED, Kind.CASE, _("Une demande d'accès vous attend."), start=PAGE),
    Template(OPINION_ASKED, Kind.CASE, _("Un avis vous est demandé."), start=PAGE),
    Template(OPINION_GIVEN, Kind.CASE, _("Un avis que vous avez demandé est rendu."), start=PAGE),
    Template(NAMED, Kind.CASE, _("Votre nom est communiqué à une personne qui exerce son droit d'accès.")),
)
_NOBODY: Final = UUID(int=0)
#: How many random signs a reference bears; it says nothing of whom the request is about.
_SIGNS: Final = 6


def visible_to(actor: Actor, *, at: datetime) -> "QuerySet[AccessRequest]":
    """Return the requests that the actor may know of.

    The officers of the authority; of a request about a file from which one is excluded, the other one. Who is asked to
    sign it, as long as that is open; who was asked for an opinion; and who received it, as far as the receipt.
    """
    user = actor.user_id
    if user is None:
        return AccessRequest.objects.none()
    barred = Exclusion.objects.filter(user=user, lifted_at=None).values("referral")
    officer = Q(authority__in=sorted({one.authority_id for one in actor.holding((Role.DPO,))}))
    signs = RowApproval.objects.filter(
        machine=str(Machine.ACCESS_REQUEST), approver=user, state=ApprovalState.REQUESTED, expires_at__gt=at
    )
    here = Q(authority__in=sorted(actor.authority_ids))
    # Who was asked to sign, and has lost the office since, signs nothing and reads nothing.
    signing = Q(authority__in=sorted({one.authority_id for one in actor.holding(SIGNERS)}))
    # A question answered may be read again by who answered, as long as the request is open.
    parts = (signing & Q(pk__in=signs.values("target"))) | Q(opinions__asked=user) | Q(recorded_by=user)
    rows = (
        AccessRequest.objects.filter(officer | (here & parts)).exclude(files__referral__in=barred).distinct()
    )

    class Rows(CheckedRows):
        @staticmethod
        @override
        def keeps(row: Any) -> bool:
            return bool(row.is_authentic)

    # Locked rows can't be distinct: they are found by id.
    requests = AccessRequest.objects.filter(pk__in=rows.order_by().values("pk"))
    return Rows.of(requests.select_related("authority"))


class AccessRequests(RowMachine[AccessRequest, Sheet]):
    machine = Machine.ACCESS_REQUEST

    def visible_to(self, actor: Actor, *, at: datetime) -> "QuerySet[AccessRequest]":
        return visible_to(actor, at=at)

    def context_of(self, step: Step, row: AccessRequest, actor: Actor, *, at: datetime) -> Sheet | None:
        role = next((role for role in step.roles if role in actor.roles_in(row.authority_id)), None)
        if role is None:
            return None
        acting = actor.acting_as(role, authority_id=row.authority_id)
        return Sheet(row, actor=acting, at=at, step_name=step.name)

    def may_sign(
        self, step: Step, context: Sheet, step_input: StepInput, user: UUID, *, signers: tuple[Role, ...]
    ) -> bool:
        """Tell whether a person may sign: one who hid nothing, isn't a reader in question, and may know of the files.

        A restricted file comes in with a supervisor of its list (AR4); whoever signs later reads it, and is on it too.
        """
        if not super().may_sign(step, context, step_input, user, signers=signers):
            return False
        named = persons.files_named(context, step_input.get("references") or ())
        referrals = [*(one.referral for one in context.files), *(named or [])]
        if not persons.may_know(context, referrals, user):
            return False
        hid = context.row.redactions.filter(Q(by=user) | Q(lifted_by=user)).exists()
        listed = (step_input.get(name) or () for name in ("entries", "masked"))
        in_question = {*map(UUID, context.row.named), *chain.from_iterable(listed)}
        return not hid and user not in persons.readers_behind(context, in_question)

    def run_step(self, step: Step, context: Sheet, step_input: StepInput) -> None:
        """Do what goes before, move the state, keep what the step brings, write it down, tell."""
        context.step_input, context.step_name = step_input, step.name
        row, new = context.row, context.row._state.adding
        before = "" if new else str(row.state)
        for effect in step.carries:
            effect(context)
        if step.source:
            step.run(row, step_input, context)
        for effect in step.effects:
            effect(context)
        # Once, and whole: a request that is closed keeps nothing sealed, not even between two statements.
        row.save()
        if before and before != str(row.state) and proposes(self.machine):
            row_proposals.lapse_moved(
                self.machine, row.pk, str(row.state), actor=context.actor, at=context.at
            )
        self.record(step, context, before=before)

    def record(self, step: Step, context: Sheet, *, before: str) -> None:
        """Write the entry of a step, which names the files in scope; tell the people whom the step names."""
        row = context.row
        journal.record(
            step.event,
            actor=context.writer,
            at=context.at,
            objects=context.subjects()[:100],
            tenant=row.authority_id,
            purpose=step.purpose,
            rule=context.by_two,
            from_state=before,
            to_state=str(row.state),
            payload=row.pk.bytes,
        )
        _tell(step, context)


runner: Final = AccessRequests()
RUNNERS[Machine.ACCESS_REQUEST] = runner


def receive(body: object, *, actor: Actor, at: datetime) -> AccessRequest:
    """Record a request (AR1): it is answered within a month of its receipt."""
    step = steps.get(Machine.ACCESS_REQUEST, "receive")
    positions = actor.holding(step.roles)
    if not positions:
        raise NotAllowed(step.event)
    step_input = step_input_of(Receiving.read(body))
    places = {one.authority_id for one in positions}
    authority = step_input.get("authority") or (next(iter(places)) if len(places) == 1 else None)
    if authority not in places:
        raise NotAllowed(step.event)
    role = next(
        one.role
        for wanted in step.roles
        for one in positions
        if one.role == wanted and one.authority_id == authority
    )
    place = Authority.objects.get(pk=authority)
    pk = uuid4()
    row = AccessRequest(
        pk=pk,
        authority=place,
        reference=f"DA-{place.code}-{at:%Y}-{formats.random_signs(_SIGNS)}",
        requester=step_input.requester,
        right=step_input.right,
        wanted=step_input.wanted,
        way=step_input.way,
        recorded_by_id=cast("UUID", actor.user_id),
        recorded_at=at,
        received_on=step_input.received_on,
    )
    sheet = Sheet(row, actor=actor.acting_as(role, authority_id=authority), at=at, step_name=step.name)
    for rule in step.checks:
        if (reason := rule(sheet, step_input)) is not None:
            raise GuardRefused(step.name, rule.__name__, reason, step.law)
    row.key = keys.create_draft_key(pk).id
    row.due_at = effects.due(sheet, effects.MONTHS)
    runner.run_step(step, sheet, step_input)
    return row


def redact(
    request: UUID, part: UUID, passage: Span | Box | None, *, actor: Actor, at: datetime, code: str = ""
) -> None:
    """Hide a passage of a part, or with None the whole part for ``code`` (AR6)."""
    where: dict[str, Any] = {"code": code}
    if isinstance(passage, Span):
        where = {"code": str(passage.code), "start": passage.start, "end": passage.end}
    elif isinstance(passage, Box):
        sides = ("page", "left", "top", "right", "bottom")
        where = {"code": str(passage.code)} | {name: getattr(passage, name) for name in sides}
    body = {"part": str(part)} | where
    runner.perform(steps.get(Machine.ACCESS_REQUEST, "redact"), request, body, actor=actor, at=at)


def lift(request: UUID, redaction: UUID, reason: str, *, actor: Actor, at: datetime) -> None:
    """Lift a hidden passage, with the reason (AR6); never one that protects others."""
    body = {"lift": str(redaction), "reason": reason}
    runner.perform(steps.get(Machine.ACCESS_REQUEST, "redact"), request, body, actor=actor, at=at)


def officers_sheet(row: AccessRequest, actor: Actor, *, at: datetime) -> Sheet:
    if Role.DPO not in actor.roles_in(row.authority_id):
        raise NotAllowed("read:access-requests")
    return Sheet(row, actor=actor.acting_as(Role.DPO, authority_id=row.authority_id), at=at)


def gates(sheet: Sheet) -> list[Gate]:
    """Return why the safety gate is shut; nothing where no file is in scope yet."""
    return gate.shut(sheet) if sheet.files and sheet.row.key is not None else []


# --- Who is told --------------------------------------------------------------------------------------


def _tell(step: Step, sheet: Sheet) -> None:
    """Tell the people whom a step names; a notice says that there is something, and not what."""
    row, by = sheet.row, sheet.actor.user_id
    if "dpo" in step.tells:
        template = RECEIVED if step.creates else OPINION_GIVEN
        tell_officers(row, template, at=sheet.at, but=by)
    if "asked" in step.tells:
        tell_people({sheet.step_input.user}, OPINION_ASKED, row.authority_id, at=sheet.at)
    if "named_readers" in step.tells:
        named = persons.readers_behind(sheet, sheet.step_input.entries)
        tell_people(named, NAMED, row.authority_id, at=sheet.at)


def tell_officers(row: AccessRequest, template: str, *, at: datetime, but: UUID | None = None) -> None:
    tell_people(persons.officers(row, at=at) - {but}, template, row.authority_id, at=at)
