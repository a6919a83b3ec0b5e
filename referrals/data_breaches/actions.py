"""Declare a data breach, and the runner of the steps that follow (RGPD art. 33, 34; domain.md §2.7)."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from rest_framework import serializers

from accounts.actor import Actor, system
from accounts.models import Authority
from accounts.roles import Role
from audit import journal, pseudonyms
from audit.events import Purpose
from encryption import keys
from referrals.access import row_level_security
from referrals.access_review import guards as access_review_hooks
from referrals.access_review.sheet import Sheet as AnomalySheet
from referrals.data_breaches import accounts_in_question, notices
from referrals.data_breaches.inputs import DeclaringBreach
from referrals.data_breaches.sheet import Sheet
from referrals.data_breaches.steps import DECLARERS
from referrals.errors import GuardRefused, NotAllowed
from referrals.execution.row_machine import RUNNERS, RowMachine
from referrals.models import AccessAnomaly, DataBreach
from referrals.vocabulary.data_breaches import BreachKind, BreachSource
from referrals.vocabulary.states import BreachState, Machine
from referrals.workflow.context import StepInput, as_json, step_input_of
from referrals.workflow.inputs import required
from referrals.workflow.step import Step, steps

#: Who sees all breaches of the authority; administrators see what they declared alone (domain.md §2.7).
READERS: Final = (Role.DPO, Role.SUPERVISOR, Role.AUDITOR)
#: Who reads the words; an auditor reads codes, days and numbers.
WORDS: Final = (Role.DPO, Role.SUPERVISOR)
ROLES_TOLD: Final[Mapping[str, Role]] = {"dpo": Role.DPO, "supervisors": Role.SUPERVISOR}


def require_role(actor: Actor) -> None:
    if not actor.holding(DECLARERS):
        raise NotAllowed("read:breaches")


def visible_to(actor: Actor) -> "QuerySet[DataBreach]":
    """Return the breaches of the authorities that the actor answers for, and those that the actor declared.

    Nobody sees one that puts the own account in question.
    """
    if actor.user_id is None or not actor.holding(DECLARERS):
        return DataBreach.objects.none()
    here = sorted({one.authority_id for one in actor.holding(READERS)})
    rows = DataBreach.objects.filter(Q(authority__in=here) | Q(declared_by=actor.user_id))
    return rows.exclude(who=pseudonyms.actor(actor.user_id)).select_related("authority", "anomaly")


@contextmanager
def in_reach(actor: Actor) -> Iterator[None]:
    """Let who runs the platform reach what it declared for authorities where it holds no role."""
    if not actor.holding((Role.PLATFORM_ADMIN,)):
        yield
        return
    with row_level_security.beyond():
        yield


class DataBreaches(RowMachine[DataBreach, Sheet]):
    machine = Machine.BREACH

    def visible_to(self, actor: Actor, *, at: datetime) -> "QuerySet[DataBreach]":  # noqa: ARG002 - the interface's
        return visible_to(actor)

    def context_of(self, step: Step, row: DataBreach, actor: Actor, *, at: datetime) -> Sheet | None:
        role = next((role for role in step.roles if role in actor.roles_in(row.authority_id)), None)
        if role is None:
            return None
        return Sheet(row, actor=actor.acting_as(role, authority_id=row.authority_id), at=at)

    def may_sign(
        self, step: Step, context: Sheet, step_input: StepInput, user: UUID, *, signers: tuple[Role, ...]
    ) -> bool:
        """Tell whether a supervisor may sign: never one whose account the breach puts in question (DB4)."""
        if context.row.who is not None and context.row.who == pseudonyms.actor(user):
            return False
        return super().may_sign(step, context, step_input, user, signers=signers)

    def run_step(self, step: Step, context: Sheet, step_input: StepInput) -> None:
        """Move the state, seal what was typed, write it down, tell."""
        context.step_input = step_input
        super().run_step(step, context, step_input)

    def record(self, step: Step, context: Sheet, *, before: str) -> None:
        """Seal what the step brought, write its entry and tell the people whom it names."""
        row = context.row
        fill(row, context.content)
        row.save()
        journal.record(
            step.event,
            actor=context.writer,
            at=context.at,
            tenant=row.authority_id,
            purpose=Purpose.AUDIT,
            rule=context.by_two,
            from_state=before,
            to_state=str(row.state),
            payload=row.pk.bytes,
        )
        roles = [ROLES_TOLD[party] for party in step.tells if party in ROLES_TOLD]
        if roles:
            template = notices.DECLARED if step.creates else notices.CHANGED
            notices.tell_offices(row, template, roles, at=context.at, but=context.actor.user_id)


runner: Final = DataBreaches()
RUNNERS[Machine.BREACH] = runner


def fill(row: DataBreach, content: Mapping[str, Any]) -> None:
    if not content:
        return
    if row.key is None:
        row.key = keys.create_draft_key(row.pk).id
    key = keys.data_key(row.key, row.pk)
    for name, value in content.items():
        field: Any = DataBreach._meta.get_field(name)
        setattr(row, name, key.seal(field, row.pk, as_json(value)))


def declare(body: object, *, actor: Actor, at: datetime) -> list[DataBreach]:
    """Declare a breach at each authority that it touches, each with its own row and clock (DB1)."""
    require_role(actor)
    step = steps.get(Machine.BREACH, "declare")
    step_input = step_input_of(DeclaringBreach.read(body))
    with in_reach(actor):
        return [
            _declared(step, step_input, authority, role, actor=actor, at=at)
            for authority, role in _touched(step_input.authorities, actor)
        ]


def declared_with(row: DataBreach, actor: Actor) -> list[DataBreach]:
    """Return the rows of one declaration: those that the same person made at the same instant."""
    rows = DataBreach.objects.filter(declared_by=actor.user_id, declared_at=row.declared_at)
    return list(rows.select_related("authority").order_by("authority__code"))


def _touched(named: Collection[UUID], actor: Actor) -> list[tuple[Authority, Role]]:
    own: dict[UUID, Role] = {}
    for role in DECLARERS[:-1]:
        for position in actor.holding((role,)):
            own.setdefault(position.authority_id, role)
    everywhere = bool(actor.holding((Role.PLATFORM_ADMIN,)))
    if not named:
        if everywhere or len(own) != 1:
            raise required("authorities")
        named = list(own)
    authorities = list(Authority.objects.filter(pk__in=named).order_by("code"))
    if len(authorities) != len(set(named)) or not (
        everywhere or {one.pk for one in authorities} <= own.keys()
    ):
        raise serializers.ValidationError({"authorities": [serializers.ErrorDetail("", code="invalid")]})
    return [(one, own.get(one.pk, Role.PLATFORM_ADMIN)) for one in authorities]


def _declared(
    step: Step, step_input: StepInput, authority: Authority, role: Role, *, actor: Actor, at: datetime
) -> DataBreach:
    # Who runs the platform holds the role somewhere; the row stands at whom it touches.
    acting = actor.acting_as(role, authority_id=None if role == Role.PLATFORM_ADMIN else authority.pk)
    row = DataBreach(
        pk=uuid4(),
        authority=authority,
        declared_by_id=actor.user_id,
        declared_as=str(role),
        declared_at=at,
        source=step_input.source,
        kinds=list(step_input.kinds),
        aware_at=step_input.aware_at,
        since=step_input.since,
        until=step_input.until,
    )
    sheet = Sheet(row, actor=acting, at=at)
    for rule in (*step.guards, *step.checks):
        if (reason := rule(sheet, step_input)) is not None:
            raise GuardRefused(step.name, rule.__name__, reason, step.law)
    if step_input.account:
        account = accounts_in_question.named(step_input.account, authority.pk, at=at)
        row.who = pseudonyms.actor(account) if account is not None else None
    sheet.start_clock()
    runner.run_step(step, sheet, step_input)
    return row


# --- Of anomalies -------------------------------------------------------------------------------------


@access_review_hooks.found_unjustified.register
def open_for(anomaly: AccessAnomaly, sheet: AnomalySheet) -> None:
    """Open the breach of an access found unjustified, in the same transaction: awareness is now (N06 ⇒ DB1)."""
    row = DataBreach(
        pk=uuid4(),
        authority=anomaly.authority,
        anomaly=anomaly,
        declared_at=sheet.at,
        source=BreachSource.ANOMALY,
        kinds=[BreachKind.CONFIDENTIALITY.value],
        aware_at=sheet.at,
        since=anomaly.first_at,
        until=anomaly.last_at,
        who=anomaly.who,
        subjects=list(anomaly.subjects),
    )
    service = system(origin=sheet.actor.origin, obo=sheet.actor.user_id)
    context = Sheet(row, actor=service, at=sheet.at)
    context.start_clock()
    runner.run_step(steps.get(Machine.BREACH, "declare"), context, StepInput())


@access_review_hooks.breach_is_settled.register
def is_settled(anomaly: AccessAnomaly) -> bool:
    """Tell whether the breach of an anomaly was notified, or its risk ruled out by two (N09; domain.md §2.7)."""
    settled = (BreachState.NOTIFIED, BreachState.NOT_NOTIFIED, BreachState.CLOSED)
    return DataBreach.objects.filter(anomaly=anomaly, state__in=settled).exists()
