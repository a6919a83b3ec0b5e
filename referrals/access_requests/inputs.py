"""Inputs of the steps of an access request (domain.md §2.7 AR1 to AR16)."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from core.inputs import (
    Code,
    Codes,
    Day,
    Flag,
    Id,
    Items,
    OptionalDay,
    OptionalId,
    StrictSerializer,
    Text,
    When,
    Whole,
)
from core.query import PagedQuery, Query
from referrals.vocabulary.access_requests import (
    AccessRefusal,
    Appeal,
    ExtensionGround,
    Handing,
    Outcome,
    Proof,
    Requester,
    Right,
    Standing,
    Verdict,
    Wanted,
    Way,
    Withheld,
)
from referrals.vocabulary.states import AccessRequestState
from referrals.workflow.inputs import ids, required, text

#: Of whom the data is asked for, where it isn't a child or a person who was one.
NO_CHILD: Final = (Requester.FILER, Requester.THIRD_PARTY, Requester.STAFF)
OF_CHILD: Final = tuple(str(one) for one in Requester if one not in NO_CHILD)
#: From whom a mandate may be: the person itself, or a holder.
MANDATORS: Final = [
    (str(one), one.label) for one in (Requester.SUBJECT_MINOR, Requester.SUBJECT_ADULT, Requester.HOLDER)
]
#: Classes of which a copy may be asked; protected places are in none.
LETTERS: Final = [(letter, letter) for letter in "ABCDEFGHIJ"]


def _line(*, max_length: int = 300) -> Text:
    return Text(max_length=max_length, required=False, default="", allow_blank=True)


def _place() -> Whole:
    return Whole(min_value=0, max_value=10_000_000, required=False, allow_null=True, default=None)


class AccessLetterQuery(Query):
    """Which letter of a request is read."""

    name = Code([(one, one) for one in ("extension", "answer", "refusal")], required=False, default="answer")


class AccessRequestQuery(PagedQuery):
    """Filters of the list."""

    state = Code(AccessRequestState.choices, required=False)


class Receiving(StrictSerializer):
    """AR1: who asks, about whom, for what, by which way and when; nobody is asked why."""

    needed_when = {
        name: When("requester", OF_CHILD) for name in ("last_name", "first_names", "birth_date")
    } | {"part": When("wanted", (str(Wanted.PART),))}

    authority = Id(required=False, help_text="Needed by who receives for several.")
    requester = Code(Requester.choices)
    right = Code(Right.choices, required=False, default=str(Right.ACCESS))
    wanted = Code(Wanted.choices, required=False, default=str(Wanted.ALL))
    part = text(required=False)
    way = Code(Way.choices)
    received_on = Day()
    name = Text(max_length=300)
    contact = text()
    last_name = _line(max_length=200)
    first_names = _line(max_length=200)
    birth_date = OptionalDay()
    words = text(max_length=10_000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["requester"] in OF_CHILD:
            missing = [name for name in ("last_name", "first_names", "birth_date") if not attrs[name]]
            if missing:
                raise required(*missing)
        if attrs["wanted"] == Wanted.PART and not attrs["part"]:
            raise required("part")
        return attrs


class AskingIdentity(StrictSerializer):
    """AR2: what lacks, why one doubts, and by which safe way the person is reached."""

    doubt = text()
    lacking = text()
    safe_way = text()


class ConfirmingIdentity(StrictSerializer):
    """AR3: how the identity was established, and the standing; names may be put right as the paper has them."""

    needed_when = {
        "discernment": When("standing", (str(Standing.MINOR_ALONE), str(Standing.MANDATE))),
        "in_office": When("standing", (str(Standing.HOLDER_IN_OFFICE),)),
        "written": When("standing", (str(Standing.MANDATE),)),
        "mandator": When("standing", (str(Standing.MANDATE),)),
        "mandator_name": When("mandator", (str(Requester.HOLDER),)),
    }

    proof = Code(Proof.choices)
    standing = Code(Standing.choices)
    discernment = Flag(required=False, default=False)
    in_office = Flag(required=False, default=False)
    written = Flag(required=False, default=False)
    mandator = Code(MANDATORS, required=False, default="", allow_blank=True)
    mandator_name = _line()
    how = text()
    name = _line()
    last_name = _line(max_length=200)
    first_names = _line(max_length=200)
    birth_date = OptionalDay()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["standing"] == Standing.MANDATE:
            if not attrs["mandator"]:
                raise required("mandator")
            if attrs["mandator"] == Requester.HOLDER and not attrs["mandator_name"]:
                raise required("mandator_name")
        return attrs


class SettingScope(StrictSerializer):
    """AR4: the files, by their references; the service finds in each the persons whose data is asked for.

    No file at all is said by an empty list: nothing is held of the person (AR11).
    """

    references = Items(child=Text(max_length=20))
    since = OptionalDay()
    until = OptionalDay()
    classes = Codes(LETTERS, required=False, default=list)
    searched = Flag()
    approver = OptionalId()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        since: date | None = attrs["since"]
        if since is not None and attrs["until"] is not None and attrs["until"] < since:
            raise required("until")
        return attrs


class Collecting(StrictSerializer):
    """AR5: nothing more than the step's name."""


class Redacting(StrictSerializer):
    """AR6: a passage of a part to hide, with its code; or one that is lifted, with the reason.

    A span has ``start`` and ``end``, a box ``page`` and four sides in thousandths; with neither the whole part goes.
    """

    part = OptionalId()
    code = Code(Withheld.choices, required=False, default="", allow_blank=True)
    start = _place()
    end = _place()
    page = _place()
    left = _place()
    top = _place()
    right = _place()
    bottom = _place()
    lift = OptionalId()
    reason = text(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["lift"] is not None:
            if not attrs["reason"]:
                raise required("reason")
            return attrs
        missing = [name for name in ("part", "code") if not attrs[name]]
        if missing:
            raise required(*missing)
        span, box = (
            (attrs["start"], attrs["end"]),
            [attrs[one] for one in ("page", "left", "top", "right", "bottom")],
        )
        if any(one is not None for one in span) and (None in span or span[0] >= span[1]):
            raise required("end")
        if any(one is not None for one in box):
            page, left, top, right, bottom = box
            if page is None or None in box or not (left < right <= 1000 and top < bottom <= 1000):
                raise required("page")
        return attrs


class AskingOpinion(StrictSerializer):
    """AR7: whom, and what one asks."""

    user = Id()
    question = text(max_length=5_000)


class GivingOpinion(StrictSerializer):
    """AR8: send, later on a day, or never; by part, the other answer; and the prosecutor's note."""

    needed_when = {"later_on": When("verdict", (str(Verdict.LATER),)), "note": When("noted_on")}

    verdict = Code(Verdict.choices)
    later_on = OptionalDay()
    parts = ids(required=False)
    reason = text(max_length=5_000)
    noted_on = OptionalDay()
    note = text(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["verdict"] == Verdict.LATER and attrs["later_on"] is None:
            raise required("later_on")
        if attrs["noted_on"] is not None and not attrs["note"]:
            raise required("note")
        return attrs


class NamingReaders(StrictSerializer):
    """AR9: which lines, why the name is indispensable, how it was weighed, and what the agents said before.

    ``masked``: lines whose reader is at risk, told as « un agent » (§7.5): then ``why`` says which risk.
    """

    entries = ids(required=False)
    masked = ids(required=False)
    why = text()
    weighed = text()
    heard_on = Day()
    heard = text()
    approver = OptionalId()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["entries"] and not attrs["masked"]:
            raise required("entries")
        return attrs


class Extending(StrictSerializer):
    """AR10: why, and the reasons that the requester is told."""

    ground = Code(ExtensionGround.choices)
    reasons = text()
    told_on = Day()


class AnsweringAccess(StrictSerializer):
    """AR11: what was done, for a right other than access; a word beside, which the letter bears."""

    done = text(required=False, max_length=5_000)
    word = text(required=False)
    approver = OptionalId()


class RefusingAccess(StrictSerializer):
    """AR12: why; ``reasons`` stay inside, the letter never tells whether a file exists."""

    reason = Code(AccessRefusal.choices)
    reasons = text()
    approver = OptionalId()


class HandingOver(StrictSerializer):
    """AR13: when, by which safe way, to whom, which identity was shown, and for a minor who was there to explain."""

    on = Day()
    handing = Code(Handing.choices)
    to = Text(max_length=300)
    identity_shown = Flag()
    explained_by = _line()


class Appealing(StrictSerializer):
    """AR14: before whom, when, under which reference."""

    appeal = Code(Appeal.choices)
    on = Day()
    reference = Text(max_length=100)


class Settling(StrictSerializer):
    """AR15: what was decided, and what follows: passages that are lifted and an answer, or the refusal."""

    needed_when = {
        "reason": When("outcome", (str(Outcome.REFUSE),)),
        "lift": When("outcome", (str(Outcome.ANSWER),)),
    }

    decision = text(max_length=10_000)
    outcome = Code(Outcome.choices)
    reason = Code(AccessRefusal.choices, required=False, default="", allow_blank=True)
    lift = ids(required=False)
    done = text(required=False, max_length=5_000)
    word = text(required=False)
    approver = OptionalId()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["outcome"] == Outcome.REFUSE and not attrs["reason"]:
            raise required("reason")
        return attrs


class ClosingAccess(StrictSerializer):
    """AR16: before an answer, when and how the requester took the request back in writing."""

    withdrawn_on = OptionalDay()
    note = text(required=False)
    approver = OptionalId()


def passage(said: Any) -> dict[str, int]:
    """Return where something is to be hidden, as it is stored; empty: the whole part."""
    if said["start"] is not None:
        return {"start": said["start"], "end": said["end"]}
    if said["page"] is not None:
        return {name: said[name] for name in ("page", "left", "top", "right", "bottom")}
    return {}


def lifted(said: Any) -> UUID | None:
    """Return which passage is lifted, if one is."""
    lifted_id: UUID | None = said["lift"]
    return lifted_id
