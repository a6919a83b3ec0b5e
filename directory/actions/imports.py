"""Imports of the directory: a file is tried, which writes nothing of it, and the same file is then done.

One engine for all sources (``directory/exchange/``). What is done is what was tried: the file by its digest, what it
would do by the plan's. A second time the same file changes nothing (field.md A.10.1).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.access import own_account
from accounts.actor import Actor
from accounts.errors import AlreadyThere, InvalidInput
from accounts.imports.faults import FileFault
from accounts.models import Authority
from accounts.naming import visible
from accounts.territory import covering
from directory import acts
from directory.access import EDIT, editable_imports, import_rows
from directory.actions import changes
from directory.actions.changes import Basis, Row
from directory.actions.records import acting, keeper, record
from directory.codes import Means, Source
from directory.exchange import files
from directory.exchange.files import ReadRequest
from directory.exchange.plan import Options, Outcome, Plan, planned
from directory.exchange.rows import STRUCTURE
from directory.models import DirectoryImport, HeldRow, Structure
from encryption import digest

_WRITES: Final = (Outcome.CREATED, Outcome.CHANGED, Outcome.ARCHIVED)
#: The counts of a plan that a run keeps.
_COUNTS: Final = ("created", "changed", "unchanged", "archived", "held", "refused", "left_out")


def try_import(
    body: Mapping[str, Any], raw: bytes, *, actor: Actor, at: datetime
) -> tuple[DirectoryImport, Plan]:
    """Read a file (``ImportTrialInput``) and say what it would do; only the trial itself is written.

    Raises:
        NotAllowed: the actor doesn't keep the entries of this authority.
        InvalidInput: nothing of the file is taken; ``file`` has the reason, ``line`` where it was found (0: nowhere).
    """
    authority = keeper(body["authority"], actor)
    options = Options(whole=body["whole"], kind=body["kind"])
    plan, licence, stated_on = _plan(raw, authority, body["source"], options, at)
    run = DirectoryImport(
        authority=authority,
        source=body["source"],
        licence=body["licence"] or licence,
        stated_on=body["stated_on"] or stated_on,
        digest=digest.sha256(raw).hex(),
        options=options.as_json(),
        tried_by=None if actor.is_system else own_account(actor),
        tried_at=at,
    )
    _keep(run, plan)
    _record(acts.IMPORT_TRIED, run, actor=actor, at=at, count=len(plan.steps))
    return run, plan


def do_import(pk: UUID, raw: bytes, *, actor: Actor, at: datetime) -> tuple[DirectoryImport, Plan]:
    """Write what was tried, all of it or nothing, by the same file.

    Raises:
        NotAllowed: the actor keeps no entries.
        NotVisible: absent, or of another authority.
        AlreadyThere: it is done.
        InvalidInput: the file is another one (``import-other-file``), or it would do something else by now
            (``import-stale``).
    """
    runs = editable_imports(actor).select_for_update(of=("self",))
    run = visible(runs, pk)
    if run.done_at is not None:
        raise AlreadyThere(_("Cet import est déjà fait."))
    if digest.sha256(raw).hex() != run.digest:
        raise InvalidInput({"file": ["import-other-file"]})
    # Two imports of one authority don't run beside each other; what refers to it goes on.
    authority = Authority.objects.select_for_update(no_key=True).get(pk=run.authority_id)
    options = Options(**run.options)
    plan, _licence, _day = _plan(raw, authority, run.source, options, run.tried_at)
    if plan.digest() != run.plan:
        raise InvalidInput({"file": ["import-stale"]})
    _write(run, plan, at)
    run.done_at = at
    _keep(run, plan)
    _record(acts.IMPORT_DONE, run, actor=actor, at=at, count=run.created + run.changed + run.archived)
    return run, plan


def settle_row(pk: UUID, body: Mapping[str, Any], *, actor: Actor, at: datetime) -> HeldRow:
    """Say whether a row that was held is the structure that it is like (``HeldInput``).

    The same: files leave it alone from now on. Another one: the next import takes it.

    Raises:
        NotAllowed: the actor keeps no entries.
        NotVisible: absent, or of another authority.
        AlreadyThere: somebody has said so.
        InvalidInput: it has the id of that very structure, and can be no other.
    """
    rows = import_rows(actor).select_for_update(of=("self",))
    row: HeldRow = visible(rows, pk)
    if row.settled_at is not None:
        raise AlreadyThere(_("Cette ligne est déjà décidée."))
    if row.matched_by == "id" and not body["same"]:
        raise InvalidInput({"same": ["not-a-choice"]})
    row.settled_at, row.settled_by, row.same = at, own_account(actor), body["same"]
    row.save(update_fields=["settled_at", "settled_by", "same"])
    record(
        acts.ROW_SETTLED,
        row.pk,
        row.authority_id,
        actor=acting(actor, EDIT, row.authority_id),
        at=at,
        to_state="same" if body["same"] else "another",
    )
    return row


def _plan(
    raw: bytes, authority: Authority, source: str, options: Options, at: datetime
) -> tuple[Plan, str, date | None]:
    today = at.astimezone(ZoneInfo(authority.timezone)).date()
    request = ReadRequest(source, today, covering(authority, on=today), settings.IMPORT_BYTES)
    try:
        read = files.read(raw, request)
    except FileFault as error:
        refused = InvalidInput({"file": [f"import-{error.fault.value}"]})
        refused.extra["line"] = error.line
        raise refused from error
    return planned(read, authority, source, options), read.licence, read.stated_on


def _write(run: DirectoryImport, plan: Plan, at: datetime) -> None:
    """Write a plan: structures, services, then where they are and how many places they have."""
    label = str(Source(run.source).label)
    evidence = f"{label}, {run.stated_on.isoformat()}" if run.stated_on else label
    basis = Basis(by=None, at=at, means=Means.IMPORT, evidence=evidence)
    bookkeeping = {"fetched_at": at, "source_licence": run.licence}
    acting_steps = [step for step in plan.steps if step.outcome in _WRITES and step.row is not None]
    _name_parents(run, plan)
    for wanted in (True, False):
        rows: list[tuple[Row, Mapping[str, Any]]] = [
            (step.row, step.values | bookkeeping)
            for step in acting_steps
            if step.row is not None and (step.kind == STRUCTURE) is wanted
        ]
        changes.write_together(rows, basis)
    places: list[tuple[Row, Mapping[str, Any]]] = [
        (step.place, step.place_values) for step in acting_steps if step.place is not None
    ]
    changes.write_together(places, basis)
    changes.write_together([one for step in acting_steps for one in step.capacities], basis)
    # Who keeps the structure decides, and alone is told which it is: a file of all public numbers would otherwise tell
    # any editor which of them stand for a secret address (field.md A.7, rule 5).
    like = {one.structure for one in plan.held}
    keepers = dict(Structure.objects.filter(pk__in=like).values_list("pk", "authority_id"))
    HeldRow.objects.bulk_create(
        (
            HeldRow(
                run=run,
                authority_id=keepers[one.structure],
                structure_id=one.structure,
                source_id=one.source_id,
                matched_by=one.matched_by,
            )
            for one in dict.fromkeys(plan.held)
        ),
        ignore_conflicts=True,
    )


def _name_parents(run: DirectoryImport, plan: Plan) -> None:
    """Put the row in place of the id of a parent, once all structures of the file are known."""
    wanted = {step.parent_id for step in plan.steps if step.parent_id}
    if not wanted:
        return
    there = Structure.objects.filter(authority_id=run.authority_id, source=run.source, source_id__in=wanted)
    rows = {one.source_id: one for one in there}
    rows |= {step.source_id: step.row for step in plan.steps if isinstance(step.row, Structure)}
    for step in plan.steps:
        if not step.parent_id:
            continue
        parent = rows.get(step.parent_id)
        if parent is None or parent is step.row:
            step.values.pop("parent", None)
        else:
            step.values["parent"] = parent


def _keep(run: DirectoryImport, plan: Plan) -> None:
    counts = plan.counts()
    for name in _COUNTS:
        setattr(run, name, counts[name])
    run.plan = plan.digest()
    run.save()


def _record(act: str, run: DirectoryImport, *, actor: Actor, at: datetime, count: int) -> None:
    record(
        act,
        run.pk,
        run.authority_id,
        actor=acting(actor, EDIT, run.authority_id),
        at=at,
        to_state=str(run.source),
        count=count,
    )
