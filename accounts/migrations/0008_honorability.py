"""When a certificate of honorability was issued and seen, and by whom; nobody has shown one before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_roles_and_professions_in_neutral_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="honorability_issued_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="honorability_seen_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="honorability_seen_on",
            field=models.DateField(blank=True, null=True),
        ),
    ]
