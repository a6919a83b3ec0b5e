"""What a filing, a checkpoint and an attachment take on the disk: ``python -m bench.sizes [--filings 1000]``.

Concerns are filed through the service and read as a coordinator reads them, on databases of its own
(``repere_bench_sizes`` and ``…_keys``, made anew). What tables, indexes and the write-ahead log have grown by is divided
by the number of filings. The figures of docs/scale.md are its output.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from random import Random
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from bench.concern import concern
from bench.database import ROLE, ROOT, STATE

NAME = "repere_bench_sizes"
#: Of each filing its coordinator's list is asked for this many times, and its case opened.
LISTS, OPENINGS = 2, 5
#: Filings before the measure begins: every table then has its first pages.
WARM = 50
#: What a part of a table's name says of it; the first that fits.
PARTS = {
    "audit_entrysubject": "journal: subjects of lists",
    "audit_entry": "journal: entries",
    "audit_leaf": "journal: tree",
    "audit_tile": "journal: tree",
    "audit_checkpoint": "checkpoints",
    "audit_": "journal: other",
    "encryption_": "wrapped keys",
    "outbox_": "notices",
    "accounts_": "accounts, sessions, replays",
    "referrals_": "cases",
}
_SIZES = """
SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


def environment(server: str, role: str = ROLE) -> dict[str, str]:
    """Return the settings under which the service uses these databases."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"{server}/{NAME}",
        "KEYS_DATABASE_URL": f"{server}/{NAME}_keys",
        "REPERE_STATE_DIR": str(STATE / NAME),
        "REPERE_DATABASE_ROLE": role,
        "REPERE_LOG_LEVEL": "ERROR",
        "REPERE_FILINGS_PER_HOUR": "1000000",
        "REPERE_FILINGS_PER_HOUR_OF_PROGRAM": "1000000",
        "REPERE_OPENINGS_PER_HOUR": "1000000",
        "REPERE_LINES_PER_HOUR": "100000000",
    }


def make(server: str) -> None:
    """Make the databases anew, with all tables."""
    (STATE / NAME).mkdir(mode=0o700, parents=True, exist_ok=True)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for name in (NAME, f"{NAME}_keys"):
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    env = os.environ | environment(server, role="")
    manage = [sys.executable, "manage.py", "migrate", "-v", "0", "--database"]
    for alias in ("default", "keys"):
        subprocess.run([*manage, alias], cwd=ROOT, env=env, check=True)


def table_sizes(server: str) -> dict[str, tuple[int, int]]:
    """Return bytes of each table and of its indexes, dead rows gone; both databases."""
    found = {}
    for name in (NAME, f"{NAME}_keys"):
        with psycopg.connect(f"{server}/{name}", autocommit=True) as connection:
            connection.execute("VACUUM")
            found |= {table: (own, indexes) for table, own, indexes in connection.execute(_SIZES)}
    return found


def wal(server: str) -> int:
    """Return how many bytes of write-ahead log the cluster has written."""
    with psycopg.connect(f"{server}/{NAME}") as connection:
        row = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone()
    return int(row[0]) if row else 0


def of_another_child(number: int) -> dict[str, Any]:
    """Return a concern about somebody whom none of the others names: alike ones would be paired with each other."""
    random, filed = Random(number), concern()
    name = "".join(random.choices("abdefgilmnoprstuv", k=9))
    birth = f"20{random.randint(8, 22):02}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
    filed["children"][0] |= {"last_name": name[:6], "first_names": name[5:], "birth_date": birth}
    filed["children"][0]["address"] = f"{random.randint(1, 200)} rue {name[2:8]}"
    filed["holders"][0]["name"] = f"{name[3:]} {name[:6]}"
    return filed


def counts(server: str) -> list[int]:
    """Return how many entries and checkpoints there are; the service's own role reads neither."""
    with psycopg.connect(f"{server}/{NAME}") as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM audit_entry), (SELECT count(*) FROM audit_checkpoint)"
        ).fetchone()
    return list(row or ())


def act(server: str, filings: int) -> dict[str, Any]:
    """File, read, place, sign and work, in this process; return what grew by how much."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from audit.checkpoints import signer
    from audit.sequencer import Sequencer
    from bench import world
    from encryption.objects import ObjectKey

    found, sequencer = world.build(), Sequencer(signer())
    filer, coordinator = (
        Client(headers={"authorization": f"Bearer {found[name]['secret']}"})
        for name in ("filer", "coordinator")
    )

    def one(number: int) -> None:
        key = {"idempotency-key": uuid4().hex}
        filed = filer.post(
            "/api/v1/referrals", of_another_child(number), content_type="application/json", headers=key
        )
        for path in ["?limit=50"] * LISTS + [f"/{filed.json()['id']}"] * OPENINGS:
            assert coordinator.get(f"/api/v1/referrals{path}").status_code == 200
        if number % 10 == 0:
            sequencer.once()

    for number in range(WARM):
        one(number)
    before, log = table_sizes(server), wal(server)
    entries, notes = counts(server)
    for number in range(WARM, WARM + filings):
        one(number)
    sequencer.once()
    written = wal(server) - log
    with open(os.devnull, "w") as nowhere:
        call_command("tick", stdout=nowhere)
    after = table_sizes(server)
    sealing, content = ObjectKey.new().sealing(uuid4()), bytes(1 << 20)
    return {
        "grown": {
            name: [now - was for now, was in zip(after[name], before[name], strict=True)] for name in after
        },
        "wal": written,
        "entries": counts(server)[0] - entries,
        "checkpoints": counts(server)[1] - notes,
        "sealed": len(sealing.update(content) + sealing.finish()) - len(content),
    }


def report(filings: int, found: dict[str, Any]) -> str:
    """Return the table of docs/scale.md: kB for one filing, by part."""
    parts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for table, grown in found["grown"].items():
        part = next((said for start, said in PARTS.items() if table.startswith(start)), "other")
        parts[part] = [a + b for a, b in zip(parts[part], grown, strict=True)]
    notes = parts.pop("checkpoints")
    lines = ["| a filing takes | rows, kB | indexes, kB |", "|---|---:|---:|"]
    for part, grown in sorted(parts.items(), key=lambda item: -sum(item[1])):
        lines.append(f"| {part} | {grown[0] / filings / 1e3:.1f} | {grown[1] / filings / 1e3:.1f} |")
    together = [sum(one[at] for one in parts.values()) / filings / 1e3 for at in (0, 1)]
    lines.append(f"| together | {together[0]:.1f} | {together[1]:.1f} |")
    lines += [
        "",
        f"- {sum(together):.1f} MB per 1,000 filings, without checkpoints; write-ahead log {found['wal'] / filings / 1e6:.2f} MB "
        f"a filing; {found['entries'] / filings:.1f} entries a filing",
        f"- a checkpoint takes {sum(notes) / found['checkpoints'] / 1e3:.1f} kB",
        f"- a sealed file of 1 MiB is {found['sealed']:,} bytes longer than its content",
    ]
    return "\n".join(lines)


def main() -> None:
    """Make the databases, act in a process of their own settings, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default=os.environ.get("BENCH_SERVER", "postgres://127.0.0.1:5432"))
    parser.add_argument("--filings", type=int, default=1_000)
    parser.add_argument("--act", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    server = asked.server.rstrip("/")
    if asked.act:
        print(json.dumps(act(server, asked.filings)))
        return
    make(server)
    command = [
        sys.executable,
        "-m",
        "bench.sizes",
        "--act",
        "--server",
        server,
        "--filings",
        str(asked.filings),
    ]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment(server), check=True, stdout=subprocess.PIPE, text=True
    )
    print(report(asked.filings, json.loads(done.stdout.splitlines()[-1])))


if __name__ == "__main__":
    main()
