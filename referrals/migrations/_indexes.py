"""Indexes that are made while the service goes on."""

from typing import Any, override

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class AddIndexMeanwhile(AddIndexConcurrently):
    """Adds an index; on PostgreSQL writers of its table don't wait. The migration must say ``atomic = False``."""

    @override
    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._plain_or_not(schema_editor).database_forwards(
            self, app_label, schema_editor, from_state, to_state
        )

    @override
    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._plain_or_not(schema_editor).database_backwards(
            self, app_label, schema_editor, from_state, to_state
        )

    @staticmethod
    def _plain_or_not(schema_editor: Any) -> type[migrations.AddIndex]:
        on_postgresql = schema_editor.connection.vendor == "postgresql"
        return AddIndexConcurrently if on_postgresql else migrations.AddIndex
