"""Who may have a calendar feed, and its making.

A feed leaves the service for a calendar that others host: an authority has to allow it, and it shows that authority's
cases alone. Own filings never stand in it: whose calendar it is would tell who filed (SEC-CR20).
"""

from datetime import datetime
from typing import Final

from accounts import actions
from accounts.actions import IssuedFeed
from accounts.actor import Actor
from accounts.models import Authority
from accounts.roles import Role
from core.inputs import StrictSerializer, Text
from referrals.access import matrix
from referrals.errors import NotAllowed
from referrals.policy.definitions import protocol_of

#: Who has deadlines: whoever works on cases. The officer reads none but within an access request.
HOLDERS: Final = frozenset(matrix.MATRIX) - {Role.DPO}


class FeedInput(StrictSerializer):
    """A feed to be made: by which device or calendar people recognise it."""

    name = Text(max_length=60, help_text="By which its owner recognises it: the device, or the calendar.")


def allowed(actor: Actor, *, at: datetime) -> tuple[Authority, ...]:
    """Return the authorities where the actor works on cases and that allow calendar feeds now."""
    authorities = {position.authority_id for position in actor.holding(HOLDERS)}
    rows = Authority.objects.filter(pk__in=sorted(authorities)).order_by("pk") if authorities else ()
    return tuple(row for row in rows if protocol_of(row, at).calendar_feeds)


def as_reader(actor: Actor, *, at: datetime) -> Actor:
    """Return the owner of a feed as it reads for them: in the roles that work on cases, where feeds are allowed.

    Raises:
        NotAllowed: in none.
    """
    where = {row.pk for row in allowed(actor, at=at)}
    positions = [one for one in actor.holding(HOLDERS) if one.authority_id in where]
    if not positions:
        raise NotAllowed("calendar:feed")
    return actor.narrowed(positions)


def make(label: str, *, actor: Actor, at: datetime) -> IssuedFeed:
    """Make a feed, for as long as the authority says; of several, as the strictest says.

    Raises:
        NotAllowed: as ``as_reader``, or the actor came with a token.
        StepUpRequired, TooManyFeeds: as ``accounts.actions.make_feed``.
    """
    as_reader(actor, at=at)
    days = min(protocol_of(row, at).calendar_feed_days for row in allowed(actor, at=at))
    return actions.make_feed(actor=actor, at=at, label=label, days=days)
