"""Each process has the variables that it needs, and no more: the table, what the settings read, what bootstrap writes."""

import dataclasses
import os
import stat
import subprocess
import sys

import pytest
from django.conf import UserSettingsHolder, settings

from config.bootstrap import environments, lines, plan, processes, stages
from config.bootstrap.clusters import Cluster
from config.bootstrap.environments import Places
from config.checks.production import settings_are_fit
from config.env import BASE_DIR
from tests.config.bootstrap.plans import said
from tests.config.environments import settings_as_read
from tests.night import some

#: Read outside production alone, or by the demonstration; the last one is set by systemd.
ELSEWHERE = {"REPERE_TEST_DATABASE_HOST", "PGHOST", "PGHOSTADDR", "PGSERVICE", "JOURNAL_STREAM"}
COMMANDS = {"web": "gunicorn", "worker": "tick", "sequencer": "sequence", "owner": "migrate"}
SERVED = {name: one for name, one in ((one.name, one) for one in processes.PROCESSES) if name in COMMANDS}


KNOWN = {variable for process in processes.PROCESSES for variable in process.variables}


class Recorded(dict):
    """An environment that notes what it is asked for."""

    def __init__(self, *given):
        super().__init__(*given)
        self.asked = set()

    def get(self, name, default=None):
        self.asked.add(name)
        return super().get(name, default)

    def __contains__(self, name):
        self.asked.add(name)
        return super().__contains__(name)


@pytest.fixture
def written(tmp_path):
    """An installation whose folders, keys and environments are there; no database."""
    chosen = plan.of(said(state=str(tmp_path / "state")))
    on = stages.Installation(chosen, Places(tmp_path / "etc", tmp_path / "state"), {})
    for stage in (stages.folders, stages.keys_and_secrets, stages.environment_files):
        for step in stage(on):
            step.do()
    return on


@pytest.fixture
def settings_of(monkeypatch):
    """The page of settings, read by a command in such an environment alone; and the names that it asked for."""

    def read(command, variables):
        environment = Recorded(variables)
        monkeypatch.setattr(os, "environ", environment)
        monkeypatch.setattr(sys, "argv", ["manage.py", command])
        values = settings_as_read()
        # Each text may be in a file (``env.text``).
        return values, {name if name in KNOWN else name.removesuffix("_FILE") for name in environment.asked}

    return read


@pytest.mark.sec("SEC-CF2")
@pytest.mark.parametrize("name", SERVED)
def test_the_table_holds_whatever_the_settings_read(written, settings_of, name):
    process = SERVED[name]
    variables = lines.read(written.places.environment(process).read_text())

    _, asked = settings_of(COMMANDS[name], variables)

    assert asked - ELSEWHERE - KNOWN == set()


def test_the_table_names_nothing_that_no_process_reads(written, settings_of):
    read = set()
    for name, process in SERVED.items():
        variables = lines.read(written.places.environment(process).read_text())
        read |= settings_of(COMMANDS[name], variables)[1]
    known = {variable for process in SERVED.values() for variable in process.variables}

    assert known - read == set()


@pytest.mark.parametrize("process", processes.PROCESSES, ids=lambda process: process.name)
def test_a_file_has_its_own_variables_and_no_secret(written, process):
    text = written.places.environment(process).read_text()

    assert all(process.takes(name) for name in lines.read(text))
    for secret in written.places.out.rglob("secrets/*/*"):
        for line in secret.read_text().splitlines():
            assert line not in text, secret


@pytest.mark.sec("SEC-CF2")
def test_only_the_owner_has_the_owners_login_and_only_the_sequencer_the_signing_key(written):
    told = {one.name: lines.read(written.places.environment(one).read_text()) for one in processes.PROCESSES}

    assert [name for name, said_ in told.items() if any(key.startswith("MIGRATION_") for key in said_)] == [
        "owner"
    ]
    assert [name for name, said_ in told.items() if "REPERE_LOG_KEY_FILE" in said_] == ["sequencer"]
    assert [name for name, said_ in told.items() if "REPERE_SECRET_KEY_FILE" in said_] == ["web", "worker"]
    assert not any("DATABASE_URL_FILE" in name for name in told["witness"])


@pytest.mark.sec("SEC-CR12")
def test_the_owner_reads_the_ledger_of_the_service_and_may_be_given_a_witness_file(written):
    told = {name: written.places.environment(one).read_text() for name, one in SERVED.items()}
    ledger = written.places.ledger

    for name in ("web", "worker", "owner"):
        assert f"REPERE_SHRED_FILE={ledger / 'shreds.log'}\n" in told[name]
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o2750
    assert "REPERE_LOG_WITNESS_FILE=\n" in told["web"]
    assert "REPERE_LOG_WITNESS_FILE" not in told["owner"]

    assert "REPERE_LEAF_FEED=stderr\n" in told["owner"], "what it prints may be data"
    file = {"REPERE_LEAF_FEED": "/srv/leaves.log"}
    with_file = dataclasses.replace(written.plan, settings=file)
    for process in (processes.WEB, processes.WORKER, processes.OWNER):
        assert file.items() <= environments.variables(process, with_file, written.places).items()

    by_hand = f"{told['owner']}REPERE_LOG_WITNESS_FILE=/srv/copies/witness.txt\n"
    said_ = environments.variables(processes.OWNER, written.plan, written.places)
    kept = environments.merged(processes.OWNER, said_, by_hand)
    assert kept["REPERE_LOG_WITNESS_FILE"] == "/srv/copies/witness.txt"


@pytest.mark.parametrize("name", SERVED)
def test_each_process_reads_its_file(written, settings_of, name):
    """The sequencer and the owner start without hosts, secret, antivirus and host of files."""
    variables = lines.read(written.places.environment(SERVED[name]).read_text())

    values, _ = settings_of(COMMANDS[name], variables)

    assert "REPERE_AUDITOR_ROLE" not in variables, "as it is by default"
    assert values["PRODUCTION"]
    assert values["LOG_ORIGIN"] == "repere.example/journal"
    assert values["DATABASE_ROLE"] == {"sequencer": "repere_sequencer", "owner": ""}.get(name, "repere_app")


#: Without these the sequencer can't start, or would sign in the wrong place; all others have a default that is right.
NEEDED = {
    "sequencer": {"REPERE_MODE", "DATABASE_URL", "KEYS_DATABASE_URL", "REPERE_KEY_FILE", "REPERE_LOG_ORIGIN"},
    "owner": {"REPERE_MODE", "MIGRATION_DATABASE_URL", "MIGRATION_KEYS_DATABASE_URL", "REPERE_KEY_FILE", "REPERE_LOG_ORIGIN"},
}  # fmt: skip


@pytest.mark.parametrize("name", NEEDED)
def test_few_of_them_are_required(written, settings_of, tmp_path, name):
    variables = lines.read(written.places.environment(SERVED[name]).read_text())
    few = {
        key: value
        for key, value in variables.items()
        if key in NEEDED[name] or key.removesuffix("_FILE") in NEEDED[name]
    }
    few["REPERE_STATE_DIR"] = str(tmp_path)

    settings_of(COMMANDS[name], few)


def test_roles_of_other_names_reach_each_process(tmp_path):
    document = said(
        state=str(tmp_path / "state"),
        roles__service="a_app",
        roles__auditor="a_aud",
        roles__sequencer="a_seq",
    )
    on = stages.Installation(plan.of(document), Places(tmp_path / "etc", tmp_path / "state"), {})
    for stage in (stages.folders, stages.keys_and_secrets, stages.environment_files):
        for step in stage(on):
            step.do()

    for name, own in {"web": "a_app", "worker": "a_app", "sequencer": "a_seq", "owner": "a_app"}.items():
        told = lines.read(on.places.environment(SERVED[name]).read_text())
        assert (told["REPERE_DATABASE_ROLE"], told["REPERE_AUDITOR_ROLE"]) == (own, "a_aud")
        assert told["REPERE_SEQUENCER_ROLE"] == "a_seq"


def test_one_of_two_sequencers_is_told_so_and_nobody_else(tmp_path):
    document = said(state=str(tmp_path / "state"), journal__standby=True)
    on = stages.Installation(plan.of(document), Places(tmp_path / "etc", tmp_path / "state"), {})
    for stage in (stages.folders, stages.keys_and_secrets, stages.environment_files):
        for step in stage(on):
            step.do()

    told = {
        one.name
        for one in processes.PROCESSES
        if lines.read(on.places.environment(one).read_text()).get("REPERE_LOG_STANDBY") == "yes"
    }

    assert told == {"sequencer"}


def test_only_web_servers_name_filings(written):
    told = {
        one.name: lines.read(written.places.environment(one).read_text()).get("REPERE_FILING_FEED")
        for one in processes.PROCESSES
    }

    assert {name for name, feed in told.items() if feed} == {"web"}
    assert told["web"] == str(written.places.home(processes.WEB) / "filings.log")


def test_a_cluster_says_where_it_is():
    assert Cluster("cases", plan.of(said()).databases.cases).place == "/nowhere:5432"


_FOUND = """
import sys
sys.argv = ["manage.py", sys.argv[1]]
import django
django.setup()
from config.checks.production import settings_are_fit
print(*(message.id for message in settings_are_fit() if message.is_serious()))
"""


@pytest.mark.parametrize("name", SERVED)
def test_the_checks_of_settings_pass_with_its_own_file(written, settings_of, monkeypatch, name):
    told = lines.read(written.places.environment(SERVED[name]).read_text())
    values, _ = settings_of(COMMANDS[name], told)
    own = UserSettingsHolder(settings._wrapped)
    vars(own).update({key: value for key, value in values.items() if key.isupper()})
    monkeypatch.setattr(settings, "_wrapped", own)

    assert settings.PRODUCTION
    assert [one.id for one in settings_are_fit() if one.is_serious()] == []


@pytest.mark.slow("a process of its own")
@pytest.mark.parametrize("name", some(list(SERVED), "process"))
def test_they_pass_in_a_process_that_has_its_file_alone(written, name):
    told = lines.read(written.places.environment(SERVED[name]).read_text())
    done = subprocess.run(  # noqa: S603 - the script above
        [sys.executable, "-c", _FOUND, COMMANDS[name]], cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", **told},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.split() == []
