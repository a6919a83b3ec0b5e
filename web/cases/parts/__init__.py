"""Secondary pages of a case: which parts of the API each reads, and how it shows them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from encryption.sealed import OpenScope
from referrals.access.child_sight import Sight
from referrals.cases.queries import part_lines
from referrals.duplicates import queries as duplicates_queries
from referrals.messages import queries as messages_queries
from referrals.models import Referral
from referrals.reading import clocks
from web.cases.parts import course, letters, orientations, protection, transfers
from web.cases.parts.shown import Context, Shown

# --- What each page reads ------------------------------------------------------------------------------


def _api(part: str) -> Callable[[Referral, Sight, OpenScope, Any, datetime], Any]:
    return lambda r, sight, scope, actor, at: part_lines(part, r, sight, scope, actor=actor, at=at)


READ: Final[Mapping[str, Callable[[Referral, Sight, OpenScope, Any, datetime], Any]]] = {
    name: _api(name)
    for name in (
        "timeline",
        "assessment",
        "voices",
        "judicial-referrals",
        "measures",
        "approvals",
        "closure-reviews",
        "break-glass",
        "alerts",
        "holder-informations",
        "emergency-sheets",
        "feedbacks",
        "transfers",
        "orientations",
        "excluded-resources",
    )
} | {
    "clocks": lambda r, sight, _, __, at: clocks.clocks_of(r, sight, at=at),
    "filer": lambda r, sight, scope, actor, _: messages_queries.channel(
        r, "filer", sight.ties, scope, actor=actor
    ),
    "professionals": lambda r, sight, scope, actor, _: messages_queries.channel(
        r, "professionals", sight.ties, scope, actor=actor
    ),
    "duplicates": lambda r, sight, scope, actor, at: duplicates_queries.duplicates(
        r, sight.ties, scope, actor=actor, at=at
    ),
    "links": lambda r, sight, _, actor, at: duplicates_queries.links(r, sight.ties, actor=actor, at=at),
}


class PartPage(NamedTuple):
    """A secondary page of a case.

    Attributes:
        template: the template that shows it.
        reads: the parts of the API that it reads.
        context_of: what it makes of them for the template.
        machines: the machines whose steps it offers.
    """

    template: str
    reads: tuple[str, ...]
    context_of: Callable[[Shown], Context]
    machines: tuple[str, ...] = ()


#: By the last word of the page's address.
PAGES: Final[Mapping[str, PartPage]] = {
    "historique": PartPage("web/cases/history.html", ("timeline",), course.history),
    "echeances": PartPage("web/cases/deadlines.html", ("clocks",), course.clocks),
    "evaluation": PartPage(
        "web/assessment/assessment.html", ("assessment", "voices"), protection.assessment, ("assessment",)
    ),
    "mesures": PartPage(
        "web/measures/measures.html", ("measures", "clocks"), protection.measures, ("measure",)
    ),
    "orientations": PartPage(
        "web/orientations/of_case.html",
        ("orientations", "excluded-resources"),
        orientations.orientations,
        ("orientation",),
    ),
    "justice": PartPage(
        "web/justice/justice.html", ("judicial-referrals",), protection.justice, ("judicial",)
    ),
    "famille": PartPage(
        "web/parents/family.html", ("holder-informations", "emergency-sheets"), protection.family
    ),
    "messages": PartPage(
        "web/messages/messages.html", ("filer", "professionals", "feedbacks"), course.talk, ("feedback",)
    ),
    "courriers": PartPage("web/letters/of_case.html", (), letters.letters),
    "transferts": PartPage("web/transfers/of_case.html", ("transfers",), transfers.transfers, ("transfer",)),
    "rapprochements": PartPage(
        "web/duplicates/pairs.html", ("duplicates", "links"), course.pairs, ("duplicate",)
    ),
    "signatures": PartPage(
        "web/cases/signatures.html",
        ("approvals", "break-glass", "closure-reviews", "alerts"),
        course.signatures,
        ("glass", "review", "alert"),
    ),
}
