"""Recurring record linkage: indexes cases whose identities are new or changed, then searches the index for them.

It runs apart from any request, so that no answer reveals whether a child is known (SEC-AZ8). Each case is done under
its lock in a transaction of its own; the work may be interrupted and resumed.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

from accounts.actor import SYSTEM
from accounts.models import Authority
from audit import journal
from audit.disclosure import Disclosure, disclosure
from audit.events import Purpose, register
from encryption import index
from encryption.errors import KeysUnavailable
from encryption.sealed import OpenScope
from outbox.scheduler import recurring
from referrals.access import row_level_security
from referrals.conflicts_of_interest import hits
from referrals.duplicates import queries
from referrals.execution.runner import run_step
from referrals.matching import blocking_keys, buckets, candidates, indexing
from referrals.matching.candidates import Found
from referrals.models import Child, DuplicateCandidate, IndexSize, Referral
from referrals.vocabulary.duplicates import LinkKind
from referrals.vocabulary.states import DuplicateState, Machine, State
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps

_log = structlog.get_logger("referrals")
INDEXED: Final = "index:made"
COMPARED: Final = "index:compared"
register(INDEXED, COMPARED)

#: How many cases one run does; the next run goes on.
_BATCH: Final = 200
#: How many files of each kind are suggested for one case: a person is to look at each.
SUGGESTED_AT_MOST: Final = 5
_COUNTED_EVERY: Final = timedelta(hours=6)
_OUTSIDE: Final = (State.DRAFT, State.PURGED)
#: A filing that was joined is looked for through the file that took it in.
_SEARCHED_FOR: Final = frozenset(MACHINES[Machine.DUPLICATE].while_in) - {State.MERGED}


@recurring("index:kept", every=timedelta(minutes=1))
def keep_index(at: datetime) -> int:
    """Index the cases whose values are missing or outdated (T42, T50; another version); return how many."""
    with row_level_security.for_the_service():
        count_children(at)
        waiting = list(
            _unsearched().exclude(index_norm=blocking_keys.NORM).values_list("pk", flat=True)[:_BATCH]
        )
    return each(waiting, _index, at)


@recurring("index:renewed", every=timedelta(minutes=1))
def renew_index(at: datetime) -> int:
    """Index anew the cases whose values are of an earlier version; return how many. Nobody is searched for again."""
    with row_level_security.for_the_service():
        waiting = list(_outdated().order_by("pk").values_list("pk", flat=True)[:_BATCH])
    return each(waiting, index_anew, at, failed=_give_up)


def _give_up(pk: UUID) -> None:
    """Let a case whose values can't be made again hold up no search: it isn't found until somebody mends it."""
    with row_level_security.for_the_service():
        Referral.objects.filter(pk=pk).update(index_norm=0)


def each(
    waiting: Iterable[UUID],
    done: Callable[[UUID, datetime], bool],
    at: datetime,
    *,
    failed: Callable[[UUID], None] = lambda _pk: None,
) -> int:
    """Do the work on each case; return on how many. A fault of one holds up no other: it is logged, and its id told.

    Raises:
        OperationalError, InterfaceError, KeysUnavailable: a part of the service is out, for all of them.
    """
    count = 0
    for pk in waiting:
        try:
            count += done(pk, at)
        except (OperationalError, InterfaceError, KeysUnavailable):
            raise
        except Exception:  # the border of one case
            _log.exception("index:failed", row=pk)
            failed(pk)
    return count


def _outdated() -> "QuerySet[Referral]":
    known = Referral.objects.filter(searched_at__isnull=False, index_key__isnull=False)
    return known.filter(index_norm__gt=0, index_norm__lt=blocking_keys.NORM)


@recurring("duplicates:searched", every=timedelta(minutes=1))
def search_duplicates(at: datetime) -> int:
    """Look in the index for the files that belong with each case not yet searched for; return how many cases.

    Not at an authority where some have values of an earlier version: those wouldn't be found, and a case is searched
    for once.
    """
    with row_level_security.for_the_service():
        ready = _unsearched().filter(index_norm=blocking_keys.NORM)
        ready = ready.exclude(authority__in=list(_outdated().values_list("authority", flat=True).distinct()))
        waiting = list(ready.values_list("pk", flat=True)[:_BATCH])
    return each(waiting, _search, at)


def _unsearched() -> "QuerySet[Referral]":
    """Return the cases that wait, the last filed first: of two, it is the later one that holds the pair."""
    return (
        Referral.objects.filter(searched_at=None).exclude(state__in=_OUTSIDE).order_by("-submitted_at", "pk")
    )


@contextmanager
def _locked(pk: UUID, at: datetime) -> Iterator[Case]:
    with row_level_security.for_the_service():
        referral = Referral.objects.select_for_update().get(pk=pk)
        yield Case(referral, actor=SYSTEM, at=at)


@contextmanager
def _opening(case: Case, act: str, named: list[UUID], told: bytearray | None = None) -> Iterator[Disclosure]:
    """Open cases by their pseudonyms; ``named`` may grow within the block, before what it names is opened.

    So may ``told``: what came of it, of which the entry keeps a keyed digest.
    """
    with disclosure(
        actor=SYSTEM,
        purpose=Purpose.SEARCH,
        at=case.at,
        objects=named,
        tenant=case.referral.authority_id,
        act=act,
        payload=told,
        always=True,
    ) as scope:
        yield scope


# --- How long a value is ------------------------------------------------------------------------------


def count_children(at: datetime) -> None:
    """Count each authority's children now and then: from their number follows how short a value is cut (CR16)."""
    sizes = {size.authority_id: size for size in IndexSize.objects.all()}
    for authority in Authority.objects.all():
        size = sizes.get(authority.pk) or IndexSize(authority=authority, bits=buckets.SHORTEST)
        if not size._state.adding and size.counted_at > at - _COUNTED_EVERY:
            continue
        kept = Child.objects.filter(referral__authority=authority, wrong_person=False)
        size.children = kept.exclude(referral__state__in=_OUTSIDE).count()
        size.bits = max(size.bits, buckets.length_for(size.children))
        size.counted_at = at
        size.save()


# --- One case -----------------------------------------------------------------------------------------


def _index(pk: UUID, at: datetime) -> bool:
    with _locked(pk, at) as case:
        referral = case.referral
        if referral.index_norm == blocking_keys.NORM or referral.state in _OUTSIDE:
            return False
        _make_values(case)
        return True


def index_anew(pk: UUID, at: datetime) -> bool:
    """Make the values of a case again, under the key in use and as now; False when they are already, or it has none."""
    with _locked(pk, at) as case:
        indexed_under = (case.referral.index_key, case.referral.index_norm)
        if indexed_under[0] is None or indexed_under == (index.likeness_keys()[0], blocking_keys.NORM):
            return False
        _make_values(case)
        return True


def _make_values(case: Case) -> None:
    """Make the values of a case, and bar whoever is tied to somebody of it: one entry, whoever it is about."""
    referral, payload = case.referral, bytearray()
    candidates.load([referral])
    with _opening(case, INDEXED, [case.pseudonym], payload) as scope:
        family = candidates.opened(referral, scope)
        barred = hits.exclude(referral, candidates.opened(referral, scope, apart=True), at=case.at)
        payload += b"".join(user.bytes for user in barred)
    indexing.replace(referral, family)
    referral.save(update_fields=["index_norm", "index_key"])


def _search(pk: UUID, at: datetime) -> bool:
    """Search for one case, and leave one entry whatever was found.

    Whoever filed before and after holds two places of the journal, and could count what stands between (SEC-AZ8): one
    entry more for each file that is found would tell that the child is known.
    """
    with _locked(pk, at) as case:
        referral = case.referral
        if referral.searched_at is not None or referral.state in _OUTSIDE:
            return False
        named, payload = [case.pseudonym], bytearray()
        with _opening(case, COMPARED, named, payload) as scope:
            matches = compared(case, scope, named) if referral.state in _SEARCHED_FOR else []
            for pair in _suggest(case, matches):
                payload += pair.pk.bytes + pair.state.encode()
            # Of a filing, whom the service barred while it was received: no entry of its own tells of that either.
            by_service = referral.exclusions.filter(by=None, lifted_at=None).order_by("user")
            payload += b"".join(user.bytes for user in by_service.values_list("user_id", flat=True))
        referral.searched_at = at
        referral.save(update_fields=["searched_at"])
        return True


def compared(case: Case, scope: OpenScope, named: list[UUID]) -> list[Found]:
    """Return the files of its authority that belong with a case, each opened and compared, the surest first.

    The pseudonyms of those that are opened are added to ``named``, of which the entry of ``scope`` is made.
    """
    referral = case.referral
    candidates.load([referral])
    mine = candidates.opened(referral, scope)
    likely = candidates.likely(case.authority_id, blocking_keys.asked_for(mine), but=referral.pk)

    def opening(others: list[Referral]) -> OpenScope:
        named.extend(journal.subjects({other.pk for other in others}).values())
        return scope

    return candidates.searched(mine, case.authority_id, likely, opening)


def _suggest(case: Case, found: list[Found]) -> Iterator[DuplicateCandidate]:
    """Suggest what isn't compared yet, and take back what was suggested and isn't found any more; yield each pair."""
    verdicts = {queries.target_of(one.referral).pk: one.verdict for one in reversed(found)}
    verdicts.pop(case.referral.pk, None)
    pairs = list(queries.candidates_of(case.referral))
    for pair in pairs:
        of_the_service = pair.suggested_by_id is None and pair.state == DuplicateState.SUGGESTED
        if of_the_service and pair.referral_id == case.referral.pk and pair.other_id not in verdicts:
            yield _carry_out(case, "drop", StepInput(), pair)
    known = {pk for pair in pairs if not _dropped(pair) for pk in (pair.referral_id, pair.other_id)}
    counts = dict.fromkeys(LinkKind, 0)
    for pk, verdict in sorted(verdicts.items(), key=lambda item: (-item[1].score, item[0])):
        counts[verdict.kind] += 1
        if pk not in known and counts[verdict.kind] <= SUGGESTED_AT_MOST:
            yield _carry_out(
                case, "find", StepInput(other=pk, kind=verdict.kind, reasons=verdict.reasons), None
            )


def _dropped(pair: DuplicateCandidate) -> bool:
    """Tell whether the service itself took a pair back: nobody has judged it, so it may come again."""
    return pair.state == DuplicateState.REJECTED and pair.decided_by_id is None


def _carry_out(
    case: Case, name: str, step_input: StepInput, pair: DuplicateCandidate | None
) -> DuplicateCandidate:
    case.part, case.step_name = pair, name
    run_step(steps.get(Machine.DUPLICATE, name), case, step_input)
    return cast("DuplicateCandidate", case.part)
