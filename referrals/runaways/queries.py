"""Emergency sheets for officers on call of other authorities: only while the child is missing.

The one thing of a case that crosses to an authority because it was named in a runaway (domain.md §1.3 rule 1, §2.2 note
3). The law of the case is unchanged: persons excluded from it read no sheet of it either.
"""

from datetime import datetime
from typing import Any, override
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.actor import Actor
from accounts.roles import Role
from audit import journal
from audit.disclosure import disclosure
from audit.events import Purpose
from encryption.audited_rows import AuditedRows
from encryption.authentic import CheckedRows
from encryption.sealed import OpenScope
from referrals.access import exceptions as access_exceptions
from referrals.access import row_level_security
from referrals.errors import NotAllowed, NotVisible
from referrals.models import EmergencySheet, SheetReader
from referrals.reading.fields import readable
from referrals.vocabulary.formats import moment


def sheets_for(actor: Actor, *, at: datetime) -> "QuerySet[EmergencySheet]":
    seats = {position.authority_id for position in actor.holding([Role.ON_CALL])}
    if not seats:
        raise NotAllowed("read:emergency-sheets")
    with row_level_security.beyond():
        special = access_exceptions.exceptional(actor, at=at)
        barred = set(special.excluded)
        if special.tied:  # ties close what hasn't been compared with them yet
            open_ = EmergencySheet.objects.filter(closed_at=None, readers__authority__in=seats)
            barred |= set(open_.filter(referral__index_norm=0).values_list("referral_id", flat=True))
    mine = SheetReader.objects.filter(sheet=OuterRef("pk"), authority__in=sorted(seats))
    sheets = EmergencySheet.objects.filter(Exists(mine), closed_at=None).exclude(
        referral_id__in=sorted(barred)
    )
    return _ShownRows.of(sheets.select_related("authority").annotate(open_to=AuditedRows.of(mine, "sheet")))


class _ShownRows(CheckedRows):
    """Sheets that the service has open, for an authority to which it opened them (SEC-AZ22)."""

    @staticmethod
    @override
    def keeps(row: Any) -> bool:
        return row.is_authentic and SheetReader.mac_field().any_is_authentic(row.open_to)


def sheet_for(actor: Actor, pk: UUID, *, at: datetime) -> EmergencySheet:
    sheet = sheets_for(actor, at=at).filter(pk=pk).first()
    if sheet is None:
        raise NotVisible
    return sheet


def line(sheet: EmergencySheet) -> dict[str, object]:
    """Return what a list shows: whose case it is, and since when the sheet is open; nothing is opened."""
    return {
        "id": str(sheet.pk),
        "reference": sheet.reference,
        "authority": {"code": sheet.authority.code, "name": sheet.authority.name},
        "opened_at": moment(sheet.opened_at),
    }


def content(sheet: EmergencySheet, scope: OpenScope) -> dict[str, object]:
    return line(sheet) | {
        name: value
        for name, value in readable(sheet, "B", scope).items()
        if name in ("description", "danger", "whom_to_call")
    }


def read(sheet: EmergencySheet, *, actor: Actor, at: datetime) -> dict[str, object]:
    """Return the sheet, opened for an officer on call; the reading stands in the journal of the child's authority."""
    with disclosure(
        actor=actor.acting_as(Role.ON_CALL),
        purpose=Purpose.EMERGENCY,
        at=at,
        objects=[journal.subject(sheet.referral_id)],
        tenant=sheet.authority_id,
    ) as scope:
        return content(sheet, scope)
