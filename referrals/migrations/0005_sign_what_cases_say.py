"""An HMAC for each row of a case that decides who may read what of it (SEC-AZ22); a command signs existing rows."""

from django.db import migrations

from encryption.authentic import MacField
from encryption.migrations._tables import Together

TABLES = ["Referral", "Child", "Measure", "TransferRequest", "TransferReceiver", "Joining"]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_children_of_an_approval")]
    operations = [Together(migrations.AddField(table, "mac", MacField()) for table in TABLES)]
