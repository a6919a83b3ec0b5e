"""Holders are told of an inquiry of another département (T16); what each document is for is said apart (IQ4)."""

from django.db import migrations, models

import encryption.fields


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0025_said_of_each_child"),
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
        # The column stays as it is: a sealed value says itself whether it is text or JSON.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="inquiry",
                    name="request",
                    field=encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        kind="json",
                        label="inquiry.request",
                        max_length=20_000,
                        null=True,
                    ),
                ),
            ],
        ),
    ]
