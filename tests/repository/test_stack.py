"""What is installed and what the lock files hold."""

import re
import subprocess
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [
    "requirements.lock",
    "requirements-kms.lock",
    "requirements-pkcs11.lock",
    "requirements-s3.lock",
    "requirements-sentry.lock",
    "requirements-telemetry.lock",
    "requirements-dev.lock",
]
#: What ``make sbom`` and ``make advisories`` run: in an environment of its own, and so without the pins of the others.
TOOLS = "requirements-sbom.lock"


def test_django_fsm_comes_from_the_maintained_distribution():
    """``django-fsm`` fills the same folder, is unmaintained at 3 and AGPL from 5 on."""
    assert packages_distributions()["django_fsm"] == ["django-fsm-2"]
    assert version("django-fsm-2").startswith("4.")


@pytest.mark.sec("SEC-CF3")
@pytest.mark.parametrize("name", [*LOCKS, TOOLS])
def test_a_lock_pins_by_hash_and_names_no_registry(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    pinned = re.findall(
        r"^[a-z0-9][^\n]*==[^\n]*(?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)+", text, re.MULTILINE
    )

    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    assert len(pinned) == len(re.findall(r"^\S*==|^\S+ @ ", text, re.MULTILINE)) > 20


def test_the_lock_of_the_tests_holds_the_lock_of_the_service():
    runtime, *with_extras, development = (set(_pins(name)) for name in LOCKS)

    for lock in with_extras:
        assert runtime <= lock <= development


def test_every_dependency_of_the_project_is_locked():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.findall(
        r'^  "([a-z0-9-]+)', project.partition("[project.optional-dependencies]")[0], re.MULTILINE
    )

    assert set(wanted) <= {name for name, _ in _pins(LOCKS[0])}


def _pins(name):
    return re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)


def test_no_other_lock_is_kept():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607 - git is on the path of whoever cloned

    assert "uv.lock" not in tracked.stdout.splitlines()
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
