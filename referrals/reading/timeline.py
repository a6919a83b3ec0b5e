"""The timeline of a case: the steps done, as far as an actor may know of each."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from encryption.sealed import OpenScope
from referrals.access import child_sight, joined_filings, matrix, visibility
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.models import Referral, StepRecord
from referrals.reading.fields import opened
from referrals.reading.seen_rows import hanging_on, ties_among
from referrals.vocabulary.formats import moment
from referrals.vocabulary.states import Machine
from referrals.workflow.about_children import ids_in
from referrals.workflow.case_parts import opens_hidden
from referrals.workflow.context import for_record
from referrals.workflow.step import steps


def timeline(
    referral: Referral, sight: Sight, scope: OpenScope, *, actor: Actor, at: datetime
) -> list[dict[str, Any]]:
    """Return what happened, as far as the actor may see it: a filer sees the own acts.

    What was done about a pair of files is for who sees both: it would tell of a file that is hidden (SEC-AZ4).
    """
    ties = sight.ties
    rows: Iterable[StepRecord] = referral.steps.all()
    if ties.coarse:
        by_filers = {step.name for step in steps.all() if set(matrix.FILERS) & set(step.roles)}
        rows = [row for row in rows if row.step in by_filers and row.role in matrix.FILERS]
        return [_happened(row, {}) for row in rows]
    lines: list[dict[str, Any]] = []
    seen = hanging_on(referral, sight)
    others = visibility.visible_to(actor, at=at).values("pk")
    pairs = set(referral.duplicates.filter(other__in=others).values_list("pk", flat=True))
    records = [
        (row, _as_recorded_now(row, opened(row.data, scope)) if row.data is not None else None)
        for row in rows
        if (row.machine != Machine.DUPLICATE or row.part in pairs)
        and row.access_class in ties.reads
        and seen(row.access_class, row.child, row.part)
    ]
    bound = ties_among(referral, sight, ids_in([data for _, data in records])) if sight.children else {}
    if sight.hidden:
        of_the_list, opened_for = steps.named("of_the_list"), referral.broken_glasses.all()
        apart = {row.pk for row in opened_for if opens_hidden(row, actor.user_id)}
        # What names nobody of a list, or of whom it hides, would tell that there is one.
        records = [
            (row, data)
            for row, data in records
            if row.part not in apart and (row.step not in of_the_list or row.child is not None)
        ]
    # A correction of what isn't told isn't told either.
    untold = {row.pk for row in rows} - {row.pk for row, _ in records}
    on_files = about_files()
    files = {pk for row, data in records if row.step in on_files and data for pk in ids_in(data.get("file"))}
    untold |= _files_unseen(referral, files, ties, actor, at=at) if files else set()
    for row, data in records:
        ids = set(ids_in(data))
        named = {pk: [row.access_class in of.reads for of in bound[pk]] for pk in ids if pk in bound}
        # Whom a step names, it is about; where it names rows alone, about those on whom they hang.
        about = [each for pk, each in named.items() if pk in sight.children] or list(named.values())
        if (about and not any(map(any, about))) or ids & untold:
            untold.add(row.pk)
            continue
        # What is said of the whole case isn't for a service, which has a measure of it; with a step that the shell
        # shows, it is for readers of D.
        of = ties if row.child or row.part or about else ties.without_service
        needed = "D" if row.access_class == "A" else row.access_class
        is_whole = all(map(all, named.values())) and needed in of.reads
        more = {
            "data": data if is_whole else None,
            "by": str(row.by) if row.by else None,
            "own": row.by == actor.user_id,
        }
        lines.append(_happened(row, more))
    return lines


@cache
def about_files() -> frozenset[str]:
    """Return the names of the steps about one file, of the case or of a filing joined to it."""
    return frozenset(step.name for step in steps.all() if "file" in step.takes().fields)


def _as_recorded_now(row: StepRecord, data: object) -> Any:
    # Records from before hold more than is recorded now.
    try:
        return for_record(data, steps.get(Machine(row.machine), row.step).takes)
    except (
        KeyError,
        ValueError,
    ):  # a step that no version declares any more: nobody knows what its record may show
        return {}


def _files_unseen(
    referral: Referral, files: set[UUID], ties: CaseAccess, actor: Actor, *, at: datetime
) -> set[UUID]:
    """Return, of the files that steps name, those of filings that aren't joined any more or not for the reader."""
    elsewhere = files - set(referral.attachments.filter(pk__in=files).values_list("pk", flat=True))
    seen: set[UUID] = set()
    for filing, own in joined_filings.readable_filings(referral, ties, actor, at=at) if elsewhere else ():
        hidden = {str(pk) for pk in child_sight.sight_of(filing, own, actor).hidden}
        rows = filing.attachments.filter(pk__in=elsewhere)
        seen |= {row.pk for row in rows if not row.children or set(row.children) - hidden}
    return elsewhere - seen


def _happened(row: StepRecord, more: Mapping[str, Any]) -> dict[str, Any]:
    line = {"step": row.step, "machine": row.machine, "number": row.number, "at": moment(row.at)}
    if not more:
        return line
    return line | {
        "id": str(row.pk),
        "role": row.role,
        "from": row.from_state,
        "to": row.to_state,
        "child": str(row.child) if row.child else None,
        "part": str(row.part) if row.part else None,
        "signed_by": str(row.signed_by) if row.signed_by else None,
        "obo": str(row.obo) if row.obo else None,
        **more,
    }
