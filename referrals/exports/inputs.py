"""Inputs of exports: which cases, what for and why; the second person's decision."""

from core.inputs import Code, Flag, Id, StrictSerializer, Text
from referrals.vocabulary.oversight import ExportPurpose
from referrals.vocabulary.states import State, Urgency
from referrals.workflow.inputs import text


class ExportInput(StrictSerializer):
    """An export to be asked for: the filters of the queue, of one authority; the purpose and the reason."""

    authority = Id(required=False, help_text="Needed by who coordinates for several.")
    state = Code([(one.value, one.label) for one in State if one is not State.DRAFT], required=False)
    urgency = Code(Urgency.choices, required=False)
    department = Text(max_length=3, required=False)
    unit = Id(required=False)
    purpose = Code(ExportPurpose.choices)
    reason = text()


class DecisionInput(StrictSerializer):
    """The second person's decision."""

    confirmed = Flag()
