"""Notices name the filer by a keyed hash: without the key, no notice leads from a case to its filer (SEC-CR20).

Where there are any, the keys must be available. The reverse migration finds each value by computing over all accounts.
"""

import uuid

from django.db import migrations

BATCH = 1_000


def _told_as(filer):
    from encryption import index

    return index.keyed("notice.filer", filer)


def _change(apps, schema_editor, changed):
    notices = apps.get_model("outbox", "Notice").objects.using(schema_editor.connection.alias)
    rows = []
    for row in notices.exclude(filer=None).only("pk", "filer").iterator(BATCH):
        row.filer = changed(bytes(row.filer))
        rows.append(row)
    for first in range(0, len(rows), BATCH):
        notices.bulk_update([row for row in rows[first : first + BATCH] if row.filer], ["filer"])
    notices.filter(pk__in=[row.pk for row in rows if not row.filer]).delete()


def part(apps, schema_editor):
    _change(apps, schema_editor, _told_as)


def join(apps, schema_editor):
    """Put back the value that cases have; a notice whose account is gone goes."""
    from encryption import index

    connection = schema_editor.connection
    accounts = []
    if apps.get_model("outbox", "Notice").objects.using(connection.alias).exclude(filer=None).exists():
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM accounts_user")
            accounts = [one if isinstance(one, uuid.UUID) else uuid.UUID(one) for (one,) in cursor.fetchall()]
    values = (index.keyed("filer", user.bytes) for user in accounts)
    known = {_told_as(value): value for value in values}
    _change(apps, schema_editor, known.get)


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_outbox")]
    operations = [migrations.RunPython(part, join)]
