"""Attachments of a case, the objects of the store that hold them, and how much a person sends in a day."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import encryption.fields
from referrals.migrations._parts import stand_under_the_rule


def stand(apps, schema_editor):
    """Put attachments under the rule of authorities (SEC-AZ6); the two other tables name no case."""
    stand_under_the_rule(schema_editor, "attachment")


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0006_shredded_again"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredObject",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("begun_at", models.DateTimeField()),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("doomed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["begun_at", "id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("held_at", None), ("doomed_at__isnull", False), _connector="OR"),
                        fields=["begun_at"],
                        name="stored_object_left",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sender", models.BinaryField(max_length=32)),
                ("on", models.DateField()),
                ("files", models.PositiveIntegerField(default=0)),
                ("size", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("sender", "on"), name="upload_count_once")],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("medical_certificate", "Certificat médical"),
                            ("letter", "Courrier"),
                            ("school_document", "Document scolaire"),
                            ("screenshot", "Capture d'écran sans image intime"),
                            ("judicial_document", "Document judiciaire"),
                        ],
                        max_length=20,
                    ),
                ),
                ("access_class", models.CharField(max_length=1)),
                (
                    "media",
                    models.CharField(
                        choices=[
                            ("pdf", "PDF"),
                            ("jpeg", "Image JPEG"),
                            ("png", "Image PNG"),
                            ("text", "Texte simple"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "scan",
                    models.CharField(
                        choices=[
                            ("waiting", "En attente de l'analyse antivirus"),
                            ("clean", "Analysée, rien trouvé"),
                            ("unscanned", "Non analysée : pas d'antivirus ici"),
                            ("infected", "Programme malveillant trouvé, pièce non conservée"),
                        ],
                        max_length=20,
                    ),
                ),
                ("evidence", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(blank=True, null=True)),
                ("role", models.CharField(max_length=30)),
                ("waiting_since", models.DateTimeField(blank=True, null=True)),
                ("size", models.PositiveBigIntegerField()),
                ("original_size", models.PositiveBigIntegerField()),
                ("object", models.UUIDField(blank=True, null=True)),
                ("original", models.UUIDField(blank=True, null=True)),
                (
                    "name",
                    encryption.fields.SealedField(
                        access_class="G",
                        blank=True,
                        default=None,
                        label="attachment.name",
                        max_length=150,
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "digest",
                    encryption.fields.SealedField(
                        access_class="G",
                        blank=True,
                        default=None,
                        kind="code",
                        label="attachment.digest",
                        max_length=64,
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "original_digest",
                    encryption.fields.SealedField(
                        access_class="G",
                        blank=True,
                        default=None,
                        kind="code",
                        label="attachment.original_digest",
                        max_length=64,
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "key",
                    encryption.fields.SealedField(
                        access_class="G",
                        blank=True,
                        default=None,
                        kind="key",
                        label="attachment.key",
                        max_length=64,
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "complement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="referrals.complement",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("scan", "waiting")), fields=["at"], name="attachment_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("waiting_since__isnull", False)),
                        fields=["waiting_since"],
                        name="attachment_pending",
                    ),
                    models.Index(fields=["object"], name="attachment_object"),
                    models.Index(fields=["original"], name="attachment_original_object"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("access_class__in", ("E", "G", "I"))), name="attachment_class"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("object", None), ("original", None), ("scan", "infected")),
                            models.Q(
                                models.Q(("scan", "infected"), _negated=True), ("object__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="attachment_objects",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("original", None), ("evidence", True), ("scan", "waiting"), _connector="OR"
                        ),
                        name="attachment_original",
                    ),
                ],
            },
        ),
        migrations.RunPython(stand, migrations.RunPython.noop),
    ]
