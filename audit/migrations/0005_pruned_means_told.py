"""Lists of pruned entries hold writers, counters and ages; the database checks the age in the bytes (SEC-AL24)."""

from django.db import migrations, models

from audit.migrations import _pruning
from encryption.migrations._tables import RunInDatabase


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_keyed_pseudonyms")]
    operations = [
        # Null, so that SQLite adds a column and doesn't copy the table without its triggers.
        migrations.AddField("PrunedRun", "youngest", models.DateTimeField(null=True)),
        migrations.AddField("PrunedRun", "writers", models.TextField(null=True)),
        RunInDatabase(_pruning.stand, _pruning.fall),
    ]
