"""Words of a child, as an assessment or a decision asks for them: when and by whom, or why there are none.

A child is heard on what concerns it (CASF D226-2-6, L223-4). What a filer tells of it is part of the concern form.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from core.inputs import Code, Id, OptionalDay, StrictSerializer, When
from referrals.errors import InvalidInput
from referrals.vocabulary.assessment_answers import HEARD, NotHeard, WayHeard
from referrals.workflow.inputs import required, text

_HEARD: Final = When("heard", HEARD)
_NOT_HEARD: Final = When("heard", (WayHeard.NOT_HEARD,))
NEEDED_WHEN: Final = {
    "heard_on": _HEARD,
    "heard_by": _HEARD,
    "words": _HEARD,
    "wants": _HEARD,
    "not_heard": _NOT_HEARD,
    "not_heard_text": _NOT_HEARD,
    "told": When("heard"),
}


class OwnWords(StrictSerializer):
    """What a child says, wants and was told, when and by whom; or why it wasn't heard."""

    needed_when = NEEDED_WHEN

    heard = Code(WayHeard.choices, required=False, default="", allow_blank=True)
    heard_on = OptionalDay()
    heard_by = text(required=False)
    words = text(required=False, max_length=10_000)
    wants = text(required=False, max_length=10_000)
    not_heard = Code(
        [
            (one.value, one.label) for one in NotHeard if one is not NotHeard.NOT_ASKED
        ],  # that is for a filer to say
        required=False,
        default="",
        allow_blank=True,
    )
    not_heard_text = text(required=False)
    told = text(required=False, max_length=10_000)


class HeardWords(OwnWords):
    """The same where it can't stay open: in a decision, and in the report on what is carried out."""

    in_own_row = frozenset({"heard", *NEEDED_WHEN})

    heard = Code(WayHeard.choices)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for all that goes with how the child was heard, or for the reason why it wasn't."""
        if missing := lacking(attrs):
            raise required(*missing)
        validated: dict[str, Any] = super().validate(attrs)
        return validated


class HeardChild(HeardWords):
    """The same of one child among several."""

    child = Id()


def columns(item: Any) -> dict[str, Any]:
    """Return the columns of a ``Voice``: what goes with how the child was heard, and whether all of it is there."""
    answered = {name: item[name] for name, when in NEEDED_WHEN.items() if when.met_by(item.heard)}
    empty = {name: None if name == "heard_on" else "" for name in NEEDED_WHEN}
    return {"heard": item.heard, "complete": not lacking(item)} | empty | answered


def require_past(item: Any, today: date, *, path: str = "") -> None:
    """Refuse a hearing that is still to come.

    Raises:
        InvalidInput: it is; ``path`` is where the member stands in the body.
    """
    if item.heard_on is not None and item.heard_on > today:
        raise InvalidInput(f"{path}heard_on", "too-late")


def lacking(item: Mapping[str, Any]) -> list[str]:
    """Return the members still to be answered: of a child heard or not, or the first question alone."""
    if item["heard"] not in WayHeard.values:
        return ["heard"]
    if item["heard"] == WayHeard.NOT_HEARD:
        needed = ["not_heard", *(["not_heard_text"] if item["not_heard"] == NotHeard.OTHER else [])]
    else:
        needed = ["heard_on", "heard_by", *([] if item["wants"] else ["words"]), "told"]
    return [name for name in needed if not item[name]]
