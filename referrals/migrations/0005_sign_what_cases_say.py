"""An HMAC for each row of a case that says to whom what of it is open (SEC-AZ22); what is there is signed by a command."""

from django.db import migrations

from encryption.authentic import MacField

TABLES = ["Referral", "Child", "Measure", "TransferRequest", "TransferReceiver", "Joining"]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_children_of_an_approval")]
    operations = [migrations.AddField(table, "mac", MacField()) for table in TABLES]
