"""Data breaches: the register of RGPD art. 33(5), with those that anomalies of access have carried themselves."""

import uuid
from datetime import UTC, datetime, time, timedelta

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import encryption.authentic
import encryption.cells
import encryption.fields
from encryption.migrations._tables import RunInDatabase
from referrals.migrations._row_level_security import stand_under_the_authoritys_rule

HOURS = timedelta(hours=72)
#: What the HMAC of a row covers today, in its order; frozen, for rows of before are signed here.
COUNTED = (
    "authority_id", "anomaly_id", "declared_by_id", "declared_as", "declared_at", "source", "kinds", "aware_at", "who",
    "subjects", "suspended_at", "lifted_at", "due_at", "stopped_at", "stopped_by", "persons", "risk", "notified_at",
    "groups", "ruled_out_by_id", "ruled_out_with_id", "closed_at", "state", "key",
)  # fmt: skip
RISKS = {"ruled_out": "none", "risk": "risk", "high": "high"}
TOLD = {"yes": "told", "child_interest": "child_interest", "inquiry": "inquiry"}


def rule(_apps, schema_editor):
    """A breach is seen where its authority's cases are."""
    stand_under_the_authoritys_rule(schema_editor, "databreach")


def take_over(apps, _schema_editor):
    """Give each access found unjustified the row of its breach: what is open stays open, with its clock."""
    anomalies = apps.get_model("referrals", "AccessAnomaly").objects.filter(breach_due_at__isnull=False)
    breach_of = apps.get_model("referrals", "DataBreach")
    for anomaly in anomalies.order_by("pk").iterator(500):
        row = breach_of(
            authority_id=anomaly.authority_id,
            anomaly_id=anomaly.pk,
            declared_at=anomaly.judged_at,
            source="anomaly",
            kinds=["confidentiality"],
            aware_at=anomaly.breach_due_at - HOURS,
            since=anomaly.first_at,
            until=anomaly.last_at,
            who=anomaly.who,
            subjects=anomaly.subjects,
            told_at=anomaly.breach_told_at,
            risk=RISKS.get(anomaly.risk, ""),
            assessed_at=anomaly.reported_at if anomaly.risk else None,
            **(_closed(anomaly) if anomaly.state == "closed" else _open(anomaly)),
        )
        cells, mac = (row._meta.get_field(name) for name in ("cells", "mac"))
        row.cells = cells.made(row.pk, 1, [None] * len(cells.cells))
        row.mac = mac.of([row.pk, *(getattr(row, name) for name in COUNTED)])
        # These models have the columns alone: what their fields ask when a row is written was done above.
        row._sign_cells, row._sign = _signed, _signed
        row.save(force_insert=True)


def _signed(**_):
    """Sign nothing: it is signed."""


def _open(anomaly):
    return {"state": "assessed" if anomaly.risk else "declared", "due_at": anomaly.breach_due_at}


def _closed(anomaly):
    """Return how it ended; of whom was told, no number is known: the files are taken for it."""
    said = {
        "state": "closed",
        "closed_at": anomaly.closed_at,
        "stopped_at": anomaly.closed_at,
        "stopped_by": "ruled_out",
    }
    if anomaly.notified_on is not None:
        at = datetime.combine(anomaly.notified_on, time(12), tzinfo=UTC)
        said |= {"notified_at": at, "complete_at": at, "stopped_at": at, "stopped_by": "notified"}
    if anomaly.informed in TOLD:
        on = (anomaly.notified_on or anomaly.closed_at.date()).isoformat()
        said["persons"] = {"apart": len(anomaly.subjects) or 1}
        said["groups"] = {"apart": {"answer": TOLD[anomaly.informed], "on": on}}
    return said


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_certificates_of_those_before"),
        ("referrals", "0028_access_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DataBreach",
            fields=[
                ("cells", encryption.cells.CellsField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("declared", "Déclarée"),
                            ("assessed", "Évaluée"),
                            ("notified", "Notifiée à la CNIL"),
                            ("not_notified", "Non notifiée (risque écarté)"),
                            ("closed", "Close"),
                        ],
                        default="declared",
                        max_length=20,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("declared_as", models.CharField(blank=True, default="", max_length=20)),
                ("declared_at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("anomaly", "Accès jugé injustifié"),
                            ("noticed", "Constatée par un agent"),
                            ("reported", "Signalée de l'extérieur"),
                            ("processor", "Déclarée par l'hébergeur"),
                        ],
                        max_length=20,
                    ),
                ),
                ("kinds", models.JSONField(blank=True, default=list)),
                ("aware_at", models.DateTimeField()),
                ("since", models.DateTimeField(blank=True, null=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("who", models.UUIDField(blank=True, null=True)),
                ("subjects", models.JSONField(blank=True, default=list)),
                ("suspended_at", models.DateTimeField(blank=True, null=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("warned_at", models.DateTimeField(blank=True, null=True)),
                ("overdue_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "stopped_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("notified", "Notification à la CNIL"),
                            ("ruled_out", "Risque écarté à deux"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("assessed_at", models.DateTimeField(blank=True, null=True)),
                ("persons", models.JSONField(blank=True, default=dict)),
                ("entries", models.PositiveIntegerField(blank=True, null=True)),
                ("parts", models.JSONField(blank=True, default=list)),
                ("touched", models.JSONField(blank=True, default=list)),
                (
                    "legible",
                    models.CharField(
                        blank=True,
                        choices=[("readable", "Lisibles"), ("sealed", "Chiffrées, illisibles sans la clé")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "risk",
                    models.CharField(
                        blank=True,
                        choices=[("none", "Aucun"), ("risk", "Risque"), ("high", "Risque élevé")],
                        default="",
                        max_length=20,
                    ),
                ),
                ("danger", models.BooleanField(default=False)),
                ("notified_at", models.DateTimeField(blank=True, null=True)),
                ("complete_at", models.DateTimeField(blank=True, null=True)),
                ("late", models.BooleanField(default=False)),
                ("groups", models.JSONField(blank=True, default=dict)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("key", models.UUIDField(blank=True, null=True)),
                (
                    "facts",
                    encryption.fields.SealedField(
                        access_class="L",
                        blank=True,
                        default=None,
                        kind="json",
                        label="data_breach.facts",
                        max_length=40000,
                        null=True,
                    ),
                ),
                (
                    "assessment",
                    encryption.fields.SealedField(
                        access_class="L",
                        blank=True,
                        default=None,
                        kind="json",
                        label="data_breach.assessment",
                        max_length=40000,
                        null=True,
                    ),
                ),
                (
                    "notifications",
                    encryption.fields.SealedField(
                        access_class="L",
                        blank=True,
                        default=None,
                        kind="json",
                        label="data_breach.notifications",
                        max_length=200000,
                        null=True,
                    ),
                ),
                (
                    "letters",
                    encryption.fields.SealedField(
                        access_class="L",
                        blank=True,
                        default=None,
                        kind="json",
                        label="data_breach.letters",
                        max_length=200000,
                        null=True,
                    ),
                ),
                (
                    "news",
                    encryption.fields.SealedField(
                        access_class="L",
                        blank=True,
                        default=None,
                        kind="json",
                        label="data_breach.news",
                        max_length=200000,
                        null=True,
                    ),
                ),
                (
                    "closing",
                    encryption.fields.SealedField(
                        access_class="L",
                        blank=True,
                        default=None,
                        kind="json",
                        label="data_breach.closing",
                        max_length=40000,
                        null=True,
                    ),
                ),
                ("mac", encryption.authentic.MacField()),
                (
                    "anomaly",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breach",
                        to="referrals.accessanomaly",
                    ),
                ),
                (
                    "assessed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
                (
                    "declared_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ruled_out_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ruled_out_with",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-declared_at", "id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["authority", "-declared_at", "id"], name="breach_newest"),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="breach_due"
                    ),
                    models.Index(fields=["declared_by"], name="breach_declarer"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["declared", "assessed", "notified", "not_notified", "closed"])
                        ),
                        name="breach_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_at__isnull", False), ("state__in", ("declared", "assessed"))),
                            models.Q(
                                ("due_at__isnull", True),
                                ("state__in", ("notified", "not_notified", "closed")),
                            ),
                            _connector="OR",
                        ),
                        name="breach_clock_runs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "notified"), _negated=True),
                            ("notified_at__isnull", False),
                            _connector="OR",
                        ),
                        name="breach_notified_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "not_notified"), _negated=True),
                            ("risk", "none"),
                            _connector="OR",
                        ),
                        name="breach_ruled_out_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ruled_out_by__isnull", True), ("ruled_out_with__isnull", True)),
                            models.Q(
                                ("ruled_out_with__isnull", False),
                                models.Q(("ruled_out_by", models.F("ruled_out_with")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="breach_ruled_out_by_two",
                    ),
                ],
            },
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
