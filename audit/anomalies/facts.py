"""Journal entry as the rules see it: who did what on which pseudonyms, when, from where.

It is read from the entry's canonical bytes.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final
from uuid import UUID

from audit import events

#: An act of reading, or of getting at what is to be read: everything else that a person does on a case is work on it.
READING: Final = frozenset(
    {
        *events.OPENINGS,
        "list:opened",
        "search:done",
        "search:elsewhere",
        "field:namesake",
        "message:read",
        "receipt:given",
        "glass:open",
        "glass:give_back",
        "audit:queried",
        "audit:exported",
        "anomaly:identities",
    }
)
#: How a calendar signs in (``accounts/signin.py``).
UNATTENDED: Final = "feed"
#: Written beside an opening when the reader bears the surname of a child or holder of the file.
NAMESAKE: Final = "field:namesake"
#: Written when a command makes a file a decoy (SEC-AZ17).
DECOY_MADE: Final = "decoy:made"
events.register(NAMESAKE, DECOY_MADE)


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry. ``state`` is that of the case before the act, ``asked`` the keyed digest of what was asked for.

    ``count`` is for how many of its kind it stands.
    """

    id: UUID
    at: datetime
    act: str
    outcome: str = "allow"
    tenant: UUID | None = None
    actor: UUID | None = None
    role: str = ""
    subjects: tuple[UUID, ...] = ()
    purpose: str = ""
    rule: str = ""
    state: str = ""
    asked: str = ""
    network: str = ""
    device: str = ""
    values: int = 0
    count: int = 1
    writer: UUID | None = None
    seq: int = 0
    mono: int = 0

    @property
    def place(self) -> str:
        """Return network and family of the browser, or an empty text; a browser's next version is the same place."""
        return f"{self.network} {self.device.partition('/')[0]}" if self.network and self.device else ""

    @property
    def opens(self) -> bool:
        # What the service opens by itself, at night, is no reading of anybody.
        return self.act in events.OPENINGS and self.outcome == "allow" and self.actor is not None

    @property
    def works(self) -> bool:
        """Tell whether something was done on a file, and not merely read."""
        # By what it isn't: a step that is added later counts as work without being listed here.
        return bool(self.subjects) and self.outcome == "allow" and self.act not in READING


def fact_of(body: bytes) -> Fact:
    # From the bytes: a changed column must neither hide an act from a rule nor pin it on somebody else.
    entry = json.loads(body)
    return Fact(
        id=UUID(entry["id"]),
        at=datetime.fromisoformat(entry["ts"]),
        act=entry["act"],
        outcome=entry["out"],
        tenant=_uuid(entry["tenant"]),
        actor=_uuid(entry["actor"]),
        role=entry["role"] or "",
        subjects=tuple(map(UUID, entry["obj"])),
        purpose=entry["why"] or "",
        rule=entry["rule"] or "",
        state=entry["from"] or "",
        asked=entry["pd"] or "",
        # A calendar reads its feed by itself, from wherever its host stands: that is no place of the person.
        network="" if entry["auth"] == UNATTENDED else entry["ip"] or "",
        device=f"{entry['ua'] or ''} {entry['dev'] or ''}".strip(),
        values=sum(entry["fields"].values()),
        # Denials that were counted together stand in one entry (SEC-AZ23).
        count=entry["n"] or 1,
        writer=_uuid(entry["w"]),
        seq=entry["wseq"],
        mono=entry["mono"],
    )


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one authority has chosen, as far as rules ask, and the instant at which they are asked.

    ``limits`` maps the name of a limit to its figure. ``on_duty`` tells whether the authority is at work at an
    instant, ``zone`` is that of its days. ``decoys`` are pseudonyms of files that nobody has a reason to open.
    """

    at: datetime
    limits: Mapping[str, int]
    zone: tzinfo
    on_duty: Callable[[datetime], bool]
    rules: frozenset[str]
    closed: frozenset[str] = frozenset()
    decoys: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """The facts of one person, file, question or writer, in the order of their instants, and what came before them.

    ``before`` is the last instant of anything earlier; ``devices`` are those known from the sessions before.
    """

    facts: tuple[Fact, ...]
    before: datetime | None = None
    devices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule fits: the facts that make it up, whom it is about, and how much there was of what the rule counts."""

    facts: tuple[Fact, ...]
    count: int
    actor: UUID | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit as it is told: by its ``key`` it is told once, however often the rule is asked.

    ``facts`` are all that make it up, where a rule found it; ``entries`` and ``subjects`` name the first hundred.
    """

    rule: str
    tenant: UUID
    key: str
    actor: UUID | None
    subjects: tuple[UUID, ...]
    entries: tuple[UUID, ...]
    first_at: datetime
    last_at: datetime
    count: int
    facts: tuple[Fact, ...] = field(default=(), repr=False, compare=False)


#: How many entries and files a finding names at most.
NAMED: Final = 100
DAY: Final = timedelta(days=1)
