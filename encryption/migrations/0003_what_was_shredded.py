"""Note in the key store what was shredded, and in which database it was made (SEC-CR11, SEC-CR12)."""

from django.db import migrations, models

from encryption import marks


def put_mark(apps, schema_editor):
    marks.put(apps.get_model("encryption", "StoreMark"), schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("encryption", "0002_intake_pairs")]
    operations = [
        migrations.CreateModel(
            name="Shredded",
            fields=[("token", models.UUIDField(primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="StoreMark",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("made_in", models.CharField(blank=True, max_length=64)),
            ],
            options={"abstract": False},
        ),
        migrations.RunPython(put_mark, migrations.RunPython.noop, elidable=False),
    ]
