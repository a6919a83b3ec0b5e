"""Recurring record linkage: indexes cases whose identities are new or changed, then searches the index for them.

It runs apart from any request, so that no answer reveals whether a child is known (SEC-AZ8). Each case is done under
its lock in a transaction of its own; the work may be interrupted and resumed.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, cast
from uuid import UUID

from django.db.models import QuerySet

from accounts.actor import SYSTEM
from audit import journal
from audit.canonical import MAX_OBJECTS
from audit.disclosure import Disclosure, disclosure
from audit.events import Purpose, register
from encryption.sealed import OpenScope
from outbox.scheduler import recurring
from referrals.access import row_level_security
from referrals.duplicates import queries, renewal
from referrals.execution.runner import run_step
from referrals.matching import blocking_keys, candidates
from referrals.matching.blocking_keys import NORM
from referrals.matching.candidates import Found, Size
from referrals.models import DuplicateCandidate, Referral
from referrals.vocabulary.oversight import LeftOut, LinkKind
from referrals.vocabulary.states import DuplicateState, Machine, State
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps

COMPARED: Final = "index:compared"
register(COMPARED)

#: How many cases one run does; the next run goes on.
_BATCH: Final = 200
#: How many files of each kind are suggested for one case: a person is to look at each.
SUGGESTED_AT_MOST: Final = 5
#: A filing that was joined is looked for through the file that took it in.
_SEARCHED_FOR: Final = frozenset(MACHINES[Machine.DUPLICATE].while_in) - {State.MERGED}


@recurring("index:kept", every=timedelta(minutes=1))
def keep_index(at: datetime) -> int:
    """Index the cases whose values are missing or outdated (T42, T50; another version); return how many."""
    with row_level_security.for_the_service():
        waiting = list(_unsearched().exclude(index_norm=NORM).values_list("pk", flat=True)[:_BATCH])
    return renewal.each(waiting, _index, at)


@recurring("duplicates:searched", every=timedelta(minutes=1))
def search_duplicates(at: datetime) -> int:
    """Look in the index for the files that belong with each case not yet searched for; return how many cases.

    Where some have values of an earlier version, which aren't found, the case says so until it is searched for again.
    """
    with row_level_security.for_the_service():
        waiting = list(_unsearched().filter(index_norm=NORM).values_list("pk", flat=True)[:_BATCH])
        behind = frozenset(renewal.behind()) if waiting else frozenset()
    return renewal.each(waiting, partial(_search, behind=behind), at)


def _unsearched() -> "QuerySet[Referral]":
    """Return the cases that wait, the last filed first: of two, it is the later one that holds the pair."""
    waiting = Referral.objects.filter(searched_at=None).exclude(state__in=renewal.OUTSIDE)
    return waiting.order_by("-submitted_at", "pk")


@contextmanager
def _locked(pk: UUID, at: datetime) -> Iterator[Case]:
    with row_level_security.for_the_service():
        referral = Referral.objects.select_for_update().get(pk=pk)
        yield Case(referral, actor=SYSTEM, at=at)


@dataclass(slots=True)
class Entry:
    """One entry of a search: the scope to open in, and the pseudonyms that it names, which may grow until it ends."""

    scope: Disclosure
    named: list[UUID]


@contextmanager
def opened_in(
    size: Size, about: Sequence[UUID], at: datetime, told: bytearray | None = None
) -> Iterator[list[Entry]]:
    """Begin the entries of a search, as many as the authority's children need, for one names a hundred cases at most.

    Their number follows from ``size`` alone, whatever is found. ``about`` are the pseudonyms that each names.
    ``told``, what came of it, may grow within the block; the first entry keeps a keyed digest of it.
    """
    most = min(size.children, candidates.SEARCHED_AT_MOST)
    needed = -(-most // (MAX_OBJECTS - 1))
    with ExitStack() as stack:
        entries = []
        for number in range(max(1, needed)):
            named = list(about)
            scope = disclosure(
                actor=SYSTEM,
                purpose=Purpose.SEARCH,
                at=at,
                objects=named,
                tenant=size.authority,
                act=COMPARED,
                payload=None if number else told,
                always=True,
            )
            entries.append(Entry(stack.enter_context(scope), named))
        yield entries


def entry_for(others: Collection[Referral], entries: Sequence[Entry]) -> OpenScope:
    """Return the scope to open some files in, which its entry names from now on."""
    entry = next(one for one in entries if len(one.named) + len(others) <= MAX_OBJECTS)
    entry.named.extend(journal.subjects({other.pk for other in others}).values())
    return entry.scope


# --- One case -----------------------------------------------------------------------------------------


def _index(pk: UUID, at: datetime) -> bool:
    with _locked(pk, at) as case:
        referral = case.referral
        if referral.index_norm == NORM or referral.state in renewal.OUTSIDE:
            return False
        renewal.make_values([referral], case.authority_id, at)
        return True


def _search(pk: UUID, at: datetime, *, behind: Collection[UUID]) -> bool:
    """Search for one case, and leave the same entries whatever was found.

    Whoever filed before and after holds two places of the journal, and could count what stands between (SEC-AZ8): one
    entry more or fewer, for a file that is found, would tell that the child is known.
    """
    with _locked(pk, at) as case:
        referral = case.referral
        if referral.searched_at is not None or referral.state in renewal.OUTSIDE:
            return False
        payload, size = bytearray(), candidates.size_of(case.authority_id)
        with opened_in(size, [case.pseudonym], at, payload) as entries:
            matches, cut = compared(case, size, entries) if referral.state in _SEARCHED_FOR else ([], False)
            for pair in _suggest(case, matches):
                payload += pair.pk.bytes + pair.state.encode()
            # Of a filing, whom the service barred while it was received: no entry of its own tells of that either.
            by_service = referral.exclusions.filter(by=None, lifted_at=None).order_by("user")
            payload += b"".join(user.bytes for user in by_service.values_list("user_id", flat=True))
        referral.searched_at = at
        if case.authority_id in behind:
            referral.searched_partly = LeftOut.NOT_INDEXED
        else:
            referral.searched_partly = LeftOut.CUT if cut else ""
        referral.save(update_fields=["searched_at", "searched_partly"])
        return True


def compared(case: Case, size: Size, entries: Sequence[Entry]) -> tuple[list[Found], bool]:
    """Return the files of its authority that belong with a case, each opened and compared, the surest first.

    And whether there was more alike than one search reads or opens.

    What is opened is named in ``entries``, one after the other.
    """
    referral = case.referral
    candidates.load([referral])
    mine = candidates.opened(referral, entries[0].scope)
    likely = candidates.likely(size, blocking_keys.searched_for(mine)).without(referral.pk)
    most = len(entries) * (MAX_OBJECTS - 1)
    hits = candidates.searched(
        mine, case.authority_id, likely, partial(entry_for, entries=entries), most=most
    )
    is_same = any(one.verdict.kind is LinkKind.SAME for one in hits)
    return hits, likely.cut or (likely.strong > most and not is_same)


def _suggest(case: Case, found: list[Found]) -> Iterator[DuplicateCandidate]:
    """Suggest what isn't compared yet, and take back what was suggested and isn't found any more; yield each pair."""
    verdicts = {queries.target_of(one.referral).pk: one.verdict for one in reversed(found)}
    verdicts.pop(case.referral.pk, None)
    pairs = list(queries.candidates_of(case.referral))
    for pair in pairs:
        of_the_service = pair.suggested_by_id is None and pair.state == DuplicateState.SUGGESTED
        if of_the_service and pair.referral_id == case.referral.pk and pair.other_id not in verdicts:
            yield _carry_out(case, "drop", StepInput(), pair)
    suggested = {pk for pair in pairs if not _dropped(pair) for pk in (pair.referral_id, pair.other_id)}
    counts = dict.fromkeys(LinkKind, 0)
    for pk, verdict in sorted(verdicts.items(), key=lambda item: (-item[1].score, item[0])):
        counts[verdict.kind] += 1
        if pk not in suggested and counts[verdict.kind] <= SUGGESTED_AT_MOST:
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
