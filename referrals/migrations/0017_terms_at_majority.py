"""Terms cut at majority, and agreements of persons of age (CC 375, CASF R221-2)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0016_awaited_start_of_measures"),
    ]

    operations = [
        migrations.AddField(
            model_name="measure",
            name="own_agreement",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="measure",
            name="until_majority",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
