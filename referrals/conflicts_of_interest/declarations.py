"""Declarations of ties by staff: declare, correct, withdraw, and read one's own.

None of these acts queries a case: the answer and its time are the same whoever is declared, and the consequences come
later, from the service (``work``). Nobody else ever reads a tie, whatever their role. Withdrawing one lifts no
exclusion: a person who declares to see what happens can't undo it, and the exclusion stays until two others lift it
(domain.md §1.3 rule 8).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import stepup
from accounts.actor import Actor
from accounts.models import Membership, User
from accounts.roles import Role
from audit import journal
from audit.disclosure import disclosure
from audit.events import Purpose, Topic, file_under, register
from encryption import keys
from encryption.errors import Unreadable
from encryption.fields import SealedField
from encryption.sealed import OpenScope
from outbox.scheduler import recurring
from referrals.access import row_level_security
from referrals.errors import NotAllowed, NotVisible, TooManyTies
from referrals.matching import encodings, relatives
from referrals.models import DeclaredTie, KinSearch, KinValue
from referrals.vocabulary.formats import moment
from referrals.workflow import births

DECLARED: Final = "tie:declared"
CORRECTED: Final = "tie:corrected"
REMOVED: Final = "tie:removed"
READ: Final = "tie:read"
register(DECLARED, CORRECTED, REMOVED, READ)
file_under(Topic.RIGHTS, DECLARED, CORRECTED, REMOVED)

#: Who sees nothing but what they filed themselves, and who is no person: a tie would bar them from nothing.
WITHOUT_TIES: Final = frozenset({Role.FILER, Role.FILER_ORG_LEAD, Role.API_119})
STAFF: Final = frozenset(Role) - WITHOUT_TIES
_DAY: Final = timedelta(days=1)
#: How long what somebody declared is kept who has no role on the staff any more.
KEPT_AFTER: Final = timedelta(days=90)
_SAID: Final[Any] = DeclaredTie._meta.get_field("said")


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Tie:
    """A person to whom the caller is tied: the relation (a private note), names, birth, a number."""

    last_name: str
    first_names: str
    usual_name: str = ""
    birth_date: date | None = None
    phone: str = ""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"birth_date": self.birth_date.isoformat() if self.birth_date else None}


def person_of(said: Mapping[str, Any]) -> relatives.Person:
    birth = said.get("birth_date")
    return relatives.of_parts(
        relatives.texts(said.get("last_name"), said.get("usual_name")),
        relatives.texts(said.get("first_names")),
        date.fromisoformat(birth) if birth else None,
    )


def require_staff(actor: Actor) -> None:
    if actor.user_id is None or not actor.holding(STAFF):
        raise NotAllowed("ties:declare")


def own(actor: Actor) -> "QuerySet[DeclaredTie]":
    require_staff(actor)
    return DeclaredTie.objects.filter(user=actor.user_id, removed_at=None).order_by("-declared_at", "id")


def ever_own(actor: Actor) -> "QuerySet[DeclaredTie]":
    """Return the same and, for a while, what was taken back: whoever does so twice under one key is told once."""
    require_staff(actor)
    return DeclaredTie.objects.filter(user=actor.user_id)


def read(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    """Return the actor's ties, opened for the actor; one entry of the journal says so."""
    rows = list(own(actor))
    keys.warm(row.key for row in rows if row.key)
    with disclosure(
        actor=actor,
        purpose=Purpose.ADMINISTRATION,
        at=at,
        objects=[],
        tenant=_tenant(actor),
        act=READ,
        always=True,
    ) as scope:
        return [line(row, scope) for row in rows]


def line(row: DeclaredTie, scope: OpenScope) -> dict[str, Any]:
    """Return one tie as its owner reads it; one whose key is lost says that it can't be read (SEC-CR14)."""
    content = opened(row, scope)
    nothing = Tie(last_name="", first_names="").as_json()
    return {
        "id": str(row.pk),
        "declared_at": moment(row.declared_at),
        "unreadable": content is None,
        **(content or nothing),
    }


def opened(row: DeclaredTie, scope: OpenScope) -> dict[str, Any] | None:
    """Return what was said, opened; None where it can't be."""
    try:
        content: dict[str, Any] | None = row.said.open(scope) if row.said is not None else None
    except Unreadable:
        return None
    return content


def declare(tie: Tie, *, actor: Actor, at: datetime) -> DeclaredTie:
    """Declare a tie: from now on what is filed is compared with it, and the service looks at what is there.

    Raises:
        NotAllowed: as ``require_staff``.
        StepUpRequired: the last proof of the second factor is too old: this edits exclusions (SEC-AU6).
        TooManyTies: as many as one may declare in a day, or have.
        InvalidInput: a birth date to come.
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    _begin(actor, at=at)
    row = _declare(tie, actor, at=at)
    _record(DECLARED, row, actor=actor, at=at)
    return row


def correct(pk: UUID, tie: Tie, *, actor: Actor, at: datetime) -> DeclaredTie:
    """Put a tie in the place of another: a new one, for what was found by the old one stays found by it."""
    _begin(actor, at=at)
    _remove(own_row(pk, actor), at=at)
    row = _declare(tie, actor, at=at)
    _record(CORRECTED, row, actor=actor, at=at)
    return row


def remove(pk: UUID, *, actor: Actor, at: datetime) -> None:
    """Take a tie back: what was said is destroyed with its key. No exclusion is lifted by it."""
    _begin(actor, at=at)
    row = own_row(pk, actor)
    _remove(row, at=at)
    _record(REMOVED, row, actor=actor, at=at)


def _begin(actor: Actor, *, at: datetime) -> None:
    require_staff(actor)
    stepup.require(actor, at=at)
    # Locked: what one person declares at once is counted one after the other.
    User.objects.select_for_update(no_key=True).get(pk=_account(actor))


def _declare(tie: Tie, actor: Actor, *, at: datetime) -> DeclaredTie:
    births.require_born(tie.birth_date, at)
    rows = DeclaredTie.objects.filter(user=actor.user_id)
    if rows.filter(declared_at__gt=at - _DAY).count() >= settings.TIES_PER_DAY:
        raise TooManyTies(settings.TIES_PER_DAY, wait=int(_DAY.total_seconds()))
    if rows.filter(removed_at=None).count() >= settings.TIES_PER_PERSON:
        raise TooManyTies(settings.TIES_PER_PERSON, wait=int(_DAY.total_seconds()))
    pk, content = uuid4(), tie.as_json()
    # Before the row, in the key store: a key without a tie is noise, a tie without its key can't be.
    key = keys.create_draft_key(pk)
    field: SealedField = _SAID
    row = DeclaredTie(pk=pk, user_id=_account(actor), key=key.id, declared_at=at)
    row.said = key.seal(field, pk, content)
    row.save(force_insert=True)
    values = encodings.of_tie(person_of(content), tie.phone)
    KinValue.objects.bulk_create(
        [KinValue(user_id=row.user_id, tie=row, value=value) for value in sorted(values)]
    )
    with row_level_security.beyond():
        KinSearch.objects.filter(user=actor.user_id).update(asked_at=at, after=None, done_at=None)
    return row


def own_row(pk: UUID, actor: Actor) -> DeclaredTie:
    row = own(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def _remove(found: DeclaredTie, *, at: datetime) -> None:
    key, found.key, found.said, found.removed_at = found.key, None, None, at
    found.save(update_fields=["key", "said", "removed_at"])
    KinValue.objects.filter(tie=found).delete()
    transaction.on_commit(partial(keys.destroy, [key] if key else []), robust=True)


def is_tied(actor: Actor, person: relatives.Person) -> bool:
    """Tell whether a person may be one of the actor's ties, or the actor: of these nothing is told, known or not."""
    values = encodings.of_people([person])
    return KinValue.objects.filter(user=actor.user_id, value__in=sorted(values)).exists()


@recurring("ties:forgotten", every=_DAY)
def forget(at: datetime) -> int:
    """Delete what was taken back and counts no more, and all of whoever has left the staff; return how many."""
    old = DeclaredTie.objects.filter(removed_at__isnull=False, declared_at__lt=at - 2 * _DAY)
    count = int(old.delete()[0])
    stays = Q(valid_to=None) | Q(valid_to__gt=at - KEPT_AFTER)
    memberships = Membership.objects.filter(stays, user=OuterRef("user"), role__in=sorted(STAFF))
    with row_level_security.for_the_service():
        KinSearch.objects.filter(~Exists(memberships)).delete()
        KinValue.objects.filter(~Exists(memberships), tie=None).delete()
        for row in DeclaredTie.objects.filter(~Exists(memberships), removed_at=None).select_for_update(
            of=("self",)
        ):
            _remove(row, at=at)
            count += 1
    return count


def _account(actor: Actor) -> UUID:
    """Return the account: ``require_staff`` has made sure that there is one."""
    return actor.user_id or UUID(int=0)


def _tenant(actor: Actor) -> UUID:
    """Return the authority whose journal it stands in: the first where the actor is of the staff."""
    return min(position.authority_id for position in actor.holding(STAFF))


def _record(act: str, tie: DeclaredTie, *, actor: Actor, at: datetime) -> None:
    journal.record(
        act,
        actor=actor,
        at=at,
        tenant=_tenant(actor),
        purpose=Purpose.ADMINISTRATION,
        payload=tie.pk.bytes,
    )
