"""Who and what the journal speaks of, under names that say nothing.

Both tables are the only link from an entry to a person. The row of a referral goes when it is shredded:
from then on nothing leads from the journal to the child (SEC-AL16).
"""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from audit.errors import UnknownSubject
from audit.models import ActorPseudonym, SubjectPseudonym

# Accounts are few and their pseudonyms never change, so each process remembers those that are committed.
_MAX_REMEMBERED = 20_000
_actors: dict[UUID, UUID] = {}


def _remember(user_id: UUID, pseudonym: UUID) -> None:
    if len(_actors) >= _MAX_REMEMBERED:
        _actors.clear()
    _actors[user_id] = pseudonym


def forget() -> None:
    """Drop what this process remembers: the tables were emptied or restored."""
    _actors.clear()


def actor(user_id: UUID, *, at: datetime) -> UUID:
    """Return an account's pseudonym, made at its first entry."""
    if known := _actors.get(user_id):
        return known
    found = ActorPseudonym.objects.filter(pk=user_id).values_list("pseudonym", flat=True).first()
    if found is None:
        # Two first entries at once: the second waits here for the first, then reads what that one wrote.
        made = ActorPseudonym(user_id=user_id, created_at=at)
        ActorPseudonym.objects.bulk_create([made], ignore_conflicts=True)
        found = ActorPseudonym.objects.values_list("pseudonym", flat=True).get(pk=user_id)
    # Only after the commit: a pseudonym that is rolled back must not live on in memory.
    transaction.on_commit(partial(_remember, user_id, found), robust=True)
    return found


def account(pseudonym: UUID) -> UUID | None:
    """Return the account behind a pseudonym, to tell it something; who may learn it is the caller's business."""
    found = ActorPseudonym.objects.filter(pseudonym=pseudonym)
    return found.values_list("user_id", flat=True).first()


def cases(pseudonyms: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the referrals behind pseudonyms, those that are shredded left out; likewise."""
    found = SubjectPseudonym.objects.filter(pseudonym__in=pseudonyms)
    return dict(found.values_list("pseudonym", "referral_id"))


def new_subject(referral_id: UUID, *, at: datetime) -> UUID:
    """Give a referral its random pseudonym, in the transaction that files it."""
    pseudonym = uuid4()
    SubjectPseudonym.objects.create(referral_id=referral_id, pseudonym=pseudonym, created_at=at)
    return pseudonym


def subject(referral_id: UUID) -> UUID:
    """Return a referral's pseudonym.

    Raises:
        UnknownSubject: it has none: never filed, or shredded.
    """
    return subjects([referral_id])[referral_id]


def subject_of(row: str) -> Subquery:
    """Return the pseudonym of the referral whose id is the column ``row``, as part of another query."""
    return Subquery(SubjectPseudonym.objects.filter(pk=OuterRef(row)).values("pseudonym"))


def subjects(referral_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the pseudonym of each referral, by one query.

    Raises:
        UnknownSubject: one of them has none; a list that hides a line from the journal isn't shown.
    """
    wanted = set(referral_ids)
    rows = SubjectPseudonym.objects.filter(pk__in=wanted).values_list("referral_id", "pseudonym")
    found = dict(rows)
    if found.keys() != wanted:
        raise UnknownSubject
    return found


def forget_subject(referral_id: UUID) -> None:
    """Delete the row that leads from a referral to its pseudonym: it was shredded (SEC-AL16).

    The entries stay and the journal verifies as before; nobody can tell any more whom they are about. On PostgreSQL the
    service may delete no row of the table: the owner's function deletes this one
    (``audit/migrations/_roles.py``).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_forget_subject(%s)", [referral_id])
    else:
        SubjectPseudonym.objects.filter(pk=referral_id).delete()
