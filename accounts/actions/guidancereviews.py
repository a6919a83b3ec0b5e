"""Record and withdraw a professional's review of a guidance page (field.md B.6)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from accounts import acts
from accounts.access import own_account, require
from accounts.actions.entry import record
from accounts.actor import Actor
from accounts.errors import InvalidInput
from accounts.models import Authority, GuidanceReview
from accounts.naming import visible

#: A review counts for a year at most, as a text does.
AT_MOST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What was reviewed (path, language and digest of the text), by whom, when, until when it counts."""

    path: str
    language: str
    digest: str
    name: str
    function: str
    body: str
    reviewed_on: date
    until: date


def record_review(review: Review, authority: Authority, *, actor: Actor, at: datetime) -> GuidanceReview:
    """Keep a review; the page says from now on who read it.

    Raises:
        InvalidInput: a review of a day to come, or one that counts for no time or for more than a year.
    """
    require(actor, "guidance.review", authority.pk)
    if review.reviewed_on > at.date():
        raise InvalidInput({"reviewed_on": ["too-late"]})
    if not review.reviewed_on < review.until <= review.reviewed_on + AT_MOST:
        raise InvalidInput({"until": ["too-late" if review.until > review.reviewed_on else "too-early"]})
    values = {name: getattr(review, name) for name in Review.__dataclass_fields__}
    row = GuidanceReview.objects.create(
        authority=authority, typed_by=own_account(actor), typed_at=at, **values
    )
    record(acts.GUIDANCE_REVIEWED, actor=actor, at=at, tenant=authority.pk)
    return row


def withdraw_review(pk: UUID, *, actor: Actor, at: datetime) -> GuidanceReview:
    """Take a review back, as of now; withdrawing one twice changes nothing."""
    own = GuidanceReview.objects.filter(authority__in=actor.may("guidance.review"))
    row = visible(own.select_for_update(), pk)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by_id = at, actor.user_id
        row.save()
        record(acts.GUIDANCE_REVIEW_WITHDRAWN, actor=actor, at=at, tenant=row.authority_id)
    return row
