"""Checks of limits: hourly caps per person, and the interval of role reviews."""

from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.core.checks import CheckMessage

from config.checks.findings import error, warning

SECOND_PERSON_DAYS: Final = range(30, 3651)
ROLE_REVIEW_DAYS: Final = range(90, 366)
#: What one person may take within an hour (SEC-AZ14), and how much that is where nothing is set.
CAPS: Final = {
    "OPENINGS_PER_HOUR": 60,
    "LINES_PER_HOUR": 300,
    "FILINGS_PER_HOUR": 20,
    "FILINGS_PER_HOUR_OF_PROGRAM": 200,
}
CAP_TIMES, CAP_TIMES_WARNED = 10, 3


def per_person() -> Iterator[CheckMessage]:
    """Refuse a cap that is none: what a stolen account can take would have no end (SEC-AZ14)."""
    for name, usual in CAPS.items():
        if not 0 < getattr(settings, name) <= CAP_TIMES * usual:
            yield error(
                28, f"REPERE_{name} must be 1 to {CAP_TIMES * usual}: beyond it there is no cap at all."
            )
        elif getattr(settings, name) > CAP_TIMES_WARNED * usual:
            yield warning(8, f"REPERE_{name} is more than {CAP_TIMES_WARNED} times what is usual, {usual}.")
    if settings.ROLE_REVIEW_DAYS not in ROLE_REVIEW_DAYS:
        yield error(
            44, "REPERE_ROLE_REVIEW_DAYS must be 90 to 365: each role is looked at once a year at least."
        )
    if settings.SECOND_PERSON_DAYS not in SECOND_PERSON_DAYS:
        yield error(
            67,
            "REPERE_SECOND_PERSON_DAYS must be 30 to 3650: whoever made an account lately confirms no role of it.",
        )
