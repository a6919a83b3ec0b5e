"""Forms made from input declarations: what the API takes in JSON, a page asks for in fields.

An ``Ask`` holds the wording of one question; everything else (kind of field, choices, bounds, what may stay empty)
comes from the input declaration, so that a page can't ask for anything but what the act takes. ``body_of`` turns what a
browser sends into the body that the API would get; ``fields_of`` makes the fields, filled and with their errors, and
``templates/web/components/`` writes them. Why none of this is Django's forms: ``docs/decisions/0043``.
"""

from web.forms.answers import answer_in_words, day_in_words
from web.forms.declaration import (
    AS_TYPED,
    NOT_KNOWN,
    ZONE,
    Ask,
    Attributes,
    Follow,
    Input,
    Pairs,
    as_called,
    every,
    members,
    nested,
)
from web.forms.fields import (
    IDS,
    OF_AGE_QUESTION,
    Entry,
    Fault,
    Field,
    Group,
    Option,
    Row,
    all_of,
    beside,
    fault_of,
    faults_of,
    fields_of,
    summary,
)
from web.forms.reading import Sent, as_typed, body_of, clean, day_of, typed, typed_instant

__all__ = [
    "AS_TYPED",
    "IDS",
    "NOT_KNOWN",
    "OF_AGE_QUESTION",
    "ZONE",
    "Ask",
    "Attributes",
    "Entry",
    "Fault",
    "Field",
    "Follow",
    "Group",
    "Input",
    "Option",
    "Pairs",
    "Row",
    "Sent",
    "all_of",
    "answer_in_words",
    "as_called",
    "as_typed",
    "beside",
    "body_of",
    "clean",
    "day_in_words",
    "day_of",
    "every",
    "fault_of",
    "faults_of",
    "fields_of",
    "members",
    "nested",
    "summary",
    "typed",
    "typed_instant",
]
