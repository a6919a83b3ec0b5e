"""Reads the shipped units of systemd."""

import configparser
import re
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "systemd"


def read(name: str) -> configparser.ConfigParser:
    """Return the sections of a unit; of a key that comes several times, the last."""
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(FOLDER / name, encoding="utf-8")
    return unit


def analyze(*words: str, cwd: Path | None = None) -> tuple[int, str]:
    """Return status and words of systemd's own checker."""
    run = subprocess.run(  # noqa: S603
        ["systemd-analyze", "--no-pager", *words], cwd=cwd, capture_output=True, text=True, check=False  # noqa: S607
    )  # fmt: skip
    return run.returncode, run.stdout + run.stderr


def allowed_calls() -> set[str]:
    """Return the system calls that the units leave to a process: later lines add to earlier ones, or take away."""
    text = (FOLDER / "repere-.service.d" / "hardening.conf").read_text(encoding="utf-8")
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", text, re.M):
        allowed = allowed - _members(line[1:]) if line.startswith("~") else allowed | _members(line)
    return allowed


def _members(names: str) -> set[str]:
    found: set[str] = set()
    for name in names.split():
        if name.startswith("@"):
            lines = analyze("syscall-filter", name)[1].splitlines()[1:]
            found |= _members(" ".join(line.strip() for line in lines if not line.strip().startswith("#")))
        else:
            found.add(name)
    return found
