"""Inputs of lookups: what is looked up and why; what the second person typed, or that it is refused."""

from typing import Any

from accounts.identifiers import sought_email
from core.inputs import Code, Flag, Id, StrictSerializer, Text
from referrals.errors import InvalidInput
from referrals.vocabulary import formats
from referrals.vocabulary.oversight import LookupGround, LookupKind


class LookupInput(StrictSerializer):
    """A lookup to be asked for, in one authority."""

    authority = Id(required=False, help_text="Needed by who reads the journal of several.")
    kind = Code(LookupKind.choices)
    named = Text(max_length=254, help_text="Reference of a case or e-mail address of an account; not kept.")
    ground = Code(LookupGround.choices)


class LookupDecision(StrictSerializer):
    """The second person's decision; whoever allows it types what stands in the complaint too."""

    allowed = Flag()
    named = Text(max_length=254, required=False, allow_blank=True, help_text="Needed to allow it.")


def meant(kind: str, typed: Any) -> str:
    """Return the one spelling of what was typed: of a reference as it is shown, of an address as it is stored."""
    text = str(typed or "").strip()
    if kind == LookupKind.CASE:
        spelled, fault = formats.read_reference(text), "not-a-reference"
    else:
        spelled, fault = sought_email(text), "not-an-address"
    if not spelled:
        raise InvalidInput("named", fault)
    return spelled
