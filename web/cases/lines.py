"""Lines of a list of cases in words: next deadline by name, who is in charge, and what is to be looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.states import State
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
    until = datetime.fromisoformat(due["due_at"])
    days = (until.astimezone(ZONE).date() - at.astimezone(ZONE).date()).days
    label = display.label(due)
    if due["reduced"]:
        label = gettext("%(deadline)s, date réduite") % {"deadline": label}
    return Due(label, display.instant(due["due_at"], ZONE), _left(days, late=due["overdue"]), due["overdue"])


def _left(days: int, *, late: bool) -> str:
    """Return how long until a deadline, or since when it is over, by days of the calendar."""
    words = {
        True: {0: gettext("dépassée aujourd'hui"), -1: gettext("en retard d'un jour")},
        False: {0: gettext("aujourd'hui"), 1: gettext("demain")},
    }
    others = gettext("en retard de %(n)s jours") if late else gettext("dans %(n)s jours")
    return words[late].get(days) or others % {"n": abs(days)}


def _child(child: Mapping[str, Any]) -> dict[str, str]:
    parts = [child[name] for name in ("first_names", "last_name") if isinstance(child[name], str)]
    name = " ".join(parts) or (child["usual_name"] if isinstance(child["usual_name"], str) else "")
    code = child.get("commune_insee")
    return {"name": name, "commune": display.commune_name(code) if isinstance(code, str) else ""}
