"""Review of an anomaly: who sees it, and the runner of its steps.

An anomaly belongs to an authority, not to a case: its steps run on its own row (``execution/row_machine.py``).
Auditors and data protection officers of the authority see it. The agent whom it is about sees only the question, once
it was asked, and answers by a code.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Role
from accounts.veil import account_of
from audit import journal, pseudonyms
from audit.events import Purpose, register
from outbox.notices import About, Recipients
from outbox.notices import tell as write
from outbox.templates import Kind, Template
from outbox.templates import register as register_template
from referrals.access import matrix
from referrals.access_review.sheet import Sheet
from referrals.errors import NotVisible, WrongState
from referrals.execution.row_machine import RowMachine
from referrals.models import AccessAnomaly
from referrals.vocabulary.oversight import Answer
from referrals.vocabulary.states import AnomalyState, Machine
from referrals.workflow.step import Step

ANSWERED: Final = "anomaly:answer"
register(ANSWERED)
PLACE: Final = "audit/anomalies"
QUESTIONS: Final = "access-questions"
CHANGED: Final = "anomaly.changed"
ASKED: Final = "anomaly.asked"
REPORTED: Final = "anomaly.reported"
register_template(
    Template(
        CHANGED,
        Kind.CASE,
        _("Une anomalie d'accès vous attend."),
        place=PLACE,
        page="journal/anomalies",
    ),
    Template(
        ASKED,
        Kind.CASE,
        _("Une question sur vos accès aux dossiers vous attend."),
        place=QUESTIONS,
        page="acces",
    ),
    Template(
        REPORTED,
        Kind.CASE,
        _("Un accès injustifié est signalé : le délégué à la protection des données vous contacte."),
    ),
)
#: Who is told when a step names a party.
PARTIES: Final = {"auditors": Role.AUDITOR, "dpo": Role.DPO, "supervisors": Role.SUPERVISOR}


def visible_to(actor: Actor) -> "QuerySet[AccessAnomaly]":
    return AccessAnomaly.objects.filter(authority__in=actor.may("audit.read")).select_related(
        "authority", "breach"
    )


def asked_of(actor: Actor, *, at: datetime, filing: bool = True) -> "QuerySet[AccessAnomaly]":
    """Return the anomalies about which the actor was asked; those not answered in time are gone from the list.

    ``filing``: those about what the actor files too; they are sought by a query more.
    """
    if actor.user_id is None:
        return AccessAnomaly.objects.none()
    open_ = Q(answered_at__isnull=False) | Q(answer_due_at__gt=at)
    rows = AccessAnomaly.objects.filter(open_, asked_at__isnull=False)
    own = {pseudonyms.actor(actor.user_id)}
    if filing and actor.holding(matrix.DRAFTERS):  # of what one files one has another pseudonym for each case
        cases = {UUID(one) for named in rows.values_list("subjects", flat=True) for one in named}
        own |= {pseudonyms.filer(actor.user_id, case) for case in cases}
    return rows.filter(who__in=own).select_related("authority")


class Anomalies(RowMachine[AccessAnomaly, Sheet]):
    machine = Machine.ANOMALY

    def visible_to(self, actor: Actor, *, at: datetime) -> "QuerySet[AccessAnomaly]":  # noqa: ARG002 - the interface's
        return visible_to(actor)

    def context_of(self, step: Step, row: AccessAnomaly, actor: Actor, *, at: datetime) -> Sheet | None:
        """Return the anomaly in the hands of the actor in the role that does the step; of two offices, the other's."""
        roles = [role for role in step.roles if role in actor.roles_in(row.authority_id)]
        role = next((one for one in roles if one != row.resolution_asked_as), roles[0] if roles else None)
        if role is None:
            return None
        acting = actor.acting_as(role, authority_id=row.authority_id)
        own = actor.user_id is not None and row.who == pseudonyms.actor(actor.user_id)
        return Sheet(row, actor=acting, at=at, own=own)

    def record(self, step: Step, context: Sheet, *, before: str) -> None:
        anomaly = context.row
        journal.record(
            step.event,
            actor=context.actor,
            at=context.at,
            objects=[UUID(one) for one in anomaly.subjects],
            tenant=anomaly.authority_id,
            purpose=Purpose.AUDIT,
            rule=anomaly.rule,
            from_state=before,
            to_state=str(anomaly.state),
        )
        for party in step.tells:
            _tell(context, party)


runner: Final = Anomalies()


def _tell(sheet: Sheet, party: str) -> None:
    if party == "agent":
        account = account_of(sheet.row.who, sheet.row.subjects)
        _write(sheet, ASKED, {account} if account else set(), about=sheet.row.pk)
        return
    memberships = Membership.objects.in_force(sheet.at).filter(
        authority=sheet.row.authority_id, role=PARTIES[party]
    )
    users = set(memberships.values_list("user_id", flat=True)) - {sheet.actor.user_id}
    if party == "supervisors":
        # The hierarchy reads no journal: it is told that there is something, not where; nor is the agent, by this way.
        own = account_of(sheet.row.who, sheet.row.subjects)
        _write(sheet, REPORTED, users - {own}, about=None)
        return
    _write(sheet, CHANGED, users, about=sheet.row.pk)


def _write(sheet: Sheet, template: str, users: set[Any], *, about: UUID | None) -> None:
    notice = About(
        template=template,
        # To the agent no rule is named, nor to the hierarchy: it would tell what a decoy is.
        reference=sheet.row.rule if template == CHANGED else "",
        subject_id=about,
        authority_id=sheet.row.authority_id,
    )
    write(notice, Recipients(users=users), at=sheet.at)


def answer(pk: UUID, said: str, *, actor: Actor, at: datetime) -> AccessAnomaly:
    """Keep what the agent answers to the question, one of the codes of ``Answer``; the auditors are told."""
    anomaly = asked_of(actor, at=at).select_for_update(of=("self",)).filter(pk=pk).first()
    if anomaly is None:
        raise NotVisible
    if anomaly.answered_at is not None or anomaly.state != AnomalyState.UNDER_REVIEW:
        raise WrongState("answer", state=str(anomaly.state))
    anomaly.answered_at, anomaly.answer = at, Answer(said)
    anomaly.save(update_fields=["answered_at", "answer"])
    journal.record(
        ANSWERED, actor=actor, at=at, tenant=anomaly.authority_id, purpose=Purpose.AUDIT, rule=anomaly.rule
    )
    _tell(Sheet(anomaly, actor=actor, at=at), "auditors")
    return anomaly
