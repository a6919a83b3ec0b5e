"""A counter and an HMAC over its sealed cells for each row of a case (SEC-CR21); what is there is signed by a command."""

from django.db import migrations

from encryption.cells import CellsField

TABLES = [
    "Approval", "Assessment", "Assignment", "Attachment", "BreakGlass", "Child", "ClosureReview", "Complement", "Concern",
    "Conclusion", "Decision", "DeclaredTie", "DigitalTrace", "DuplicateCandidate", "EmergencySheet", "Exclusion", "Fact",
    "FeedbackTask", "FilerMessage", "Grant", "HealthSign", "Holder", "HolderInformation", "InformationRequest",
    "JudicialOutcome", "JudicialReferral", "Measure", "Rectification", "SheetReader", "Sighting", "Sign", "StepRecord",
    "TeamMessage", "ThirdParty", "TransferDocument", "TransferReceiver", "TransferRequest", "Visit",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_sign_what_cases_say")]
    operations = [migrations.AddField(table, "cells", CellsField()) for table in TABLES]
