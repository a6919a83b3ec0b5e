"""Which tests run: on which database, and what is left out where a part of the system is missing.

- ``only_on("postgresql", "why")``: the test is about one database and runs on that one alone.
- ``both_databases("why")``: what the test proves can hold on SQLite and not on PostgreSQL: locks, triggers, statements,
  row-level security. A run on the second one runs these alone (``--both-databases``).
- ``needs("chromium")``: the test needs a part of the system (``tests/system_packages.py``).

Nothing skips: what doesn't run here is deselected, and what is missing is named at the end. With ``CI=true`` a test
whose part is missing runs and fails, and so does a run in which a test was skipped.
"""

import os
from collections import Counter
from typing import Any

import pytest
from django.conf import settings

from tests.system_packages import missing, packages

CI = os.environ.get("CI") == "true"
LEFT_OUT = pytest.StashKey[Counter[str]]()
_skipped: list[str] = []


def vendor() -> str:
    """Return the database that this run is on, without asking it."""
    return "postgresql" if "postgresql" in settings.DATABASES["default"]["ENGINE"] else "sqlite"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run on a second database leave out what it couldn't change."""
    parser.addoption(
        "--both-databases", action="store_true", help="run only the tests that depend on the database"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.stash[LEFT_OUT] = Counter()


@pytest.hookimpl(trylast=True)  # once each folder has marked its own
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what isn't for this database or can't run on this system."""
    here, absent = vendor(), set() if CI else set(missing(vendor()))
    kept, deselected = [], []
    for item in items:
        only = item.get_closest_marker("only_on")
        lacking = absent & {mark.args[0] for mark in item.iter_markers("needs")}
        if (only is not None and only.args[0] != here) or (
            config.getoption("both_databases")
            and only is None
            and item.get_closest_marker("both_databases") is None
        ):
            deselected.append(item)
        elif lacking:
            deselected.append(item)
            config.stash[LEFT_OUT].update(lacking)
        else:
            kept.append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=deselected)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember who skipped."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a process of pytest-xdist left out: each collects the same tests."""
    left_out = getattr(node, "workeroutput", {}).get("left_out")
    if left_out is not None:
        node.config.stash[LEFT_OUT] = Counter(left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand on what was left out; fail a run of CI that skipped."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(session.config.stash[LEFT_OUT])
    elif CI and _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the missing packages, and how many tests are left out without them."""
    left_out = config.stash[LEFT_OUT]
    if left_out:
        terminalreporter.section("left out", yellow=True)
        for name, count in sorted(left_out.items()):
            terminalreporter.line(f"{count} tests need {name} (Debian: {' '.join(packages([name]))})")
        terminalreporter.line(
            "apt-get install --no-install-recommends " + " ".join(packages(sorted(left_out)))
        )
    if CI and _skipped:
        terminalreporter.section("skipped, which CI doesn't allow", red=True)
        for nodeid in _skipped:
            terminalreporter.line(nodeid)
