"""Compares what a file holds with what is there: what would be created, changed, left as it is, or refused.

Nothing is written. The same rows and the same database give the same plan, so that a second person can confirm it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from accounts import honorability
from accounts.access import appointable_users
from accounts.identifiers import REGISTERS, bare_number
from accounts.imports.faults import Fault, Refused
from accounts.imports.rows import Institution, Person
from accounts.models import Authority, Membership, Organisation, Unit, User
from accounts.roles import NEED_ORGANISATION, NEED_UNIT, OPENERS, WATCHERS

CREATED: Final = "created"
CHANGED: Final = "changed"
UNCHANGED: Final = "unchanged"
#: So many values stand in one statement: databases bound their number.
_AT_ONCE: Final = 400


@dataclass(frozen=True, slots=True)
class Planned:
    """What one line would do, by ids; ``before`` and ``after`` are the entry of an institution that changes."""

    line: int
    outcome: str
    user: str = ""
    unit: str = ""
    organisation: str = ""
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)


def planned(
    rows: Sequence[Person | Institution], authority: Authority, *, asker: UUID | None, at: datetime
) -> tuple[list[Planned], list[Refused]]:
    """Return what rows of one kind would do at an authority, and those that are refused there, in their order."""
    people = [row for row in rows if isinstance(row, Person)]
    institutions = [row for row in rows if isinstance(row, Institution)]
    lines = [*_people(people, authority, asker, at), *_institutions(institutions, authority)]
    return (
        [line for line in lines if isinstance(line, Planned)],
        [line for line in lines if isinstance(line, Refused)],
    )


def entry_of(organisation: Organisation) -> dict[str, str]:
    """Return the entry of an institution, as it is compared, and put back."""
    return {name: str(getattr(organisation, name)) for name in ("name", "kind", *REGISTERS)}


# --- Institutions --------------------------------------------------------------------------------------


def _institutions(rows: Sequence[Institution], authority: Authority) -> Iterable[Planned | Refused]:
    by_number = _numbered(rows)
    for row in rows:
        matches = {by_number[pair].pk: by_number[pair] for pair in row.numbers.items() if pair in by_number}
        match = next(iter(matches.values()), None)
        if match is None:
            yield Planned(row.line, CREATED)
        elif any(one.authority_id != authority.pk for one in matches.values()):
            yield Refused(row.line, Fault.TAKEN)
        elif len(matches) > 1:
            yield Refused(row.line, Fault.SEVERAL_ORGANISATIONS)
        else:
            before = entry_of(match)
            after = before | {"name": row.name, "kind": row.kind} | row.numbers
            if before == after:
                yield Planned(row.line, UNCHANGED, organisation=str(match.pk))
            else:
                yield Planned(row.line, CHANGED, organisation=str(match.pk), before=before, after=after)


def _numbered(rows: Sequence[Institution]) -> dict[tuple[str, str], Organisation]:
    """Return the institutions, anybody's, that have one of the numbers, by register and number."""
    by_number = {}
    for register in REGISTERS:
        numbers = [row.numbers[register] for row in rows if register in row.numbers]
        for some in batched(numbers, _AT_ONCE):
            for one in Organisation.objects.filter(**{f"{register}__in": some}):
                by_number[register, getattr(one, register)] = one
    return by_number


# --- People --------------------------------------------------------------------------------------------


def _people(
    rows: Sequence[Person], authority: Authority, asker: UUID | None, at: datetime
) -> Iterable[Planned | Refused]:
    if not rows:
        return
    places = _Places.of(authority)
    emails = [row.email for row in rows]
    users, mays = (
        _by_email(User.objects.all(), emails),
        _by_email(appointable_users(authority.pk, at=at), emails),
    )
    roles, seen = _roles_of(users.values(), authority, at), set[tuple[str, ...]]()
    followed = honorability.doors.terms(authority, at).roles
    for row in rows:
        place = places.of_row(row)
        if isinstance(place, Refused):
            yield place
            continue
        unit, organisation = place
        # One institution by its name and by its number is twice the same.
        wanted = (row.email, row.role, unit, organisation)
        if wanted in seen:
            yield Refused(row.line, Fault.REPEATED)
            continue
        seen.add(wanted)
        user = users.get(row.email)
        own = roles.get(user.pk, []) if user else []
        fault = _fault_of_account(user, row, own, may=row.email in mays, authority=authority, asker=asker)
        if fault is not None:
            yield Refused(row.line, fault, "role" if fault is Fault.HELD_APART else "email")
            continue
        same = any(
            (one.role, _id(one.unit_id), _id(one.organisation_id)) == (row.role, unit, organisation)
            for one in own
        )
        if not same and row.role in followed:
            yield Refused(row.line, Fault.ROLE_OF_CERTIFICATE, "role")
            continue
        outcome = CREATED if user is None else UNCHANGED if same else CHANGED
        yield Planned(row.line, outcome, _id(user.pk if user else None), unit, organisation)


def _fault_of_account(
    user: User | None,
    row: Person,
    held: Sequence[Membership],
    *,
    may: bool,
    authority: Authority,
    asker: UUID | None,
) -> Fault | None:
    if user is None:
        return None
    if user.pk == asker:
        return Fault.OWN
    if not user.is_active and user.home_authority_id == authority.pk:
        return Fault.CLOSED
    if not may:
        return Fault.ELSEWHERE
    watches = any(one.role in WATCHERS for one in held)
    return Fault.HELD_APART if watches and row.role in OPENERS else None


def _by_email(users: Any, emails: Sequence[str]) -> dict[str, User]:
    return {one.email: one for some in batched(emails, _AT_ONCE) for one in users.filter(email__in=some)}


def _roles_of(users: Iterable[User], authority: Authority, at: datetime) -> dict[UUID, list[Membership]]:
    """Return the roles of people at an authority that aren't over."""
    open_ = Membership.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), authority=authority)
    memberships: dict[UUID, list[Membership]] = {}
    for some in batched([one.pk for one in users], _AT_ONCE):
        for one in open_.filter(user__in=some):
            memberships.setdefault(one.user_id, []).append(one)
    return memberships


@dataclass(frozen=True, slots=True)
class _Places:
    """Units and institutions that a file may name, by what it may name them by, folded."""

    units: Mapping[str, str]
    organisations: Mapping[str, set[str]]

    @classmethod
    def of(cls, authority: Authority) -> "_Places":
        units = {one.name.casefold(): str(one.pk) for one in Unit.objects.filter(authority=authority)}
        named: dict[str, set[str]] = {}
        for one in Organisation.objects.filter(Q(authority=None) | Q(authority=authority)):
            for name in filter(None, (one.name, one.siret, one.uai, one.finess)):
                named.setdefault(name.casefold(), set()).add(str(one.pk))
        return cls(units, named)

    def of_row(self, row: Person) -> tuple[str, str] | Refused:
        """Return unit and institution of a row by id, blank where it names none."""
        unit = self.units.get(row.unit.casefold(), "")
        if row.unit and not unit:
            return Refused(row.line, Fault.UNIT, "unit")
        if row.role in NEED_UNIT and not unit:
            return Refused(row.line, Fault.NO_UNIT, "unit")
        if not row.organisation:
            needs = row.role in NEED_ORGANISATION
            return Refused(row.line, Fault.NO_ORGANISATION, "organisation") if needs else (unit, "")
        named = self.organisations.get(row.organisation.casefold()) or self.organisations.get(
            bare_number(row.organisation).casefold(), set()
        )
        if len(named) == 1:
            return unit, next(iter(named))
        fault = Fault.SEVERAL_ORGANISATIONS if named else Fault.ORGANISATION
        return Refused(row.line, fault, "organisation")


def _id(pk: UUID | None) -> str:
    return str(pk) if pk else ""
