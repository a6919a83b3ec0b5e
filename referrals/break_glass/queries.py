"""Emergency openings beyond their steps: by reference for a hidden case, their list, end and monitoring.

A person who knows a reference by an alert or by phone opens a case that is restricted to others, if the ordinary tie
would show it (domain.md §1.3 rule 7). A case that is absent, of another authority, purged, not the caller's, or that
the caller is excluded from, gets the same answer: not there.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, override
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actor import SYSTEM, Actor
from accounts.request import ServiceRequest, actor_in
from core.inputs import Code, Flag, Text
from core.paging import page_of
from core.query import PagedQuery
from encryption.authentic import CheckedRows
from encryption.sealed import OpenScope
from outbox.scheduler import recurring
from outbox.templates import Kind, Template, register
from referrals.access import emergency_openings, hanging_rows, row_level_security, visibility
from referrals.access import exceptions as access_exceptions
from referrals.access.child_sight import Sight
from referrals.break_glass.checks import FROZEN, is_frozen, own_reviews_are_in_time
from referrals.break_glass.steps import REVIEWERS
from referrals.errors import GuardRefused, NotVisible
from referrals.execution.runner import StepResult, run_step
from referrals.models import BreakGlass, Child, Referral
from referrals.notifications import recipients
from referrals.reading.disclosures import record_listed
from referrals.reading.fields import readable
from referrals.vocabulary import formats
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.role_sets import BREAKERS
from referrals.vocabulary.states import GlassState, Machine, State, Urgency
from referrals.workflow.case import Case
from referrals.workflow.case_parts import opens_hidden
from referrals.workflow.context import StepInput
from referrals.workflow.inputs import Reasoned
from referrals.workflow.step import require_proof, steps


class ByReference(Reasoned):
    """Which case, by the reference that an alert or the phone gave, and why."""

    reference = Text(max_length=30)


class GlassQuery(PagedQuery):
    """Filters of the list of emergency openings."""

    state = Code(GlassState.choices, required=False)
    overdue = Flag(in_query=True, required=False)


def glass_page(request: ServiceRequest, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the openings on the list of the caller of ``request``, and the next cursor."""
    actor, at = actor_in(request), request.at
    page = page_of(
        listed(actor, state=asked.get("state"), overdue=asked.get("overdue"), at=at),
        limit=asked["limit"],
        order=("review_due_at", "id"),
        cursor=asked.get("cursor"),
        bound_to=f"break-glass/{asked.get('state')}/{asked.get('overdue')}",
    )
    record_listed(page.items, actor=actor, at=at)
    return [_line(row, at) for row in page.items], page.next


def _line(row: BreakGlass, at: datetime) -> dict[str, Any]:
    case = row.referral
    return line(row) | {
        "overdue": row.reviewed_at is None and row.review_due_at < at,
        "referral": str(case.pk),
        "reference": case.reference,
        "case_state": formats.labelled(State(case.state)),
        "urgency": formats.labelled(Urgency(case.urgency)),
    }


register(
    Template(
        "glass.overdue",
        Kind.CASE,
        _("L'examen d'une ouverture d'urgence est en retard."),
    )
)

EVERY: Final = timedelta(hours=1)
BATCH: Final = 50
NOTHING_MORE: Final = _(
    "Vous lisez déjà ce dossier : une ouverture d'urgence ne vous montrerait rien de plus."
)


# --- Opening ------------------------------------------------------------------------------------------


def open_by_reference(said: str, reason: str, *, actor: Actor, at: datetime) -> StepResult:
    step = steps.get(Machine.GLASS, "open")
    # Before anything is looked for: the answer tells of the account, and of no case whether it is there.
    if is_frozen(actor.user_id, at):
        raise GuardRefused(step.name, own_reviews_are_in_time.__name__, FROZEN, step.law)
    require_proof(step, actor, at=at)
    pk = _matches(said, actor=actor, at=at)
    # The lock first, as for every act: whoever is excluded meanwhile is so under it.
    Referral.objects.select_for_update().filter(pk=pk).values("pk").first()
    referral = emergency_openings.breakable(actor, at=at).select_related("authority").filter(pk=pk).first()
    if referral is None:
        raise NotVisible
    role = emergency_openings.breaking_role(referral, actor)
    if role is None:
        raise GuardRefused(step.name, "something_is_withheld", NOTHING_MORE, step.law)
    case = Case(referral, actor=actor.acting_as(role, authority_id=referral.authority_id), at=at)
    case.step_name = step.name
    act = run_step(step, case, StepInput(reason=reason))
    return StepResult(referral=referral, made=act.made.pk if act.made is not None else None)


def _matches(said: str, *, actor: Actor, at: datetime) -> UUID:
    """Return the case that a reference means; what can't be a reference is looked for all the same."""
    meant = formats.read_reference(said) or said
    referral = (
        emergency_openings.breakable(actor, at=at).filter(reference=meant).only(*Referral.counted()).first()
    )
    if referral is None:
        raise NotVisible
    return referral.pk


# --- Reading ------------------------------------------------------------------------------------------


def openings(referral: Referral, sight: Sight, scope: OpenScope, *, actor: Actor) -> list[dict[str, Any]]:
    """Return the emergency openings of a case, with their reasons.

    Whoever reads the facts reads them, and who opened and who reviews: an opening can't be judged without its reason
    (docs/decisions/0017-who-reads-why-the-glass-was-broken.md). One that was for a hidden child isn't told of.
    """
    rows, ties = referral.broken_glasses.all(), sight.ties
    reviews = any(role in REVIEWERS for role, _ in ties.pairs)
    if "D" not in ties.reads and not reviews:
        rows = rows.filter(user=actor.user_id)
    visible = (row for row in rows if not sight.hidden or not opens_hidden(row, actor.user_id))
    return [line(row) | _words(row, scope) for row in visible]


def _words(row: BreakGlass, scope: OpenScope) -> dict[str, Any]:
    fields = readable(row, "D", scope)
    return {name: fields[name] for name in ("reason", "review")}


def line(row: BreakGlass) -> dict[str, Any]:
    """Return an emergency opening without what was written."""
    return {
        "id": str(row.pk),
        "state": labelled(GlassState(row.state)),
        "user": str(row.user_id),
        "role": row.role,
        "opened_at": moment(row.opened_at),
        "expires_at": moment(row.expires_at),
        "ended_at": moment(row.ended_at),
        "review_due_at": moment(row.review_due_at),
        "reviewed_at": moment(row.reviewed_at),
        "reviewed_by": str(row.reviewed_by) if row.reviewed_by else None,
    }


def listed(actor: Actor, *, state: str | None, overdue: bool | None, at: datetime) -> "QuerySet[BreakGlass]":
    """Return the openings on an actor's list: for who reviews those of the cases seen, for others the own ones."""
    seen = visibility.visible_to(actor, at=at, drafts=False)
    reviewed = Q()
    for role in REVIEWERS:
        reviewed |= Q(referral__in=visibility.visible_as(actor, role, at=at).values("pk"))
    hides = Child.objects.filter(referral=OuterRef("referral"), restricted=True)
    unlocked = access_exceptions.exceptional(actor, at=at).unlocked
    listable = Q(role__in=BREAKERS) | Q(user=actor.user_id) | Q(referral__in=sorted(unlocked))
    visible = listable | ~Exists(hides)
    rows = BreakGlass.objects.filter(
        visible, reviewed | Q(user=actor.user_id), referral__in=seen.values("pk")
    )
    if state is not None:
        rows = rows.filter(state=state)
    if overdue is not None:
        late = Q(reviewed_at=None, review_due_at__lt=at)
        rows = rows.filter(late) if overdue else rows.exclude(late)

    class Rows(CheckedRows):
        @staticmethod
        @override
        def keeps(row: Any) -> bool:
            is_listable = row.role in BREAKERS or row.user_id == actor.user_id or row.referral_id in unlocked
            return is_listable or hanging_rows.restrictions_hold(row)

    return hanging_rows.shown_with(Rows.of(hanging_rows.with_children(rows)), actor, at=at)


# --- What time brings about ---------------------------------------------------------------------------


@recurring("glass:expired", every=timedelta(minutes=1))
def expire(at: datetime) -> int:
    """Let every emergency opening whose time is over await its review; its right ended by itself. Return how many."""
    with row_level_security.for_the_service():
        over = BreakGlass.objects.filter(state=GlassState.OPENED, expires_at__lte=at)
        waiting = list(over.values_list("referral_id", "pk"))
    return sum(_expire(referral_id, pk, at) for referral_id, pk in waiting)


def _expire(referral_id: UUID, pk: UUID, at: datetime) -> bool:
    with row_level_security.for_the_service():
        referral = Referral.objects.select_for_update().get(pk=referral_id)
        case = Case(referral, actor=SYSTEM, at=at)
        case.part = referral.broken_glasses.filter(pk=pk, state=GlassState.OPENED).first()
        if case.part is None:
            return False
        case.step_name = "expire"
        run_step(steps.get(Machine.GLASS, case.step_name), case, StepInput())
        return True


@recurring("glass:watched", every=timedelta(minutes=5))
def watch(at: datetime) -> int:
    """Tell supervisors and auditors of each overdue review, every hour until it is done; return of how many."""
    alerted = 0
    while count := _watch(at):
        alerted += count
    return alerted


def _watch(at: datetime) -> int:
    """Tell of one batch and mark it, in one transaction; what another worker holds is passed."""
    late = Q(reviewed_at=None, review_due_at__lt=at)
    again = Q(alerted_at=None) | Q(alerted_at__lte=at - EVERY)
    with row_level_security.for_the_service():
        rows = BreakGlass.objects.filter(late & again).select_for_update(skip_locked=True, of=("self",))
        due = list(rows.select_related("referral__authority").order_by("review_due_at", "id")[:BATCH])
        for row in due:
            case = Case(row.referral, actor=SYSTEM, at=at)
            apart = case.is_about_hidden(row)
            recipients.tell_parties(case, ("supervisor",), "glass.overdue", withheld=apart)
            recipients.tell_watchers(case, "glass.overdue")
        BreakGlass.objects.filter(pk__in=[row.pk for row in due]).update(alerted_at=at)
    return len(due)
