"""The referrals of a bench database: sealed by the service's own code, written by COPY, with their plain twins.

A bench referral is 1 child, 1 holder, 2 facts, 12 sealed values, 3 journal entries. Three in ten are in triage,
the others closed; four in five belong to one authority. Receipts are spread over a month for the first and two
years for the others, so that thousands share a statutory date.
"""

import multiprocessing
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

BATCH = 2_000
PROCESSES = 2
ZONE = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
STEPS = (("create", "T01", "", "draft"), ("submit", "T02", "draft", "submitted"),
         ("start_triage", "T06", "acknowledged", "triage"))  # fmt: skip
FACT = (
    "Observation d'essai, sans personne réelle : absences répétées le lundi, cadeaux sans origine connue, "
    * 3
)
SHELL = (
    "id", "reference", "authority_id", "unit_id", "department", "version", "state", "urgency", "age_band",
    "under_15", "created_at", "received_at", "submitted_at", "acknowledged_at", "closed_at", "statutory_due_at",
    "next_due_at", "due_with_measures_at", "due_with_justice_at", "filed_by", "case_key", "filer_key", "mac",
)  # fmt: skip
CHILD = ("id", "referral_id", "last_name", "first_names", "birth_date", "commune_insee", "address",
         "whereabouts", "age_band", "under_15", "mac")  # fmt: skip
CLOCK = ("id", "referral_id", "code", "started_at", "warn_at", "due_at", "stopped_at", "statutory")
STEP = ("id", "referral_id", "step", "number", "at", "order", "by", "from_state", "to_state")
ENTRY = ("id", "at", "actor", "subject", "act", "tenant", "writer", "writer_seq", "body", "leaf_hash")


class Maker:
    """Makes the lines of referrals, table by table; one per process."""

    def __init__(self, world: dict[str, Any], seed: int) -> None:
        from audit import models as audit
        from bench.bare import models as bare
        from bench.rows import Table
        from encryption.models import WrappedKey
        from referrals import models as service

        self.random = Random(seed)
        self.authorities = [UUID(found) for found in world["authorities"].values()]
        self.units = [UUID(found) for found in world["units"].values()]
        self.coordinator, self.actor = UUID(world["coordinator"]["id"]), UUID(world["pseudonym"])
        self.writer, self.count, self.mac = uuid4(), 0, b""
        self.models = (service, bare)
        self.of = {model: [self._table(Table, apps, model) for apps in self.models] for model in _DIFFERING}
        self.entry = Table(audit.Entry, *ENTRY, outcome="allow")
        self.subject = Table(audit.SubjectPseudonym, "referral_id", "pseudonym", "created_at", "mac")
        self.key = Table(
            WrappedKey, "id", "kind", "owner", "wrapped_by", "suite", "wrapped", "commitment", "created_at"
        )
        self.lines: dict[str, list[str]] = {}

    def _table(self, table: Any, apps: Any, model: str) -> Any:
        return table(getattr(apps, model), *_DIFFERING[model], **_FIXED.get(model, {}))

    def tables(self) -> dict[str, tuple[str, str]]:
        """Return alias and COPY statement of each table, in an order that a foreign key accepts."""
        found = {self.key.name: ("keys", self.key.copy)}
        for both in self.of.values():
            found |= {one.name: ("default", one.copy) for one in both}
        return found | {one.name: ("default", one.copy) for one in (self.subject, self.entry)}

    def batch(self, count: int) -> dict[str, list[str]]:
        """Return the lines of ``count`` referrals by table."""
        self.lines = defaultdict(list)
        for _ in range(count):
            self._referral()
        return self.lines

    # --- One referral

    def _referral(self) -> None:
        from referrals.vocabulary import reference_numbers
        from referrals.workflow import deadlines

        chance = self.random
        pk, which = uuid4(), 0 if chance.random() < 0.8 else 1
        triage = chance.random() < 0.3
        received = NOW - timedelta(seconds=chance.randrange((30 if triage else 730) * 86_400))
        legal = deadlines.statutory_due(received, ZONE)
        made = self._keys(pk, self.authorities[which])
        c2 = received + timedelta(hours=72)
        shell = {
            "id": pk, "reference": reference_numbers.new(), "authority_id": self.authorities[which],
            "unit_id": self.units[which], "department": ("93", "75")[which], "version": 4,
            "state": "triage" if triage else "closed_no_action", "urgency": f"U{chance.randrange(4)}",
            "age_band": "11-15", "under_15": True, "created_at": received, "received_at": received,
            "submitted_at": received, "acknowledged_at": received + timedelta(hours=2),
            "closed_at": None if triage else received + timedelta(days=20), "statutory_due_at": legal,
            **dict.fromkeys(("next_due_at", "due_with_measures_at", "due_with_justice_at"), c2 if triage else None),
            "filed_by": chance.randbytes(32),
            "case_key": made["case"].id, "filer_key": made["filer"].id,
        }  # fmt: skip
        self._both("Referral", shell, {})
        self._form(pk, made)
        stopped = None if triage else shell["closed_at"]
        dues = (("C2", c2, False), ("C4", legal, True),
                ("C5", deadlines.after_months(received, deadlines.FEEDBACK_MONTHS, ZONE), True))  # fmt: skip
        for code, due, statutory in dues:
            clock = {
                "id": uuid4(), "referral_id": pk, "code": code, "started_at": received,
                "warn_at": due - (due - received) / 5, "due_at": due, "stopped_at": stopped, "statutory": statutory,
            }  # fmt: skip
            self._both("Clock", clock, {})
        self._trail(pk, self.authorities[which], received)

    def _form(self, pk: UUID, made: dict[str, Any]) -> None:
        chance = self.random
        child = {"id": uuid4(), "referral_id": pk, "age_band": "11-15", "under_15": True}
        number = chance.randrange(1_000_000)
        said = {
            "last_name": f"Exemple{number}", "first_names": f"Essai{number % 997}",
            "birth_date": f"{chance.randrange(2011, 2016)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            "commune_insee": "93008", "address": f"{number} rue de l'Essai, Bobigny", "whereabouts": "known",
        }  # fmt: skip
        self._both("Child", child, said, made["case"])
        holder = {"name": f"Parent Exemple{number}", "link": "mother"}
        self._both("Holder", {"id": uuid4(), "referral_id": pk}, holder, made["case"])
        for place in range(2):
            fact = {"id": uuid4(), "referral_id": pk, "position": place}
            self._both("Fact", fact, {"text": f"{FACT}{number + place}"}, made["case"])
        filer = {"filer_name": f"Enseignante Exemple{number}", "filer_email": f"filer{number}@test.invalid"}
        self._both("Concern", {"id": uuid4(), "referral_id": pk}, filer, made["filer"])

    def _both(self, model: str, clear: dict[str, Any], said: dict[str, Any], key: Any = None) -> None:
        """Add the line of a table with its values sealed, and that of its twin with them in plain."""
        table, twin = self.of[model]
        seen = getattr(self.models[0], model)
        sealed = {
            name: key.seal(seen._meta.get_field(name), clear["id"], value).ciphertext
            for name, value in said.items()
        }
        clear = clear | signature(seen, clear)
        self.lines[table.name].append(table.line(**clear, **sealed))
        self.lines[twin.name].append(twin.line(**clear, **said))

    # --- Keys and journal

    def _keys(self, owner: UUID, authority: UUID) -> dict[str, Any]:
        """Make the two data keys as a filing does; their rows go to COPY instead of one INSERT."""
        from encryption import keyring, keys
        from encryption.models import Kind

        above = keyring.wrapping_key(Kind.AUTHORITY, authority)
        found = {}
        for kind in (Kind.CASE, Kind.FILER):
            row, key = keyring._new(kind, owner, above)
            keyring._data.put(key.id.bytes, key)
            found[str(kind)] = keys._handle(key, owner)
            line = self.key.line(
                id=row.pk, kind=str(row.kind), owner=owner, wrapped_by=row.wrapped_by, suite=row.suite,
                wrapped=row.wrapped, commitment=row.commitment, created_at=NOW,
            )  # fmt: skip
            self.lines[self.key.name].append(line)
        return found

    def _trail(self, pk: UUID, tenant: UUID, at: datetime) -> None:
        from audit import pseudonyms

        pseudonym = uuid4()
        mac = pseudonyms.mac(self.subject.name, pk, pseudonym)
        self.lines[self.subject.name].append(
            self.subject.line(referral_id=pk, pseudonym=pseudonym, created_at=at, mac=mac)
        )
        for order, (name, number, before, after) in enumerate(STEPS, 1):
            step = {
                "id": uuid4(), "referral_id": pk, "step": name, "number": number, "at": at, "order": order,
                "by": self.coordinator, "from_state": before, "to_state": after,
            }  # fmt: skip
            self._both("StepRecord", step, {})
            self._entry(f"referral:{name}", pseudonym, tenant, at, before, after, order)

    def _entry(
        self, act: str, subject: UUID, tenant: UUID, at: datetime, before: str, after: str, version: int
    ) -> None:
        from audit import canonical, events
        from encryption import digest

        self.count += 1
        entry_id = uuid4()
        values = dict.fromkeys(canonical.KEYS) | {
            "v": canonical.VERSION, "id": entry_id, "salt": digest.random_bytes(16).hex(),
            "ts": canonical.instant(at), "mono": time.monotonic_ns() // 1000, "clk": "db", "w": self.writer,
            "wseq": self.count, "actor": self.actor, "role": "crip_coordinator", "tenant": tenant, "act": act,
            "obj": [str(subject)], "fields": {}, "why": "handling", "out": "allow", "pol": events.policy(),
            "from": before or None, "to": after, "ver": version, "ip": "192.0.2.0/24", "ua": "firefox/140",
            "rid": str(uuid4()), "auth": "session",
        }  # fmt: skip
        body, self.mac = canonical.chained(values, self.mac)
        line = self.entry.line(
            id=entry_id, at=at, actor=self.actor, subject=subject, act=act, tenant=tenant, writer=self.writer,
            writer_seq=self.count, body=body, leaf_hash=canonical.leaf_hash(body),
        )  # fmt: skip
        self.lines[self.entry.name].append(line)


def signature(model: Any, values: dict[str, Any]) -> dict[str, bytes]:
    """Return the HMAC of a row of a case, or of a child, as the service makes it: else it is nobody's to see."""
    from encryption.authentic import Authentic

    if not issubclass(model, Authentic):
        return {}
    field = model.mac_field()
    return {"mac": field.of(values.get(one.attname, one.get_default()) for one in field.columns())}


_DIFFERING = {
    "Referral": SHELL,
    "Concern": ("id", "referral_id", "filer_name", "filer_email"),
    "Child": CHILD,
    "Holder": ("id", "referral_id", "name", "link"),
    "Fact": ("id", "referral_id", "position", "text"),
    "Clock": CLOCK,
    "StepRecord": STEP,
}
_FIXED: dict[str, dict[str, Any]] = {
    "Concern": {
        "filer_profession": "teacher", "parents_informed": "yes", "holder_implicated": "no", "danger_now": "no",
        "prostitution_status_filer": "none", "situation_type": ["unknown"], "emergency_done": ["nobody"],
    },
    "Child": {"identity_known": "known", "sex": "girl", "residence_department": "93", "current_measure": "no"},
    "Fact": {"place_type": "school", "source": "seen"},
    "Clock": {"access_class": "A"},
    "StepRecord": {"machine": "referral", "role": "crip_coordinator", "access_class": "A"},
}  # fmt: skip

# --- Writing -----------------------------------------------------------------------------------------


_maker: Maker


def _begin(world: dict[str, Any], seeds: Any) -> None:
    global _maker
    import django

    django.setup()
    from django.db import connections

    _maker = Maker(world, seeds.get())
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")


def _write(count: int) -> int:
    from django.db import connections

    lines = _maker.batch(count)
    for name, (alias, statement) in _maker.tables().items():
        with connections[alias].cursor() as cursor, cursor.copy(statement) as copy:
            copy.write("".join(lines[name]))
    return count


def fill(world: dict[str, Any], size: int) -> Iterator[int]:
    """Add ``size`` referrals to the database of the settings; yield how many are there so far."""
    context = multiprocessing.get_context("spawn")
    seeds: Any = context.Queue()
    for seed in range(PROCESSES):
        seeds.put(seed)
    counts = [min(BATCH, size - start) for start in range(0, size, BATCH)]
    done = 0
    with context.Pool(PROCESSES, _begin, (world, seeds)) as pool:
        for count in pool.imap_unordered(_write, counts):
            done += count
            yield done
