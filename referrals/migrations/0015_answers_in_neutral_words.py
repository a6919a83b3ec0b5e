"""Words of answers without points inside."""

from django.db import migrations, models

from encryption.migrations._tables import Together


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0014_journal_lookups"),
    ]

    operations = [
        Together(
            [
                migrations.AlterField(
                    model_name="child",
                    name="child_met",
                    field=models.CharField(
                        choices=[
                            ("never", "Pas rencontré"),
                            ("with_holder", "Rencontré avec un titulaire"),
                            ("alone", "Rencontré seul"),
                        ],
                        default="never",
                        max_length=20,
                    ),
                ),
                migrations.AlterField(
                    model_name="child",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("subject", "Concerné par la transmission"),
                            ("household", "Autre enfant du domicile"),
                        ],
                        default="subject",
                        max_length=20,
                    ),
                ),
                migrations.AlterField(
                    model_name="concern",
                    name="filer_profession",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("teacher", "Enseignement"),
                            ("school_head", "Direction d'école ou d'établissement"),
                            ("school_life", "CPE, AED, vie scolaire"),
                            ("school_social_worker", "Service social scolaire"),
                            ("school_nurse_doctor", "Santé scolaire"),
                            ("specialised_educator", "Éducation spécialisée"),
                            ("street_outreach", "Prévention spécialisée"),
                            ("residential_staff", "Personnel de MECS ou de foyer"),
                            ("dept_social_worker", "Service social du département, PMI"),
                            ("physician", "Médecin"),
                            ("hospital_staff", "Personnel hospitalier"),
                            ("midwife_sexual_health", "Sage-femme, santé sexuelle"),
                            ("psychologist", "Psychologue"),
                            ("pjj_staff", "Personnel de la PJJ"),
                            ("police_gendarmerie", "Police, gendarmerie"),
                            ("association_specialised", "Association spécialisée"),
                            ("animal_protection", "Association de protection animale"),
                            ("youth_worker", "Animation, mission locale, sport, loisirs"),
                            ("transport_hotel", "Hôtellerie, transport, plateforme"),
                            ("elected_official", "Élu local"),
                            ("other_pro", "Autre profession"),
                            ("private_person", "Particulier"),
                            ("minor_self", "La personne mineure elle-même"),
                            ("parent", "Parent"),
                        ],
                        default="",
                        max_length=23,
                    ),
                ),
                migrations.AlterField(
                    model_name="feedbacktask",
                    name="owed_to",
                    field=models.CharField(
                        choices=[
                            ("professional", "Professionnel ou élu"),
                            ("private", "Particulier qui le demande"),
                            ("helpline", "119, pour ce qu'il a transmis"),
                        ],
                        max_length=20,
                    ),
                ),
                migrations.AlterField(
                    model_name="judicialoutcome",
                    name="child_heard",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("heard", "Entendu individuellement"),
                            ("not_able", "Sans discernement"),
                            ("declined", "N'a pas souhaité être entendu"),
                            ("not_heard", "Non entendu"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                migrations.AlterField(
                    model_name="judicialreferral",
                    name="competence",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("residence", "Parquet du lieu de résidence (CPC 1181)"),
                            ("found", "Parquet du lieu où l'enfant a été trouvé (CC 375-5)"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                migrations.AlterField(
                    model_name="sighting",
                    name="seen",
                    field=models.CharField(
                        choices=[("no", "Non"), ("with_holder", "Avec un titulaire"), ("alone", "Seul")],
                        max_length=20,
                    ),
                ),
                migrations.AlterField(
                    model_name="thirdparty",
                    name="link",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("family", "Famille"),
                            ("partner", "Petit ami ou partenaire"),
                            ("peer", "Ami ou pair"),
                            ("acquaintance", "Connaissance"),
                            ("professional", "Professionnel"),
                            ("stranger", "Inconnu de l'enfant"),
                            ("unknown", "Non connu"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
            ]
        )
    ]
