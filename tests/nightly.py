"""``make test-night``: every table in full, on both databases, then the suite under clocks that aren't the machine's.

Goes on after a failure, names at the end what failed and how long each run took, and exits with 1. Arguments are for
pytest. PostgreSQL is tested where DATABASE_URL and KEYS_DATABASE_URL name test databases of it, as for ``make test``.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field

#: What faketime is told, by what it is to show: no test may depend on the day on which it runs.
CLOCKS = {
    "a day from now": "+1d",
    "400 days from now": "+400d",
    "29 February": "@2028-02-29 12:00:00",
    "the night on which summer time begins": "@2027-03-28 00:50:00",
    "the night on which summer time ends": "@2027-10-31 00:50:00",
    "23:30 UTC, which is tomorrow in Paris": "@2027-06-15 23:30:00",
}
#: They speak with other programs, by the clock of both.
WITHOUT = ("tests/browser", "tests/faults", "tests/concurrency")


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
        command = [*before, sys.executable, "-m", "pytest", "-q", *words, *self.arguments]
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
    ignored = [f"--ignore={path}" for path in WITHOUT]
    for name, told in CLOCKS.items():
        runs.run(
            f"the clock shows {name}", *ignored, before=("faketime", "-f", told),
            TZ="UTC", FAKETIME_DONT_FAKE_MONOTONIC="1",
        )  # fmt: skip
    print("\n" + "\n".join(runs.lines))  # noqa: T201
    return int(runs.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
