"""Visibility rule of cases: one rule, for one case and for lists alike (domain.md §1.3).

The order of decision: signed in → authority → exclusion → relation, restriction included → state → access class; the
first refusal wins. ``visible_to`` asks the rule in SQL (``rule.py``); the flags that it annotates are what ``ties_of``
reads (``case_ties.py``), so that the check of one case and the list of cases can't differ (SEC-AZ1, SEC-AZ6). A class
letter says which data: A shell, B identity, C filer, D facts, E health, F third parties, G digital traces, H
assessment, I justice, J measures, K protected address.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache, partial, reduce
from operator import or_
from typing import Any, Final, override
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, UUIDField, Value, When

from accounts.actor import Actor
from accounts.roles import Role
from audit.events import Origin, declare_policy
from audit.pseudonyms import subject_of
from core.compiled_queries import CompiledQuery, Given
from encryption import digest
from encryption.audited_rows import AuditedRows
from encryption.authentic import CheckedRows
from referrals.access.exceptions import Exceptional, as_read, exceptional
from referrals.access.matrix import FILED, FILERS, MATRIX, ORDINARY, RECEIVERS, Relation, partial_by, reads_by
from referrals.access.people import services_of
from referrals.access.relations import Tie, filed_by, possible_ties
from referrals.access.rule import among, by_seats, cases_of, confided_measures, flag_of, rule_of, seen_by
from referrals.models import Measure, Referral, RetentionBatch
from referrals.vocabulary.states import State

declare_policy(f"access-{digest.sha256(repr(sorted(MATRIX.items())).encode()).hex()[:12]}")


# --- Cases as they were written (SEC-AZ22) ------------------------------------------------------------


#: The flag that holds, as text, the measures by which a service has a case: they are checked with the row.
_CONFIDED: Final = f"tie_{Role.MEASURE_SERVICE}"


class TiedRows(CheckedRows):
    """Cases with their ties: those left out to which nothing ties any more, once restriction and measures are asked.

    What SQL was told may have been changed by hand; what a row says of its restriction is what was signed.
    """

    @staticmethod
    @override
    def keeps(row: Any) -> bool:
        attributes = row.__dict__
        if not row.is_authentic or not row.has_pseudonym:
            return False
        # The measures came along as text in the same statement: SQL can't verify an HMAC, and a query for each row
        # would cost a list as many queries as it has lines (0039).
        if isinstance(confided := attributes.get(_CONFIDED), str):
            attributes[_CONFIDED] = Measure.mac_field().any_is_authentic(confided)
        elif not row.bar_was_lifted:
            return True
        # Reached where a service has the case, or where a restriction was lifted by hand: the ties are asked again,
        # with the restriction that was signed and the measures that are authentic (SEC-AZ22).
        named = attributes.get("tie_named") or attributes.get("tie_glass")
        open_ = bool(named or not row.restricted or row.state == State.DRAFT)
        return any(
            value and (open_ or name.startswith(_FILED_FLAGS))
            for name, value in attributes.items()
            if name.startswith("tie_") and name not in {"tie_named", "tie_glass"}
        )


_FILED_FLAGS: Final = ("tie_own_", "tie_shared_")


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
    return make(_holder(actor), exceptional(actor, at=at), which).all()


def works(actor: Actor) -> bool:
    """Tell whether a role that the actor holds may tie it to a case otherwise than by own filing or sharing."""
    return any(tie.relation not in FILED for tie in possible_ties(actor))


@lru_cache(maxsize=200)
def _listed_to(holder: Actor, special: Exceptional, own: bool) -> "QuerySet[Referral]":
    rules = {tie: rule_of(holder, tie, special) for tie in possible_ties(holder)}
    filed = {tie: rule for tie, rule in rules.items() if tie.relation in FILED}
    others = {tie: rule for tie, rule in rules.items() if tie.relation not in FILED}
    wanted = seen_by(others, special)
    if own:
        wanted = seen_by(filed, special) & ~wanted if others else seen_by(filed, special)
    return _tied(wanted, holder, rules, special)


@lru_cache(maxsize=200)
def _visible_by(holder: Actor, special: Exceptional, drafts: bool) -> "QuerySet[Referral]":
    """Return the query for rights read just now: only its making is kept, under the rights themselves."""
    ties = possible_ties(holder)
    if not drafts:
        ties = tuple(tie for tie in ties if tie.relation is not Relation.OWN or tie.role in FILERS)
    rules = {tie: rule_of(holder, tie, special) for tie in ties}
    return _tied(seen_by(rules, special), holder, rules, special)


def _tied(
    wanted: Q, holder: Actor, rules: Mapping[Tie, Q | None], special: Exceptional
) -> "QuerySet[Referral]":
    return TiedRows.of(Referral.objects.filter(wanted).annotate(**_flags(holder, rules, special)))


def _flags(holder: Actor, rules: Mapping[Tie, Q | None], special: Exceptional) -> dict[str, Any]:
    """Return the annotations that ``ties_of`` reads."""
    # A tie without a rule holds for no row: ``ties_of`` reads its absence so.
    flags = {
        tie.name: _absent_flag(holder, tie, special)
        if tie.relation is Relation.STANDING_IN
        else flag_of(rule)
        for tie, rule in rules.items()
        if rule is not None
    }
    if _CONFIDED in flags:
        confided = confided_measures(services_of(holder)).filter(referral=OuterRef("pk"))
        flags[_CONFIDED] = AuditedRows.of(confided, "referral")
    flags["tie_named"] = flag_of(among(special.named))
    if special.glass:
        flags["tie_glass"] = flag_of(among(special.glass))
    flags["pseudonym"] = subject_of("pk")  # fills the property of that name: whatever is read is journaled
    return flags


def _absent_flag(actor: Actor, tie: Tie, special: Exceptional) -> Any:
    """Return the annotation that names for whom the actor stands in; null where for nobody."""
    by_absent: dict[UUID, list[UUID]] = {}
    for case, absent in special.stood_for(tie.role).items():
        by_absent.setdefault(absent, []).append(case)
    here = by_seats(actor, tie.role)
    return Case(
        *(When(here & Q(pk__in=sorted(cases)), then=Value(absent)) for absent, cases in by_absent.items()),
        default=None,
        output_field=UUIDField(null=True),
    )


def readable_by_class(
    actor: Actor, *, at: datetime
) -> Iterator[tuple[Relation, "QuerySet[Referral]", frozenset[str]]]:
    """Yield, for each tie, its relation, the cases that it lets see and the classes that it lets read in them.

    In these, ``confided_to`` and ``not_hidden`` bound the rows that hang on a child.
    """
    special = exceptional(actor, at=at)
    for tie in possible_ties(actor):
        classes, rule = reads_by(tie.role, tie.relation), rule_of(actor, tie, special)
        # Each tie by itself: classes that one tie reads must not be read in the cases of another (SEC-AZ21).
        if classes and rule is not None:
            yield tie.relation, cases_of(seen_by({tie: rule}, special)), classes


def seen_with(
    actor: Actor, access_class: str, *, at: datetime
) -> Iterator[tuple[Relation, "QuerySet[Referral]"]]:
    """Yield the cases in which the actor reads a class, in full or in part, with the relation that lets it."""
    for relation, rule in _rules_with(actor, access_class, at=at):
        yield relation, cases_of(rule)


def counted_with(actor: Actor, access_class: str, *, at: datetime) -> Q:
    """Return the condition of the cases in which the actor reads a class, in full or in part: to count them alone.

    What a query gives by it is a right to no row: none is checked (SEC-AZ22).
    """
    return reduce(or_, (rule for _, rule in _rules_with(actor, access_class, at=at)), Q(pk__in=[]))


def _rules_with(actor: Actor, access_class: str, *, at: datetime) -> Iterator[tuple[Relation, Q]]:
    special = exceptional(actor, at=at)
    for tie in possible_ties(actor):
        rule = rule_of(actor, tie, special)
        read = reads_by(tie.role, tie.relation) | frozenset(partial_by(tie.role, tie.relation))
        if access_class in read and rule is not None:
            yield tie.relation, seen_by({tie: rule}, special)


def cases_meant_by(actor: Actor, pk: UUID | Given, *, at: datetime) -> "QuerySet[Referral]":
    """Return the case that an id means to an actor: to whoever filed, the row as which the filing goes on (T32)."""
    return visible_to(actor, at=at).filter(_named(actor, pk))


def _named(actor: Actor, pk: UUID | Given) -> Q:
    named = Q(pk=pk)
    if actor.holding(FILERS):
        # The flag of the row, and not the role, decides: a filer who has the id of another's receipt isn't led to that
        # case (0013).
        named |= Q(filed_as=pk, tie_own_filer=True)
    return named


def one_case(actor: Actor, pk: UUID, *, at: datetime, whole: bool = False) -> Referral | None:
    """Return the case that an id means to an actor, with its authority and its concern; None where it means none.

    ``whole``: with what the case lacks, so that reading all of it asks for no relation that is empty. Only for a case
    that nothing changes from here on: what comes to be there later isn't seen through it.
    """
    if not possible_ties(actor) or actor.user_id is None:
        return None
    row = _one_case(_holder(actor), exceptional(actor, at=at), whole).first(pk=pk)
    if row is not None and whole:
        row.lacks = frozenset(name for name in _MOSTLY_EMPTY if not getattr(row, f"has_{name}"))
    return row


@lru_cache(maxsize=400)
def _one_case(holder: Actor, special: Exceptional, whole: bool) -> CompiledQuery[Referral]:
    """Return the query of one case for rights read just now, made once as long as they are the same."""
    there = {f"has_{name}": Exists(rows()) for name, rows in _MOSTLY_EMPTY.items()} if whole else {}

    def make() -> "QuerySet[Referral]":
        cases = _visible_by(holder, special, True).filter(_named(holder, Given("pk", UUIDField())))
        return cases.annotate(**there).select_related("authority", "concern").order_by("pk")[:1]

    return CompiledQuery(make)


#: So many queries are kept of one kind; then all are forgotten, for to keep the order of use would cost a lock.
_MOST_KEPT: Final = 400


class KeptByRights[Row]:
    """A query whose form depends on the rights read just now, and on what else its ``form`` says; kept under these.

    It finds nothing for who has no tie to anything.
    """

    def __init__(self, make: "Callable[..., QuerySet[Any, Row]]") -> None:
        """Keep what ``make(actor, *form, at=at)`` returns: its query as ``CompiledQuery`` has it, for any instant."""
        self._make = make
        self._kept: dict[Any, CompiledQuery[Row]] = {}

    def rows(self, actor: Actor, *form: object, at: datetime, **given: object) -> list[Row]:
        """Return the rows for the values given, by name."""
        if not possible_ties(actor) or actor.user_id is None:
            return []
        holder, special = _holder(actor), exceptional(actor, at=at)
        key = (holder, special, form)
        cached = self._kept.get(key)
        if cached is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            cached = self._kept[key] = CompiledQuery(partial(self._made, holder, special, *form, at=at))
        return cached.rows(**given)

    def _made(self, holder: Actor, special: Exceptional, *form: object, at: datetime) -> "QuerySet[Any, Row]":
        with as_read(holder, special, at=at):
            return self._make(holder, *form, at=at)


def case_meant_by(actor: Actor, pk: UUID, *, at: datetime) -> Referral | None:
    """Return the case that an id means to an actor as it is now, without what stands beside it."""
    return next(iter(_KNOWN.rows(actor, at=at, pk=pk)), None)


def _known(actor: Actor, *, at: datetime) -> "QuerySet[Referral]":
    return cases_meant_by(actor, Given("pk", UUIDField()), at=at).order_by("pk")[:1]


_KNOWN: Final = KeptByRights(_known)


def _holder(actor: Actor) -> Actor:
    """Return the actor as a key of what is kept by rights: without where each request comes from."""
    return Actor(user_id=actor.user_id, positions=actor.positions, origin=Origin())


def still_seen(actor: Actor, pk: UUID, *, at: datetime) -> Referral | None:
    """Return the case with this very id if the actor sees it: its ties and what is signed of it, and no more."""
    if not possible_ties(actor) or actor.user_id is None:
        return None
    return _still_seen(_holder(actor), exceptional(actor, at=at)).first(pk=pk)


@lru_cache(maxsize=200)
def _still_seen(holder: Actor, special: Exceptional) -> CompiledQuery[Referral]:
    def make() -> "QuerySet[Referral]":
        cases = _visible_by(holder, special, True).filter(pk=Given("pk", UUIDField()))
        return cases.only(*Referral.counted())

    return CompiledQuery(make)


def _of_case(relation: str, **condition: Any) -> "Callable[[], QuerySet[Any]]":
    """Return the rows of a relation of the case outside."""

    def rows() -> "QuerySet[Any]":
        field: Any = Referral._meta.get_field(relation)
        there: QuerySet[Any] = field.related_model._base_manager.filter(**condition)
        return there.filter(**{field.field.name: OuterRef("pk")}).order_by()

    return rows


#: Relations that hold nothing in most cases, with the rows that count. None whose rows may be about a child or a file
#: that a reader doesn't see: an empty one takes one statement less, and that must tell nobody of them (SEC-AZ4, AZ20).
_MOSTLY_EMPTY: Final[Mapping[str, "Callable[[], QuerySet[Any]]"]] = {
    **{
        name: _of_case(name)
        for name in (
            "signs",
            "health_signs",
            "third_parties",
            "digital_traces",
            "feedback_tasks",
        )
    },
    "exclusions": _of_case("exclusions", lifted_at=None),
}


def visible_as(actor: Actor, role: Role, *, at: datetime) -> "QuerySet[Referral]":
    """Return the cases that the actor sees by the ordinary relation of one role, and by no other."""
    special = exceptional(actor, at=at)
    rules = {
        tie: rule_of(actor, tie, special)
        for tie in possible_ties(actor)
        if tie.role is role and tie.relation is ORDINARY[role]
    }
    return cases_of(seen_by(rules, special))


def own_filings(actor: Actor, *, at: datetime) -> "QuerySet[Referral]":
    """Return what the actor filed, as a filer sees it."""
    special = exceptional(actor, at=at)
    own = {
        tie: rule_of(actor, tie, special)
        for tie in possible_ties(actor)
        if tie.relation is Relation.OWN and tie.role in FILERS
    }
    return cases_of(seen_by(own, special)) if own else Referral.objects.none()


def receipts(actor: Actor, *, at: datetime) -> QuerySet[Referral]:
    """Return what a program filed, for the receipt that answers its filing and for nothing else (domain.md §1.3).

    No case of these is one that the program may know of later: ``visible_to`` doesn't give it.
    """
    if not actor.holding(RECEIVERS) or actor.user_id is None:
        return Referral.objects.none()
    filed = Q(filed_by=filed_by(actor.user_id)) & ~Q(state__in=[State.DRAFT, State.PURGED])
    # `visible_to` isn't asked here, so exclusion has to be: it is, wherever cases are read (SEC-AZ4).
    barred = among(exceptional(actor, at=at).excluded)
    return cases_of(filed if barred is None else filed & ~barred)


#: Who keeps the files of an authority: reads its batches of destruction (domain.md §2.7 ``RetentionBatch``).
KEEPERS: Final = (Role.DPO, Role.SUPERVISOR)


def batches_of(actor: Actor) -> "QuerySet[RetentionBatch]":
    """Return the batches of the authorities whose files the actor keeps; which files are in them is asked by case."""
    authorities = sorted({position.authority_id for position in actor.holding(KEEPERS)})
    return RetentionBatch.objects.filter(authority__in=authorities).select_related("authority")
