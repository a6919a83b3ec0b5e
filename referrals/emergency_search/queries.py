"""Emergency searches as the pages and the API show them."""

from datetime import datetime
from typing import Any, Final

from accounts.actor import Actor
from audit.disclosure import disclosure
from audit.events import Purpose, Topic, file_under, register
from referrals.access import exceptions as access_exceptions
from referrals.emergency_search import actions, approvals
from referrals.exports import table
from referrals.models import Child, EmergencyApproval, EmergencySearch
from referrals.reading.fields import opened
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.oversight import SearchGround, SearchState

READ: Final = "emergency-search:read"
register(READ)
file_under(Topic.SEARCH, READ)


def answer(found: actions.Answer) -> dict[str, Any]:
    """Return what a search gives; what isn't there, what is restricted and what is of a relative look the same."""
    return {
        "id": str(found.search.pk),
        "results": found.lines,
        "more": found.more,
        "elsewhere": found.elsewhere,
    }


def state_of(row: EmergencySearch) -> SearchState:
    if row.agreed is None:
        return SearchState.TO_REVIEW
    return SearchState.REVIEWED_OK if row.agreed else SearchState.REVIEWED_KO


def line(row: EmergencySearch, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return one search as a list shows it: nothing that was written, and nothing of what was found."""
    return {
        "id": str(row.pk),
        "authority": str(row.authority_id),
        "user": row.user.full_name,
        "own": row.user_id == actor.user_id,
        "searched_at": moment(row.searched_at),
        "ground": labelled(SearchGround(row.ground)),
        "state": labelled(state_of(row)),
        "review_due_at": moment(row.review_due_at),
        "overdue": row.reviewed_at is None and row.review_due_at < at,
        "reviewed_at": moment(row.reviewed_at),
        "reviewed_by": row.reviewed_by.full_name if row.reviewed_by else None,
        "to_review": actions.may_review(row, actor),
    }


def one(row: EmergencySearch, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return one search with what was written, and the references of those files found that the reader may know of."""
    with disclosure(
        actor=actor,
        purpose=Purpose.EMERGENCY,
        at=at,
        objects=[],
        tenant=row.authority_id,
        act=READ,
        payload=row.pk.bytes,
    ) as scope:
        words = {name: opened(getattr(row, name), scope) for name in ("reason", "word", "review")}
    word = words["word"]
    unapproved = word is not None and word.get("unapproved", False)
    words["word"] = {"name": word["name"], "at": word["at"]} if word and not unapproved else None
    return (
        line(row, actor=actor, at=at)
        | words
        | {"unapproved": unapproved, "references": _references(row, actor=actor, at=at)}
    )


def approval(row: EmergencyApproval, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return another person's approval, asked or given."""
    return {
        "id": str(row.pk),
        "authority": str(row.authority_id),
        "user": row.user.full_name,
        "own": row.user_id == actor.user_id,
        "asked_at": moment(row.asked_at),
        "given_at": moment(row.given_at),
        "given_by": row.given_by.full_name if row.given_by else None,
        "expires_at": moment(row.expires_at),
        "remaining": row.remaining if row.expires_at is not None and row.expires_at > at else 0,
        "to_give": row.user_id != actor.user_id and approvals.is_open(row, at=at),
    }


def _references(row: EmergencySearch, *, actor: Actor, at: datetime) -> list[str]:
    """Return those that tell nothing of a child who is kept apart: it may be that one who was looked for (T46)."""
    unlocked = access_exceptions.exceptional(actor, at=at).unlocked
    apart = Child.objects.filter(referral__in=row.cases, restricted=True).exclude(referral__in=unlocked)
    hidden = {str(pk) for pk in apart.values_list("referral", flat=True)}
    return table.references([pk for pk in row.cases if pk not in hidden], actor=actor, at=at)
