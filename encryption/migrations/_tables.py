"""Migration operations that render few models.

After each operation that changes one model, Django renders again every model that a foreign key joins to it, which here
is nearly all of them: most of the time that making the tables takes. These operations change the state together and let
it be rendered once, or don't ask for it.
"""

from collections.abc import Iterable
from typing import Any, override

from django.db import router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Create several models, in an order in which each refers to earlier ones only.

    Each table is created whole, with its keys, constraints and indexes: SQLite would copy it for whatever is added later.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # It is rendered when its models are next asked for.
        state.__dict__.pop("apps", None)
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Do them, in the database that they belong to; for the other nothing is rendered."""
        if router.allow_migrate(schema_editor.connection.alias, app_label):
            for one in self.operations:
                one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Undo them, the last first."""
        if router.allow_migrate(schema_editor.connection.alias, app_label):
            for one in reversed(self.operations):
                one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what this does, for ``migrate --plan``."""
        return "; ".join(one.describe() for one in self.operations)


class RunInDatabase(RunPython):
    """Run what changes a database by statements alone: triggers, policies, grants.

    Django's own operation renders every model there is for its function, whether or not it asks for one. The functions
    keep the signature of ``RunPython``; in place of the models they get None.
    """

    models: Any = None

    @override
    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label, **self.hints):
            self.code(self.models, schema_editor)

    @override
    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if self.reverse_code is None:
            raise IrreversibleError
        if router.allow_migrate(schema_editor.connection.alias, app_label, **self.hints):
            self.reverse_code(self.models, schema_editor)
