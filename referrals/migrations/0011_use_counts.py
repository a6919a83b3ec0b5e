"""What one person opened, was shown and filed within the hour, for its caps."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0010_scan_tried")]
    operations = [
        migrations.CreateModel(
            name="UseCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("person", models.BinaryField(max_length=32)),
                ("cap", models.CharField(max_length=10)),
                ("used", models.BinaryField(default=b"")),
                ("until", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["until"], name="use_count_over")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "cap"), name="use_count_once"),
                ],
            },
        ),
    ]
