"""When each database was last copied and archived, and when a restore was last rehearsed.

Whole copies and rehearsals stand in the journal (``backup:kept``, ``restore:held``). Of its archive the PostgreSQL
server itself tells (``pg_stat_archiver``); SQLite has none. ``database`` is ``cases`` or ``keys``.
"""

from datetime import UTC, datetime
from typing import Final

from django.db import connections, transaction

from audit import columns, reading
from audit.models import ReadEntry
from config.acts import BACKUP_SEEN, KEYS_COMPACTED, RESTORE_ENDED
from config.backups import ALIASES, KEYS
from referrals.access.row_level_security import for_the_service

#: How an entry spells the instant of a copy.
STAMP: Final = "%Y%m%dT%H%M%SZ"


def last_backup(database: str) -> datetime | None:
    """Return when the last whole copy of a database was finished, or None if the journal knows of none."""
    return _instant(_last(BACKUP_SEEN, database))


def oldest_backup(database: str) -> datetime | None:
    """Return when the oldest copy was begun that was there at the last look, or None if the journal knows of none."""
    return _instant(_last(BACKUP_SEEN, database, "from"))


def last_compaction() -> datetime | None:
    """Return when the table of keys was last rewritten, so that a copy of it has no rest of a destroyed key."""
    return _instant(_last(KEYS_COMPACTED, KEYS))


def last_rehearsal() -> datetime | None:
    """Return when a restore was last rehearsed with success."""
    return _instant(_last(RESTORE_ENDED, "held"))


def last_archived(database: str) -> datetime | None:
    """Return when the server last archived a piece of its write-ahead log, since its statistics began."""
    return _archiver(database)[0]


def archive_failed(database: str) -> bool:
    """Tell whether the last attempt to archive failed."""
    done, failed = _archiver(database)
    return failed is not None and (done is None or failed > done)


def _archiver(database: str) -> tuple[datetime | None, datetime | None]:
    connection = connections[ALIASES[database]]
    if connection.vendor != "postgresql":
        return None, None
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_archived_time, last_failed_time FROM pg_stat_archiver")
        done, failed = cursor.fetchone()
    return done, failed


def _instant(stamp: str | None) -> datetime | None:
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC) if stamp else None


def _last(act: str, rule: str, name: str = "to") -> str | None:
    """Return what the newest entry of an act says, of those whose rule is ``rule``."""
    with transaction.atomic(), for_the_service(), reading.as_auditor():
        # Tens of entries a month of all kinds: the newest hundred hold both databases.
        bodies = ReadEntry.objects.filter(act=act).order_by("-at").values_list("body", flat=True)[:100]
        entries = [entry for body in bodies if (entry := columns.entry_in(bytes(body)))]
    return next((entry[name] for entry in entries if (entry["act"], entry["rule"]) == (act, rule)), None)
