"""What bootstrap writes, the units start, the containers mount and the proxy serves is one and the same."""

import re
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

import audit.witness
from audit.notes import vkey
from audit.verifier import ED25519
from config.bootstrap import lines as env_lines
from config.bootstrap import plan, stages
from config.bootstrap.environments import COUNTS, Places
from config.bootstrap.files import READ_BY_OTHERS
from config.bootstrap.processes import PROCESSES, WITNESS
from encryption.signing import FileSigner
from tests.config.bootstrap import plans
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

    assert set(witness.variables) == test_units.PUBLIC | {"REPERE_WITNESS_PORT"}


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("http://127.0.0.1:8107", "8107"),
        ("http://localhost:9000", "9000"),
        ("https://witness.example", "8100"),
        ("https://witness.example:8443", "8100"),  # of the proxy that speaks TLS in front of it
        ("", "8100"),
    ],
)
def test_a_witness_listens_where_the_plan_says(tmp_path, address, port):
    written = plans.said(state=str(tmp_path), journal__witness_address=address)
    installed = stages.Installation(plan.of(written), Places(tmp_path / "etc", tmp_path / "state"), {})
    for step in [
        step
        for stage in (stages.folders, stages.keys_and_secrets, stages.environment_files)
        for step in stage(installed)
    ]:
        step.do()

    file = installed.places.environment(WITNESS).read_text()

    assert env_lines.read(file)["REPERE_WITNESS_PORT"] == port


@pytest.mark.parametrize("named", [True, False])
def test_the_unit_starts_it_there_and_on_the_usual_port_where_none_is_named(tmp_path, named):
    """The file of an earlier bootstrap names none."""
    port = nginx.free_port()
    environment = {
        "REPERE_WITNESS_NAME": "repere.example/witness",
        "REPERE_WITNESS_KEY_FILE": str(tmp_path / "w.key"),
        "REPERE_WITNESS_STORE": str(tmp_path / "w.db"),
        "REPERE_WITNESS_LOG": vkey(
            "one", ED25519, FileSigner(tmp_path / "log.key", make=True).ed25519_public()
        ),
    } | ({"REPERE_WITNESS_PORT": str(port)} if named else {})
    command = units.read("repere-witness.service")["Service"]["ExecStart"].split()[1:]
    words = [re.sub(r"\$\{(\w+)\}", lambda name: environment[name[1]], word) for word in command]
    served = []

    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", words[1:])
        patch.setattr(
            audit.witness,
            "server",
            lambda _, *place: served.append(place) or SimpleNamespace(serve_forever=int),
        )
        audit.witness.main()

    assert words[:2] == ["-m", "audit.witness"]
    assert served == [("127.0.0.1", port if named else 8100)]


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
