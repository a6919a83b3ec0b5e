"""Visibility rule of cases: one rule, for one case and for lists alike (domain.md §1.3).

The order of decision: signed in → authority → exclusion → relation, restriction included → state → access class; the
first refusal wins. ``visible_to`` is the rule in SQL; the flags that it annotates are what ``ties_of`` reads, so that
the check of one case and the list of cases can't differ (SEC-AZ1, SEC-AZ6). A class letter says which data: A shell, B
identity, C filer, D facts, E health, F third parties, G digital traces, H assessment, I justice, J measures, K
protected address.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any, Final, override
from uuid import UUID

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
from accounts.roles import Role
from audit.events import Origin, declare_policy
from audit.pseudonyms import subject_of
from encryption import digest
from encryption.authentic import CheckedRows, ToldRows
from referrals.access.exceptions import Exceptional, exceptional
from referrals.access.matrix import (
    BREAKERS,
    DECIDE_ON_TRANSFERS,
    FILED,
    FILERS,
    MATRIX,
    NOBODY,
    ORDINARY,
    RECEIVERS,
    Relation,
    partial_by,
    reads_by,
)
from referrals.access.people import institutions_of, services_of
from referrals.access.relations import CaseAccess, Tie, filed_by, possible_ties, shared_with
from referrals.models import (
    Child,
    Joining,
    JudicialReferral,
    Measure,
    Referral,
    RetentionBatch,
    TransferReceiver,
    TransferRequest,
)
from referrals.vocabulary.states import ACTIVE, ALIVE, Exploitation, State

declare_policy(f"access-{digest.sha256(repr(sorted(MATRIX.items())).encode()).hex()[:12]}")


@dataclass(frozen=True, slots=True)
class Sight:
    """Of which children of one case an actor reads which classes; every part of a case asks it (SEC-AZ20).

    ``children``: all children of the case; empty where no bound applies to the actor. ``hidden``: those restricted to
    other persons (T46). ``confided``: the alive measures of the actor's own service, by id, with the child of each; the
    service's rights count for these alone (SEC-AZ21).
    """

    ties: CaseAccess
    children: frozenset[UUID] = frozenset()
    hidden: frozenset[UUID] = frozenset()
    confided: Mapping[UUID, UUID] = field(default_factory=dict)

    def of(self, child: UUID | None) -> CaseAccess:
        """Return the ties that count for what hangs on a child; None: for the whole case."""
        if child is None or child not in self.children:
            return self.ties
        if child in self.hidden:
            return replace(self.ties, pairs=frozenset())
        return self.ties if child in self.confided.values() else self.ties.without_service

    def of_measure(self, measure: Any) -> CaseAccess:
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


def sight_of(referral: Referral, ties: CaseAccess, actor: Actor) -> Sight:
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
    (``referrals/transfers/queries.py``).
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


def ties_to(request: "TransferRequest", actor: Actor) -> CaseAccess:
    """Return what ties the actor to the case of a request that ``transfers_to`` gave."""
    seats = actor.roles_in(request.target_id)
    pairs = {
        (role, Relation.RECEIVING)
        for role, state in DECIDE_ON_TRANSFERS.items()
        if role in seats and request.state == state
    }
    return CaseAccess(pairs=frozenset(pairs), draft=False, named=False)


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
    referral: Referral, ties: CaseAccess, actor: Actor, *, at: datetime
) -> Iterator[tuple[Referral, CaseAccess]]:
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


def ties_of(referral: Referral, actor: Actor) -> CaseAccess:
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
    return CaseAccess(pairs=pairs, draft=draft, named=named, glass=glass, absent=absent, listed=listed)


def state_seen(referral: Referral, ties: CaseAccess) -> str:
    """Return the state from which the actor's steps start: a filing taken back stays so for whoever took it back.

    Otherwise what one may do would tell that somebody took the case up again (domain.md §1.4).
    """
    taken_back = ties.coarse and not ties.receiving and referral.withdrawn_at is not None
    return str(State.WITHDRAWN if taken_back else referral.state)
