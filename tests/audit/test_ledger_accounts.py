"""The erasure ledger between accounts: the service writes it, the owner of the tables reads it, nobody else does."""

import os
import stat
import tempfile
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit import erasure_ledger
from audit.errors import LedgerUnavailable
from config.bootstrap.files import Files

pytestmark = pytest.mark.sec("SEC-CR12")
SERVICE, SEQUENCER, OWNER = 10001, 10002, 10004


@contextmanager
def account(number):
    """Be an account, with its group alone and a closed umask; one that isn't root is itself."""
    if os.geteuid():
        yield
        return
    groups, before = os.getgroups(), os.umask(0o077)
    os.setgroups([])
    os.setegid(number)
    os.seteuid(number)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
        os.umask(before)


@pytest.fixture
def ledger(settings, monkeypatch):
    """In a folder as bootstrap makes it, where every account may pass."""
    ids = (SERVICE, OWNER) if os.geteuid() == 0 else None
    monkeypatch.setattr(Files, "_ids", lambda *_, **__: ids)
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        folder = Path(above) / "repere-ledger"
        Files().folder(folder, account="repere", own=True, readers="repere-owner")
        settings.SHRED_FILE = str(folder / "shreds.log")
        yield folder / "shreds.log"


def test_the_service_writes_the_owner_reads_and_nobody_else(ledger):
    with account(SERVICE):
        erasure_ledger.require_writable()
        erasure_ledger.require_writable()

    assert stat.S_IMODE(ledger.stat().st_mode) == 0o640
    assert stat.S_IMODE(ledger.parent.stat().st_mode) == 0o2750
    if os.geteuid():  # there is one account alone
        return
    with account(OWNER):
        assert erasure_ledger.read(ledger).lines == ()
        assert not erasure_ledger.is_barred(ledger)
        with pytest.raises(LedgerUnavailable):
            erasure_ledger.require_writable()
    with account(SEQUENCER):
        assert erasure_ledger.is_barred(ledger)


def test_a_folder_that_is_the_services_alone_shares_nothing(tmp_path, settings):
    settings.SHRED_FILE = str(tmp_path / "own" / "shreds.log")

    erasure_ledger.require_writable()

    assert stat.S_IMODE((tmp_path / "own" / "shreds.log").stat().st_mode) == 0o600
    assert not erasure_ledger.is_barred(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["SHRED_FILE", "LOG_WITNESS_FILE"])
def test_a_rehearsal_refuses_what_it_cannot_read_before_it_begins(settings, ledger, name):
    """Otherwise it would compare with nothing and say that all is well."""
    settings.SHRED_FILE, settings.LOG_WITNESS_FILE = "/nowhere/shreds.log", ""
    setattr(settings, name, str(ledger))
    ledger.touch()
    ledger.parent.chmod(0)
    option = {"SHRED_FILE": "--ledger", "LOG_WITNESS_FILE": "--witnessed"}[name]

    with account(SEQUENCER), pytest.raises(CommandError, match=option):
        call_command("rehearse", stdout=StringIO())
    with account(SEQUENCER), pytest.raises(CommandError, match="n'existe pas, ou ce compte"):
        call_command("rehearse", option, str(ledger), stdout=StringIO())
    ledger.parent.chmod(0o700)
