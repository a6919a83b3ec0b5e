"""Changes the settings of an authority from a given day, and lists them with their history (domain.md §11.1)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from accounts import stepup
from accounts.access import require
from accounts.actor import Actor
from accounts.errors import InvalidInput, NotVisible
from accounts.models import Authority
from accounts.roles import Role
from audit import journal
from audit.events import Purpose, register
from core.languages import in_both
from referrals.models import SettingChange
from referrals.policy.definitions import CHAPTERS, ORDERS, SETTINGS, Timeline
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.law import citations

register("setting:changed")

READ: Final = "settings.read"
CHANGE: Final = "settings.change"
HISTORY_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Change:
    """New values by setting, in JSON and checked by kind, from the beginning of a day of the authority's zone."""

    effective_on: date
    values: Mapping[str, Any]


def authority_for(actor: Actor, authority_id: UUID, permission: str) -> Authority:
    if not actor.is_system and authority_id not in actor.authority_ids:
        raise NotVisible
    require(actor, permission, authority_id)
    authority = Authority.objects.filter(pk=authority_id).first()
    if authority is None:
        raise NotVisible
    return authority


def change(authority_id: UUID, asked: Change, *, actor: Actor, at: datetime) -> Authority:
    """Let settings take new values from a day on; today means from now. A value that holds then anyway isn't written.

    What an earlier change has fixed for a later day stays fixed, unless it is changed for that day.
    """
    authority_for(actor, authority_id, CHANGE)
    stepup.require(actor, at=at)
    if not actor.is_system:
        actor = actor.acting_as(Role.TERRITORY_ADMIN, authority_id=authority_id)
    # The lock: two changes that are each in order may not be so together.
    authority = Authority.objects.select_for_update().get(pk=authority_id)
    since = _since(asked.effective_on, authority, at)
    past = list(authority.setting_changes.values_list("key", "value", "effective_at"))
    previous = Timeline.of(past).at(since)
    new = {k: v for k, v in asked.values.items() if getattr(previous, k) != SETTINGS[k].loaded(v)}
    if not new:
        return authority
    _require_order([*past, *((key, value, since) for key, value in new.items())], new, since)
    for position, (key, value) in enumerate(new.items(), len(past) + 1):
        SettingChange.objects.create(
            authority=authority,
            position=position,
            key=key,
            value=value,
            effective_at=since,
            made_at=at,
            made_by_id=actor.user_id,
        )
        journal.record(
            "setting:changed",
            actor=actor,
            at=at,
            tenant=authority.pk,
            purpose=Purpose.ADMINISTRATION,
            rule=key,
            to_state=asked.effective_on.isoformat(),
            payload=json.dumps(value, sort_keys=True).encode(),
        )
    authority.protocol_version = uuid4()
    authority.save(update_fields=["protocol_version"])
    return authority


def _since(day: date, authority: Authority, at: datetime) -> datetime:
    """Return from when a change of this day is in force: the beginning of the day, for today the present instant."""
    zone = ZoneInfo(authority.timezone)
    today = at.astimezone(zone).date()
    if day < today:
        raise InvalidInput({"effective_on": ["too-early"]})
    return at if day == today else datetime.combine(day, time(), tzinfo=zone)


def _require_order(
    changes: Sequence[tuple[str, Any, datetime]], new: Mapping[str, Any], since: datetime
) -> None:
    """Refuse what would at any time from ``since`` on leave two settings in the wrong order."""
    protocols = Timeline.of(sorted(changes, key=lambda row: row[2])).from_(since)
    broken = [order for order in ORDERS if not all(order.holds(protocol) for protocol in protocols)]
    named = {key for order in broken for key in (order.lesser, order.greater) if key in new}
    if named:
        raise InvalidInput({f"values.{key}": ["out-of-order"] for key in sorted(named)})


def hidden_from(actor: Actor, authority: Authority) -> frozenset[str]:
    """Return the settings that a reader isn't shown: from which figure on a way of reading files is odd.

    Whoever knows the figure stays below it. Who audits, and who sets it, is shown (SEC-AL18).
    """
    knows = actor.is_system or any(
        authority.pk in actor.may(permission) for permission in ("audit.read", "settings.change")
    )
    return frozenset() if knows else frozenset(key for key in SETTINGS if key.startswith("anomaly_"))


def history(authority: Authority, key: str | None = None) -> QuerySet[SettingChange]:
    changes = authority.setting_changes.select_related("made_by")
    return changes if key is None else changes.filter(key=key)


def changes_shown(authority: Authority, *, at: datetime) -> list[dict[str, Any]]:
    zone = ZoneInfo(authority.timezone)
    by_key: dict[str, list[SettingChange]] = {key: [] for key in SETTINGS}
    for row in history(authority):
        by_key.get(row.key, []).append(row)
    return [_line(key, by_key[key], zone, at) for key in SETTINGS]


def _line(key: str, rows: list[SettingChange], zone: ZoneInfo, at: datetime) -> dict[str, Any]:
    setting = SETTINGS[key]
    past = [row for row in rows if row.effective_at <= at]
    present = past[-1] if past else None
    return {
        **_declared(key),
        "default": setting.default,
        "value": present.value if present else setting.default,
        "effective_on": _day(present, zone) if present else None,
        "made_by": _maker(present) if present else None,
        "to_come": [change_line(row, zone) for row in rows if row.effective_at > at],
        "history": [
            change_line(row, zone)
            for row in sorted(rows, key=lambda row: row.position, reverse=True)[:HISTORY_SHOWN]
        ],
    }


@cache
def _declared(key: str) -> dict[str, Any]:
    """Return what holds of a setting in every authority: read in both languages once, for a list has all of them."""
    setting = SETTINGS[key]
    choices = [{"code": code, "label": in_both(label)} for code, label in setting.options.items()]
    return {
        "key": key,
        "label": in_both(setting.label),
        "chapter": labelled(CHAPTERS[key]),
        "law": citations.citation_lines(setting.law),
        "kind": setting.kind,
        "unit": setting.unit or None,
        **setting.bounds,
        **({"choices": choices} if choices else {}),
    }


def _day(row: SettingChange, zone: ZoneInfo) -> str:
    return row.effective_at.astimezone(zone).date().isoformat()


def change_line(row: SettingChange, zone: ZoneInfo) -> dict[str, Any]:
    """Return one change: to what, from when, who made it and when."""
    return {
        "key": row.key,
        "value": row.value,
        "effective_on": _day(row, zone),
        "effective_at": moment(row.effective_at),
        "made_at": moment(row.made_at),
        "made_by": _maker(row),
    }


def _maker(row: SettingChange) -> str | None:
    """Return who made a change; None for the service."""
    return row.made_by.full_name if row.made_by else None
