"""Confirmation message after an act: signed, for one account and some minutes, so that no link can forge it.

"Done: close the case" on a page that nobody acted on would mislead whoever followed the link; so the address has the
step as a token that only this service makes. A token that is old, altered or another person's shows nothing.
"""

from typing import Any, Final

from django.core import signing
from django.utils.http import urlencode

from accounts.actor import Actor
from core.inputs import Text
from core.query import Query
from web.cases import display
from web.page import Page

SECONDS: Final = 300
EDITED: Final = "assessment-edit"


class ConfirmationQuery(Query):
    """``done``: the token of what was just done."""

    done = Text(required=False, allow_blank=True)


def query_of(actor: Actor, step: str, *, awaits: bool = False) -> str:
    """Return the query that tells a page of a step, and whether it awaits a second signature; blank for no step."""
    if not step:
        return ""
    return "?" + urlencode({"done": signing.dumps([step, awaits], salt=_salt(actor), compress=False)})


def confirmed_step(page: Page) -> tuple[str, bool]:
    """Return the step that led to a page, and whether it awaits a second signature; blank where none did."""
    try:
        step, awaits = signing.loads(page.asked.get("done", ""), salt=_salt(page.actor), max_age=SECONDS)
    except signing.BadSignature:
        return "", False
    return str(step), bool(awaits)


def in_words(page: Page) -> dict[str, Any]:
    """Return what a page shows of it: ``done``, the words of the step, and ``awaits``."""
    step, awaits = confirmed_step(page)
    return {"done": display.step_words(*step.split("-", 1)) if step else "", "awaits": awaits}


def _salt(actor: Actor) -> str:
    return f"web.cases.confirmation:{actor.user_id}"
