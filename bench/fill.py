"""The referrals of a bench database: sealed by the service's own code, written by COPY, with the twins of both baselines.

A bench referral is 1 child, 1 holder, 2 facts, 12 sealed values, 3 entries of the audit log. Three in ten are in
triage, the others closed; four in five belong to one authority. Receipts are spread over a month for the first and two
years for the others, so that thousands share a statutory date.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models

from audit import canonical, events, pseudonyms
from audit import models as audit
from bench import common, database, world
from bench.bare import models as bare
from bench.packages import models as packages
from encryption import digest, keyring, keys
from encryption.authentic import Authentic
from encryption.fields import SealedField
from encryption.models import Kind, WrappedKey
from referrals import models as service
from referrals.vocabulary import formats
from referrals.workflow import deadlines

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
#: Of each table the columns that differ from row to row.
DIFFERING = {
    "Referral": SHELL,
    "Concern": ("id", "referral_id", "filer_name", "filer_email"),
    "Child": (
        "id", "referral_id", "last_name", "first_names", "birth_date", "commune_insee", "address", "whereabouts",
        "age_band", "under_15", "mac",
    ),
    "Holder": ("id", "referral_id", "name", "link"),
    "Fact": ("id", "referral_id", "position", "text"),
    "Clock": ("id", "referral_id", "code", "started_at", "warn_at", "due_at", "stopped_at", "statutory"),
    "StepRecord": ("id", "referral_id", "step", "number", "at", "order", "by", "from_state", "to_state"),
}  # fmt: skip
ENTRY = ("id", "at", "actor", "subject", "act", "tenant", "writer", "writer_seq", "body", "leaf_hash")
KEY = ("id", "kind", "owner", "wrapped_by", "suite", "wrapped", "commitment", "created_at")
#: Tables without a sealed value: their twins are filled from them.
COPIED = ("Referral", "Clock", "StepRecord")
#: A row of auditlog as a change of a case leaves it.
LOGGED = {
    "action": 1,
    "object_repr": "Referral object",
    "changes": {"state": ["draft", "submitted"], "version": ["1", "2"], "urgency": ["", "U2"]},
}
FIXED: dict[str, dict[str, Any]] = {
    "Concern": {
        "filer_profession": "teacher", "parents_informed": "yes", "holder_implicated": "no", "danger_now": "no",
        "prostitution_status_filer": "none", "situation_type": ["unknown"], "emergency_done": ["nobody"],
    },
    "Child": {"identity_known": "known", "sex": "girl", "residence_department": "93", "current_measure": "no"},
    "Fact": {"place_type": "school", "source": "seen"},
    "Clock": {"access_class": "A"},
    "StepRecord": {"machine": "referral", "role": "crip_coordinator", "access_class": "A"},
}  # fmt: skip


def copy_text(value: Any) -> str:
    """Return a value in the text format of COPY."""
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case bytes():
            return "\\\\x" + value.hex()
        case date():
            return value.isoformat()
        case list() | dict():
            value = json.dumps(value, ensure_ascii=False)
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


class Table:
    """One table: its COPY statement, and a line with the columns that differ; defaults are written once."""

    def __init__(self, model: Any, *differing: str, **fixed: Any) -> None:
        columns = [
            field
            for field in model._meta.concrete_fields
            if not field.generated and (not isinstance(field, models.AutoField) or field.attname in differing)
        ]
        self.name, self.differing = model._meta.db_table, differing
        quoted = ", ".join(f'"{field.column}"' for field in columns)
        self.copy = f'COPY "{self.name}" ({quoted}) FROM STDIN'
        self._line = "\t".join(self._column(field, fixed) for field in columns) + "\n"

    def _column(self, field: Any, fixed: dict[str, Any]) -> str:
        if field.attname in self.differing:
            return f"%({field.attname})s"
        default = None if isinstance(field, SealedField) else field.get_default()
        return copy_text(fixed.get(field.attname, default)).replace("%", "%%")

    def line(self, **values: Any) -> str:
        return self._line % {name: copy_text(values[name]) for name in self.differing}

    def line_of_texts(self, values: dict[str, str]) -> str:
        return self._line % values


class Twins:
    """A table and its twins: what each line of them needs, found out once."""

    def __init__(self, name: str) -> None:
        self.model = getattr(service, name)
        alike = (self.model,) if name in COPIED else (self.model, bare.TABLES[name], packages.TABLES[name])
        self.tables = [Table(one, *DIFFERING[name], **FIXED.get(name, {})) for one in alike]
        self.sealed = {one.name: one for one in self.model._meta.fields if isinstance(one, SealedField)}
        self.before: dict[tuple[str, str], str] = {}
        # Nothing forbids that two rows hold one token, as it is bound to none: each text is encrypted once.
        self.tokens = {
            field: cache(packages.TABLES[name]._meta.get_field(field).get_prep_value) for field in self.sealed
        }

    def lines(
        self, clear: dict[str, Any], secret: dict[str, Any], key: Any, *, again: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield table and line of one row and its twins; ``again``: with values sealed for another row, where it can."""
        shared = {name: copy_text(value) for name, value in (clear | signature(self.model, clear)).items()}
        if len(self.tables) == 1:
            yield self.tables[0].name, self.tables[0].line_of_texts(shared)
            return
        sealed = {
            name: (again and self.before.get((name, value))) or self._sealed(clear["id"], name, value, key)
            for name, value in secret.items()
        }
        plain = {name: copy_text(value) for name, value in secret.items()}
        tokens = {name: self.tokens[name](value) for name, value in secret.items()}
        for table, values in zip(self.tables, (sealed, plain, tokens), strict=True):
            yield table.name, table.line_of_texts(shared | values)

    def _sealed(self, row: UUID, name: str, value: str, key: Any) -> str:
        text = self.before[name, value] = copy_text(key.seal(self.sealed[name], row, value).ciphertext)
        return text


def signature(model: Any, values: dict[str, Any]) -> dict[str, bytes]:
    """Return the HMAC of a row of a case, or of a child, as the service makes it: else it is nobody's to see."""
    if not issubclass(model, Authentic):
        return {}
    field = model.mac_field()
    return {"mac": field.of(values.get(one.attname, one.get_default()) for one in field.columns())}


class Maker:
    """Makes the lines of referrals, table by table; one per process."""

    def __init__(self, world: dict[str, Any], seed: int) -> None:
        self.random = Random(seed)
        self.authorities = [UUID(pk) for pk in world["authorities"].values()]
        self.units = [UUID(pk) for pk in world["units"].values()]
        self.coordinator, self.actor = UUID(world["coordinator"]["id"]), UUID(world["pseudonym"])
        self.writer, self.count, self.mac = uuid4(), 0, b""
        self.last_keys: dict[UUID, dict[str, Any]] = {}
        self.row: dict[str, dict[str, Any]] = {}
        self.of = {name: Twins(name) for name in DIFFERING}
        self.entry = Table(audit.Entry, *ENTRY, outcome="allow")
        self.subject = Table(audit.SubjectPseudonym, "referral_id", "pseudonym", "created_at", "mac")
        log = ContentType.objects.get_for_model(packages.Referral).pk
        self.log = Table(
            LogEntry, "object_pk", "timestamp", **LOGGED, content_type_id=log, actor_id=self.coordinator
        )
        view = Permission.objects.get(codename=packages.VIEW, content_type__app_label=packages.LABEL)
        self.right = Table(
            packages.Right, "content_object_id", user_id=self.coordinator, permission_id=view.pk
        )
        self.key = Table(WrappedKey, *KEY)
        self.lines: dict[str, list[str]] = defaultdict(list)

    def tables(self) -> dict[str, tuple[str, str]]:
        """Return alias and COPY statement of each table."""
        own = [table for twins in self.of.values() for table in twins.tables]
        own += [self.subject, self.entry, self.log, self.right]
        return {self.key.name: ("keys", self.key.copy)} | {one.name: ("default", one.copy) for one in own}

    def write(self, count: int) -> int:
        """Write so many referrals into the database."""
        self.lines.clear()
        for _ in range(count):
            self._referral()
        database.copied(self.tables(), self.lines)
        return count

    def _add(self, table: Table, **values: Any) -> None:
        self.lines[table.name].append(table.line(**values))

    def _all(
        self, model: str, clear: dict[str, Any], secret: dict[str, Any] | None = None, key: Any = None,
        *, again: bool = False,
    ) -> None:  # fmt: skip
        """Add the line of a table with its values sealed, and those of its twins with them in plain and by Fernet."""
        for name, line in self.of[model].lines(clear, secret or {}, key, again=again):
            self.lines[name].append(line)

    def _referral(self) -> None:
        chance = self.random
        pk, which = uuid4(), 0 if chance.random() < 0.8 else 1
        triage = chance.random() < 0.3
        received = NOW - timedelta(seconds=chance.randrange((30 if triage else 730) * 86_400))
        legal = deadlines.statutory_due(received, ZONE)
        made, ids = self._keys_of(pk, self.authorities[which], again=not triage)
        c2, closed = received + timedelta(hours=72), None if triage else received + timedelta(days=20)
        self._all("Referral", {
            "id": pk, "reference": formats.new_reference(), "authority_id": self.authorities[which],
            "unit_id": self.units[which], "department": ("93", "75")[which], "version": 4,
            "state": "triage" if triage else "closed_no_action", "urgency": f"U{chance.randrange(4)}",
            "age_band": "11-15", "under_15": True, "created_at": received, "received_at": received,
            "submitted_at": received, "acknowledged_at": received + timedelta(hours=2),
            "closed_at": closed, "statutory_due_at": legal,
            **dict.fromkeys(("next_due_at", "due_with_measures_at", "due_with_justice_at"), c2 if triage else None),
            "filed_by": chance.randbytes(32), "case_key": ids["case"], "filer_key": ids["filer"],
        })  # fmt: skip
        self._form(pk, made, again=not triage)
        dues = (("C2", c2, False), ("C4", legal, True),
                ("C5", deadlines.after_months(received, deadlines.FEEDBACK_MONTHS, ZONE), True))  # fmt: skip
        for code, due, statutory in dues:
            self._all("Clock", {
                "id": uuid4(), "referral_id": pk, "code": code, "started_at": received,
                "warn_at": due - (due - received) / 5, "due_at": due, "stopped_at": closed, "statutory": statutory,
            })  # fmt: skip
        self._trail(pk, self.authorities[which], received)

    def _form(self, pk: UUID, made: dict[str, Any], *, again: bool) -> None:
        chance = self.random
        child = {"id": uuid4(), "referral_id": pk, "age_band": "11-15", "under_15": True}
        number = chance.randrange(1_000)
        identity = {
            "last_name": f"Exemple{number}", "first_names": f"Essai{number % 997}",
            "birth_date": f"{chance.randrange(2011, 2016)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            "commune_insee": "93008", "address": f"{number} rue de l'Essai, Bobigny", "whereabouts": "known",
        }  # fmt: skip
        self._all("Child", child, identity, made["case"], again=again)
        holder = {"name": f"Parent Exemple{number}", "link": "mother"}
        self._all("Holder", {"id": uuid4(), "referral_id": pk}, holder, made["case"], again=again)
        for place in range(2):
            fact = {"id": uuid4(), "referral_id": pk, "position": place}
            self._all("Fact", fact, {"text": f"{FACT}{number + place}"}, made["case"], again=again)
        filer = {"filer_name": f"Enseignante Exemple{number}", "filer_email": f"filer{number}@test.invalid"}
        self._all("Concern", {"id": uuid4(), "referral_id": pk}, filer, made["filer"], again=again)

    def _keys_of(self, pk: UUID, authority: UUID, *, again: bool) -> tuple[dict[str, Any], dict[str, UUID]]:
        """Return what seals the values of a case, and the ids of its keys; ``again`` with keys made before."""
        if not again or authority not in self.last_keys:
            # Those of the last open case: a process forgets older ones after a minute.
            made = self.last_keys[authority] = self._keys(pk, authority)
            return made, {kind: one.id for kind, one in made.items()}
        ids = {kind: uuid4() for kind in self.last_keys[authority]}
        for kind, copy in ids.items():
            self._add(self.key, **self.row[kind] | {"id": copy, "owner": pk})
        return self.last_keys[authority], ids

    def _keys(self, owner: UUID, authority: UUID) -> dict[str, Any]:
        """Make the two data keys as a filing does; their rows go to COPY instead of one INSERT."""
        above = keyring.wrapping_key(Kind.AUTHORITY, authority)
        made = {}
        for kind in (Kind.CASE, Kind.FILER):
            row, key = keyring._new(kind, owner, above)
            keyring._data.put(key.id.bytes, key)
            made[str(kind)] = keys._handle(key, owner)
            values = {name: getattr(row, name) for name in KEY}
            self.row[str(kind)] = values | {"kind": str(row.kind), "owner": owner, "created_at": NOW}
            self._add(self.key, **self.row[str(kind)])
        return made

    def _pseudonym(self, pk: UUID, at: datetime) -> UUID:
        pseudonym = uuid4()
        mac = pseudonyms.mac(self.subject.name, pk, pseudonym)
        self._add(self.subject, referral_id=pk, pseudonym=pseudonym, created_at=at, mac=mac)
        return pseudonym

    def _trail(self, pk: UUID, tenant: UUID, at: datetime) -> None:
        pseudonym = self._pseudonym(pk, at)
        if tenant == self.authorities[0]:
            self._add(self.right, content_object_id=pk)
        for order, (name, number, before, after) in enumerate(STEPS, 1):
            self._all("StepRecord", {
                "id": uuid4(), "referral_id": pk, "step": name, "number": number, "at": at, "order": order,
                "by": self.coordinator, "from_state": before, "to_state": after,
            })  # fmt: skip
            self._entry(f"referral:{name}", pseudonym, tenant, at, before, after, order)
        self._add(self.log, object_pk=str(pk), timestamp=at)

    def _entry(
        self, act: str, subject: UUID, tenant: UUID, at: datetime, before: str, after: str, version: int
    ) -> None:
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
        self._add(
            self.entry, id=entry_id, at=at, actor=self.actor, subject=subject, act=act, tenant=tenant,
            writer=self.writer, writer_seq=self.count, body=body, leaf_hash=canonical.leaf_hash(body),
        )  # fmt: skip


def copies() -> list[str]:
    """Return the statements that fill the twins of tables without a sealed value, each twin's of its own."""
    statements = []
    for name in COPIED:
        seen = getattr(service, name)
        left = [
            one.name for one in seen._meta.concrete_fields if isinstance(one, SealedField) or one.generated
        ]
        for twin in (bare.TABLES[name], packages.TABLES[name]):
            columns = ", ".join(
                f'"{one.column}"' for one in twin._meta.concrete_fields if one.name not in left
            )
            statements.append(
                f'INSERT INTO "{twin._meta.db_table}" ({columns}) SELECT {columns} FROM "{seen._meta.db_table}"'
            )
    return statements


def main(server: str, words: list[str]) -> None:
    """Fill the database of the settings."""
    size = common.options(words, size=0).size
    name, began = database.name_of(size), time.monotonic()
    made = world.build()
    made["pseudonym"] = str(pseudonyms.actor(UUID(made["coordinator"]["id"])))
    makers = cache(lambda process: Maker(made, process))
    with database.without_indexes(server, name), database.without_indexes(server, f"{name}_keys"):
        for done in database.in_processes(lambda process, count: makers(process).write(count), size):
            if done % 50_000 == 0 or done == size:
                print(f"  {name}: {done:,} referrals in {time.monotonic() - began:.0f} s", file=sys.stderr)
        database.together(f"{server}/{name}", [[one] for one in copies()])
        print("  indexes …", file=sys.stderr)
    with psycopg.connect(f"{server}/{name}") as connection:
        for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'bench_%'"):
            connection.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {database.ROLE}')
        triage = "SELECT id FROM referrals_referral WHERE state = 'triage' AND authority_id = %s"
        sample = connection.execute(
            f"{triage} ORDER BY md5(id::text) LIMIT 20000", [made["authorities"]["93"]]
        )
        made["sample"] = [str(pk) for (pk,) in sample]
    (database.STATE / name / "world.json").write_text(json.dumps(made))
    print(f"  {name}: filled in {time.monotonic() - began:.0f} s", file=sys.stderr)
