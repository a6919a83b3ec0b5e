"""How long the index values of a case are, and what the last search for files like it left out."""

from django.db import migrations, models

from encryption.migrations._tables import RunInDatabase
from referrals.migrations._guards import guard_again, let_go


class Migration(migrations.Migration):
    dependencies = [("referrals", "0019_what_is_found_of_each_child")]
    operations = [
        RunInDatabase(let_go, guard_again),
        migrations.AddField(
            "referral", "index_bits", models.PositiveSmallIntegerField(default=0, db_default=0)
        ),
        migrations.AddField(
            "referral",
            "searched_partly",
            models.CharField(
                max_length=20,
                blank=True,
                default="",
                db_default="",
                choices=[
                    ("not_indexed", "Une partie des dossiers n'est pas encore indexée"),
                    ("cut", "Trop de dossiers se ressemblent pour être tous regardés"),
                ],
            ),
        ),
        migrations.RemoveIndex("referral", "referral_index_norm"),
        migrations.AddIndex(
            "referral",
            models.Index(fields=["authority", "index_norm", "index_bits", "id"], name="referral_indexed"),
        ),
        migrations.AddIndex(
            "referral",
            models.Index(
                fields=["authority"],
                name="referral_searched_partly",
                condition=models.Q(searched_partly="not_indexed"),
            ),
        ),
        RunInDatabase(guard_again, let_go),
    ]
