"""Secondary pages of a case: which parts of the API each reads, and how it shows them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from encryption.sealed import OpenScope
from referrals.access.child_sight import Sight
from referrals.cases.queries import part_lines
from referrals.duplicates import queries as duplicates_queries
from referrals.messages import queries as messages_queries
from referrals.models import Referral
from referrals.reading import clocks
from web.cases.parts import course, protection, transfers
from web.cases.parts.shown import Context, Shown

# --- What each page reads ------------------------------------------------------------------------------


def _api(part: str) -> Callable[[Referral, Sight, OpenScope, Any, datetime], Any]:
    return lambda r, sight, scope, actor, at: part_lines(part, r, sight, scope, actor=actor, at=at)


READ: Final[Mapping[str, Callable[[Referral, Sight, OpenScope, Any, datetime], Any]]] = {
    name: _api(name)
    for name in (
        "timeline",
        "assessment",
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
#: By page: the parts of the API that it reads, what it makes of them, and the machines whose steps it offers.
PAGES: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Shown], Context], tuple[str, ...]]]] = {
    "historique": (("timeline",), course.history, ()),
    "echeances": (("clocks",), course.clocks, ()),
    "evaluation": (("assessment",), protection.assessment, ("assessment",)),
    "mesures": (("measures", "clocks"), protection.measures, ("measure",)),
    "justice": (("judicial-referrals",), protection.justice, ("judicial",)),
    "famille": (("holder-informations", "emergency-sheets"), protection.family, ()),
    "messages": (("filer", "professionals", "feedbacks"), course.talk, ("feedback",)),
    "transferts": (("transfers",), transfers.transfers, ("transfer",)),
    "rapprochements": (("duplicates", "links"), course.pairs, ("duplicate",)),
    "signatures": (
        ("approvals", "break-glass", "closure-reviews", "alerts"),
        course.signatures,
        ("glass", "review", "alert"),
    ),
}
