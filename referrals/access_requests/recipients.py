"""To whom data of a file went, by name of body where a name gives nobody away (C-154/21; domain.md §7.5).

A service that takes a child in isn't named, for its name may tell the place (class K). Another département is named to
the person concerned alone: to a parent it would tell where the other one has moved with the child.
"""

from collections.abc import Collection, Iterator
from typing import Final
from uuid import UUID

from referrals.access import row_level_security
from referrals.models import Inquiry, Measure, TransferRequest
from referrals.vocabulary.inquiries import Side
from referrals.vocabulary.states import TransferState

OWN: Final = "{authority}, service de protection de l'enfance."
SERVICES: Final = "Les services et établissements chargés de l'évaluation ou d'une mesure."
JUSTICE: Final = "L'autorité judiciaire, quand elle est saisie."
ELSEWHERE: Final = "Un autre département, quand il devient compétent ou quand il est interrogé."
#: A request that was never sent took nothing along.
_SENT: Final = tuple(one for one in TransferState if one not in (TransferState.PREPARED, TransferState.KEPT))


def of(
    authority: str, referrals: Collection[UUID], children: Collection[UUID], *, to_subject: bool
) -> tuple[str, ...]:
    with row_level_security.beyond():
        services = sorted(set(_services(referrals, children)))
        places = sorted(set(_authorities(referrals, children))) if to_subject else []
    return (
        OWN.format(authority=authority),
        *(f"{name}, chargé d'une mesure." for name in services),
        SERVICES,
        JUSTICE,
        *(f"{name}." for name in places),
        *(() if places else (ELSEWHERE,)),
    )


def _services(referrals: Collection[UUID], children: Collection[UUID]) -> Iterator[str]:
    rows = Measure.objects.filter(referral__in=referrals, child__in=children, service__isnull=False)
    for row in rows.select_related("service", "type"):
        if not row.type.takes_in and row.place is None and row.service is not None:
            yield row.service.name


def _authorities(referrals: Collection[UUID], children: Collection[UUID]) -> Iterator[str]:
    transfers = TransferRequest.objects.filter(referral__in=referrals, state__in=_SENT)
    yield from transfers.values_list("target__name", flat=True)
    asked = Inquiry.objects.filter(referral__in=referrals, child__in=children, side=Side.ASKER)
    yield from asked.values_list("other__name", flat=True)
