"""The units of systemd: sound by systemd's own tools, confined, with the account and environment of their process."""

import re

import pytest

from referrals.attachments.confine import _ALLOWED
from tests.deploy.units import FOLDER, allowed_calls, analyze, read

SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
TIMERS = sorted(path.name for path in FOLDER.glob("*.timer"))
#: Account, environment and state folder of each process, as docs/install.md has them.
PROCESSES = {
    "repere-web@.service": ("repere", "web.env", "repere"),
    "repere-worker.service": ("repere", "worker.env", "repere"),
    "repere-sequencer.service": ("repere-log", "sequencer.env", "repere-log"),
    "repere-witness.service": ("repere-witness", "witness.env", "repere-witness"),
    "repere-backup.service": ("repere-owner", "owner.env", "repere-owner"),
    "repere-backup-compact.service": ("repere-owner", "owner.env", "repere-owner"),
    "repere-backup-note.service": ("repere-owner", "owner.env", "repere-owner"),
    "repere-rehearsal.service": ("repere-owner", "owner.env", "repere-owner"),
    "repere-backup-full@.service": ("postgres", None, None),
    "repere-backup-diff@.service": ("postgres", None, None),
    "repere-backup-expire@.service": ("postgres", None, None),
}
#: From nought to ten, times ten, as systemd-analyze rates what a process that is broken into could still do.
EXPOSURE = 18
#: Under these a rehearsal runs what it restored, with what the command needs for it; and what it may be rated then.
RESTORED = {"repere-rehearsal", "repere-rehearsal-keys"}
RIGHTS = {"CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_KILL"}
EXPOSURES = {"repere-rehearsal.service": 24}
#: The only variables in a command line: paths and names that anybody may know. ``ps`` shows them to all.
PUBLIC = {
    "REPERE_WITNESS_NAME", "REPERE_WITNESS_KEY_FILE", "REPERE_WITNESS_STORE", "REPERE_WITNESS_LOG",
}  # fmt: skip

needs_systemd = pytest.mark.needs("systemd-analyze")


@pytest.fixture
def installed(tmp_path):
    """The units in a folder of their own, as if the programs that they start were there."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("python", "python3", "gunicorn", "pgbackrest"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    for path in FOLDER.rglob("*"):
        if path.is_file():
            place = tmp_path / "units" / path.relative_to(FOLDER)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(re.sub(r"(/srv/repere/\.venv|/usr)/bin", str(programs), path.read_text()))
    return tmp_path / "units"


def test_each_process_has_its_unit():
    assert set(SERVICES) == set(PROCESSES)


@needs_systemd
def test_systemd_finds_nothing_wrong(installed):
    files = [path.name for path in installed.iterdir() if path.suffix in (".service", ".timer", ".target")]

    assert analyze("verify", *files, cwd=installed) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_a_process_that_is_broken_into_can_do_little(installed, name):
    status, said = analyze(
        "security",
        "--offline=true",
        f"--threshold={EXPOSURES.get(name, EXPOSURE)}",
        f"./{name}",
        cwd=installed,
    )

    assert status == 0, said


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_has_its_own_account_environment_and_folder(name):
    service = read(name)["Service"]
    account, environment, state = PROCESSES[name]

    assert (service["User"], service["Group"]) == (account, account)
    assert service.get("EnvironmentFile") == (environment and f"/etc/repere/{environment}")
    assert service.get("StateDirectory") == state


def test_each_account_is_made():
    lines = (FOLDER / "repere.sysusers.conf").read_text().splitlines()
    made = {line.split()[1] for line in lines if line[0] == "u"}

    assert made == {account for account, _, _ in PROCESSES.values()} - {"postgres"} | RESTORED
    assert not [line for line in lines if line[0] == "m"], "no account is in another's group"


def test_the_rehearsal_alone_may_change_its_account():
    """What is restored runs under accounts that may read nothing; the command must be able to become them."""
    own = read("repere-rehearsal.service.d/rehearsal.conf")["Service"]

    assert set(own["CapabilityBoundingSet"].split()) == RIGHTS
    assert own["AmbientCapabilities"] == own["CapabilityBoundingSet"]
    assert {"@setuid", "@chown", "capset"} <= set(own["SystemCallFilter"].split())
    others = [
        path.read_text() for path in FOLDER.rglob("*") if path.is_file() and path.name != "rehearsal.conf"
    ]
    assert not [text for text in others if "CAP_" in text]


@pytest.mark.sec("SEC-CF2")
@pytest.mark.parametrize("name", SERVICES)
def test_a_command_line_shows_no_secret(name):
    text = (FOLDER / name).read_text()
    command = read(name)["Service"]["ExecStart"]

    assert set(re.findall(r"\$\{?(\w+)", command)) <= PUBLIC
    assert not re.search(r"postgres://|password|token=|secret", command, re.IGNORECASE)
    assert "\nEnvironment=" not in text, "what a process is told stands in its environment file"


@pytest.mark.parametrize("path", [path for path in FOLDER.rglob("*") if path.suffix in (".service", ".conf")])
def test_no_unit_removes_the_shared_memory_of_its_account(path):
    """Backups run as ``postgres``: at the end of one, its clusters would lose the memory that they share."""
    assert not re.search(r"^RemoveIPC=(?!no$)", path.read_text(), re.MULTILINE)


def after(name):
    return set(read(name)["Unit"]["After"].split())


@pytest.mark.parametrize("kind", ["service", "timer"])
def test_copies_keep_their_order_when_a_machine_was_off_at_their_hours(kind):
    """Timers are persistent: at the next start all of them elapse at once."""
    copies = {f"repere-backup-{one}.{kind}" for one in ("full@cases", "diff@cases", "full@keys")}
    keys = "repere-backup-full@.service" if kind == "service" else "repere-backup-full@keys.timer"

    assert f"repere-backup-compact.{kind}" in after(keys)
    assert copies <= after(f"repere-backup-note.{kind}")


def test_a_folder_of_copies_that_is_missing_is_told_by_the_command():
    """Without the sign systemd ends with a number (226/NAMESPACE), and the command never runs."""
    folders = read("repere-backup.service")["Service"]["ReadWritePaths"].split()

    assert folders == ["-/backup/cases", "-/backup/keys"]


@pytest.mark.sec("SEC-CR11")
def test_no_copy_of_the_keys_is_made_before_their_table_is_rewritten():
    """A failed rewriting must stop the copy, which would hold rests of destroyed keys."""
    unit = read("repere-backup-full@keys.service.d/compact.conf")["Unit"]

    assert unit["Requires"] == unit["After"] == "repere-backup-compact.service"


@pytest.mark.parametrize("name", SERVICES)
def test_no_process_reloads(name):
    """A reload keeps the old environment, so a changed setting would hold in half of the processes."""
    assert "ExecReload" not in read(name)["Service"]


@pytest.mark.parametrize(
    "name", [name for name in SERVICES if read(name)["Service"].get("Type") != "oneshot"]
)
def test_a_process_that_ends_is_started_again_for_ever(name):
    unit = read(name)

    assert unit["Service"]["Restart"] == "always"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert unit["Install"]["WantedBy"] == "repere.target"


@needs_systemd
@pytest.mark.parametrize("name", TIMERS)
def test_a_timer_starts_a_unit_that_is_there_and_at_a_time_that_exists(name):
    unit = name.replace(".timer", ".service")

    assert unit in SERVICES or re.sub(r"@\w+", "@", unit) in SERVICES
    assert analyze("calendar", read(name)["Timer"]["OnCalendar"])[0] == 0


@needs_systemd
def test_the_filter_lets_the_parser_of_attachments_confine_itself():
    """Without prctl every upload would be refused; without adjtimex nobody would know whether the clock is kept."""
    allowed = allowed_calls()
    needed = {name for _, calls in _ALLOWED.values() for name in calls}

    assert needed | {"prctl", "prlimit64", "execve", "adjtimex"} <= allowed
    assert not allowed & {"mount", "ptrace", "bpf", "setuid", "init_module", "clock_settime"}
