"""The pages for operators name units, containers and commands: each of them is there."""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from tests.deploy.units import FOLDER

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "deploy" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMPOSE = "deploy/container/compose.yaml"
SERVICES = set(yaml.safe_load((ROOT / COMPOSE).read_text())["services"])
UNITS = {path.name for path in FOLDER.iterdir() if path.is_file()}
#: What else begins in this way: accounts, folders, an image, files of other programs.
OTHERS = {
    "repere-log", "repere-owner", "repere-ledger", "repere-postgresql", "repere-databases", "repere-upstream.conf", "repere-error.log",
    "repere-token", "repere-feed", "repere-processes", "repere-rehearsal-keys", "repere-flood.log",
}  # fmt: skip
PROCESSES = {"web", "worker", "sequencer", "owner"}
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
UNIT = re.compile(r"(?<![\w./-])(repere-[a-z][a-z-]*(?:@\w*)?(?:\.[a-z]+)?)(?![\w*@-])")
COMMAND = re.compile(r"manage\.py ([a-z_]+)\b|deploy/repere (\w+)(?: ([a-z_]+))?")
COMPOSED = re.compile(r"docker compose\b([^`#\n&|;()]*)")
PORTS = set(
    re.findall(r"server 127\.0\.0\.1:(\d+)", (ROOT / "deploy" / "nginx" / "upstream.conf").read_text())
)


@cache
def code(path):
    """What a page shows as code, spans and blocks."""
    return "\n".join(CODE.findall(path.read_text(encoding="utf-8")))


def is_there(name):
    """Whether a unit is shipped; of a web server, that the proxy asks its port; of a copy, that of a database."""
    if not re.search(r"\.(service|timer|target|d)$", name):
        name += ".service"
    kind, at, instance = name.removesuffix(".service").partition("@")
    if name in UNITS or name == "repere-.service.d":
        return True
    instances = PORTS if kind == "repere-web" else {"cases", "keys"}
    return bool(at) and f"{kind}@.service" in UNITS and instance in instances | {""}


def composed(line):
    """File, verb and services of a command of Compose: options begin with a dash, and ``-f`` alone takes a word."""
    words = line.split()
    files = [words[n + 1] for n, word in enumerate(words) if word == "-f"]
    plain = [word for n, word in enumerate(words) if word[0] != "-" and (n == 0 or words[n - 1] != "-f")]
    verb, *rest = plain or [""]
    return files, rest if verb == "up" else rest[:1] if verb in {"run", "exec"} else []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_each_unit_is_there(path):
    named = set(UNIT.findall(code(path))) - OTHERS

    assert {name for name in named if not is_there(name)} == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_each_container_is_there_and_its_file_named(path):
    for line in COMPOSED.findall(code(path)):
        files, services = composed(line)

        assert COMPOSE in files, line
        assert set(services) <= SERVICES, line


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_each_command_is_there(path):
    for direct, process, command in COMMAND.findall(code(path)):
        assert not process or process in PROCESSES
        if direct or command:
            assert (direct or command) in get_commands()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_runs_a_command_without_its_environment(path):
    """``sudo -u repere-owner manage.py`` finds neither the program nor its settings; ``deploy/repere`` does."""
    assert not re.search(r"sudo -u repere\S* ", code(path))


def test_each_timer_is_started_by_a_page():
    lines = re.findall(r"systemctl enable --now (.*)", code(ROOT / "docs" / "backup.md"))
    started = set(re.findall(r"repere-\S+\.timer", " ".join(lines)))

    assert started == {name for name in UNITS if name.endswith(".timer")}


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ("repere-web@8001", True), ("repere-web@1", False), ("repere-web@", True), ("repere-clerk", False),
        ("repere-backup-full@keys.timer", True), ("repere-backup-diff@keys.timer", False),
    ],
)  # fmt: skip
def test_a_unit_that_is_not_there_is_noticed(said, there):
    assert UNIT.findall(f"restart {said} ") == [said]
    assert is_there(said) is there


def test_a_container_that_is_not_there_is_noticed():
    assert composed(" up -d --no-deps web1") == ([], ["web1"])
    assert composed(f" -f {COMPOSE} exec --no-TTY web-1 python manage.py health") == ([COMPOSE], ["web-1"])
