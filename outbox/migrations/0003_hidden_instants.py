"""The instant of a notice that somebody asked for themself, hidden (SEC-CR20); that of earlier notices isn't changed."""

from django.db import migrations

from encryption.hidden import HiddenInstantField


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_filers_of_notices")]
    operations = [
        migrations.AddField("Notice", "asked_at", HiddenInstantField(null=True, purpose="notice.asked"))
    ]
