"""The copy as its officer goes over it: what is in it, what is hidden, and hiding passages by their words (AR6).

What is shown here is opened for one person and journaled; a document is drawn in a confined process each time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.actor import Actor
from core.inputs import Code, Flag, StrictSerializer, Text, Whole
from core.query import Query
from encryption.sealed import OpenScope
from referrals.access_requests import actions, copies, drawing, queries, redaction
from referrals.access_requests.copies import LOCKED, Box, Part, Span
from referrals.access_requests.drawing import PageWords
from referrals.access_requests.package import CATEGORIES
from referrals.access_requests.sheet import Sheet
from referrals.errors import NotServed, NotVisible
from referrals.models import AccessRedaction, AccessRequest, Referral
from referrals.reading import fields
from referrals.vocabulary.access_requests import Withheld
from referrals.workflow.inputs import required

_WHOLE: Final = 1_000
_SIDES: Final = ("left", "top", "right", "bottom")


def _side() -> Whole:
    return Whole(max_value=_WHOLE, required=False, allow_null=True, default=None)


def _words() -> Text:
    return Text(max_length=2_000, multiline=True, required=False, default="", allow_blank=True)


class CopyQuery(Query):
    """Which group of the copy is shown, from 1: a category of a file."""

    groupe = Whole(min_value=1, in_query=True, required=False, default=1)


class PartQuery(Query):
    """Which page of a document is shown, from 1."""

    page = Whole(min_value=1, in_query=True, required=False, default=1)


class HidingEverywhere(StrictSerializer):
    """Words that are hidden wherever they stand in the copy, and why."""

    words = Text(max_length=200)
    code = Code(Withheld.choices)


class HidingInText(StrictSerializer):
    """Words of a text that are hidden, and why; one occurrence, all where none is named, or the whole text."""

    words = _words()
    occurrence = Whole(min_value=1, max_value=10_000, required=False, allow_null=True, default=None)
    whole = Flag(required=False, default=False)
    code = Code(Withheld.choices)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["whole"] and not attrs["words"].strip():
            raise required("words")
        return attrs


class HidingInDocument(StrictSerializer):
    """What is hidden on the page of a document that is shown: words, a rectangle in thousandths, or all of it."""

    words = _words()
    everywhere = Flag(required=False, default=False)
    left = _side()
    top = _side()
    right = _side()
    bottom = _side()
    whole = Flag(required=False, default=False)
    code = Code(Withheld.choices)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        sides = [attrs[name] for name in _SIDES]
        if any(side is not None for side in sides):
            missing = [name for name, side in zip(_SIDES, sides, strict=True) if side is None]
            if missing:
                raise required(*missing)
            left, top, right, bottom = sides
            wrong = [name for name, empty in (("right", left >= right), ("bottom", top >= bottom)) if empty]
            if wrong:
                raise required(*wrong)
        elif not attrs["whole"] and not attrs["words"].strip():
            raise required("words")
        return attrs


class Lifting(StrictSerializer):
    reason = Text(max_length=2_000, multiline=True)


@dataclass(frozen=True, slots=True)
class Passage:
    """Something that is hidden: where (None: the whole part), why, and whether it may be lifted."""

    pk: UUID
    code: Withheld
    where: Span | Box | None
    locked: bool
    by_person: bool


@dataclass(frozen=True, slots=True)
class Reviewed:
    pk: UUID
    number: int
    case: str
    part: Part
    passages: tuple[Passage, ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(one.where for one in self.passages if isinstance(one.where, Span))

    @property
    def boxes(self) -> tuple[Box, ...]:
        return tuple(one.where for one in self.passages if isinstance(one.where, Box))

    @property
    def withheld(self) -> Passage | None:
        return next((one for one in self.passages if one.where is None), None)

    @property
    def category(self) -> str:
        return CATEGORIES.get(self.part.access_class, "")


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy of a request; ``may_change``: the reader may hide and lift now."""

    row: AccessRequest
    parts: tuple[Reviewed, ...]
    may_change: bool

    def one(self, pk: UUID) -> Reviewed:
        chosen = next((part for part in self.parts if part.pk == pk), None)
        if chosen is None:
            raise NotVisible
        return chosen


def opened(pk: UUID, *, actor: Actor, at: datetime) -> Copy:
    """Return a copy for its officer, or for who is asked to sign what it holds; the reading is an entry."""
    row = reviewable(pk, actor=actor, at=at)
    with Sheet(row, actor=actor, at=at).reading(queries.READ) as scope:
        parts = tuple(_reviewed(row, scope))
    return Copy(row, parts, may_change(row, actor=actor, at=at))


def reviewable(pk: UUID, *, actor: Actor, at: datetime) -> AccessRequest:
    """Return a request whose copy the actor reads now; nothing is opened."""
    row = queries.visible_row(pk, actor=actor, at=at)
    if row.collected_at is None or not queries.reads_copy(row, actor, at=at):
        raise NotVisible
    return row


def may_change(row: AccessRequest, *, actor: Actor, at: datetime) -> bool:
    return any(step.name == "redact" for step in actions.runner.possible(row, actor, at=at))


def _reviewed(row: AccessRequest, scope: OpenScope) -> Iterator[Reviewed]:
    passages: dict[UUID, list[Passage]] = {}
    for hidden in row.redactions.filter(lifted_at=None):
        passages.setdefault(hidden.part_id, []).append(_passage(hidden, scope))
    contents = [(one, fields.opened(one.content, scope)) for one in row.parts.all()]
    referrals = {
        UUID(content["referral"])
        for _one, content in contents
        if isinstance(content, Mapping) and "referral" in content
    }
    cases = dict(Referral.objects.filter(pk__in=referrals).values_list("pk", "reference"))
    for one, content in contents:
        if not isinstance(content, Mapping) or "referral" not in content:
            continue  # its key is lost: it can't be answered with either
        part = copies.part_of(content)
        here = tuple(passages.get(one.pk, ()))
        yield Reviewed(one.pk, one.position + 1, cases.get(part.referral, ""), part, here)


def _passage(one: AccessRedaction, scope: OpenScope) -> Passage:
    where = fields.opened(one.passage, scope)
    code = Withheld(one.code)
    place = copies.passage_of(where, one.code) if isinstance(where, Mapping) else None
    return Passage(one.pk, code, place, one.code in LOCKED, one.by_id is not None)


# --- Documents ---------------------------------------------------------------------------------------


def document(copy: Copy, part: Reviewed, *, actor: Actor, at: datetime) -> tuple[str, bytes]:
    if part.part.attachment is None:
        raise NotServed
    content = Sheet(copy.row, actor=actor, at=at).document(part.part.attachment)
    if content is None:
        raise NotServed
    return content


def picture(pk: UUID, part_pk: UUID, page: int, *, actor: Actor, at: datetime) -> bytes:
    """Return a page of a document, from 0, as a JPEG with what is hidden on it painted over; the reading is an entry.

    Raises:
        NotVisible, NotServed: no such part for this person, or no document.
        FileRefused, ParserUnavailable: it can't be drawn, or has no such page.
    """
    copy = opened(pk, actor=actor, at=at)
    part = copy.one(part_pk)
    media, source = document(copy, part, actor=actor, at=at)
    return drawing.page_image(media, source, page, part.boxes)


# --- Hiding ------------------------------------------------------------------------------------------


def hide_in_text(copy: Copy, part: Reviewed, said: Mapping[str, Any], *, actor: Actor, at: datetime) -> int:
    """Hide words of a text, one occurrence or all; return how many passages were hidden anew."""
    if said["whole"]:
        return _hide_whole(copy, part, said["code"], actor=actor, at=at)
    spans = occurs_in(part.part.text or "", said["words"], Withheld(said["code"]))
    if (number := said["occurrence"]) is not None:
        if number > len(spans):
            raise _not_there("occurrence" if spans else "words")
        spans = spans[number - 1 : number]
    if not spans:
        raise _not_there("words")
    return _hide(copy, part, spans, actor=actor, at=at)


def hide_in_document(
    copy: Copy, part: Reviewed, page: int, said: Mapping[str, Any], *, actor: Actor, at: datetime
) -> int:
    """Hide a rectangle or words on a page, from 0, or on all; return how many rectangles were hidden anew.

    Raises:
        ValidationError: the words aren't there.
        NotServed, FileRefused, ParserUnavailable: the document can't be drawn, or has no such page.
        NotVisible, NotAllowed, WrongState, GuardRefused: as ``actions.redact``.
    """
    code = Withheld(said["code"])
    if said["whole"]:
        return _hide_whole(copy, part, code, actor=actor, at=at)
    media, source = document(copy, part, actor=actor, at=at)
    here = drawing.words(media, source, page)
    boxes: list[Box] = []
    if said["left"] is not None:
        boxes.append(Box(page=page, code=code, **{name: said[name] for name in _SIDES}))
    if said["words"].strip():
        pages: Iterable[int] = range(here.pages) if said["everywhere"] else (page,)
        words = [(one, here if one == page else drawing.words(media, source, one)) for one in pages]
        places = [
            box for one, preview in words for box in drawing.boxes_of(said["words"], one, preview.words, code)
        ]
        if not places:
            raise _not_there("words")
        boxes += places
    return _hide(copy, part, boxes, actor=actor, at=at)


def hide_everywhere(copy: Copy, words: str, code: Withheld, *, actor: Actor, at: datetime) -> int:
    """Hide words wherever they stand, in texts and on the pages of documents; return how many were hidden anew.

    What is only seen on a picture isn't found: a person looks at each.

    Raises:
        ValidationError: they are nowhere.
        FileRefused, ParserUnavailable: a document can't be drawn.
        NotVisible, NotAllowed, WrongState, GuardRefused: as ``actions.redact``.
    """
    total, any_hidden = 0, False
    for part in copy.parts:
        if part.withheld is not None:
            continue
        if places := _places(copy, part, words, code, actor=actor, at=at):
            any_hidden = True
            total += _hide(copy, part, places, actor=actor, at=at)
    if not any_hidden:
        raise _not_there("words")
    return total


def _places(
    copy: Copy, part: Reviewed, words: str, code: Withheld, *, actor: Actor, at: datetime
) -> list[Span] | list[Box]:
    if part.part.attachment is None:
        return occurs_in(part.part.text or "", words, code)
    page_words = _all_words(copy, part, actor=actor, at=at)
    return [
        box for page, one in enumerate(page_words) for box in drawing.boxes_of(words, page, one.words, code)
    ]


def _all_words(copy: Copy, part: Reviewed, *, actor: Actor, at: datetime) -> list[PageWords]:
    """Return the words of each page; none where the document can't be read any more."""
    try:
        media, source = document(copy, part, actor=actor, at=at)
    except NotServed:
        return []
    first = drawing.words(media, source, 0)
    return [first, *(drawing.words(media, source, page) for page in range(1, first.pages))]


def occurs_in(text: str, words: str, code: Withheld) -> list[Span]:
    """Return where words stand in a text: as they were typed, and whatever their capitals, accents and blanks."""
    exact = _exact(text, words.strip())
    places = {*redaction.occurrences(text, words)}
    # What was typed may be a part of a word, or no word at all: then it is meant as it is.
    places |= {place for place in exact if not any(_meet(place, other) for other in places)}
    return [Span(start=start, end=end, code=code) for start, end in sorted(places)]


def _exact(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        yield at, at + len(wanted)
        at = text.find(wanted, at + len(wanted))


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _hide(
    copy: Copy, part: Reviewed, places: Collection[Span] | Collection[Box], *, actor: Actor, at: datetime
) -> int:
    """Hide what isn't hidden already, for the same reason and at the same place."""
    there = {one.where for one in part.passages}
    new = [place for place in places if place not in there]
    for place in new:
        actions.redact(copy.row.pk, part.pk, place, actor=actor, at=at)
    return len(new)


def _hide_whole(copy: Copy, part: Reviewed, code: str, *, actor: Actor, at: datetime) -> int:
    if part.withheld is not None and part.withheld.code == code:
        return 0
    actions.redact(copy.row.pk, part.pk, None, code=str(code), actor=actor, at=at)
    return 1


def _not_there(name: str) -> serializers.ValidationError:
    return serializers.ValidationError({name: [ErrorDetail("", code="not-there")]})


# --- What is shown of a text -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a text; ``hidden``: why nobody who gets the copy reads it, blank where it is told."""

    text: str
    hidden: str


def segments(part: Reviewed) -> list[Segment]:
    """Return a text in runs that are told or hidden, for the reader of the page alone."""
    text = part.part.text or ""
    if part.withheld is not None:
        return [Segment(text, str(part.withheld.code.label))] if text else []
    out, at = [], 0
    for start, end, codes in redaction.merged(text, part.spans):
        reasons = ", ".join(str(code.label) for code in Withheld if code in codes)
        out += [Segment(text[at:start], ""), Segment(text[start:end], reasons)]
        at = end
    return [one for one in [*out, Segment(text[at:], "")] if one.text]
