"""``make`` alone tells a newcomer every target."""

import os
import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def run(*command):
    # Without what a make around the tests hands down, which would change what this one prints.
    clean = {name: value for name, value in os.environ.items() if "MAKE" not in name and name != "MFLAGS"}
    return subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours


def test_make_lists_every_target_with_its_line():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    targets = {name for name in phony.split() if not name.startswith("check-")} - {"help"}
    shown = run("make", "--no-print-directory")

    assert {line.split()[1] for line in shown.splitlines()} == targets
    assert all(len(line.split()) > 4 for line in shown.splitlines())


def test_the_run_of_ci_is_a_script_that_parses():
    run("bash", "-n", ".ci/run")


def test_the_hooks_run_targets_that_there_are():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]

    assert {repository["repo"] for repository in config["repos"]} == {"local"}
    for hook in hooks:
        program, _, target = hook["entry"].split()
        assert program == "make"
        assert f"\n{target}:" in makefile
