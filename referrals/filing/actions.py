"""Drafts, and filing in one request: seals what a person types into rows (T01; design.md, Keys).

A draft is private to its author and sealed under a key of its own. A program creates and submits at once
(``{"submit": true}``): the same rows, checks and step, but everything is sealed once, under the keys of the competent
authority.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import models

from accounts.actor import Actor
from accounts.models import Authority
from accounts.roles import Role
from audit import journal
from audit.events import Purpose, register
from core.bulk_inserts import insert
from encryption import keys
from encryption.fields import SealedField
from encryption.keys import DataKey
from referrals.access import people as access_people
from referrals.access import relations, visibility
from referrals.access.matrix import NOBODY
from referrals.errors import IncompleteFiling, InvalidInput, NotAllowed, WrongState
from referrals.execution.preconditions import NOT_EXPECTED, lock_case, require_version
from referrals.execution.runner import StepResult, run_step
from referrals.filing import effects, form
from referrals.models import PARTS, Child, Concern, Referral
from referrals.policy.definitions import DEFAULTS, protocol_of
from referrals.vocabulary import formats
from referrals.vocabulary.filing_answers import Channel, Variant
from referrals.vocabulary.role_sets import CELL
from referrals.vocabulary.states import Machine, State, Whereabouts
from referrals.workflow import births
from referrals.workflow.case import Case
from referrals.workflow.context import StepContext, StepInput
from referrals.workflow.field_inputs import storable
from referrals.workflow.step import Step, steps

EDITED: Final = "draft:edited"
SHARED: Final = "draft:shared"
UNSHARED: Final = "draft:unshared"
register(EDITED, SHARED, UNSHARED)

#: Members of the form that belong to the referral's shell, and who may say them (domain.md §4.5).
CELL_ONLY: Final = ("received_at", "channel", "variant", "source_referral")
OWN_VARIANTS: Final = (Variant.STANDARD, Variant.COPY_OF_DIRECT_REPORT)

type Keys = Mapping[str, DataKey]
type Plain = dict[UUID, dict[str, Any]]


def begin(data: Mapping[str, Any], *, actor: Actor, at: datetime) -> StepResult:
    """Begin a draft (T01)."""
    role = drafter(actor)
    referral = _blank(actor, at=at)
    key = keys.create_draft_key(referral.pk)
    referral.case_key = referral.filer_key = key.id
    referral.draft_expires_at = at + timedelta(days=_draft_days(actor, role, at))
    _shell(referral, data, role, actor=actor, at=at)
    _require_ages(referral, data, at=at)
    _begin(Case(referral, actor=actor.acting_as(role, filing=True), at=at))
    _write(referral, data, {"case": key, "filer": key})
    return StepResult(referral=referral, made=referral.pk)


def _draft_days(actor: Actor, role: Role, at: datetime) -> int:
    """Return how long a draft of this author lives: by the authorities where it files, the shortest (DRAFT_DAYS)."""
    places = {position.authority_id for position in actor.holding([role])}
    chosen = [protocol_of(place, at) for place in Authority.objects.filter(pk__in=places)] or [DEFAULTS]
    return min(protocol.draft_days for protocol in chosen)


def editable(
    referral_id: UUID, *, version: object, actor: Actor, at: datetime
) -> tuple[Referral, relations.CaseAccess]:
    """Return a draft of this actor, lock_case, on the version that the change was decided on."""
    referral, ties = lock_case(referral_id, actor=actor, at=at)
    if referral.state != State.DRAFT:
        raise WrongState("edit") if ties.coarse else NotAllowed("referral:edit")
    if ties.shared:
        raise NotAllowed("referral:edit")
    require_version(referral, version)
    return referral, ties


def edit(
    referral_id: UUID, data: Mapping[str, Any], *, version: int | None, actor: Actor, at: datetime
) -> StepResult:
    """Change a draft: members sent replace those there were; a list that is sent replaces the whole list."""
    referral, ties = editable(referral_id, version=version, actor=actor, at=at)
    key = keys.data_key(referral.case_key or NOBODY, referral.pk)
    role = ties.as_filer() or Role.FILER
    _shell(referral, data, role, actor=actor, at=at)
    _require_ages(referral, data, at=at)
    _write(referral, data, {"case": key, "filer": key})
    referral.version += 1
    referral.save()
    journal.record(
        EDITED,
        actor=actor.acting_as(role, filing=True),
        at=at,
        objects=[journal.subject(referral.pk)],
        purpose=Purpose.FILING,
        version=referral.version,
    )
    return StepResult(referral=referral)


def shareable(referral_id: UUID, *, actor: Actor, at: datetime) -> Referral:
    """Return a draft that the actor files as a professional of some institution, locked."""
    referral, ties = editable(referral_id, version=NOT_EXPECTED, actor=actor, at=at)
    if ties.as_filer() is not Role.FILER:
        raise NotAllowed("draft:share")
    return referral


def share(referral_id: UUID, organisation: UUID | None, *, actor: Actor, at: datetime) -> StepResult:
    """Show a draft to the lead of an institution where its author works: the facts alone, and only while it is one.

    Nobody else's visa is asked or can be: the duty to report is the filer's own (CASF L226-2-1).
    """
    referral = shareable(referral_id, actor=actor, at=at)
    own = {p.organisation_id for p in actor.holding([Role.FILER]) if p.organisation_id}
    chosen = organisation or (next(iter(own)) if len(own) == 1 else None)
    if chosen is None:
        raise InvalidInput("organisation", "required")
    if chosen not in own:
        raise InvalidInput("organisation")
    return _shared(referral, relations.shared_with(chosen), SHARED, actor=actor, at=at)


def unshare(referral_id: UUID, *, actor: Actor, at: datetime) -> StepResult:
    """Show a draft to its author alone again."""
    referral = shareable(referral_id, actor=actor, at=at)
    return _shared(referral, None, UNSHARED, actor=actor, at=at)


def _shared(referral: Referral, value: bytes | None, act: str, *, actor: Actor, at: datetime) -> StepResult:
    referral.shared_with = value
    referral.save(update_fields=["shared_with"])
    journal.record(
        act,
        actor=actor.acting_as(Role.FILER, filing=True),
        at=at,
        objects=[journal.subject(referral.pk)],
        purpose=Purpose.FILING,
        version=referral.version,
    )
    return StepResult(referral=referral)


def file_at_once(data: Mapping[str, Any], *, urgent: bool, actor: Actor, at: datetime) -> StepResult:
    """Create and submit in one request (T01, then T02 or T03): the way of a program."""
    role = drafter(actor)
    referral = _blank(actor, at=at)
    _shell(referral, data, role, actor=actor, at=at)
    _require_ages(referral, data, at=at)
    rows, plain = _rows(referral, data)
    effects.remember(referral, rows)
    step = steps.get(Machine.REFERRAL, "submit_urgent" if urgent else "submit")
    if role not in step.roles:
        raise NotAllowed(f"referral:{step.name}")
    case = Case(referral, actor=actor.acting_as(role, filing=True), at=at)
    case.step_name, case.plain = step.name, plain
    # Nothing has a key or is written yet: a refusal leaves no trace but its entry.
    effects.settle(case, plain, _require_complete(step, case, plain), urgent=urgent)
    with case.together():
        _begin(case)
        case.insert(*rows)
        act = run_step(step, case, StepInput())
    effects.remember_as(referral, "clocks", case.open_clocks)
    return StepResult(referral=referral, made=referral.pk, warnings=tuple(act.warnings))


def _begin(case: Case) -> None:
    """Insert the referral, give it its pseudonym, and write down that it was begun (T01)."""
    referral = case.referral
    referral.version = 1
    case.save()
    named = journal.subject_row(referral.pk, at=case.at)
    case.insert(named)
    referral.pseudonym = named.pseudonym
    case.records, case.open_clocks = 0, []
    StepContext(
        steps.get(Machine.REFERRAL, "create"), case, StepInput(), actor=case.actor, at=case.at
    ).record(before="", after=str(referral.state))


def _require_complete(step: Step, case: Case, plain: Plain) -> effects.Place:
    missing: list[dict[str, str]] = []
    place = None
    try:
        place = effects.competence(case.referral, plain)
    except IncompleteFiling as nowhere:
        missing += nowhere.extra["missing"]
    try:
        for check in step.checks:
            check(case, StepInput())
    except IncompleteFiling as incomplete:
        named = {item["field"] for item in missing}
        missing += [item for item in incomplete.extra["missing"] if item["field"] not in named]
    if place is None or missing:
        raise IncompleteFiling(missing)
    return place


def drafter(actor: Actor) -> Role:
    """Return the role in which the actor begins a concern (T01)."""
    role = access_people.may_begin(actor)
    if role is None:
        raise NotAllowed("referral:create")
    if not actor.verified:
        raise NotAllowed("verified-account")
    return role


def _blank(actor: Actor, *, at: datetime) -> Referral:
    if actor.user_id is None:
        raise NotAllowed("referral:create")
    return Referral(
        reference=formats.new_reference(), created_at=at, filed_by=relations.filed_by(actor.user_id)
    )


def _shell(referral: Referral, data: Mapping[str, Any], role: Role, *, actor: Actor, at: datetime) -> None:
    """Set what the form says of the shell; only the cell states a receipt, a channel, a variant, a source.

    Save that whoever files says whether the prosecutor was seized directly, and this is the copy (CASF L226-4 II).
    """
    own = role is Role.FILER and data.get("variant") in OWN_VARIANTS
    filled = [name for name in CELL_ONLY if data.get(name) and not (own and name == "variant")]
    if role not in CELL and filled:
        raise InvalidInput(filled[0], "read-only")
    if role is Role.API_119:
        referral.channel, referral.variant = Channel.HELPLINE_119, Variant.FROM_119
    if data.get("received_at"):
        if data["received_at"] > at:
            raise InvalidInput("received_at", "too-late")
        referral.received_at = data["received_at"]
    if data.get("source_referral"):
        _take_after(referral, data["source_referral"], actor=actor, at=at)
    referral.channel = data.get("channel") or referral.channel
    referral.variant = data.get("variant") or referral.variant


def _require_ages(referral: Referral, data: Mapping[str, Any], *, at: datetime) -> None:
    births.require(enumerate(data.get("children", ())), births.days_at(referral.received_at or at))


def _take_after(referral: Referral, source: UUID, *, actor: Actor, at: datetime) -> None:
    """Copy the receipt of the case that this one comes from: a wrong person, a call taken up again (§4.5, S4)."""
    earlier = visibility.visible_to(actor, at=at).exclude(state=State.DRAFT).filter(pk=source).first()
    if earlier is None:
        raise InvalidInput("source_referral")
    referral.source_referral, referral.received_at = earlier, earlier.received_at


def _rows(referral: Referral, data: Mapping[str, Any]) -> tuple[list[models.Model], Plain]:
    rows: list[models.Model] = []
    plain: Plain = {}
    concern = Concern(referral=referral)
    _put(concern, form.concern_of(data), plain)
    rows.append(concern)
    referral.concern = concern
    rows += _part_rows(referral, data, plain)
    return rows, plain


def _part_rows(referral: Referral, data: Mapping[str, Any], plain: Plain) -> list[models.Model]:
    """Return the rows of the lists that were sent, unsaved; what is to be sealed goes to ``plain``."""
    rows: list[models.Model] = []
    for name, items in form.parts_of(data).items():
        for position, item in enumerate(items):
            part: Any = PARTS[name]  # every part has a case and a place
            row = part(referral=referral, position=position)
            _put(row, item, plain)
            rows.append(row)
    return rows


def _put(row: models.Model, values: Mapping[str, Any], plain: Plain) -> None:
    """Set clear members on the row; keep those to be sealed in ``plain``."""
    plain_values = plain.setdefault(row.pk, {})
    for name, value in values.items():
        field = row._meta.get_field(name)
        if not isinstance(field, SealedField):
            setattr(row, name, value)
        elif value not in (None, ""):
            plain_values[name] = storable(value)
    if isinstance(row, Child):
        row.runaway = plain_values.get("whereabouts") == Whereabouts.RUNAWAY


def _save(rows: list[models.Model], plain: Plain, made: Keys) -> None:
    for row in rows:
        effects.seal(row, plain[row.pk], made)
    insert(rows)


def _write(referral: Referral, data: Mapping[str, Any], made: Keys) -> None:
    """Write the form into a draft: the concern is changed, each list that was sent is replaced."""
    concern = Concern.objects.filter(referral=referral).first()
    if concern is None:
        _save(*_rows(referral, data), made)
        return
    plain: Plain = {}
    _put(concern, form.concern_of(data), plain)
    for name in form.concern_of(data):
        field: Any = concern._meta.get_field(name)
        if isinstance(field, SealedField):
            value = plain[concern.pk].get(name)
            setattr(concern, name, None if value is None else made[field.key].seal(field, concern.pk, value))
    concern.save()
    for name in form.parts_of(data):
        getattr(referral, name).all().delete()
    _save(_part_rows(referral, data, plain), plain, made)
