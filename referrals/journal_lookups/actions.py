"""Look up in the journal a case or an account that a complaint names: one person asks, another office decides.

The inverse of lifting a pseudonym (``access_review/steps.py``), by the same two offices. Both type what the complaint
names, and nothing of it is kept but a keyed hash. Nothing is looked for until the second person decides: before that, a
name that is unknown, or of another authority, is treated like any other.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.access import office_holders
from accounts.actor import Actor
from accounts.models import Membership, User
from accounts.notifications import tell_people
from accounts.roles import Role
from audit import journal, pseudonyms
from audit.errors import UnknownSubject
from audit.events import Purpose, register
from encryption import digest, index
from outbox.templates import Kind, Template
from outbox.templates import register as register_templates
from referrals.access.row_level_security import beyond
from referrals.access.volume_limits import wait_within_day
from referrals.access_review.guards import RESOLVERS
from referrals.errors import (
    ApprovalClosed,
    ApproverRefused,
    InvalidInput,
    NotAllowed,
    NotVisible,
    TooManyLookups,
)
from referrals.journal_lookups.inputs import meant
from referrals.models import PseudonymLookup, Referral
from referrals.policy.definitions import Protocol, protocol_of
from referrals.vocabulary.oversight import LookupKind, LookupState

ASKED: Final = "lookup:asked"
DECIDED: Final = "lookup:decided"
READ: Final = "lookup:read"
register(ASKED, DECIDED, READ)

TO_DECIDE: Final = "lookup.asked"
IS_DECIDED: Final = "lookup.decided"
register_templates(
    Template(
        TO_DECIDE,
        Kind.SIGNATURE,
        _("Une recherche au journal attend votre décision."),
        place="audit/lookups",
        page="journal/reclamations",
    ),
    Template(
        IS_DECIDED,
        Kind.CASE,
        _("La recherche au journal que vous avez demandée a reçu une réponse."),
        place="audit/lookups",
        page="journal/reclamations",
    ),
)
DAY: Final = timedelta(days=1)
RIGHT: Final = "audit.read"
TAKES_TWO: Final = _("La recherche est décidée par la personne qui exerce l'autre rôle.")


def visible_to(actor: Actor) -> "QuerySet[PseudonymLookup]":
    rows = PseudonymLookup.objects.filter(authority__in=actor.may(RIGHT))
    return rows.select_related("authority", "asked_by")


def visible_row(pk: UUID, *, actor: Actor, locked: bool = False) -> PseudonymLookup:
    rows = visible_to(actor).filter(pk=pk)
    row = (rows.select_for_update(of=("self",)) if locked else rows).first()
    if row is None:
        raise NotVisible
    return row


def state_of(row: PseudonymLookup, *, at: datetime) -> LookupState:
    if row.outcome == LookupState.FOUND:
        return LookupState.FOUND if row.until is not None and row.until > at else LookupState.ENDED
    if row.outcome:
        return LookupState(row.outcome)
    lapsed = row.asked_at + timedelta(days=_terms(row, at).approval_days) <= at
    return LookupState.LAPSED if lapsed else LookupState.ASKED


def _terms(row: PseudonymLookup, at: datetime) -> Protocol:
    return protocol_of(row.authority, at)


def office_of(actor: Actor, authority_id: UUID, *, besides: str = "") -> Role:
    """Return the office in which an actor takes part in a lookup: of two that one person holds, the other one."""
    roles = [role for role in RESOLVERS if role in actor.roles_in(authority_id)]
    if not roles:
        raise NotAllowed(RIGHT)
    return next((role for role in roles if role != besides), roles[0])


# --- Asking -------------------------------------------------------------------------------------------


def place_of(actor: Actor, wanted: UUID | None) -> UUID:
    """Return the authority in whose journal is looked: the one that is named, or the only one."""
    here = actor.may(RIGHT)
    if not here:
        raise NotAllowed(RIGHT)
    if (wanted is None and len(here) > 1) or (wanted is not None and wanted not in here):
        raise InvalidInput("authority", "not-a-choice")
    return wanted or next(iter(here))


def ask(said: Mapping[str, Any], *, actor: Actor, at: datetime) -> PseudonymLookup:
    """Ask to look up what a complaint names; the other office is told.

    Raises:
        NotAllowed, InvalidInput: as ``place_of`` and ``meant``.
        StepUpRequired: the last proof of the second factor is too old (SEC-AU6).
        TooManyLookups: the actor has asked for as many within a day as one may.
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    authority_id = place_of(actor, said.get("authority"))
    stepup.require(actor, at=at)
    office = office_of(actor, authority_id)
    named = meant(said["kind"], said["named"])
    # Locked: what one person asks for at once is counted one after the other.
    user = User.objects.select_for_update(no_key=True).get(pk__in=[actor.user_id])
    _require_room(user, at=at)
    row = PseudonymLookup(
        pk=uuid4(),
        authority_id=authority_id,
        kind=said["kind"],
        ground=said["ground"],
        asked_by=user,
        asked_as=office,
        asked_at=at,
    )
    row.sought = _hash(row, named)
    row.save(force_insert=True)
    _record(ASKED, row, office, actor=actor, at=at, rule=row.ground)
    others = office_holders(set(RESOLVERS) - {office}, authority_id, at=at) - {user.pk}
    tell_people(others, TO_DECIDE, authority_id, at=at, request_id=row.pk)
    return row


def _require_room(user: User, *, at: datetime) -> None:
    last = PseudonymLookup.objects.filter(asked_by=user, asked_at__gt=at - DAY).order_by("asked_at")
    if wait := wait_within_day([one.asked_at for one in last], settings.LOOKUPS_PER_DAY, at=at):
        raise TooManyLookups(settings.LOOKUPS_PER_DAY, wait=wait)


def _hash(row: PseudonymLookup, named: str) -> bytes:
    """Return what is kept of a name: over the row's id, so that two lookups of one name have nothing in common."""
    return index.keyed("journal.lookup", row.pk.bytes + named.encode(), owner=row.authority_id)


# --- Deciding -----------------------------------------------------------------------------------------


def decide(pk: UUID, said: Mapping[str, Any], *, actor: Actor, at: datetime) -> PseudonymLookup:
    """Allow a lookup, or refuse it, in the other office. What was typed twice is compared, then looked for.

    Two names that differ close it: nobody tries names until one fits.

    Raises:
        NotVisible: as ``visible_row``; also where the asker has lost the office (SEC-AZ12).
        ApproverRefused: the actor asked for it, or holds the office in which it was asked alone.
        ApprovalClosed: it was decided on, or waited too long.
        InvalidInput: nothing was typed that can be looked up.
        StepUpRequired: the last proof of the second factor is too old.
    """
    row = visible_row(pk, actor=actor, locked=True)
    office = office_of(actor, row.authority_id, besides=row.asked_as)
    if row.asked_by_id == actor.user_id or office == row.asked_as:
        raise ApproverRefused("lookup", [role for role in RESOLVERS if role != row.asked_as], TAKES_TWO)
    stepup.require(actor, at=at)
    if state_of(row, at=at) is not LookupState.ASKED:
        raise ApprovalClosed
    if row.asked_by_id not in office_holders({Role(row.asked_as)}, row.authority_id, at=at):
        raise NotVisible
    row.decided_by_id, row.decided_at = actor.user_id, at
    row.outcome = LookupState.REFUSED
    if said["allowed"]:
        named = meant(row.kind, said.get("named"))
        row.outcome = LookupState.DIFFERENT
        if digest.equal(bytes(row.sought), _hash(row, named)):
            row.subject = _pseudonym(row, named)
            row.outcome = LookupState.NOTHING if row.subject is None else LookupState.FOUND
    if row.subject is not None:
        row.until = at + timedelta(hours=_terms(row, at).anomaly_identities_hours)
    row.save()
    _record(DECIDED, row, office, actor=actor, at=at, rule=str(row.outcome))
    tell_people([row.asked_by_id], IS_DECIDED, row.authority_id, at=at, request_id=row.pk)
    return row


def _pseudonym(row: PseudonymLookup, named: str) -> UUID | None:
    """Return the pseudonym in the journal of what is named; None if the authority has none such."""
    if row.kind == LookupKind.PERSON:
        return _of_person(row, named)
    with beyond():
        cases = Referral.objects.filter(authority=row.authority_id)
        case = (
            cases.filter(Q(reference=named) | Q(filed_reference=named)).values_list("pk", flat=True).first()
        )
    try:
        return pseudonyms.subject(case) if case is not None else None
    except UnknownSubject:
        return None


def _of_person(row: PseudonymLookup, address: str) -> UUID | None:
    """Return the pseudonym of who works, or worked, for the authority; of neither of the two who look."""
    user = User.objects.filter(email=address).exclude(pk__in=[row.asked_by_id, row.decided_by_id]).first()
    if user is None or not list(Membership.objects.filter(authority=row.authority_id, user=user)[:1]):
        return None
    return pseudonyms.actor(user.pk)


# --- Reading ------------------------------------------------------------------------------------------


def may_read(row: PseudonymLookup, actor: Actor, *, at: datetime) -> bool:
    """Tell whether an actor may read the pseudonym: one of the two, in time, both still in office (SEC-AZ12)."""
    if state_of(row, at=at) is not LookupState.FOUND or actor.user_id not in (
        row.asked_by_id,
        row.decided_by_id,
    ):
        return False
    other = set(RESOLVERS) - {Role(row.asked_as)}
    return row.asked_by_id in office_holders(
        {Role(row.asked_as)}, row.authority_id, at=at
    ) and row.decided_by_id in office_holders(other, row.authority_id, at=at)


def note_read(row: PseudonymLookup, *, actor: Actor, at: datetime) -> None:
    _record(READ, row, office_of(actor, row.authority_id), actor=actor, at=at, rule=RIGHT)


def _record(act: str, row: PseudonymLookup, office: Role, *, actor: Actor, at: datetime, rule: str) -> None:
    """Write an entry: of a case its pseudonym is its subject; of an account it isn't, as of no account (SEC-AL20)."""
    cases = [row.subject] if row.subject is not None and row.kind == LookupKind.CASE else []
    journal.record(
        act,
        actor=actor.acting_as(office, authority_id=row.authority_id),
        at=at,
        objects=cases,
        tenant=row.authority_id,
        purpose=Purpose.AUDIT,
        rule=rule,
        payload=row.pk.bytes,
    )
