"""Under whom scratch servers run: what was restored may run any program there, which shall find nothing (SEC-CR12)."""

import os

import pytest

from config.backups import CopyError
from config.recovery import server
from config.recovery.server import Account

pytestmark = pytest.mark.sec("SEC-CR12")
#: Nobody has this number.
NUMBER = "61001"


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
