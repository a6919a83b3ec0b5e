"""A counter and an HMAC over its sealed cells for each row of a case (SEC-CR21); a command signs existing rows."""

from typing import override

from django.db import migrations
from django.db.migrations.operations.base import Operation

from encryption.cells import CellsField

TABLES = [
    "Approval",
    "Assessment",
    "Assignment",
    "Attachment",
    "BreakGlass",
    "Child",
    "ClosureReview",
    "Complement",
    "Concern",
    "Conclusion",
    "Decision",
    "DeclaredTie",
    "DigitalTrace",
    "DuplicateCandidate",
    "EmergencySheet",
    "Exclusion",
    "Fact",
    "FeedbackTask",
    "FilerMessage",
    "Grant",
    "HealthSign",
    "Holder",
    "HolderInformation",
    "InformationRequest",
    "JudicialOutcome",
    "JudicialReferral",
    "Measure",
    "Rectification",
    "SheetReader",
    "Sighting",
    "Sign",
    "StepRecord",
    "TeamMessage",
    "ThirdParty",
    "TransferDocument",
    "TransferReceiver",
    "TransferRequest",
    "Visit",
]


class AddCells(Operation):
    """Add the column to all tables in one step: models that are made anew for each of them take seconds."""

    @override
    def state_forwards(self, app_label, state):
        """Add the fields to the state, whose models are made once, when they are asked for."""
        state.__dict__.pop("apps", None)
        for table in TABLES:
            state.add_field(app_label, table.lower(), "cells", CellsField(), preserve_default=True)

    @override
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        """Add the columns."""
        for before, after in self._models(app_label, schema_editor, from_state, to_state):
            schema_editor.add_field(before, after._meta.get_field("cells"))

    @override
    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Drop the columns."""
        for before, _ in self._models(app_label, schema_editor, from_state, to_state):
            schema_editor.remove_field(before, before._meta.get_field("cells"))

    def _models(self, app_label, schema_editor, from_state, to_state):
        for table in TABLES:
            before, after = (state.apps.get_model(app_label, table) for state in (from_state, to_state))
            if self.allow_migrate_model(schema_editor.connection.alias, after):
                yield before, after

    @override
    def describe(self):
        """Say what it does."""
        return "Add cells to every table with sealed cells"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_sign_what_cases_say")]
    operations = [AddCells()]
