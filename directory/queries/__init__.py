"""What is read of the directory, for pages and the API alike; nothing in it is sealed (field.md A.6, A.7)."""

from directory.queries.duplicates import Pair, possible_duplicates
from directory.queries.entries import history, service, structure
from directory.queries.search import search
from directory.queries.views import (
    AddressView,
    CapacityView,
    ServiceLine,
    ServicePage,
    StructurePage,
    VerificationLine,
)
from directory.queries.waiting import Waiting, waiting
from directory.queries.worklists import (
    AnswerLine,
    OpeningLine,
    ReportLine,
    link_answers,
    open_reports,
    openings_to_look_at,
    to_verify,
)

__all__ = [
    "AddressView",
    "AnswerLine",
    "CapacityView",
    "OpeningLine",
    "Pair",
    "ReportLine",
    "ServiceLine",
    "ServicePage",
    "StructurePage",
    "VerificationLine",
    "Waiting",
    "history",
    "link_answers",
    "open_reports",
    "openings_to_look_at",
    "possible_duplicates",
    "search",
    "service",
    "structure",
    "to_verify",
    "waiting",
]
