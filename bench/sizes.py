"""What a filing, a checkpoint and an attachment take on the disk: ``python -m bench sizes [--filings 1000]``.

Concerns are filed through the service and read as a coordinator reads them, on a database of its own
(``repere_bench_sizes``). What tables, indexes and the write-ahead log have grown by is divided by the number of filings.
The figures of docs/scale.md are its output.
"""

import io
from collections import defaultdict
from random import Random
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from audit.checkpoints import signer
from audit.sequencer import Sequencer
from bench import common, world
from bench.load import concern
from encryption.objects import ObjectKey

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


def table_sizes(server: str) -> dict[str, tuple[int, int]]:
    """Return bytes of each table and of its indexes, dead rows gone; both databases."""
    sizes = {}
    for name in (NAME, f"{NAME}_keys"):
        with psycopg.connect(f"{server}/{name}", autocommit=True) as connection:
            connection.execute("VACUUM")
            sizes |= {table: (own, indexes) for table, own, indexes in connection.execute(_SIZES)}
    return sizes


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


def grown(server: str, filings: int) -> dict[str, Any]:
    """File, read, place, sign and work; return what grew by how much."""
    # The service counts against its caps, which writes rows too, but refuses nothing.
    for cap in ("FILINGS_PER_HOUR", "FILINGS_PER_HOUR_OF_PROGRAM", "OPENINGS_PER_HOUR", "LINES_PER_HOUR"):
        setattr(settings, cap, 100_000_000)
    made, sequencer = world.build(), Sequencer(signer())
    filer, coordinator = (
        Client(headers={"authorization": f"Bearer {made[name]['secret']}"})
        for name in ("filer", "coordinator")
    )

    def one(number: int) -> None:
        filed = filer.post(
            "/api/v1/referrals", of_another_child(number), content_type="application/json",
            headers={"idempotency-key": uuid4().hex},
        )  # fmt: skip
        for path in ["?limit=50"] * LISTS + [f"/{filed.json()['id']}"] * OPENINGS:
            assert coordinator.get(f"/api/v1/referrals{path}").status_code == 200
        if number % 10 == 0:
            sequencer.once()

    for number in range(WARM):
        one(number)
    before, log = table_sizes(server), wal(server)
    entries, checkpoints = counts(server)
    for number in range(WARM, WARM + filings):
        one(number)
    sequencer.once()
    written = wal(server) - log
    call_command("tick", stdout=io.StringIO())
    after = table_sizes(server)
    sealing, content = ObjectKey.new().sealing(uuid4()), bytes(1 << 20)
    return {
        "grown": {
            name: [now - was for now, was in zip(after[name], before[name], strict=True)] for name in after
        },
        "wal": written,
        "entries": counts(server)[0] - entries,
        "checkpoints": counts(server)[1] - checkpoints,
        "sealed": len(sealing.update(content) + sealing.finish()) - len(content),
    }


def report(filings: int, figures: dict[str, Any]) -> None:
    """Print the table of docs/scale.md: kB for one filing, by part."""
    parts: dict[str, list[float]] = defaultdict(lambda: [0, 0])
    for table, bytes_grown in figures["grown"].items():
        part = next((name for start, name in PARTS.items() if table.startswith(start)), "other")
        parts[part] = [kb + more / filings / 1e3 for kb, more in zip(parts[part], bytes_grown, strict=True)]
    checkpoints = sum(parts.pop("checkpoints")) * filings / figures["checkpoints"]
    common.head("a filing takes", "rows, kB", "indexes, kB")
    for part, (rows, indexes) in sorted(parts.items(), key=lambda item: -sum(item[1])):
        common.line(part, f"{rows:.1f}", f"{indexes:.1f}")
    rows, indexes = (sum(part[at] for part in parts.values()) for at in (0, 1))
    common.line("together", f"{rows:.1f}", f"{indexes:.1f}")
    print(
        f"\n- {rows + indexes:.1f} MB per 1,000 filings, without checkpoints; write-ahead log"
        f" {figures['wal'] / filings / 1e6:.2f} MB a filing; {figures['entries'] / filings:.1f} entries a filing\n"
        f"- a checkpoint takes {checkpoints:.1f} kB\n"
        f"- a sealed file of 1 MiB is {figures['sealed']:,} bytes longer than its content"
    )


def main(server: str, words: list[str]) -> None:
    filings = common.options(words, filings=1_000).filings
    report(filings, grown(server, filings))
