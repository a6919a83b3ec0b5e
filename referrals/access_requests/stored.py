"""The copy as it is sealed: parts, hidden passages and the list of readers as JSON, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from referrals.access_requests.copies import Box, Part, ReaderLine, Readers, Span
from referrals.vocabulary.access_requests import Subject, Withheld


def part_as_json(part: Part) -> dict[str, Any]:
    """Return a part with what the collector hides in it, which has rows too: a row that is lost opens nothing."""
    return {
        "referral": str(part.referral),
        "source": part.source,
        "row": str(part.row),
        "label": part.label,
        "access_class": part.access_class,
        "subjects": sorted(map(str, part.subjects)),
        "may_withhold": sorted(map(str, part.may_withhold)),
        "on": part.on.isoformat() if part.on else "",
        "text": part.text if part.text is not None else "",
        "attachment": str(part.attachment) if part.attachment else "",
        "hidden": [passage_as_json(span) | {"code": str(span.code)} for span in part.hidden],
        "withheld": str(part.withheld) if part.withheld is not None else "",
    }


def part_of(said: Mapping[str, Any]) -> Part:
    return Part(
        referral=UUID(said["referral"]),
        source=said["source"],
        row=UUID(said["row"]),
        label=said["label"],
        access_class=said["access_class"],
        subjects=frozenset(map(Subject, said["subjects"])),
        may_withhold=frozenset(map(Withheld, said["may_withhold"])),
        on=date.fromisoformat(said["on"]) if said["on"] else None,
        # A document has no text; an empty value is none either.
        text=None if said["attachment"] else said["text"],
        attachment=UUID(said["attachment"]) if said["attachment"] else None,
        hidden=hidden_of(said),
        withheld=withheld_of(said),
    )


def withheld_of(said: Mapping[str, Any]) -> Withheld | None:
    """Return why the collector hid the whole of the part that JSON holds; None: it didn't."""
    return Withheld(said["withheld"]) if said.get("withheld") else None


def hidden_of(said: Mapping[str, Any]) -> tuple[Span, ...]:
    """Return the passages that the collector hid in the part that JSON holds."""
    return tuple(
        Span(start=one["start"], end=one["end"], code=Withheld(one["code"])) for one in said.get("hidden", ())
    )


def passage_as_json(passage: Span | Box | None) -> dict[str, int]:
    """Return where something is hidden; nothing: the whole part."""
    return (
        {} if passage is None else {name: value for name, value in asdict(passage).items() if name != "code"}
    )


def passage_of(said: Mapping[str, int], code: str) -> Span | Box | None:
    """Return where something is hidden, and why; None: the whole part."""
    if not said:
        return None
    return Span(code=Withheld(code), **said) if "start" in said else Box(code=Withheld(code), **said)


def readers_as_json(readers: Readers) -> dict[str, Any]:
    lines = [
        asdict(line) | {"entry": str(line.entry), "day": line.day.isoformat(), "classes": list(line.classes)}
        for line in readers.lines
    ]
    return {"lines": lines, "proofs": readers.proofs}


def readers_of(said: Mapping[str, Any]) -> Readers:
    lines = (
        ReaderLine(
            **line
            | {
                "entry": UUID(line["entry"]),
                "day": date.fromisoformat(line["day"]),
                "classes": tuple(line["classes"]),
            }
        )
        for line in said.get("lines", ())
    )
    return Readers(lines=tuple(lines), proofs=dict(said.get("proofs", {})))
