"""Inputs of the steps of an inquiry."""

from typing import Any

from core.inputs import Code, Codes, Flag, Id, OptionalId, StrictSerializer, Text, When, Whole
from core.query import PagedQuery
from referrals.vocabulary.inquiries import (
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
        """Ask for something besides the name by which the child can be told from a namesake.

        Raises:
            ValidationError: neither address, school nor holder is given.
        """
        if not any(attrs[name] for name in ("former_address", "school", "holder")):
            raise required("former_address")
        return attrs


class Answering(StrictSerializer):
    """IQ3: whether the child is known, and by what; never who told, where the child is, or another person.

    ``child``: the child of the own file that a person has recognised; none where an older register alone knows it.
    """

    asked_when = {
        name: When("known", ("true",))
        for name in ("confirmed", "child", "kinds", "from_year", "to_year", "standing", "contact")
    }

    searched = Flag()
    known = Flag()
    confirmed = Flag(required=False, default=False)
    child = OptionalId()
    kinds = Codes(Following.choices, required=False, default=list)
    from_year = _year()
    to_year = _year()
    standing = Code(Standing.choices, required=False, default="", allow_blank=True)
    contact = _line()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask of a known child by what it is known and whom to call; of an unknown one nothing.

        Raises:
            ValidationError: a member is missing, or says something of a child that isn't known.
        """
        needed = ("kinds", "standing", "contact")
        if attrs["known"]:
            for name in needed:
                if not attrs[name]:
                    raise required(name)
        elif any(attrs[name] for name in (*needed, "child", "from_year", "to_year")):
            raise required("known")
        return attrs


#: By document, the member that says what it is for.
PURPOSES = {str(paper): f"for_{paper}" for paper in PAPERS}


class AskingDocuments(StrictSerializer):
    """IQ4: which documents, and what each is for."""

    asked_when = {member: When("documents", (paper,)) for paper, member in PURPOSES.items()}

    documents = Codes(PAPER_CHOICES, min_length=1)
    for_assessment_report = text(required=False)
    for_decisions = text(required=False)
    for_plan = text(required=False)
    for_situation_reports = text(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask of each document that is wanted what it is for; of another nothing is said.

        Raises:
            ValidationError: a purpose is missing, or is of a document that isn't asked for.
        """
        for paper, member in PURPOSES.items():
            if bool(attrs.get(member)) != (paper in attrs["documents"]):
                raise required(member if paper in attrs["documents"] else "documents")
        return attrs


class SendingDocuments(StrictSerializer):
    """IQ5: what is sent of what was asked for, and why the rest isn't.

    ``passages``: words that are left out wherever they stand, a line each. ``reread``: somebody has read that no text
    which is sent is about another child, a third party or who told.
    """

    asked_when = {"reason": When("missing"), "reread": When("documents"), "passages": When("documents")}

    documents = Codes(PAPER_CHOICES, required=False, default=list)
    missing = Codes(PAPER_CHOICES, required=False, default=list)
    reason = Code(NotSent.choices, required=False, default="", allow_blank=True)
    passages = text(required=False, max_length=5_000)
    reread = Flag(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask why a document isn't sent.

        Raises:
            ValidationError: no reason is given.
        """
        if attrs["missing"] and not attrs["reason"]:
            raise required("reason")
        return attrs


class RefusingInquiry(StrictSerializer):
    """IQ6: why the question isn't answered."""

    reason = Code(InquiryRefusal.choices)
    note = text(required=False)


class Considering(StrictSerializer):
    """IQ7: how the answer was considered."""

    considered = text()
