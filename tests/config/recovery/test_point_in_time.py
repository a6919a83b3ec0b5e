"""A database is killed and its disk destroyed under a stream of filings; the guide's commands bring it back (SEC-CR12).

Both clusters archive by the files of ``deploy/pgbackrest``. At night alone.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.config.recovery.site import PORTS, ROOT, archived
from tests.night import NIGHT

pytestmark = [
    pytest.mark.needs("postgresql"),
    pytest.mark.needs("pgbackrest"),
    pytest.mark.sec("SEC-CR12"),
    pytest.mark.sec("SEC-FT12"),
    pytest.mark.real_clock("servers and their archive have the machine's clock"),
    pytest.mark.slow("two clusters, an archive, a restore"),
]
#: The archive's own minute has to pass several times.
__test__ = NIGHT
#: Nobody has this number; only root changes to it.
ACCOUNT = ("--account", "same" if os.geteuid() else "61001")
GUIDE = (ROOT / "docs" / "backup.md").read_text()
STREAM_SECONDS = 100


def shown(measured):
    print(measured)  # noqa: T201 - the numbers of the night


def documented(command):
    """Return a command, once it is sure that the guide has it."""
    line = rf"^ *(sudo -u \S+ )?{re.escape(command)}( |$)"
    assert re.search(line, GUIDE, re.MULTILINE), f"docs/backup.md lacks: {command}"
    return command


@pytest.fixture(scope="module")
def site():
    with archived("repere-recovery-") as made:
        yield made


def files(site, what):
    """Run the program that files, to its end; return the lines that it prints."""
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "tests.config.recovery.filing", str(what)],
        cwd=ROOT, env=site.filing_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.returncode, done.stderr[-3000:]
    return done.stdout.split("\n")[:-1]


def backs_up(site, part, kind):
    documented(f"pgbackrest --stanza={part} --type={kind} backup")
    site.pgbackrest_does(part, "backup", f"--type={kind}")


def sequences(site, *words):
    return site.manage("sequence", *words, **site.sequencer)


def held(site):
    return set(site.server("cases", "SELECT reference FROM referrals_referral", "repere").split())


def stream(site):
    """File for a while, a checkpoint in between, until the server is killed; return what was acknowledged, and when."""
    log = site.folder / "filed"
    with log.open("wb") as out:
        filing = subprocess.Popen(
            [sys.executable, "-m", "tests.config.recovery.filing", "0"],
            cwd=ROOT, env=site.filing_environment(), stdout=out, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    time.sleep(STREAM_SECONDS)
    sequences(site)
    time.sleep(5)
    sequences(
        site
    )  # just before the end: what the witness has seen last can't have come into the archive by then
    site.kill("cases")
    killed = datetime.now(UTC)
    filing.wait(timeout=120)
    lines = [line.split(" ") for line in log.read_text().splitlines()]
    return killed, {reference: datetime.fromisoformat(at) for at, reference, _ in lines}


def restore_cases(site):
    """Do what the guide says, on a machine whose disk is new."""
    shutil.rmtree(site.data("cases"))
    site._made("data-cases")
    documented("pgbackrest --stanza=cases restore")
    site.pgbackrest_does("cases", "restore")
    site.start("cases")
    documented("psql -Atc 'SELECT pg_is_in_recovery()'")
    while site.server("cases", "SELECT pg_is_in_recovery()").strip() == "t":
        time.sleep(0.05)
    documented("deploy/repere owner restore cases --done")
    site.manage("restore", "cases", "--done")
    documented("deploy/repere owner migrate")
    site.manage("migrate", "-v0")
    documented("deploy/repere sequencer sequence --new-origin")
    sequences(site, "--new-origin")
    documented("deploy/repere owner replay")
    return site.manage("replay")


def test_what_was_acknowledged_comes_back_to_the_minute_and_what_is_lost_is_named(site):
    files(site, 20)
    draft = files(site, "draft")[0]
    sequences(site)
    for part in PORTS:
        backs_up(site, part, "full")
    files(site, "expire")
    sequences(site)
    documented("deploy/repere owner backup --note")
    assert "table des clés" in site.manage("backup", "--note", expect=1)
    site.manage("backup", "--compact")
    site.manage("backup", "--note")

    rehearsed = json.loads(site.manage("rehearse", "--json", "--folder", str(site.folder), *ACCOUNT))
    shown(f"rehearsal: {rehearsed}")
    assert rehearsed["held"]
    assert rehearsed["rpo_seconds"] <= 300
    assert (rehearsed["known_erasures"], rehearsed["unreadable"]) == (1, 0)
    assert rehearsed["filings"] == 20
    assert rehearsed["opened"] > 20

    killed, acknowledged = stream(site)
    began = time.monotonic()
    said = restore_cases(site)
    minutes = (time.monotonic() - began) / 60
    assert "Le service est ouvert." in said

    there = held(site)
    assert killed - max(acknowledged.values()) < timedelta(seconds=20), "the stream lasted until the end"
    lost = set(acknowledged) - there
    recovered_to = max(at for reference, at in acknowledged.items() if reference in there)
    rpo = (killed - recovered_to).total_seconds()
    shown(
        f"{len(acknowledged)} acknowledged, {len(lost)} lost, RPO {rpo:.0f} s, restored in {minutes:.1f} min"
    )
    assert rpo <= 300
    assert minutes <= 30
    documented("deploy/repere owner recall")
    recalled = json.loads(site.manage("recall", "--json"))
    assert {one["reference"] for one in recalled["filings"]} == lost, "neither more nor fewer than were lost"
    assert recalled["witnessed"]["seen"] > recalled["witnessed"]["held"]
    assert not draft_in(site, "cases", "SELECT id FROM referrals_referral", draft), (
        "what was erased stays erased"
    )
    assert not draft_in(site, "keys", "SELECT owner FROM encryption_wrappedkey", draft)


def draft_in(site, part, statement, draft):
    return draft in site.server(part, statement, {"cases": "repere", "keys": "repere_keys"}[part]).split()


def test_a_copy_of_the_keys_that_is_too_old_goes_with_its_log(site):
    first = json.loads(site.pgbackrest_does("keys", "info", "--output=json"))[0]
    oldest = first["backup"][0]["label"]
    documented("deploy/repere owner backup --compact")
    site.manage("backup", "--compact")
    site.pgbackrest_does("keys", "backup", "--type=full")
    assert "une copie a plus de" in site.manage("backup", "--note", expect=1, REPERE_KEY_BACKUP_DAYS="0")
    # Each copy is too old at once; the only one of a repository stays, and that is said.
    documented("python3 /srv/repere/deploy/pgbackrest/expire.py keys")
    site._do(
        "/usr/bin/python3", "-I", str(ROOT / "deploy" / "pgbackrest" / "expire.py"), "keys", "0",
        f"--config-path={site.pgbackrest}", ok=(1,),
    )  # fmt: skip

    left = json.loads(site.pgbackrest_does("keys", "info", "--output=json"))[0]
    assert oldest not in [one["label"] for one in left["backup"]]
    assert left["archive"][0]["min"] == left["backup"][0]["archive"]["start"], (
        "nor the log before the oldest copy"
    )


@pytest.mark.parametrize(("fault", "sentence"), [
    ("cipher", "mot de passe du dépôt"),
    ("repository", "dépôt manque"),
    ("gap", "journal WAL"),
    ("late", "ne va pas jusqu'au moment"),
    ("early", "assez ancienne"),
])  # fmt: skip
def test_a_rehearsal_says_what_is_wrong(site, fault, sentence):
    words, undo = [], []
    configuration = site.pgbackrest / "conf.d" / "cases.conf"
    whole = configuration.read_text()
    repository = site.repositories["cases"]
    if fault == "cipher":
        configuration.write_text(whole.replace("passphrase-of-cases", "another"))
    if fault == "repository":
        configuration.write_text(whole.replace(str(repository), str(repository / "nothing")))
    if fault == "gap":
        newest = sorted((repository / "archive" / "cases").rglob("0*/0*-*.zst"))[-3]
        undo.append((newest, newest.with_name("aside")))
        newest.rename(undo[0][1])
    if fault == "late":
        words = ["--at", (datetime.now(UTC) + timedelta(days=1)).isoformat()]
    if fault == "early":
        words = ["--at", (datetime.now(UTC) - timedelta(days=30)).isoformat()]
    try:
        assert sentence in site.manage("rehearse", "--folder", str(site.folder), *ACCOUNT, *words, expect=1)
    finally:
        configuration.write_text(whole)
        for path, aside in undo:
            aside.rename(path)
    assert not list(site.folder.glob("repere-rehearsal-*")), "nothing of it stays"
