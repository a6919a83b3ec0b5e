"""Copies go by their age, even where no new one comes: pgBackRest's own retention would keep them (SEC-CR11)."""

import json
import os
import subprocess
import sys
import time

import pytest

from tests.config.recovery.site import ROOT
from tests.shared import plain_environment

pytestmark = [
    pytest.mark.sec("SEC-CR11"),
    pytest.mark.real_clock("the program has the machine's clock"),
]
PROGRAM = ROOT / "deploy" / "pgbackrest" / "expire.py"
HOUR = 3600
#: A repository that is a file of labels and instants; it keeps its only copy.
FAKE = """#!{python}
import json, sys
path = "{path}"
copies = json.load(open(path))
words = sys.argv[1:]
if words[-1] == "info":
    said = [{{"label": label, "timestamp": {{"start": start}}}} for label, start in copies.items()]
    print(json.dumps([{{"backup": said, "status": {{"code": {code}}}}}]))
elif not any(word.startswith("--set=") for word in words):
    kept = next(word for word in words if word.startswith("--repo1-retention-archive="))
    open(path + ".log", "w").write(kept.partition("=")[2])
else:
    label = next(word for word in words if word.startswith("--set=")).removeprefix("--set=")
    if len(copies) == 1 or label not in copies:
        sys.exit(1)
    json.dump({{name: at for name, at in copies.items() if not name.startswith(label)}}, open(path, "w"))
"""


@pytest.fixture
def expires(tmp_path):
    def expire(ages, *words, code=0):
        path = tmp_path / "copies.json"
        path.write_text(json.dumps({name: time.time() - hours * HOUR for name, hours in ages.items()}))
        program = tmp_path / "pgbackrest"
        program.write_text(FAKE.format(python=sys.executable, path=path, code=code))
        program.chmod(0o755)
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-I", str(PROGRAM), *words], check=False, capture_output=True, text=True,
            env=plain_environment() | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},  # the clock of the tests is in it
        )  # fmt: skip
        return done.returncode, set(json.loads(path.read_text())), done.stderr

    return expire


def test_keys_go_before_their_seventh_day_is_over(expires):
    assert expires({"a": 7 * 24 - 0.5, "b": 7 * 24 - 2, "c": 1}, "keys") == (0, {"b", "c"}, "")


def test_cases_go_after_35_days_with_what_builds_on_them(expires):
    assert expires({"a": 36 * 24, "a_diff": 35 * 24, "b": 34 * 24}, "cases") == (0, {"b"}, "")


def test_the_log_goes_with_the_oldest_whole_copy(expires, tmp_path):
    expires({"aF": 8 * 24, "bF": 5 * 24, "bF_cD": 4 * 24, "dF": 1}, "keys")

    assert (tmp_path / "copies.json.log").read_text() == "2", "the log of the two whole copies that are left"


def test_a_site_may_keep_them_shorter_and_never_longer(expires):
    ages = {"a": 6 * 24, "b": 4 * 24}

    assert expires(ages, "keys", "5")[1] == {"b"}
    assert expires(ages | {"c": 8 * 24}, "keys", "30")[1] == {"a", "b"}


def test_the_only_copy_stays_and_that_is_said(expires):
    status, left, said = expires({"a": 8 * 24}, "keys")

    assert (status, left) == (1, {"a"})
    assert "faites une copie complète" in said


def test_a_repository_that_cannot_be_read_is_never_taken_for_an_empty_one(expires):
    status, left, said = expires({"a": 8 * 24}, "keys", code=99)

    assert (status, left) == (1, {"a"})
    assert "ne peut pas être lu" in said
    assert expires({}, "keys", code=2)[0] == 0, "one without a copy can be"
