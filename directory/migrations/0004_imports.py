"""How a file of the directory counts, and the digest of what it would do: it is done as it was tried."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three columns of the imports."""

    dependencies = [("directory", "0002_verifications_stay")]

    operations = [
        migrations.AddField("directoryimport", "left_out", models.PositiveIntegerField(default=0)),
        migrations.AddField("directoryimport", "options", models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            "directoryimport", "plan", models.CharField(blank=True, default="", max_length=64)
        ),
    ]
