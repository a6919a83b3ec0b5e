"""What each test costs: a run ends with the ten slowest, and fails for one over the limit that doesn't say why.

Counted is the processor time of the test itself, with the processes that it waited for, without its fixtures. A test
that needs more than ``LIMIT`` is marked ``@pytest.mark.slow("why")``. Where two processes share a core each takes up to
twice as long, and on a slow machine as much more as simple steps take just then: so much is allowed before a run fails.
"""

import os
from collections.abc import Iterator
from math import inf
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import process_time

import pytest

from tests.night import NIGHT

#: Seconds of processor time, and how many may be counted for one of them beside other processes.
LIMIT, SHARED = 3.0, 2.0
SLOWEST = 10
#: Simple steps, and the seconds that they take on a processor of 2020 which has nothing else to do.
STEPS, STEPS_TAKE = 200_000, 0.01

#: (seconds of processor time, seconds from which the run fails, test)
_costs: list[tuple[float, float, str]] = []


def _slowness() -> float:
    began, total = process_time(), 0
    for number in range(STEPS):
        total += number * number
    return max(1.0, (process_time() - began) / STEPS_TAKE)


def _spent() -> float:
    own, children = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    before = _spent()
    try:
        return (yield)
    finally:
        cpu = _spent() - before
        slow = item.get_closest_marker("slow") is not None
        fails_from = inf if slow else LIMIT * SHARED * (_slowness() if cpu > LIMIT else 1)
        item.user_properties.append(("cost", (cpu, fails_from)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the costs, of all processes."""
    if report.when == "call":
        _costs.extend((*cost, report.nodeid) for name, cost in report.user_properties if name == "cost")


def _too_dear() -> list[tuple[float, float, str]]:
    # Under faketime each look at the clock costs more.
    return [] if NIGHT or "FAKETIME" in os.environ else [cost for cost in _costs if cost[0] > cost[1]]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    worker = hasattr(session.config, "workeroutput")
    if not worker and session.exitstatus == pytest.ExitCode.OK and _too_dear():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    unmarked = [cost for cost in _costs if cost[0] > LIMIT and cost[1] < inf]
    for title, costs in (
        (f"the {SLOWEST} dearest tests", sorted(_costs, reverse=True)[:SLOWEST]),
        (f'over {LIMIT:.0f} s of processor time: make it cheaper, or mark it slow("why")', unmarked),
        ("too dear: the run fails", _too_dear()),
    ):
        if costs:
            terminalreporter.section(title)
            for cpu, _, nodeid in costs:
                terminalreporter.line(f"{cpu:6.1f} s of the processor: {nodeid}")
