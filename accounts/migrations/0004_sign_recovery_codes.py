"""An HMAC for each recovery code, so that one that was used and is put back is named (SEC-AZ22)."""

from django.db import migrations

from encryption.authentic import MacField


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_sign_rows_that_give_rights")]
    operations = [migrations.AddField("RecoveryCode", "mac", MacField())]
