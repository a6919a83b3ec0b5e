"""Commands that the pages for operators give, each with the environment that the page names."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import yaml
from django.core.management import get_commands

ROOT: Final = Path(__file__).resolve().parents[3]
PAGES: Final = (
    ROOT / "README.md",
    ROOT / "SECURITY.md",
    ROOT / "deploy/README.md",
    ROOT / "deploy/monitoring/alerts.yml",
    ROOT / "directory/data/README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs/first-use").glob("*.md")),
    *sorted((ROOT / "docs/data-protection").glob("*.md")),
)
UNITS: Final = sorted((ROOT / "deploy/systemd").glob("*.service"))
COMPOSE: Final = ROOT / "deploy/container/compose.yaml"
#: Environments without a file: a developer's, that of a training instance, any machine with Python alone.
LOCAL, TRAINING, ALONE = "local", "training", "alone"
#: A page names no process: of a command that it only mentions.
ANY: Final = ""

_BLOCK: Final = re.compile(r"^[ ]*```\w*\n(.*?)^[ ]*```$", re.DOTALL | re.MULTILINE)
_SPAN: Final = re.compile(r"`([^`]+)`|« (deploy/repere [^»]+) »|^    (\S.*)$", re.MULTILINE)
_AS_A_PROCESS: Final = re.compile(r"deploy/repere (\w+) (\S.*)")
_IN_A_CONTAINER: Final = re.compile(
    r"\b(?:run|exec)\b(?: --?[\w-]+)* ([a-z]+)(?:-\d)? python manage\.py (\S.*)"
)
_HERE: Final = re.compile(r"(REPERE_MODE=training )?\.venv/bin/python manage\.py (\S.*)")
_ALONE: Final = re.compile(
    r"(?:python3?|\.venv/bin/python) (?:audit/)?((?:escrow|verifier)\.py \S.*|-m audit\.witness \S.*)"
)
_VERIFIER: Final = re.compile(r"(verifier\.py \S+ \S.*)")


class Command(NamedTuple):
    """One command: in which environment, and its words as the page has them."""

    process: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        """Return it for a message."""
        return f"{self.process or 'named without a process'}: {shlex.join(self.words)}"


@cache
def in_page(path: Path) -> frozenset[Command]:
    """Return the commands of a page."""
    return frozenset(of_text(path.read_text(encoding="utf-8")))


def of_text(text: str) -> Iterator[Command]:
    """Yield the commands of a text: of its blocks, its spans and its indented lines."""
    blocks = [line for block in _BLOCK.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    spans = [" ".join(next(filter(None, found)).split()) for found in _SPAN.findall(_BLOCK.sub("", text))]
    for line in [*blocks, *spans]:
        for part in re.split(r"\s#\s|&&|;|\s\|\s|\s>", line):
            yield from _of_line(part.strip())


def _of_line(line: str) -> Iterator[Command]:
    for pattern, process in (
        (_HERE, None),
        (_IN_A_CONTAINER, None),
        (_AS_A_PROCESS, None),
        (_ALONE, ALONE),
        (_VERIFIER, ALONE),
    ):
        if found := pattern.search(line):
            *named, words = found.groups()
            if pattern is _HERE:
                process = TRAINING if named[0] else LOCAL
            yield from _whole(process or named[0], words)
            return
    # A command that is mentioned by its name and words alone, or without saying in which environment.
    bare = re.match(r"(?:python3? )?(manage\.py )?([a-z_]+)( .*)?$", line)
    if (
        bare
        and bare[2] in get_commands()
        and (bare[1] or bare[3])
        and get_commands()[bare[2]] != "django.core"
    ):
        yield from _whole(ANY, f"{bare[2]}{bare[3] or ''}")


def _whole(process: str, text: str) -> Iterator[Command]:
    """Yield a command that is written out: « backup … » only mentions one."""
    words = tuple(shlex.split(text.rstrip(")")))
    if "…" not in words:
        yield Command(process, words)


def in_units() -> set[Command]:
    """Return the commands that systemd starts, with the file that the unit names."""
    found = set()
    for path in UNITS:
        text = path.read_text(encoding="utf-8")
        file = re.search(r"^EnvironmentFile=\S*/(\w+)\.env$", text, re.MULTILINE)
        for words in re.findall(r"^ExecStart=\S+ manage\.py (.*)$", text, re.MULTILINE):
            found.add(Command(file[1] if file else ANY, tuple(words.split())))
    return found


def in_containers() -> set[Command]:
    """Return the commands of ``manage.py`` that the file of the containers starts."""
    found = set()
    for service in yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"].values():
        file = Path(service["env_file"][0]["path"]).stem if "env_file" in service else LOCAL
        for words in re.findall(r"python manage\.py ([^&]+)", " ".join(service.get("command") or [])):
            found.add(Command(file, tuple(words.split())))
    return found


def all_of_them() -> set[Command]:
    """Return every command that an operator is given."""
    return {one for path in PAGES for one in in_page(path)} | in_units() | in_containers()
