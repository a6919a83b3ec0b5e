"""An HMAC for each row that lets a person in or shows more (SEC-AZ22); a command signs existing rows."""

from django.db import migrations, models
from django.db.models.functions import Now
from django.utils import timezone

from encryption.authentic import MacField
from encryption.migrations._tables import Together

TABLES = [
    "AccountRequest",
    "Factor",
    "FactorReset",
    "GrantRequest",
    "Identity",
    "MailedLink",
    "Membership",
    "Session",
    "Token",
    "User",
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_hidden_instants")]
    operations = [
        Together(migrations.AddField(table, "mac", MacField()) for table in TABLES),
        # Whoever signs a row knows what it says: the instant comes from the service where it is one of now.
        migrations.AlterField(
            "Membership", "reviewed_at", models.DateTimeField(default=timezone.now, db_default=Now())
        ),
    ]
