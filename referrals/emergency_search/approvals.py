"""Another person's approval of what an officer on duty does past a cap: asked, given, used (SEC-AZ25).

A supervisor or another officer on call gives it in the service; it is for some searches by name or secret addresses,
within a quarter of an hour. It ends early when who gave it has neither role any more.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.access import office_holders
from accounts.actor import Actor
from accounts.errors import AlreadyThere
from accounts.roles import Role
from audit import journal
from audit.events import Purpose, Topic, file_under, register
from outbox.notices import About, Recipients, tell
from outbox.templates import Kind, Template
from outbox.templates import register as register_templates
from referrals.emergency_search import duties
from referrals.errors import NotAllowed, NotVisible
from referrals.models import EmergencyApproval, RotaShift
from referrals.policy.definitions import protocol_of

ASKED: Final = "emergency-approval:asked"
GIVEN: Final = "emergency-approval:given"
USED: Final = "emergency-approval:used"
register(ASKED, GIVEN, USED)
file_under(Topic.SEARCH, ASKED, GIVEN, USED)

TO_GIVE: Final = "search.approval-asked"
WAS_GIVEN: Final = "search.approval-given"
register_templates(
    Template(
        TO_GIVE,
        Kind.SIGNATURE,
        _("L'astreinte demande votre accord pour aller au-delà d'un plafond."),
        start=duties.PAGE,
    ),
    Template(
        WAS_GIVEN,
        Kind.SIGNATURE,
        _("L'accord que vous avez demandé est donné : il vaut un quart d'heure."),
        start=duties.PAGE,
    ),
)

GIVERS: Final = (Role.SUPERVISOR, Role.ON_CALL)
#: How long an approval lets somebody go on, and how long one that was asked for waits.
LASTS: Final = timedelta(minutes=15)
WAITS: Final = timedelta(hours=1)


# --- Asking and giving --------------------------------------------------------------------------------


def ask(authority: UUID | None, *, actor: Actor, at: datetime) -> EmergencyApproval:
    """Ask for another person's approval, as the officer on duty; one that still waits is asked once."""
    shift = duties.one_of(authority, actor=actor, at=at)
    stepup.require(actor, at=at)
    RotaShift.objects.select_for_update(no_key=True).get(pk=shift.pk)
    waiting = EmergencyApproval.objects.filter(shift=shift, given_at=None, asked_at__gt=at - WAITS)
    if (row := waiting.first()) is not None:
        return row
    row = EmergencyApproval.objects.create(
        authority=shift.authority, user_id=shift.user_id, shift=shift, asked_at=at
    )
    _record(ASKED, row, Role.ON_CALL, actor=actor, at=at)
    givers = office_holders(GIVERS, shift.authority_id, at=at) - {shift.user_id}
    _tell(givers, TO_GIVE, row, at=at)
    return row


def visible_to(actor: Actor, *, at: datetime) -> "QuerySet[EmergencyApproval]":
    """Return what one asked for, and what waits for one's approval or has had it."""
    if not actor.holding(GIVERS):
        raise NotAllowed("emergency-approval")
    here = {position.authority_id for position in actor.holding(GIVERS)}
    rows = EmergencyApproval.objects.filter(authority__in=sorted(here))
    mine = Q(user=actor.user_id) | Q(given_by=actor.user_id)
    return rows.filter(mine | Q(asked_at__gt=at - WAITS)).select_related("user", "given_by")


def to_give(actor: Actor, *, at: datetime) -> "QuerySet[EmergencyApproval]":
    """Return what waits for the actor's approval; nothing for who gives none."""
    if not actor.holding(GIVERS):
        return EmergencyApproval.objects.none()
    waiting = visible_to(actor, at=at).filter(given_at=None, asked_at__gt=at - WAITS)
    return waiting.order_by("asked_at").exclude(user=actor.user_id)


def give(pk: UUID, *, actor: Actor, at: datetime) -> EmergencyApproval:
    """Approve what another officer asked for: from now on, for a quarter of an hour.

    Raises:
        NotVisible: absent, of another authority, or it has waited too long.
        NotAllowed: the actor's own, or the actor gives none.
        StepUpRequired: the last proof of the second factor is too old (SEC-AU6).
        AlreadyThere: it is given.
    """
    row = visible_to(actor, at=at).filter(pk=pk).select_for_update(of=("self",)).first()
    if row is None or (row.given_at is None and not is_open(row, at=at)):
        raise NotVisible
    if row.user_id == actor.user_id:
        raise NotAllowed("emergency-approval:give")
    stepup.require(actor, at=at)
    if row.given_at is not None:
        raise AlreadyThere(_("Cet accord a déjà été donné."))
    row.given_at, row.given_by_id, row.expires_at = at, actor.user_id, at + LASTS
    row.allowed = protocol_of(row.authority, at).emergency_search_cap
    row.save()
    role = next(one for one in GIVERS if one in actor.roles_in(row.authority_id))
    _record(GIVEN, row, role, actor=actor, at=at)
    _tell({row.user_id}, WAS_GIVEN, row, at=at)
    return row


def of_duties(shifts: Iterable[RotaShift], *, at: datetime) -> "QuerySet[EmergencyApproval]":
    """Return what the officer of some duties asked for and may still use, or still waits for; the newest first."""
    waits, lasts = Q(given_at=None, asked_at__gt=at - WAITS), Q(expires_at__gt=at)
    rows = EmergencyApproval.objects.filter(waits | lasts, shift__in=[shift.pk for shift in shifts])
    return rows.select_related("user", "given_by")


def is_open(row: EmergencyApproval, *, at: datetime) -> bool:
    return row.given_at is None and row.asked_at > at - WAITS


# --- Using --------------------------------------------------------------------------------------------


def usable(shift: RotaShift, *, at: datetime) -> EmergencyApproval | None:
    """Return an approval that an officer may use now in a duty, locked; None without one."""
    rows = EmergencyApproval.objects.filter(shift=shift, user=shift.user_id, expires_at__gt=at)
    given = [row for row in rows.order_by("given_at").select_for_update(of=("self",)) if row.remaining]
    if not given:
        return None
    holders = office_holders(GIVERS, shift.authority_id, at=at)
    return next((row for row in given if row.given_by_id in holders), None)


def approved_searches(shift: RotaShift) -> int:
    """Return how many searches of a duty another person approved."""
    return sum(len(row.searches) for row in EmergencyApproval.objects.filter(shift=shift))


def use(row: EmergencyApproval, what: str, pk: UUID) -> dict[str, str]:
    """Use an approval once; return who gave it and when. ``what``: ``searches`` or ``addresses``."""
    setattr(row, what, [*getattr(row, what), str(pk)])
    row.save()
    giver, given_at = row.given_by, row.given_at
    if giver is None or given_at is None:
        raise ValueError("It isn't given.")
    return {"name": giver.full_name, "at": given_at.isoformat()}


def use_for_address(authority: UUID, place: UUID, *, actor: Actor, at: datetime) -> bool:
    """Use an approval for a secret address, as the officer on duty there; tell whether there was one."""
    try:
        shift = duties.of(actor, at=at).get(authority)
    except NotAllowed:
        return False
    row = usable(shift, at=at) if shift is not None else None
    if row is None:
        return False
    use(row, "addresses", place)
    _record(USED, row, Role.ON_CALL, actor=actor, at=at)
    return True


def forget_due(at: datetime) -> int:
    """Delete the approvals of duties that ended as long ago as what is written of a search is kept; return how many."""
    rows = EmergencyApproval._base_manager.filter(shift__ends_at__lt=at).select_related("authority", "shift")
    over = [
        row.pk
        for row in rows
        if row.shift.ends_at + timedelta(days=protocol_of(row.authority, at).emergency_search_days) <= at
    ]
    count, _by_table = EmergencyApproval.objects.filter(pk__in=over).delete()
    return count


def _record(act: str, row: EmergencyApproval, role: Role, *, actor: Actor, at: datetime) -> None:
    journal.record(
        act,
        actor=actor.acting_as(role, authority_id=row.authority_id),
        at=at,
        tenant=row.authority_id,
        purpose=Purpose.EMERGENCY,
        payload=row.pk.bytes,
    )


def _tell(people: Any, template: str, row: EmergencyApproval, *, at: datetime) -> None:
    """Tell people now: what is urgent isn't gathered into one mail a day."""
    about = About(
        template=template, reference="", subject_id=None, authority_id=row.authority_id, urgent=True
    )
    tell(about, Recipients(users=people), at=at)
