"""Safety gate of a breach: what keeps a letter to holders back until an inspector was heard (domain.md §2.7, §7.5).

The same questions as of an access request, asked of every case that the breach touched. It fails closed: a case that
the service can't find, or a breach that names none, shuts it.
"""

from collections.abc import Collection
from uuid import UUID

from accounts.actor import system
from audit import pseudonyms
from audit.disclosure import disclosure
from audit.errors import PseudonymRefused
from audit.events import Purpose
from referrals.access import row_level_security
from referrals.data_breaches.sheet import Sheet
from referrals.models import Referral
from referrals.vocabulary.states import InformationState, YesNo
from referrals.workflow import safety
from referrals.workflow.case import Case


def is_shut(sheet: Sheet) -> bool:
    """Tell whether something in the cases of the breach speaks against telling a holder, or can't be known."""
    service = system(origin=sheet.actor.origin, obo=sheet.actor.user_id)
    with row_level_security.beyond():
        referrals = _touched(sheet.row.subjects)
        if referrals is None:
            return True
        cases = [Case(one, actor=service, at=sheet.at) for one in referrals]
        return any(map(_speaks_against, cases)) or _shelters(sheet, cases)


def _touched(subjects: Collection[str]) -> list[Referral] | None:
    """Return the cases of the breach and those joined to them; None: there is none, or one of them isn't found."""
    if not subjects:
        return None
    try:
        case_ids = pseudonyms.cases({UUID(one) for one in subjects})
    except PseudonymRefused:
        return None
    cases_by_id = {one.pk: one for one in Referral.objects.filter(pk__in=case_ids.values())}
    if len(case_ids) != len(set(subjects)) or len(cases_by_id) != len(set(case_ids.values())):
        return None
    return safety.with_joined(cases_by_id.values())


def _speaks_against(case: Case) -> bool:
    """Tell what codes say: an implicated holder, a grave status, justice at work, a deferral, a shelter."""
    return (
        case.referral.concern.holder_implicated == YesNo.YES
        or any(holder.implicated == YesNo.YES for holder in case.holders)
        or safety.is_grave(case)
        or any(one.state == InformationState.DEFERRED for one in case.informations)
        or safety.justice_works(case)
        or safety.has_a_place(case)
    )


def _shelters(sheet: Sheet, cases: Collection[Case]) -> bool:
    """Tell whether a child is sheltered; the reading is an entry of the service."""
    with disclosure(
        actor=system(origin=sheet.actor.origin, obo=sheet.actor.user_id),
        purpose=Purpose.DECISION,
        at=sheet.at,
        objects=[case.pseudonym for case in cases],
        tenant=sheet.row.authority_id,
    ) as scope:
        return any(safety.shelters(case, scope) for case in cases)
