"""Inputs of batches: the letter that asks for the visa, the visa, its refusal."""

from core.inputs import Code, Day, StrictSerializer, Text
from referrals.vocabulary.oversight import VisaRefusal


class VisaRequest(StrictSerializer):
    """B02: the letter by which the visa is asked for."""

    letter = Text(max_length=60)
    on = Day()


class Visa(StrictSerializer):
    """B03: the visa as the archives gave it."""

    number = Text(max_length=60)
    on = Day()


class RefusedVisa(StrictSerializer):
    """B04: the archives' refusal; a code, for words would name somebody."""

    reason = Code(VisaRefusal.choices)
    on = Day()
