"""What each test costs: one over three seconds of processor time says why, and a run ends with the ten slowest.

Counted are this process in all phases and the processes that the test waited for, without fixtures that several tests
share. A test that needs more is marked ``@pytest.mark.slow("why")``; without the mark the run fails. A second is one of
a processor with nothing else to do. Where two processes share a core, each takes up to twice as long, so the run names
what took three seconds, and fails for what took six; on a slow machine, as much more as simple steps take just then.
"""

import os
from collections.abc import Iterator
from math import inf
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import perf_counter, process_time

import pytest

from tests.night import NIGHT

#: Seconds of processor time, and how many may be counted for one of them beside other processes.
LIMIT = 3.0
SHARED = 2.0
SLOWEST = 10
#: Simple steps, and the seconds that they take on a processor of 2020 which has nothing else to do.
STEPS, STEPS_TAKE = 200_000, 0.01

#: (seconds of processor time, seconds by the clock, seconds from which the run fails, test)
_costs: list[tuple[float, float, float, str]] = []


class _Meter:
    """The test that runs now."""

    cpu = wall = shared_cpu = shared_wall = children = 0.0


def _slowness() -> float:
    """Return how many seconds of this processor are one of the limit's just now, at least one."""
    began, total = process_time(), 0
    for number in range(STEPS):
        total += number * number
    return max(1.0, (process_time() - began) / STEPS_TAKE)


def _spent(who: int) -> float:
    used = getrusage(who)
    return used.ru_utime + used.ru_stime


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup() -> Iterator[None]:
    """Begin to count."""
    _Meter.cpu, _Meter.children, _Meter.wall = _spent(RUSAGE_SELF), _spent(RUSAGE_CHILDREN), perf_counter()
    _Meter.shared_cpu = _Meter.shared_wall = 0.0
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef) -> Iterator[None]:
    """Leave out what several tests share."""
    if fixturedef.scope == "function":
        return (yield)
    before, began = _spent(RUSAGE_SELF) + _spent(RUSAGE_CHILDREN), perf_counter()
    already = _Meter.shared_cpu, _Meter.shared_wall  # a shared fixture asks for others
    try:
        return (yield)
    finally:
        _Meter.shared_cpu = already[0] + _spent(RUSAGE_SELF) + _spent(RUSAGE_CHILDREN) - before
        _Meter.shared_wall = already[1] + perf_counter() - began


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Tell the cost with the last report of a test."""
    if call.when == "call":
        # What a shared fixture started is waited for in the last phase, which isn't this test's.
        _Meter.children = _spent(RUSAGE_CHILDREN) - _Meter.children
    elif call.when == "teardown":
        cpu = _spent(RUSAGE_SELF) - _Meter.cpu + _Meter.children - _Meter.shared_cpu
        wall = perf_counter() - _Meter.wall - _Meter.shared_wall
        marked = item.get_closest_marker("slow") is not None
        fails_from = inf if marked else LIMIT * SHARED * (_slowness() if cpu > LIMIT else 1)
        item.user_properties.append(("cost", (cpu, wall, fails_from)))
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the costs, of all processes."""
    if report.when == "teardown":
        _costs.extend((*cost, report.nodeid) for name, cost in report.user_properties if name == "cost")


def _too_dear() -> list[tuple[float, float, float, str]]:
    # Under faketime each look at the clock costs more.
    return [] if NIGHT or "FAKETIME" in os.environ else [cost for cost in _costs if cost[0] > cost[2]]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run with a test that costs too much."""
    if (
        not hasattr(session.config, "workeroutput")
        and _too_dear()
        and session.exitstatus == pytest.ExitCode.OK
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the slowest, and which of them need a reason."""
    unmarked = [cost for cost in _costs if cost[0] > LIMIT and cost[2] < inf]
    for title, costs in (
        (f"the {SLOWEST} slowest tests", sorted(_costs, key=lambda cost: -cost[1])[:SLOWEST]),
        (f'over {LIMIT:.0f} s of processor time: make it cheaper, or mark it slow("why")', unmarked),
        ("too dear: the run fails", _too_dear()),
    ):
        if costs:
            terminalreporter.section(title)
            for cpu, wall, _, nodeid in costs:
                terminalreporter.line(f"{wall:6.1f} s, of which {cpu:5.1f} s on the processor: {nodeid}")
