"""Search by name, for the cell: what it opens and shows, its rate limit, and results from other authorities.

With both names, or a name and the date, it uses the index; with one name alone, which the index doesn't hold
(SEC-CR16), it opens the cases in hand, and refuses if they are too many (SEC-CR17). One entry records what was opened,
with a keyed digest of the query.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Model, QuerySet, prefetch_related_objects

from accounts.actor import Actor, system
from accounts.models import Authority, User
from accounts.roles import Role
from audit.disclosure import disclosure
from audit.events import Purpose, register
from encryption import keys
from encryption.sealed import OpenScope
from outbox.scheduler import recurring
from referrals.access import case_ties, row_level_security, visibility, volume_limits
from referrals.access import exceptions as access_exceptions
from referrals.access.relations import CaseAccess
from referrals.conflicts_of_interest.declarations import is_tied
from referrals.errors import InvalidInput, NotAllowed, SearchTooWide, TooManySearches
from referrals.matching import blocking_keys, buckets, candidates, comparison, identity, relatives
from referrals.matching.identity import Child, Family
from referrals.models import Child as ChildRow
from referrals.models import IndexValue, Referral, SearchCount
from referrals.policy.definitions import protocol_of
from referrals.policy.working_time import calendar_of
from referrals.reading import fields, shell
from referrals.reading import names as reading_names
from referrals.vocabulary.oversight import LeftOut
from referrals.vocabulary.role_sets import CELL
from referrals.vocabulary.states import ACTIVE, State
from referrals.workflow import births

SEARCHED: Final = "search:done"
ASKED_ELSEWHERE: Final = "search:elsewhere"
register(SEARCHED, ASKED_ELSEWHERE)

#: How many lines a search shows; who gets as many has to say more.
SHOWN_AT_MOST: Final = 20
#: How many values one search may open where the index doesn't help (SEC-CR17).
OPENED_BY_SCAN: Final = 20_000
#: What one case opens at least, with one child: names and date. Keys are held in memory a part at a time.
_PART: Final = 500
_VALUES_OF_A_CHILD: Final = 5
_NOBODY: Final = UUID(int=0)
#: How far files are counted that aren't indexed yet.
COUNTED_AT_MOST: Final = 10_000


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Query:
    """The person searched for: at least one name, better both or the date."""

    last_name: str = ""
    first_names: str = ""
    birth_date: date | None = None

    @property
    def by_index(self) -> bool:
        """Tell whether two facts are given, which the index holds joined."""
        return sum(map(bool, (self.last_name, self.first_names, self.birth_date))) > 1

    @property
    def whole(self) -> bool:
        """Tell whether all is given: what another authority is asked for, and nothing less."""
        return all((self.last_name, self.first_names, self.birth_date))

    def child(self, on: date) -> Child:
        values = {"last_name": self.last_name, "first_names": self.first_names, "birth_date": self.birth_date}
        return identity.child(_NOBODY, values, on=on)

    def person(self) -> relatives.Person:
        """Return who is looked for, as ties are compared."""
        return relatives.of_parts([self.last_name], [self.first_names], self.birth_date)

    def spelled(self) -> bytes:
        """Return the one spelling of the query, of which the journal keeps a keyed digest."""
        parts = [self.last_name, self.first_names, self.birth_date and self.birth_date.isoformat()]
        return json.dumps(parts, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """The lines found, whether there are more, and the authorities where a file is known.

    ``left_out`` says why not everything was looked at, ``not_indexed`` how many files a search by the index can't find
    yet, of those that the actor sees and up to ``COUNTED_AT_MOST``. ``cases`` are those of the lines, and ``ties`` what
    ties the actor to each.
    """

    lines: list[dict[str, Any]]
    more: bool
    elsewhere: list[dict[str, str]]
    left_out: list[LeftOut]
    not_indexed: int = 0
    cases: list[Referral] = field(default_factory=list)
    ties: dict[UUID, CaseAccess] = field(default_factory=dict)


def require_cell(actor: Actor) -> None:
    """Refuse whoever is of no cell: whoever files learns nothing of what is known (SEC-AZ8)."""
    if not actor.holding(CELL):
        raise NotAllowed("search:names")


def searcher(actor: Actor, authority: UUID | None) -> tuple[Actor, Authority]:
    positions = [position for role in (Role.CRIP_COORDINATOR, *CELL) for position in actor.holding([role])]
    there = {position.authority_id for position in positions}
    chosen = authority or (next(iter(there)) if len(there) == 1 else None)
    if chosen is None:
        raise InvalidInput("authority", "required")
    position = next((one for one in positions if one.authority_id == chosen), None)
    if position is None:
        raise InvalidInput("authority")
    return actor.acting_as(position.role, authority_id=chosen), Authority.objects.get(pk=chosen)


def search(query: Query, authority: Authority, *, actor: Actor, at: datetime) -> Answer:
    """Look for a child by name among the files that the actor sees, and ask whether another authority knows it."""
    births.require_born(query.birth_date, at)
    volume_limits.require_room_to_search(actor=actor, at=at)
    _count(authority, actor=actor, at=at)
    wanted = query.child(at.date())
    cut, not_indexed = False, 0
    if query.by_index:
        cases, cut = _by_index(wanted, authority, actor=actor, at=at)
        not_indexed = _not_indexed(authority, actor=actor, at=at)
    else:
        cases = _in_hand(authority, actor=actor, at=at)
    named: list[UUID] = []
    with _opening(named, authority, query, actor=actor, at=at) as scope:
        hits = sorted(_matching(wanted, cases, scope, actor=actor), key=lambda hit: (-hit[0], hit[1].pk))
        listed = hits[:SHOWN_AT_MOST]
        volume_limits.count_results((case for _, case, _, _ in listed), actor=actor, at=at)
        named += [case.pseudonym for _, case, _, _ in listed]
        lines = [_line(case, ties, row, scope) for _, case, ties, row in listed]
    # Of the searcher's own relatives nothing is told, wherever they are known (domain.md §1.3 rule 8).
    asks_elsewhere = query.whole and not is_tied(actor, query.person())
    elsewhere, too_many = _elsewhere(wanted, authority, actor=actor, at=at) if asks_elsewhere else ([], False)
    left_out = [LeftOut.NOT_INDEXED] if not_indexed else []
    left_out += [LeftOut.CUT] if cut or too_many else []
    return Answer(
        lines,
        len(hits) > len(listed),
        elsewhere,
        left_out,
        not_indexed,
        cases=list({case.pk: case for _, case, _, _ in listed}.values()),
        ties={case.pk: ties for _, case, ties, _ in listed},
    )


def _count(authority: Authority, *, actor: Actor, at: datetime) -> None:
    """Count one more search of the actor's day; who searches twice at once waits (SEC-AZ14)."""
    person = User.objects.select_for_update(no_key=True).get(pk=actor.user_id or _NOBODY)
    protocol = protocol_of(authority, at)
    now = at.astimezone(calendar_of(authority, protocol).zone)
    day = now.date()
    counted, _ = SearchCount.objects.get_or_create(user=person, on=day)
    if counted.count >= protocol.searches_per_day:
        tomorrow = datetime.combine(day + timedelta(days=1), time(), tzinfo=now.tzinfo)
        raise TooManySearches(protocol.searches_per_day, wait=math.ceil((tomorrow - at).total_seconds()))
    SearchCount.objects.filter(pk=counted.pk).update(count=F("count") + 1)


@recurring("searches:forgotten", every=timedelta(days=1))
def forget_counts(at: datetime) -> int:
    """Delete the counts of days that are over in every zone; return how many."""
    return int(SearchCount.objects.filter(on__lt=at.date() - timedelta(days=2)).delete()[0])


def _opening(named: list[UUID], authority: Authority, query: Query, *, actor: Actor, at: datetime) -> Any:
    """Begin the disclosure; ``named`` is filled within it, for what is shown is known once it was opened."""
    return disclosure(
        actor=actor,
        purpose=Purpose.SEARCH,
        at=at,
        objects=named,
        tenant=authority.pk,
        act=SEARCHED,
        payload=query.spelled(),
        always=True,
    )


# --- Where one looks ----------------------------------------------------------------------------------


def _seen(authority: Authority, *, actor: Actor, at: datetime) -> "QuerySet[Referral]":
    seen = visibility.visible_to(actor, at=at).filter(authority=authority)
    return shell.with_filers(seen).exclude(state__in=(State.DRAFT, State.PURGED))


def _by_index(
    wanted: Child, authority: Authority, *, actor: Actor, at: datetime
) -> tuple[list[Referral], bool]:
    """Return the files that share most with who is looked for, and whether any was left out that shares enough."""
    likely = candidates.likely(
        candidates.size_of(authority.pk), blocking_keys.searched_for(Family((wanted,)))
    )
    # Nobody's id beside them, so that the question is asked even of nothing: what is hidden costs no query (SEC-AZ5).
    by_id = _seen(authority, actor=actor, at=at).in_bulk([*likely.files, _NOBODY])
    best = [by_id[pk] for pk in likely.files if pk in by_id]
    left, strong = best[candidates.OPENED_AT_MOST :], set(likely.files[: likely.strong])
    return best[: candidates.OPENED_AT_MOST], likely.cut or any(case.pk in strong for case in left)


def _not_indexed(authority: Authority, *, actor: Actor, at: datetime) -> int:
    behind = _seen(authority, actor=actor, at=at).filter(index_norm__lt=blocking_keys.NORM)
    return behind[:COUNTED_AT_MOST].count()


def _in_hand(authority: Authority, *, actor: Actor, at: datetime) -> list[Referral]:
    """Return the cases in hand, where no more values would be opened than one search may."""
    cases = _seen(authority, actor=actor, at=at).filter(state__in=ACTIVE)
    children = ChildRow.objects.filter(referral__in=cases.values("pk"))
    if children.count() * _VALUES_OF_A_CHILD > OPENED_BY_SCAN:
        raise SearchTooWide
    return list(cases)


def _matching(
    wanted: Child, cases: Sequence[Referral], scope: OpenScope, *, actor: Actor
) -> Iterator[tuple[float, Referral, CaseAccess, Any]]:
    """Yield the children of some cases whose names fit, each with its score and what ties the actor to the case."""
    for start in range(0, len(cases), _PART):
        part = list(cases[start : start + _PART])
        prefetch_related_objects(part, "children")
        keys.warm(case.case_key for case in part if case.case_key)
        for case in part:
            ties = case_ties.ties_of(case, actor)
            if "B" not in ties.reads:
                continue
            for row in case.children.all():
                if row.wrong_person or (row.restricted and not ties.named):
                    continue
                score = comparison.fits(wanted, _opened(row, case, scope))
                if score > 0:
                    yield score, case, ties, row


def _opened(row: ChildRow, case: Referral, scope: OpenScope) -> Child:
    values = identity.plain_of([("children", row)], scope)[row.pk]
    return identity.child(row.pk, values, sex=row.sex, on=(case.received_at or case.created_at).date())


def _line(case: Referral, ties: CaseAccess, row: Model, scope: OpenScope) -> dict[str, Any]:
    columns = (*reading_names.IN_LISTS, "birth_date")
    return shell.shell(case, ties) | {
        "child": {"id": str(row.pk)} | {name: fields.opened(getattr(row, name), scope) for name in columns}
    }


# --- Other authorities --------------------------------------------------------------------------------


def _elsewhere(
    wanted: Child, own: Authority, *, actor: Actor, at: datetime
) -> tuple[list[dict[str, str]], bool]:
    """Return the other authorities that know exactly this child: whom to call, and nothing else (§1.3 rule 6).

    And whether more files shared a value than are opened for one search.

    Each is asked through values under its own key; what they find is opened by the service, for the actor, and written
    down there. A restricted file and one from which the actor is excluded don't answer.
    """
    exact = [trait for trait in blocking_keys.of_child(wanted) if trait.scheme is blocking_keys.Scheme.EXACT]
    if not exact:
        return [], False
    with row_level_security.beyond():
        lengths = candidates.lengths_elsewhere(own.pk)
        numbers: dict[int, UUID] = {}
        for authority in Authority.objects.exclude(pk=own.pk):
            bucket_numbers = buckets.numbers(
                authority.pk, exact, lengths.get(authority.pk, (buckets.SHORTEST,))
            )
            numbers |= dict.fromkeys(bucket_numbers, authority.pk)
        rows = {_NOBODY, *IndexValue.objects.filter(bucket__in=list(numbers)).values_list("row", flat=True)}
        barred = access_exceptions.exceptional(actor, at=at).excluded
        elsewhere = Referral.objects.filter(children__in=rows, restricted=False).exclude(pk__in=barred)
        there: dict[UUID, list[Referral]] = {}
        elsewhere = elsewhere.exclude(state__in=(State.DRAFT, State.PURGED)).distinct()
        first = list(elsewhere[: candidates.OPENED_AT_MOST + 1])
        for case in first[: candidates.OPENED_AT_MOST]:
            if case.is_authentic and not case.restricted:
                there.setdefault(case.authority_id or _NOBODY, []).append(case)
        holding = [pk for pk, cases in there.items() if _is_listed(wanted, pk, cases, actor=actor, at=at)]
        names = Authority.objects.filter(pk__in=holding).order_by("name")
        authorities = [{"authority": str(other.pk), "name": other.name} for other in names]
        return authorities, len(first) > candidates.OPENED_AT_MOST


def _is_listed(wanted: Child, authority: UUID, cases: list[Referral], *, actor: Actor, at: datetime) -> bool:
    """Open the files that another authority's index gave, and tell whether one is this very child's."""
    candidates.load(cases)
    service = system(origin=actor.origin, obo=actor.user_id)
    with _search_there(service, authority, cases, at=at) as scope:
        families: list[Family] = [candidates.opened(case, scope) for case in cases]
    return any(_the_same(wanted, child) for family in families for child in family.children)


def _search_there(service: Actor, authority: UUID, cases: list[Referral], *, at: datetime) -> Any:
    return disclosure(
        actor=service,
        purpose=Purpose.SEARCH,
        at=at,
        objects=[case.pseudonym for case in cases],
        tenant=authority,
        act=ASKED_ELSEWHERE,
        always=True,
    )


def _the_same(one: Child, other: Child) -> bool:
    """Tell whether name, first name and date are the same, letter for letter once accents and case are gone."""
    if one.birth is None or one.birth != other.birth:
        return False
    return (one.last[:1], one.first[:1]) == (other.last[:1], other.first[:1])
