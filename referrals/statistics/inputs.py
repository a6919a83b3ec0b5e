"""What may be asked of the figures."""

from core.inputs import LATEST, Flag, Whole
from core.query import Query
from referrals.statistics import queries


class FigureQuery(Query):
    """Which year, and whether for publication."""

    year = Whole(
        in_query=True,
        required=False,
        min_value=queries.FIRST_YEAR,
        max_value=LATEST.year,
        help_text="A year that is over; by default the last one.",
    )
    publishable = Flag(
        in_query=True,
        required=False,
        default=False,
        help_text="Only the year's own numbers, those below 30 rounded to 5: what may be published.",
    )
