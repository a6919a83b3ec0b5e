"""Which of the reader's cases hold what nobody has read yet: messages and files of others since the last visit.

When somebody last visited a case stands under a keyed value, which no database computes (SEC-CR20): the cases that may
have news are found first, and each is asked then.
"""

from datetime import datetime
from itertools import batched
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.actor import Actor
from referrals.access import visibility
from referrals.models import Attachment, Complement, FilerMessage, InformationRequest, TeamMessage
from referrals.visits import queries as visits_queries
from referrals.vocabulary.states import ACTIVE

#: Of as many open cases at most it is asked, those that came last first.
CASES_MAX: Final = 1_000
_PART: Final = 200


def unread(actor: Actor, *, at: datetime) -> list[UUID]:
    """Return the open cases on which the actor works that hold a message or a file which is news to the actor."""
    others = Q(pk__in=[])
    for rows, author in (
        (Attachment.objects.filter(waiting_since=None), "by"),
        (Complement.objects.all(), "by"),
        (FilerMessage.objects.all(), "by"),
        (TeamMessage.objects.all(), "by"),
        (InformationRequest.objects.all(), "asked_by"),
    ):
        others |= Q(Exists(rows.filter(referral=OuterRef("pk")).exclude(**{author: actor.user_id})))
    cases = visibility.listed_to(actor, own=False, at=at).filter(others, state__in=ACTIVE)
    unread_ids: list[UUID] = []
    for part in batched(cases.order_by("-received_at", "id")[:CASES_MAX], _PART):
        news = visits_queries.news_of(part, actor=actor, at=at)
        unread_ids += [pk for pk, one in news.items() if one.messages or one.attachments]
    return unread_ids
