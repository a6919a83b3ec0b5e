"""Reads related files: candidates with their reasons, links, and the filings merged into a file.

A reader sees another file here only if they see that file itself: a pair whose other half is hidden (excluded,
restricted, another authority) isn't mentioned at all (SEC-AZ4).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField

from accounts.actor import Actor
from core.compiled_queries import AmongGiven, Given
from encryption.sealed import OpenScope
from referrals.access import joined_filings, matrix, visibility
from referrals.access.relations import CaseAccess
from referrals.execution import hooks
from referrals.messages import queries as messages_queries
from referrals.models import DuplicateCandidate, Joining, Referral
from referrals.reading import concern, fields
from referrals.vocabulary import formats
from referrals.vocabulary.oversight import REASON_CLASS, LeftOut, LinkKind, Merge
from referrals.vocabulary.states import DuplicateState, State
from referrals.workflow.case import Case

#: A pair that the search found, and that nobody has decided or looked at.
UNSEEN: Final = Q(state=DuplicateState.SUGGESTED, suggested_by=None, looked_at=None)
#: A pair that the service itself took back: it may have been about a child who is hidden since (SEC-AZ20).
TAKEN_BACK: Final = Q(state=DuplicateState.REJECTED, decided_by=None)


def candidates_of(referral: Referral) -> "QuerySet[DuplicateCandidate]":
    """Return the files that may be about the same child as this one, whichever of the two says so."""
    return DuplicateCandidate.objects.filter(Q(referral=referral) | Q(other=referral))


def target_of(referral: Referral) -> Referral:
    """Return the file that a filing was joined to in the end; the filing itself if it wasn't."""
    joining = Joining.objects.filter(referral=referral, undone_at=None).select_related("target").first()
    return target_of(cast("Referral", joining.target)) if joining is not None else referral


def pairs_seen(referral: Referral, *, actor: Actor, at: datetime) -> "QuerySet[DuplicateCandidate]":
    """Return the pairs of a file whose other half the actor sees too: one query, whatever is hidden (SEC-AZ4).

    What the service itself took back isn't told of.
    """
    seen = visibility.visible_to(actor, at=at).values("pk")
    rows = DuplicateCandidate.objects.filter(
        Q(referral=referral, other__in=seen) | Q(other=referral, referral__in=seen)
    )
    return rows.exclude(TAKEN_BACK).select_related("referral", "other")


@hooks.pairs_at_hand.register
def pairs_at_hand(case: Case, ties: CaseAccess) -> list[DuplicateCandidate]:
    """Return the pairs that the file holds and whose other half the actor sees: of others no act may tell (SEC-AZ4)."""
    pairs = [
        row for row in _HELD.rows(case.actor, at=case.at, case=case.referral.pk) if reasons_for(row, ties)
    ]
    for row in pairs:  # loading it anew beside each takes as long as all else
        row.referral = case.referral
    others: list[Any] = [row.other for row in pairs]
    case.know(others)
    return pairs


def _pairs(actor: Actor, *, at: datetime) -> "QuerySet[DuplicateCandidate]":
    seen = visibility.visible_to(actor, at=at).values("pk")
    pairs = DuplicateCandidate.objects.filter(referral=Given("case", UUIDField()), other__in=seen)
    return pairs.exclude(TAKEN_BACK).select_related("other")


_HELD: Final = visibility.KeptByRights(_pairs)


def reasons_for(row: DuplicateCandidate, ties: CaseAccess) -> list[str]:
    """Return why two files may belong together, as far as the reader may know: a trace is for readers of G."""
    return _readable(row.reasons, ties)


def _readable(reasons: Iterable[str], ties: CaseAccess) -> list[str]:
    return [reason for reason in reasons if REASON_CLASS.get(reason, "B") in ties.reads]


def unseen_pairs(cases: Mapping[UUID, CaseAccess], actor: Actor, *, at: datetime) -> dict[UUID, list[UUID]]:
    """Return, by case, the pairs that the search found and nobody of the cell has looked at: one query for all of them.

    ``cases``: some that the actor sees, each with what ties the actor to it. Only pairs whose other half the actor sees
    too, and for reasons that the actor may know (SEC-AZ4).
    """
    pairs: dict[UUID, list[UUID]] = {}
    for pk, reasons, *both in _UNSEEN_OF.rows(actor, at=at, cases=list(cases)):
        for case in cases.keys() & both:
            ties = cases[case]
            if "B" in ties.reads and not ties.draft and _readable(reasons, ties):
                pairs.setdefault(case, []).append(pk)
    return pairs


def _unseen_of(actor: Actor, *, at: datetime) -> "QuerySet[DuplicateCandidate, Any]":
    visible = visibility.visible_to(actor, at=at)
    # Asked of each pair, and not of all that is visible: few pairs are of these cases.
    rows = DuplicateCandidate.objects.filter(
        UNSEEN,
        Q(Exists(visible.filter(pk=OuterRef("other_id"))), AmongGiven("referral", "cases"))
        | Q(Exists(visible.filter(pk=OuterRef("referral_id"))), AmongGiven("other", "cases")),
    )
    return rows.values_list("pk", "reasons", "referral_id", "other_id")


_UNSEEN_OF: Final = visibility.KeptByRights(_unseen_of)


def unseen_matches(cases: Mapping[UUID, CaseAccess], actor: Actor, *, at: datetime) -> dict[UUID, int]:
    """Return how many pairs of each case nobody of the cell has looked at, of cases with any; see ``unseen_pairs``."""
    return {pk: len(pairs) for pk, pairs in unseen_pairs(cases, actor, at=at).items()}


@hooks.unseen_matches.register
def unseen_of_case(referral: Referral, ties: CaseAccess, *, actor: Actor, at: datetime) -> int:
    """Return how many matches of one case wait for somebody to look at them."""
    return unseen_matches({referral.pk: ties}, actor, at=at).get(referral.pk, 0)


def searching(referral: Referral, ties: CaseAccess) -> bool:
    """Tell readers of B whether the search for files like this one is still to run."""
    return "B" in ties.reads and referral.closed_at is None and not referral.is_searched_for


def left_out(referral: Referral, ties: CaseAccess) -> LeftOut | None:
    """Tell readers of B why the last search for files like this one hasn't looked at all of them."""
    return LeftOut(referral.searched_partly) if "B" in ties.reads and referral.searched_partly else None


def _seen(actor: Actor, ids: set[UUID], *, at: datetime) -> dict[UUID, Referral]:
    # Nobody's id beside them: the question is asked even of nothing, so that what is hidden costs no query more.
    return {
        referral.pk: referral
        for referral in visibility.visible_to(actor, at=at).filter(pk__in={*ids, matrix.NOBODY})
    }


def duplicates(
    referral: Referral, ties: CaseAccess, scope: OpenScope, *, actor: Actor, at: datetime
) -> list[dict[str, Any]]:
    """Return the candidates of a file with their reasons, to readers of B; what was noted, to readers of D."""
    if "B" not in ties.reads:
        return []
    lines = []
    for row in pairs_seen(referral, actor=actor, at=at):
        other: Any = row.other if row.referral_id == referral.pk else row.referral
        reasons = reasons_for(row, ties)
        if not reasons:  # nothing but what this reader may not know speaks for the pair
            continue
        line = {
            "id": str(row.pk),
            "held_by": str(row.referral_id),
            "other": _file(other),
            "state": formats.labelled(DuplicateState(row.state)),
            "kind": formats.labelled(LinkKind(row.kind)) if row.kind else None,
            "reasons": reasons,
            "suggested_at": formats.moment(row.suggested_at),
            "suggested_by": str(row.suggested_by_id) if row.suggested_by_id else None,
            "looked_at": formats.moment(row.looked_at),
            "decided_at": formats.moment(row.decided_at),
        }
        if "D" in ties.reads and row.referral_id == referral.pk:
            line["note"] = fields.opened(row.note, scope)
        lines.append(line)
    return lines


def _other_of(row: DuplicateCandidate, referral: Referral) -> UUID:
    return row.other_id if row.referral_id == referral.pk else row.referral_id


def _file(referral: Referral) -> dict[str, Any]:
    return {
        "id": str(referral.pk),
        "reference": referral.reference,
        "state": formats.labelled(State(referral.state)),
        "received_at": formats.moment(referral.received_at),
    }


def links(referral: Referral, ties: CaseAccess, *, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Return the files linked to this one (siblings, later facts), and what is joined, to readers of B."""
    if "B" not in ties.reads:
        return []
    linked: list[tuple[UUID, str, Any]] = [
        (_other_of(row, referral), "related", row.decided_at)
        for row in candidates_of(referral).filter(state=DuplicateState.CONFIRMED, kind=LinkKind.RELATED)
    ]
    for row in Joining.objects.filter(Q(referral=referral) | Q(target=referral), undone_at=None):
        joined_here = row.target_id == referral.pk
        other = row.referral_id if joined_here else row.target_id
        linked.append((other, "joined_here" if joined_here else "joined_to", row.joined_at))
    others = _seen(actor, {pk for pk, _, _ in linked}, at=at)
    return [
        _file(others[pk]) | {"link": link, "since": formats.moment(since)}
        for pk, link, since in linked
        if pk in others
    ]


def filings(
    referral: Referral, ties: CaseAccess, scope: OpenScope, *, actor: Actor, at: datetime
) -> list[dict[str, Any]]:
    """Return what the filings joined to a file say, by the classes that the reader has on the file (T12)."""
    if "D" not in ties.reads:
        return []
    lines = []
    for filing, own in joined_filings.readable_filings(referral, ties, actor, at=at):
        joining = filing.joinings.get(undone_at=None)
        line = _file(filing) | {
            "kind": formats.labelled(Merge(joining.kind)),
            "joined_at": formats.moment(joining.joined_at),
        }
        messages = messages_queries.channel(filing, messages_queries.Channel.FILER, own, scope, actor=actor)
        lines.append(line | concern.content(filing, own, scope, actor=actor) | {"messages": messages})
    return lines
