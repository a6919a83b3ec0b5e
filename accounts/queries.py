"""Lists of accounts, memberships and requests; reading one is an entry of the journal."""

import json
from datetime import datetime
from typing import Any

from accounts import access, actions, acts, reviews
from accounts.actor import Actor
from core.paging import Page, page_of


def request_page(query: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the requests that wait for the actor's decision, the oldest first; the look is an entry."""
    requests = access.open_account_requests(actor, at=at).select_related("user", "authority", "asked_by")
    page = page_of(requests, order=("confirmed_at", "id"), **query)
    actions.record_listing(acts.REQUESTS_LISTED, actor=actor, at=at, count=len(page.items))
    return page


def user_page(query: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the accounts of the administered authorities, by address; the look is an entry."""
    authority = query.pop("authority", None)
    users = access.managed_users(actor, authority)
    page = page_of(users, order=("email", "id"), bound_to=str(authority), **query)
    actions.record_listing(acts.USERS_LISTED, actor=actor, at=at, count=len(page.items))
    return page


def membership_page(query: dict[str, Any], *, actor: Actor, at: datetime, names: bool = False) -> Page:
    """Return a page of the memberships of the administered authorities, newest first; the look is an entry.

    ``review``: of those that the actor is to review, the longest unreviewed first. ``names``: with the names of people
    and places, for a page that tells them.
    """
    place = {name: query.pop(name) for name in ("cursor", "limit") if name in query}
    bound_to = json.dumps(query, default=str, sort_keys=True)
    permission, order = "accounts.manage", ("-valid_from", "-id")
    if query.pop("review", None):
        memberships = reviews.waiting(access.reviewable_memberships(actor), at=at)
        permission, order = "memberships.review", ("reviewed_at", "id")
    else:
        memberships = access.managed_memberships(actor)
    if names:
        memberships = memberships.select_related("user", "authority", "unit", "organisation")
    if query.pop("in_force", False):
        memberships = memberships.in_force(at)
    page = page_of(memberships.filter(**query), order=order, bound_to=bound_to, **place)
    actions.record_listing(
        acts.MEMBERSHIPS_LISTED, actor=actor, at=at, count=len(page.items), permission=permission
    )
    return page
