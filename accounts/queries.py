"""Lists of accounts, memberships and requests; reading one is an entry of the journal."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts import access, actions, acts, honorability, people, reviews
from accounts.actions.entry import record_about
from accounts.actor import Actor
from accounts.errors import NotVisible
from accounts.imports.trial import Trial
from accounts.models import ImportRun, Membership
from accounts.naming import visible
from accounts.people import Person
from core.paging import Page, page_of


def request_page(query: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the requests that wait for the actor's decision, the oldest first; the look is an entry."""
    requests = access.open_account_requests(actor, at=at).select_related("user", "authority", "asked_by")
    page = page_of(requests, order=("confirmed_at", "id"), **query)
    actions.record_listing(acts.REQUESTS_LISTED, actor=actor, at=at, count=len(page.items))
    return page


def user_page(query: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the accounts of the administered authorities, by address; the look is an entry.

    Each with its ``state``, and ``held``: its roles there that haven't ended.
    """
    place = {name: query.pop(name) for name in ("cursor", "limit") if name in query}
    bound_to = json.dumps(query, default=str, sort_keys=True)
    users = access.managed_users(actor, query.pop("authority", None))
    memberships = people.lasting(access.managed_memberships(actor), at=at)
    users = people.narrowed(people.with_state(users), memberships, **query)
    page = page_of(people.with_roles(users, memberships), order=("email", "id"), bound_to=bound_to, **place)
    actions.record_listing(acts.USERS_LISTED, actor=actor, at=at, count=len(page.items))
    return page


def search_users(words: str, *, actor: Actor, at: datetime) -> tuple[list[Person], bool]:
    """Return the people whose name or address has all these words, as ``user_page``; the look is an entry.

    The first fifty by address, and whether there are more.
    """
    managed = access.managed_users(actor)
    hits = people.matching_ids(managed, words)
    shown = managed.filter(pk__in=hits[: people.SHOWN_AT_MOST]).order_by("email", "pk")
    memberships = people.lasting(access.managed_memberships(actor), at=at)
    users = list(people.with_roles(people.with_state(shown), memberships))
    actions.record_listing(acts.USERS_LISTED, actor=actor, at=at, count=len(users))
    return users, len(hits) > people.SHOWN_AT_MOST


def one_user(pk: UUID, *, actor: Actor, at: datetime) -> Person:
    """Return one of these accounts, as ``person``; the look is an entry."""
    user = person(pk, actor=actor, at=at)
    actions.record_listing(acts.USERS_LISTED, actor=actor, at=at, count=1)
    return user


def person(pk: UUID, *, actor: Actor, at: datetime) -> Person:
    """Return one of these accounts as the answer to what was done to it, which has its entry.

    With its ``state``, and at the administered authorities ``held``, all its roles, and ``asked_for``, those that wait
    for a second person.
    """
    managed = people.with_state(access.managed_users(actor))
    user: Person = visible(people.with_roles(managed, access.managed_memberships(actor)), pk)
    waiting = access.waiting_grants(actor.may("accounts.manage"), at=at).filter(user=user)
    waiting = waiting.select_related("user", "authority", "unit", "organisation")
    user.asked_for = list(waiting.order_by("asked_at", "pk"))
    return user


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


def certificate_of(pk: UUID, *, actor: Actor, at: datetime) -> Membership:
    """Return a role of which a certificate of honorability is followed; the look is an entry."""
    rows = access.certified_memberships(actor)
    row = visible(rows.select_related("user", "authority", "unit", "organisation"), pk)
    if not honorability.is_followed(row, at):
        raise NotVisible
    record_about(
        acts.CERTIFICATE_READ, row.user_id, actor=actor, at=at, tenant=row.authority_id, thing=row.pk
    )
    return row


def import_page(query: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the imports that the actor administers or may confirm, the newest first; it names nobody."""
    runs = access.visible_imports(actor, at=at).select_related("authority", "tried_by")
    return page_of(runs, order=("-tried_at", "-id"), **query)


def import_read(pk: UUID, *, actor: Actor, at: datetime) -> tuple[ImportRun, Trial | None]:
    """Return one import and, while it waits, what it would do; that look is an entry."""
    runs = access.visible_imports(actor, at=at).select_related(
        "authority", "tried_by", "decided_by", "undone_by"
    )
    run = visible(runs, pk)
    return run, actions.read_import(actor=actor, at=at, run=run)
