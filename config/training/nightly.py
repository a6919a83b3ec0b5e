"""Nightly reset: at three in the morning of France the tick empties the instance; a missed one is caught up."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from outbox.models import Work
from outbox.scheduler import recurring

NAME: Final = "training:reset"
HOUR: Final = 3
ZONE: Final = ZoneInfo("Europe/Paris")


def next_night(after: datetime) -> datetime:
    """Return the next three o'clock after an instant."""
    here = after.astimezone(ZONE)
    night = here.replace(hour=HOUR, minute=0, second=0, microsecond=0, fold=0)
    return night if night > here else (night + timedelta(days=1)).replace(fold=0)


def plan(*, after: datetime) -> None:
    """Let the next reset be due in the night after ``after``: a claim that runs now has ended by that."""
    before = Work.objects.filter(pk=NAME).values_list("fence", flat=True).first() or 0
    planned = {"next_at": next_night(after), "ran_at": after, "fence": before + 2, "leased_until": None}
    Work.objects.update_or_create(pk=NAME, defaults=planned)


def run(at: datetime) -> int:
    """Reset the instance; return how many rows went."""
    from config.training import reset

    return reset.reset(at=at)


if settings.TRAINING:
    recurring(NAME, every=timedelta(days=1), lease=timedelta(minutes=10))(run)
