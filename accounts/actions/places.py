"""Create and correct authorities with their territory and key, units, and institutions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import acts
from accounts.access import managed_organisations, require, visible_organisations
from accounts.actions.entry import record
from accounts.actor import Actor
from accounts.errors import AlreadyThere, NotAllowed, NumberTaken
from accounts.identifiers import REGISTERS
from accounts.models import Authority, AuthorityTerritory, Organisation, Unit
from accounts.naming import visible
from encryption import keys

#: So many ids stand in one statement: databases bound their number.
_AT_ONCE: Final = 400


@dataclass(frozen=True, slots=True)
class Territory:
    """An authority as ``accounts/data/authorities.json`` has it; ``since`` is the first day of its places."""

    code: str
    name: str
    timezone: str
    since: date
    departments: Sequence[str] = ()
    communes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be made; its communes may stay empty."""

    authority: Authority
    name: str
    communes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An institution to be made; without an authority it is one of the whole country."""

    name: str
    kind: str
    authority: Authority | None = None
    numbers: dict[str, str] = field(default_factory=dict)  # "siret", "uai", "finess"


@dataclass(frozen=True, slots=True)
class Correction:
    """New values of an institution; a number that isn't given is removed."""

    name: str
    kind: str
    numbers: dict[str, str] = field(default_factory=dict)  # as above


def load_authority(*, actor: Actor, at: datetime, territory: Territory) -> Authority:
    """Make an authority, its key and the places it answers for, as far as they are missing.

    A place that has come to another authority since, or whose row has ended, stays as it is.
    """
    if not actor.is_system:
        raise NotAllowed(rule="authority.load")
    authority = Authority.objects.filter(code=territory.code).first() or Authority(code=territory.code)
    # The key first: an authority whose filings can't be sealed mustn't exist (design.md, order of commits).
    keys.create_authority_key(authority.pk)
    changed = authority._state.adding or (authority.name, authority.timezone) != (
        territory.name,
        territory.timezone,
    )
    authority.name, authority.timezone = territory.name, territory.timezone
    if authority._state.adding:
        authority.save()
    elif changed:
        authority.save(update_fields=["name", "timezone"])
    added = _add_places(authority, territory)
    if changed or added:
        record(acts.AUTHORITY_LOADED, actor=actor, at=at, tenant=authority.pk, count=added)
    return authority


def _add_places(authority: Authority, territory: Territory) -> int:
    """Add the rows of territory that nobody has ever had; return how many."""
    wanted = [("", code) for code in territory.departments] + [(code, "") for code in territory.communes]
    taken = set(
        AuthorityTerritory.objects.filter(commune_insee__in=[c for c, _ in wanted]).values_list(
            "commune_insee", "department_code"
        )
    )
    missing = [place for place in wanted if place not in taken]
    AuthorityTerritory.objects.bulk_create(
        AuthorityTerritory(
            authority=authority, commune_insee=commune, department_code=department, valid_from=territory.since
        )
        for commune, department in missing
    )
    return len(missing)


def make_unit(*, actor: Actor, at: datetime, new_unit: NewUnit) -> Unit:
    """Make a unit of an authority.

    Raises:
        AlreadyThere: the authority has a unit of this name.
    """
    require(actor, "accounts.manage", new_unit.authority.pk)
    try:
        with transaction.atomic():
            unit = Unit.objects.create(
                authority=new_unit.authority, name=new_unit.name, communes=sorted(set(new_unit.communes))
            )
    except IntegrityError as error:
        raise AlreadyThere from error
    record(acts.UNIT_MADE, actor=actor, at=at, tenant=new_unit.authority.pk)
    return unit


def make_organisation(*, actor: Actor, at: datetime, new_organisation: NewOrganisation) -> Organisation:
    """Add an institution to an authority's list.

    Raises:
        NumberTaken: another institution has one of its numbers.
    """
    tenant = new_organisation.authority.pk if new_organisation.authority else None
    require(actor, "organisations.manage", tenant)
    organisation = Organisation(
        name=new_organisation.name,
        kind=new_organisation.kind,
        authority=new_organisation.authority,
        **new_organisation.numbers,
    )
    _save(organisation, actor)
    record(acts.ORGANISATION_MADE, actor=actor, at=at, tenant=tenant, thing=organisation.pk)
    return organisation


def correct_organisation(*, actor: Actor, at: datetime, pk: UUID, correction: Correction) -> Organisation:
    """Correct the entry of an institution: name, kind and numbers, all of them; whose it is stays.

    Raises:
        NumberTaken: as ``make_organisation``.
    """
    organisation = visible(managed_organisations(actor).select_for_update(), pk)
    organisation.name, organisation.kind = correction.name, correction.kind
    for register in REGISTERS:
        setattr(organisation, register, correction.numbers.get(register, ""))
    _save(organisation, actor)
    record(
        acts.ORGANISATION_CORRECTED,
        actor=actor,
        at=at,
        tenant=organisation.authority_id,
        thing=organisation.pk,
    )
    return organisation


def remove_organisations(
    *, actor: Actor, at: datetime, authority: Authority, ids: Sequence[UUID]
) -> list[UUID]:
    """Take institutions that nothing names from an authority's list; return those that stay because something does."""
    require(actor, "organisations.manage", authority.pk)
    remaining: list[UUID] = []
    for some in batched(ids, _AT_ONCE):
        rows = Organisation.objects.select_for_update().filter(authority=authority, pk__in=some)
        there = [row.pk for row in rows]
        used = _named_anywhere(there)
        remaining += [pk for pk in there if pk in used]
        gone = [pk for pk in there if pk not in used]
        Organisation.objects.filter(pk__in=gone).delete()
        for pk in gone:
            record(acts.ORGANISATION_REMOVED, actor=actor, at=at, tenant=authority.pk, thing=pk)
    return remaining


def _named_anywhere(ids: Sequence[UUID]) -> set[UUID]:
    """Return which institutions a row of any table names, also of the apps above."""
    used: set[UUID] = set()
    for relation in Organisation._meta.related_objects:
        column = relation.field.attname
        rows = relation.related_model._base_manager.filter(**{f"{column}__in": ids})
        used.update(rows.order_by().values_list(column, flat=True).distinct())
    return used


def _save(wanted: Organisation, actor: Actor) -> None:
    try:
        with transaction.atomic():
            wanted.save()
    except IntegrityError as error:
        raise _taken(wanted, actor) from error


def _taken(wanted: Organisation, actor: Actor) -> NumberTaken:
    """Return the refusal of an institution whose numbers others have; which ones is for who may see them."""
    numbers = {register: number for register in REGISTERS if (number := getattr(wanted, register))}
    others = Organisation.objects.exclude(pk=wanted.pk)
    owners = {
        register: other.pk
        for register, number in numbers.items()
        for other in others.filter(**{register: number})
    }
    seen = Organisation.objects.all() if actor.is_system else visible_organisations(actor)
    owner = seen.filter(pk__in=owners.values()).order_by("name", "pk").first()
    fields = {register: ["taken"] for register in owners}
    if owner is None:
        return NumberTaken(fields=fields)
    return NumberTaken(fields=fields, organisation={"id": str(owner.pk), "name": owner.name})
