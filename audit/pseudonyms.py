"""Pseudonyms of accounts and cases in the journal.

An account has three kinds of pseudonym, which the index key alone links (SEC-AL20): as actor, random, in a table of
keyed ids; as an account acted upon, a keyed hash; as filer, a keyed hash for each case. So a copy of the journal shows
which staff pseudonym did what, but neither whose account that is nor who filed what. A case has one, random, whose row
goes when the case is shredded: from then on nothing leads from the journal to the child (SEC-AL16).

Rows of both tables have a MAC of what they link. It is checked before a pseudonym is resolved, and before one is
written into an entry; where it comes with a case's own row (``subject_of``), so does its MAC, without a second look-up
for each row of a list (SEC-AL23).
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery, TextField, UUIDField
from django.db.models.functions import Cast, Concat

from audit import alarms
from audit.errors import PseudonymRefused, UnknownSubject
from audit.models import ActorPseudonym, SubjectPseudonym
from core.clock import instant
from core.compiled_queries import AmongGiven, CompiledQuery, Given
from encryption import digest, index
from encryption.audited_rows import Hex
from outbox.scheduler import recurring

_SUBJECTS: Final = SubjectPseudonym._meta.db_table
# Accounts are few and their pseudonyms never change, so each process remembers those that are committed. Emptied as a
# whole when full: to keep the order of use would cost a lock at each reading.
_MAX_REMEMBERED = 20_000
_actors: dict[UUID, UUID] = {}

type Mapping = ActorPseudonym | SubjectPseudonym


def _remember(user_id: UUID, pseudonym: UUID) -> None:
    if len(_actors) >= _MAX_REMEMBERED:
        _actors.clear()
    _actors[user_id] = pseudonym


def forget() -> None:
    """Drop what this process remembers: the tables were emptied or restored."""
    _actors.clear()


def keyed_id(purpose: str, *values: UUID) -> UUID:
    """Return a keyed value of ids in the form of an id: 122 bits that nobody computes without the index key."""
    keyed = index.keyed(purpose, b"".join(value.bytes for value in values))
    # The journal's format takes UUIDs alone (0004).
    return UUID(bytes=keyed[:16], version=4)


# --- Accounts ----------------------------------------------------------------------------------------


def actor(user_id: UUID) -> UUID:
    """Return the pseudonym of an account as who acts, made at its first entry.

    Raises:
        PseudonymRefused: its row isn't as the service wrote it.
    """
    if cached := _actors.get(user_id):
        return cached
    # By a keyed id: the table names no account, so a copy of it links nobody to their entries.
    account = keyed_id(_ACTOR, user_id)
    row = _OF_ACTOR.first(account=account)
    if row is None:
        # Two first entries at once: the second waits here for the first, then reads what that one wrote.
        new_row = signed(ActorPseudonym(account=account, pseudonym=uuid4()))
        ActorPseudonym.objects.bulk_create([new_row], ignore_conflicts=True)
        row = ActorPseudonym.objects.get(pk=account)
    pseudonym = _verified(row).pseudonym
    # Only after the commit: a pseudonym that is rolled back must not live on in memory.
    transaction.on_commit(partial(_remember, user_id, pseudonym), robust=True)
    return pseudonym


_OF_ACTOR: Final = CompiledQuery(lambda: ActorPseudonym.objects.filter(pk=Given("account", UUIDField()))[:1])


def acted_on(*users: UUID, by: UUID | None) -> list[UUID]:
    """Return the pseudonyms of accounts that are acted upon; who acts upon the own account isn't named twice.

    Both pseudonyms in one entry would link them, and so lead from a row of the account to all that its owner did.
    """
    # Another purpose than who acts: the two pseudonyms of one account must not be equal (SEC-AL20).
    return [keyed_id("journal.account", user) for user in users if user != by]


def filer(user_id: UUID, case: UUID) -> UUID:
    # The case is an input: two filings of one person have nothing in common in a copy of the journal.
    return keyed_id("journal.filer", user_id, case)


def account(pseudonym: UUID, *, among: Iterable[UUID], cases: Collection[UUID] = ()) -> UUID | None:
    """Return the account behind a pseudonym of who acts or files; who may learn it is the caller's business.

    No table holds the way back: it is computed anew over all accounts, ``among``. Of who files it leads through the
    pseudonyms of ``cases``, those that the entry names.

    Raises:
        PseudonymRefused: the row of the pseudonym isn't as the service wrote it.
    """
    row = ActorPseudonym.objects.filter(pseudonym=pseudonym).first()
    if row is not None:
        keyed = _verified(row).account
        return next((user for user in among if keyed_id(_ACTOR, user) == keyed), None)
    # Some milliseconds for a thousand accounts: no table holds the way back, so nobody can steal it (0040).
    return next((user for user in among if any(filer(user, case) == pseudonym for case in cases)), None)


# --- Cases -------------------------------------------------------------------------------------------


def cases(pseudonyms: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the referrals behind pseudonyms, those that are shredded left out; likewise.

    Raises:
        PseudonymRefused: the row of one of them isn't as the service wrote it.
    """
    rows = SubjectPseudonym.objects.filter(pseudonym__in=pseudonyms)
    return {row.pseudonym: _verified(row).referral_id for row in rows}


def new_subject(referral_id: UUID, *, at: datetime) -> UUID:
    """Give a referral its random pseudonym, in the transaction that files it."""
    row = subject_row(referral_id, at=at)
    row.save(force_insert=True)
    return row.pseudonym


def subject_row(referral_id: UUID, *, at: datetime) -> SubjectPseudonym:
    """Return the row that gives a referral its random pseudonym, to be inserted in the transaction that files it."""
    return signed(SubjectPseudonym(referral_id=referral_id, pseudonym=uuid4(), created_at=at))


def subject(referral_id: UUID) -> UUID:
    """Return a referral's pseudonym.

    Raises:
        UnknownSubject: it has none: never filed, or shredded.
        PseudonymRefused: its row isn't as the service wrote it.
    """
    return subjects([referral_id])[referral_id]


def subject_of(row: str) -> Subquery:
    """Return what ``verified_subject`` takes, of the referral whose id is the column ``row``, as a sub-query."""
    rows = SubjectPseudonym.objects.filter(pk=OuterRef(row))
    # One text: a query has one column for a sub-query, and a second one would look the row up twice.
    stored = Concat(Cast("pseudonym", TextField()), Hex("mac"), output_field=TextField())
    return Subquery(rows.values(told=stored))


def verified_subject(referral_id: UUID, text: str) -> UUID | None:
    """Return the pseudonym of a referral by what ``subject_of`` gave.

    None where its row isn't as the service wrote it, which is an alarm, by its table and pseudonym.
    """
    # An id has hyphens in one database and none in the other. Of a row without a MAC nothing follows it.
    stored = bytes.fromhex(text.replace("-", ""))
    pseudonym = UUID(bytes=stored[:16])
    if digest.equal(stored[16:], mac(_SUBJECTS, referral_id, pseudonym)):
        return pseudonym
    # Later: it is read amid a query.
    alarms.raise_later(f"pseudonym:{_SUBJECTS}:{pseudonym}")
    return None


def subjects(referral_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the pseudonym of each referral, by one query.

    Raises:
        UnknownSubject: one of them has none; a list that hides a line from the journal isn't shown.
        PseudonymRefused: the row of one of them isn't as the service wrote it.
    """
    wanted = set(referral_ids)
    rows = _SUBJECTS_OF.rows(referrals=wanted) if wanted else []
    pseudonyms = {row.referral_id: _verified(row).pseudonym for row in rows}
    if pseudonyms.keys() != wanted:
        raise UnknownSubject
    return pseudonyms


_SUBJECTS_OF: Final = CompiledQuery(lambda: SubjectPseudonym.objects.filter(AmongGiven("pk", "referrals")))


def forget_subject(referral_id: UUID) -> None:
    """Delete the row that leads from a referral to its pseudonym: it was shredded (SEC-AL16).

    The entries stay and the journal verifies as before; nobody can tell any more whom they are about. On PostgreSQL the
    service may delete no row of the table: the owner's function deletes this one
    (``audit/migrations/_roles.py``).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # One function for one row: with a right to delete, a web process could cut any case loose from its entries.
            cursor.execute("SELECT audit_forget_subject(%s)", [referral_id])
    else:
        SubjectPseudonym.objects.filter(pk=referral_id).delete()


# --- Whether a row is the service's own --------------------------------------------------------------


_ACTOR: Final = "journal.actor"


def signed[Row: Mapping](row: Row) -> Row:
    row.mac = mac(row._meta.db_table, row.pk, row.pseudonym)
    return row


def mac(table: str, key: UUID, pseudonym: UUID) -> bytes:
    """Return the MAC of a row: over its table, the keyed account or the case, and the pseudonym."""
    # The table is an input: a row of one can't be put into the other.
    return index.keyed("journal.mapping", table.encode() + b"\n" + key.bytes + pseudonym.bytes)


def _holds(row: Mapping) -> bool:
    """Tell whether a row is as the service wrote it; one that isn't is an alarm, by its table and pseudonym."""
    table = row._meta.db_table
    if row.mac is not None and digest.equal(bytes(row.mac), mac(table, row.pk, row.pseudonym)):
        return True
    # The request is refused, and its rollback would take the alarm along: it is raised once more afterwards (SEC-AL23).
    alarms.raise_whatever_comes([f"pseudonym:{table}:{row.pseudonym}"], at=instant())
    return False


def _verified[Row: Mapping](row: Row) -> Row:
    if not _holds(row):
        raise PseudonymRefused
    return row


@recurring("pseudonyms:checked", every=timedelta(days=1))
def check(at: datetime) -> int:  # noqa: ARG001 - recurring work is told the instant
    """Ask the MAC of every row; return how many were refused, each an alarm by its table and pseudonym."""
    rows = (
        row
        for model in (ActorPseudonym, SubjectPseudonym)
        for row in model.objects.iterator(chunk_size=2_000)
    )
    return sum(not _holds(row) for row in rows)
