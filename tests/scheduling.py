"""In which order and in which process tests run, with pytest-xdist: a file stays in one process, the pages too.

A file's tests share what they begin from (``tests/kept.py``, fixtures of a module), which is then made once. What takes
longest begins first.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

PAGES = "tests/browser/"
#: By the start of their path.
LONGEST = (
    PAGES,
    "tests/security/test_procedure.py",
    "tests/config/test_demo.py",
    "tests/referrals/workflow/test_runner.py",
    "tests/repository/test_migrations.py",
    "tests/security/test_canaries.py",
    "tests/concurrency/test_races.py",
)


class ByFile(LoadScopeScheduling):
    """Gives a process one file after the other; all pages are one piece, since they share a service and a browser."""

    def _split_scope(self, nodeid: str) -> str:
        return PAGES if nodeid.startswith(PAGES) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Distribute by file, in the order of collection."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first."""

    def place(item: pytest.Item) -> int:
        return next((n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST))

    items.sort(key=place)
