"""What of a case speaks against telling a holder or giving out a copy (domain.md §7.5), for each room that does either.

The rooms say whom it concerns and what opens it again; here stands what the rows say.
"""

from collections.abc import Iterable
from typing import Final

from core.compiled_queries import rows_of
from encryption.sealed import OpenScope
from referrals.models import Referral
from referrals.vocabulary.states import Exploitation, Outcome, Whereabouts
from referrals.workflow.case import Case

#: Statuses of a child of which a holder learns nothing by a copy or a letter alone.
GRAVE: Final = (Exploitation.SUSPECTED, Exploitation.ESTABLISHED)


def is_grave(case: Case) -> bool:
    """Tell whether a child of a case is, or may be, exploited."""
    return any(child.prostitution_status in GRAVE for child in case.recorded)


def justice_works(case: Case) -> bool:
    """Tell whether a referral to justice is open, or a criminal inquiry on record."""
    return bool(case.judicial_open()) or any(
        outcome.type == Outcome.CRIMINAL_INQUIRY
        for judicial in case.judicial_referrals
        for outcome in judicial.outcomes.all()
    )


def has_a_place(case: Case) -> bool:
    """Tell whether a measure takes a child of a case in, or stands at a protected place (class K)."""
    return any(
        measure.type_id.startswith("shelter_") or measure.place is not None
        for measure in case.measures_alive()
    )


def shelters(case: Case, scope: OpenScope) -> bool:
    """Tell whether a child of a case is sheltered."""
    return any(
        child.whereabouts is not None and child.whereabouts.open(scope) == Whereabouts.SHELTERED
        for child in case.recorded
    )


def with_joined(referrals: Iterable[Referral]) -> list[Referral]:
    """Return some files and those joined to them either way, which a copy of them holds too."""
    by_id = {one.pk: one for one in referrals}
    waiting = list(by_id.values())
    while waiting:
        one = waiting.pop()
        joined = [row.referral for row in rows_of(one, "joined_filings", "referral", undone_at=None)]
        joined += [row.target for row in rows_of(one, "joinings", "target", undone_at=None)]
        for other in joined:
            if other.pk not in by_id:
                by_id[other.pk] = other
                waiting.append(other)
    return list(by_id.values())
