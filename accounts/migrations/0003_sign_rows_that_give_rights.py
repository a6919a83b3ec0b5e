"""An HMAC for each row by which somebody gets in or sees more (SEC-AZ22); what is there is signed by a command."""

from django.db import migrations, models
from django.db.models.functions import Now
from django.utils import timezone

from encryption.authentic import MacField

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
        *(migrations.AddField(table, "mac", MacField()) for table in TABLES),
        # Whoever signs a row knows what it says: the instant comes from the service where it is one of now.
        migrations.AlterField(
            "Membership", "reviewed_at", models.DateTimeField(default=timezone.now, db_default=Now())
        ),
    ]
