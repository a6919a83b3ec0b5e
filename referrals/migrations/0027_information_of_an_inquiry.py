"""Holders are told of an inquiry of another département, as of the other occasions (T16)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0023_emergency_searches"),
    ]

    operations = [
        migrations.AlterField(
            model_name="holderinformation",
            name="occasion",
            field=models.CharField(
                choices=[
                    ("transmission", "Transmission"),
                    ("assessment", "Évaluation"),
                    ("judicial_referral", "Saisine de l'autorité judiciaire"),
                    ("decision", "Décision"),
                    ("inquiry", "Demande à un autre département"),
                ],
                max_length=20,
            ),
        ),
    ]
