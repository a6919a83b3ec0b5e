"""What bootstrap writes, the units start, the containers mount and the proxy serves is one and the same."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.bootstrap.environments import COUNTS, Places
from config.bootstrap.files import READ_BY_OTHERS
from config.bootstrap.processes import PROCESSES
from tests.deploy import nginx, test_compose, test_units, units

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PLAN = tomllib.loads((DEPLOY / "repere.toml").read_text(encoding="utf-8"))


def test_accounts_environments_and_secrets_are_those_that_bootstrap_writes():
    ours = {process.name: (process.account, f"{process.name}.env", process.secrets) for process in PROCESSES}
    started = {
        environment: account for account, environment, _ in test_units.PROCESSES.values() if environment
    }

    assert set(test_compose.PROCESSES.values()) == set(ours.values())
    assert started == {environment: account for account, environment, _ in ours.values()}


def test_the_state_folder_of_a_unit_is_its_accounts():
    states = {account: state for account, _, state in test_units.PROCESSES.values() if state}

    assert states == {process.account: process.account for process in PROCESSES}


@pytest.mark.sec("SEC-CR12")
def test_the_ledger_is_where_the_service_may_write_and_the_owner_read():
    folder = Places(Path("/etc/repere"), Path("/var/lib")).ledger
    writing = {
        name for name in test_units.PROCESSES
        if f"-{folder}" in units.read(name)["Service"].get("ReadWritePaths", "").split()
    }  # fmt: skip
    mounted = {
        name: volume.removeprefix(f"ledger:{folder}")
        for name, service in test_compose.SERVICES.items()
        for volume in service.get("volumes", [])
        if volume.startswith("ledger:")
    }

    assert writing == {"repere-web@.service", "repere-worker.service"}
    assert mounted == {"web-1": "", "web-2": "", "worker": "", "owner": ":ro", "bootstrap": ""}
    image = (DEPLOY / "container" / "Containerfile").read_text()
    assert f"--mode {READ_BY_OTHERS:04o} --owner repere --group repere-owner {folder}\n" in image


def test_a_witness_is_told_what_bootstrap_says_of_it():
    (witness,) = (process for process in PROCESSES if process.name == "witness")

    assert set(witness.variables) == test_units.PUBLIC


def test_the_proxy_has_the_names_of_the_plan_and_is_believed():
    origin = urlsplit(PLAN["service"]["files_origin"])

    assert (PLAN["service"]["hosts"][0], origin.hostname) == nginx.NAMES
    assert PLAN["network"]["trusted_proxies"] == ["127.0.0.1"]
    assert "server 127.0.0.1:8001" in (DEPLOY / "nginx" / "upstream.conf").read_text()


def test_the_antivirus_is_where_the_plan_says():
    conf = (DEPLOY / "container" / "clamd.conf").read_text()

    assert f"LocalSocket {PLAN['attachments']['scanner'].removeprefix('unix:')}\n" in conf


def test_requests_are_counted_in_a_folder_in_memory_that_each_engine_makes():
    """A disk that is full of something else then costs no count."""
    unit = test_units.read("repere-web@.service")["Service"]
    web = {name: test_compose.SERVICES[name]["tmpfs"] for name in ("web-1", "web-2")}

    assert f"/run/{unit['RuntimeDirectory']}" == COUNTS
    assert (unit["RuntimeDirectoryMode"], unit["RuntimeDirectoryPreserve"]) == ("0700", "yes")
    for folders in web.values():
        assert [one for one in folders if one.startswith(f"{COUNTS}:")] == [
            f"{COUNTS}:size=16m,uid=10001,gid=10001,mode=0700"
        ]
