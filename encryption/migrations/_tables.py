"""Creates all tables of an app in one migration operation.

After each operation that adds one model, Django renders again every model that a foreign key joins to it, which here is
nearly all of them. So the state takes the models of an app together and is rendered once. Each table is created whole,
with its keys, constraints and indexes: SQLite would copy it for whatever is added later.
"""

from collections.abc import Sequence

from django.db import router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Create several models, in an order in which each refers to earlier ones only."""

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the models to a state that isn't rendered; it will be when its models are next asked for."""
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the tables, in the database that they belong to; for the other nothing is rendered."""
        if router.allow_migrate(schema_editor.connection.alias, app_label):
            for model in self.models:
                model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop them, the last first."""
        if router.allow_migrate(schema_editor.connection.alias, app_label):
            for model in reversed(self.models):
                model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what this does, for ``migrate --plan``."""
        return f"Create the models {', '.join(model.name for model in self.models)}"
