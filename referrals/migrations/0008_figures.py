"""Counts of what was destroyed are kept by département, and the cases that an authority received in a year are indexed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0007_attachments")]
    operations = [
        migrations.RemoveConstraint(model_name="eliminatedcount", name="eliminated_count_once"),
        migrations.AddField(
            model_name="eliminatedcount",
            name="department",
            field=models.CharField(blank=True, db_default="", default="", max_length=3),
        ),
        migrations.AddConstraint(
            model_name="eliminatedcount",
            constraint=models.UniqueConstraint(
                fields=("authority", "year", "department", "what", "code"), name="eliminated_count_once"
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["authority", "received_at"], name="referral_received"),
        ),
    ]
