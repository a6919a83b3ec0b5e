"""What a program may do that a restored database runs: nothing of the command's (SEC-CR12). Only root changes accounts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest

from config.recovery import server
from tests.config.recovery.site import ROOT
from tests.night import NIGHT

__test__ = os.geteuid() == 0
pytestmark = pytest.mark.sec("SEC-CR12")
#: Nobody has this number.
NUMBER = "61001"
RIGHTS = "+setuid,+setgid,+chown,+kill"


@pytest.fixture
def folder():
    """A folder that any account may enter; those of a run of the tests are their owner's."""
    made = Path(mkdtemp())
    yield made
    shutil.rmtree(made)


def test_a_program_there_has_no_file_no_variable_and_no_right_of_the_command(folder, monkeypatch):
    said = looks(folder, monkeypatch)

    account = server.account("repere-rehearsal", otherwise=NUMBER)
    account.runs("/bin/sh", "-c", said.script)

    said.holds()


def nor_where_the_command_isnt_root(folder, monkeypatch):
    """As the unit starts it: the command's capabilities must not go on to what it starts."""
    said = looks(folder, monkeypatch, owner=61000)
    asked = (
        "import django, sys; django.setup(); from config.recovery import server;"
        f"server.account('x', otherwise='{NUMBER}').runs('/bin/sh', '-c', sys.argv[1])"
    )
    subprocess.run(  # noqa: S603 - our own words
        ["setpriv", "--reuid=61000", "--regid=61000", "--clear-groups", f"--inh-caps={RIGHTS}",  # noqa: S607
         f"--ambient-caps={RIGHTS}", sys.executable, "-c", asked, said.script],
        check=True, cwd=ROOT, env=os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings", "REPERE_STATE_DIR": str(said.folder / "state"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )  # fmt: skip

    said.holds()


if NIGHT:  # the code has to be readable to any account, as an installed one is and a fresh clone needn't be
    test_nor_where_the_command_isnt_root = nor_where_the_command_isnt_root


class Looked:
    """A file of the command's account, and what a program saw of it."""

    def __init__(self, folder, owner):
        self.folder = folder
        folder.chmod(0o755)
        self.key, self.seen, state = folder / "root.key", folder / "seen", folder / "state"
        self.key.write_text("the root key")
        self.seen.touch()
        self.seen.chmod(0o666)
        state.mkdir()
        for path in (self.key, state):
            os.chown(path, owner, owner)
        self.key.chmod(0o600)
        self.script = (
            f"exec >{self.seen} 2>/dev/null; id -u; id -G; cat {self.key}; grep Cap /proc/self/status; env"
        )

    def holds(self):
        said = self.seen.read_text()
        assert said.startswith(f"{NUMBER}\n{NUMBER}\n")
        assert "the root key" not in said
        rights = dict(line.split(":\t") for line in said.splitlines() if line.startswith("Cap"))
        assert {int(rights[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
        assert "REPERE_A_SECRET" not in said


def looks(folder, monkeypatch, owner=0):
    monkeypatch.setenv("REPERE_A_SECRET", "secret")
    return Looked(folder, owner)
