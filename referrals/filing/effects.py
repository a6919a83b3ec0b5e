"""Receipt of a concern: finds the competent authority, makes keys, seals every value for good, starts deadlines.

A draft is sealed under a key of its own; ``receive`` opens it within a disclosure, and ``settle`` reseals it under the
two keys of the competent authority, so that the draft's key can be destroyed. What is created and submitted in one
request is still at hand, and ``settle`` alone seals it.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models, transaction

from accounts.models import Authority, Unit
from accounts.territory import commune, competent_authority, department_of
from audit.disclosure import disclosure
from audit.events import Purpose
from core.compiled_queries import CompiledQuery, Given
from encryption import keys
from encryption.errors import KeysUnavailable
from encryption.fields import SealedField
from encryption.keys import DataKey
from referrals.access import volume_limits
from referrals.attachments import linking
from referrals.conflicts_of_interest import hits
from referrals.errors import IncompleteFiling
from referrals.feedback import effects as feedback_effects
from referrals.filing import feed, questions
from referrals.matching import indexing
from referrals.policy.definitions import protocol_of
from referrals.vocabulary import ages
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.filing_answers import Variant
from referrals.vocabulary.required_items import items_left_open
from referrals.vocabulary.states import (
    EXPLOITED,
    ChildKind,
    Exploitation,
    Ground,
    Urgency,
    Whereabouts,
    YesNo,
)
from referrals.workflow import births, deadlines
from referrals.workflow.case import Case
from referrals.workflow.case_parts import Plain
from referrals.workflow.field_inputs import EXTRA
from referrals.workflow.form_rows import FORM_PARTS, answers_of, late_receipt

if TYPE_CHECKING:
    from referrals.models import Child, Referral
    from referrals.workflow.context import StepContext

logger = logging.getLogger(__name__)

#: Where a concern goes: the authority, its unit if one covers the place, the code of the département.
type Place = tuple[Authority, Unit | None, str]


def rows_of(referral: "Referral") -> Iterator[models.Model]:
    """Yield the concern and all its parts."""
    yield referral.concern
    for name in FORM_PARTS:
        yield from getattr(referral, name).all()


def remember(referral: "Referral", rows: Sequence[models.Model]) -> None:
    """Let the referral's relations answer with rows that this act inserts, without asking the database."""
    for name in FORM_PARTS:
        model = referral._meta.get_field(name).related_model
        remember_as(referral, name, [row for row in rows if type(row) is model])


def remember_as(referral: "Referral", name: str, rows: list[Any]) -> None:
    """Let one relation answer with rows likewise."""
    related = getattr(referral, name).all()
    related._result_cache, related._prefetch_done = rows, True
    referral.__dict__.setdefault("_prefetched_objects_cache", {})[name] = related


def sealed_fields_of(row: models.Model) -> list[SealedField]:
    return [field for field in row._meta.concrete_fields if isinstance(field, SealedField)]


def open_draft(act: "StepContext") -> dict[UUID, dict[str, Any]]:
    referral, opened = act.case.referral, {}
    with disclosure(
        actor=act.actor,
        purpose=Purpose.FILING,
        at=act.at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
    ) as scope:
        for row in rows_of(referral):
            values = {field.name: getattr(row, field.name) for field in sealed_fields_of(row)}
            opened[row.pk] = {name: value.open(scope) for name, value in values.items() if value is not None}
    return opened


def seal(row: models.Model, values: Mapping[str, Any], data_keys: Mapping[str, DataKey]) -> None:
    for name, value in values.items():
        field: Any = row._meta.get_field(name)
        setattr(row, name, data_keys[field.key].seal(field, row.pk, value))


def competence(referral: "Referral", plain: Plain) -> Place:
    """Return the competent authority, its unit and the département, by where the child lives or was found.

    Source: domain.md §8.2.
    """
    day = (referral.received_at or referral.created_at).date()
    for child in referral.children.all():
        if child.kind != ChildKind.SUBJECT:
            continue
        code = plain.get(child.pk, {}).get("commune_insee") or ""
        place = code if code and commune(code) else child.residence_department
        authority = competent_authority(place, on=day) if place else None
        if authority is not None:
            department = department_of(code) if code and commune(code) else child.residence_department
            return authority, _unit(authority, code), department
    raise IncompleteFiling([{"field": "children.0.commune_insee", "need": "L"}])


_UNITS: Final = CompiledQuery(
    lambda: Unit.objects.filter(authority=Given("authority", models.UUIDField())).order_by("name", "pk")
)


def _unit(authority: Authority, code: str) -> Unit | None:
    """Return the unit that covers the commune, else the authority's only unit."""
    units = _UNITS.rows(authority=authority.pk)
    covering = [unit for unit in units if code and code in unit.communes]
    if covering:
        return covering[0]
    return units[0] if len(units) == 1 else None


def derive_child(
    child: "Child", said: Mapping[str, Any], *, on: date, counted: date | None = None
) -> dict[str, Any]:
    """Return what is derived from what is said of a child: age band and flags, runaway, month of birth, emancipation.

    ``counted``: the birth date by which the age counts where nobody knows the own one.
    """
    birth = said.get("birth_date")
    day = date.fromisoformat(birth) if isinstance(birth, str) else birth
    age = ages.facts(day or counted, said.get("age_estimated_min"), said.get("age_estimated_max"), on=on)
    emancipated = said.get("emancipated_on")
    return {
        "emancipated": emancipated is not None and ages.as_date(emancipated) <= on,
        "age_band": age.age_band,
        "under_2": age.under_2,
        "under_15": age.under_15,
        "next_change": None,  # not known yet: the work of birthdays looks at it (referrals/coming_of_age/tasks.py)
        "runaway": said.get("whereabouts", Whereabouts.RUNAWAY if child.runaway else "")
        == Whereabouts.RUNAWAY,
        "birth_year_month": day.strftime("%Y-%m") if day else None,
    }


def receive(act: "StepContext") -> None:
    """Receive a complete concern (T02)."""
    _receive(act, urgent=False)


def receive_urgently(act: "StepContext") -> None:
    """Receive an urgent concern (T03): U3, immediate danger, and C3 for each child."""
    _receive(act, urgent=True)


def _receive(act: "StepContext", *, urgent: bool) -> None:
    referral = act.case.referral
    danger = urgent or referral.concern.danger_now == YesNo.YES
    within = volume_limits.count_filing(referral, actor=act.actor, at=act.at, urgent=danger)
    if act.case.plain is None:
        act.case.plain = open_draft(act)
        draft_key = referral.case_key
        data_keys = settle(act.case, act.case.plain, competence(referral, act.case.plain), urgent=urgent)
        linking.reseal(referral, data_keys["case"])
        transaction.on_commit(partial(keys.destroy, [draft_key] if draft_key else []), robust=True)
    if not within:
        volume_limits.keep_passed(act.actor, at=act.at)
    _dates(act)
    _children(act, urgent=urgent)
    referral.left_open = urgent and bool(items_left_open(answers_of(referral), late=late_receipt(act.case)))
    if urgent:
        referral.urgency = Urgency.U3
    feedback_effects.owe(act)
    indexing.index_filing(act)
    hits.compare_filing(act)
    if referral.variant == Variant.COPY_OF_DIRECT_REPORT:
        _copy_of_direct_report(act)
    # Beside the database: after a restore to an earlier moment, the line still names this filing.
    filing = feed.Filing(referral.reference, referral.department, act.at)
    transaction.on_commit(partial(feed.tell, feed.sealed(filing)), robust=True)


def adopt_keys(act: "StepContext") -> None:
    """Put the case's keys under its authority's own once the concern is acknowledged (T05; design.md, Keys)."""
    adopt_keys_of(act.case.referral)


def adopt_keys_of(referral: "Referral") -> None:
    """Put a case's keys under its authority's own, after the commit.

    No act waits for the key service, and keys that stay as they were made open just as well.
    """
    filed = [key for key in (referral.case_key, referral.filer_key) if key]
    if referral.authority_id is not None:
        transaction.on_commit(partial(_adopt, filed, referral.authority_id), robust=True)


def _adopt(filed: list[UUID], authority_id: UUID) -> None:
    try:
        keys.adopt(filed, authority_id)
    except KeysUnavailable:
        logger.warning("keys stay as filed", extra={"count": len(filed)})


def settle(case: Case, plain: Plain, place: Place, *, urgent: bool) -> Mapping[str, DataKey]:
    """Put the concern in the hands of its authority, all that it says sealed under its final keys; return these."""
    referral, (authority, unit, department) = case.referral, place
    if not urgent:
        questions.require_answers(protocol_of(authority, case.at), plain[referral.concern.pk].get(EXTRA))
    # Again, for a draft may have waited, and its receipt been stated after its children.
    children = ((child.position, plain.get(child.pk, {})) for child in referral.children.all())
    births.require(children, births.days_at(referral.received_at or case.at, ZoneInfo(authority.timezone)))
    # After all that may refuse: no key is made for nothing.
    data_keys = keys.create_data_keys(referral.pk, authority.pk)
    for row in rows_of(referral):
        seal(row, plain[row.pk], data_keys)
        if plain[row.pk] and not row._state.adding:
            row.save(update_fields=list(plain[row.pk]))
    referral.authority, referral.unit, referral.department = authority, unit, department
    referral.shared_with = referral.draft_expires_at = None
    referral.case_key, referral.filer_key = data_keys["case"].id, data_keys["filer"].id
    # The checks of the form may have asked for them while there was no authority yet.
    case.forget("protocol", "calendar", "zone")
    return data_keys


def _dates(act: "StepContext") -> None:
    """Set what never moves again: receipt and the legal end of the assessment (domain.md §2.8 no. 1)."""
    referral = act.case.referral
    if referral.received_at is None:
        referral.received_at = act.at
    referral.statutory_due_at = deadlines.statutory_due(referral.received_at, act.case.zone)


def _children(act: "StepContext", *, urgent: bool) -> None:
    """Copy to each child what the filer says of all; *established* counts as suspected until confirmed (§2.1)."""
    filer_status = act.case.referral.concern.prostitution_status_filer or Exploitation.NONE
    status = Exploitation.SUSPECTED if filer_status in EXPLOITED else Exploitation(filer_status)
    for child in act.case.children:
        derived = derive_child(child, (act.case.plain or {}).get(child.pk, {}), on=act.case.today)
        subject = child.kind == ChildKind.SUBJECT
        if subject:
            derived |= {"prostitution_status": status, "status_ever": status}
        if subject and urgent:
            derived |= {"immediate_danger": True, "danger_ever": True}
            act.start(ClockCode.C3, child=child.pk)
        act.change(child, **derived)
    if status in EXPLOITED and act.case.referral.urgency in (Urgency.U0, Urgency.U1):
        act.case.referral.urgency = Urgency.U2


def _copy_of_direct_report(act: "StepContext") -> None:
    """Record the referral to justice that the professional made already (L226-4 II; ⇒ J02, by a third party)."""
    values = (act.case.plain or {}).get(act.case.referral.concern.pk, {})
    act.refer_to_justice(
        children=[child for child in act.case.children if child.kind == ChildKind.SUBJECT],
        said={
            "grounds": [Ground.GRAVE_DANGER],
            "recipient": values.get("direct_report_recipient"),
            "document": values.get("direct_report_document"),
            "sending_proof": values.get("direct_report_sent_on"),
        },
        by_third_party=True,
    )
