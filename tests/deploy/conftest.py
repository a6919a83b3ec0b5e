"""What takes minutes runs at night alone (docs/testing.md)."""

from tests.night import NIGHT

collect_ignore = [] if NIGHT else ["test_end_to_end.py"]
