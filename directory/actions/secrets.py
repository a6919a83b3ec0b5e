"""Opens what is sealed in the directory: a secret address, the number of the night (field.md A.7, rule 4).

An opening is a disclosure with a purpose, for a case that may need the address, by a person who proved the second
factor minutes ago in this session (SEC-AZ26). Without a case the officer on duty opens it at night, with the approval
that another person gave; an emergency opening of the case needs nobody's, so that nothing holds up a protection.

Outside the authority's working hours, and from the fourth place on that one person opens within a day, its supervisors
are told at once, and one of them looks at it by the end of the next working day. Where nobody but the opener could, the
data protection officer is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.access import office_holders, own_account, require, require_somewhere, who_may
from accounts.actions import require_session
from accounts.actor import Actor
from accounts.errors import AlreadyThere, InvalidInput, NotAllowed, NotVisible
from accounts.models import Authority
from accounts.naming import visible
from accounts.notifications import tell_people
from accounts.roles import Role
from audit.disclosure import disclosure
from audit.events import Purpose
from directory import acts, duty, grounds
from directory.access import ASKING, READ, REVIEW, SECRET, may_ask, reviewable_openings, visible_services
from directory.actions.records import acting, record
from directory.models import Place, SecretOpening
from directory.notices import NOBODY_TO_LOOK, SECRET_OPENED

#: What an entry says of an opening for which nobody of the authority was at work, or that was one of many.
OFF_DUTY: Final = "off-duty"
MANY: Final = "many-addresses"
#: So many places one person opens within a day, at whichever authority, before each further one is looked at.
PLACES_A_DAY: Final = 3
DAY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Address:
    """An address that was opened; ``opening`` is the row that says so."""

    opening: UUID
    department: str
    address: str
    complement: str
    postal_code: str
    commune: str
    insee_code: str
    longitude: float | None
    latitude: float | None


def open_address(place_pk: UUID, body: Mapping[str, Any], *, actor: Actor, at: datetime) -> Address:
    """Open a secret address for a purpose (``OpeningInput``).

    Raises:
        NotAllowed: the actor's roles at the authority that keeps the place don't open one; or a token came.
        NotVisible: there is no such place, or its address isn't secret.
        StepUpRequired: the last proof of the second factor is too old (SEC-AU6).
        InvalidInput: no case is named, nor is there an approval at night; or the case isn't one that may need it.
        KeysUnavailable, Unreadable: it can't be opened now, or at all.
    """
    require_somewhere(actor, READ)
    place = Place.objects.select_related("authority").filter(pk=place_pk, secret__isnull=False).first()
    if place is None or place.secret is None:
        raise NotVisible
    require(actor, SECRET, place.authority_id)
    require_session(actor)
    stepup.require(actor, at=at)
    case = _ground(place, body.get("reference", ""), actor=actor, at=at)
    rule = _why_looked_at(place, actor, at)
    on_duty = not rule
    opening = SecretOpening.objects.create(
        place=place,
        authority=place.authority,
        by=own_account(actor),
        at=at,
        purpose=body["purpose"],
        on_duty=on_duty,
        due_at=None if on_duty else duty.next_working_day_end(place.authority, at),
    )
    with disclosure(
        actor=acting(actor, SECRET, place.authority_id),
        purpose=Purpose(body["purpose"]),
        at=at,
        objects=[case] if case is not None else [],
        tenant=place.authority_id,
        act=acts.SECRET_OPENED,
        rule=rule,
        payload=place.pk.bytes,
        always=True,
        urgent=True,
    ) as scope:
        parts = place.secret.open(scope)
    if not on_duty:
        _tell(place.authority, actor, at)
    return Address(opening=opening.pk, department=place.department, **parts)


def _ground(place: Place, reference: str, *, actor: Actor, at: datetime) -> UUID | None:
    """Return the pseudonym of the case for which an address is opened; None where another person approved it."""
    if reference:
        case = grounds.case_of(actor, reference, place.authority_id, at)
        if case is None:
            raise InvalidInput({"reference": ["no-such-case"]})
        return case
    at_night = not duty.is_on_duty(place.authority, at)
    if at_night and grounds.use_approval(actor, place.authority_id, place.pk, at):
        return None
    raise InvalidInput({"reference": ["case-needed"]})


def _why_looked_at(place: Place, actor: Actor, at: datetime) -> str:
    """Return why somebody looks at an opening afterwards, as the entry says it; empty where nobody needs to."""
    if not duty.is_on_duty(place.authority, at):
        return OFF_DUTY
    recent = SecretOpening.objects.filter(by=actor.user_id, at__gt=at - DAY).exclude(place=place)
    others = recent.order_by().values("place").distinct().count()
    return MANY if others >= PLACES_A_DAY else ""


def _tell(authority: Authority, actor: Actor, at: datetime) -> None:
    """Tell those who look at openings; where the opener is the only one, who watches over the data."""
    if lookers := who_may(REVIEW, authority.pk, at=at) - {actor.user_id}:
        tell_people(lookers, SECRET_OPENED, authority.pk, at=at)
        return
    officers = office_holders([Role.DPO], authority.pk, at=at) - {actor.user_id}
    tell_people(officers, NOBODY_TO_LOOK, authority.pk, at=at)


def open_night_phone(service_pk: UUID, *, actor: Actor, at: datetime) -> str:
    """Return the number of a service's night duty; it is an entry.

    Raises:
        NotAllowed: the actor asks no service for a child.
        NotVisible: there is no such service, or it has no such number.
        KeysUnavailable, Unreadable: it can't be opened now, or at all.
    """
    if not may_ask(actor):
        raise NotAllowed(rule="directory.night-phone")
    service = visible(visible_services(actor), service_pk)
    if service.night_phone is None:
        raise NotVisible
    role = min(actor.holding(ASKING), key=lambda one: (one.authority_id != service.authority_id, one.role))
    with disclosure(
        actor=actor.acting_as(role.role, authority_id=role.authority_id),
        purpose=Purpose.EMERGENCY,
        at=at,
        objects=[],
        tenant=service.authority_id,
        act=acts.NIGHT_PHONE_OPENED,
        payload=service.pk.bytes,
        always=True,
        urgent=True,
    ) as scope:
        number: str = service.night_phone.open(scope)
    return number


def look_at(opening_pk: UUID, body: Mapping[str, Any], *, actor: Actor, at: datetime) -> SecretOpening:
    """Write down that a supervisor looked at an opening, and what they think of it (``LookInput``).

    Raises:
        NotAllowed: the actor reviews none.
        NotVisible: absent, of another authority, or the actor's own.
        AlreadyThere: somebody has looked at it.
    """
    rows = reviewable_openings(actor).select_for_update(of=("self",))
    opening = visible(rows, opening_pk)
    if opening.looked_at is not None:
        raise AlreadyThere(_("Cette ouverture a déjà été examinée."))
    opening.looked_at, opening.looked_by_id, opening.justified = at, actor.user_id, body["justified"]
    opening.save(update_fields=["looked_at", "looked_by", "justified"])
    record(
        acts.SECRET_LOOKED_AT,
        opening.pk,
        opening.authority_id,
        actor=acting(actor, REVIEW, opening.authority_id),
        at=at,
        purpose=Purpose.AUDIT,
        to_state="justified" if opening.justified else "not-justified",
    )
    return opening
