"""The settings of the tests: the service's own, with a fast password hash and no shared state."""

from config.settings import *  # noqa: F403 - the whole page of settings, then what differs
from config.settings import INSTALLED_APPS as SERVICE

INSTALLED_APPS = [*SERVICE, "tests.encryption.sample"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The service keeps nothing in a cache; whoever did would be found out here (tests/security/test_canaries.py).
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LEAF_FEED = ""  # thousands of entries are written here; the feed has tests of its own
LOG_LAG_MINUTES = 0  # hardly any test has a sequencer; the lag has tests of its own

# One person of the tests makes more cases in a minute than a person does in a day; the caps have tests of their own.
OPENINGS_PER_HOUR = FILINGS_PER_HOUR = 1_000
LINES_PER_HOUR = 10_000
CASE_REFUSALS_FREE = 10_000  # and is refused more
