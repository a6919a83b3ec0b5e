"""How often signing in failed of late, by keyed values alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_sessions")]
    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("mark", models.BinaryField(max_length=32)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failed_at", models.DateTimeField(null=True)),
                ("known_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("mark",), name="attempt_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("failed_at__isnull", False), ("known_at__isnull", False), _connector="OR"
                        ),
                        name="attempt_says_something",
                    ),
                ],
            },
        ),
    ]
