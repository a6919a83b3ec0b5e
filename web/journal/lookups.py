"""Wording of a lookup in the journal: what is looked up and why, who asked, where it stands."""

from collections.abc import Mapping
from typing import Any

from referrals.vocabulary.oversight import LookupKind
from web.cases import display
from web.journal.base import JournalPage


def line(page: JournalPage, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lookup as a page tells it."""
    authority = page.authorities[facts["authority"]].name if len(page.authorities) > 1 else ""
    return {
        "pk": facts["id"],
        "kind": display.label(facts["kind"]),
        "about": "file" if facts["kind"]["code"] == LookupKind.CASE else "person",
        "ground": display.label(facts["ground"]),
        "by": facts["asked_by"],
        "own": facts["own"],
        "asked": page.when(facts["asked_at"]),
        "state": display.label(facts["state"]),
        "code": facts["state"]["code"],
        "until": page.when(facts["until"]),
        "to_decide": facts["to_decide"],
        "to_read": facts["to_read"],
        "authority": authority,
    }
