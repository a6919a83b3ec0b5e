"""Recurring work of exports: makes the files whose delay is over, and destroys what is of no use any more."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from accounts.actor import SYSTEM, system
from accounts.notifications import tell_people
from audit import journal
from audit.disclosure import disclosure
from audit.events import Purpose
from encryption import keys
from encryption.fields import SealedField
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.exports import actions, table
from referrals.models import CaseExport


@recurring("exports:made", every=timedelta(minutes=10))
def make_due(at: datetime) -> int:
    """Make the files whose delay is over; return how many."""
    with for_the_service():
        due = CaseExport.objects.filter(confirmed=True, made_at=None, ended_at=None, ready_at__lte=at)
        ids = [row.pk for row in due.filter(ends_at__gt=at)]
    return sum(_make(pk, at) for pk in ids)


def _make(pk: UUID, at: datetime) -> bool:
    with for_the_service():
        rows = CaseExport.objects.select_for_update(of=("self",)).filter(pk=pk, made_at=None, ended_at=None)
        row = rows.first()
        if row is None or row.key is None:
            return False
        people = actions.both(row, at=at)
        if people is None:
            return False
        cases = table.seen(row.cases, *people, at=at)
        with disclosure(
            # The service does it, with the rights of who asked (SEC-AZ11).
            actor=system(obo=row.asked_by_id),
            purpose=Purpose.EXPORT,
            at=at,
            objects=[case.pseudonym for case, _children in cases],
            tenant=row.authority_id,
            act=actions.MADE,
            payload=row.pk.bytes,
            count=len(cases),
            always=True,
        ) as scope:
            lines = table.lines(cases, scope, actions.zone_of(row))
        field: SealedField = CaseExport._meta.get_field("content")
        row.content, row.made_at = keys.data_key(row.key, row.pk).seal(field, row.pk, lines), at
        row.save()
        tell_people([row.asked_by_id], actions.IS_READY, row.authority_id, at=at, request_id=row.pk)
        return True


@recurring("exports:ended", every=timedelta(minutes=10))
def end_due(at: datetime) -> int:
    """Destroy what nobody decided on within a week, what nobody took in time, and what either person lost the role of.

    Return how many.
    """
    with for_the_service():
        open_ = CaseExport.objects.filter(ended_at=None)
        over = Q(decided_at=None, asked_at__lte=at - actions.OPEN_FOR) | Q(ends_at__lte=at)
        ids = {row.pk for row in open_.filter(over)}
        ids |= {row.pk for row in open_.filter(confirmed=True) if actions.both(row, at=at) is None}
        for row in CaseExport.objects.select_for_update(of=("self",)).filter(
            pk__in=sorted(ids), ended_at=None
        ):
            actions.end(row, at=at)
            journal.record(
                actions.ENDED,
                actor=SYSTEM,
                at=at,
                tenant=row.authority_id,
                purpose=Purpose.EXPORT,
                payload=row.pk.bytes,
            )
    return len(ids)
