"""Who may: one table, one rule engine, for one case and for lists alike (domain.md §1.3).

The order of decision: signed in → authority → exclusion → relation, restriction included → state → access
class; the first no wins. ``visible_to`` is the rule in SQL; the flags that it annotates are what
``ties_of`` reads, so that "may I" and "list mine" can't differ (SEC-AZ1, SEC-AZ6). A class letter says
which data: A shell, B identity, C filer, D facts, E health, F third parties, G digital traces,
H assessment, I justice, J measures, K protected address.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, reduce
from itertools import batched
from operator import or_
from typing import Any, Final, override
from uuid import UUID

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    Model,
    OuterRef,
    Q,
    QuerySet,
    UUIDField,
    Value,
    When,
)

from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Role
from audit.events import Origin, declare_policy
from audit.pseudonyms import subject_of
from encryption import digest, index
from encryption.authentic import Authentic, CheckedRows, ToldRows
from referrals.errors import NotAllowed
from referrals.models import (
    Approval,
    Assignment,
    Child,
    DeclaredTie,
    Exclusion,
    Grant,
    Joining,
    JudicialReferral,
    Measure,
    Referral,
    RetentionBatch,
    StandIn,
    TransferReceiver,
    TransferRequest,
)
from referrals.workflow.declare import HOLDER, RECEIVER, Step
from referrals.workflow.states import ACTIVE, ALIVE, ApprovalState, Coded, Exploitation, State, TransferState


class Relation(Coded):
    """What ties a person to a case."""

    OWN = "own", "Own filing", "Sa propre transmission"
    TERRITORY = "territory", "Territory", "Territoire"
    UNIT = "unit", "Unit", "Unité"
    ASSIGNED = "assigned", "Assigned", "Désigné·e"
    EXECUTING = "executing", "Executing a measure", "Service chargé d'une mesure"
    APPROVER = "approver", "Second signer", "Second signataire"
    STANDING_IN = "standing_in", "Standing in for someone assigned", "Supplée une personne désignée"
    GRANTED = "granted", "Exceptional access", "Accès exceptionnel"
    SHARED = "shared", "Shared draft", "Brouillon partagé"
    BROKEN_GLASS = "broken_glass", "Emergency opening", "Ouverture d'urgence"
    RECEIVING = "receiving", "Receiving a transfer", "Destinataire d'un transfert"


NOBODY: Final = UUID(int=0)
CLASSES: Final = "ABCDEFGHIJK"

#: Rows of domain.md §1.3, one cell a class from A to K. R/W over the territory; ``a`` by assignment or
#: execution; ``u`` for the own unit; ``x`` where a child's status isn't ``none``; ``b`` by broken glass;
#: ``req`` within an access request. A word is a part of the class: see ``PARTIAL``. W is written by T42, each
#: role on own entries; on H also by PATCH, which is the team's alone (§2.6): the lead's W is T42, for the lead
#: validates the report and is never one of the team that writes it (§1.1, T20).
MATRIX: Final[Mapping[Role, str]] = {
    Role.INTAKE_AGENT: "R RW RW RW W RW W - - shell -",
    Role.CRIP_COORDINATOR: "RW RW RW RW RW RW RW R RW R -",
    Role.ASSESSOR: "a a a a a a a aRW a a -",
    Role.ASSESSMENT_LEAD: "u u u u u u u uRW u u -",
    Role.ASE_INSPECTOR: "a a a a a a a aR aRW aRW a",
    Role.EXPLOITATION_LEAD: "x - - x - x x - - - -",
    Role.CASE_REFERENT: "a a - a a a a a a aRW a",
    Role.MEASURE_SERVICE: "a a - extract extract extract - concl order aRW a",
    Role.ON_CALL: "R b b b b b b - b bW b",
    Role.SUPERVISOR: "R b b b b b b b b R b",
    Role.DPO: "R req req req req req req req req req -",
}
#: What the lead of an institution reads of a draft that the filer shares, beside its coarse word (cell ``s``).
SHARED_READS: Final = frozenset("D")
APPROVER_READS: Final = frozenset("ABDEFGHIJ")
#: Cells of which a role reads a part only: the passages ticked for the service, the conclusion, the
#: judge's order, the shell of a measure.
PARTIAL: Final = ("extract", "concl", "order", "shell")
#: Where each role stands by its ordinary relation.
ORDINARY: Final[Mapping[Role, Relation]] = {
    Role.INTAKE_AGENT: Relation.TERRITORY,
    Role.CRIP_COORDINATOR: Relation.TERRITORY,
    Role.ON_CALL: Relation.TERRITORY,
    Role.SUPERVISOR: Relation.TERRITORY,
    Role.DPO: Relation.TERRITORY,
    Role.EXPLOITATION_LEAD: Relation.TERRITORY,
    Role.ASSESSMENT_LEAD: Relation.UNIT,
    Role.ASSESSOR: Relation.ASSIGNED,
    Role.ASE_INSPECTOR: Relation.ASSIGNED,
    Role.CASE_REFERENT: Relation.ASSIGNED,
    Role.MEASURE_SERVICE: Relation.EXECUTING,
}
ASSIGNED_ROLES: Final = (Role.ASSESSOR, Role.ASE_INSPECTOR, Role.CASE_REFERENT)
#: Roles that an exceptional grant lets read as if they were on the case; never class K, never a write.
GRANTABLE: Final = (Role.ASSESSOR, Role.ASSESSMENT_LEAD, Role.ASE_INSPECTOR, Role.CASE_REFERENT)
APPROVERS: Final = (Role.SUPERVISOR, Role.ASE_INSPECTOR, Role.CRIP_COORDINATOR)
#: Roles with cells that a broken glass opens; on a restricted case it gives everybody what the ordinary tie does.
BREAKERS: Final = tuple(role for role, row in MATRIX.items() if {"b", "bW"} & set(row.split()))
#: Who at an authority is asked to take a case over, and in which state of the request (T32, T33, §2.7). Of the case
#: itself they see no row: ``visible_to`` doesn't know them.
DECIDE_ON_TRANSFERS: Final[Mapping[Role, TransferState]] = {
    Role.CRIP_COORDINATOR: TransferState.SENT,
    Role.SUPERVISOR: TransferState.ARBITRATION,
}
#: What they read of it, beside the documents that are listed: the shell, and in an arbitration nothing.
RECEIVED_READS: Final[Mapping[Role, str]] = {Role.CRIP_COORDINATOR: "A"}
#: Who may begin a draft, and so has its row until it is submitted.
DRAFTERS: Final = (Role.FILER, Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.ON_CALL, Role.API_119)
#: Roles that keep something of what they filed: five words and the own acts (domain.md §1.4).
FILERS: Final = (Role.FILER,)
#: Roles that have the receipt, in the answer to their filing, and nothing later (cell *receipt* of §1.3).
RECEIVERS: Final = (Role.API_119,)
#: Roles that never read a case, its shell included (SEC-AZ16): they have no row above.
BLIND: Final = frozenset(Role) - set(MATRIX) - set(DRAFTERS) - {Role.FILER_ORG_LEAD}
#: Who reads figures, and of facts of which classes, those who read most first: column M of the matrix is all of them,
#: *counts* in column A those of the shell. Never a case (``referrals/figures.py``).
FIGURES: Final[Mapping[Role, str]] = {
    **dict.fromkeys((Role.SUPERVISOR, Role.DPO, Role.STATISTICIAN), CLASSES),
    **dict.fromkeys((Role.TERRITORY_ADMIN, Role.PLATFORM_ADMIN), "A"),
}


def _cells(role: Role) -> dict[str, str]:
    return dict(zip(CLASSES, MATRIX[role].split(), strict=True))


def reads_by(role: Role, relation: Relation) -> frozenset[str]:
    """Return the classes that a role reads in full by a relation."""
    if relation is Relation.APPROVER:
        return APPROVER_READS if role in APPROVERS else frozenset()
    if relation is Relation.RECEIVING:
        return frozenset(RECEIVED_READS.get(role, ""))
    if relation is Relation.OWN or role not in MATRIX:
        return frozenset()
    read = {c for c, cell in _cells(role).items() if "R" in cell or cell in ("a", "u", "x")}
    if relation is Relation.BROKEN_GLASS:
        broken = {c for c, cell in _cells(role).items() if cell.startswith("b")}
        return frozenset(read | broken) if role in BREAKERS else frozenset()
    if relation is Relation.GRANTED:
        return frozenset(read - {"K"}) if role in GRANTABLE else frozenset()
    if relation is Relation.STANDING_IN:
        return frozenset(read) if role in ASSIGNED_ROLES else frozenset()
    return frozenset(read) if relation is ORDINARY[role] else frozenset()


def works_by(role: Role, relation: Relation) -> bool:
    """Tell whether a role does its own steps by a relation: the ordinary one, or standing in for whoever has it."""
    return relation is ORDINARY.get(role) or (relation is Relation.STANDING_IN and role in ASSIGNED_ROLES)


def partial_by(role: Role, relation: Relation) -> dict[str, str]:
    """Return the classes of which a role reads a part, and which part."""
    if role not in MATRIX or relation is not ORDINARY[role]:
        return {}
    return {c: cell for c, cell in _cells(role).items() if cell in PARTIAL}


def writes_by(role: Role, relation: Relation) -> frozenset[str]:
    """Return the classes that a role writes by PATCH or T42."""
    if role not in MATRIX:
        return frozenset()
    written = {c: cell for c, cell in _cells(role).items() if "W" in cell}
    if relation is Relation.BROKEN_GLASS and role in BREAKERS:
        return frozenset(c for c, cell in written.items() if cell.startswith("b"))
    if not works_by(role, relation):
        return frozenset()
    return frozenset(c for c, cell in written.items() if not cell.startswith("b"))


@lru_cache(maxsize=1_000)
def _reads(pairs: frozenset[tuple[Role, Relation]]) -> frozenset[str]:
    return frozenset().union(*(reads_by(role, relation) for role, relation in pairs))


declare_policy(f"access-{digest.sha256(repr(sorted(MATRIX.items())).encode()).hex()[:12]}")


@dataclass(frozen=True, slots=True)
class Ties:
    """What one actor is to one case, as read with its row: (role, relation) pairs and the named list.

    ``named``: what is restricted is open too, by the list or by a broken glass; ``glass``: by the latter now;
    ``listed``: by the former, so that they change the list (T46).
    ``absent``: by role, the person for whom the actor stands in there. ``hidden``: of a filing that was joined to a
    file, the children who are hidden from the actor in that file.
    """

    pairs: frozenset[tuple[Role, Relation]]
    draft: bool
    named: bool
    glass: bool = False
    absent: frozenset[tuple[Role, UUID]] = frozenset()
    hidden: frozenset[UUID] = frozenset()
    listed: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """Return the classes that may be read in full; all of the form for who types a draft (119 only writes)."""
        if self.draft:
            if self.shared:
                return SHARED_READS
            typed = any(role not in RECEIVERS for role, _ in self.pairs)
            return frozenset("ABCDEFG") if typed else frozenset()
        return _reads(self.pairs)

    @property
    def partial(self) -> dict[str, str]:
        """Return the classes of which a part may be read, unless another tie reads them in full."""
        found: dict[str, str] = {}
        for role, relation in self.pairs:
            found |= partial_by(role, relation)
        return {c: part for c, part in found.items() if c not in self.reads}

    @property
    def coarse(self) -> bool:
        """Tell whether the actor sees no more than the filer's five words (domain.md §1.4)."""
        return self.shared or (not self.draft and "A" not in self.reads and not self.partial)

    @property
    def shared(self) -> bool:
        """Tell whether the case is a draft of somebody else's, shown to the lead of the filer's institution."""
        return self.draft and {relation for _, relation in self.pairs} == {Relation.SHARED}

    @property
    def receiving(self) -> bool:
        """Tell whether the actor stands for an authority that was asked to take the case over."""
        return any(relation is Relation.RECEIVING for _, relation in self.pairs)

    @property
    def without_service(self) -> "Ties":
        """Return what is left where the actor isn't for a measure of its service (SEC-AZ21)."""
        pairs = frozenset(pair for pair in self.pairs if pair[1] is not Relation.EXECUTING)
        return self if pairs == self.pairs else replace(self, pairs=pairs)

    def through(self, access_class: str) -> "Ties":
        """Return what is left of the ties by those that read a class: what they alone open of its rows (SEC-AZ21)."""
        if self.draft:
            return self
        pairs = frozenset(pair for pair in self.pairs if access_class in reads_by(*pair))
        return self if pairs == self.pairs else replace(self, pairs=pairs)

    def as_filer(self) -> Role | None:
        """Return the filing role by which the case is the actor's own."""
        return next((role for role, relation in sorted(self.pairs) if relation is Relation.OWN), None)

    @property
    def filed(self) -> bool:
        """Tell whether the actor is to the case what files it, or is shown a draft of it, and nothing else."""
        return all(relation in FILED for _, relation in self.pairs)

    def files_as(self, role: str) -> bool:
        """Tell whether a role ties the actor to the case as who files it, or is shown it, alone (SEC-AL20)."""
        relations = {relation for held, relation in self.pairs if held == role}
        return bool(relations) and relations <= set(FILED)

    def reader(self, actor: Actor) -> Actor:
        """Return the actor as the entry of a reading names them: in the role that opens most."""
        role = self.reading_role()
        if role not in actor.roles:
            return actor
        return actor.acting_as(role, obo=self.in_name_of(role), filing=self.files_as(role))

    def role_for(self, step: Step) -> Role | None:
        """Return the role in which the actor may do a step; None if in none."""
        return next((role for role in step.roles if self._stands(step, role)), None)

    def _stands(self, step: Step, role: Role) -> bool:
        for held, relation in self.pairs:
            if held is not role or (RECEIVER if relation is Relation.RECEIVING else HOLDER) not in step.sides:
                continue
            if relation is Relation.RECEIVING:
                return True
            if self.draft or (relation is Relation.OWN and role in FILERS):
                return relation is Relation.OWN
            if step.seeing or (step.holding and "D" in self._holds(role, relation)):
                return True
            if not step.holding and works_by(role, relation):
                return True
        return False

    def _holds(self, role: Role, relation: Relation) -> frozenset[str]:
        """Return what counts for *holding*: class D, of which an extract is enough (domain.md §2.2 Roles)."""
        return reads_by(role, relation) | frozenset(partial_by(role, relation))

    def in_name_of(self, role: str) -> UUID | None:
        """Return the person for whom the actor acts in a role; None where the role is tied to the case by itself."""
        own = any(held == role and relation is ORDINARY.get(held) for held, relation in self.pairs)
        return None if own else min((user for held, user in self.absent if held == role), default=None)

    def reading_role(self) -> str:
        """Return the role to write down for a read: the one that opens most."""
        return self._ranked()[0]

    def reading_relation(self) -> str:
        """Return the relation to write down for a read: that of the role that opens most."""
        return self._ranked()[1]

    def _ranked(self) -> tuple[str, str]:
        ranked = sorted(self.pairs, key=lambda pair: (-len(reads_by(*pair)), pair))
        return (str(ranked[0][0]), str(ranked[0][1])) if ranked else ("", "")


@dataclass(frozen=True, slots=True)
class Sight:
    """Of which children of one case an actor reads which classes; every part of a case asks it (SEC-AZ20).

    ``children``: all children of the case; empty where no bound applies to the actor. ``hidden``: those restricted to
    other persons (T46). ``confided``: the alive measures of the actor's own service, by id, with the child of each; the
    service's rights count for these alone (SEC-AZ21).
    """

    ties: Ties
    children: frozenset[UUID] = frozenset()
    hidden: frozenset[UUID] = frozenset()
    confided: Mapping[UUID, UUID] = field(default_factory=dict)

    def of(self, child: UUID | None) -> Ties:
        """Return the ties that count for what hangs on a child; None: for the whole case."""
        if child is None or child not in self.children:
            return self.ties
        if child in self.hidden:
            return replace(self.ties, pairs=frozenset())
        return self.ties if child in self.confided.values() else self.ties.without_service

    def of_measure(self, measure: Any) -> Ties:
        """Return the ties that count for a measure: those of its child, the service's for its own measures alone."""
        found = self.of(measure.child_id)
        return found if measure.pk in self.confided else found.without_service

    def reads(self, access_class: str, child: UUID | None = None) -> bool:
        """Tell whether the actor reads a class of what hangs on a child, in full; without one, of the whole case."""
        return access_class in self.of(child).reads

    def unread(self, access_class: str, *, partly: bool = False) -> frozenset[UUID]:
        """Return the children of whom the actor doesn't read a class, in full or, with ``partly``, in part either."""
        return frozenset(
            child
            for child in self.children
            if not self.reads(access_class, child) and not (partly and access_class in self.of(child).partial)
        )


def sight_of(referral: Referral, ties: Ties, actor: Actor) -> Sight:
    """Return of which children the actor sees what, by a query at most for each of the two bounds."""
    if ties.draft or ties.coarse:
        return Sight(ties)
    serves = any(relation is Relation.EXECUTING for _, relation in ties.pairs)
    confided: dict[UUID, UUID] = {}
    if serves:
        services = services_of(actor)
        own = [row for row in referral.measures.all() if row.service_id in services and row.state in ALIVE]
        confided = {row.pk: row.child_id for row in own if row.is_authentic}
    rows: Iterable[Child] = ()
    if "children" in getattr(referral, "_prefetched_objects_cache", {}):
        rows = referral.children.all()
    elif serves or not ties.named:
        rows = referral.children.only("referral", "restricted", "mac")
    children = {child.pk: child.restricted for child in rows}
    hidden = ties.hidden | {pk for pk, restricted in children.items() if restricted and not ties.named}
    if not (hidden or serves):
        return Sight(ties)
    return Sight(ties, frozenset(children) | hidden, hidden, confided)


def filed_by(user_id: UUID) -> bytes:
    """Return the keyed index value by which an account finds its own filings (design.md, Keys)."""
    return index.keyed("filer", user_id.bytes)


def shared_with(organisation_id: UUID) -> bytes:
    """Return the keyed index value by which an institution's lead finds the drafts that are shared with it.

    No draft names in clear where its author works.
    """
    return index.keyed("shared", organisation_id.bytes)


@dataclass(frozen=True, slots=True)
class Tie:
    """One way in which an actor may be tied to cases; ``name`` is its flag on the rows that ``visible_to`` gives."""

    name: str
    role: Role
    relation: Relation


def possible_ties(actor: Actor) -> tuple[Tie, ...]:
    """Return the ways in which the roles held now may tie the actor to a case, in a fixed order."""
    return _ties_by(frozenset(position.role for position in actor.positions))


@lru_cache(maxsize=1_000)
def _ties_by(roles: frozenset[Role]) -> tuple[Tie, ...]:
    found = []
    for role in sorted(roles):
        if role in DRAFTERS:
            found.append(Tie(f"tie_own_{role}", role, Relation.OWN))
        if role in ORDINARY:
            found.append(Tie(f"tie_{role}", role, ORDINARY[role]))
        if role is Role.FILER_ORG_LEAD:
            found.append(Tie(f"tie_shared_{role}", role, Relation.SHARED))
        if role in APPROVERS:
            found.append(Tie(f"tie_approver_{role}", role, Relation.APPROVER))
        if role in GRANTABLE:
            found.append(Tie(f"tie_granted_{role}", role, Relation.GRANTED))
        if role in BREAKERS:
            found.append(Tie(f"tie_glass_{role}", role, Relation.BROKEN_GLASS))
        if role in ASSIGNED_ROLES:
            found.append(Tie(f"tie_standing_{role}", role, Relation.STANDING_IN))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Exceptional:
    """What ties one person to single cases, read in one small query: nearly always nothing at all.

    Ids of cases: on whose list the person stands, to which an access was granted, which it has opened in an emergency,
    whose step it is asked to sign, from which it is excluded. ``standing``: (role, case, absent person) for whom the
    person stands in; ``assigned``: (role, case) on which it is put. ``tied`` isn't empty where the person has declared
    ties (``referrals/kinship``).
    """

    named: frozenset[UUID] = frozenset()
    granted: frozenset[UUID] = frozenset()
    glass: frozenset[UUID] = frozenset()
    approver: frozenset[UUID] = frozenset()
    excluded: frozenset[UUID] = frozenset()
    tied: frozenset[UUID] = frozenset()
    assigned: frozenset[tuple[str, UUID]] = frozenset()
    standing: frozenset[tuple[str, UUID, UUID]] = frozenset()

    def stood_for(self, role: Role) -> dict[UUID, UUID]:
        """Return, by case, the person for whom the actor stands in there in a role."""
        return {case: absent for held, case, absent in sorted(self.standing, reverse=True) if held == role}

    @property
    def unlocked(self) -> frozenset[UUID]:
        """Return the cases whose restriction lets the person through: named, or by a broken glass (§1.3 rule 3)."""
        return self.named | self.glass


#: Of the request that is being answered, where it changes nothing: what was read once holds until its end, or until
#: other rows are in reach.
_read_before: ContextVar[dict[tuple[UUID, datetime], Exceptional] | None] = ContextVar(
    "read_before", default=None
)


@contextmanager
def remembering() -> Iterator[None]:
    """Read each person's exceptional ties once inside the block, in which nothing changes them."""
    token = _read_before.set({})
    try:
        yield
    finally:
        _read_before.reset(token)


def read_again() -> None:
    """Forget what was read: from now on the transaction sees other rows (``referrals/rowlevel.py``)."""
    read_before = _read_before.get()
    if read_before is not None:
        read_before.clear()


def exceptional(actor: Actor, *, at: datetime) -> Exceptional:
    """Return the actor's exceptional ties in force at ``at``."""
    user, read_before = actor.user_id or NOBODY, _read_before.get()
    if read_before is None:
        return _read_exceptional(user, at)
    if (user, at) not in read_before:
        read_before[user, at] = _read_exceptional(user, at)
    return read_before[user, at]


def _read_exceptional(user_id: UUID, at: datetime) -> Exceptional:
    user = UUIDField().get_db_prep_value(user_id, connection)
    now = connection.ops.adapt_datetimefield_value(at)
    found: dict[str, set[Any]] = {}
    standing: frozenset[tuple[str, UUID, UUID]] = frozenset()
    exceptional_sql, standing_sql = _statements(connection.vendor)
    with connection.cursor() as cursor:
        asked = [user, user, now, user, REQUESTED, now, user, user, user, user, now, now]
        cursor.execute(exceptional_sql, asked)
        for kind, case, role, is_over, mac, told in cursor.fetchall():
            if _counts(kind, mac, told, is_over=is_over):
                found.setdefault(kind, set()).add((role, _uuid(case)) if role else _uuid(case))
        if found.pop(_STANDS_IN, None):
            cursor.execute(standing_sql, [*[now] * 4, user, *[now] * 4])
            standing = frozenset(
                (str(role), _uuid(case), _uuid(absent))
                for role, case, absent, restricted, was_barred, *told in cursor.fetchall()
                if all(
                    model.mac_field().is_told(*one)
                    for model, one in zip(_JOINED.values(), batched(told, 2), strict=True)
                )
                and not (was_barred and _is_barred(_uuid(case), _uuid(absent)))
                and not (restricted and not _is_listed(_uuid(case), _uuid(absent), at=at))
            )
    return Exceptional(**{kind: frozenset(ids) for kind, ids in found.items()}, standing=standing)


def _is_barred(case: UUID, user: UUID) -> bool:
    """Tell whether somebody is excluded from a case by a row, of whomever, that the service hasn't lifted."""
    rows = Exclusion.objects.filter(referral=case, user=user)
    return any(row.lifted_at is None or not row.is_authentic for row in rows)


def _is_listed(case: UUID, user: UUID, *, at: datetime) -> bool:
    """Tell whether somebody is on the list of a restricted case by a row that the service wrote."""
    rows = Grant.objects.filter(referral=case, user=user, kind="named", ended_at=None, expires_at__gt=at)
    return bool(rows)


def _counts(kind: str, mac: str | None, told: str, *, is_over: bool) -> bool:
    """Tell whether a row counts: one that gives if it is authentic, one that bars unless its end is (SEC-AZ22)."""
    field = _READ[kind].mac_field()
    if kind in _BARS:
        return not (is_over and field.is_told(mac, told))
    return field.is_told(mac, told)


def _uuid(stored: Any) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)


REQUESTED: Final = ApprovalState.REQUESTED.value
_STANDS_IN: Final = "stands_in"
#: Which table each kind of row is of, and what bars.
_READ: Final[Mapping[str, type[Authentic]]] = {
    **dict.fromkeys(("named", "granted", "glass"), Grant),
    "approver": Approval,
    "assigned": Assignment,
    "excluded": Exclusion,
    "tied": DeclaredTie,
    _STANDS_IN: StandIn,
}
_BARS: Final = frozenset({"excluded", "tied"})
#: Which tables are joined under which names to tell for whom somebody stands in.
_JOINED: Final[Mapping[str, type[Authentic]]] = {
    "s": StandIn,
    "a": Assignment,
    "theirs": Membership,
    "own": Membership,
}


@lru_cache(maxsize=2)
def _statements(_vendor: str) -> tuple[str, str]:
    """Return the two statements below with the columns by which their rows are checked, for one kind of database."""
    read: dict[str, type[Authentic]] = {
        "g": Grant,
        "p": Approval,
        "e": Exclusion,
        "t": DeclaredTie,
        **_JOINED,
    }
    told = {alias: model.mac_field().in_sql(connection, alias) for alias, model in read.items()}
    return _EXCEPTIONAL.format(**told), _STANDING.format(told=", ".join(told[alias] for alias in _JOINED))


#: By hand, since every request asks it: building it anew took a fifth of a request's time. A grant in force has
#: guardian's row, which says the same as ours. Each part is one walk of an index by the person, whatever the database
#: knows of the tables' sizes; who stands in for somebody is asked about that apart, for few do, and planning it takes
#: PostgreSQL longer than all the rest. Assignments stand here, and not in a condition, for they are checked.
_EXCEPTIONAL: Final = f"""
SELECT g.kind, g.referral_id, '', FALSE, {{g}} FROM referrals_grant g
JOIN referrals_referraluserobjectpermission own ON own.id = g.permission_id AND own.user_id = %s
  AND own.content_object_id = g.referral_id
JOIN auth_permission right_ ON right_.id = own.permission_id AND right_.codename = g.kind || '_referral'
WHERE g.user_id = %s AND g.ended_at IS NULL AND g.expires_at > %s
UNION ALL
SELECT 'approver', p.referral_id, '', FALSE, {{p}} FROM referrals_approval p
WHERE p.approver_id = %s AND p.state = %s AND p.expires_at > %s
UNION ALL
SELECT 'excluded', e.referral_id, '', e.lifted_at IS NOT NULL, {{e}} FROM referrals_exclusion e
WHERE e.user_id = %s
UNION ALL
SELECT 'tied', t.user_id, '', t.removed_at IS NOT NULL, {{t}} FROM referrals_declaredtie t
WHERE t.user_id = %s
UNION ALL
SELECT 'assigned', a.referral_id, a.role, FALSE, {{a}} FROM referrals_assignment a
WHERE a.user_id = %s AND a.until_at IS NULL
UNION ALL
SELECT '{_STANDS_IN}', s.id, '', FALSE, {{s}} FROM referrals_standin s
WHERE s.stand_in_id = %s AND s.ended_at IS NULL AND s.since_at <= %s AND s.until_at > %s
"""  # noqa: S608 - a word of ours
#: A stand-in has the assignments of whoever is absent while both hold the role in the same place, where the absent
#: person would see the case (not excluded; on the list of a restricted one), and where no other tie of the stand-in
#: forbids it: whoever assesses doesn't follow the family (D226-2-5), whoever decides works for no service that executes
#: a measure (T48).
_STANDING: Final = f"""
SELECT s.role, a.referral_id, s.absent_id, r.restricted, EXISTS (
  SELECT 1 FROM referrals_exclusion was WHERE was.referral_id = r.id AND was.user_id = s.absent_id
), {{told}} FROM referrals_standin s
JOIN referrals_assignment a ON a.user_id = s.absent_id AND a.role = s.role AND a.until_at IS NULL
JOIN referrals_referral r ON r.id = a.referral_id AND r.authority_id = s.authority_id
JOIN accounts_user u ON u.id = s.absent_id AND u.is_active
JOIN accounts_membership theirs ON theirs.user_id = s.absent_id AND theirs.role = s.role
  AND theirs.authority_id = s.authority_id AND theirs.valid_from <= %s
  AND (theirs.valid_to IS NULL OR theirs.valid_to > %s)
JOIN accounts_membership own ON own.user_id = s.stand_in_id AND own.role = s.role
  AND own.authority_id = s.authority_id AND own.valid_from <= %s
  AND (own.valid_to IS NULL OR own.valid_to > %s)
  AND (theirs.unit_id IS NULL OR theirs.unit_id = own.unit_id)
WHERE s.stand_in_id = %s AND s.ended_at IS NULL AND s.since_at <= %s AND s.until_at > %s
AND NOT EXISTS (
  SELECT 1 FROM referrals_exclusion barred
  WHERE barred.referral_id = r.id AND barred.user_id = s.absent_id AND barred.lifted_at IS NULL
)
AND (NOT r.restricted OR EXISTS (
  SELECT 1 FROM referrals_grant listed
  WHERE listed.referral_id = r.id AND listed.user_id = s.absent_id AND listed.kind = 'named'
    AND listed.ended_at IS NULL AND listed.expires_at > %s
))
AND NOT EXISTS (
  SELECT 1 FROM referrals_assignment other
  WHERE other.referral_id = r.id AND other.user_id = s.stand_in_id AND other.until_at IS NULL
    AND ((s.role = 'assessor' AND other.role = 'case_referent')
      OR (s.role = 'case_referent' AND other.role = 'assessor'))
)
AND NOT (s.role = 'ase_inspector' AND EXISTS (
  SELECT 1 FROM referrals_measure m
  JOIN accounts_membership agent ON agent.organisation_id = m.service_id AND agent.user_id = s.stand_in_id
    AND agent.role = 'measure_service' AND (agent.valid_to IS NULL OR agent.valid_to > %s)
  WHERE m.referral_id = r.id AND m.state IN ({", ".join(f"'{state}'" for state in ALIVE)})
))
"""  # noqa: S608 - the states are codes of ours


# --- Cases as they were written (SEC-AZ22) ------------------------------------------------------------

#: The flag that holds, as text, the measures by which a service has a case: they are checked with the row.
_CONFIDED: Final = f"tie_{Role.MEASURE_SERVICE}"


def _cases(rule: Q) -> "QuerySet[Referral]":
    """Return the cases of a rule, those left out that the service didn't place as they are."""
    return CheckedRows.of(Referral.objects.filter(rule))


class _TiedRows(CheckedRows):
    """Cases with their ties: those left out to which nothing ties any more, once restriction and measures are asked.

    What SQL was told may have been changed by hand; what a row says of its restriction is what was signed.
    """

    @staticmethod
    @override
    def keeps(row: Any) -> bool:
        held = row.__dict__
        if not row.is_authentic:
            return False
        if isinstance(told := held.get(_CONFIDED), str):
            held[_CONFIDED] = Measure.mac_field().any_is_told(told)
        elif not row.bar_was_lifted:
            return True
        named = held.get("tie_named") or held.get("tie_glass")
        open_ = bool(named or not row.restricted or row.state == State.DRAFT)
        return any(
            value and (open_ or name.startswith(_FILED_FLAGS))
            for name, value in held.items()
            if name.startswith("tie_") and name not in {"tie_named", "tie_glass"}
        )


_FILED_FLAGS: Final = ("tie_own_", "tie_shared_")


def shown_with[M: Model](rows: "QuerySet[M]", actor: Actor, *, at: datetime) -> "QuerySet[M]":
    """Return the rows that hang on a case and bring it along, those left out whose case isn't as it was written.

    The condition in SQL that found them was told what the case says; a restriction that it doesn't say any more stands.
    """
    unlocked, checked = exceptional(actor, at=at).unlocked, rows._iterable_class

    class Rows(CheckedRows):
        @staticmethod
        @override
        def keeps(row: Any) -> bool:
            if issubclass(checked, CheckedRows) and not checked.keeps(row):
                return False
            case = row.referral
            return case.is_authentic and (not case.bar_was_lifted or case.pk in unlocked)

    return Rows.of(rows.select_related("referral"))


def visible_to(actor: Actor, *, at: datetime, drafts: bool = True) -> "QuerySet[Referral]":
    """Return the referrals that an actor may know of, each with what ties the actor to it and its pseudonym.

    Without ``drafts`` the drafts that someone of the cell is typing are left out: a queue is then one walk
    of an index.
    """
    return _made(_visible_by, actor, drafts, at=at)


def listed_to(actor: Actor, *, own: bool, at: datetime) -> "QuerySet[Referral]":
    """Return the rows of one of an actor's two lists, annotated as those of ``visible_to`` (SEC-AZ19).

    ``own``: the drafts and filings to which own filing or sharing alone ties the actor, who knows the coarse line of
    them; a list that is filtered or sorted by anything else would tell the rest. Otherwise the cases to which the actor
    is tied in another way, whoever filed them.
    """
    return _made(_listed_to, actor, own, at=at)


def _made(
    make: "Callable[[Actor, Exceptional, bool], QuerySet[Referral]]",
    actor: Actor,
    which: bool,
    *,
    at: datetime,
) -> "QuerySet[Referral]":
    """Return a query that is kept under the rights read just now; none where the actor has no tie to anything."""
    if not possible_ties(actor) or actor.user_id is None:
        return Referral.objects.none()
    holder = Actor(user_id=actor.user_id, positions=actor.positions, origin=Origin())
    return make(holder, exceptional(actor, at=at), which).all()


def works(actor: Actor) -> bool:
    """Tell whether a role that the actor holds may tie it to a case otherwise than by own filing or sharing."""
    return any(tie.relation not in FILED for tie in possible_ties(actor))


@lru_cache(maxsize=200)
def _listed_to(holder: Actor, special: Exceptional, own: bool) -> "QuerySet[Referral]":
    rules = {tie: _rule(holder, tie, special) for tie in possible_ties(holder)}
    filed = {tie: rule for tie, rule in rules.items() if tie.relation in FILED}
    others = {tie: rule for tie, rule in rules.items() if tie.relation not in FILED}
    wanted = _seen(others, special)
    if own:
        wanted = _seen(filed, special) & ~wanted if others else _seen(filed, special)
    return _tied(wanted, holder, rules, special)


@lru_cache(maxsize=200)
def _visible_by(holder: Actor, special: Exceptional, drafts: bool) -> "QuerySet[Referral]":
    """Return the query for rights read just now: only its making is kept, under the rights themselves."""
    ties = possible_ties(holder)
    if not drafts:
        ties = tuple(tie for tie in ties if tie.relation is not Relation.OWN or tie.role in FILERS)
    rules = {tie: _rule(holder, tie, special) for tie in ties}
    return _tied(_seen(rules, special), holder, rules, special)


def _tied(
    wanted: Q, holder: Actor, rules: Mapping[Tie, Q | None], special: Exceptional
) -> "QuerySet[Referral]":
    return _TiedRows.of(Referral.objects.filter(wanted).annotate(**_flags(holder, rules, special)))


def _flags(holder: Actor, rules: Mapping[Tie, Q | None], special: Exceptional) -> dict[str, Any]:
    """Return the annotations that ``ties_of`` reads."""
    # A tie without a rule holds for no row: ``ties_of`` reads its absence so.
    flags = {
        tie.name: _absent_flag(holder, tie, special) if tie.relation is Relation.STANDING_IN else _flag(rule)
        for tie, rule in rules.items()
        if rule is not None
    }
    if _CONFIDED in flags:
        confided = _confided(services_of(holder)).filter(referral=OuterRef("pk"))
        flags[_CONFIDED] = ToldRows.of(confided, "referral")
    flags["tie_named"] = _flag(_among(special.named))
    if special.glass:
        flags["tie_glass"] = _flag(_among(special.glass))
    flags["pseudonym"] = subject_of("pk")  # fills the property of that name: whatever is read is journaled
    return flags


def _flag(rule: Q | None) -> Any:
    """Return the annotation that tells whether a rule holds for a row; None never holds."""
    never = Value(False, output_field=BooleanField())
    return never if rule is None else ExpressionWrapper(rule, output_field=BooleanField())


def _absent_flag(actor: Actor, tie: Tie, special: Exceptional) -> Any:
    """Return the annotation that names for whom the actor stands in; null where for nobody."""
    by_absent: dict[UUID, list[UUID]] = {}
    for case, absent in special.stood_for(tie.role).items():
        by_absent.setdefault(absent, []).append(case)
    here = _here(actor, tie.role)
    return Case(
        *(When(here & Q(pk__in=sorted(cases)), then=Value(absent)) for absent, cases in by_absent.items()),
        default=None,
        output_field=UUIDField(null=True),
    )


def _among(cases: frozenset[UUID]) -> Q | None:
    """Return the rule of single cases; None for none of them."""
    return Q(pk__in=sorted(cases)) if cases else None


def readable_by_class(
    actor: Actor, *, at: datetime
) -> Iterator[tuple[Relation, "QuerySet[Referral]", frozenset[str]]]:
    """Yield, for each tie, its relation, the cases that it lets see and the classes that it lets read in them.

    In these, ``confided_to`` and ``not_hidden`` bound the rows that hang on a child.
    """
    special = exceptional(actor, at=at)
    for tie in possible_ties(actor):
        classes, rule = reads_by(tie.role, tie.relation), _rule(actor, tie, special)
        if classes and rule is not None:
            yield tie.relation, _cases(_seen({tie: rule}, special)), classes


def not_hidden(actor: Actor, *, at: datetime) -> Q:
    """Return the condition of rows with a child and a part that hang on no child hidden from the actor (T46)."""
    unlocked = sorted(exceptional(actor, at=at).unlocked)
    return _hanging_on(
        Child.objects.filter(Q(restricted=False) | Q(referral__in=unlocked)), Measure.objects.all()
    )


def confided_to(actor: Actor) -> Q:
    """Return the condition of rows with a child and a part that a service may read: of its measures, or of the case."""
    own = _confided(services_of(actor))
    return _hanging_on(Child.objects.filter(measures__in=own), own)


def _hanging_on(children: "QuerySet[Child]", measures: "QuerySet[Measure]") -> Q:
    """Return the condition of rows that hang on one of these children, and there on one of the measures, or on none.

    A row's child is its column's, else its part's. Each is looked up by its key, so that a list still walks its index.
    """
    part = OuterRef("part")
    about = JudicialReferral.objects.filter(pk=part, children__isnull=False)
    measure = Measure.objects.filter(pk=part)
    return (
        (Q(child=None) | Q(Exists(children.filter(pk=OuterRef("child")))))
        & (~Q(Exists(measure)) | Q(Exists(measures.filter(pk=part, child__in=children.values("pk")))))
        & (~Q(Exists(about)) | Q(Exists(about.filter(children__in=children.values("pk")))))
    )


def seen_with(
    actor: Actor, access_class: str, *, at: datetime
) -> Iterator[tuple[Relation, "QuerySet[Referral]"]]:
    """Yield the cases in which the actor reads a class, in full or in part, with the relation that lets it."""
    special = exceptional(actor, at=at)
    for tie in possible_ties(actor):
        rule = _rule(actor, tie, special)
        read = reads_by(tie.role, tie.relation) | frozenset(partial_by(tie.role, tie.relation))
        if access_class in read and rule is not None:
            yield tie.relation, _cases(_seen({tie: rule}, special))


def known_as(actor: Actor, pk: UUID, *, at: datetime) -> "QuerySet[Referral]":
    """Return the case that an id means to an actor: to whoever filed, the row as which the filing goes on (T32)."""
    named = Q(pk=pk)
    if actor.holding(FILERS):
        named |= Q(filed_as=pk, tie_own_filer=True)
    return visible_to(actor, at=at).filter(named)


def transfers_to(actor: Actor, *, at: datetime) -> "QuerySet[TransferRequest]":
    """Return the requests on which the actor may decide for the authority that was asked, the excluded left out.

    Exclusions and restriction are those of the case at its origin: to be asked where its rows are in reach
    (``referrals/transfers.py``).
    """
    asked = [
        Q(state=state, target_id__in=sorted({p.authority_id for p in actor.holding([role])}))
        for role, state in DECIDE_ON_TRANSFERS.items()
        if actor.holding([role])
    ]
    if not asked or actor.user_id is None:
        return TransferRequest.objects.none()
    special = exceptional(actor, at=at)
    barred = sorted(special.excluded)
    mine = TransferReceiver.objects.filter(request=OuterRef("pk"), user=actor.user_id)
    open_ = Q(referral__restricted=False) | Exists(mine)
    found = TransferRequest.objects.filter(reduce(or_, asked), open_, referral__state__in=ACTIVE)
    if special.tied:
        found = found.filter(referral__index_norm__gt=0)
    found = found.exclude(referral_id__in=barred).select_related("referral")
    return _AskedRows.of(found.annotate(receives=ToldRows.of(mine, "request")))


class _AskedRows(CheckedRows):
    """Requests that ask as they were sent, about cases as they were written; restricted ones for their receivers."""

    @staticmethod
    @override
    def keeps(row: Any) -> bool:
        if not (row.is_authentic and row.referral.is_authentic):
            return False
        return not row.referral.restricted or TransferReceiver.mac_field().any_is_told(row.receives)


def ties_to(request: "TransferRequest", actor: Actor) -> Ties:
    """Return what ties the actor to the case of a request that ``transfers_to`` gave."""
    seats = actor.roles_in(request.target_id)
    pairs = {
        (role, Relation.RECEIVING)
        for role, state in DECIDE_ON_TRANSFERS.items()
        if role in seats and request.state == state
    }
    return Ties(pairs=frozenset(pairs), draft=False, named=False)


def visible_as(actor: Actor, role: Role, *, at: datetime) -> "QuerySet[Referral]":
    """Return the cases that the actor sees by the ordinary relation of one role, and by no other."""
    special = exceptional(actor, at=at)
    rules = {
        tie: _rule(actor, tie, special)
        for tie in possible_ties(actor)
        if tie.role is role and tie.relation is ORDINARY[role]
    }
    return _cases(_seen(rules, special))


def joined_filings(referral: Referral) -> Iterator[Referral]:
    """Yield the filings joined to a file, and those joined to them before."""
    for found in _joinings(referral):
        yield found.referral
        yield from joined_filings(found.referral)


def _joinings(referral: Referral) -> "QuerySet[Any]":
    joined = Joining.objects.filter(target=referral, undone_at=None)
    return CheckedRows.of(joined.select_related("referral__concern"))


def readable_filings(
    referral: Referral, ties: Ties, actor: Actor, *, at: datetime
) -> Iterator[tuple[Referral, Ties]]:
    """Yield the filings joined to a file that its reader may read, with the ties that count for each (T12).

    The file's own ties, unless the reader is excluded from the filing, or it is restricted to others. A broken glass
    opens one case, and no other that was joined to it (§1.3 rule 7). A child who is hidden in the file is hidden in
    its filings too, under the id that it has there, and a filing about hidden children alone is too (SEC-AZ20).
    """
    special = exceptional(actor, at=at)
    ordinary = frozenset(pair for pair in ties.pairs if pair[1] is not Relation.BROKEN_GLASS)
    hidden = sight_of(referral, ties, actor).hidden
    for joining in _joinings(referral):
        filing = joining.referral
        named, glass = filing.pk in special.unlocked, filing.pk in special.glass
        twins = {UUID(mine) for mine, same in joining.same_children.items() if UUID(same) in hidden}
        theirs = replace(
            ties, pairs=ties.pairs if glass else ordinary, named=named, glass=glass, hidden=hidden | twins
        )
        told = filing.pk not in special.excluded and (named or not filing.restricted)
        if told and not (hidden and _about_hidden_alone(joining, hidden)):
            yield filing, theirs
        yield from readable_filings(filing, replace(theirs, pairs=ties.pairs, glass=ties.glass), actor, at=at)


def _about_hidden_alone(joining: Joining, hidden: frozenset[UUID]) -> bool:
    """Tell whether all children of a filing are hidden in its file, as the same there or as brought to it."""
    same = {UUID(theirs) for theirs in joining.same_children.values()}
    brought = joining.moved.filter(relation="children").values_list("row", flat=True)
    return same <= hidden and set(brought) <= hidden


def own_filings(actor: Actor, *, at: datetime) -> "QuerySet[Referral]":
    """Return what the actor filed, as a filer sees it."""
    special = exceptional(actor, at=at)
    own = {
        tie: _rule(actor, tie, special)
        for tie in possible_ties(actor)
        if tie.relation is Relation.OWN and tie.role in FILERS
    }
    return _cases(_seen(own, special)) if own else Referral.objects.none()


def receipts(actor: Actor, *, at: datetime) -> QuerySet[Referral]:
    """Return what a program filed, for the receipt that answers its filing and for nothing else (domain.md §1.3).

    No case of these is one that the program may know of later: ``visible_to`` doesn't give it.
    """
    if not actor.holding(RECEIVERS) or actor.user_id is None:
        return Referral.objects.none()
    filed = Q(filed_by=filed_by(actor.user_id)) & ~Q(state__in=[State.DRAFT, State.PURGED])
    barred = _among(exceptional(actor, at=at).excluded)
    return _cases(filed if barred is None else filed & ~barred)


def breakable(actor: Actor, *, at: datetime) -> "QuerySet[Referral]":
    """Return the cases that the actor may open in an emergency: what the ordinary ties show, restricted or not.

    Of the own authorities, and of none that the actor is excluded from (domain.md §1.3 rules 3, 7 and 8).
    """
    special = exceptional(actor, at=at)
    apart = (Relation.OWN, Relation.SHARED, Relation.BROKEN_GLASS)
    rules = {tie: _rule(actor, tie, special) for tie in possible_ties(actor) if tie.relation not in apart}
    here = Q(authority_id__in=sorted(actor.authority_ids))
    flags: dict[str, Any] = {tie.name: _flag(rule) for tie, rule in rules.items() if rule is not None}
    flags |= {"tie_named": _flag(_among(special.named)), "pseudonym": subject_of("pk")}
    seen = _seen(rules, special, past_restriction=True)
    return _cases(seen & here).annotate(**flags)


def may_break(actor: Actor) -> bool:
    """Tell whether a role that the actor holds could ever open a case in an emergency, whichever case it is."""
    return bool(actor.holding(ORDINARY))


def may_break_this(pk: UUID, actor: Actor, *, at: datetime) -> bool:
    """Tell whether to offer the actor, who sees this case, to open it in an emergency.

    Others than those for whom a broken glass opens cells could, where a child is restricted to other persons: to offer
    it would tell them of that child (SEC-AZ20).
    """
    referral = breakable(actor, at=at).filter(pk=pk).first()
    return referral is not None and breaking_role(referral, actor) in BREAKERS


def breaking_role(referral: Referral, actor: Actor) -> Role | None:
    """Return the role in which the actor opens a case that ``breakable`` gave; None where nothing more is opened.

    By a role with cells that a broken glass opens; by others where case or child is restricted to other persons.
    """
    row: Any = referral
    held = [tie.role for tie in possible_ties(actor) if getattr(row, tie.name, False)]
    here = [role for role in held if role in actor.roles_in(referral.authority_id or NOBODY)]
    withheld = referral.restricted or any(
        child.restricted for child in referral.children.only("referral", "restricted", "mac")
    )
    if not row.tie_named and withheld:
        return next((role for role in here if role in BREAKERS), here[0] if here else None)
    return next((role for role in here if role in BREAKERS), None)


#: Who keeps the files of an authority: reads its batches of destruction (domain.md §2.7 ``RetentionBatch``).
KEEPERS: Final = (Role.DPO, Role.SUPERVISOR)


def batches_of(actor: Actor) -> "QuerySet[RetentionBatch]":
    """Return the batches of the authorities whose files the actor keeps; which files are in them is asked by case."""
    kept = sorted({position.authority_id for position in actor.holding(KEEPERS)})
    return RetentionBatch.objects.filter(authority__in=kept).select_related("authority")


def _seen(rules: Mapping[Tie, Q | None], special: Exceptional, *, past_restriction: bool = False) -> Q:
    """Return the rule of what may be seen: not purged, no exclusion, then one of the ties, restriction included.

    What an ordinary tie of the same role contains anyway adds nothing to it, and is left out: PostgreSQL
    couldn't walk an index in order past the OR.
    """
    whole = {tie.role for tie in rules if tie.relation is Relation.TERRITORY and tie.role not in NARROWED}
    own: list[Q] = []
    others: list[Q] = []
    for tie, rule in rules.items():
        if rule is None or (
            tie.relation is not Relation.TERRITORY and tie.relation in HERE and tie.role in whole
        ):
            continue
        (own if tie.relation in FILED else others).append(rule)
    seen = []
    if others:
        any_of_them = reduce(or_, others) & ~Q(state=State.DRAFT)
        if special.tied:
            any_of_them &= _COMPARED
        if not past_restriction:
            open_, unlocked = Q(restricted=False), _among(special.unlocked)
            any_of_them &= open_ if unlocked is None else open_ | unlocked
        seen.append(any_of_them)
    seen += own
    if not seen:
        return Q(pk__in=[])
    found: Q = reduce(or_, seen) & ~Q(state=State.PURGED)
    barred = _among(special.excluded)
    return found if barred is None else found & ~barred


#: The people of the case have been compared with declared ties: it isn't filed without, and what changes them since
#: closes it to whoever has declared any, until the service has looked again (``indexing.outdate``).
_COMPARED: Final = Q(index_norm__gt=0)
#: Relations that hold within the authorities of the role, as a territory does.
HERE: Final = (Relation.APPROVER, Relation.GRANTED, Relation.BROKEN_GLASS, Relation.STANDING_IN)
#: Relations to what one files: they give the coarse line, and lift no bound (SEC-AZ19, SEC-AZ21).
FILED: Final = (Relation.OWN, Relation.SHARED)
#: Territory roles that see a part of it only.
NARROWED: Final = (Role.EXPLOITATION_LEAD,)


def _here(actor: Actor, role: Role) -> Q:
    """Return the condition of cases at the authorities where the actor holds a role."""
    return Q(authority_id__in=sorted({position.authority_id for position in actor.holding([role])}))


def _rule(actor: Actor, tie: Tie, special: Exceptional) -> Q | None:
    """Return the condition of one tie, in SQL; None where it holds for no case at all."""
    here = _here(actor, tie.role)
    if tie.relation is Relation.OWN:
        own = Q(filed_by=filed_by(actor.user_id)) if actor.user_id else None
        if own is None or tie.role not in FILERS:
            return own if own is None else own & Q(state=State.DRAFT)
        return own & Q(goes_on_as=None)  # one filing, wherever it has got to (§1.4)
    if tie.relation is Relation.SHARED:
        shared = [shared_with(found) for found in sorted(institutions_of(actor))]
        return Q(state=State.DRAFT, shared_with__in=shared) if shared else None
    if tie.relation in HERE:
        cases = _among(_exceptional_cases(tie, special))
        return None if cases is None else here & cases
    return _ordinary_rule(actor, tie.role, tie.relation, here, special)


def _exceptional_cases(tie: Tie, special: Exceptional) -> frozenset[UUID]:
    if tie.relation is Relation.STANDING_IN:
        return frozenset(special.stood_for(tie.role))
    by_relation = {
        Relation.APPROVER: special.approver,
        Relation.GRANTED: special.granted,
        Relation.BROKEN_GLASS: special.glass,
    }
    return by_relation[tie.relation]


def _ordinary_rule(actor: Actor, role: Role, relation: Relation, here: Q, special: Exceptional) -> Q | None:
    if role is Role.EXPLOITATION_LEAD:
        return here & ~Q(prostitution_status=Exploitation.NONE)
    if relation is Relation.TERRITORY:
        return here
    if relation is Relation.UNIT:
        return here & Q(unit_id__in=sorted({p.unit_id for p in actor.holding([role]) if p.unit_id}))
    if relation is Relation.ASSIGNED:
        cases = _among(frozenset(case for held, case in special.assigned if held == role))
        return None if cases is None else here & cases
    return Q(pk__in=_confided(services_of(actor)).values("referral_id"))


def _confided(services: frozenset[UUID]) -> "QuerySet[Measure]":
    return Measure.objects.filter(service_id__in=sorted(services), state__in=ALIVE)


def ties_of(referral: Referral, actor: Actor) -> Ties:
    """Return what ties the actor to a referral that ``visible_to`` gave."""
    row: Any = referral
    held = [t for t in possible_ties(actor) if getattr(row, t.name, None)]
    pairs = frozenset((t.role, t.relation) for t in held)
    absent = frozenset((t.role, getattr(row, t.name)) for t in held if t.relation is Relation.STANDING_IN)
    glass = bool(getattr(row, "tie_glass", False))
    listed = bool(row.tie_named)
    named = listed or glass
    if referral.state != State.DRAFT and referral.restricted and not named:
        pairs, absent = frozenset(pair for pair in pairs if pair[1] is Relation.OWN), frozenset()
    draft = referral.state == State.DRAFT
    return Ties(pairs=pairs, draft=draft, named=named, glass=glass, absent=absent, listed=listed)


def state_seen(referral: Referral, ties: Ties) -> str:
    """Return the state from which the actor's steps start: a filing taken back stays so for whoever took it back.

    Otherwise what one may do would tell that somebody took the case up again (domain.md §1.4).
    """
    taken_back = ties.coarse and not ties.receiving and referral.withdrawn_at is not None
    return str(State.WITHDRAWN if taken_back else referral.state)


def services_of(actor: Actor) -> frozenset[UUID]:
    """Return the organisations for which the actor executes measures."""
    held = actor.holding([Role.MEASURE_SERVICE])
    return frozenset(p.organisation_id for p in held if p.organisation_id)


def institutions_of(actor: Actor) -> frozenset[UUID]:
    """Return the organisations whose lead the actor is."""
    return frozenset(p.organisation_id for p in actor.holding([Role.FILER_ORG_LEAD]) if p.organisation_id)


#: Who answers for the people of an authority: a supervisor for all of them, a lead for those of the own unit.
ANSWERING: Final = (Role.SUPERVISOR, Role.ASSESSMENT_LEAD)


def people_of(actor: Actor, *, at: datetime) -> "QuerySet[Membership]":
    """Return the memberships in force of the people for whom the actor answers, whatever their role."""
    whole = {position.authority_id for position in actor.holding([Role.SUPERVISOR])}
    units = {position.unit_id for position in actor.holding([Role.ASSESSMENT_LEAD]) if position.unit_id}
    theirs = Q(authority_id__in=sorted(whole)) | Q(unit_id__in=sorted(units))
    return Membership.objects.in_force(at).filter(theirs)


def require_worker(actor: Actor) -> None:
    """Refuse whoever neither works by assignment nor answers for who does.

    Raises:
        NotAllowed: none of the actor's roles has anybody to stand in for.
    """
    if not actor.holding((*ASSIGNED_ROLES, *ANSWERING)):
        raise NotAllowed("stand-in:name")


def may_begin(actor: Actor) -> Role | None:
    """Return the role in which the actor may begin a draft (T01)."""
    return next((role for role in DRAFTERS if actor.holding([role])), None)
