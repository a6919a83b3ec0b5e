"""An HMAC for each emergency sheet and each authority that may read it (SEC-AZ22)."""

from django.db import migrations

from encryption.authentic import MacField
from encryption.migrations._tables import Together

TABLES = ["EmergencySheet", "SheetReader"]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0007_watch_of_cells")]
    operations = [Together(migrations.AddField(table, "mac", MacField()) for table in TABLES)]
