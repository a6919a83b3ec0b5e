"""Seal the instants of an account's own acts: they would join its row to the entry of the act (SEC-CR20).

Where there are any such rows, the keys must be available. Sessions end: people sign in again.
"""

from datetime import UTC, datetime, time

from django.db import migrations, models

from encryption.hidden import HiddenInstantField, HiddenNumberField

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
#: Model, column, how it is hidden, what it was; the last says whether each row has one.
HIDDEN = [
    ("session", "used_at", HiddenInstantField, "session.used", models.DateTimeField, False),
    ("user", "factor_failed_at", HiddenInstantField, "user.factor_failed", models.DateTimeField, False),
    ("signintocheck", "first_at", HiddenInstantField, "sign_in.first", models.DateTimeField, True),
    ("signintocheck", "last_at", HiddenInstantField, "sign_in.last", models.DateTimeField, True),
    ("signintocheck", "told_at", HiddenInstantField, "sign_in.told", models.DateTimeField, False),
    ("mailedlink", "expires_at", HiddenInstantField, "link.expires", models.DateTimeField, True),
    ("factor", "last_step", HiddenNumberField, "factor.step", models.BigIntegerField, False),
]
#: What begins the day from now on.
DAYS = [("factor", "created_at"), ("identity", "bound_at")]


def _moved(model, before, after):
    """Return what moves a column's values to another, row by row: they are sealed or opened on the way."""

    def move(apps, _schema_editor):
        rows = apps.get_model("accounts", model)._base_manager
        for pk, value in list(rows.exclude(**{before: None}).values_list("pk", before)):
            rows.filter(pk=pk).update(**{after: value})

    return move


def _hidden(model, name, field, purpose, plain, needed):
    new, blank = f"{name}_hidden", {"blank": True} if name == "factor_failed_at" else {}
    made = field(purpose=purpose, null=True, **blank)
    # Going back, rows need some instant before they get their own.
    default = {"default": LONG_AGO} if needed else {}
    yield migrations.AddField(model, new, made)
    yield migrations.RunPython(_moved(model, name, new), _moved(model, new, name))
    if needed:
        yield migrations.AlterField(model, name, plain(**default))
    yield migrations.RemoveField(model, name)
    yield migrations.RenameField(model, new, name)
    if needed:
        yield migrations.AlterField(model, name, field(purpose=purpose))


def end_sessions(apps, _schema_editor):
    apps.get_model("accounts", "Session").objects.all().delete()


def begin_days(apps, _schema_editor):
    for model, name in DAYS:
        rows = apps.get_model("accounts", model)._base_manager
        for pk, at in list(rows.values_list("pk", name)):
            rows.filter(pk=pk).update(**{name: datetime.combine(at.date(), time(), tzinfo=UTC)})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people_and_places")]
    operations = [
        migrations.RunPython(end_sessions, end_sessions),
        migrations.RunPython(begin_days, migrations.RunPython.noop),
        *(operation for column in HIDDEN for operation in _hidden(*column)),
    ]
