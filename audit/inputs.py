"""Query parameters of the auditors' questions, for the API and the pages alike."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from audit import activity, events
from audit.events import Outcome, Purpose
from audit.questions import QUESTIONS, ROWS_MAX
from core.inputs import Code, Id, Instant, Whole
from core.query import PagedQuery, Query

#: Where departments and collectivities of France lie.
ZONES: Final = (
    "Europe/Paris",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "Indian/Reunion",
    "Indian/Mayotte",
    "America/Miquelon",
    "America/St_Barthelemy",
    "America/Marigot",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "Pacific/Wallis",
)


class Act(Code):
    def __init__(self, **kwargs: Any) -> None:
        # The framework makes the field anew for each query: the apps register their acts after this is imported.
        super().__init__([(act, act) for act in events.registered()], **kwargs)


class EntriesQuery(PagedQuery):
    actor = Id(required=False, help_text="Pseudonym of the account that acted.")
    subject = Id(required=False, help_text="Pseudonym of a referral.")
    act = Act(required=False, help_text="Code of an act, as `referral:submitted`.")
    outcome = Code(choices=[(one.value, one.value) for one in Outcome], required=False)
    purpose = Code(choices=[(one.value, one.value) for one in Purpose], required=False)
    since = Instant(required=False, help_text="At or after this instant.")
    until = Instant(required=False, help_text="Before this instant.")


class QuestionQuery(PagedQuery):
    """What narrows a question asked ready-made."""

    actor = Id(required=False, help_text="Pseudonym of the account that acted.")
    subject = Id(required=False, help_text="Pseudonym of a referral.")
    since = Instant(required=False, help_text="At or after this instant.")
    until = Instant(required=False, help_text="Before this instant.")


class SubjectQuery(QuestionQuery):
    subject = Id(help_text="Pseudonym of a referral.")


class ActorQuery(QuestionQuery):
    actor = Id(help_text="Pseudonym of the account that acted.")


class TableQuery(EntriesQuery):
    """Which entries to put into a table; those that answer a question, where one is named."""

    question = Code(
        choices=[(one.name, one.label) for one in QUESTIONS],
        required=False,
        help_text="Narrows to the entries that answer this question; what it needs must be given too.",
    )
    limit = Whole(in_query=True, required=False, min_value=1, max_value=ROWS_MAX, default=ROWS_MAX)


class ActivityQuery(Query):
    """How far back, and in which zone days and hours are told."""

    days = Code([(str(days), str(days)) for days in activity.DAYS], required=False, default="30")
    zone = Code([(name, name) for name in ZONES], required=False, default=ZONES[0])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the days as a number, and the zone itself."""
        return attrs | {"days": int(attrs["days"]), "zone": ZoneInfo(attrs["zone"])}


class Size(Whole):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(in_query=True, max_value=2**53 - 1, **kwargs)


class InclusionQuery(Query):
    """Which entry, in the tree of which checkpoint."""

    entry = Id(help_text="Id of an entry.")
    size = Size(required=False, help_text="Size of a checkpoint; by default the latest.")


class ConsistencyQuery(Query):
    """From which size to the tree of which checkpoint."""

    first = Size(help_text="Size of the earlier tree.")
    second = Size(required=False, help_text="Size of a checkpoint; by default the latest.")


class ExportQuery(Query):
    start = Size(required=False, default=0, help_text="First entry of the part.")
