"""Nightly reset: a training instance alone has it among its recurring work; a missed one is caught up.

Imported where this is a training instance (``config/apps.py``), and registered by that.
"""

from datetime import datetime, timedelta

from config.training import reset
from outbox.scheduler import recurring


@recurring(reset.NAME, every=timedelta(days=1), lease=timedelta(minutes=10))
def run(at: datetime) -> int:
    """Reset the instance; return how many rows went."""
    return reset.reset(at=at)
