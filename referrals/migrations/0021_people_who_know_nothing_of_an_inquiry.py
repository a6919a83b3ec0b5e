"""Who is tied to a child, or excluded from its file, knows nothing of an inquiry about it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0020_lengths_of_index_values")]

    operations = [
        migrations.AddField(
            model_name="inquiry", name="barred", field=models.JSONField(blank=True, default=list)
        ),
    ]
