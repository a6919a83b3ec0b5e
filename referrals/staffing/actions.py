"""Cases of one person, and their hand-over when that person leaves (domain.md T13, T47, T48).

A supervisor answers for the people of the authority, a lead for the cases of their own unit. Each case is handed over
by its own declared step, with its own guards and its own entry; a refused one is named and keeps its people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.actor import Actor
from accounts.models import Membership, User
from audit import journal
from audit.events import Outcome, Purpose
from referrals.access import people as access_people
from referrals.access import visibility
from referrals.errors import GuardRefused, InvalidInput, NotAllowed
from referrals.execution import perform
from referrals.execution.preconditions import NOT_EXPECTED, StepRequest
from referrals.models import Assignment, Referral
from referrals.staffing.inputs import PASSED
from referrals.vocabulary.formats import moment
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps

HAND_OVER: Final = "hand-over"
STEP: Final = "pass_on"
#: As many cases as one act may move: each is locked until all are done.
CASES_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Cases that go to one person; None: all that no other move names."""

    user: UUID
    referrals: tuple[UUID, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Whose cases go to whom, in which role, and why."""

    leaver: UUID
    role: str
    moves: Sequence[Move]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What became of one case: passed on, or kept, with the rule and the sentence of the refusal."""

    referral: UUID
    user: UUID
    rule: str = ""
    reason: str = ""


def require_answering(actor: Actor) -> None:
    """Refuse whoever answers for nobody's cases."""
    if not actor.holding(access_people.ANSWERING):
        raise NotAllowed(HAND_OVER)


def hand_over(asked: HandOver, *, actor: Actor, at: datetime) -> list[Passed]:
    """Pass on the cases of one person, all or those named, each by its own step.

    Cases that the actor doesn't see are none of them, and nothing tells whether there are any.
    """
    require_answering(actor)
    theirs = set(cases_of(actor, asked.leaver, asked.role, at=at).values_list("pk", flat=True))
    taken = _taken(asked.moves, theirs)
    if len(taken) > CASES_MAX:
        raise InvalidInput("moves", "too-many")
    # In a fixed order: two hand-overs at once wait for each other instead of each holding a case of the other.
    return [_pass_on(asked, pk, taken[pk], actor=actor, at=at) for pk in sorted(taken)]


def _taken(moves: Sequence[Move], theirs: set[UUID]) -> Mapping[UUID, UUID]:
    taken: dict[UUID, UUID] = {}
    for move in moves:
        for pk in move.referrals or ():
            if pk not in theirs or pk in taken:
                raise InvalidInput("moves", "not-a-choice")
            taken[pk] = move.user
    rest = [move.user for move in moves if move.referrals is None]
    if len(rest) > 1:
        raise InvalidInput("moves", "one-of")
    return taken | (dict.fromkeys(theirs - set(taken), rest[0]) if rest else {})


def _pass_on(asked: HandOver, pk: UUID, user: UUID, *, actor: Actor, at: datetime) -> Passed:
    """Pass on one case, or say what forbids it: its guards are asked before anything of it is written."""
    body = {"leaver": str(asked.leaver), "role": asked.role, "user": str(user), "reason": asked.reason}
    step = steps.get(Machine.REFERRAL, STEP)
    try:
        perform.perform(
            StepRequest(step=step, referral_id=pk, body=body, version=NOT_EXPECTED), actor=actor, at=at
        )
    except (GuardRefused, NotAllowed) as refused:
        # A lead may read a case by an exceptional access: it is named as kept, as one that a guard forbids.
        rule = str(refused.extra["rule"]) if isinstance(refused, GuardRefused) else NotAllowed.code
        write_refusal(pk, step.event, rule, actor=actor, at=at)
        return Passed(referral=pk, user=user, rule=rule, reason=str(refused))
    return Passed(referral=pk, user=user)


def write_refusal(pk: UUID, act: str, rule: str, *, actor: Actor, at: datetime) -> None:
    """Write that this case was refused: the request as a whole is not, so that nobody else would."""
    tenant = Referral.objects.filter(pk=pk).values_list("authority_id", flat=True).first()
    journal.record(
        act,
        actor=actor,
        at=at,
        objects=[journal.subject(pk)],
        tenant=tenant,
        outcome=Outcome.DENY,
        purpose=Purpose.HANDLING,
        rule=rule,
    )


# --- Whose cases they are -----------------------------------------------------------------------------


def cases_of(actor: Actor, user: UUID, role: str | None, *, at: datetime) -> "QuerySet[Referral]":
    """Return the cases on which a person is now, among those whose shell the actor reads, with the actor's ties.

    Of an own filing a filer learns no more than the five words: it is none of these, and makes no page longer.
    """
    on_it = Assignment.objects.filter(user=user, until_at=None, role__in=[role] if role else PASSED)
    shells = Q(pk__in=[])
    for _, cases in visibility.seen_with(actor, "A", at=at):
        shells |= Q(pk__in=cases.values("pk"))
    return visibility.visible_to(actor, at=at, drafts=False).filter(
        shells, pk__in=on_it.values("referral_id")
    )


def people(actor: Actor, *, leaving: bool, at: datetime) -> list[dict[str, Any]]:
    """Return who is on cases that the actor answers for, how many in which role, and until when they hold it.

    ``leaving``: only those who hold the role no more, or whose time in it has an end: their cases wait for somebody.
    """
    seen = Referral.objects.none()
    for role in access_people.ANSWERING:
        seen |= visibility.visible_as(actor, role, at=at)
    memberships = Membership.objects.in_force(at).filter(
        user=OuterRef("user"), role=OuterRef("role"), authority=OuterRef("referral__authority")
    )
    rows = (
        Assignment.objects.filter(until_at=None, role__in=PASSED, referral__in=seen.values("pk"))
        .values("user_id", "role", authority=F("referral__authority_id"))
        .annotate(
            count=Count("referral_id", distinct=True),
            name=Subquery(User.objects.filter(pk=OuterRef("user_id")).values("full_name")[:1]),
            holds=Exists(memberships),
            ends_at=Subquery(
                memberships.order_by(F("valid_to").desc(nulls_first=True)).values("valid_to")[:1]
            ),
        )
        .order_by("name", "user_id", "role")
    )
    lines = [_person(row) for row in rows]
    return [line for line in lines if not leaving or line["ends_at"] or not line["holds_role"]]


def _person(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "user": str(row["user_id"]),
        "name": row["name"],
        "authority": str(row["authority"]),
        "role": row["role"],
        "count": row["count"],
        "holds_role": row["holds"],
        "ends_at": moment(row["ends_at"]) if row["holds"] else None,
    }
