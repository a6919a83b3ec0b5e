"""New words of two states of an access request; the database keeps the codes and changes nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_cases_and_parts")]
    operations = [
        migrations.AlterField(
            model_name="accessrequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("received", "Reçue"),
                    ("identity_check", "Vérification d'identité"),
                    ("collecting", "Dossier en préparation"),
                    ("redaction", "Masquage en cours"),
                    ("answered", "Répondue"),
                    ("partial", "Répondue en partie"),
                    ("refused", "Refusée"),
                    ("appealed", "Recours"),
                    ("closed", "Close"),
                ],
                default="received",
                max_length=20,
            ),
        ),
    ]
