"""Words of roles and professions without points inside."""

from django.db import migrations, models

from encryption.migrations._tables import Together


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_imports_of_files"),
    ]

    operations = [
        Together(
            [
                migrations.AlterField(
                    model_name="accountrequest",
                    name="profession",
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
                        ],
                        default="",
                        max_length=24,
                    ),
                ),
                migrations.AlterField(
                    model_name="grantrequest",
                    name="role",
                    field=models.CharField(
                        choices=[
                            ("filer", "Déclarant professionnel"),
                            ("filer_org_lead", "Référent de l'établissement"),
                            ("intake_agent", "Agent de recueil CRIP"),
                            ("crip_coordinator", "Responsable CRIP"),
                            ("assessor", "Évaluateur"),
                            ("assessment_lead", "Cadre d'évaluation"),
                            ("ase_inspector", "Inspecteur ASE"),
                            ("on_call", "Cadre d'astreinte"),
                            ("case_referent", "Référent ASE"),
                            ("measure_service", "Service chargé de la mesure"),
                            ("supervisor", "Encadrant"),
                            ("exploitation_lead", "Référent prostitution des mineurs"),
                            ("auditor", "Auditeur"),
                            ("dpo", "Délégué à la protection des données"),
                            ("territory_admin", "Administrateur fonctionnel"),
                            ("platform_admin", "Administrateur technique"),
                            ("statistician", "Chargé d'études ODPE"),
                            ("directory_editor", "Gestionnaire de l'annuaire"),
                            ("api_119", "119 – Snated"),
                        ],
                        max_length=20,
                    ),
                ),
                migrations.AlterField(
                    model_name="membership",
                    name="role",
                    field=models.CharField(
                        choices=[
                            ("filer", "Déclarant professionnel"),
                            ("filer_org_lead", "Référent de l'établissement"),
                            ("intake_agent", "Agent de recueil CRIP"),
                            ("crip_coordinator", "Responsable CRIP"),
                            ("assessor", "Évaluateur"),
                            ("assessment_lead", "Cadre d'évaluation"),
                            ("ase_inspector", "Inspecteur ASE"),
                            ("on_call", "Cadre d'astreinte"),
                            ("case_referent", "Référent ASE"),
                            ("measure_service", "Service chargé de la mesure"),
                            ("supervisor", "Encadrant"),
                            ("exploitation_lead", "Référent prostitution des mineurs"),
                            ("auditor", "Auditeur"),
                            ("dpo", "Délégué à la protection des données"),
                            ("territory_admin", "Administrateur fonctionnel"),
                            ("platform_admin", "Administrateur technique"),
                            ("statistician", "Chargé d'études ODPE"),
                            ("directory_editor", "Gestionnaire de l'annuaire"),
                            ("api_119", "119 – Snated"),
                        ],
                        max_length=20,
                    ),
                ),
                migrations.AlterField(
                    model_name="organisation",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("school", "Établissement scolaire"),
                            ("hospital", "Établissement de santé"),
                            ("practice", "Cabinet, centre de santé"),
                            ("social_service", "Service social, PMI"),
                            ("residential", "Établissement ou lieu d'accueil"),
                            ("association", "Association"),
                            ("youth_justice", "Protection judiciaire de la jeunesse"),
                            ("police", "Police, gendarmerie"),
                            ("municipality", "Commune, élus"),
                            ("youth_service", "Animation, mission locale, sport"),
                            ("helpline", "Ligne d'écoute nationale"),
                            ("other", "Autre"),
                        ],
                        max_length=20,
                    ),
                ),
                migrations.AlterField(
                    model_name="factorreset",
                    name="asked_how",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("in_person", "En personne, avec sa carte professionnelle"),
                            ("called_back", "Par un rappel au numéro connu de son service"),
                            ("video", "En visioconférence, avec une pièce d'identité"),
                        ],
                        db_default="",
                        default="",
                        max_length=16,
                    ),
                ),
                migrations.AlterField(
                    model_name="factorreset",
                    name="decided_how",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("in_person", "En personne, avec sa carte professionnelle"),
                            ("called_back", "Par un rappel au numéro connu de son service"),
                            ("video", "En visioconférence, avec une pièce d'identité"),
                        ],
                        db_default="",
                        default="",
                        max_length=16,
                    ),
                ),
            ]
        )
    ]
