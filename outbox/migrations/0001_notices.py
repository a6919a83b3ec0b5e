"""Notices, deliveries and recurring work."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import encryption.hidden
from encryption.migrations._tables import CreateModels

MODELS = [
    migrations.CreateModel(
        name="Endpoint",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user_id", models.UUIDField()),
            ("authority_id", models.UUIDField()),
            ("url", models.CharField(max_length=500)),
            ("generation", models.PositiveSmallIntegerField(default=1)),
            ("rotated_at", models.DateTimeField(blank=True, null=True)),
            ("created_at", models.DateTimeField()),
            ("disabled_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={"indexes": [models.Index(fields=["user_id", "id"], name="endpoint_user")], "constraints": [models.UniqueConstraint(condition=models.Q(("disabled_at__isnull", True)), fields=("user_id", "url"), name="endpoint_once")]},
    ),
    migrations.CreateModel(
        name="Notice",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("channel", models.CharField(choices=[("app", "Dans l'application"), ("mail", "Courriel"), ("call", "SMS et appel"), ("webhook", "Programme")], max_length=10)),
            ("user_id", models.UUIDField(blank=True, null=True)),
            ("filer", models.BinaryField(blank=True, max_length=32, null=True)),
            ("endpoint", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="outbox.endpoint")),
            ("template", models.CharField(max_length=40)),
            ("kind", models.CharField(max_length=20)),
            ("reference", models.CharField(blank=True, default="", max_length=16)),
            ("subject_id", models.UUIDField(blank=True, null=True)),
            ("authority_id", models.UUIDField(blank=True, null=True)),
            ("urgent", models.BooleanField(default=False)),
            ("created_at", models.DateTimeField()),
            ("is_read", models.BooleanField(default=False)),
            ("read_at", models.DateTimeField(blank=True, null=True)),
            ("state", models.CharField(choices=[("waiting", "À envoyer"), ("held", "Gardé pour le récapitulatif"), ("sent", "Remis, accusé attendu"), ("done", "Parvenu"), ("dead", "Non distribuable"), ("dropped", "Sans objet")], default="waiting", max_length=10)),
            ("due_at", models.DateTimeField()),
            ("tries", models.PositiveSmallIntegerField(default=0)),
            ("fence", models.PositiveIntegerField(default=0)),
            ("leased_until", models.DateTimeField(blank=True, null=True)),
            ("done_at", models.DateTimeField(blank=True, null=True)),
            ("fault", models.CharField(blank=True, default="", max_length=40)),
            ("receipt", models.CharField(blank=True, default="", max_length=80)),
            ("digest", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="gathered", to="outbox.notice")),
            ("asked_at", encryption.hidden.HiddenInstantField(null=True, purpose="notice.asked")),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("state__in", ["waiting", "sent"])), fields=["due_at", "id"], name="notice_due"),
                models.Index(condition=models.Q(("state", "held")), fields=["user_id", "due_at"], name="notice_held"),
                models.Index(condition=models.Q(("channel", "app")), fields=["user_id", "is_read", "-created_at", "-id"], name="notice_user"),
                models.Index(condition=models.Q(("channel", "app"), ("filer__isnull", False)), fields=["filer"], name="notice_filer"),
                models.Index(fields=["created_at"], name="notice_age"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("endpoint__isnull", True), ("filer__isnull", True), ("user_id__isnull", False)), models.Q(("endpoint__isnull", True), ("filer__isnull", False), ("user_id__isnull", True)), models.Q(("endpoint__isnull", False), ("filer__isnull", True), ("user_id__isnull", True)), _connector="OR"
                    ),
                    name="notice_one_recipient",
                ),
                models.CheckConstraint(condition=models.Q(models.Q(("channel", "webhook"), ("endpoint__isnull", False)), models.Q(models.Q(("channel", "webhook"), _negated=True), ("endpoint__isnull", True)), _connector="OR"), name="notice_webhook_has_endpoint"),
                models.CheckConstraint(condition=models.Q(("channel__in", ["app", "mail", "call", "webhook"])), name="notice_channel_known"),
                models.CheckConstraint(condition=models.Q(("state__in", ["waiting", "held", "sent", "done", "dead", "dropped"])), name="notice_state_known"),
                models.CheckConstraint(condition=models.Q(models.Q(("is_read", True), ("read_at__isnull", False)), models.Q(("is_read", False), ("read_at__isnull", True)), _connector="OR"), name="notice_read_is_dated"),
            ],
        },
    ),
    migrations.CreateModel(name="Preference", fields=[("id", models.BigAutoField(primary_key=True, serialize=False)), ("user_id", models.UUIDField()), ("kind", models.CharField(max_length=20))], options={"constraints": [models.UniqueConstraint(fields=("user_id", "kind"), name="preference_once")], "indexes": []}),
    migrations.CreateModel(
        name="Work",
        fields=[
            ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
            ("next_at", models.DateTimeField()),
            ("leased_until", models.DateTimeField(blank=True, null=True)),
            ("fence", models.PositiveIntegerField(default=0)),
            ("ran_at", models.DateTimeField(blank=True, null=True)),
            ("failures", models.PositiveSmallIntegerField(default=0)),
        ],
        options={"indexes": [], "constraints": []},
    ),
]


class Migration(migrations.Migration):
    initial = True
    #: Those of before: who has all of them has these tables.
    replaces = [("outbox", "0001_outbox"), ("outbox", "0002_filers_of_notices"), ("outbox", "0003_hidden_instants")]
    dependencies = []
    operations = [CreateModels(MODELS)]
