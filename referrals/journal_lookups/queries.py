"""Lists of lookups and one of them, as the page and the API show it."""

from datetime import datetime
from typing import Any, Final

from accounts.access import require_somewhere
from accounts.actor import Actor
from audit import pseudonyms
from core.paging import Page, page_of
from referrals.access import exceptions as access_exceptions
from referrals.access.row_level_security import beyond
from referrals.journal_lookups import actions
from referrals.models import PseudonymLookup
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.oversight import LookupGround, LookupKind, LookupState

#: The page of what awaits somebody shows as many; the list has all.
SHOWN: Final = 10


def lookup_page(asked: dict[str, Any], *, actor: Actor) -> Page:
    """Return a page of the lookups that the actor may know of, the newest first; none bears a pseudonym."""
    require_somewhere(actor, actions.RIGHT)
    return page_of(actions.visible_to(actor), order=("-asked_at", "id"), bound_to="lookups", **asked)


def to_decide(*, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    waiting = actions.visible_to(actor).filter(outcome="").exclude(asked_by=actor.user_id)
    lines = [line(row, actor=actor, at=at) for row in waiting[:SHOWN]]
    return [one for one in lines if one["to_decide"]]


def line(row: PseudonymLookup, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return a lookup as a list shows it: who asks, why, and where it stands."""
    state, own = actions.state_of(row, at=at), row.asked_by_id == actor.user_id
    office = actions.office_of(actor, row.authority_id, besides=row.asked_as)
    return {
        "id": str(row.pk),
        "authority": str(row.authority_id),
        "kind": labelled(LookupKind(row.kind)),
        "ground": labelled(LookupGround(row.ground)),
        "asked_by": row.asked_by.full_name,
        "asked_at": moment(row.asked_at),
        "own": own,
        "state": labelled(state),
        "until": moment(row.until),
        "to_decide": state is LookupState.ASKED and not own and office != row.asked_as,
        "to_read": actions.may_read(row, actor, at=at),
    }


def one(row: PseudonymLookup, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return one lookup, and to one of the two, in time, the pseudonym that was found; an entry says so.

    Of a case from which the reader is excluded there is none (SEC-AZ4).
    """
    body = line(row, actor=actor, at=at)
    subject = row.subject if body["to_read"] else None
    if subject is not None and row.kind == LookupKind.CASE:
        with beyond():
            barred = access_exceptions.exceptional(actor, at=at).excluded
        if set(pseudonyms.cases([subject]).values()) & barred:
            subject = None
    if subject is not None:
        actions.note_read(row, actor=actor, at=at)
    return body | {"pseudonym": str(subject) if subject is not None else None}
