"""The service's own settings, with the endpoints of both baselines beside the real ones in the same worker."""

from config.settings import *  # noqa: F403 - the whole page of settings, then what differs
from config.settings import INSTALLED_APPS as SERVICE

INSTALLED_APPS = [*SERVICE, "auditlog", "bench.bare", "bench.packages"]
ROOT_URLCONF = "bench.urls"
# One account reads and files more than a person ever may.
OPENINGS_PER_HOUR = LINES_PER_HOUR = FILINGS_PER_HOUR = FILINGS_PER_HOUR_OF_PROGRAM = 0
LOG_LAG_MINUTES = 0  # no sequencer runs beside the load
