"""Saved views of the queue, and what the queue is sorted and searched by: all deadlines, groups of a reference."""

import uuid

from django.db import migrations, models

from encryption.migrations._tables import RunInDatabase, Together
from referrals.migrations._guards import guard_again, let_go


def group(number):
    return models.GeneratedField(
        db_persist=True,
        expression=models.Func(
            "reference",
            output_field=models.CharField(),
            template=f"SUBSTR(%(expressions)s, {5 * number - 4}, 4)",
        ),
        output_field=models.CharField(max_length=4),
    )


def fill(apps, _schema_editor):
    """Of the cases that are there: the earliest end of their running clocks, as each step counts it from now on."""
    names = ("Referral", "Clock", "Child", "Measure", "JudicialReferral")
    referral, clock, child, measure, justice = (apps.get_model("referrals", name) for name in names)
    running = clock.objects.filter(referral=models.OuterRef("pk"), stopped_at=None).order_by()
    part, about = (
        models.OuterRef("part"),
        justice.objects.filter(pk=models.OuterRef("part"), children__isnull=False),
    )
    hidden = (
        models.Exists(child.objects.filter(pk=models.OuterRef("child"), restricted=True))
        | models.Exists(measure.objects.filter(pk=part, child__restricted=True))
        | (models.Exists(about) & ~models.Exists(about.filter(children__restricted=False)))
    )
    shown = running.filter(models.Q(access_class="A") | ~hidden)

    def first(rows):
        return models.Subquery(
            rows.values("referral").annotate(first=models.Min("due_at")).values("first")[:1]
        )

    cases = referral.objects.exclude(state__in=("draft", "purged"))
    # What is kept closes no delay of its own, so it was no part of the earliest end.
    kept = first(running.filter(access_class="A", code="C20"))
    cases.filter(next_due_at=None).update(next_due_at=kept)
    for column, classes in (("due_with_measures_at", "AJ"), ("due_with_justice_at", "AJI")):
        cases.update(**{column: first(shown.filter(access_class__in=list(classes)))})
        # The reduced date of an assessment is no clock's.
        cases.filter(models.Q(next_due_at__lt=models.F(column)) | models.Q(**{column: None})).update(
            **{column: models.F("next_due_at")}
        )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0009_visits")]
    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("person", models.BinaryField(max_length=32)),
                ("kept", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={"ordering": ["at", "id"], "default_permissions": ()},
        ),
        migrations.AddIndex("savedview", models.Index(fields=["person", "at"], name="saved_view_person")),
        RunInDatabase(let_go, guard_again),
        migrations.RemoveIndex("referral", "referral_state_queue"),
        migrations.RemoveIndex("referral", "referral_unit_queue"),
        migrations.AddField("referral", "due_with_measures_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("referral", "due_with_justice_at", models.DateTimeField(blank=True, null=True)),
        *(migrations.AddField("referral", f"reference_{number}", group(number)) for number in (1, 2, 3)),
        Together(
            [
                migrations.AddIndex(
                    "referral",
                    models.Index(
                        fields=["authority", "due_with_measures_at", "id"], name="referral_queue_measures"
                    ),
                ),
                migrations.AddIndex(
                    "referral",
                    models.Index(
                        fields=["authority", "due_with_justice_at", "id"], name="referral_queue_justice"
                    ),
                ),
                migrations.AddIndex(
                    "referral",
                    models.Index(
                        fields=["authority", "state", "due_with_justice_at", "id"],
                        name="referral_state_queue",
                    ),
                ),
                migrations.AddIndex(
                    "referral",
                    models.Index(fields=["unit", "due_with_justice_at", "id"], name="referral_unit_queue"),
                ),
                *(
                    migrations.AddIndex(
                        "referral",
                        models.Index(fields=[f"reference_{number}"], name=f"referral_reference_{number}"),
                    )
                    for number in (1, 2, 3)
                ),
                migrations.AddIndex(
                    "referral",
                    models.Index(
                        fields=["filed_reference"],
                        name="referral_filed_reference",
                        condition=~models.Q(filed_reference=""),
                    ),
                ),
            ]
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        RunInDatabase(guard_again, let_go),
    ]
