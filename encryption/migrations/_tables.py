"""Migration operations that render few models.

After each operation that changes one model, Django renders again every model that a foreign key joins to it, which here
is nearly all of them: most of the time that making the tables takes. These operations change the state together and let
it be rendered once, or don't ask for it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, override

from django.db import router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, RunPython
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class Together(Operation):
    """Do several changes of tables between two states: each of a table of its own, or all of them additions of indexes."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change a state that isn't rendered; it will be when its models are next asked for."""
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


class CreateModels(Together):
    """Create several models, in an order in which each refers to earlier ones only.

    Each table is created whole, with its keys, constraints and indexes: SQLite would copy it for whatever is added later.
    """


def whole(operations: Sequence[Operation]) -> list[CreateModel]:
    """Return the models that operations create, with the fields, constraints and indexes that later ones add to them.

    Raises:
        KeyError: one changes a model that isn't among them.
        TypeError: one does something else.
    """
    models = {one.name_lower: one for one in operations if isinstance(one, CreateModel)}
    for one in operations:
        match one:
            case CreateModel():
                continue
            case AddField():
                models[one.model_name_lower].fields.append((one.name, one.field))
            case AddIndex():
                models[one.model_name_lower].options.setdefault("indexes", []).append(one.index)
            case AddConstraint():
                models[one.model_name_lower].options.setdefault("constraints", []).append(one.constraint)
            case _:
                raise TypeError(f"{one.describe()} can't be part of creating a table.")
    return list(models.values())


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
