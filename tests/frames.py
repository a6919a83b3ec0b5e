"""Room for the calls of a test in one piece of memory.

CPython keeps the frames of calls in pieces of 16 KiB, and asks the kernel for a piece each time a call crosses its end,
and gives it back when the call returns. A loop at such a depth asks a hundred thousand times: a fifth of a run. Here
each test is called by a function that asks for half a megabyte, so that its piece has room for all that follows.
"""

from collections.abc import Callable

import pytest
from _pytest import runner


def _roomy(run: Callable[..., object], item: pytest.Item, following: pytest.Item | None) -> None:
    run(item, following)


_roomy.__code__ = _roomy.__code__.replace(co_stacksize=(1 << 19) // 8)


def _told_briefly(item: pytest.Item, following: pytest.Item | None) -> None:
    """Run a test in a process of several, which sends each report: not that it began, nor that its fixtures are made."""
    for report in runner.runtestprotocol(item, log=False, nextitem=following):
        if report.when != "setup" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test as pytest does."""
    one_of_several = hasattr(item.config, "workerinput")
    _roomy(_told_briefly if one_of_several else runner.pytest_runtest_protocol, item, nextitem)
    return True
