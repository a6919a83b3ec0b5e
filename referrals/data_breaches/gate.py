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
from referrals.vocabulary.answers import YesNo
from referrals.vocabulary.states import Exploitation, InformationState, Outcome, Whereabouts
from referrals.workflow.case import Case

_GRAVE = (Exploitation.SUSPECTED, Exploitation.ESTABLISHED)


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
        known = pseudonyms.cases({UUID(one) for one in subjects})
    except PseudonymRefused:
        return None
    found = {one.pk: one for one in Referral.objects.filter(pk__in=known.values())}
    if len(known) != len(set(subjects)) or len(found) != len(set(known.values())):
        return None
    waiting = list(found.values())
    while waiting:
        one = waiting.pop()
        joined = [each.referral for each in one.joined_filings.filter(undone_at=None)]
        joined += [each.target for each in one.joinings.filter(undone_at=None)]
        for other in joined:
            if other.pk not in found:
                found[other.pk] = other
                waiting.append(other)
    return list(found.values())


def _speaks_against(case: Case) -> bool:
    """Tell what codes say: an implicated holder, a grave status, justice at work, a deferral, a shelter."""
    return (
        case.referral.concern.holder_implicated == YesNo.YES
        or any(holder.implicated == YesNo.YES for holder in case.holders)
        or any(child.prostitution_status in _GRAVE for child in case.recorded)
        or any(one.state == InformationState.DEFERRED for one in case.informations)
        or bool(case.judicial_open())
        or any(
            outcome.type == Outcome.CRIMINAL_INQUIRY
            for judicial in case.judicial_referrals
            for outcome in judicial.outcomes.all()
        )
        or any(
            measure.type_id.startswith("shelter_") or measure.place is not None
            for measure in case.measures_alive()
        )
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
        return any(
            child.whereabouts is not None and child.whereabouts.open(scope) == Whereabouts.SHELTERED
            for case in cases
            for child in case.recorded
        )
