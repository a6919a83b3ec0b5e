"""Required items of the concern form that are missing: L, P and U of domain.md §4, all named at once.

Presence alone counts: a sealed value counts as answered without being opened. An item marked P is settled by an answer
or by its name in ``not_known``; L and U items need an answer. What an urgent filing (T03) left open is asked again at
the end of the first analysis (T10, T11).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from referrals.vocabulary.filing_answers import Channel, Variant
from referrals.vocabulary.people import IdentityKnown
from referrals.vocabulary.states import ChildKind, YesNo

NAMES = ("last_name", "first_names", "usual_name", "nickname")
_OF_CONCERN = (
    "holder_implicated",
    "has_household_minors",
    "child_opinion",
    "child_informed",
    "situation_type",
    "prostitution_status_filer",
    "prior_actions",
    "other_victims",
    "filer_name",
    "filer_email",
    "filer_profession",
    "filer_org",
    "filer_role_to_child",
    "filer_is_source",
    "feedback_channel",
)
_OF_CHILD = ("sex", "address", "current_measure")
_OF_RUNAWAY = ("runaway_since", "police_report_ref", "last_seen_place")
#: The items that one may say not to know, of the concern and of each child: those marked P, unless also U (§4).
CONCERN_MAY_NOT_KNOW: Final = (*_OF_CONCERN, "filer_phone", "holders")
CHILD_MAY_NOT_KNOW: Final = (*NAMES, "birth_date", *_OF_CHILD, *_OF_RUNAWAY)
MISSING = dict[str, str]
#: What one row of the form says: field → value; of a sealed one it matters only whether there is any.
Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAnswers:
    """What a concern form says, whether its rows are stored or about to be."""

    received_at: datetime | None
    channel: str
    variant: str
    concern: Answers
    children: Sequence[Answers]
    holders: Sequence[Answers]
    facts: Sequence[Answers]


def _answered(row: Answers, name: str) -> bool:
    return row[name] is not None and row[name] not in ("", [], False)


def _lacks(row: Answers, name: str, path: str, need: str) -> Iterator[MISSING]:
    if _answered(row, name) or (need == "P" and name in row["not_known"]):
        return
    yield {"field": f"{path}{name}", "need": need}


def missing_items(form: FormAnswers, *, typed_by_cell: bool, late: bool = False) -> list[MISSING]:
    """Return what ``submit`` still needs, each ``{"field": path, "need": "L" | "P" | "U"}``.

    ``typed_by_cell``: the cell types in what came by phone or letter, so that its receipt and channel are
    asked for too; ``late``: its receipt lies so far back that the reason is asked (domain.md §4.5).
    """
    missing = [*_items(form, late=late), *_lacks(form.concern, "good_faith_notice", "", "L")]
    missing += _contact(form)
    if typed_by_cell and form.received_at is None:
        missing.append({"field": "received_at", "need": "P"})
    if typed_by_cell and form.channel == Channel.ONLINE:
        missing.append({"field": "channel", "need": "P"})
    return missing


def items_left_open(form: FormAnswers, *, late: bool = False) -> list[MISSING]:
    """Return the L and P items that an urgent filing left open and that nobody has answered since (T10, T11).

    Left out is what only the filing itself could say: that the notice was read, its receipt and channel. A
    way to reach the family is a condition of T02, not an item of the form. ``late``: see ``missing_items``.
    """
    return _items(form, late=late)


def _items(form: FormAnswers, *, late: bool) -> list[MISSING]:
    missing = [*_of_concern(form.concern), *_of_parts(form)]
    if late:
        missing += _lacks(form.concern, "received_late_reason", "", "P")
    if form.variant == Variant.COPY_OF_DIRECT_REPORT:
        for name in ("direct_report_recipient", "direct_report_sent_on", "direct_report_document"):
            missing += _lacks(form.concern, name, "", "L")
    return missing


def missing_urgent_items(form: FormAnswers) -> list[MISSING]:
    """Return what ``submit_urgent`` still needs: who, where, what (domain.md T03)."""
    concern, children = form.concern, _subjects(form.children)
    missing: list[MISSING] = []
    if not children:
        missing.append({"field": "children", "need": "U"})
    for path, child in children:
        missing += _urgent_of_child(child, path)
    if not any(_answered(fact, "text") for fact in form.facts):
        missing.append({"field": "facts", "need": "U"})
    missing += _lacks(concern, "danger_now", "", "U")
    missing += _lacks(concern, "danger_what", "", "U")
    missing += _lacks(concern, "emergency_done", "", "U")
    return missing


def _subjects(children: Sequence[Answers]) -> list[tuple[str, Answers]]:
    return [
        (f"children.{n}.", child) for n, child in enumerate(children) if child["kind"] == ChildKind.SUBJECT
    ]


def _urgent_of_child(child: Answers, path: str) -> Iterator[MISSING]:
    yield from _lacks(child, "identity_known", path, "U")
    yield from _lacks(child, "whereabouts", path, "U")
    if not _answered(child, "commune_insee") and not child["residence_department"]:
        yield {"field": f"{path}commune_insee", "need": "U"}


def _of_concern(concern: Answers) -> Iterator[MISSING]:
    for name in _OF_CONCERN:
        # Of a child of whom nothing was heard the reason is enough.
        if name != "child_opinion" or not _answered(concern, "child_not_heard"):
            yield from _lacks(concern, name, "", "P")
    yield from _lacks(concern, "danger_now", "", "U")
    yield from _lacks(concern, "emergency_done", "", "U")
    if concern["danger_now"] == YesNo.YES:
        yield from _lacks(concern, "danger_what", "", "U")
    if not any(_answered(concern, name) for name in ("child_words", "child_opinion")):
        yield from _lacks(concern, "child_not_heard", "", "P")
    yield from _lacks(concern, "parents_informed", "", "L")
    if concern["parents_informed"] == YesNo.YES:
        for name in ("parents_informed_on", "parents_informed_by", "parents_informed_how"):
            yield from _lacks(concern, name, "", "L")
    elif concern["parents_informed"]:
        yield from _lacks(concern, "not_informed_reason", "", "L")


def _of_parts(form: FormAnswers) -> Iterator[MISSING]:
    subjects = _subjects(form.children)
    if not subjects:
        yield {"field": "children", "need": "P"}
    for path, child in subjects:
        yield from _of_child(child, path)
    household = any(child["kind"] == ChildKind.HOUSEHOLD for child in form.children)
    if form.concern["has_household_minors"] == YesNo.YES and not household:
        yield {"field": "children", "need": "P"}
    if not any(_answered(fact, "text") for fact in form.facts):
        yield {"field": "facts", "need": "P"}
    if not form.holders and "holders" not in form.concern["not_known"]:
        yield {"field": "holders", "need": "P"}


def _of_child(child: Answers, path: str) -> Iterator[MISSING]:
    yield from _urgent_of_child(child, path)
    unknown = child["identity_known"] == IdentityKnown.UNKNOWN
    if not unknown and not any(_answered(child, name) or name in child["not_known"] for name in NAMES):
        yield {"field": f"{path}last_name", "need": "P"}
        yield {"field": f"{path}first_names", "need": "P"}
    aged = any(_answered(child, n) for n in ("birth_date", "age_estimated_min", "age_estimated_max"))
    if not aged and "birth_date" not in child["not_known"]:
        yield {"field": f"{path}birth_date", "need": "P"}
    for name in _OF_CHILD:
        yield from _lacks(child, name, path, "P")
    if child["runaway"]:
        for name in _OF_RUNAWAY:
            yield from _lacks(child, name, path, "P")


def _contact(form: FormAnswers) -> Iterator[MISSING]:
    """Ask for one way to reach the child or its family (domain.md T02)."""
    of_child = ("address", "safe_contact_way", "school_name", "whereabouts_detail", "current_measure_detail")
    if any(_answered(child, name) for child in form.children for name in of_child):
        return
    if any(_answered(holder, name) for holder in form.holders for name in ("phone", "address")):
        return
    yield {"field": "contact_path", "need": "P"}
