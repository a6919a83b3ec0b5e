"""What is remembered of a request names its caller by a keyed value; what was remembered before is forgotten.

A repeated request of before is a new one, forth and back: the accounts that made the rows can't stay in them.
"""

from django.db import migrations, models


def forget(apps, schema_editor):
    apps.get_model("accounts", "Replay").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people_and_places")]
    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="replay", name="replay_once"),
        migrations.RemoveField(model_name="replay", name="caller"),
        migrations.AddField(
            model_name="replay",
            name="caller",
            field=models.BinaryField(default=b"", max_length=32),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="replay",
            constraint=models.UniqueConstraint(fields=("caller", "key"), name="replay_once"),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget),
    ]
