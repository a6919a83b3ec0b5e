"""What one process of a run makes for all: in the folder of the run, by whoever needs it first, and gone with it."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def alone(folder: Path, name: str) -> Iterator[None]:
    """Let the other processes of a run wait that make the same."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def plain_environment() -> dict[str, str]:
    """Return this environment without settings of the service."""
    own = ("DATABASE_URL", "KEYS_DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    return {
        name: said for name, said in os.environ.items() if not name.startswith("REPERE_") and name not in own
    }


def demonstration(folder: Path, state: Path) -> str:
    """Let a state folder be what the first run of the demonstration leaves; return what that run said.

    Where tables were made before, the run finds them: making them takes half of it. On a fresh checkout it may find
    none; at each hour of the night it finds none (``tests/config/test_demo.py``).

    Raises:
        CalledProcessError: it doesn't run.
    """
    from tests.tables import take_copies  # that module imports this one

    made, said = folder / "demonstration", folder / "demonstration.txt"
    with alone(folder, "demonstration"):
        if not said.exists():
            made.mkdir(mode=0o700, exist_ok=True)
            take_copies({"default": made / "repere.sqlite3", "keys": made / "keys.sqlite3"})
            done = subprocess.run(
                [sys.executable, "manage.py", "demo", "--no-serve"], cwd=ROOT,
                env=plain_environment() | {"REPERE_STATE_DIR": str(made)}, stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
            said.write_text(done.stdout, encoding="utf-8")
    shutil.copytree(made, state, dirs_exist_ok=True)
    return said.read_text(encoding="utf-8")


KNOWN = """
import json
import django
django.setup()
from audit import events
from outbox import templates
texts = [one.code for one in templates.registered()]
import config.urls
print(json.dumps({"texts": texts, "acts": list(events.registered())}))
"""


def known_to_processes(folder: Path) -> dict[str, list[str]]:
    """Return the texts that a process knows which serves no page, and the acts that one knows which serves pages.

    Raises:
        CalledProcessError: it doesn't start.
    """
    said = folder / "known.txt"
    with alone(folder, "known"):
        if not said.exists():
            asked = [sys.executable, "-c", KNOWN]
            done = subprocess.run(asked, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=120)  # noqa: S603 - the above
            said.write_text(done.stdout.splitlines()[-1], encoding="utf-8")
    known: dict[str, list[str]] = json.loads(said.read_text(encoding="utf-8"))
    return known
