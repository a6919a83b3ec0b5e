"""The settings of the tests: the service's own, with a fast password hash and no shared state."""

from copy import deepcopy

from config.settings import *  # noqa: F403 - the whole page of settings, then what differs
from config.settings import DATABASES as OF_SERVICE
from config.settings import INSTALLED_APPS as SERVICE

INSTALLED_APPS = [*SERVICE, "tests.encryption.sample"]

# No test cuts the power, and waiting for the disk at each commit takes minutes of a run. What a killed process had
# committed is there without it (https://www.sqlite.org/pragma.html#pragma_synchronous).
DATABASES = deepcopy(OF_SERVICE)
for _database in DATABASES.values():
    if "init_command" in _database.get("OPTIONS", {}):
        _database["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The service keeps nothing in a cache; whoever did would be found out here (tests/security/test_canaries.py).
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LEAF_FEED = ""  # thousands of entries are written here; the feed has tests of its own
LOG_LAG_MINUTES = 0  # hardly any test has a sequencer; the lag has tests of its own

# One person of the tests makes more cases in a minute than a person does in a day; the caps have tests of their own.
OPENINGS_PER_HOUR = FILINGS_PER_HOUR = 1_000
LINES_PER_HOUR = 10_000
CASE_REFUSALS_FREE = 10_000  # and is refused more
