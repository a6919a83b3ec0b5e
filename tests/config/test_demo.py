"""The demonstration as a newcomer meets it: a command, what it prints, and the lines that one pastes."""

import json
import re
import shlex
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests import forked
from tests.night import NIGHT
from tests.shared import ROOT, demonstration, plain_environment

READY = "Le service répond sur "
PLAYED = {
    "S1": "Première analyse en cours",
    "S3": "Protection judiciaire en cours",
    "S7": "Qualifiée information préoccupante",
    "S8": "Rapport remis – décision attendue",
    "S12": "Protection judiciaire en cours",
}


def environment(state, **more):
    """A newcomer's environment: no setting of the service but its state folder."""
    return plain_environment() | {"REPERE_STATE_DIR": str(state)} | more


def managed(state, *words, **more):
    """Run a command in a fork of the test."""
    env = environment(state, DJANGO_SETTINGS_MODULE="config.settings", **more)
    return forked.run(["manage.py", *words], env=env, cwd=ROOT)


if NIGHT:  # a quarter of a minute each

    @pytest.mark.needs("faketime")
    @pytest.mark.slow("prepares the demonstration")
    @pytest.mark.parametrize("hour", range(24))
    def test_it_can_be_prepared_at_any_hour(tmp_path, hour):
        """A day that a story names is one of its authority, where it begins an hour or two before that of UTC."""
        run = subprocess.run(  # noqa: S603 - our own command
            ["faketime", "-f", f"@2026-11-24 {hour:02}:35:00", sys.executable, "manage.py", "demo", "--no-serve"],  # noqa: S607
            cwd=ROOT, env=environment(tmp_path) | {"TZ": "UTC"}, capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip

        assert run.returncode == 0, run.stderr[-600:]


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(state):
    """The service as ``make demo`` runs it; yields what it printed before it was ready."""
    running = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "demo", "--port", str(free_port())],
        cwd=ROOT, env=environment(state), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = []
        for line in running.stdout:
            said.append(line)
            if line.startswith(READY):
                break
        yield "".join(said)
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)


def curl(words):
    """Do what curl would do with the words of a printed line; return status and JSON."""
    headers, data, address, kept = {}, None, "", None
    rest = iter(words[1:])
    for word in rest:
        if word == "-H":
            name, value = next(rest).split(": ", 1)
            headers[name] = value
        elif word == "-d":
            data = next(rest)
        elif word == "-w":
            next(rest)
        elif word == "-o":
            kept = Path(next(rest))
        elif word != "-sS":
            address = word
    body = Path(data[1:]).read_bytes() if data and data.startswith("@") else data and data.encode()
    request = urllib.request.Request(address, data=body or None, headers=headers)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
            return answer.status, json.load(answer) if kept is None else kept.write_bytes(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def run(words):
    """Run another command; return its status, 0 when all is well, and what it says."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our line
    return done.returncode, done.stdout


def pasted(said):
    """Run the printed lines, each part of a line after the one before has worked."""
    answers = []
    for line in said.splitlines():
        if line.startswith("curl "):
            for part in line.split(" && "):
                words = shlex.split(part)
                status, body = curl(words) if words[0] == "curl" else run(words)
                assert status < 400, (part[:80], status, body)
                answers.append((status, body))
    return answers


def cases_of(said):
    """The lines of the cases that were played, by number."""
    lines = [line.split(None, 1) for line in said.splitlines() if line.startswith("  S")]
    return {number: told for number, told in lines if number in PLAYED}


def is_untouched(database):
    """Tell that nothing was made in a database; that the file exists tells only of a connection."""
    return not database.exists() or database.stat().st_size == 0


@pytest.fixture(scope="module")
def twice(tmp_path_factory, folder_of_run):
    """Run twice in one state folder: prepared only, then served, the printed lines pasted."""
    state = tmp_path_factory.mktemp("a newcomer's")
    first = demonstration(folder_of_run, state)
    with served(state) as second:
        answers = pasted(second)
    return state, first, second, answers


@pytest.mark.slow("the demonstration in processes of its own")
def test_every_scenario_stands_where_it_should(twice):
    _, first, _, _ = twice

    told = cases_of(first)

    assert set(told) == set(PLAYED)
    for number, state in PLAYED.items():
        assert told[number].endswith(f" – {state}")


def test_a_second_run_plays_nothing_again_and_changes_the_tokens(twice):
    _, first, second, _ = twice

    tokens = [{word for word in said.split() if word.startswith("rep_")} for said in (first, second)]

    assert cases_of(first) == cases_of(second)
    assert tokens[0]
    assert not tokens[0] & tokens[1]


def test_the_lines_to_try_work_when_pasted(twice):
    _, _, _, ((filed, receipt), (_, queue), (_, _), (looked, _), (_, triaged), (_, journal), *_) = twice

    assert filed == 201
    assert receipt["status"]["code"] == "received"
    assert receipt["reference"] in {row["reference"] for row in queue["results"]}
    assert looked == 200
    assert triaged["state"]["code"] == "triage"
    assert {"referral:submit", "referral:start_triage", "list:opened"} <= {
        e["act"] for e in journal["results"]
    }


def test_the_concern_to_file_is_of_no_family_that_was_played(twice):
    """A match found between two lines, which nobody has looked at, would stop the first analysis (T06)."""
    state, _, _, _ = twice
    concern = (state / "demo_concern.json").read_text(encoding="utf-8")

    assert [said for said in ("Exemple", "Spécimen", "Maquette", "Fictif") if said in concern] == []


def test_the_journal_is_verified_without_the_service_as_the_last_line_says(twice):
    _, _, _, answers = twice
    status, said = answers[-1]

    assert status == 0, said
    assert "localhost/journal" in said
    assert "Tout concorde." in said


@pytest.mark.slow("the demonstration in processes of its own")
def test_what_the_readme_lets_one_check_is_so(twice, tmp_path):
    """README, "What is protected": its commands, run where the state folder is called ``var``."""
    state, _, _, _ = twice
    (tmp_path / "var").symlink_to(state)
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [shlex.split(line) for line in page.splitlines() if line.startswith((".venv/bin/python ", "cp "))]
    for name in ("audit", "manage.py"):
        (tmp_path / name).symlink_to(ROOT / name)

    name, erased, _copied, exported, verified = (
        subprocess.run(  # noqa: S603 - our page
            [sys.executable if line[0].endswith("python") else line[0], *line[1:]],
            cwd=tmp_path, env=environment(state), capture_output=True, text=True, check=False,
        )
        for line in lines
    )  # fmt: skip

    assert name.stdout.startswith(("(b'", '(b"'))
    assert not [given for given in ("Inès", "Lou", "Kim", "Lina", "Exemple") if given in name.stdout]
    assert "IntegrityError" in erased.stderr
    assert exported.returncode == 0, exported.stderr
    assert verified.returncode == 0, verified.stdout
    assert "Tout concorde." in verified.stdout


def test_older_tokens_open_nothing(twice):
    state, _, _, _ = twice

    with closing(sqlite3.connect(state / "repere.sqlite3")) as database:
        usable = "SELECT count(*), count(DISTINCT membership_id) FROM accounts_token WHERE revoked_at IS NULL"
        tokens, memberships = database.execute(usable).fetchone()

    assert tokens == memberships > 60


def test_every_role_of_each_authority_has_an_account(twice):
    state, _, second, _ = twice
    from accounts.roles import Role

    file = state / "demo_accounts.txt"
    accounts = [line for line in file.read_text(encoding="utf-8").splitlines() if line]

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(file) in second
    for code in ("75", "93", "59"):
        for role in Role:
            assert any(f" {role}.{code}@demo.invalid " in line for line in accounts), (role, code)
    assert all(line.split()[-1].startswith("rep_") for line in accounts)


def test_production_settings_are_refused(tmp_path):
    refused = managed(
        tmp_path, "demo", "--no-serve",
        REPERE_MODE="production", REPERE_SECRET_KEY="x" * 60, REPERE_ALLOWED_HOSTS="repere.example",
        DATABASE_URL=f"sqlite:///{tmp_path}/a", KEYS_DATABASE_URL=f"sqlite:///{tmp_path}/b",
        REPERE_KEY_FILE=f"{tmp_path}/k",
    )  # fmt: skip

    assert refused.returncode != 0
    assert "réglages de production" in refused.stderr
    assert is_untouched(tmp_path / "a")


def test_a_taken_port_is_said_before_anything_is_done(tmp_path):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = managed(tmp_path, "demo", "--port", str(port))

    assert refused.returncode == 1
    assert f"make demo PORT={port + 1}" in refused.stderr
    assert is_untouched(tmp_path / "repere.sqlite3")


@pytest.mark.slow("the demonstration in processes of its own")
def test_the_printed_command_tells_a_code_and_in_production_none(twice, django_db_blocker):
    state, _, second, _ = twice
    (line,) = [line for line in second.splitlines() if "demo_code" in line]
    words = shlex.split(line.partition(" : ")[2])
    told = subprocess.run(  # noqa: S603 - our own line
        words, cwd=ROOT, env=environment(state), capture_output=True, text=True, check=False
    )

    assert re.fullmatch(r"[0-9]{6}\n", told.stdout)
    command = words[words.index("demo_code") :]
    with django_db_blocker.unblock():
        nobody = managed(state, *command[:-1], "nobody.93")
    assert nobody.returncode == 1
    assert "Personne de ce nom" in nobody.stderr
    assert managed(state, *command, REPERE_MODE="production").returncode == 1
