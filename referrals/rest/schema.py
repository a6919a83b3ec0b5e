"""OpenAPI definitions of answers and headers that many operations share."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from accounts.api.once import IDEMPOTENCY_KEY

__all__ = [
    "IDEMPOTENCY_KEY",
    "IF_MATCH",
    "CaseAnswer",
    "CasePage",
    "ClockPage",
    "DeclaredTie",
    "Exclusion",
    "Exclusions",
    "HandOver",
    "Parts",
    "Receipt",
    "StandIn",
    "Tie",
    "Ties",
]

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description='The case\'s version as its ETag gave it, for example `"3"`. Missing: 428. Moved since: 412.',
)


class Label(serializers.Serializer[None]):
    """A label in both languages."""

    fr = serializers.CharField()
    en = serializers.CharField()


class Labelled(serializers.Serializer[None]):
    """What has a member named ``label``: to the framework that is an attribute of every field, a text."""

    label: Any


class CodedValue(Labelled):
    """A code with its label."""

    code = serializers.CharField()
    label = Label()


class ClockLine(Labelled):
    """A delay."""

    code = serializers.CharField()
    label = Label()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="Null where it is a birthday.")
    working_day_before = serializers.DateField(
        allow_null=True, help_text="The last working day before, where the delay ends on a day off."
    )
    stopped_at = serializers.DateTimeField(allow_null=True)
    state = CodedValue()
    statutory = serializers.BooleanField()
    child = serializers.UUIDField(allow_null=True)
    part = serializers.UUIDField(allow_null=True)


class Cited(serializers.Serializer[None]):
    """An article as it is cited, with the address of its official text; ``GET /workflow`` says what it says."""

    code = serializers.CharField()
    text = serializers.CharField()
    address = serializers.URLField()


class BlockedBy(serializers.Serializer[None]):
    """The rule that bars a step, its sentence and its article."""

    rule = serializers.CharField()
    reason = serializers.CharField()
    law = serializers.CharField(allow_blank=True)


class Ability(Labelled):
    """A step that the reader may do, or why not now."""

    step = serializers.CharField()
    machine = serializers.CharField()
    number = serializers.CharField()
    label = Label()
    law = serializers.CharField()
    href = serializers.CharField()
    input = serializers.JSONField(allow_null=True, help_text="JSON Schema of the body.")
    blocked_by = BlockedBy(required=False)


class CaseAnswer(serializers.Serializer[None]):
    """A case as its reader may see it: members that aren't the reader's are absent."""

    id = serializers.UUIDField()
    reference = serializers.CharField(required=False)
    version = serializers.IntegerField(required=False, help_text="Absent for a filer, after submission.")
    state = CodedValue(required=False)
    status = CodedValue(required=False, help_text="The filer's word for the state.")
    urgency = CodedValue(required=False)
    clocks = ClockLine(many=True, required=False)
    available_actions = Ability(many=True, required=False)
    blocked_actions = Ability(many=True, required=False)
    made = serializers.UUIDField(required=False, help_text="The part that the step made.")
    approval = serializers.UUIDField(required=False, help_text="The second signature that is awaited.")
    concern = serializers.JSONField(required=False)
    children = serializers.JSONField(required=False)
    facts = serializers.JSONField(required=False)


class CasePage(serializers.Serializer[None]):
    """A page of cases."""

    results = CaseAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class ClockPage(serializers.Serializer[None]):
    """A page of clocks."""

    results = ClockLine(many=True)
    next = serializers.CharField(allow_null=True)


class Parts(serializers.Serializer[None]):
    """The rows of a part, as far as the reader may see them."""

    results = serializers.ListField(child=serializers.DictField())
    next = serializers.CharField(allow_null=True)


class Duplicates(Parts):
    """The files that may be about the same child; whether the search for them is still to run, and what it left out."""

    searching = serializers.BooleanField()
    left_out = serializers.ListField(child=serializers.DictField())


class Kept(serializers.Serializer[None]):
    """A case that a hand-over left with its people, and the rule that forbade it."""

    referral = serializers.UUIDField()
    rule = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class HandOver(serializers.Serializer[None]):
    """What became of a leaver's cases."""

    passed_on = serializers.ListField(child=serializers.UUIDField())
    kept = Kept(many=True)


class StandIn(serializers.Serializer[None]):
    """Who stands in for whom."""

    id = serializers.UUIDField()
    authority = serializers.UUIDField()
    role = serializers.DictField()
    absent = serializers.DictField()
    stand_in = serializers.DictField()
    since_at = serializers.DateTimeField()
    until_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    in_force = serializers.BooleanField()


class Tie(serializers.Serializer[None]):
    """Somebody to whom the caller is tied."""

    id = serializers.UUIDField()
    declared_at = serializers.DateTimeField()
    unreadable = serializers.BooleanField(help_text="Its key is lost: nothing of it can be read.")
    last_name = serializers.CharField()
    first_names = serializers.CharField()
    usual_name = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    phone = serializers.CharField()
    note = serializers.CharField()


class Ties(serializers.Serializer[None]):
    """All of them."""

    results = Tie(many=True)


class DeclaredTie(serializers.Serializer[None]):
    """That a tie was declared; nothing of what was said."""

    id = serializers.UUIDField()
    declared_at = serializers.DateTimeField()


class Exclusion(serializers.Serializer[None]):
    """Somebody whom the service barred from a case."""

    id = serializers.UUIDField()
    referral = serializers.UUIDField()
    reference = serializers.CharField()
    case_state = CodedValue()
    user = serializers.DictField()
    cause = CodedValue()
    since_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)


class Exclusions(serializers.Serializer[None]):
    """A page of them."""

    results = Exclusion(many=True)
    next = serializers.CharField(allow_null=True)


class Receipt(serializers.Serializer[None]):
    """What proves that a concern was received, and when; `audit/verifier.py receipt` checks it."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    status = CodedValue()
    submitted_at = serializers.DateTimeField()
    entry = serializers.CharField(
        allow_null=True, help_text="The journal's entry of the filing, in the bytes that were hashed."
    )
    proof = serializers.CharField(
        allow_null=True,
        help_text="That the entry is in the signed journal (C2SP tlog-proof); null until it is, for some seconds.",
    )


class View(serializers.Serializer[None]):
    """A saved view."""

    id = serializers.UUIDField()


class NamesFound(serializers.Serializer[None]):
    """The files that a search by name found, whether there are more, and which authority to call about the child.

    ``left_out`` says why not every file was looked at.
    """

    results = serializers.ListField(child=serializers.DictField())
    more = serializers.BooleanField()
    elsewhere = serializers.ListField(child=serializers.DictField())
    left_out = serializers.ListField(child=serializers.DictField())
    not_indexed = serializers.IntegerField(
        help_text="Files that the index can't find yet; at most 10,000 are counted."
    )


class EmergencySheet(serializers.Serializer[None]):
    """What whoever finds a runaway must know."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    authority = serializers.DictField()
    opened_at = serializers.DateTimeField()
    description = serializers.CharField()
    danger = serializers.CharField()
    whom_to_call = serializers.CharField()


class Transfer(serializers.Serializer[None]):
    """A case that another authority asks the reader's to take over: its shell, and the documents listed."""

    id = serializers.UUIDField(help_text="The case's, for the steps by which it is accepted or refused.")
    request = serializers.UUIDField()
    reference = serializers.CharField()
    authority = serializers.DictField()
    state = CodedValue()
    ground = CodedValue()
    channel = CodedValue()
    refusals = serializers.IntegerField()
    sent_at = serializers.DateTimeField()
    shell = serializers.DictField(required=False)
    clocks = ClockLine(many=True, required=False)
    documents = serializers.ListField(child=serializers.DictField(), required=False)
    available_actions = Ability(many=True)
    blocked_actions = Ability(many=True)
