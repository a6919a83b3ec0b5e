"""The one way in which a row of the directory changes: fields, their verifications, and what follows from them.

Editors, imports and the services themselves all come through here, so that each change has its ``Verification``
(field.md A.8) and ``Reach`` never tells otherwise than the service. Whoever calls has asked for the right, validated
the values and writes the entry of the journal.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.errors import InvalidInput
from directory import reach
from directory.codes import Means, Visibility
from directory.models import Capacity, Place, Service, Structure, Verification
from directory.rules import contact_faults
from encryption import keys
from encryption.fields import SealedField
from encryption.keys import DataKey

type Row = Structure | Service | Place | Capacity

#: What a verification says of a value that is sealed.
SEALED: Final = "[scellé]"
#: How an editor knows what they write; a file and the structure itself never write a secret place.
BY_EDITORS: Final = frozenset(Means) - {Means.IMPORT, Means.LINK}
#: What isn't said of an entry but kept with it: no verification tells it.
BOOKKEEPING: Final = frozenset({"updated_on", "fetched_at", "asked_at", "asks_missed"})
#: Of a place its verifications tell these alone: they are never erased, and what is public may become secret.
VERIFIED_OF_PLACE: Final = frozenset({"visibility", "department"})
#: So many rows stand in one statement: databases bound their number.
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Who says something of an entry: ``by`` an account, or the structure itself or a file (None); when and how."""

    by: UUID | None
    at: datetime
    means: Means
    evidence: str = ""


def key_of(row: Service | Place) -> DataKey:
    """Return the key of a row's own that seals its columns, made at the first use, under its authority's key.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    if row.key is None:
        made = keys.create_key(row.pk, row.authority_id)
        row.key = made.id
        return made
    return keys.data_key(row.key, row.pk)


def write(row: Row, values: Mapping[str, Any], basis: Basis, *, confirmed: Collection[str] = ()) -> list[str]:
    """Set fields of a row and save it; return the names of those that changed.

    A new row is saved with them. Of a structure or service that changed, ``updated_on`` becomes the day of it, unless
    a source states one. ``confirmed`` names fields of which somebody said that they are right as they are. A
    value that is sealed is given in clear, and always counts as a change.

    Raises:
        InvalidInput: a service at a secret address could be asked by nobody then (field.md A.7, rule 6).
        KeysUnavailable: a sealed value can't be written now.
        Unsealable: a sealed value that its column doesn't take.
        ValueError: a file or a link would write a secret place: a fault of ours.
    """
    adding = row._state.adding
    changed = _set(row, values, basis)
    if changed:
        _save(row)
    verified = _verified(changed)
    changed_names = {name for name, _, _ in changed}
    for name in sorted(set(confirmed) - changed_names):
        value = _plain(_shown(row, name))
        verified.append((name, value, value))
    Verification.objects.bulk_create(_verifications(row, verified, basis))
    if isinstance(row, Service) and (changed or adding):
        reach.write(row)
    return sorted(changed_names)


def write_together(rows: Iterable[tuple[Row, Mapping[str, Any]]], basis: Basis) -> int:
    """Write many rows as ``write`` does each, in few statements; return how many changed.

    All new rows of one kind stand together: a service's structure comes first.

    Raises:
        InvalidInput, KeysUnavailable, Unsealable, ValueError: as ``write``.
    """
    verified: list[Verification] = []
    added: dict[type[Row], list[Row]] = {}
    reaching: dict[UUID, Service] = {}
    count = 0
    for row, values in rows:
        adding = row._state.adding
        changed = _set(row, values, basis)
        if not changed and not adding:
            continue
        count += 1
        if adding:
            added.setdefault(type(row), []).append(row)
        else:
            _save(row)
        verified += _verifications(row, _verified(changed), basis)
        match row:
            case Service():
                reaching[row.pk] = row
            case Structure() if "status" in values and not adding:
                reaching |= {one.pk: one for one in row.services.select_related("structure")}
            case _:
                pass
    for kind, new in added.items():
        manager: Any = kind._default_manager
        manager.bulk_create(new, batch_size=_AT_ONCE)
    _require_contacts(added.get(Service, []))
    Verification.objects.bulk_create(verified, batch_size=_AT_ONCE)
    reach.write_together(list(reaching.values()))
    return count


def _set(row: Row, values: Mapping[str, Any], basis: Basis) -> list[tuple[str, Any, Any]]:
    """Set fields of a row, saving nothing; return name, value before and value now of those that changed."""
    adding = row._state.adding
    if isinstance(row, Place) and row.secret is not None and basis.means not in BY_EDITORS:
        raise ValueError("Nobody but an editor writes a secret place.")  # field.md A.7, rule 2
    changed: list[tuple[str, Any, Any]] = []
    for name, value in values.items():
        field: Any = row._meta.get_field(name)
        if isinstance(field, SealedField):
            if _seal(row, field, value):
                changed.append((name, SEALED, SEALED))
            continue
        before = getattr(row, field.attname)
        after = value.pk if hasattr(value, "pk") else value
        if adding or before != after:
            setattr(row, field.attname, after)
            changed.append((name, None if adding else before, after))
    if changed and isinstance(row, Structure | Service) and "updated_on" not in values:
        row.updated_on = local_day(row, basis.at)
    return changed


def _verified(changed: Iterable[tuple[str, Any, Any]]) -> list[tuple[str, Any, Any]]:
    """Return what changed as verifications tell it."""
    return [(name, _plain(old), _plain(new)) for name, old, new in changed if name not in BOOKKEEPING]


def _save(row: Row) -> None:
    """Save a row; what may not stand so is rolled back by whoever asked."""
    row.save()
    # Here, so that neither a form, a file nor a link takes the last contact of who is at a secret address.
    if not isinstance(row, Capacity) and (faults := contact_faults(row)):
        raise InvalidInput(faults)


def _require_contacts(services: Iterable[Any]) -> None:
    """Ask the same of new services, of those alone that stand beside a secret place."""
    by_structure = {one.structure_id: one for one in services}
    hidden = Place.objects.filter(structure__in=list(by_structure), visibility=Visibility.SECRET)
    beside = set(hidden.values_list("structure", flat=True)) if by_structure else set()
    for one in services:
        if one.structure_id in beside and (faults := contact_faults(one)):
            raise InvalidInput(faults)


def _seal(row: Row, field: SealedField, value: Any) -> bool:
    """Seal a value into its column, or empty it; tell whether anything was written."""
    if value is None or value == "":
        had = getattr(row, field.attname) is not None
        setattr(row, field.attname, None)
        return had
    if not isinstance(row, Service | Place):
        raise TypeError("Only services and places have sealed columns.")
    setattr(row, field.attname, key_of(row).seal(field, row.pk, value))
    return True


def _shown(row: Row, name: str) -> Any:
    """Return a field as a verification tells it."""
    field: Any = row._meta.get_field(name)
    return SEALED if isinstance(field, SealedField) else getattr(row, field.attname)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    match value:
        case UUID() | Decimal():
            return str(value)
        case date():  # an instant is one, too
            return value.isoformat()
        case _:
            return value


def local_day(row: Structure | Service, at: datetime) -> date:
    """Return the day of an instant where the authority is that keeps a row."""
    return at.astimezone(ZoneInfo(row.authority.timezone)).date()


def _verifications(
    row: Row, verified: Collection[tuple[str, Any, Any]], said: Basis
) -> Iterable[Verification]:
    """Return one verification a field; of where a place is, that it changed or is right, and nothing else."""
    structure, service, prefix = _about(row)
    if isinstance(row, Place):
        verified = [one if one[0] in VERIFIED_OF_PLACE else (one[0], None, None) for one in verified]
    return [
        Verification(
            structure_id=structure,
            service_id=service,
            field=f"{prefix}{name}",
            old=old,
            new=new,
            by_id=said.by,
            at=said.at,
            means=said.means,
            evidence=said.evidence,
        )
        for name, old, new in verified
    ]


def _about(row: Row) -> tuple[UUID, UUID | None, str]:
    """Return of which structure and service a row says something, and how its fields are called there."""
    match row:
        case Structure():
            return row.pk, None, ""
        case Service():
            return row.structure_id, row.pk, ""
        case Place():
            return row.structure_id, row.service_id, "place."
        case Capacity():
            return row.service.structure_id, row.service_id, "capacity."
