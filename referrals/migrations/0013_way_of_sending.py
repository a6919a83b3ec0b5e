"""How a referral to justice was sent, and the reference that the exchange platform gave it."""

from django.db import migrations, models

from encryption.fields import SealedField


class Migration(migrations.Migration):
    dependencies = [("referrals", "0012_looked_at")]
    operations = [
        migrations.AddField(
            "judicialreferral",
            "sending_reference",
            SealedField(
                access_class="I",
                blank=True,
                default=None,
                label="judicial_referral.sending_reference",
                null=True,
            ),
        ),
        migrations.AddField(
            "judicialreferral",
            "sending_way",
            models.CharField(
                blank=True,
                choices=[
                    ("mail", "Courriel"),
                    ("phone_then_mail", "Téléphone, puis courriel"),
                    ("portal", "Portail sécurisé"),
                    ("plex", "PLEX, la plateforme d'échange de la justice"),
                    ("post", "Lettre recommandée"),
                    ("by_hand", "Remise en main propre"),
                ],
                default="",
                max_length=20,
            ),
        ),
    ]
