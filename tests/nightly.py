"""``make test-night``: every table in full, on both databases, then the tests under clocks that aren't the machine's.

Goes on after a failure, names at the end what failed and how long each run took, and exits with 1. Arguments are for
pytest. PostgreSQL is tested where DATABASE_URL and KEYS_DATABASE_URL name test databases of it, as for ``make test``.
"""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.days import to_midnight

#: No test may depend on the day on which it runs. Under the first clock all run. Under the others, those that can see
#: the machine's clock: each other test's is frozen (``tests/clock.py``), which the first run shows.
FAR = "400 days from now", timedelta(days=400)
CLOCKS = {
    "a day from now": timedelta(days=1),
    "29 February": datetime(2028, 2, 29, 12, tzinfo=UTC),
    "the night on which summer time begins": datetime(2027, 3, 28, 0, 50, tzinfo=UTC),
    "the night on which summer time ends": datetime(2027, 10, 31, 0, 50, tzinfo=UTC),
    "23:30 UTC, which is tomorrow in Paris": datetime(2027, 6, 15, 23, 30, tzinfo=UTC),
}
#: They speak with other programs, by the clock of both.
WITHOUT = ("tests/browser", "tests/faults", "tests/concurrency", "tests/deploy")
_SEES_THE_CLOCK = re.compile(r"\b(real_clock|subprocess|Popen)\b")
#: Tests of pages on which somebody types a day.
_SAYS_A_DAY = re.compile(r"\b(day\(|datetime\.now|journeys\.people|browser\.opening)")
#: Enough for a service to begin before midnight.
BEFORE_MIDNIGHT = timedelta(seconds=120)


def seeing_the_clock() -> list[str]:
    """Return the files of tests whose clock isn't frozen, or that start other processes."""
    files = (str(path) for path in sorted(Path("tests").rglob("test_*.py")))
    return [
        path
        for path in files
        if not path.startswith(WITHOUT) and _SEES_THE_CLOCK.search(Path(path).read_text())
    ]


def saying_days() -> list[str]:
    """Return the files of tests on whose pages somebody types a day."""
    files = sorted(Path("tests/browser").glob("test_*.py"))
    return [str(path) for path in files if _SAYS_A_DAY.search(path.read_text())]


def faketime(shown: datetime | timedelta) -> tuple[str, ...]:
    """Return the words before a command that is to be shown an instant, or a time from now on.

    Told an instant, faketime would let each process of the command begin there anew.
    """
    ahead = shown if isinstance(shown, timedelta) else shown - datetime.now(UTC)
    return "faketime", "-f", f"{ahead // timedelta(seconds=1):+d}s"


@dataclass
class Runs:
    """What was run, how it ended and how long it took."""

    arguments: list[str]
    lines: list[str] = field(default_factory=list)
    failed: bool = False

    def run(
        self, name: str, *words: str, before: tuple[str, ...] = (), postgresql: bool = False, **variables: str
    ) -> None:
        """Run pytest in an environment with these variables; on SQLite unless it is said otherwise."""
        print(f"\n=== {name} ===", flush=True)  # noqa: T201
        began = time.monotonic()
        command = [*before, sys.executable, "-m", "pytest", "-q", *self.arguments, *words]
        around = {k: v for k, v in os.environ.items() if postgresql or not k.endswith("DATABASE_URL")}
        status = subprocess.run(command, env=around | variables, check=False).returncode  # noqa: S603 - our own
        self.failed |= status != 0
        minutes = (time.monotonic() - began) / 60
        self.lines.append(f"{minutes:6.1f} min  {'passed' if status == 0 else f'FAILED ({status})'}  {name}")


def main(arguments: list[str]) -> int:
    """Run all; return 1 where anything failed."""
    runs = Runs(arguments)
    runs.run("everything in full, on SQLite", REPERE_TEST_NIGHT="yes")
    if os.environ.get("DATABASE_URL"):
        runs.run(
            "what depends on the database in full, on PostgreSQL", "--both-databases",
            postgresql=True, REPERE_TEST_NIGHT="yes",
        )  # fmt: skip
    under = {"TZ": "UTC", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    name, shown = FAR
    everything = [f"--ignore={path}" for path in WITHOUT]
    runs.run(f"all under a clock that shows {name}", *everything, before=faketime(shown), **under)
    for name, shown in CLOCKS.items():
        runs.run(f"the clock shows {name}", *seeing_the_clock(), before=faketime(shown), **under)
    for path in saying_days():
        words, variables = (path, "-n0", "-p", "tests.midnight"), under | {"REPERE_TEST_NIGHT": "yes"}
        before = faketime(to_midnight() - BEFORE_MIDNIGHT)
        runs.run(f"midnight passes in {path}", *words, before=before, **variables)
    print("\n" + "\n".join(runs.lines))  # noqa: T201
    return int(runs.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
