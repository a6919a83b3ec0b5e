"""Reset of a training instance: it is emptied of the day and peopled anew, in seconds.

Of the day only the journal stays: its entries, whose pseudonyms lead nowhere any more, and its signed tree, in which
each earlier attestation has its place. The case keys of the day go too, so that a copy of the file from before opens
nothing. Training knows SQLite alone (``refusals``): the triggers of append-only tables are taken off and put back in
the same transaction, those of the journal never, and whoever reads meanwhile sees the day before or the morning after.
"""

import os
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.utils import CursorWrapper

from audit import checkpoints, erasures, journal, pseudonyms, sequencer
from audit.events import Purpose
from config import acts, env, state_mark
from config.demo.cast import CODES, Cast, gather, give_applications, put_on_duty
from config.training import refusals
from encryption import cache
from encryption.authentic import tables as tables_told
from encryption.models import SERVICE_KINDS, Shredded, WrappedKey
from encryption.row_writes import Audited
from outbox import maintenance_gate, training
from outbox.models import Work
from referrals.access_review import tasks as access_review_tasks
from referrals.composition.row_signatures import rows_of

NAME: Final = "training:reset"
HOUR: Final = 3
ZONE: Final = ZoneInfo("Europe/Paris")


#: For how long everybody has been in place.
IN_PLACE_FOR: Final = timedelta(days=150)


#: What stays: the journal and its tree, the marks of the database, and what migrations put there.
RETAINED: Final = frozenset(
    {
        "audit_checkpoint",
        "audit_cosignature",
        "audit_entry",
        "audit_entrysubject",
        "audit_journalmark",
        "audit_leaf",
        "audit_logorigin",
        "audit_prunedrun",
        "audit_prunemark",
        "audit_refused",
        "audit_tile",
        "auth_permission",
        "django_content_type",
        "django_migrations",
        "referrals_measuretype",
        "sqlite_sequence",
    }
)


def next_night(after: datetime) -> datetime:
    """Return the next three o'clock after an instant."""
    here = after.astimezone(ZONE)
    night = here.replace(hour=HOUR, minute=0, second=0, microsecond=0, fold=0)
    return night if night > here else (night + timedelta(days=1)).replace(fold=0)


def plan(*, after: datetime) -> None:
    """Let the next reset be due in the night after ``after``: a claim that runs now has ended by that."""
    before = Work.objects.filter(pk=NAME).values_list("fence", flat=True).first() or 0
    planned = {"next_at": next_night(after), "ran_at": after, "fence": before + 2, "leased_until": None}
    Work.objects.update_or_create(pk=NAME, defaults=planned)


def people(*, at: datetime) -> Cast:
    """Put authorities and people in place, within the caller's transaction; who is there stays. Return them."""
    with open(os.devnull, "w") as nowhere:
        call_command("load_territories", only=",".join(CODES), stdout=nowhere)
    cast = gather(since=at - IN_PLACE_FOR, now=at)
    give_applications(cast, at=at)
    put_on_duty(cast, at=at)
    return cast


def reset(*, at: datetime) -> int:
    """Empty the training instance and people it anew; return how many rows of the day went.

    Raises:
        ImproperlyConfigured: this is no training instance, or the state folder isn't one's; nothing is emptied.
        LogContradicted, WitnessFileFaulty: the journal isn't what was signed; nothing is emptied.
    """
    if not settings.TRAINING:
        raise ImproperlyConfigured("Only a training instance (REPERE_MODE=training) is reset.")
    state_mark.require_own(env.state_dir())
    place_entries()
    old_keys = WrappedKey.objects.exclude(kind__in=SERVICE_KINDS)
    ids = list(old_keys.values_list("pk", flat=True))
    with transaction.atomic():
        _tell_gone()
        gone = _emptied()
        _forget()
        journal.record(acts.TRAINING_RESET, actor=None, at=at, purpose=Purpose.MAINTENANCE, count=gone)
        people(at=at)
        plan(after=at)
    # Behind the commit: a reset that breaks off leaves keys that open nothing, never rows that nothing opens.
    Shredded.objects.all().delete()
    for begin in range(0, len(ids), 500):
        old_keys.filter(pk__in=ids[begin : begin + 500]).delete()
    _empty_files()
    _forget()
    place_entries()
    access_review_tasks.pass_over(at)
    return gone


def place_entries() -> None:
    """Give each entry its place and sign the tree: its key lies with this instance, as all that it has."""
    sequencer.Sequencer(checkpoints.signer()).once()


def _tell_gone() -> None:
    """Tell the journal, which stays, that the rows go of which it was told: else it would miss them tomorrow."""
    for model in tables_told():
        field = model.mac_field()
        if field.audited in (Audited.WHOLE, Audited.ENDS):
            for row in rows_of(model).iterator(1_000):
                field.note(row.pk, row._read, None, DEFAULT_DB_ALIAS)


def _emptied() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA defer_foreign_keys = ON")  # until the commit: rows go table by table
        triggers = _taken_off(cursor)
        gone = 0
        for table in tables(cursor):
            if table not in RETAINED:
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a name of our own schema
                gone += max(cursor.rowcount, 0)
        for statement in triggers:
            cursor.execute(statement)
    return gone


def tables(cursor: CursorWrapper) -> list[str]:
    """Return the names of all tables, in order."""
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in cursor.fetchall()]


def _taken_off(cursor: CursorWrapper) -> Sequence[str]:
    """Take all triggers off but the journal's, which nobody may; return the statements that put them back."""
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name NOT GLOB 'audit_*' ORDER BY name"
    )
    triggers = cursor.fetchall()
    for name, _sql in triggers:
        cursor.execute(f'DROP TRIGGER "{name}"')
    return [sql for _name, sql in triggers]


def _empty_files() -> None:
    """Empty the folders of attachments and mails, and the list of what was shredded.

    Raises:
        ImproperlyConfigured: the state folder isn't, or isn't any more, one that a training instance began.
    """
    # Asked here again: what is deleted now, no transaction gives back.
    state_mark.require_own(env.state_dir())
    for emptied in filter(None, (Path(settings.OBJECT_FOLDER), training.mail_folder())):
        if refusals.is_own(emptied):
            shutil.rmtree(emptied, ignore_errors=True)
    ledger = Path(settings.SHRED_FILE)
    if ledger.exists() and refusals.is_own(ledger):
        ledger.unlink()


def _forget() -> None:
    """Drop what this process remembers of the rows that went."""
    cache.forget_all()
    pseudonyms.forget()
    erasures.forget()
    maintenance_gate.forget()
