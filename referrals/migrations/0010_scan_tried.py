"""When the antivirus was last asked anew about a file, so that one without a verdict stands in nobody's way."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0009_figures_kept")]
    operations = [
        migrations.AddField(
            model_name="attachment",
            name="scan_tried_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
