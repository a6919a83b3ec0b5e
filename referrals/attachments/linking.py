"""Links attachments to their case: to the complement that names them (T08); reseals them at submission."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.roles import Role
from encryption.fields import SealedField
from encryption.keys import DataKey
from referrals.errors import InvalidInput

if TYPE_CHECKING:
    from referrals.models import Complement, Referral


def waiting_of(referral: "Referral", named: Iterable[UUID], *, role: str, user_id: UUID | None) -> list[Any]:
    """Return the attachments that the sender of a complement names and has sent beforehand (T08)."""
    wanted = set(named)
    if not wanted:
        return []
    # Locked: at their last hour the sweep lets them go (``sweeping.sweep``), which locks in the same order.
    rows = referral.attachments.select_for_update().order_by("id")
    rows = rows.filter(pk__in=wanted, waiting_since__isnull=False)
    own = rows.filter(by=None, role=Role.FILER) if role == Role.FILER else rows.filter(by=user_id)
    attachments = list(own)
    if len(attachments) != len(wanted):
        raise InvalidInput("attachments")
    return attachments


def lay_to(complement: "Complement", rows: Iterable[Any]) -> None:
    """Lay attachments that waited to their complement: from now on they are the case's."""
    for row in rows:
        row.complement, row.waiting_since = complement, None
        row.children = row.children or complement.children
        row.save(update_fields=["complement", "waiting_since", "children"])


def reseal(referral: "Referral", key: DataKey) -> None:
    """Seal what the rows of a draft's attachments hold under the case's final key; their objects stay as they are."""
    for row in referral.attachments.all():
        names = []
        for field in row._meta.concrete_fields:
            value = getattr(row, field.attname)
            if isinstance(field, SealedField) and value is not None:
                setattr(row, field.attname, key.resealed(value))
                names.append(field.attname)
        row.save(update_fields=names)
