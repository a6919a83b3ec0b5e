"""Make and revoke calendar feeds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from accounts import acts, stepup
from accounts.access import own_account, own_feeds
from accounts.actions.entry import record_about
from accounts.actions.tokens import require_session
from accounts.actor import Actor
from accounts.errors import NotVisible, TooManyFeeds
from accounts.models import CalendarFeed, User
from accounts.signin import hashed
from core.languages import ENGLISH, FRENCH, for_reader
from encryption import digest


@dataclass(frozen=True, slots=True, repr=False)
class IssuedFeed:
    """A new feed and the secret of its address, which is shown once and stored nowhere."""

    feed: CalendarFeed
    secret: str

    def __repr__(self) -> str:
        """Return the id only: a secret has no place in a traceback."""
        return f"IssuedFeed({self.feed.pk})"


def make_feed(*, actor: Actor, at: datetime, label: str, days: int) -> IssuedFeed:
    """Make a feed of the actor's own, for one device and so many days.

    Whether an authority lets its people have one is asked by the caller (``referrals/calendar_feeds/actions.py``).

    Raises:
        TooManyFeeds: the actor has as many as one may.
    """
    require_session(actor)
    stepup.require(actor, at=at)
    # Locked: what one person makes at once is counted one after the other.
    user = User.objects.select_for_update(no_key=True).get(pk=own_account(actor).pk)
    today = at.date()
    if len(own_feeds(actor).usable(today)) >= settings.CALENDAR_FEEDS_PER_PERSON:
        raise TooManyFeeds(settings.CALENDAR_FEEDS_PER_PERSON)
    secret = digest.token()
    feed = CalendarFeed.objects.create(
        user=user,
        label=label,
        language=for_reader({FRENCH: FRENCH, ENGLISH: ENGLISH}),
        sha256=hashed(secret),
        made_on=today,
        ends_on=today + timedelta(days=days),
    )
    _record(acts.FEED_MADE, feed, actor=actor, at=at)
    return IssuedFeed(feed, secret)


def revoke_feed(*, actor: Actor, at: datetime, feed_id: UUID) -> None:
    """Make a feed useless from the next request on. Doing it again changes nothing."""
    feed = own_feeds(actor).filter(pk=feed_id).select_for_update().first()
    if feed is None:
        raise NotVisible
    if feed.revoked_on is None:
        revoke_feed_now(feed, actor=actor, at=at)


def revoke_feed_now(feed: CalendarFeed, *, actor: Actor, at: datetime) -> None:
    """Make a feed useless, which is locked and counts still."""
    feed.revoked_on = max(at.date(), feed.made_on)
    feed.save(update_fields=["revoked_on"])
    _record(acts.FEED_REVOKED, feed, actor=actor, at=at)


def _record(act: str, feed: CalendarFeed, *, actor: Actor, at: datetime) -> None:
    # Of no authority's own: the person may hold roles at several. Each has an auditor who sees it.
    tenants: list[UUID | None] = [*sorted(actor.authority_ids)] or [None]
    for tenant in tenants:
        record_about(act, feed.user_id, actor=actor, at=at, tenant=tenant, thing=feed.pk)
