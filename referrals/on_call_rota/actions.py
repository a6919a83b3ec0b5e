"""Edits the on-call rota of an authority, with its history (domain.md §11.1 ``ON_CALL_SCHEDULE``).

It may be shared: an officer of another authority on it holds the role here too, because a shift gives no right by
itself. Where nobody is on it, all officers on call are called, and the administrators are notified once a day.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.access import own_account
from accounts.actions.entry import record_about
from accounts.actor import Actor
from accounts.errors import AlreadyThere, InvalidInput, NotVisible
from accounts.models import Authority, Membership, User
from accounts.roles import Role
from audit.events import register
from core.inputs import Code, Id, Instant, StrictSerializer, Whole
from outbox.notices import About, Recipients, tell
from outbox.scheduler import recurring
from outbox.templates import Kind, Template
from outbox.templates import register as register_texts
from referrals.models import RotaShift
from referrals.models.on_call_rota import Place
from referrals.policy_changes.actions import authority_for
from referrals.vocabulary.formats import labelled, moment

register("rota:added", "rota:withdrawn")
register_texts(
    Template(
        "rota.hole",
        Kind.QUEUE,
        _("Le tableau d'astreinte n'est pas couvert en entier pendant les prochaines 24 heures."),
    )
)

READ: Final = "rota.read"
CHANGE: Final = "rota.change"
AHEAD: Final = timedelta(hours=24)
LONGEST: Final = timedelta(days=31)
WEEK: Final = timedelta(days=7)
#: How far ahead a weekly shift is written.
MOST_WEEKS: Final = 26


class NewShift(StrictSerializer):
    """An officer, in which place, from when until when (the last instant not included), in how many weeks."""

    officer = Id()
    place = Code(Place.choices)
    starts_at = Instant()
    ends_at = Instant()
    weeks = Whole(min_value=1, max_value=MOST_WEEKS, required=False, default=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift that is asked for: who, in which place, from when, until when (the last instant not included).

    ``weeks``: how many times, at the same hours of each week on the clocks of the authority.
    """

    officer: UUID
    place: str
    starts_at: datetime
    ends_at: datetime
    weeks: int = 1

    def of_week(self, number: int, zone: ZoneInfo) -> "Shift":
        """Return the shift of the week ``number`` (0: the first), an hour longer or shorter where the clocks change."""
        after = timedelta(weeks=number)
        begins, ends = (instant.astimezone(zone) + after for instant in (self.starts_at, self.ends_at))
        return replace(self, starts_at=begins.astimezone(UTC), ends_at=ends.astimezone(UTC), weeks=1)


def add(authority_id: UUID, asked: Shift, *, actor: Actor, at: datetime) -> RotaShift:
    """Put an officer on the rota, once or each week, all of it or nothing; return the first shift.

    Raises:
        NotVisible, NotAllowed: see ``authority_for``.
        InvalidInput: the officer doesn't hold the role here all that time, or the shift is over, backwards or longer
            than a month, or longer than the week in which it comes again.
        AlreadyThere: the officer is on the rota then.
    """
    authority_for(actor, authority_id, CHANGE)
    account = own_account(actor).pk
    # The lock: two shifts of one officer that are each possible may not be so together.
    authority = Authority.objects.select_for_update().get(pk=authority_id)
    if asked.weeks > 1 and asked.ends_at - asked.starts_at > WEEK:
        raise InvalidInput({"ends_at": ["too-late"]})
    zone = ZoneInfo(authority.timezone)
    shifts = [asked.of_week(number, zone) for number in range(asked.weeks)]
    first, *_ = [_put(authority, shift, account, actor=actor, at=at) for shift in shifts]
    return first


def _put(authority: Authority, asked: Shift, account: UUID, *, actor: Actor, at: datetime) -> RotaShift:
    if faults := _faults(authority, asked, at=at):
        raise InvalidInput(faults)
    meanwhile = authority.rota_shifts.filter(
        Q(withdrawn_at=None), user=asked.officer, starts_at__lt=asked.ends_at, ends_at__gt=asked.starts_at
    )
    if meanwhile.exists():
        raise AlreadyThere(_("Cette personne est déjà d'astreinte pendant cette période."))
    row = RotaShift.objects.create(
        authority=authority,
        user_id=asked.officer,
        place=asked.place,
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
        made_at=at,
        made_by_id=account,
    )
    _record("rota:added", row, actor=actor, at=at)
    return row


def _faults(authority: Authority, asked: Shift, *, at: datetime) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    memberships = Membership.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=asked.ends_at),
        user=asked.officer,
        user__is_active=True,
        authority=authority,
        role=Role.ON_CALL,
        valid_from__lte=max(asked.starts_at, at),
    )
    if not memberships.exists():
        faults["officer"] = ["not-a-choice"]
    if asked.ends_at <= max(asked.starts_at, at):
        faults["ends_at"] = ["too-early"]
    elif asked.ends_at - asked.starts_at > LONGEST:
        faults["ends_at"] = ["too-late"]
    return faults


def withdraw(authority_id: UUID, shift_id: UUID, *, actor: Actor, at: datetime) -> RotaShift:
    """Take an officer off the rota: from now on, or before the shift has begun. The row stays.

    Raises:
        NotVisible: no such shift here; or see ``authority_for``, as for NotAllowed.
        AlreadyThere: the shift is over, or was withdrawn before.
    """
    authority_for(actor, authority_id, CHANGE)
    row = RotaShift.objects.select_for_update().filter(authority=authority_id, pk=shift_id).first()
    if row is None:
        raise NotVisible
    if row.withdrawn_at is not None or row.ends_at <= at:
        raise AlreadyThere(_("Cette période d'astreinte est déjà terminée ou retirée."))
    row.withdrawn_at, row.withdrawn_by_id = at, actor.user_id
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _record("rota:withdrawn", row, actor=actor, at=at)
    return row


def _record(act: str, row: RotaShift, *, actor: Actor, at: datetime) -> None:
    roles = actor.roles_in(row.authority_id)
    role = next(candidate for candidate in (Role.TERRITORY_ADMIN, Role.SUPERVISOR) if candidate in roles)
    record_about(
        act,
        row.user_id,
        actor=actor.acting_as(role, authority_id=row.authority_id),
        at=at,
        tenant=row.authority_id,
        thing=row.pk,
        to_state=str(row.place),
    )


def shifts(actor: Actor, authority_id: UUID, *, past: bool, at: datetime) -> "QuerySet[RotaShift]":
    """Return the shifts of an authority that stand now or will; with ``past`` those over and withdrawn too."""
    authority = authority_for(actor, authority_id, READ)
    rows = authority.rota_shifts.select_related("user", "made_by", "withdrawn_by")
    return rows.all() if past else rows.filter(ends_at__gt=at, withdrawn_at=None)


def officers(authority: Authority, *, at: datetime) -> "QuerySet[User]":
    """Return who may be put on the rota of an authority now: its officers on call, by name."""
    memberships = Membership.objects.in_force(at).filter(authority=authority, role=Role.ON_CALL)
    return User.objects.filter(is_active=True, pk__in=memberships.values("user")).order_by("full_name", "pk")


def line(row: RotaShift) -> dict[str, Any]:
    """Return one shift: who, when, in which place, and who put it there or took it away."""
    return {
        "id": str(row.pk),
        "officer": str(row.user_id),
        "name": row.user.full_name,
        "place": labelled(Place(row.place)),
        "starts_at": moment(row.starts_at),
        "ends_at": moment(row.ends_at),
        "made_at": moment(row.made_at),
        "made_by": row.made_by.full_name,
        "withdrawn_at": moment(row.withdrawn_at),
        "withdrawn_by": row.withdrawn_by.full_name if row.withdrawn_by else None,
    }


# --- Who is on call -----------------------------------------------------------------------------------


def on_duty(
    authority_id: UUID, *, at: datetime, barred: Collection[UUID] = ()
) -> dict[Place, frozenset[UUID]]:
    """Return who is on call now, by place; of those ``barred`` from a case the next one takes the place."""
    users_by_place: dict[Place, set[UUID]] = {}
    rows = RotaShift.objects.on_duty(at).filter(authority=authority_id).exclude(user__in=barred)
    for place, user in rows.values_list("place", "user_id"):
        users_by_place.setdefault(Place(place), set()).add(user)
    return {place: frozenset(users) for place, users in users_by_place.items()}


def first_called(authority_id: UUID, *, at: datetime, barred: Collection[UUID] = ()) -> frozenset[UUID]:
    """Return the officers to call first; empty where the rota has nobody, so that all of them are called."""
    called = on_duty(authority_id, at=at, barred=barred)
    return called.get(Place.FIRST) or called.get(Place.SECOND) or frozenset()


# --- Holes --------------------------------------------------------------------------------------------


@recurring("rota:watched", every=timedelta(days=1))
def watch(at: datetime) -> int:
    """Tell the administrators of each authority whose rota has a hole within a day; return of how many."""
    return sum(_watch(authority, at) for authority in Authority.objects.order_by("code"))


def _watch(authority: Authority, at: datetime) -> bool:
    calls = Membership.objects.in_force(at).filter(authority=authority, role=Role.ON_CALL).exists()
    if not calls or not has_hole(authority, at):
        return False
    admins = Membership.objects.in_force(at).filter(authority=authority, role=Role.TERRITORY_ADMIN)
    users = set(admins.values_list("user_id", flat=True))
    about = About(template="rota.hole", reference="", subject_id=None, authority_id=authority.pk)
    tell(about, Recipients(users=users), at=at)
    return bool(users)


def has_hole(authority: Authority, at: datetime) -> bool:
    """Tell whether at any instant of the next 24 hours nobody who may act is on the rota."""
    covered, end = at, at + AHEAD
    rows = authority.rota_shifts.filter(withdrawn_at=None, starts_at__lt=end, ends_at__gt=at)
    mine = Membership.objects.in_force(at).filter(authority=authority, role=Role.ON_CALL).values("user")
    for row in rows.filter(user__in=mine).order_by("starts_at"):
        if row.starts_at > covered:
            return True
        covered = max(covered, row.ends_at)
    return covered < end
