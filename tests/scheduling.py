"""In which order and in which process tests run, with pytest-xdist: a file stays in one process, the pages too.

A file's tests share what they begin from (``tests/shared_fixtures.py``, fixtures of a module), which is then made once.
The pages, which are one piece, begin first, then what has slow tests. What forks comes last: a process that is copied
while it works loses the large pages of its memory (``Makefile``), and all that comes after takes up to a seventh longer.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

PAGES = "tests/browser/"
#: By the start of their path.
FORKING = (
    "tests/config/bootstrap/test_documented_commands.py",
    "tests/config/metrics/",
    "tests/config/recovery/",
    "tests/config/test_demo.py",
    "tests/concurrency/test_rotation_under_load.py",
    "tests/encryption/test_cache.py",
    "tests/encryption/test_nonces.py",
    "tests/encryption/test_process.py",
    "tests/encryption/test_providers_alike.py",
    "tests/faults/",
    "tests/referrals/attachments/test_corpus.py",
)


class ByFile(LoadScopeScheduling):
    """Gives a process one file after the other; all pages are one piece, since they share a service and a browser."""

    def _split_scope(self, nodeid: str) -> str:
        return PAGES if nodeid.startswith(PAGES) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # in the order of collection
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def place(item: pytest.Item) -> tuple[bool, bool, bool]:
        pages = item.nodeid.startswith(PAGES)
        return item.nodeid.startswith(FORKING), not pages, item.path not in slow

    items.sort(key=place)
