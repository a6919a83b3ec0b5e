"""Lines of a list of cases in words: next deadline by name, who is in charge, and what is to be looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.states import State
from web import days
from web.cases import display
from web.cases.choices import role_words
from web.forms import ZONE, day_in_words

#: Urgencies that a line shows as an alarm.
ALARMING: Final = ("U2", "U3")


@dataclass(frozen=True, slots=True)
class Due:
    """The next deadline in words: its name, when, and how long until then."""

    label: str
    when: str
    left: str
    late: bool


def in_words(lines: Sequence[Mapping[str, Any]], *, at: datetime) -> list[dict[str, Any]]:
    """Return the lines of a list for a page; of coarse lines, which whoever filed has elsewhere, none."""
    return [_line(line, at) for line in lines if "state" in line]


def _line(line: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    facts: Mapping[str, Any] = line.get("facts") or {}
    children = [_child(child) for child in line.get("children", ())]
    return {
        "pk": line["id"],
        "ticked": f"{line['id']}:{line['version']}",
        "draft": line["state"]["code"] == State.DRAFT,
        "reference": line["reference"],
        "state": display.label(line["state"]),
        "urgency": display.label(line["urgency"]),
        "urgency_code": line["urgency"]["code"],
        "urgent": line["urgency"]["code"] in ALARMING,
        "department": line["department"],
        "age": "" if line["age_band"] == AgeBand.UNKNOWN else str(AgeBand(line["age_band"]).label),
        "under_2": line["under_2"],
        "runaway": line["runaway"],
        "restricted": line["restricted"],
        "danger": line.get("immediate_danger", False),
        "asked": line["info_requested"],
        "due": due_in_words(facts.get("next_due"), at=at),
        "received": day_in_words(display.instant(line["received_at"], ZONE)[:10]),
        "children": children,
        "communes": list(dict.fromkeys(child["commune"] for child in children if child["commune"])),
        "owners": [
            {"name": one["name"], "role": role_words(one["role"])} for one in facts.get("owners") or ()
        ],
        "filer": display.label(facts.get("filer")),
        "attachments": facts.get("attachments", 0),
        "similar": facts.get("similar", 0),
        "unread": facts.get("unread", 0),
        "new_attachments": facts.get("new_attachments", 0),
    }


def due_in_words(due: Mapping[str, Any] | None, *, at: datetime) -> Due | None:
    """Return a deadline in words; None where none runs."""
    if due is None:
        return None
    label = display.label(due)
    if due["reduced"]:
        label = gettext("%(deadline)s, date réduite") % {"deadline": label}
    until = days.left(datetime.fromisoformat(due["due_at"]), at, ZONE)
    return Due(label, display.instant(due["due_at"], ZONE), until, due["overdue"])


def _child(child: Mapping[str, Any]) -> dict[str, str]:
    parts = [child[name] for name in ("first_names", "last_name") if isinstance(child[name], str)]
    name = " ".join(parts) or (child["usual_name"] if isinstance(child["usual_name"], str) else "")
    code = child.get("commune_insee")
    return {"name": name, "commune": display.commune_name(code) if isinstance(code, str) else ""}
