"""Lists of accounts, memberships and requests; reading one is an entry of the journal."""

import json
from datetime import datetime
from typing import Any

from accounts import access, actions, acts, reviews
from accounts.actor import Actor
from core.paging import Page, page_of


def request_page(asked: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the requests that wait for the actor's decision, the oldest first; the look is an entry."""
    found = access.open_account_requests(actor, at=at).select_related("user", "authority", "asked_by")
    page = page_of(found, order=("confirmed_at", "id"), **asked)
    actions.record_listing(acts.REQUESTS_LISTED, actor=actor, at=at, count=len(page.items))
    return page


def user_page(asked: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the accounts of the administered authorities, by address; the look is an entry."""
    authority = asked.pop("authority", None)
    found = access.managed_users(actor, authority)
    page = page_of(found, order=("email", "id"), bound_to=str(authority), **asked)
    actions.record_listing(acts.USERS_LISTED, actor=actor, at=at, count=len(page.items))
    return page


def membership_page(asked: dict[str, Any], *, actor: Actor, at: datetime, names: bool = False) -> Page:
    """Return a page of the memberships of the administered authorities, newest first; the look is an entry.

    ``review``: of those that the actor is to review, the longest unreviewed first. ``names``: with the names of people
    and places, for a page that tells them.
    """
    place = {name: asked.pop(name) for name in ("cursor", "limit") if name in asked}
    bound_to = json.dumps(asked, default=str, sort_keys=True)
    permission, order = "accounts.manage", ("-valid_from", "-id")
    if asked.pop("review", None):
        found = reviews.waiting(access.reviewable_memberships(actor), at=at)
        permission, order = "memberships.review", ("reviewed_at", "id")
    else:
        found = access.managed_memberships(actor)
    if names:
        found = found.select_related("user", "authority", "unit", "organisation")
    if asked.pop("in_force", False):
        found = found.in_force(at)
    page = page_of(found.filter(**asked), order=order, bound_to=bound_to, **place)
    actions.record_listing(
        acts.MEMBERSHIPS_LISTED, actor=actor, at=at, count=len(page.items), permission=permission
    )
    return page
