"""In which order and in which process tests run, with pytest-xdist: a file stays in one process, the pages too.

A file's tests share what they begin from (``tests/kept.py``, fixtures of a module), which is then made once. What takes
longest begins first. What forks comes last: a process that is copied while it works loses the large pages of its memory
(``Makefile``), and all that comes after takes up to a seventh longer. Each process reads the files in another order:
pytest compiles what it hasn't read before, which takes a quarter of a minute for all, and keeps it for the process that
reads it next.
"""

from contextlib import suppress
from importlib import import_module
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

PAGES = "tests/browser/"
#: By the start of their path. While one process makes the tables, the other does what needs none.
LONGEST = (
    "tests/repository/test_adding.py",
    "tests/security/test_procedure.py",
    "tests/repository/test_errors_mapped.py",
    "tests/repository/test_threats.py",
    "tests/repository/test_languages.py",
    "tests/repository/test_limits.py",
    "tests/repository/test_asserts.py",
    PAGES,
    "tests/referrals/execution/test_runner.py",
    "tests/repository/test_migrations.py",
    "tests/security/test_canaries.py",
    "tests/concurrency/test_step_races.py",
)
#: The same, of those that fork; the second waits for services that don't answer, while others use the processor.
FORKING = (
    "tests/config/bootstrap/test_documented_commands.py",
    "tests/config/test_demo.py",
    "tests/encryption/test_providers_alike.py",
    "tests/faults/test_restore.py",
    "tests/referrals/attachments/test_corpus.py",
    "tests/faults/test_crash_at_every_statement.py",
    "tests/concurrency/test_rotation_under_load.py",
    "tests/faults/",
    "tests/config/metrics/",
    "tests/config/recovery/",
    "tests/encryption/test_cache.py",
    "tests/encryption/test_nonces.py",
    "tests/encryption/test_process.py",
)


class ByFile(LoadScopeScheduling):
    """Gives a process one file after the other; all pages are one piece, since they share a service and a browser."""

    def _split_scope(self, nodeid: str) -> str:
        return PAGES if nodeid.startswith(PAGES) else nodeid.partition("::")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Read all files, a process of several from its own share on."""
    config = session.config
    own: dict[str, Any] | None = getattr(config, "workerinput", None)
    if own is None or config.args != config.getini("testpaths"):
        return
    root = config.rootpath
    files = sorted(path.relative_to(root).with_suffix("") for path in (root / "tests").rglob("test_*.py"))
    first = len(files) * int(own["workerid"].removeprefix("gw")) // own["workercount"]
    for file in files[first:] + files[:first]:
        with suppress(Exception):  # told by collection
            import_module(".".join(file.parts))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Distribute by file, in the order of collection."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first, and what forks last."""

    def place(item: pytest.Item) -> tuple[bool, int]:
        forks = item.nodeid.startswith(FORKING)
        order = FORKING if forks else LONGEST
        return forks, next((n for n, start in enumerate(order) if item.nodeid.startswith(start)), len(order))

    items.sort(key=place)
