"""Who asks for a copy, as whom, in which cases, and under which ids the same persons stand there."""

from dataclasses import dataclass, field
from enum import Enum, auto
from uuid import UUID

from django.db.models import Q

from referrals.access_requests.copies import Scope
from referrals.models import Holder, Joining, Referral
from referrals.vocabulary.access_requests import Requester
from referrals.vocabulary.states import State


class Standing(Enum):
    """As whom somebody asks: it decides what is own data."""

    CHILD = auto()
    HOLDER = auto()
    FILER = auto()
    THIRD_PARTY = auto()
    STAFF = auto()

    @classmethod
    def of(cls, scope: Scope) -> "Standing":
        """Return as whom the requester of a scope stands; who is mandated, as whom the mandate is from."""
        match scope.requester:
            case Requester.FILER:
                return cls.FILER
            case Requester.THIRD_PARTY:
                return cls.THIRD_PARTY
            case Requester.STAFF:
                return cls.STAFF
            case Requester.HOLDER:
                return cls.HOLDER
            case Requester.MANDATED if scope.holder is not None:
                return cls.HOLDER
        return cls.CHILD


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who asks, and under which ids the persons stand whose data it is.

    ``called``: what the holder who asks is called, as folded words, once the file that names the own row is read: in
    other files the same holder stands under another row.
    """

    standing: Standing
    children: frozenset[UUID]
    holders: frozenset[UUID]
    persons: frozenset[UUID]
    scope: Scope
    called: set[frozenset[str]] = field(default_factory=set)


def files_of(scope: Scope) -> tuple[list[Referral], frozenset[UUID], frozenset[UUID]]:
    """Return the cases with those joined to them, and under which ids the same persons stand there."""
    wanted = set(scope.referrals)
    children = set(scope.children)
    holders = set() if scope.holder is None else {scope.holder}
    # Who filed never reads another filing, even in a merged file (domain.md §2.8 no. 7).
    joined = Joining.objects.filter(undone_at=None)
    # A filing's file may be joined on in its turn; there is an end, for no case is joined twice at a time.
    while wanted and Standing.of(scope) in (Standing.CHILD, Standing.HOLDER):
        known = len(wanted) + len(children) + len(holders)
        for one in joined.filter(Q(referral__in=wanted) | Q(target__in=wanted)):
            for same, own in ((one.same_children, children), (one.same_holders, holders)):
                for mine, theirs in same.items():
                    if {UUID(mine), UUID(theirs)} & own:
                        own |= {UUID(mine), UUID(theirs)}
            sides = Referral.objects.filter(pk__in=[one.referral_id, one.target_id], restricted=False)
            wanted |= set(sides.values_list("pk", flat=True))
        if len(wanted) + len(children) + len(holders) == known:
            break
    rows = Referral.objects.filter(pk__in=wanted).exclude(state=State.PURGED).select_related("authority")
    with_row = Holder.objects.filter(pk__in=holders).values_list("referral_id", flat=True)
    # The file that names the holder's own row comes first: it tells under which name the others are read.
    files = sorted(rows.order_by("received_at", "reference"), key=lambda row: row.pk not in set(with_row))
    return files, frozenset(children), frozenset(holders)
