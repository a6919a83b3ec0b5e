"""Database mark: a row that says which database it was written in, so that a restored backup is recognised.

On PostgreSQL the mark is the object ids that the server gave to the database and to the table of the mark. They survive
restarts, replicas, a promotion and ``pg_upgrade``; restoring a dump, even into the same database, makes others. SQLite
has no such ids: there the restore command removes the mark, and a file copied by hand is recognised by what was
shredded since (docs/decisions/0021-shredding-and-restore.md).
"""

from typing import Any, Final

from django.conf import settings
from django.db import connections, models

ROW: Final = 1
#: What the mark of a training instance ends in: real cases and invented ones never lie in one database.
TRAINING: Final = "/formation"


class Mark(models.Model):
    """The mark of a database, one row. Without it the service stays closed until erasures are replayed."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ROW)
    made_in = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.made_in


def here(alias: str, table: str) -> str:
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return f"{connection.vendor}{TRAINING if settings.TRAINING else ''}"
    with connection.cursor() as cursor:
        cursor.execute(
            # Both numbers: a dump restored into the same database makes another table, a new database another number
            # (0021).
            "SELECT (SELECT oid FROM pg_database WHERE datname = current_database()), to_regclass(%s)::oid",
            [table],
        )
        database, marked = cursor.fetchone()
    return f"postgresql/{database}/{marked}"


def is_valid(model: type[Mark], alias: str) -> bool:
    made_in = model._default_manager.using(alias).filter(pk=ROW).values_list("made_in", flat=True).first()
    # An empty mark means restored, and so closed. A missing one too: nothing may depend on an operator's memory.
    return bool(made_in) and made_in == here(alias, model._meta.db_table)


def put(model: Any, alias: str) -> None:
    """Mark this database as one that was not restored, or not any more."""
    table = model._meta.db_table
    model._default_manager.using(alias).update_or_create(pk=ROW, defaults={"made_in": here(alias, table)})


def take_away(model: type[Mark], alias: str) -> None:
    model._default_manager.using(alias).update_or_create(pk=ROW, defaults={"made_in": ""})
