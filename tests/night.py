"""Whether tests may take hours: ``pytest --hypothesis-profile=night``.

Else what is long runs in full on one database and as a slice on the other. Not for conftest.py, which is loaded before
the profile is.
"""

from hypothesis import settings

NIGHT = settings.default.max_examples > 1_000
