"""Messages and files may name the children whom they concern."""

from django.db import migrations, models

from encryption.migrations._tables import Together

NOBODY = models.Value([], models.JSONField())


class Migration(migrations.Migration):
    """The rows from before are about the whole case."""

    dependencies = [("referrals", "0001_cases")]
    operations = [
        Together(
            migrations.AddField(
                name, "children", models.JSONField(blank=True, default=list, db_default=NOBODY)
            )
            for name in ("informationrequest", "complement", "filermessage", "teammessage", "attachment")
        )
    ]
