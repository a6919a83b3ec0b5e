"""An HMAC for each row that ties a person to a case, or bars them from it (SEC-AZ22); a command signs existing rows."""

from django.db import migrations

from encryption.authentic import MacField
from encryption.migrations._tables import Together

TABLES = ["Approval", "Assignment", "DeclaredTie", "Exclusion", "Grant", "StandIn"]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_named_children")]
    operations = [Together(migrations.AddField(table, "mac", MacField()) for table in TABLES)]
