"""When a training instance is emptied: at three in the morning of France."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from outbox.models import Work

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
