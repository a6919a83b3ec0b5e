"""Environment files: what is written is what the shipped script, a shell and bootstrap itself take; no line is run."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from config.bootstrap import lines, plan
from config.bootstrap.errors import BootstrapError
from config.env import BASE_DIR
from tests.config.bootstrap.plans import said

NAMES = st.from_regex(r"REPERE_[A-Z][A-Z0-9_]{0,12}", fullmatch=True)
VALUES = st.text(max_size=20) | st.text(alphabet="aé &;|<>(){}*?~!^[]=:,%+-.@/ 0", max_size=20)
_TOLD = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A copy of the script, whose manage.py says the environment that it has been given."""
    root = tmp_path_factory.mktemp("machine")
    (root / "deploy").mkdir()
    shutil.copy(BASE_DIR / "deploy" / "repere", root / "deploy" / "repere")
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (root / "manage.py").write_text(_TOLD)
    return root


def run(machine: Path, text: str) -> "subprocess.CompletedProcess[str]":
    (machine / "web.env").write_text(text, encoding="utf-8")
    return subprocess.run(  # noqa: S603 - our own words
        ["/bin/sh", str(machine / "deploy" / "repere"), "web", "told"],
        env={"PATH": os.environ["PATH"], "REPERE_CONFIG": str(machine)}, cwd=machine,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def of_script(machine: Path, text: str) -> dict[str, str]:
    done = run(machine, text)
    assert done.returncode == 0, done.stderr
    return {name: value for name, value in json.loads(done.stdout).items() if name.startswith("REPERE_")}


def of_shell(machine: Path, text: str) -> dict[str, str]:
    (machine / "web.env").write_text(text, encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own words
        ["/bin/sh", "-c", f'set -a; . ./web.env; exec {sys.executable} -c "{_TOLD}"'],
        env={"LANG": "C.UTF-8"}, cwd=machine, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {name: value for name, value in json.loads(done.stdout).items() if name.startswith("REPERE_")}


@given(values=st.dictionaries(NAMES, VALUES, max_size=6))
@example(values={"REPERE_VAULT_ADDR": "https://v.example/?a=1&b=2;touch<x", "REPERE_A": "~", "REPERE_B": ""})
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_reader_takes_what_was_written(machine, values):
    values = {name: value for name, value in values.items() if lines.is_plain(value)}
    assume(values)
    text = lines.written(values)

    assert lines.read(text) == values
    assert of_script(machine, text) == values
    assert of_shell(machine, text) == values
    assert not (machine / "x").exists()


@given(name=st.text(max_size=12), value=st.text(max_size=12))
def test_whatever_is_written_reads_back_or_is_refused(name, value):
    try:
        text = lines.written({name: value})
    except BootstrapError:
        return

    assert lines.read(text) == {name: value}
    assert text.count("\n") == 1


INJECTED = {
    "a second line": "REPERE_OIDC_A\nREPERE_MODE=local\nREPERE_ALLOW_X",
    "a command": "REPERE_OIDC_B;touch pwned;",
    "a name that no provider has": "REPERE_OIDC_PROCONNECT_ANYTHING",
    "a name without its provider": "REPERE_OIDC_ISSUER",
    "small letters": "REPERE_OIDC_proconnect_ISSUER",
}


@pytest.mark.sec("SEC-CF2")
@pytest.mark.parametrize("name", INJECTED.values(), ids=INJECTED.keys())
def test_the_name_of_a_setting_is_one_that_a_process_reads(name):
    with pytest.raises(BootstrapError) as refused:
        plan.of(said(settings={name: "1"}))

    assert "settings" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_settings_of_a_provider_are_taken():
    names = ("REPERE_OIDC_PROCONNECT_ISSUER", "REPERE_OIDC_PROCONNECT_SECOND_FACTOR_ACR")
    given_settings = {**dict.fromkeys(names, "x"), "REPERE_OIDC_PROCONNECT_CLIENT_SECRET_FILE": "/x"}

    assert plan.of(said(settings=given_settings)).settings == given_settings


@pytest.mark.parametrize("value", ["a\u2028REPERE_MODE=local", "a\x85b", "`id`", "$(id)", "a\\", "a'b", " a"])
def test_a_value_that_readers_take_differently_is_refused(value):
    with pytest.raises(BootstrapError, match=r"settings\.REPERE_ROLE_REVIEW_DAYS contient"):
        plan.of(said(settings={"REPERE_ROLE_REVIEW_DAYS": value}))


@pytest.mark.parametrize("line", ["touch pwned", "A;touch pwned=1", "export REPERE_A=1", "REPERE_a=1", "=1"])
def test_the_script_runs_no_line_of_a_file(machine, line):
    done = run(machine, f"REPERE_A=1\n{line}\n")

    assert done.returncode == 1
    assert "not NAME=value" in done.stderr
    assert not (machine / "pwned").exists()


def test_what_somebody_wrote_by_hand_is_read_alike(machine):
    text = "# a note\n\n  REPERE_A = x \nREPERE_B='b c'\r\nREPERE_C=\"$(touch pwned) `touch pwned`\"\nREPERE_D=a=b"

    found = of_script(machine, text.replace("REPERE_A = x", "REPERE_A=x"))

    assert found == lines.read(text)
    assert found["REPERE_C"] == "$(touch pwned) `touch pwned`"
    assert not (machine / "pwned").exists()
