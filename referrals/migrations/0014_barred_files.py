"""A file that was set aside, condemned by two persons and destroyed (X10 to X12).

On the way back a destroyed file shows as one of which nothing was kept. A file that was set aside and isn't destroyed
keeps the migration from going back: it would be read again.
"""

from django.db import migrations, models


def require_none_waiting(apps, schema_editor):
    rows = apps.get_model("referrals", "Attachment").objects.using(schema_editor.connection.alias)
    if rows.filter(barred_at__isnull=False, destroyed_at=None).exists():
        raise RuntimeError(
            "Files are set aside: give them back or destroy them before this migration goes back."
        )
    rows.filter(destroyed_at__isnull=False).update(scan="infected")


class Migration(migrations.Migration):
    dependencies = [("referrals", "0013_declared_ties")]
    operations = [
        migrations.RemoveConstraint(model_name="attachment", name="attachment_objects"),
        migrations.AddField(
            model_name="attachment", name="barred_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="attachment", name="barred_by", field=models.UUIDField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="attachment",
            name="barred_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("minor_image", "Image à caractère sexuel d'une personne mineure"),
                    ("not_of_case", "Fichier étranger au dossier"),
                    ("malware", "Programme malveillant découvert après coup"),
                    ("replayed", "Fichier détruit avant une restauration"),
                ],
                db_default="",
                default="",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="attachment", name="condemned_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="attachment", name="destroyed_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("condemned_at__isnull", False), ("destroyed_at", None)),
                fields=["condemned_at"],
                name="attachment_condemned",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("object", None), ("original", None), ("scan", "infected")),
                    ("destroyed_at__isnull", False),
                    models.Q(models.Q(("scan", "infected"), _negated=True), ("object__isnull", False)),
                    _connector="OR",
                ),
                name="attachment_objects",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("barred_at", None), ("barred_by", None), ("barred_for", ""), ("condemned_at", None)
                    ),
                    models.Q(("barred_at__isnull", False), models.Q(("barred_for", ""), _negated=True)),
                    _connector="OR",
                ),
                name="attachment_barred_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("destroyed_at", None),
                    models.Q(
                        ("condemned_at__isnull", False),
                        ("evidence", False),
                        ("key__isnull", True),
                        ("name__isnull", True),
                        ("object", None),
                        ("original", None),
                    ),
                    _connector="OR",
                ),
                name="attachment_destroyed_whole",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, require_none_waiting),
    ]
