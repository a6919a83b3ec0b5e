"""Say of a shred whether a case or one file of it went: the backups that could bring the two back live differently long."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0011_what_was_shredded")]
    operations = [
        migrations.AddField(
            model_name="shred",
            name="kind",
            field=models.CharField(db_default="case", default="case", max_length=4),
        ),
    ]
