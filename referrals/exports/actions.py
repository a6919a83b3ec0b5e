"""Ask for an export, decide on it as the second person, take its file: each act with its entry (SEC-AZ12, SEC-AZ15).

Who may is asked anew at each step, of both persons: an export dies if either loses the role (``both``). All that is
sealed of it stands under a key of its own, which is destroyed when the file was taken, and when it never will be.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.access import office_holders
from accounts.actions import require_session
from accounts.actor import SYSTEM, Actor
from accounts.models import Authority, User
from accounts.notifications import tell_people
from accounts.roles import Role
from accounts.signin import actor_of_user
from audit import journal
from audit.disclosure import disclosure
from audit.events import Purpose, Topic, file_under, register
from core.inputs import Code, Flag, Id, StrictSerializer, Text
from encryption import keys
from outbox.templates import Kind, Template
from outbox.templates import register as register_templates
from referrals.access import case_ties, visibility
from referrals.access.volume_limits import wait_within_day
from referrals.errors import (
    ExportClosed,
    ExportTooWide,
    InvalidInput,
    NotAllowed,
    NotVisible,
    OwnExport,
    TooManyExports,
)
from referrals.exports import table
from referrals.models import CaseExport, Referral
from referrals.policy.definitions import protocol_of
from referrals.vocabulary.oversight import ExportPurpose, ExportState
from referrals.vocabulary.states import State, Urgency
from referrals.workflow.inputs import text

ASKED: Final = "export:asked"
CONFIRMED: Final = "export:confirmed"
REFUSED: Final = "export:refused"
MADE: Final = "export:made"
TAKEN: Final = "export:taken"
ENDED: Final = "export:ended"
READ: Final = "export:read"
register(ASKED, CONFIRMED, REFUSED, MADE, TAKEN, ENDED, READ)
file_under(Topic.EXPORT, ASKED, CONFIRMED, REFUSED, MADE, TAKEN, ENDED)

TO_CONFIRM: Final = "export.asked"
DECIDED: Final = "export.decided"
IS_READY: Final = "export.ready"
register_templates(
    Template(
        TO_CONFIRM, Kind.SIGNATURE, _("Un export attend votre confirmation."), place="exports", page="exports"
    ),
    Template(
        DECIDED,
        Kind.CASE,
        _("L'export que vous avez demandé a reçu une réponse."),
        place="exports",
        page="exports",
    ),
    Template(
        IS_READY, Kind.CASE, _("L'export que vous avez demandé est prêt."), place="exports", page="exports"
    ),
)

#: Who takes names out: whoever answers for the queue. And who says yes to it: whoever doesn't work the queue.
ASKERS: Final = frozenset({Role.CRIP_COORDINATOR})
SECONDS: Final = frozenset({Role.SUPERVISOR, Role.DPO})
OPEN_FOR: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
_FILTERS: Final = ("state", "urgency", "department")


class ExportInput(StrictSerializer):
    """An export to be asked for: the filters of the queue, of one authority; the purpose and the reason."""

    authority = Id(required=False, help_text="Needed by who coordinates for several.")
    state = Code([(one.value, one.label) for one in State if one is not State.DRAFT], required=False)
    urgency = Code(Urgency.choices, required=False)
    department = Text(max_length=3, required=False)
    unit = Id(required=False)
    purpose = Code(ExportPurpose.choices)
    reason = text()


class DecisionInput(StrictSerializer):
    """The second person's decision."""

    confirmed = Flag()


def require_role(actor: Actor) -> None:
    """Refuse whoever neither asks for exports nor confirms any.

    Raises:
        NotAllowed: none of the actor's roles.
    """
    if not actor.holding(ASKERS | SECONDS):
        raise NotAllowed("cases:export")


def visible_to(actor: Actor, *, at: datetime) -> "QuerySet[CaseExport]":
    """Return one's own exports, and those on which one may decide, or has decided.

    Raises:
        NotAllowed: as ``require_role``.
    """
    require_role(actor)
    here = {position.authority_id for position in actor.holding(SECONDS)}
    waiting = Q(decided_at=None, ended_at=None, asked_at__gt=at - OPEN_FOR)
    theirs = Q(authority__in=sorted(here)) & (waiting | Q(decided_by=actor.user_id))
    return CaseExport.objects.filter(Q(asked_by=actor.user_id) | theirs).select_related("asked_by")


def visible_row(pk: UUID, *, actor: Actor, at: datetime, locked: bool = False) -> CaseExport:
    """Return an export that the actor may know of.

    Raises:
        NotVisible: absent, or none of the actor's business; the two look the same.
        NotAllowed: as ``require_role``.
    """
    rows = visible_to(actor, at=at).filter(pk=pk)
    row = (rows.select_for_update(of=("self",)) if locked else rows).first()
    if row is None:
        raise NotVisible
    return row


def state_of(row: CaseExport, *, at: datetime) -> ExportState:
    """Return where an export stands."""
    if row.taken_at is not None:
        return ExportState.TAKEN
    if row.confirmed is None:
        lapsed = row.ended_at is not None or row.asked_at <= at - OPEN_FOR
        return ExportState.LAPSED if lapsed else ExportState.ASKED
    if not row.confirmed:
        return ExportState.REFUSED
    if row.ended_at is not None or row.ends_at is None or row.ends_at <= at:
        return ExportState.ENDED
    return ExportState.WAITING if row.made_at is None else ExportState.READY


# --- Asking -------------------------------------------------------------------------------------------


def places_of(actor: Actor) -> frozenset[UUID]:
    """Return the authorities of whose cases an actor may ask for an export."""
    return frozenset(position.authority_id for position in actor.holding(ASKERS))


def require_asker(actor: Actor) -> None:
    """Refuse whoever asks for no exports, before what was sent is looked at.

    Raises:
        NotAllowed: none of the actor's roles.
    """
    if not places_of(actor):
        raise NotAllowed("cases:export")


def place_of(actor: Actor, wanted: UUID | None) -> UUID:
    """Return the authority whose cases an actor exports: the one that is named, or the only one.

    Raises:
        NotAllowed: the actor asks for none anywhere.
        InvalidInput: it isn't said which, or another is.
    """
    require_asker(actor)
    here = places_of(actor)
    if (wanted is None and len(here) > 1) or (wanted is not None and wanted not in here):
        raise InvalidInput("authority", "not-a-choice")
    return wanted or next(iter(here))


def matching(filters: Mapping[str, Any], authority_id: UUID, *, actor: Actor, at: datetime) -> list[Referral]:
    """Return the cases of an authority that the actor reads with names, at most one more than may be exported."""
    rows: Any = visibility.listed_to(actor, own=False, at=at).filter(authority=authority_id)
    rows = rows.filter(**{name: filters[name] for name in _FILTERS if filters.get(name)})
    if filters.get("unit"):
        rows = rows.filter(unit=filters["unit"])
    cases = []
    for row in rows.order_by("next_due_at", "id"):
        ties = case_ties.ties_of(row, actor)
        if not ties.coarse and not ties.draft and "B" in ties.reads:
            cases.append(row)
        if len(cases) > settings.EXPORT_CASES:
            break
    return cases


def ask(said: Mapping[str, Any], *, actor: Actor, at: datetime) -> CaseExport:
    """Ask for the cases that some filters find; those of this moment, whatever comes to the queue later.

    Raises:
        NotAllowed, InvalidInput: as ``place_of``; NotAllowed also for a program.
        StepUpRequired: the last proof of the second factor is too old (SEC-AU6).
        TooManyExports: the actor has asked for as many within a day as one may (SEC-AZ14).
        ExportTooWide: none is found, or more than may be exported.
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    authority_id = place_of(actor, said.get("authority"))
    require_session(actor)
    stepup.require(actor, at=at)
    # Locked: what one person asks for at once is counted one after the other.
    user = User.objects.select_for_update(no_key=True).get(pk__in=[actor.user_id])
    _require_room(user, at=at)
    cases = matching(said, authority_id, actor=actor, at=at)
    if not 0 < len(cases) <= settings.EXPORT_CASES:
        raise ExportTooWide(settings.EXPORT_CASES)
    pk = uuid4()
    key = keys.create_draft_key(pk)
    row = CaseExport(
        pk=pk,
        authority_id=authority_id,
        asked_by=user,
        asked_at=at,
        purpose=said["purpose"],
        cases=[str(case.pk) for case in cases],
        key=key.id,
    )
    row.reason = key.seal(_field("reason"), pk, said["reason"])
    row.save(force_insert=True)
    _record(ASKED, row, actor=actor, at=at, cases=cases)
    others = office_holders(SECONDS, authority_id, at=at) - {user.pk}
    tell_people(others, TO_CONFIRM, authority_id, at=at, request_id=pk)
    return row


def _require_room(user: User, *, at: datetime) -> None:
    last = CaseExport.objects.filter(asked_by=user, asked_at__gt=at - DAY).order_by("asked_at")
    if wait := wait_within_day([one.asked_at for one in last], settings.EXPORTS_PER_DAY, at=at):
        raise TooManyExports(settings.EXPORTS_PER_DAY, wait=wait)


def _field(name: str) -> Any:
    return CaseExport._meta.get_field(name)


# --- Deciding -----------------------------------------------------------------------------------------


def decide(pk: UUID, *, confirmed: bool, actor: Actor, at: datetime) -> CaseExport:
    """Confirm an export, or refuse it, as the second person.

    Raises:
        NotVisible, NotAllowed: as ``visible_row``; also where the asker may ask no more (SEC-AZ12).
        OwnExport: the actor asked for it.
        ExportClosed: it was decided on, or waited too long.
        StepUpRequired: the last proof of the second factor is too old.
    """
    row = visible_row(pk, actor=actor, at=at, locked=True)
    if row.asked_by_id == actor.user_id:
        raise OwnExport
    if row.authority_id not in {position.authority_id for position in actor.holding(SECONDS)}:
        raise NotAllowed("cases:export")
    require_session(actor)
    stepup.require(actor, at=at)
    if state_of(row, at=at) is not ExportState.ASKED:
        raise ExportClosed
    if row.asked_by_id not in office_holders(ASKERS, row.authority_id, at=at):
        raise NotVisible
    row.decided_by_id, row.decided_at, row.confirmed = actor.user_id, at, confirmed
    if confirmed:
        terms = protocol_of(Authority.objects.get(pk=row.authority_id), at)
        row.ready_at = at + timedelta(hours=terms.export_delay_hours)
        row.ends_at = row.ready_at + timedelta(hours=terms.export_hours)
    row.save()
    _record(CONFIRMED if confirmed else REFUSED, row, actor=actor, at=at)
    if not confirmed:
        end(row, at=at)
    tell_people([row.asked_by_id], DECIDED, row.authority_id, at=at, request_id=row.pk)
    return row


# --- Both persons, at any moment ----------------------------------------------------------------------


def both(row: CaseExport, *, at: datetime) -> tuple[Actor, Actor] | None:
    """Return who asked and who confirmed, with their rights of now; None where either lost the role (SEC-AZ12)."""
    people = []
    for user_id, roles in ((row.asked_by_id, ASKERS), (row.decided_by_id, SECONDS)):
        user = User.objects.filter(pk__in=[user_id], is_active=True).first()
        if user is None:
            return None
        person = actor_of_user(user, SYSTEM.origin, at=at)
        here = [one for one in person.positions if one.authority_id == row.authority_id]
        if not roles & {one.role for one in here}:
            return None
        people.append(person.narrowed(here))
    return people[0], people[1]


def zone_of(row: CaseExport) -> ZoneInfo:
    """Return the zone of the authority."""
    return ZoneInfo(row.authority.timezone)


# --- Taking -------------------------------------------------------------------------------------------


def take(pk: UUID, *, actor: Actor, at: datetime) -> bytes:
    """Return the file, once: then nothing is left of it. What either of the two may see no more is left out by now.

    Raises:
        NotVisible: absent, somebody else's, or either person lost the role.
        ExportClosed: it isn't made yet, was taken, or is over.
        StepUpRequired: the last proof of the second factor is too old.
    """
    row = visible_row(pk, actor=actor, at=at, locked=True)
    if row.asked_by_id != actor.user_id:
        raise NotVisible
    require_session(actor)
    stepup.require(actor, at=at)
    if state_of(row, at=at) is not ExportState.READY or row.content is None:
        raise ExportClosed
    people = both(row, at=at)
    if people is None:
        raise NotVisible
    cases = table.seen(row.cases, *people, at=at)
    with disclosure(
        actor=actor,
        purpose=Purpose.EXPORT,
        at=at,
        objects=[case.pseudonym for case, _children in cases],
        tenant=row.authority_id,
        act=TAKEN,
        payload=row.pk.bytes,
        count=len(cases),
        always=True,
    ) as scope:
        file_bytes = table.still_seen(row.content.open(scope), cases)
    row.taken_at = at
    end(row, at=at)
    return table.written(file_bytes, number=row.pk, name=actor.name, at=at)


def reason_of(row: CaseExport, *, actor: Actor, at: datetime) -> str:
    """Return why an export is wanted, opened for one of the two; an entry says so. Empty where nothing is left."""
    if row.reason is None:
        return ""
    with disclosure(
        actor=actor,
        purpose=Purpose.EXPORT,
        at=at,
        objects=[],
        tenant=row.authority_id,
        act=READ,
        payload=row.pk.bytes,
    ) as scope:
        return str(row.reason.open(scope))


def end(row: CaseExport, *, at: datetime) -> None:
    """Destroy all that is sealed of an export, with its key."""
    key, row.key, row.reason, row.content, row.cases, row.ended_at = row.key, None, None, None, [], at
    row.save()
    transaction.on_commit(partial(keys.destroy, [key] if key else []), robust=True)


def _record(act: str, row: CaseExport, *, actor: Actor, at: datetime, cases: Sequence[Referral] = ()) -> None:
    journal.record(
        act,
        actor=actor,
        at=at,
        objects=[case.pseudonym for case in cases],
        tenant=row.authority_id,
        purpose=Purpose.EXPORT,
        count=len(row.cases) or None,
        payload=row.pk.bytes,
    )
