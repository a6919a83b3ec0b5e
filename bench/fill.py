"""The referrals of a bench database: sealed by the service's own code, written by COPY, with the twins of both baselines.

A bench referral is 1 child, 1 holder, 2 facts, 12 sealed values, 3 journal entries. Three in ten are in triage,
the others closed; four in five belong to one authority. Receipts are spread over a month for the first and two
years for the others, so that thousands share a statutory date.
"""

import multiprocessing
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from bench.rows import Table, spelled

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
        from auditlog.models import LogEntry

        from audit import models as audit
        from bench.bare import models as bare
        from bench.packages import models as packages
        from encryption.models import WrappedKey
        from referrals import models as service

        self.random = Random(seed)
        self.authorities = [UUID(found) for found in world["authorities"].values()]
        self.units = [UUID(found) for found in world["units"].values()]
        self.coordinator, self.actor = UUID(world["coordinator"]["id"]), UUID(world["pseudonym"])
        self.writer, self.count, self.mac = uuid4(), 0, b""
        self.kept: dict[UUID, dict[str, Any]] = {}
        self.row: dict[str, dict[str, Any]] = {}
        models: Any = (vars(service), bare.TABLES, packages.TABLES)
        self.of = {
            name: _Twins([one[name] for one in models[: 1 if name in COPIED else 3]]) for name in _DIFFERING
        }
        self.entry = Table(audit.Entry, *ENTRY, outcome="allow")
        self.subject = Table(audit.SubjectPseudonym, "referral_id", "pseudonym", "created_at", "mac")
        self.log = Table(
            LogEntry, "object_pk", "timestamp", **_LOGGED, **_of_log(packages.Referral, self.coordinator)
        )
        self.right = Table(packages.Right, "content_object_id", **self._reader(packages))
        self.key = Table(
            WrappedKey, "id", "kind", "owner", "wrapped_by", "suite", "wrapped", "commitment", "created_at"
        )
        self.lines: dict[str, list[str]] = {}

    def tables(self) -> dict[str, tuple[str, str]]:
        """Return alias and COPY statement of each table, in an order that a foreign key accepts."""
        found = {self.key.name: ("keys", self.key.copy)}
        for alike in self.of.values():
            found |= {one.name: ("default", one.copy) for one in alike.tables}
        others = (self.subject, self.entry, self.log, self.right)
        return found | {one.name: ("default", one.copy) for one in others}

    def batch(self, count: int) -> dict[str, list[str]]:
        """Return the lines of ``count`` referrals by table."""
        self.lines = defaultdict(list)
        for _ in range(count):
            self._referral()
        return self.lines

    def _reader(self, packages: Any) -> dict[str, Any]:
        """Return what stands in each row of guardian's: the right to read, of the coordinator."""
        from django.contrib.auth.models import Permission

        right = Permission.objects.get(codename=packages.VIEW, content_type__app_label=packages.LABEL)
        return {"user_id": self.coordinator, "permission_id": right.pk}

    # --- One referral

    def _referral(self) -> None:
        from referrals.vocabulary import formats
        from referrals.workflow import deadlines

        chance = self.random
        pk, which = uuid4(), 0 if chance.random() < 0.8 else 1
        triage = chance.random() < 0.3
        received = NOW - timedelta(seconds=chance.randrange((30 if triage else 730) * 86_400))
        legal = deadlines.statutory_due(received, ZONE)
        made, ids = self._keys_of(pk, self.authorities[which], again=not triage)
        c2 = received + timedelta(hours=72)
        shell = {
            "id": pk, "reference": formats.new_reference(), "authority_id": self.authorities[which],
            "unit_id": self.units[which], "department": ("93", "75")[which], "version": 4,
            "state": "triage" if triage else "closed_no_action", "urgency": f"U{chance.randrange(4)}",
            "age_band": "11-15", "under_15": True, "created_at": received, "received_at": received,
            "submitted_at": received, "acknowledged_at": received + timedelta(hours=2),
            "closed_at": None if triage else received + timedelta(days=20), "statutory_due_at": legal,
            **dict.fromkeys(("next_due_at", "due_with_measures_at", "due_with_justice_at"), c2 if triage else None),
            "filed_by": chance.randbytes(32),
            "case_key": ids["case"], "filer_key": ids["filer"],
        }  # fmt: skip
        self._all("Referral", shell, {})
        self._form(pk, made, again=not triage)
        stopped = None if triage else shell["closed_at"]
        dues = (("C2", c2, False), ("C4", legal, True),
                ("C5", deadlines.after_months(received, deadlines.FEEDBACK_MONTHS, ZONE), True))  # fmt: skip
        for code, due, statutory in dues:
            clock = {
                "id": uuid4(), "referral_id": pk, "code": code, "started_at": received,
                "warn_at": due - (due - received) / 5, "due_at": due, "stopped_at": stopped, "statutory": statutory,
            }  # fmt: skip
            self._all("Clock", clock, {})
        self._trail(pk, self.authorities[which], received)

    def _form(self, pk: UUID, made: dict[str, Any], *, again: bool) -> None:
        chance = self.random
        child = {"id": uuid4(), "referral_id": pk, "age_band": "11-15", "under_15": True}
        number = chance.randrange(1_000)
        said = {
            "last_name": f"Exemple{number}", "first_names": f"Essai{number % 997}",
            "birth_date": f"{chance.randrange(2011, 2016)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            "commune_insee": "93008", "address": f"{number} rue de l'Essai, Bobigny", "whereabouts": "known",
        }  # fmt: skip
        self._all("Child", child, said, made["case"], again=again)
        holder = {"name": f"Parent Exemple{number}", "link": "mother"}
        self._all("Holder", {"id": uuid4(), "referral_id": pk}, holder, made["case"], again=again)
        for place in range(2):
            fact = {"id": uuid4(), "referral_id": pk, "position": place}
            self._all("Fact", fact, {"text": f"{FACT}{number + place}"}, made["case"], again=again)
        filer = {"filer_name": f"Enseignante Exemple{number}", "filer_email": f"filer{number}@test.invalid"}
        self._all("Concern", {"id": uuid4(), "referral_id": pk}, filer, made["filer"], again=again)

    def _all(
        self, model: str, clear: dict[str, Any], said: dict[str, Any], key: Any = None, *, again: bool = False
    ) -> None:
        """Add the line of a table with its values sealed, and those of its twins with them in plain and by Fernet."""
        for name, line in self.of[model].lines(clear, said, key, again=again):
            self.lines[name].append(line)

    # --- Keys and journal

    def _keys_of(self, pk: UUID, authority: UUID, *, again: bool) -> tuple[dict[str, Any], dict[str, UUID]]:
        """Return what seals the values of a case, and the ids of its keys; ``again`` with keys made before."""
        if again and authority in self.kept:
            made = self.kept[authority]
            return made, {kind: self._repeated(kind, pk) for kind in made}
        # Those of the last open case: they are held, while a process forgets older ones after a minute.
        made = self.kept[authority] = self._keys(pk, authority)
        return made, {kind: one.id for kind, one in made.items()}

    def _repeated(self, kind: str, owner: UUID) -> UUID:
        """Add the line of a key that was made before, as another owner's."""
        values, pk = self.row[kind], uuid4()
        self.lines[self.key.name].append(self.key.line(**values | {"id": pk, "owner": owner}))
        return pk

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
            self.row[str(kind)] = {
                "id": row.pk, "kind": str(row.kind), "owner": owner, "wrapped_by": row.wrapped_by,
                "suite": row.suite, "wrapped": row.wrapped, "commitment": row.commitment, "created_at": NOW,
            }  # fmt: skip
            self.lines[self.key.name].append(self.key.line(**self.row[str(kind)]))
        return found

    def _trail(self, pk: UUID, tenant: UUID, at: datetime) -> None:
        from audit import pseudonyms

        pseudonym = uuid4()
        mac = pseudonyms.mac(self.subject.name, pk, pseudonym)
        self.lines[self.subject.name].append(
            self.subject.line(referral_id=pk, pseudonym=pseudonym, created_at=at, mac=mac)
        )
        if tenant == self.authorities[0]:
            self.lines[self.right.name].append(self.right.line(content_object_id=pk))
        for order, (name, number, before, after) in enumerate(STEPS, 1):
            step = {
                "id": uuid4(), "referral_id": pk, "step": name, "number": number, "at": at, "order": order,
                "by": self.coordinator, "from_state": before, "to_state": after,
            }  # fmt: skip
            self._all("StepRecord", step, {})
            self._entry(f"referral:{name}", pseudonym, tenant, at, before, after, order)
        self.lines[self.log.name].append(self.log.line(object_pk=str(pk), timestamp=at))

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


class _Twins:
    """A table and its twins: what each line of them needs, found out once."""

    def __init__(self, models: list[Any]) -> None:
        from encryption.authentic import Authentic
        from encryption.fields import SealedField

        self.model, last = models[0], models[-1]
        name = self.model.__name__
        self.tables = [Table(one, *_DIFFERING[name], **_FIXED.get(name, {})) for one in models]
        self.sealed = {one.name: one for one in self.model._meta.fields if isinstance(one, SealedField)}
        self.signed = issubclass(self.model, Authentic)
        self.before: dict[tuple[str, str], str] = {}
        if len(models) > 1:
            # Nothing forbids that two rows hold one token, as it is bound to none: each text is encrypted once.
            self.tokens = {name: cache(last._meta.get_field(name).get_prep_value) for name in self.sealed}

    def lines(
        self, clear: dict[str, Any], said: dict[str, Any], key: Any, *, again: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield table and line of one row and its twins; ``again``: with values sealed for another row, where it can."""
        common = {name: spelled(value) for name, value in clear.items()}
        if self.signed:
            common["mac"] = spelled(signature(self.model, clear)["mac"])
        own = self.tables[0]
        if len(self.tables) == 1:
            yield own.name, own.spelled_line(common)
            return
        sealed = {
            name: (again and self.before.get((name, value))) or self._sealed(clear["id"], name, value, key)
            for name, value in said.items()
        }
        plain = {name: spelled(value) for name, value in said.items()}
        tokens = {name: self.tokens[name](value) for name, value in said.items()}
        for table, values in zip(self.tables, (sealed, plain, tokens), strict=True):
            yield table.name, table.spelled_line(common | values)

    def _sealed(self, row: UUID, name: str, value: str, key: Any) -> str:
        found = self.before[name, value] = spelled(key.seal(self.sealed[name], row, value).ciphertext)
        return found


def _of_log(model: Any, actor: UUID) -> dict[str, Any]:
    from django.contrib.contenttypes.models import ContentType

    return {"content_type_id": ContentType.objects.get_for_model(model).pk, "actor_id": actor}


def signature(model: Any, values: dict[str, Any]) -> dict[str, bytes]:
    """Return the HMAC of a row of a case, or of a child, as the service makes it: else it is nobody's to see."""
    from encryption.authentic import Authentic

    if not issubclass(model, Authentic):
        return {}
    field = model.mac_field()
    return {"mac": field.of(values.get(one.attname, one.get_default()) for one in field.columns())}


COPIED = ("Referral", "Clock", "StepRecord")
_DIFFERING = {
    "Referral": SHELL,
    "Concern": ("id", "referral_id", "filer_name", "filer_email"),
    "Child": CHILD,
    "Holder": ("id", "referral_id", "name", "link"),
    "Fact": ("id", "referral_id", "position", "text"),
    "Clock": CLOCK,
    "StepRecord": STEP,
}
#: A row of auditlog as a change of a case leaves it.
_LOGGED = {
    "action": 1,
    "object_repr": "Referral object",
    "changes": {"state": ["draft", "submitted"], "version": ["1", "2"], "urgency": ["", "U2"]},
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

    try:
        lines = _maker.batch(count)
    except Exception as error:
        # One that can't be sent between processes would leave the pool waiting for ever.
        raise RuntimeError(repr(error)) from None
    for name, (alias, statement) in _maker.tables().items():
        with connections[alias].cursor() as cursor, cursor.copy(statement) as copy:
            copy.write("".join(lines[name]))
    return count


def copies() -> list[str]:
    """Return the statements that fill the twins of tables without a sealed value, each twin's of its own."""
    from bench.bare import models as bare
    from bench.packages import models as packages
    from encryption.fields import SealedField
    from referrals import models as service

    found = []
    for name in COPIED:
        for twins in (bare, packages):
            seen, twin = getattr(service, name), twins.TABLES[name]
            left = [
                one.name
                for one in seen._meta.concrete_fields
                if isinstance(one, SealedField) or one.generated
            ]
            columns = ", ".join(
                f'"{one.column}"' for one in twin._meta.concrete_fields if one.name not in left
            )
            found.append(
                f'INSERT INTO "{twin._meta.db_table}" ({columns}) SELECT {columns} FROM "{seen._meta.db_table}"'
            )
    return found


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
