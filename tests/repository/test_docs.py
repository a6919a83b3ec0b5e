"""The pages of docs/: those made from the code are fresh and complete, the others name what exists."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.permissions import PERMISSIONS
from accounts.roles import Role
from config.documents import PAGES, permissions, tables, workflow
from config.management.commands import make_docs
from referrals import proofs
from referrals.access.matrix import Relation
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from tests.night import NIGHT

ROOT = Path(__file__).resolve().parents[2]
QUICK = {path: page for path, page in PAGES.items() if path != "docs/architecture.md"}
WRITTEN = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/architecture.md",
    "docs/runbook.md",
    "docs/scale.md",
    "docs/upgrade.md",
    "docs/install.md",
    "docs/glossary.md",
    "docs/threats.md",
    "docs/audit.md",
    "docs/asvs.md",
    "docs/first-use/README.md",
    "docs/first-use/en.md",
    "docs/data-protection/README.md",
    "docs/data-protection/registre.md",
    "docs/data-protection/hebergement.md",
)


@pytest.mark.parametrize("path", QUICK)
def test_a_made_page_says_what_the_code_says(path):
    stands = (ROOT / path).read_text(encoding="utf-8")

    assert stands == PAGES[path](stands), "run `make docs`"


if NIGHT:  # by day ``make check`` asks the same, in a process of its own

    @pytest.mark.slow("makes all pages, in processes of their own")
    def test_a_made_page_is_the_same_in_every_process(tmp_path):
        """Sets have another order in each process; a page that shows one would be stale by chance.

        The picture of the architecture, for which all code is read, is compared here alone.
        """
        plain = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
        run = subprocess.run(
            [sys.executable, "manage.py", "make_docs", "--check", "--skip-checks"],
            cwd=ROOT, env=plain | {"PYTHONHASHSEED": "7", "REPERE_STATE_DIR": str(tmp_path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert run.returncode == 0, run.stderr


def test_a_stale_page_fails_the_check_and_is_named(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(make_docs, "PAGES", QUICK)
    monkeypatch.setattr(proofs, "faults", list)  # they have tests of their own
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    (tmp_path / "web" / "files").mkdir(parents=True)
    (tmp_path / "README.md").write_text(f"{tables.PICTURE}{tables.PICTURE_END}")

    call_command("make_docs")
    call_command("make_docs", check=True)
    file = tmp_path / "docs/permissions.md"
    file.write_text(file.read_text(encoding="utf-8").replace("| own |", "| any |", 1), encoding="utf-8")
    stale = file.read_bytes()
    with pytest.raises(CommandError) as refused:
        call_command("make_docs", check=True)

    assert "docs/permissions.md" in str(refused.value)
    assert "docs/workflow.md" not in str(refused.value)
    assert file.read_bytes() == stale


def test_each_step_of_the_procedure_has_its_line():
    page = workflow.page()

    for step in steps.all():
        assert f"| {step.number} | `{step.name}` | {step.label}" in page
    for code in ClockCode:
        assert f"| `{code}` | {code.labels_by_language['en']} |" in page


def test_each_rule_is_said_in_a_sentence():
    rules = {rule for step in steps.all() for rule in (*step.guards, *step.checks, step.signed_when) if rule}

    assert not [rule.__name__ for rule in rules if not rule.description.endswith(".")]


def test_what_is_shown_of_rights_is_what_the_rule_answers():
    assert permissions.relations(steps.get(Machine.REFERRAL, "qualify"), Role.CRIP_COORDINATOR) == "territory"
    assert permissions.relations(steps.get(Machine.REFERRAL, "qualify"), Role.INTAKE_AGENT) == ""
    assert permissions.relations(steps.get(Machine.REFERRAL, "submit"), Role.FILER) == "own"
    assert permissions.relations(steps.get(Machine.ASSESSMENT, "send_back"), Role.ASSESSMENT_LEAD) == "unit"
    assert permissions.relations(steps.get(Machine.MEASURE, "start"), Role.MEASURE_SERVICE) == "executing"
    for step in steps.all():
        for role in step.roles:
            shown = permissions.relations(step, role)
            assert shown or (role is Role.ON_CALL or role is Role.SUPERVISOR), (step.name, role)


def test_each_relation_and_permission_is_explained():
    assert set(permissions.RELATION_RULES) == set(Relation)
    assert set(permissions.PERMISSION_RULES) == set(PERMISSIONS)


@pytest.mark.parametrize("path", WRITTEN)
def test_a_written_page_names_files_and_targets_that_exist(path):
    page = (ROOT / path).read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    links = re.findall(r"\]\(([^)#:]+)\)", page)
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_0-9.-]*)`", page)

    assert [link for link in links if not ((ROOT / path).parent / link).exists()] == []
    assert [name for name in named if not _exists(name)] == []
    for target in re.findall(r"`make ([a-z-]+)", page):
        assert f"\n{target}:" in makefile


def test_the_newest_release_is_the_version_of_the_project():
    releases = re.findall(
        r"^## (\d+\.\d+\.\d+) – \d{4}-\d\d-\d\d$",
        (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert releases[0] == project["version"]
    assert releases == sorted(releases, key=lambda one: [int(part) for part in one.split(".")], reverse=True)


def _exists(name: str) -> bool:
    """``var/`` is made by the first run, ``build/`` by ``make sbom``."""
    return name in {"var/", "build/"} or (ROOT / name).exists()
