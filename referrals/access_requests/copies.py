"""What an access request copies: parts, each one value or document, and the passages that are hidden in them.

The collector makes the parts, the officer hides passages, the package shows what is left. Originals aren't touched.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from referrals.vocabulary.access_requests import Requester, Subject, Wanted, Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is looked for (AR4).

    ``requester``: who asks; ``children`` and ``holder``: the rows of the persons whose data is asked for (a child's own
    request has one child and no holder; a holder's has the own row and the children in that holder's care). ``since``
    and ``until``: both days count; None: no bound. ``classes``: letters of the access classes; empty: all. ``persons``:
    of a third party, the own rows; of an agent, the account. Without one nothing is copied for either.
    """

    requester: Requester
    wanted: Wanted
    referrals: frozenset[UUID]
    children: frozenset[UUID] = frozenset()
    holder: UUID | None = None
    since: date | None = None
    until: date | None = None
    classes: frozenset[str] = frozenset()
    persons: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A passage of a text that is hidden: code points from ``start`` up to ``end``, that one left out."""

    start: int
    end: int
    code: Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of a page that is hidden: ``page`` from 0; the rest in thousandths of the page's width and height.

    The origin is at the top left, as people see the page.
    """

    page: int
    left: int
    top: int
    right: int
    bottom: int
    code: Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One value or document of the copy.

    ``source``: the field it stands in, as ``referrals.Child.last_name``; ``row``: the primary key there; ``label``: the
    French name of the field, for people; ``access_class``: A to J; ``subjects``: whose data it holds; ``may_withhold``:
    the reasons for which it may be hidden. ``text``: the value as a person reads it, in French; None for a document,
    which ``attachment`` then names. ``hidden``: what the collector hides by itself, whole or in part; a person may hide
    more, and lift none of these whose code is in ``LOCKED``.
    """

    referral: UUID
    source: str
    row: UUID
    label: str
    access_class: str
    subjects: frozenset[Subject]
    may_withhold: frozenset[Withheld]
    on: date | None = None
    text: str | None = None
    attachment: UUID | None = None
    hidden: tuple[Span, ...] = ()
    withheld: Withheld | None = None


#: What nobody lifts: who filed, other children, the other holder, places under protection (domain.md §2.8 no. 15).
LOCKED: Collection[Withheld] = frozenset(
    {Withheld.FILER, Withheld.OTHER_CHILD, Withheld.OTHER_HOLDER, Withheld.SAFETY}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderLine:
    """One consultation (C-579/21): never a name, unless two persons decided it (AR9).

    ``day`` and ``hours``: the date and the band of hours in the authority's zone ("8 h – 12 h"); ``function`` and
    ``service``: in French; ``purpose``: in words; ``classes``: the parts opened, in words; ``own_authority``; ``what``:
    read, export, print, transfer, letter; ``review``: the outcome of an emergency opening's review, if there was one.
    ``entry``: the journal entry that proves it; ``name``: only by AR9.
    """

    entry: UUID
    day: date
    hours: str
    function: str
    service: str
    purpose: str
    classes: tuple[str, ...]
    own_authority: bool
    what: str
    review: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """The list of readers with its proofs: ``proofs`` is what the stand-alone verifier reads, as JSON values."""

    lines: tuple[ReaderLine, ...]
    proofs: dict[str, object] = field(default_factory=dict)


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
