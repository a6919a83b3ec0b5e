"""Parts of the system that some tests need, by Debian's names; ``python -m tests.system_packages`` installs them.

With ``night`` as its argument, that of the nightly run too.

Where they can't be installed, the tests that need them are left out (``tests/selection.py``). With ``CI=true`` nothing
is left out: they fail.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_SBIN = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
_SOFTHSM = (
    "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm.so", "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so",
)  # fmt: skip


CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser")


@dataclass(frozen=True)
class Part:
    """What the system has or hasn't: Debian's packages, how to find out, and the one database that needs it, if any."""

    packages: tuple[str, ...]
    found: Callable[[], bool]
    database: str = ""
    at_night: bool = False


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name, path=_SBIN) for name in names)


def postgresql() -> bool:
    """Tell whether the programs of a PostgreSQL server are there, where Debian puts them or on the path."""
    return shutil.which("initdb") is not None or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def softhsm() -> str | None:
    """Return the path of SoftHSM's module."""
    return next((path for path in _SOFTHSM if Path(path).exists()), None)


PARTS = {
    "chromium": Part(("chromium-headless-shell",), _program(*CHROMIUM)),
    "clamd": Part(("clamav-daemon",), _program("clamd")),
    "pg_dump": Part(("postgresql-client",), _program("pg_dump"), database="postgresql"),
    "nginx": Part(("nginx-light",), _program("nginx")),
    "logrotate": Part(("logrotate",), _program("logrotate")),
    "systemd-analyze": Part(("systemd",), _program("systemd-analyze")),
    "promtool": Part(("prometheus",), _program("promtool")),
    "postgresql": Part(("postgresql",), postgresql, at_night=True),
    "pgbackrest": Part(("pgbackrest",), _program("pgbackrest"), at_night=True),
    "faketime": Part(("faketime",), _program("faketime"), at_night=True),
    "softhsm": Part(("softhsm2",), lambda: softhsm() is not None and _program("softhsm2-util")()),
}


def missing(database: str, *, at_night: bool = False) -> list[str]:
    """Return the names of the parts that the tests on a database (``sqlite``, ``postgresql``) need and don't find."""
    needed = {
        name: part
        for name, part in PARTS.items()
        if part.database in ("", database) and at_night >= part.at_night
    }
    return [name for name, part in needed.items() if not part.found()]


def packages(names: Iterable[str]) -> list[str]:
    """Return Debian's packages of parts."""
    return [package for name in names for package in PARTS[name].packages]


def install(*, at_night: bool) -> None:
    """Install what is missing, where this process is root and the system has apt; else do nothing."""
    database = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    wanted = packages(missing(database, at_night=at_night))
    if not wanted or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("Installing", *wanted)  # noqa: T201 - it takes a minute
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *wanted]):
        subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)  # noqa: S603, S607


if __name__ == "__main__":
    install(at_night="night" in sys.argv[1:])
