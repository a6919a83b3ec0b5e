"""When somebody of the cell first compared two files that the search found alike; of those from before, nobody knows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0011_exports")]
    operations = [
        migrations.AddField("duplicatecandidate", "looked_at", models.DateTimeField(null=True, blank=True))
    ]
