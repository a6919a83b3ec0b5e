"""Under whom scratch servers run: what was restored may run any program there, which shall find nothing (SEC-CR12)."""

import os
import subprocess
import sys

import pytest

from config.backups import CopyError
from config.recovery import server
from config.recovery.server import Account
from tests.config.recovery.site import ROOT

pytestmark = pytest.mark.sec("SEC-CR12")
#: Nobody has this number.
NUMBER = "61001"
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
RIGHTS = "+setuid,+setgid,+chown,+kill"


def test_no_server_runs_under_the_account_that_reads_the_root_key(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: int(NUMBER))

    with pytest.raises(CopyError, match="lit la clé racine"):
        server.account("repere-rehearsal", otherwise=NUMBER)
    with pytest.raises(CopyError, match="ni sous root"):
        server.account("repere-rehearsal", otherwise="0")


def test_without_its_account_none_is_started():
    with pytest.raises(CopyError, match="repere-nobody-has-it manque"):
        server.account("repere-nobody-has-it")


@pytest.mark.parametrize("other", ["same", NUMBER, "postgres"])
def test_in_production_there_is_no_other_account(settings, other):
    settings.PRODUCTION = True

    with pytest.raises(CopyError, match="refusé en production"):
        server.account("repere-rehearsal", otherwise=other)


def test_a_command_that_cannot_change_its_account_starts_no_server(monkeypatch):
    monkeypatch.setattr(Account, "runs", lambda *_: 1)

    with pytest.raises(CopyError, match="ne peut pas prendre le compte"):
        server.account("repere-rehearsal", otherwise=NUMBER)


@root
def test_a_program_there_has_no_file_no_variable_and_no_right_of_the_command(tmp_path, monkeypatch):
    said = looks(tmp_path, monkeypatch)

    account = server.account("repere-rehearsal", otherwise=NUMBER)
    account.runs("/bin/sh", "-c", said.script)

    said.holds()


@root
@pytest.mark.slow("a process that begins Django")
def test_nor_where_the_command_isnt_root(tmp_path, monkeypatch):
    """As the unit starts it: the command's capabilities must not go on to what it starts."""
    said = looks(tmp_path, monkeypatch, owner=61000)
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


class Looked:
    """A file of the command's account, and what a program saw of it."""

    def __init__(self, folder, owner):
        self.folder = folder
        for one in (folder, *folder.parents[:2]):
            one.chmod(0o755)
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
