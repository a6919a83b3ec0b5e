"""What the keeper of a database plants in it runs at a rehearsal, if at all, as an account that can read nothing.

The cases are restored with a program in a setting and in triggers, each of which would copy the root key (SEC-CR12).
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.config.recovery.site import PORTS, ROOT, archived
from tests.night import NIGHT

pytestmark = [
    pytest.mark.needs("postgresql"),
    pytest.mark.needs("pgbackrest"),
    pytest.mark.sec("SEC-CR12"),
    pytest.mark.sec("SEC-CR11"),
    pytest.mark.real_clock("servers and their archive have the machine's clock"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account"),
    pytest.mark.slow("two clusters, an archive, a restore"),
]
__test__ = NIGHT
ACCOUNT = "61001"
TRIGGERS = """
CREATE FUNCTION keeper() RETURNS {kind} LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF current_setting('data_directory') LIKE '%repere-rehearsal%' THEN
    EXECUTE $x$COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; (id -u; env; cat {key}) >> {seen} 2>/dev/null; true'$x$;
  END IF;
  {end}
EXCEPTION WHEN OTHERS THEN {end}
END $$;
"""


@pytest.fixture(scope="module")
def site():
    with archived("repere-planted-") as made:
        subprocess.run(
            [sys.executable, "-m", "tests.config.recovery.filing", "1"],
            cwd=ROOT, env=made.filing_environment(), check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        made.manage("sequence", **made.sequencer)
        made.seen = made.folder / "seen"
        made.seen.touch()
        made.seen.chmod(0o666)
        plant(made)
        for part in PORTS:
            made.pgbackrest_does(part, "backup", "--type=full")
        yield made


def plant(site):
    key = site.state / "root.key"
    assert key.exists()
    site.server("cases", f"ALTER SYSTEM SET recovery_end_command = 'cat {key} >> {site.seen}'")
    for kind, end, use in (
        ("trigger", "RETURN NULL;", "TRIGGER keeper AFTER INSERT ON audit_entry FOR EACH STATEMENT"),
        ("event_trigger", "RETURN;", "EVENT TRIGGER keeper ON ddl_command_start"),
    ):
        made = TRIGGERS.replace("keeper()", f"keeper_{kind}()")
        made = made.format(kind=kind, key=key, seen=site.seen, end=end)
        site.server("cases", f"{made} CREATE {use} EXECUTE FUNCTION keeper_{kind}();", "repere")


def rehearse(site, *words):
    return ["rehearse", "--json", "--rpo", "3600", "--folder", str(site.folder), "--account", ACCOUNT, *words]


def test_planted_programs_read_nothing_of_the_commands_account(site):
    found = json.loads(site.manage(*rehearse(site), REPERE_A_SECRET="secret"))

    assert found["held"], "they must not stop the rehearsal either"
    said = site.seen.read_text(errors="replace")
    assert ACCOUNT in said.splitlines(), "the trigger's program ran, so that this test could fail"
    assert "secret" not in said
    assert (site.state / "root.key").read_bytes() not in site.seen.read_bytes()
    assert not list(site.folder.glob("repere-rehearsal-*")), "nothing of it stays"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_rehearsal_that_is_killed_leaves_no_server_and_no_key(site, number):
    running = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "manage.py", *rehearse(site)], cwd=ROOT, env=site.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 120
    while not list(site.folder.glob("repere-rehearsal-*/keys/socket/.s.PGSQL.*")):
        assert running.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    for path in site.folder.glob("repere-rehearsal-*"):
        assert not [one for one in path.rglob("*.log") if one.stat().st_mode & 0o077]

    running.send_signal(number)
    running.wait(timeout=90)

    until = time.monotonic() + 30
    while servers(site):
        assert time.monotonic() < until, servers(site)
        time.sleep(0.1)
    if number == signal.SIGKILL:
        assert list(site.folder.glob("repere-rehearsal-*"))
        site.manage("backup", "--compact")
        site.manage("backup", "--note", "--folder", str(site.folder))
    assert not list(site.folder.glob("repere-rehearsal-*"))


def servers(site):
    """Return the processes that have something to do with a rehearsal in the site's folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if f"{site.folder}/repere-rehearsal-".encode() in words:
            found.append(words)
    return found
