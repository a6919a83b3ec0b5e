"""Exceptional rights on one case: named, granted, break glass, stand-in; and exclusions (§1.3 rules 7, 8)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import batched
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import UUIDField

from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Role
from encryption.authentic import Authentic
from referrals.access.matrix import NOBODY
from referrals.models import Approval, Assignment, DeclaredTie, Exclusion, Grant, StandIn
from referrals.vocabulary.states import ALIVE, ApprovalState


@dataclass(frozen=True, slots=True)
class Exceptional:
    """Ties of one person to single cases, read in one small query; most people have none.

    Ids of cases: on whose list the person stands, to which an access was granted, which it has opened in an emergency,
    whose step it is asked to sign, from which it is excluded. ``standing``: (role, case, absent person) for whom the
    person stands in; ``assigned``: (role, case) on which it is put. ``tied`` isn't empty where the person has declared
    ties (``referrals/conflicts_of_interest``).
    """

    named: frozenset[UUID] = frozenset()
    granted: frozenset[UUID] = frozenset()
    glass: frozenset[UUID] = frozenset()
    approver: frozenset[UUID] = frozenset()
    excluded: frozenset[UUID] = frozenset()
    tied: frozenset[UUID] = frozenset()
    assigned: frozenset[tuple[str, UUID]] = frozenset()
    standing: frozenset[tuple[str, UUID, UUID]] = frozenset()

    def stood_for(self, role: Role) -> dict[UUID, UUID]:
        """Return, by case, the person for whom the actor stands in there in a role."""
        return {
            case: absent
            for stood_role, case, absent in sorted(self.standing, reverse=True)
            if stood_role == role
        }

    @property
    def unlocked(self) -> frozenset[UUID]:
        """Return the cases whose restriction lets the person through: named, or by a broken glass (§1.3 rule 3)."""
        return self.named | self.glass


#: Of the request that is being answered, where it changes nothing: what was read once holds until its end, or until
#: other rows are in reach.
_read_before: ContextVar[dict[tuple[UUID, datetime], Exceptional] | None] = ContextVar(
    "read_before", default=None
)


@contextmanager
def remembering() -> Iterator[None]:
    """Read each person's exceptional ties once inside the block, in which nothing changes them."""
    token = _read_before.set({})
    try:
        yield
    finally:
        _read_before.reset(token)


@contextmanager
def as_read(actor: Actor, special: Exceptional, *, at: datetime) -> Iterator[None]:
    """Let an actor's exceptional ties be those that were read just now, inside the block.

    What is kept under rights is made under the same ones: read a second time, they may have changed meanwhile.
    """
    token = _read_before.set({(actor.user_id or NOBODY, at): special})
    try:
        yield
    finally:
        _read_before.reset(token)


def read_again() -> None:
    """Forget what was read: from now on the transaction sees other rows (``row_level_security.py``)."""
    read_before = _read_before.get()
    if read_before is not None:
        read_before.clear()


def exceptional(actor: Actor, *, at: datetime) -> Exceptional:
    """Return the actor's exceptional ties in force at ``at``."""
    user, read_before = actor.user_id or NOBODY, _read_before.get()
    if read_before is None:
        return _read_exceptional(user, at)
    # By instant as well: a tie may end between two.
    if (user, at) not in read_before:
        read_before[user, at] = _read_exceptional(user, at)
    return read_before[user, at]


def _read_exceptional(user_id: UUID, at: datetime) -> Exceptional:
    user = UUIDField().get_db_prep_value(user_id, connection)
    now = connection.ops.adapt_datetimefield_value(at)
    ids_by_kind: dict[str, set[Any]] = {}
    standing: frozenset[tuple[str, UUID, UUID]] = frozenset()
    exceptional_sql, standing_sql = _statements(connection.vendor)
    with connection.cursor() as cursor:
        parameters = [user, user, now, user, REQUESTED, now, user, user, user, user, now, now]
        cursor.execute(exceptional_sql, parameters)
        for kind, case, role, is_over, mac, signed in cursor.fetchall():
            if _counts(kind, mac, signed, is_over=is_over):
                ids_by_kind.setdefault(kind, set()).add((role, _uuid(case)) if role else _uuid(case))
        if ids_by_kind.pop(_STANDS_IN, None):
            cursor.execute(standing_sql, [*[now] * 4, user, *[now] * 4])
            standing = frozenset(
                (str(role), _uuid(case), _uuid(absent))
                for role, case, absent, restricted, was_barred, *pairs in cursor.fetchall()
                if all(
                    model.mac_field().row_is_authentic(*one)
                    for model, one in zip(_JOINED.values(), batched(pairs, 2), strict=True)
                )
                # SQL leaves out whom a row bars now. One that says its bar was lifted may have been changed by hand,
                # and is read as a row (SEC-AZ22).
                and not (was_barred and _is_barred(_uuid(case), _uuid(absent)))
                and not (restricted and not _is_listed(_uuid(case), _uuid(absent), at=at))
            )
    return Exceptional(**{kind: frozenset(ids) for kind, ids in ids_by_kind.items()}, standing=standing)


def _is_barred(case: UUID, user: UUID) -> bool:
    """Tell whether somebody is excluded from a case by a row, of whomever, that the service hasn't lifted."""
    rows = Exclusion.objects.filter(referral=case, user=user)
    # Whoever wrote it: an exclusion stays in force until its end is authentic (0039).
    return any(row.lifted_at is None or not row.is_authentic for row in rows)


def _is_listed(case: UUID, user: UUID, *, at: datetime) -> bool:
    """Tell whether somebody is on the list of a restricted case by a row that the service wrote."""
    rows = Grant.objects.filter(referral=case, user=user, kind="named", ended_at=None, expires_at__gt=at)
    return bool(rows)


def _counts(kind: str, mac: str | None, told: str, *, is_over: bool) -> bool:
    """Tell whether a row counts: one that gives if it is authentic, one that bars unless its end is (SEC-AZ22)."""
    field = _READ[kind].mac_field()
    if kind in _BARS:
        return not (is_over and field.row_is_authentic(mac, told))
    return field.row_is_authentic(mac, told)


def _uuid(stored: Any) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)


REQUESTED: Final = ApprovalState.REQUESTED.value
_STANDS_IN: Final = "stands_in"
#: Which table each kind of row is of, and what bars.
_READ: Final[Mapping[str, type[Authentic]]] = {
    **dict.fromkeys(("named", "granted", "glass"), Grant),
    "approver": Approval,
    "assigned": Assignment,
    "excluded": Exclusion,
    "tied": DeclaredTie,
    _STANDS_IN: StandIn,
}
_BARS: Final = frozenset({"excluded", "tied"})
#: Which tables are joined under which names to tell for whom somebody stands in.
_JOINED: Final[Mapping[str, type[Authentic]]] = {
    "s": StandIn,
    "a": Assignment,
    "theirs": Membership,
    "own": Membership,
}


@lru_cache(maxsize=2)
def _statements(_vendor: str) -> tuple[str, str]:
    """Return the two statements below with the columns by which their rows are checked, for one kind of database."""
    read: dict[str, type[Authentic]] = {
        "g": Grant,
        "p": Approval,
        "e": Exclusion,
        "t": DeclaredTie,
        **_JOINED,
    }
    signed = {alias: model.mac_field().in_sql(connection, alias) for alias, model in read.items()}
    return _EXCEPTIONAL.format(**signed), _STANDING.format(told=", ".join(signed[alias] for alias in _JOINED))


#: By hand, since every request asks it: building it anew took a fifth of a request's time. A grant in force has
#: guardian's row, which says the same as ours. Each part is one walk of an index by the person, whatever the database
#: knows of the tables' sizes; who stands in for somebody is asked about that apart, for few do, and planning it takes
#: PostgreSQL longer than all the rest. Assignments stand here, and not in a condition, for they are checked.
_EXCEPTIONAL: Final = f"""
SELECT g.kind, g.referral_id, '', FALSE, {{g}} FROM referrals_grant g
JOIN referrals_referraluserobjectpermission own ON own.id = g.permission_id AND own.user_id = %s
  AND own.content_object_id = g.referral_id
JOIN auth_permission right_ ON right_.id = own.permission_id AND right_.codename = g.kind || '_referral'
WHERE g.user_id = %s AND g.ended_at IS NULL AND g.expires_at > %s
UNION ALL
SELECT 'approver', p.referral_id, '', FALSE, {{p}} FROM referrals_approval p
WHERE p.approver_id = %s AND p.state = %s AND p.expires_at > %s
UNION ALL
SELECT 'excluded', e.referral_id, '', e.lifted_at IS NOT NULL, {{e}} FROM referrals_exclusion e
WHERE e.user_id = %s
UNION ALL
SELECT 'tied', t.user_id, '', t.removed_at IS NOT NULL, {{t}} FROM referrals_declaredtie t
WHERE t.user_id = %s
UNION ALL
SELECT 'assigned', a.referral_id, a.role, FALSE, {{a}} FROM referrals_assignment a
WHERE a.user_id = %s AND a.until_at IS NULL
UNION ALL
SELECT '{_STANDS_IN}', s.id, '', FALSE, {{s}} FROM referrals_standin s
WHERE s.stand_in_id = %s AND s.ended_at IS NULL AND s.since_at <= %s AND s.until_at > %s
"""  # noqa: S608 - a word of ours
#: A stand-in has the assignments of whoever is absent while both hold the role in the same place, where the absent
#: person would see the case (not excluded; on the list of a restricted one), and where no other tie of the stand-in
#: forbids it: whoever assesses doesn't follow the family (D226-2-5), whoever decides works for no service that executes
#: a measure (T48).
_STANDING: Final = f"""
SELECT s.role, a.referral_id, s.absent_id, r.restricted, EXISTS (
  SELECT 1 FROM referrals_exclusion was WHERE was.referral_id = r.id AND was.user_id = s.absent_id
), {{told}} FROM referrals_standin s
JOIN referrals_assignment a ON a.user_id = s.absent_id AND a.role = s.role AND a.until_at IS NULL
JOIN referrals_referral r ON r.id = a.referral_id AND r.authority_id = s.authority_id
JOIN accounts_user u ON u.id = s.absent_id AND u.is_active
JOIN accounts_membership theirs ON theirs.user_id = s.absent_id AND theirs.role = s.role
  AND theirs.authority_id = s.authority_id AND theirs.valid_from <= %s
  AND (theirs.valid_to IS NULL OR theirs.valid_to > %s)
JOIN accounts_membership own ON own.user_id = s.stand_in_id AND own.role = s.role
  AND own.authority_id = s.authority_id AND own.valid_from <= %s
  AND (own.valid_to IS NULL OR own.valid_to > %s)
  AND (theirs.unit_id IS NULL OR theirs.unit_id = own.unit_id)
WHERE s.stand_in_id = %s AND s.ended_at IS NULL AND s.since_at <= %s AND s.until_at > %s
AND NOT EXISTS (
  SELECT 1 FROM referrals_exclusion barred
  WHERE barred.referral_id = r.id AND barred.user_id = s.absent_id AND barred.lifted_at IS NULL
)
AND (NOT r.restricted OR EXISTS (
  SELECT 1 FROM referrals_grant listed
  WHERE listed.referral_id = r.id AND listed.user_id = s.absent_id AND listed.kind = 'named'
    AND listed.ended_at IS NULL AND listed.expires_at > %s
))
AND NOT EXISTS (
  SELECT 1 FROM referrals_assignment other
  WHERE other.referral_id = r.id AND other.user_id = s.stand_in_id AND other.until_at IS NULL
    AND ((s.role = 'assessor' AND other.role = 'case_referent')
      OR (s.role = 'case_referent' AND other.role = 'assessor'))
)
AND NOT (s.role = 'ase_inspector' AND EXISTS (
  SELECT 1 FROM referrals_measure m
  JOIN accounts_membership agent ON agent.organisation_id = m.service_id AND agent.user_id = s.stand_in_id
    AND agent.role = 'measure_service' AND (agent.valid_to IS NULL OR agent.valid_to > %s)
  WHERE m.referral_id = r.id AND m.state IN ({", ".join(f"'{state}'" for state in ALIVE)})
))
"""  # noqa: S608 - the states are codes of ours
