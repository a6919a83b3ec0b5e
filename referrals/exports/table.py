"""The file of an export: a line a child, no cell a formula, each line marked with who took it and when (SEC-AZ15)."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import StringIO
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext

from accounts.actor import Actor
from core.spreadsheets import inert
from encryption.keys import warm
from encryption.sealed import OpenScope
from referrals.access import case_ties, child_sight, visibility
from referrals.models import Child, Referral
from referrals.reading.disclosures import listing
from referrals.reading.fields import opened
from referrals.vocabulary.states import State, Urgency

#: The names of a child, as they are opened for the file.
NAMES: Final = ("last_name", "first_names", "usual_name")

type Seen = list[tuple[Referral, list[Child]]]
type Line = dict[str, Any]


def seen(cases: Sequence[str], asker: Actor, second: Actor, *, at: datetime) -> Seen:
    """Return those of some cases that the asker reads with names and the second person sees, with such children.

    What one of the two may not know of is left out, and isn't told of: an exclusion, a restriction, a hidden child.
    What is restricted takes both on its list: an emergency opening is for one case, and lets no list out.
    """
    theirs = {row.pk: row for row in visibility.visible_to(second, at=at, drafts=False).filter(pk__in=cases)}
    own = visibility.visible_to(asker, at=at, drafts=False).filter(pk__in=sorted(theirs))
    rows = list(own.order_by("reference"))
    prefetch_related_objects(rows, "children", "measures")
    visible = []
    for row in rows:
        ties = case_ties.ties_of(row, asker)
        if ties.coarse or ties.draft or "B" not in ties.reads:
            continue
        other = theirs[row.pk]
        their_ties = case_ties.ties_of(other, second)
        listed = ties.listed and their_ties.listed
        if row.restricted and not listed:
            continue
        sight = child_sight.sight_of(row, ties, asker)
        hidden = child_sight.sight_of(other, their_ties, second).hidden
        children = [
            child
            for child in row.children.all()
            if sight.reads("B", child.pk)
            and child.pk not in hidden
            and (listed or not child.restricted)
            and not child.wrong_person
        ]
        visible.append((row, children))
    return visible


def references(cases: Sequence[str], *, actor: Actor, at: datetime) -> list[str]:
    """Return the references of those of some cases that an actor may know of; they are journaled as shown."""
    rows = list(visibility.visible_to(actor, at=at, drafts=False).filter(pk__in=cases).order_by("reference"))
    shown = [row for row in rows if not case_ties.ties_of(row, actor).coarse]
    with listing(shown, actor=actor, at=at):
        return [row.reference for row in shown]


def lines(found: Seen, scope: OpenScope, zone: ZoneInfo) -> list[Line]:
    """Return what the file holds of some cases, opened: a line a child, one without names where none is shown."""
    warm([row.case_key for row, _ in found if row.case_key])
    return [
        _line(row, child, scope, zone)
        for row, children in found
        for child in (*children, *([] if children else [None]))
    ]


def _line(row: Referral, child: Child | None, scope: OpenScope, zone: ZoneInfo) -> Line:
    return {
        "case": str(row.pk),
        "child": str(child.pk) if child else None,
        "names": [_text(getattr(child, name), scope) if child else "" for name in NAMES],
        "age_band": child.age_band if child else row.age_band,
        "reference": row.reference,
        "state": row.state,
        "urgency": row.urgency,
        "department": row.department,
        "received_on": _day(row.received_at, zone),
        "due_on": _day(row.next_due_at, zone),
    }


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat() if at else ""


def _text(value: object, scope: OpenScope) -> str:
    text = opened(value, scope)
    return text if isinstance(text, str) else ""


def still_seen(kept: Iterable[Line], found: Seen) -> list[Line]:
    """Return those lines of a file whose case and child both persons may see at this moment."""
    children = {str(row.pk): {str(child.pk) for child in some} for row, some in found}
    return [
        line
        for line in kept
        if line["case"] in children and (line["child"] is None or line["child"] in children[line["case"]])
    ]


def written(kept: Sequence[Line], *, number: UUID, name: str, at: datetime) -> bytes:
    """Return the file: UTF-8 with its mark, all cells quoted; the watermark stands on top and in each line."""
    mark = gettext("Export {number} – {name} – {at}").format(
        number=number.hex[:8], name=name, at=f"{at:%Y-%m-%d %H:%M} UTC"
    )
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    text.write("\ufeff")  # spreadsheets take it for UTF-8
    writer.writerow([inert(mark)])
    writer.writerow(
        [
            gettext("Référence"),
            gettext("Nom"),
            gettext("Prénoms"),
            gettext("Nom d'usage"),
            gettext("Tranche d'âge"),
            gettext("État"),
            gettext("Urgence"),
            gettext("Département"),
            gettext("Reçu le"),
            gettext("Prochaine échéance"),
            gettext("Marque"),
        ]
    )
    writer.writerows([inert(cell) for cell in _cells(line, mark)] for line in kept)
    return text.getvalue().encode()


def _cells(line: Mapping[str, Any], mark: str) -> list[str]:
    state, urgency = State(line["state"]).label, Urgency(line["urgency"]).label
    facts = [line["age_band"], state, urgency, line["department"], line["received_on"], line["due_on"]]
    return [line["reference"], *line["names"], *map(str, facts), mark]
