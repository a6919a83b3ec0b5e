"""Questions, complements and messages of a case, by channel: with its filer, and among its professionals.

A filer reads the questions and messages addressed to them, and of their own complements the date alone (domain.md §1.3
``add``, §1.4). In the professionals' channel a service reads the questions that name its own people. An item that names
hidden children alone isn't shown; of one that names others too, the text is withheld (SEC-AZ20).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.roles import Role
from audit import journal
from audit.events import Purpose, register
from encryption.sealed import OpenScope
from referrals.access import child_sight
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.errors import NotVisible
from referrals.execution.preconditions import lock_case
from referrals.execution.runner import StepResult
from referrals.models import Complement, FilerMessage, InformationRequest, MessageRead, Referral, TeamMessage
from referrals.reading.fields import opened
from referrals.vocabulary.case_answers import Recipient
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import Coded, FeedbackState, RequestState

READ: Final = "message:read"
register(READ)

type Line = dict[str, Any]


class Channel(Coded):
    """Who talks with whom; the two never mix."""

    FILER = "filer", _("Avec le déclarant")
    PROFESSIONALS = "professionals", _("Entre professionnels du dossier")


def channel(
    referral: Referral, which: str, ties: CaseAccess, scope: OpenScope, *, actor: Actor
) -> list[Line]:
    """Return the lines of one channel that the actor may read, oldest first."""
    if ties.coarse and which == Channel.FILER:
        readable = _to_filer(referral, ties, scope)
    else:
        sight = child_sight.sight_of(referral, ties, actor)
        among_us = which == Channel.PROFESSIONALS
        lines = _professionals(referral, ties, actor=actor) if among_us else _with_filer(referral, ties)
        readable = (
            line_shown
            for row, line in lines
            if (line_shown := _line_shown(row, line, sight, scope)) is not None
        )
    return sorted(readable, key=lambda line: str(line["at"]))  # of one instant, the question comes first


# --- The filer's side --------------------------------------------------------------------------------


def _to_filer(referral: Referral, ties: CaseAccess, scope: OpenScope) -> Iterator[Line]:
    """Yield what a filer may know of: nothing of who asks, nor of why a question is open no longer."""
    if ties.as_filer() is not Role.FILER:
        return
    for request in referral.information_requests.filter(recipient=Recipient.FILER):
        yield _line("question", request, request.asked_at) | {
            "open": request.state == RequestState.OPEN,
            "due_on": moment(request.due_on),
            "text": opened(request.questions, scope),
        }
    for added in referral.complements.filter(role=Role.FILER):
        yield _line("complement", added, added.at)
    for message in referral.filer_messages.all():
        yield _line("message", message, message.at) | {
            "read_at": moment(message.read_at),
            "text": opened(message.text, scope),
        }
    for task, line in _feedback(referral):
        yield line | {"text": opened(task.text, scope)}


# --- The professionals' side -------------------------------------------------------------------------


def _with_filer(referral: Referral, ties: CaseAccess) -> Iterator[tuple[Any, Line]]:
    """Yield the questions to the filer and all complements to readers of D, the messages to readers of C."""
    if "D" in ties.reads:
        for request in referral.information_requests.filter(recipient=Recipient.FILER):
            yield request, _question(request)
        for added in referral.complements.select_related("request"):
            if added.request is None or added.request.recipient == Recipient.FILER:
                yield added, _complement(added)
    if "C" in ties.reads:
        for message in referral.filer_messages.all():
            yield message, _message(message) | {"read_at": moment(message.read_at)}
        yield from _feedback(referral)


def _professionals(referral: Referral, ties: CaseAccess, *, actor: Actor) -> Iterator[tuple[Any, Line]]:
    whole = "D" in ties.reads
    if not whole and "D" not in ties.partial:
        return
    requests = referral.information_requests.filter(recipient=Recipient.PARTNER)
    for one in requests if whole else requests.filter(partner_id=actor.user_id):
        yield one, _question(one)
    if not whole:
        return
    for added in referral.complements.filter(request__recipient=Recipient.PARTNER):
        yield added, _complement(added)
    for message in referral.team_messages.prefetch_related("reads"):
        read = [{"reader": str(one.reader_id), "at": moment(one.at)} for one in message.reads.all()]
        yield message, _message(message) | {"read_by": read}


def _line_shown(row: Any, line: Line, sight: Sight, scope: OpenScope) -> Line | None:
    """Return a line with its text and its children, as far as the reader may know of them; None for nothing of it."""
    field = row._meta.get_field("questions" if isinstance(row, InformationRequest) else "text")
    named = [UUID(pk) for pk in getattr(row, "children", [])]
    unread = sight.unread(field.access_class, partly=True)
    seen = [pk for pk in named if pk not in unread]
    if named and not seen:
        return None
    line["children"] = [str(pk) for pk in seen]
    line["text"] = opened(getattr(row, field.attname), scope) if len(seen) == len(named) else None
    return line


def _feedback(referral: Referral) -> Iterator[tuple[Any, Line]]:
    for task in referral.feedback_tasks.filter(state=FeedbackState.SENT):
        yield task, _line("feedback", task, task.decided_at or task.opened_at)


def _line(kind: str, row: Model, at: datetime) -> Line:
    return {"id": str(row.pk), "kind": kind, "at": moment(at)}


def _question(asked: InformationRequest) -> Line:
    return _line("question", asked, asked.asked_at) | {
        "state": labelled(RequestState(asked.state)),
        "due_on": moment(asked.due_on),
        "closed_at": moment(asked.closed_at),
        "by": str(asked.asked_by),
        "partner": str(asked.partner_id) if asked.partner_id else None,
    }


def _complement(added: Complement) -> Line:
    return _line("complement", added, added.at) | {
        "question": str(added.request_id) if added.request_id else None,
        "by": str(added.by) if added.by else None,
        "role": added.role,
        "came_by": added.came_by,
        "danger_now": added.danger_now,
    }


def _message(said: FilerMessage | TeamMessage) -> Line:
    return _line("message", said, said.at) | {"by": str(said.by)}


# --- Read marks --------------------------------------------------------------------------------------


def mark_read(referral_id: UUID, message_id: UUID, *, actor: Actor, at: datetime) -> StepResult:
    """Note that the actor has read a message addressed to them; once is enough.

    It moves nothing of the case: no version, no step.
    """
    referral, ties = lock_case(referral_id, actor=actor, at=at)
    if _mark(referral, message_id, ties, actor=actor, at=at):
        journal.record(
            READ,
            actor=ties.reader(actor),
            at=at,
            objects=[referral.pseudonym],
            tenant=referral.authority_id,
            purpose=Purpose.FILING if ties.coarse else Purpose.HANDLING,
        )
    return StepResult(referral=referral)


def _mark(referral: Referral, message_id: UUID, ties: CaseAccess, *, actor: Actor, at: datetime) -> bool:
    """Return whether this is the first time."""
    if ties.coarse and ties.as_filer() is Role.FILER:
        mine = referral.filer_messages.filter(pk=message_id).first()
        if mine is None:
            raise NotVisible
        if mine.read_at is None:
            mine.read_at = at
            mine.save(update_fields=["read_at"])
            return True
        return False
    message = referral.team_messages.filter(pk=message_id).first() if "D" in ties.reads else None
    unread = {str(pk) for pk in child_sight.sight_of(referral, ties, actor).unread("D")}
    if message is None or (message.children and unread.issuperset(message.children)):
        raise NotVisible
    _, first = MessageRead.objects.get_or_create(
        referral=referral, message=message, reader_id=actor.user_id, defaults={"at": at}
    )
    return first
