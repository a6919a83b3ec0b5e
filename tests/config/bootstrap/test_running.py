"""Commands of the processes: under their accounts, never under root for want of one."""

import os
import pwd
import subprocess

import pytest

from config.bootstrap import plan, running
from config.bootstrap.clusters import Cluster
from config.bootstrap.environments import Places
from config.bootstrap.errors import BootstrapError
from config.bootstrap.processes import WEB
from tests.config.bootstrap.plans import said


@pytest.fixture
def ran(monkeypatch):
    """What was started, and how, by root on a machine without the accounts."""
    seen = []

    def start(command, **how):
        seen.append(how)
        return subprocess.CompletedProcess(command, 0, "", "")

    def absent(name):
        raise KeyError(name)

    monkeypatch.setattr(subprocess, "run", start)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", absent)
    return seen


@pytest.mark.sec("SEC-CF2")
def test_without_the_account_nothing_runs_as_root(ran, tmp_path):
    with pytest.raises(BootstrapError, match="Le compte repere n'existe pas"):
        running.run(Places(tmp_path, tmp_path), WEB, "check")

    assert ran == []


def test_root_becomes_the_account(ran, tmp_path, monkeypatch):
    nobody = pwd.struct_passwd(("repere", "x", 4711, 4712, "", "/", "/bin/false"))
    monkeypatch.setattr(pwd, "getpwnam", lambda _: nobody)

    running.run(Places(tmp_path, tmp_path), WEB, "check")

    assert [(how["user"], how["group"], how["extra_groups"]) for how in ran] == [(4711, 4712, [4712])]


def test_a_trial_says_that_it_needs_no_accounts(ran, tmp_path):
    running.run(Places(tmp_path, tmp_path, one_account=True), WEB, "check")

    assert [how.get("user") for how in ran] == [None]


def test_the_password_of_an_administrator_is_in_no_representation():
    cluster = Cluster("cases", plan.of(said()).databases.cases, "s3cr3t-of-the-administrator")

    assert "s3cr3t" not in repr(cluster)
