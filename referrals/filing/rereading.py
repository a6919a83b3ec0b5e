"""Filer's rereading of their own account, where the authority allows it (FILER_REREAD; domain.md §1.3 note *).

It shows the filer's own words of class D and nothing else: no word that the authority's staff has substituted (T42),
nothing that another filing brought (§2.8 no. 7), nothing of identities or of third parties. Reading changes nothing,
and each reading is a disclosure with its entry.
"""

from typing import Any, Final

from django.db.models import Model

from encryption.sealed import OpenScope
from referrals.access.relations import CaseAccess
from referrals.errors import NotAllowed
from referrals.models import Referral
from referrals.policy.definitions import Protocol
from referrals.reading.fields import readable

#: The parts of the form that tell facts: the concern itself is read beside them.
PARTS: Final = ("facts", "signs")
#: Class D, but typed in by the cell.
NOT_OWN: Final = ("received_late_reason",)


def require_allowed(ties: CaseAccess, protocol: Protocol) -> None:
    """Ask that the reader filed the case as a professional, and that the authority lets filers read again."""
    if not (ties.coarse and ties.as_filer() is not None and protocol.filer_reread):
        raise NotAllowed("filing:reread")


def narrative(referral: Referral, scope: OpenScope) -> dict[str, Any]:
    """Return the account as it was filed, without what was corrected since."""
    corrected = set(referral.rectifications.values_list("row", "field"))
    return {
        "concern": _own(referral.concern, corrected, scope),
        **{name: [_own(row, corrected, scope) for row in getattr(referral, name).all()] for name in PARTS},
    }


def _own(row: Model, corrected: set[tuple[Any, str]], scope: OpenScope) -> dict[str, Any]:
    changed = {field for pk, field in corrected if pk == row.pk}
    values = readable(row, {"D"}, scope)
    return {
        name: value for name, value in values.items() if name not in changed and name not in (*NOT_OWN, "id")
    }
