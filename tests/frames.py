"""Room for the frames of a test's calls, which Python would otherwise ask the kernel for over and over.

Python keeps the frames of calls in pieces of 16 KiB, and asks the kernel for a piece each time a call crosses its end,
and gives it back when the call returns. A loop at such a depth asks a hundred thousand times: a fifth of a run. Here
each test is called by a function that asks for half a megabyte, so that its piece has room for all that follows.
"""

from collections.abc import Callable

import pytest
from _pytest import runner


def _roomy(run: Callable[..., object], item: pytest.Item, following: pytest.Item | None) -> None:
    run(item, following)


_roomy.__code__ = _roomy.__code__.replace(co_stacksize=(1 << 19) // 8)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    _roomy(runner.pytest_runtest_protocol, item, nextitem)
    return True
