"""An anomaly of access carries no breach any more: it has a row of its own since 0029."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0030_letters"),
    ]

    operations = [
        migrations.RemoveField(model_name="accessanomaly", name="breach_due_at"),
        migrations.RemoveField(model_name="accessanomaly", name="breach_told_at"),
        migrations.RemoveField(model_name="accessanomaly", name="informed"),
        migrations.RemoveField(model_name="accessanomaly", name="notified_on"),
        migrations.RemoveField(model_name="accessanomaly", name="risk"),
    ]
