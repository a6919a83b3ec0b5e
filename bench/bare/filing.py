"""Filing, bare: the same rows in plaintext, one statement a table."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from rest_framework.request import Request

from accounts.actor import Actor
from accounts.territory import competent_authority, department_of
from bench.bare import models as bare
from referrals.filing import form
from referrals.policy import working_time
from referrals.vocabulary import ages, formats
from referrals.vocabulary.deadlines import ClockCode
from referrals.workflow import deadlines
from referrals.workflow.field_inputs import storable

NUMBERS = {"create": "T01", "submit": "T02"}


class Once:
    """The idempotency of a request, with a plain digest where the service has a keyed one."""

    def __init__(self, request: Request, actor: Actor) -> None:
        self.key = request.headers["Idempotency-Key"]
        self.caller = actor.user_id.bytes
        self.route = f"POST {request.path}"
        self.body = hashlib.sha256(json.dumps(request.data, sort_keys=True).encode()).digest()

    def past(self) -> Any:
        """Wait for others under the same key; return what the request did before."""
        number = hashlib.sha256(self.caller + self.key.encode()).digest()[:8]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(number, signed=True)])
        return bare.TABLES["Replay"].objects.filter(caller=self.caller, key=self.key).first()

    def keep(self, referral: Any, *, at: datetime) -> None:
        bare.TABLES["Replay"](
            caller=self.caller, key=self.key, route=self.route, body=self.body, status=201,
            thing=referral.pk, part=referral.pk, version=referral.version, at=at,
        ).save(force_insert=True)  # fmt: skip


@dataclass(frozen=True)
class Filing:
    referral: Any
    concern: Any
    parts: dict[str, list[Any]]
    steps: list[Any]
    clocks: list[Any]


def drawn_up(tables: Any, data: dict[str, Any], *, actor: Actor, at: datetime) -> Filing:
    """Return the rows of a filing, to be inserted in their order; ``tables`` is the baseline's module of models."""
    parts = form.parts_of(data)
    place = parts["children"][0]["commune_insee"]
    authority: Any = competent_authority(place, on=at.date())
    units = list(authority.units.order_by("name", "pk"))
    zone = ZoneInfo(authority.timezone)
    caller: Any = actor.user_id
    referral = tables.Referral(
        reference=formats.new_reference(), authority=authority, unit=units[0] if len(units) == 1 else None,
        department=department_of(place), version=2, state="submitted", created_at=at, received_at=at,
        submitted_at=at, statutory_due_at=deadlines.statutory_due(at, zone), filed_by=caller.bytes,
        case_key=caller, filer_key=caller,
    )  # fmt: skip
    rows = {
        name: [_row(tables.PARTS[name], referral, place, item) for place, item in enumerate(items)]
        for name, items in parts.items()
    }
    concern = tables.TABLES["Concern"](referral=referral)
    _put(concern, form.concern_of(data))
    for child in rows["children"]:
        _derive(child, concern, referral, on=at.astimezone(zone).date())
    running = _clocks(tables.TABLES["Clock"], referral, at, zone)
    referral.next_due_at = min(clock.due_at for clock in running)
    return Filing(referral, concern, rows, _steps(tables.TABLES["StepRecord"], referral, caller, at), running)


def insert(made: Filing) -> None:
    """Insert the rows, one statement a table."""
    made.referral.save(force_insert=True)
    made.concern.save(force_insert=True)
    for alike in (*made.parts.values(), made.steps, made.clocks):
        if alike:
            type(alike[0]).objects.bulk_create(alike)


def _row(model: Any, referral: Any, place: int, said: dict[str, Any]) -> Any:
    one = model(referral=referral, position=place)
    _put(one, said)
    return one


def _put(one: Any, said: dict[str, Any]) -> None:
    for name, value in said.items():
        if value not in (None, ""):
            setattr(one, name, storable(value))


def _derive(child: Any, concern: Any, referral: Any, *, on: date) -> None:
    birth = child.birth_date
    facts = ages.facts(date.fromisoformat(birth) if birth else None, None, None, on=on)
    child.age_band, child.under_2, child.under_15 = facts.age_band, facts.under_2, facts.under_15
    child.birth_year_month = birth[:7] if birth else None
    child.prostitution_status = child.status_ever = concern.prostitution_status_filer or "none"
    referral.age_band, referral.under_2, referral.under_15 = (
        facts.age_band,
        facts.under_2,
        facts.under_15,
    )


def _clocks(model: Any, referral: Any, at: datetime, zone: ZoneInfo) -> list[Any]:
    dues = {
        ClockCode.C1: at + timedelta(hours=24),
        ClockCode.C4: referral.statutory_due_at,
        ClockCode.C5: working_time.after_months(at, deadlines.FEEDBACK_MONTHS, zone),
    }
    return [
        model(
            referral=referral, code=code, access_class="A", started_at=at, warn_at=due - (due - at) / 5,
            due_at=due, statutory=deadlines.DEADLINES[code].statutory,
        )
        for code, due in dues.items()
    ]  # fmt: skip


def _steps(model: Any, referral: Any, caller: UUID, at: datetime) -> list[Any]:
    return [
        model(
            referral=referral, machine="referral", step=name, number=number, at=at, order=order, role="filer",
            by=caller, from_state="" if name == "create" else "draft",
            to_state="draft" if name == "create" else "submitted", access_class="A",
        )
        for order, (name, number) in enumerate(NUMBERS.items(), 1)
    ]  # fmt: skip
