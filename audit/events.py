"""Register of acts, outcomes and purposes that an entry may hold, and of origins of requests.

Acts are a closed register (``source:done``): each app registers its own when it is imported, and
an act that nobody registered can't be written. Everything here is a code; nothing is free text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from audit.errors import EntryRefused, UnknownAct

# Codes of rules, states, roles, labels: ASCII, no blank, so that no sentence and hardly a name fits.
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}")
_ACT: Final = re.compile(r"[a-z][a-z0-9_-]{0,29}:[a-z][a-z0-9_-]{0,31}")
_ORIGIN: Final = re.compile(r"[A-Za-z0-9_.:/+=-]{0,64}")


class Outcome(StrEnum):
    ALLOW = "allow"
    DENY = "deny"
    FAIL = "fail"


class Purpose(StrEnum):
    """Why a person reads or acts: the closed list of purposes of use."""

    FILING = "filing"
    TRIAGE = "triage"
    HANDLING = "handling"
    ASSESSMENT = "assessment"
    DECISION = "decision"
    MEASURE = "measure"
    JUDICIAL = "judicial"
    LISTING = "listing"
    SEARCH = "search"
    EMERGENCY = "emergency"
    ADMINISTRATION = "administration"
    AUDIT = "audit"
    STATISTICS = "statistics"
    EXPORT = "export"
    ACCESS_REQUEST = "access_request"
    MAINTENANCE = "maintenance"
    DEMO = "demo"


_BROWSERS: Final = (
    ("curl", re.compile(r"curl/(\d{1,4})")),
    ("edge", re.compile(r"Edg(?:e|A|iOS)?/(\d{1,4})")),
    ("firefox", re.compile(r"(?:Firefox|FxiOS)/(\d{1,4})")),
    ("chrome", re.compile(r"(?:Chrome|Chromium|CriOS)/(\d{1,4})")),
    ("safari", re.compile(r"Version/(\d{1,4})[\d.]* (?:Mobile/\w+ )?Safari/")),
    ("python", re.compile(r"python-(?:requests|httpx|urllib3?)/(\d{1,4})", re.IGNORECASE)),
)


def user_agent(header: str) -> str:
    """Return the family and major version in a ``User-Agent`` header: ``firefox/140``, or ``other``.

    The header itself is free text that a stranger wrote: it never enters the journal.
    """
    # In this order: Edge and Chrome name Safari, Edge names Chrome. The first that matches is the most specific.
    for family, pattern in _BROWSERS:
        if match := pattern.search(header, 0, 512):
            # The major version alone: the rest tells machines apart, and so people.
            return f"{family}/{match[1]}"
    return "other" if header else ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, without personal data: ≤ 64 ASCII characters each, empty if unknown.

    ``rid`` request id · ``ip`` truncated or keyed address · ``ua`` as ``user_agent`` gives it · ``dev``
    keyed device id · ``trace`` id of a trace · ``auth`` how the caller signed in (``session``, ``token``, ``feed``).

    Raises:
        EntryRefused: a value holds a blank or another sign that a code hasn't.
    """

    rid: str = ""
    ip: str = ""
    ua: str = ""
    dev: str = ""
    trace: str = ""
    auth: str = ""

    def __post_init__(self) -> None:
        for value in (self.rid, self.ip, self.ua, self.dev, self.trace, self.auth):
            # Refused when the request comes in, not when the entry is written: no header may make an act fail late.
            if not _ORIGIN.fullmatch(value):
                raise EntryRefused


class Acting(Protocol):
    """Whoever acts, as far as the journal must know them (``accounts.actor.Actor`` is one)."""

    @property
    def user_id(self) -> UUID | None:
        """The account; the journal writes its pseudonym. None for the service itself."""

    @property
    def role(self) -> str:
        """The role in which this act is done; empty when none."""

    @property
    def organisation_id(self) -> UUID | None:
        """The organisation on whose behalf the role is held."""

    @property
    def obo(self) -> UUID | None:
        """The account for which a job or a delegate acts (SEC-AZ11)."""

    @property
    def filing(self) -> bool:
        """Whether the act is on a case as who files it; its entry then says neither by whom nor from where."""

    @property
    def origin(self) -> Origin:
        """Where the request came from."""


# Filled at import, so that audit needs to know no app above it.
ACTS: set[str] = set()


def register(*acts: str) -> None:
    """Add acts to the register; called by the app that performs them, when it is imported.

    Raises:
        UnknownAct: not of the form ``source:done``.
    """
    for act in acts:
        # At import: a misspelt act stops the start, not a request.
        if not _ACT.fullmatch(act):
            raise UnknownAct
        ACTS.add(act)


def registered() -> list[str]:
    """Return all acts, in alphabetical order."""
    return sorted(ACTS)


_policy: str | None = None


def declare_policy(version: str) -> None:
    """Say which version of the access rules is in force: a digest or number, ≤ 64 characters.

    Called once by the app that owns the rules; every entry names it, so that a decision can be judged later
    by the rules of its day.
    """
    global _policy
    # Before it is kept: a wrong one would stop each act, and not the start.
    check_codes([version])
    _policy = version


def policy() -> str | None:
    """Return the version of the access rules in force; None while none is declared."""
    return _policy


# --- Questions that auditors ask ready-made --------------------------------------------------------------


class Topic(StrEnum):
    """What an auditor asks for as one thing, whatever the acts are called; an entry has one topic or none."""

    GLASS = "glass"
    EXPORT = "export"
    SEARCH = "search"
    RIGHTS = "rights"
    CLOSED = "closed"


#: The act by which sealed fields of a case are read, and that by which one of its files is.
OPENED: Final = "field:opened"
FILE_OPENED: Final = "attachment:opened"
#: All by which somebody reads what a case holds.
OPENINGS: Final = (OPENED, FILE_OPENED)
_topics: dict[str, Topic] = {}
_closed: set[str] = set()


def file_under(topic: Topic, *acts: str) -> None:
    """Say what acts are about; called by the app that performs them, when it is imported."""
    _topics.update(dict.fromkeys(acts, topic))


def declare_closed(*states: str) -> None:
    """Say in which states a case is closed: a reading of it then is a topic of its own (domain.md §7.4)."""
    _closed.update(states)


def topic_of(act: str, state: str) -> Topic | None:
    """Return what an entry is about; ``state`` is that of the case before the act."""
    # The topic of a reading depends on the state alone; it is computed again whenever columns are compared.
    if act in OPENINGS:
        return Topic.CLOSED if state in _closed else None
    return _topics.get(act)


def closed() -> frozenset[str]:
    return frozenset(_closed)


class Counted(StrEnum):
    """What is counted of an authority, day by day, beside readings, searches and refusals."""

    CHANGES = "changes"
    EMERGENCIES = "emergencies"
    EXPORTS = "exports"


_counted: dict[Counted, set[str]] = {one: set() for one in Counted}


def count_as(what: Counted, *acts: str) -> None:
    """Say which acts are counted as one thing; called by the app that performs them, when it is imported."""
    _counted[what].update(acts)


def counted(what: Counted) -> frozenset[str]:
    return frozenset(_counted[what])


def check_codes(values: Iterable[str]) -> None:
    """Refuse what isn't a code.

    Raises:
        EntryRefused: one of the values isn't.
    """
    for value in values:
        if not CODE.fullmatch(value):
            raise EntryRefused


register(
    *OPENINGS,
    "list:opened",
    "request:denied",
    "request:failed",
    "audit:queried",
    "audit:exported",
)
file_under(Topic.EXPORT, "audit:exported")
count_as(Counted.EXPORTS, "audit:exported")
