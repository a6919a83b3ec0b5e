"""A proposal names the children whom it concerns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Proposals from before name nobody; they lapse within days."""

    dependencies = [("referrals", "0003_sign_rows_that_give_rights")]
    operations = [
        migrations.AddField(
            "approval",
            "children",
            models.JSONField(blank=True, default=list, db_default=models.Value([], models.JSONField())),
        )
    ]
