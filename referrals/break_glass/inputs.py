"""Inputs of emergency openings."""

from core.inputs import Code, Flag, Text
from core.query import PagedQuery
from referrals.vocabulary.states import GlassState
from referrals.workflow.inputs import Reasoned


class ByReference(Reasoned):
    """Which case, by the reference that an alert or the phone gave, and why."""

    reference = Text(max_length=30)


class GlassQuery(PagedQuery):
    """Filters of the list of emergency openings."""

    state = Code(GlassState.choices, required=False)
    overdue = Flag(in_query=True, required=False)
