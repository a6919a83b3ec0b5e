"""``docs/settings.md``: the settings of an authority, with defaults and bounds, from their declarations."""

from typing import Any, Final

from config.documents.tables import MADE, code, lines, table
from core.languages import ENGLISH, in_language
from referrals.policy.chapters import Chapter
from referrals.policy.definitions import CHAPTERS, ORDERS, SETTINGS, Order
from referrals.policy.field_types import OPEN_MINUTES_MIN, TEXT_MAX, UNITS, Setting

INTRODUCTION: Final = f"""\
# What each authority chooses

Where the law gives no figure or leaves a choice, the authority has a setting. Its functional administrator changes it
(`POST /api/v1/authorities/{{id}}/settings`) from a day on, which may be today and never a day that is over; whoever
works in the authority reads it, with its history. Each change is journaled (who, which setting, from when) and kept;
the database refuses to alter one. A delay that runs keeps its date: settings count when a clock starts.

What the law itself fixes is no setting: three months for the assessment (CASF D226-2-4) and for feedback (L226-5), 72
hours, 5, 8, 10 and 15 days, six months, a year and two of shelters, orders, hearings and measures.

*Practice* stands where no article is behind the figure. A week has at least {OPEN_MINUTES_MIN // 60} opening hours.
A text has at most {TEXT_MAX} characters, and braces only round the words given here.
"""


def page() -> str:
    """Return the page."""
    parts = [
        MADE,
        INTRODUCTION,
        *(_chapter(one) for one in Chapter),
        "## What has to hold between two of them\n\n" + "\n".join(f"- {_order(order)}" for order in ORDERS),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _chapter(chapter: Chapter) -> str:
    rows = [
        [
            f"{code(key)}<br>{in_language(one.label, ENGLISH)} (*{one.label}*)",
            one.law or "practice",
            _default(one),
            _bounds(one),
        ]
        for key, one in SETTINGS.items()
        if CHAPTERS[key] is chapter
    ]
    title = f"## {in_language(chapter.label, ENGLISH)} (*{chapter.label}*)"
    return f"{title}\n\n{table(['Setting', 'Law or practice', 'Default', 'What it may be'], rows)}"


def _default(setting: Setting) -> str:
    value: Any = setting.default
    if setting.kind == "week":
        spans = {day: " and ".join(f"{s['opens']}–{s['closes']}" for s in value[day]) for day in value}
        return lines(f"{day}: {hours}" for day, hours in spans.items() if hours)
    if setting.kind == "flag":
        return "on" if value else "off"
    if setting.kind == "text":
        return f"« {value} »" if value else "empty"
    if setting.kind in ("codes", "rows"):
        return ", ".join(code(one) for one in value) or "none"
    return code(value) if setting.kind == "choice" else _with_unit(value, setting)


def _with_unit(value: int, setting: Setting) -> str:
    return f"{value} {in_language(UNITS[setting.unit], ENGLISH)}".strip()


def _bounds(setting: Setting) -> str:
    if setting.kind == "whole":
        return f"{setting.bounds['minimum']} to {_with_unit(setting.bounds['maximum'], setting)}"
    if setting.kind == "rows":
        return f"up to {setting.bounds['maximum']} of the authority's own"
    if setting.kind in ("choice", "codes"):
        return lines(
            f"{code(option)} {in_language(label, ENGLISH)}" for option, label in setting.options.items()
        )
    if setting.kind == "text":
        return "text" + "".join(f", {{{mark}}}" for mark in setting.bounds["marks"])
    return {"flag": "on, off", "week": "up to four spans a day"}[setting.kind]


def _order(order: Order) -> str:
    sign = "≤" if order.equal else "<"
    factor = f" × {order.factor}" if order.factor > 1 else ""
    return f"{code(order.lesser)} {sign} {code(order.greater)}{factor}"
