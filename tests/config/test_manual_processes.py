"""Which processes somebody runs by hand: their log is text, and their lines of the feed don't bury what they print."""

import os
import sys

import pytest

from tests.config.environments import PRODUCTION, settings_as_read


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Whether such a process logs text, and where it tells leaf hashes."""

    def asked(*words, **variables):
        monkeypatch.setattr(sys, "argv", list(words))
        monkeypatch.setattr(os, "environ", {**PRODUCTION, "REPERE_STATE_DIR": str(tmp_path), **variables})
        values = settings_as_read()
        return values["LOGGING"]["plain"], values["LEAF_FEED"]

    return asked


@pytest.mark.parametrize("words", [("first_people", "93"), ("tick",), ("migrate",), ("backup", "--note")])
@pytest.mark.parametrize("feed", ["stdout", "stderr"])
def test_a_command_logs_text_and_tells_the_feed_beside_what_it_prints(read, words, feed):
    assert read("manage.py", *words, REPERE_LEAF_FEED=feed) == (True, "syslog")
    assert read("/srv/repere/manage.py", *words, REPERE_LEAF_FEED=feed) == (True, "syslog")


@pytest.mark.parametrize("feed", ["", "/srv/leaves.log"])
def test_a_feed_of_its_own_stays(read, feed):
    assert read("manage.py", "tick", REPERE_LEAF_FEED=feed) == (True, feed)


@pytest.mark.parametrize(
    "words",
    [
        ("manage.py", "tick", "--forever"),
        ("manage.py", "sequence", "--forever"),
        ("manage.py", "demo"),
        ("manage.py",),
        ("gunicorn", "config.wsgi"),
        (),
    ],
)
def test_what_serves_logs_for_programs_and_tells_its_own_output(read, words):
    assert read(*words) == (False, "stdout")


def test_a_unit_of_systemd_is_no_hand(read, monkeypatch, tmp_path):
    """Its output is collected; a shell that only inherited the variable is one."""
    with (tmp_path / "stream").open("w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        number = os.fstat(stream.fileno())
        own = f"{number.st_dev}:{number.st_ino}"

        assert read("manage.py", "backup", "--note", JOURNAL_STREAM=own) == (False, "stdout")
        assert read("manage.py", "backup", "--note", JOURNAL_STREAM="8:1") == (True, "syslog")
