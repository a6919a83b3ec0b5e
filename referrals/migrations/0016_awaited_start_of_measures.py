"""The start of a measure is awaited by what somebody has to carry out of it (C24)."""

from django.db import migrations, models

from referrals.migrations._measure_catalogue import say_what_is_carried_out


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0015_answers_in_neutral_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="measuretype",
            name="execution",
            field=models.CharField(
                blank=True,
                choices=[
                    ("emergency", "Accueil en urgence"),
                    ("care", "Accueil hors du domicile"),
                    ("home", "Aide ou action à domicile"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="code",
            field=models.CharField(
                choices=[
                    ("C1", "Accusé de réception"),
                    ("C2", "Première analyse"),
                    ("C3", "Danger immédiat : sans délai"),
                    ("C4", "Évaluation"),
                    ("C4b-meeting", "Première rencontre"),
                    ("C4b-visit", "Visite à domicile"),
                    ("C5", "Retour au déclarant professionnel ou élu"),
                    ("C5b", "Retour au particulier"),
                    ("C6", "Complément"),
                    ("C7", "Suite du parquet"),
                    ("C8", "Décision"),
                    ("C9", "Accord de la famille"),
                    ("C10", "Fin de mesure administrative"),
                    ("C11", "Accueil 72 h"),
                    ("C12", "Recueil provisoire"),
                    ("C13", "OPP du parquet"),
                    ("C14", "Audience après placement en urgence"),
                    ("C14b", "Mesures provisoires"),
                    ("C15", "Mesure judiciaire"),
                    ("C15b", "MJIE"),
                    ("C16", "Projet pour l'enfant"),
                    ("C17", "Rapport de situation"),
                    ("C17b", "Interdiction de sortie du territoire"),
                    ("C18", "Recherche d'adresse"),
                    ("C19", "Fugue"),
                    ("C24", "Mise en œuvre de la mesure"),
                    ("R-holders", "Information des titulaires, revue"),
                    ("R-restriction", "Restriction d'accès, revue"),
                    ("C20", "Conservation"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(say_what_is_carried_out, migrations.RunPython.noop),
    ]
