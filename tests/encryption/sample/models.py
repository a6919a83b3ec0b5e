"""Two tables with sealed columns, of every kind, to show what holds for any table that has some."""

from uuid import uuid4

from django.db import models

from encryption.fields import SealedField


class Person(models.Model):
    """Someone in a case, whose keys belong to that case."""

    sealed_owner = "case_id"

    id = models.UUIDField(primary_key=True, default=uuid4)
    case_id = models.UUIDField()
    last_name = SealedField(label="sample_person.last_name", access_class="B", null=True)
    first_name = SealedField(label="sample_person.first_name", access_class="B", null=True)
    born_on = SealedField(label="sample_person.born_on", access_class="B", kind="date", null=True)
    seen_at = SealedField(label="sample_person.seen_at", access_class="C", kind="datetime", null=True)
    status = SealedField(label="sample_person.status", access_class="C", kind="code", null=True)
    signs = SealedField(
        label="sample_person.signs", access_class="C", kind="json", max_length=9000, null=True
    )
    in_danger = SealedField(label="sample_person.in_danger", access_class="C", kind="bool", null=True)
    siblings = SealedField(label="sample_person.siblings", access_class="C", kind="int", null=True)
    narrative = SealedField(label="sample_person.narrative", access_class="C", max_length=20_000, null=True)
    filed_by = SealedField(
        label="sample_person.filed_by", access_class="F", key="filer", security_class="P4", null=True
    )

    def __str__(self) -> str:
        return str(self.pk)


class Note(models.Model):
    """A table whose rows don't say whose keys theirs are."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    text = SealedField(label="sample_note.text", access_class="C", null=True)

    def __str__(self) -> str:
        return str(self.pk)
