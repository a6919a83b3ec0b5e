"""The compose file: valid by its schema; each container confined, with its own account, secrets and networks alone."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.deploy.test_container import ACCOUNTS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "container"
FILE = FOLDER / "compose.yaml"
SERVICES = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
NETWORKS = yaml.safe_load(FILE.read_text(encoding="utf-8"))["networks"]
#: Who is in which network. Nobody but the proxy is reached from outside, and the antivirus reaches nobody.
MEMBERS = {
    "public": {"proxy"},
    "edge": {"proxy", "web-1", "web-2"},
    "cases": {"cases", "web-1", "web-2", "worker", "sequencer", "owner", "bootstrap"},
    "keys": {"keys", "web-1", "web-2", "worker", "sequencer", "owner", "bootstrap"},
    "outside": {"web-1", "web-2", "worker", "sequencer", "owner", "bootstrap"},
    "signatures": {"freshclam"},
}
#: It gives files to accounts, and runs the checks of each process as its account.
BOOTSTRAP_MAY = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"]
#: Account, environment and folder of secrets of each process of ours.
PROCESSES = {
    "web-1": ("repere", "web.env", "service"),
    "web-2": ("repere", "web.env", "service"),
    "worker": ("repere", "worker.env", "service"),
    "sequencer": ("repere-log", "sequencer.env", "sequencer"),
    "witness": ("repere-witness", "witness.env", "witness"),
    "owner": ("repere-owner", "owner.env", "owner"),
}


def test_the_file_is_valid():
    program = Path(sys.executable).with_name("check-jsonschema")
    run = subprocess.run(  # noqa: S603
        [program, "--builtin-schema", "vendor.compose-spec", FILE],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_little(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (BOOTSTRAP_MAY if name == "bootstrap" else [])
    assert service["security_opt"] == ["no-new-privileges:true"], "and the engine's own profile of seccomp"
    assert service["ulimits"]["core"] == 0
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["logging"]["driver"] == "journald"
    assert not service.keys() & {"privileged", "pid", "ipc", "devices", "userns_mode"}
    assert name == "bootstrap" or service["user"].split(":")[0] not in ("0", "root")
    assert ("ports" in service) == (name == "proxy")
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))


def test_who_runs_for_ever_is_started_again():
    once = {name for name, service in SERVICES.items() if service["restart"] == "no"}

    assert once == {name for name, service in SERVICES.items() if service.get("profiles") == ["owner"]}
    assert once == {"owner", "bootstrap"}
    assert {service["restart"] for name, service in SERVICES.items() if name not in once} == {
        "unless-stopped"
    }


def test_who_need_not_talk_cannot():
    found = {
        network: {name for name, service in SERVICES.items() if network in service.get("networks", ())}
        for network in NETWORKS
    }

    assert found == MEMBERS
    assert {name for name, network in NETWORKS.items() if network.get("internal")} == {
        "edge",
        "cases",
        "keys",
    }
    assert {name: s["network_mode"] for name, s in SERVICES.items() if "network_mode" in s} == {
        "clamd": "none", "witness": "service:sequencer",
    }  # fmt: skip


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_has_its_own_account_environment_and_secrets(name):
    account, environment, secrets = PROCESSES[name]
    service = SERVICES[name]
    configured = {volume for volume in service["volumes"] if volume.startswith("/etc/repere")}

    assert service["user"] == f"{ACCOUNTS[account]}:{ACCOUNTS[account]}"
    # Databases start, and bootstrap runs, before there is such a file; the image's mode refuses to serve without one.
    assert service["env_file"] == [{"path": f"/etc/repere/{environment}", "required": False}]
    assert configured - {"/etc/repere/tls/ca.crt:/etc/repere/tls/ca.crt:ro"} == {
        f"/etc/repere/secrets/{secrets}:/etc/repere/secrets/{secrets}:ro"
    }


def test_no_value_is_a_secret():
    said = {
        name: value for service in SERVICES.values() for name, value in service.get("environment", {}).items()
    }

    assert said.keys() == {"POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS"}
    assert not re.search(r"postgres://\S+:\S+@", FILE.read_text())


def test_each_file_of_the_repository_that_is_mounted_is_there():
    volumes = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    mounted = {volume.split(":")[0] for volume in volumes if volume.startswith(".")}

    assert mounted
    for path in mounted:
        assert (FOLDER / path).resolve().is_file(), path


def test_the_proxy_asks_both_web_servers_and_they_believe_it_alone():
    asked = re.findall(r"server ([\d.]+):8000", (FOLDER / "upstream.conf").read_text())
    addresses = [SERVICES[name]["networks"]["edge"]["ipv4_address"] for name in ("web-1", "web-2")]

    assert asked == addresses * 2, "while both rest they are asked all the same"
    for name, address in zip(("web-1", "web-2"), addresses, strict=True):
        command = SERVICES[name].get("command", [])
        heard = {said for before, said in itertools.pairwise(command) if before == "--bind"}
        assert heard == {"127.0.0.1:8000", f"{address}:8000"}, "the databases' networks don't reach it"
        assert command[:3] == ["gunicorn", "--config", "python:config.gunicorn"]
        assert command[-1] == "config.wsgi"
    proxy = SERVICES["proxy"]["networks"]["edge"]["ipv4_address"]
    assert f"REPERE_TRUSTED_PROXIES={proxy}" in FILE.read_text()
