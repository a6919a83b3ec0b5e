"""A plugin of the night run: midnight in Paris passes soon after a page of tests has begun.

``tests/nightly.py`` starts the tests two minutes before, with ``faketime``: the service needs some of it.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest

from tests.days import to_midnight

#: So long after the first test has begun.
SOON: Final = timedelta(seconds=8)
_waited: list[bool] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Let the first test begin shortly before midnight.

    Raises:
        AssertionError: what it needs took too long, and midnight was over.
    """
    if not _waited:
        _waited.append(True)
        left = to_midnight() - SOON
        assert left < timedelta(minutes=5), "midnight was over before the first test"
        time.sleep(max(0, left.total_seconds()))
    return (yield)
