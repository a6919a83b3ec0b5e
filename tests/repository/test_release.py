"""A release is a commit that the changelog names: the guides get it as they say, and it is what it is called."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("docs/install.md", "docs/upgrade.md")
HEADING = re.compile(r"^## (\d+\.\d+\.\d+) – ", re.MULTILINE)

__test__ = (ROOT / ".git").exists() and shutil.which("git") is not None  # an archive has no history


def git(*words, cwd=ROOT):
    done = subprocess.run(["git", *words], cwd=cwd, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return done.stdout


def committed(path, commit="HEAD"):
    return git("show", f"{commit}:{path}")


def lines_of(guide):
    """The lines by which a guide gets the code of a release."""
    block = re.search(r"^git clone .*\n(?:.*\n)*?git switch .*$", (ROOT / guide).read_text(), re.MULTILINE)
    assert block, f"{guide} gets no release"
    return block[0]


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_gets_the_newest_release(guide, tmp_path):
    """Without a tag, which there is none of."""
    newest = HEADING.findall((ROOT / "CHANGELOG.md").read_text())[0]
    script = lines_of(guide)
    assert set(re.findall(r"\d+\.\d+\.\d+", script)) == {newest}
    assert not re.search(r"--branch|\bv\d", script)
    if newest not in HEADING.findall(committed("CHANGELOG.md")):
        return  # it is being made, and no commit yet

    script = script.replace("ADDRESS-OF-THE-REPOSITORY", str(ROOT)).replace("/srv/", f"{tmp_path}/")
    script = script.replace("git clone", "git clone --quiet --no-checkout --shared")
    subprocess.run(["/bin/sh", "-euc", script], cwd=tmp_path, check=True, capture_output=True)  # noqa: S603

    (folder,) = tmp_path.iterdir()
    assert HEADING.findall((folder / "CHANGELOG.md").read_text())[0] == newest
    assert tomllib.loads((folder / "pyproject.toml").read_text())["project"]["version"] == newest


def test_each_release_is_a_commit_that_is_called_so():
    """But the first one, which was none."""
    *released, _never = HEADING.findall(committed("CHANGELOG.md"))
    for number in released:
        commit = git("log", "--format=%H", "-S", f"## {number} ", "--", "CHANGELOG.md").split()[-1]

        assert HEADING.findall(committed("CHANGELOG.md", commit))[0] == number
        assert tomllib.loads(committed("pyproject.toml", commit))["project"]["version"] == number


def test_the_oldest_version_that_upgrades_is_the_one_whose_migrations_are_listed():
    told = re.search(
        r"\*\*(\S+) is the oldest version that upgrades in place", (ROOT / "docs/upgrade.md").read_text()
    )

    assert (ROOT / "deploy" / f"migrations-{told[1]}.txt").exists()
    commit = (ROOT / "deploy/compatible-from").read_text().split()[-1]
    assert (
        git("log", "-1", "--format=%cd", "--date=format:%-d %B %Y", commit).strip()
        in (ROOT / "docs/upgrade.md").read_text()
    )
