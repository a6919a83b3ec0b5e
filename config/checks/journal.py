"""Checks of the journal: whether a rewritten journal would be detected, and how soon."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage

from config import env
from config.checks.addresses import in_clear
from config.checks.findings import error, warning

LAG_MINUTES, LAG_MINUTES_WARNED = 60, 15


def witnesses() -> Iterator[CheckMessage]:
    """Look at who would notice a rewritten journal: its witnesses, and the feed of what each process commits."""
    if any(in_clear(one.partition(" ")[0]) for one in settings.LOG_WITNESSES):
        yield error(18, "REPERE_LOG_WITNESSES names a witness in clear: its address must be https://….")
    watching = [bool(one) for one in (settings.LOG_WITNESS_FILE, settings.LOG_WITNESSES, settings.LEAF_FEED)]
    if not any(watching):
        yield error(
            52,
            "Nobody would notice a rewritten journal: set REPERE_LOG_WITNESS_FILE, REPERE_LOG_WITNESSES or "
            "REPERE_LEAF_FEED.",
        )
    elif sum(watching) == 1 or (settings.LOG_WITNESS_FILE and env.is_in_state(settings.LOG_WITNESS_FILE)):
        yield warning(
            10,
            "A rewritten journal might go unnoticed: keep REPERE_LOG_WITNESS_FILE out of the state folder, and have "
            "one of REPERE_LOG_WITNESSES and REPERE_LEAF_FEED beside it.",
        )
    if not 0 < settings.LOG_LAG_MINUTES <= LAG_MINUTES:
        yield error(
            51, f"REPERE_LOG_LAG_MINUTES must be 1 to {LAG_MINUTES}: files would be read that no tree proves."
        )
    elif settings.LOG_LAG_MINUTES > LAG_MINUTES_WARNED:
        yield warning(
            9, f"REPERE_LOG_LAG_MINUTES is more than {LAG_MINUTES_WARNED}: a dead sequencer is noticed late."
        )
