"""Tells the journal, right before a commit, what no entry of the transaction has said yet of rows of rights (SEC-AZ22).

Django has hooks behind a commit, and none before it; so the connection's own ``commit`` is asked first.
"""

from functools import partial
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper

from audit import journal


def watch(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Let a connection tell before it commits (receiver of ``connection_created``)."""
    if connection.alias == DEFAULT_DB_ALIAS:
        cast("Any", connection).commit = partial(_commit, connection)  # of this object alone


def _commit(connection: BaseDatabaseWrapper) -> None:
    """Commit, or roll back where the journal doesn't take what is to be told: no entry, no act."""
    try:
        # The outermost block has just been left, and its transaction is still open.
        connection.in_atomic_block = True
        journal.tell_rows()
    except BaseException:
        connection.in_atomic_block = False
        connection.rollback()
        raise
    finally:
        connection.in_atomic_block = False
    type(connection).commit(connection)
