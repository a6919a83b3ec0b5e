"""Inputs of the steps of an inquiry."""

from collections.abc import Mapping
from typing import Any, Final

from core.inputs import Code, Codes, Flag, Id, OptionalId, StrictSerializer, Text, When, Whole
from core.query import PagedQuery
from referrals.vocabulary.between_authorities import (
    PAPERS,
    Following,
    InquiryGround,
    InquiryRefusal,
    NotSent,
    Side,
    Standing,
)
from referrals.vocabulary.states import InquiryState
from referrals.workflow.inputs import required, text

PAPER_CHOICES = [(paper.value, paper.label) for paper in PAPERS]
#: A following lies within a minor's life, and the service keeps no older one.
FIRST_YEAR, LAST_YEAR = 1980, 2100
#: A register on paper may be older than the child's own following: it may be a parent's.
FIRST_REGISTER: Final = 1945
#: What names an entry of a register from before this service; no row is made of it.
REGISTER: Final = ("register", "register_year", "register_number")


def _line(*, max_length: int = 300) -> Text:
    return Text(max_length=max_length, required=False, default="", allow_blank=True)


def _year() -> Whole:
    return Whole(min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False, allow_null=True, default=None)


class InquiryQuery(PagedQuery):
    """Filters of the list of inquiries."""

    side = Code(Side.choices, required=False)
    state = Code(InquiryState.choices, required=False)


class Asking(StrictSerializer):
    """IQ1: whom one asks, about which child of the case, and why; the service adds name and birth date."""

    asked = Id()
    child = Id()
    former_address = _line()
    school = _line()
    holder = _line()
    ground = Code(InquiryGround.choices)
    purpose = text()
    called = _line()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for something besides the name by which the child can be told from a namesake."""
        if not any(attrs[name] for name in ("former_address", "school", "holder")):
            raise required("former_address")
        return attrs


class Answering(StrictSerializer):
    """IQ3: whether the child is known, and by what; never who told, where the child is, or another person.

    ``child``: the child of the own file that a person has recognised. Where an older register alone knows it,
    ``register``, ``register_year`` and ``register_number`` name the entry instead; they stay with who answers.
    """

    needed_when = dict.fromkeys(
        ("confirmed", "child", *REGISTER, "kinds", "from_year", "to_year", "standing", "contact"),
        When("known", ("true",)),
    )

    searched = Flag()
    known = Flag()
    confirmed = Flag(required=False, default=False)
    child = OptionalId()
    register = _line(max_length=200)
    register_year = Whole(
        min_value=FIRST_REGISTER, max_value=LAST_YEAR, required=False, allow_null=True, default=None
    )
    register_number = _line(max_length=60)
    kinds = Codes(Following.choices, required=False, default=list)
    from_year = _year()
    to_year = _year()
    standing = Code(Standing.choices, required=False, default="", allow_blank=True)
    contact = _line()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask of a known child who it is here, by what it is known and whom to call; of an unknown one nothing."""
        needed = ("kinds", "standing", "contact")
        if attrs["known"]:
            by_register = any(attrs[name] for name in REGISTER)
            named = REGISTER if by_register else ("child",)
            if missing := [name for name in (*named, *needed) if not attrs[name]]:
                raise required(*missing)
        elif any(attrs[name] for name in (*needed, "child", *REGISTER, "from_year", "to_year")):
            raise required("known")
        return attrs


#: By document, the member that says what it is for, and the one that says why it isn't sent.
PURPOSES = {str(paper): f"for_{paper}" for paper in PAPERS}
REASONS = {str(paper): f"why_{paper}" for paper in PAPERS}


class AskingDocuments(StrictSerializer):
    """IQ4: which documents, and what each is for."""

    needed_when = {member: When("documents", (paper,)) for paper, member in PURPOSES.items()}

    documents = Codes(PAPER_CHOICES, min_length=1)
    for_assessment_report = text(required=False)
    for_decisions = text(required=False)
    for_plan = text(required=False)
    for_situation_reports = text(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask of each document that is wanted what it is for; of another nothing is said."""
        _require_each(PURPOSES, "documents", attrs)
        return attrs


def _require_each(members: Mapping[str, str], of: str, attrs: Mapping[str, Any]) -> None:
    for paper, member in members.items():
        if bool(attrs.get(member)) != (paper in attrs[of]):
            raise required(member if paper in attrs[of] else of)


def _why() -> Code:
    return Code(NotSent.choices, required=False, default="", allow_blank=True)


class SendingDocuments(StrictSerializer):
    """IQ5: what is sent of what was asked for, and of each of the rest why it isn't: that nothing was found, too.

    ``passages``: words that are left out wherever they stand, a line each. ``reread``: somebody has read that no text
    which is sent is about another child, a third party or who told.
    """

    needed_when = {
        **{member: When("missing", (paper,)) for paper, member in REASONS.items()},
        "reread": When("documents"),
        "passages": When("documents"),
    }

    documents = Codes(PAPER_CHOICES, required=False, default=list)
    missing = Codes(PAPER_CHOICES, required=False, default=list)
    why_assessment_report = _why()
    why_decisions = _why()
    why_plan = _why()
    why_situation_reports = _why()
    passages = text(required=False, max_length=5_000)
    reread = Flag(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask of each document that isn't sent why not; of another no reason is given."""
        _require_each(REASONS, "missing", attrs)
        return attrs


class RefusingInquiry(StrictSerializer):
    """IQ6: why the question isn't answered."""

    reason = Code(InquiryRefusal.choices)
    note = text(required=False)


class Considering(StrictSerializer):
    """IQ7: how the answer was considered."""

    considered = text()
