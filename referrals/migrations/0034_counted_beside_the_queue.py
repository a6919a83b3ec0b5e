"""The indexes by which the numbers beside the queue are found (``referrals/reading/counts.py``)."""

from django.db import migrations, models

from referrals.migrations._indexes import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False  # an index can't be made beside writers within a transaction

    dependencies = [("referrals", "0033_orientations")]

    operations = [
        AddIndexMeanwhile(
            "referral", models.Index(fields=["authority", "urgency", "state"], name="referral_urgency")
        ),
        AddIndexMeanwhile(
            "referral",
            models.Index(fields=["authority"], name="referral_called", condition=models.Q(alert_open=True)),
        ),
    ]
