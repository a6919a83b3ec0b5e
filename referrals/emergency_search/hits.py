"""The files that answer an emergency search: found by the index, opened by the service, for the officer who asks.

All authorities are asked in one way, and what the index gives is opened under a bound, likeliest first. In the own
authority a name may be spelled otherwise; elsewhere both must be the same, letter for letter once accents and case are
gone. A file from which the officer is excluded isn't looked at.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.actor import Actor, system
from accounts.models import Authority
from audit.disclosure import disclosure
from audit.events import Purpose, Topic, file_under, register
from referrals.access import exceptions as access_exceptions
from referrals.access import row_level_security
from referrals.matching import blocking_keys, candidates, comparison
from referrals.matching.identity import Child, Family
from referrals.models import Referral
from referrals.vocabulary.states import State

COMPARED: Final = "emergency-search:compared"
register(COMPARED)
file_under(Topic.SEARCH, COMPARED)

#: How many files of each other authority are opened at most: the one with the very names comes first among them.
OPENED_ELSEWHERE: Final = 8
#: From so many bits of a number on the ranking tells files apart; a shorter index is that of a few hundred children.
_RANKED_FROM: Final = 7


@dataclass(frozen=True, slots=True)
class Hits:
    """What answers: files of the own authority, and of others by authority; ``withheld``: restricted to other persons.

    Restricted is a file, or the child of it that is looked for. ``cut``: the index held more than one search reads.
    """

    own: list[Referral]
    elsewhere: dict[UUID, list[Referral]]
    withheld: list[Referral]
    cut: bool


def find(wanted: Child, own: UUID, *, actor: Actor, at: datetime) -> Hits:
    """Return the files of a child, in every authority; the best of the own authority first.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    traits = blocking_keys.searched_for(Family((wanted,)))
    others = list(Authority.objects.exclude(pk=own).order_by("code").values_list("pk", flat=True))
    with row_level_security.beyond():
        special = access_exceptions.exceptional(actor, at=at)
        here, cut_here = _likely([own], traits, special.excluded, most=candidates.OPENED_AT_MOST)
        there, cut_there = _likely(others, traits, special.excluded, most=OPENED_ELSEWHERE)
        answering = [*_answering(wanted, here, own, actor=actor, at=at)]
        answering += _answering(wanted, there, own, actor=actor, at=at)
    withheld = [case for case, apart in answering if apart and case.pk not in special.unlocked]
    shown = [case for case, _ in answering if case not in withheld]
    elsewhere: dict[UUID, list[Referral]] = defaultdict(list)
    for case in shown:
        if case.authority_id != own and case.authority_id is not None:
            elsewhere[case.authority_id].append(case)
    return Hits(
        [case for case in shown if case.authority_id == own], elsewhere, withheld, cut_here or cut_there
    )


def _likely(
    authorities: Collection[UUID],
    traits: Collection[blocking_keys.Trait],
    barred: Collection[UUID],
    *,
    most: int,
) -> tuple[list[Referral], bool]:
    """Return which files to open of each authority, likeliest first, and whether the index held more than is read.

    Those with a child who is kept apart are opened whoever is looked for: no index has the child.
    """
    best: list[UUID] = []
    cut = False
    for authority in authorities:
        likely = candidates.likely(candidates.size_of(authority), traits)
        ranked = [pk for pk in likely.files if pk not in barred]
        best += ranked[: most if likely.bits >= _RANKED_FROM else candidates.OPENED_AT_MOST]
        cut = cut or likely.cut
    best = list(dict.fromkeys([*best, *(pk for pk in candidates.apart(authorities) if pk not in barred)]))
    rows = Referral.objects.exclude(state__in=(State.DRAFT, State.PURGED)).in_bulk(best)
    return [rows[pk] for pk in best if pk in rows and rows[pk].is_authentic], cut


def _answering(
    wanted: Child, cases: Collection[Referral], own: UUID, *, actor: Actor, at: datetime
) -> Iterator[tuple[Referral, bool]]:
    """Yield those of some files that are this child's; each authority's journal says that they were opened.

    With each, whether the file is restricted, or that child of it alone.
    """
    candidates.load(list(cases))
    by_authority: dict[UUID | None, list[Referral]] = defaultdict(list)
    for case in cases:
        by_authority[case.authority_id].append(case)
    for authority, some in by_authority.items():
        with disclosure(
            actor=system(origin=actor.origin, obo=actor.user_id),
            purpose=Purpose.EMERGENCY,
            at=at,
            objects=[case.pseudonym for case in some],
            tenant=authority,
            act=COMPARED,
            always=True,
        ) as scope:
            families = [(case, *candidates.opened_whole(case, scope)) for case in some]
        for case, shown, whole in families:
            exact = authority != own
            if any(_is_of(wanted, child, exact=exact) for child in whole.children):
                in_sight = any(_is_of(wanted, child, exact=exact) for child in shown.children)
                yield case, case.restricted or not in_sight


def _is_of(wanted: Child, child: Child, *, exact: bool) -> bool:
    if comparison.fits(wanted, child) <= 0:
        return False
    return not exact or (wanted.last[:1], wanted.first[:1]) == (child.last[:1], child.first[:1])
