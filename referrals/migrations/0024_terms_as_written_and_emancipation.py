"""Terms as they were written, emancipation, and majority that comes near (domain.md §5.3, §2.3 Birthdays)."""

from django.db import migrations, models

import encryption.fields
from encryption.migrations._tables import RunInDatabase
from referrals.migrations._guards import guard_again, let_go


def hide_the_false_end(apps, _schema_editor):
    """Tell no day of terms that were cut to a birthday before: the clock bears the length without it."""
    cut = apps.get_model("referrals", "Measure").objects.filter(until_majority=True)
    clocks = apps.get_model("referrals", "Clock").objects
    clocks.filter(code__in=["C10", "C15"], stopped_at=None, part__in=cut.values("pk")).update(
        on_birthday=True
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0023_emergency_searches")]
    operations = [
        RunInDatabase(let_go, guard_again),
        migrations.AddField("child", "emancipated", models.BooleanField(default=False, db_default=False)),
        migrations.AddField(
            "child",
            "emancipated_on",
            encryption.fields.SealedField(
                access_class="B",
                blank=True,
                default=None,
                kind="date",
                label="child.emancipated_on",
                null=True,
            ),
        ),
        migrations.AddField("child", "majority_near", models.BooleanField(default=False, db_default=False)),
        migrations.AddField(
            "measure",
            "term_written",
            encryption.fields.SealedField(
                access_class="J",
                blank=True,
                default=None,
                kind="date",
                label="measure.term_written",
                null=True,
            ),
        ),
        migrations.AddField(
            "referral", "majority_near", models.BooleanField(default=False, db_default=False)
        ),
        RunInDatabase(guard_again, let_go),
        migrations.RunPython(hide_the_false_end, migrations.RunPython.noop),
    ]
