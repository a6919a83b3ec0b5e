"""Facts beside the form of a step: the children and their dangers, the next deadlines, for a decision the report."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.languages import Text
from referrals.access.child_sight import Sight
from referrals.models import Child, Referral
from referrals.reading import clocks
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.assessment_answers import DangerCategory, DangerLevel, Maltreatment, Proposal
from referrals.vocabulary.states import DecisionCode, Exploitation
from web.cases import display, words
from web.cases.choices import numbered
from web.cases.display import Line
from web.cases.parts.shown import text_of

#: How many deadlines are shown.
CLOCKS_SHOWN: Final = 3
WRITTEN: Final = ("report", "child_opinions", "holder_opinions", "entourage_opinions", "earlier_concerns")
#: What each holder says.
OF_HOLDERS: Final = ("needs", "difficulties", "understanding", "proposals")


def facts(
    referral: Referral, sight: Sight, called: Mapping[str, str], zone: ZoneInfo, *, at: datetime
) -> dict[str, Any]:
    """Return the children and the next deadlines, as far as the reader's classes go; nothing sealed is opened.

    ``called``: the names of the children whom the reader may know of, by their ids. Nothing for whoever is asked to
    take the case over, and knows the request alone.
    """
    if sight.ties.receiving:
        return {}
    rows = {str(child.pk): child for child in referral.children.all()}
    names = dict(numbered(called))
    lines = display.clock_lines(clocks.clocks_of(referral, sight, at=at), zone, names)
    return {
        "children": [
            {"name": name, "marks": _marks(rows[pk], sight)} for pk, name in names.items() if pk in rows
        ],
        "clocks": [line for line in lines if line["state"] != "stopped"][:CLOCKS_SHOWN],
    }


def _marks(child: Child, sight: Sight) -> list[tuple[str, str]]:
    """Return what is to be known of a child at a glance, each with the class of its tag."""
    marks: list[tuple[str, Text]] = []
    if child.age_band != AgeBand.UNKNOWN and sight.reads("A", child.pk):
        marks.append(("", AgeBand(child.age_band).label))
    if sight.reads("D", child.pk):
        if child.immediate_danger:
            marks.append(("late", words.of("immediate_danger")))
        if child.prostitution_status != Exploitation.NONE:
            marks.append(("wait", Exploitation(child.prostitution_status).label))
    if child.runaway and sight.reads("A", child.pk):
        marks.append(("late", words.of("runaway")))
    if child.decision != DecisionCode.UNDECIDED and sight.reads("J", child.pk):
        marks.append(("done", DecisionCode(child.decision).label))
    return [(mark, str(text)) for mark, text in marks]


def report(
    assessments: Sequence[Mapping[str, Any]], called: Mapping[str, str], holders: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return the last assessment as it stands beside a decision; None where there is none to read.

    ``called``, ``holders``: names of children and words for holders, by row id.
    """
    if not assessments:
        return None
    row, names = assessments[-1], dict(numbered(called))
    return {
        "conclusions": [
            {
                "child": names.get(one["child"], ""),
                "level": str(DangerLevel(one["danger_level"]).label),
                "proposal": str(Proposal(one["proposal"]).label),
                "text": text_of(one["text"]),
                "dangers": _dangers(row, one["child"]),
            }
            for one in row["conclusions"]
        ],
        "lines": [Line(str(words.of(name)), text_of(row[name])) for name in WRITTEN if row.get(name)]
        + [
            Line(f"{words.of(name)} ({holders[one['holder']]})", text_of(one[name]))
            for one in row.get("opinions", ())
            for name in OF_HOLDERS
            if one.get(name) and one["holder"] in holders
        ],
    }


def _dangers(row: Mapping[str, Any], child: str) -> list[str]:
    """Return the dangers, maltreatments and exploitation that the report finds of a child, in words."""
    nothing: Mapping[str, Any] = {}
    danger = next((one for one in row.get("dangers", ()) if one["child"] == child), nothing)
    words_of = [str(DangerCategory(code).label) for code in danger.get("danger_categories", ())]
    words_of += [str(Maltreatment(code).label) for code in danger.get("maltreatment", ())]
    status = danger.get("exploitation") or Exploitation.NONE
    return words_of + ([] if status == Exploitation.NONE else [str(Exploitation(status).label)])
