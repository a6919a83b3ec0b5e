"""Kind of a database: one that a training instance made serves no real one, and the reverse.

The mark that each of the two databases bears says it (``encryption/marks.py``), and so does the name of the log. It is
asked on each new connection to SQLite, so that no command begins on the wrong one; training knows no other database
(``refusals``).
"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

from config.training.refusals import ENDING
from encryption import marks

#: The tables that say it, with the column, and what it ends in where the instance is one for training.
_MARKS = (
    ("audit_journalmark", "made_in", marks.TRAINING),
    ("encryption_storemark", "made_in", marks.TRAINING),
    ("audit_logorigin", "name", ENDING),
)


def require_own_kind(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Refuse a database of the other kind (receiver of ``connection_created``).

    Raises:
        ImproperlyConfigured: it holds a real or demonstration instance and this is training, or the reverse.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = {name for (name,) in cursor.fetchall()}
        for table, column, ending in _MARKS:
            if table not in tables:
                continue
            cursor.execute(f"SELECT {column} FROM {table} WHERE {column} <> ''")  # noqa: S608 - words of this file
            if any(value.endswith(ending) is not settings.TRAINING for (value,) in cursor.fetchall()):
                connection.close()
                raise ImproperlyConfigured(_REFUSED[settings.TRAINING])


_REFUSED = {
    True: "This database holds a real instance or a demonstration: training has a REPERE_STATE_DIR of its own.",
    False: "This database holds a training instance (REPERE_MODE=training): set another REPERE_STATE_DIR.",
}
