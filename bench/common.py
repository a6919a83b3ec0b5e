"""What the measures share: their options, percentiles, lines of a table, the processor time of a process."""

import argparse
from pathlib import Path
from typing import Any


def options(words: list[str], **defaults: Any) -> argparse.Namespace:
    """Read a measure's own options, each with its default: a list takes several values, False is a switch."""
    parser = argparse.ArgumentParser(prog="python -m bench …", allow_abbrev=False)
    for name, default in defaults.items():
        option = f"--{name.replace('_', '-')}"
        if default is False:
            parser.add_argument(option, action="store_true")
        elif isinstance(default, list):
            parser.add_argument(option, type=type(default[0]), nargs="+", default=default)
        else:
            parser.add_argument(option, type=type(default), default=default)
    return parser.parse_args(words)


def percentile(values: list[Any], share: float) -> Any:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def head(*names: str) -> None:
    line(*names)
    print("|---|" + "---:|" * (len(names) - 1), flush=True)


def line(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def seconds_of(pid: int) -> float:
    """Return the processor time of a process, 0 of one that isn't here; to the nanosecond where Linux counts so."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_bytes().split()[0]) for task in tasks) / 1e9
    except OSError:  # the database runs elsewhere
        return 0.0
