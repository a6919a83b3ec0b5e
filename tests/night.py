"""Whether tests may take hours (``make test-night``): then what is long runs in full; else as a fixed slice."""

import os

NIGHT = os.environ.get("REPERE_TEST_NIGHT") == "yes"
