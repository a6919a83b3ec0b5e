"""Every length of index values from 2 to 19 bits, where there were seven: one more each time that the children doubled."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0034_counted_beside_the_queue")]

    operations = [
        migrations.RemoveConstraint("indexsize", "index_size_bits"),
        migrations.AddConstraint(
            "indexsize",
            models.CheckConstraint(
                condition=models.Q(("bits__in", list(range(2, 20)))), name="index_size_bits"
            ),
        ),
    ]
