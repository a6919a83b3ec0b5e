"""Who is told of a data breach: that there is one, and not what it is (domain.md §2.3, §2.7)."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.access import office_holders
from accounts.actor import system
from accounts.notifications import tell_people
from accounts.roles import Role
from accounts.veil import account_of
from outbox.templates import Kind, Template, register
from referrals.access import row_level_security
from referrals.models import DataBreach, Referral
from referrals.notifications import recipients
from referrals.vocabulary.states import ACTIVE
from referrals.workflow.case import Case

DECLARED: Final = "breach.declared"
CHANGED: Final = "breach.changed"
SOON: Final = "breach.soon"
OVERDUE: Final = "breach.overdue"
DANGER: Final = "breach.danger"
_PAGE: Final = "violations"
register(
    Template(
        DECLARED, Kind.CASE, _("Une violation de données est déclarée : 72 heures courent."), start=_PAGE
    ),
    Template(CHANGED, Kind.CASE, _("Une violation de données a changé."), start=_PAGE),
    Template(SOON, Kind.CLOCK, _("La notification d'une violation à la CNIL est bientôt due."), start=_PAGE),
    Template(OVERDUE, Kind.CLOCK, _("La notification d'une violation à la CNIL est en retard."), start=_PAGE),
    Template(
        DANGER, Kind.CASE, _("Une fuite de données peut mettre un enfant en danger : vérifiez sa protection.")
    ),
)


def tell_offices(
    row: DataBreach, template: str, roles: Collection[Role], *, at: datetime, but: UUID | None = None
) -> None:
    users = set(office_holders(roles, row.authority_id, at=at)) - {but}
    if row.who is not None:
        users -= {account_of(row.who, row.subjects)}
    tell_people(users, template, row.authority_id, at=at)


def tell_of_danger(row: DataBreach, reference: str, *, at: datetime) -> None:
    """Tell the coordinator of a case; where the reference leads to none, all coordinators of the authority."""
    with row_level_security.beyond():
        referral = (
            Referral.objects.filter(authority=row.authority_id, reference=reference, state__in=ACTIVE).first()
            if reference
            else None
        )
        if referral is not None:
            case = Case(referral, actor=system(), at=at)
            recipients.tell_parties(case, ("coordinator",), DANGER, withheld=referral.restricted)
            return
        users = office_holders((Role.CRIP_COORDINATOR,), row.authority_id, at=at)
        tell_people(users, DANGER, row.authority_id, at=at)
