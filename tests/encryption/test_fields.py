"""What a sealed column declares, and what the system checks refuse."""

import pytest
from django.core.checks.registry import registry
from django.db import models
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from encryption.fields import SealedField, check_labels, sealed_fields
from tests.encryption.sample.models import Person

pytestmark = pytest.mark.both_databases("sealed columns")


class Abstract(models.Model):
    class Meta:
        abstract = True
        app_label = "sealed_sample"

    def __str__(self) -> str:
        return str(self.pk)


def test_every_label_is_its_own():
    """A label shared by two columns would let their ciphertexts be exchanged."""
    assert check_labels() == []
    assert len({field.label for field in sealed_fields()}) == len(sealed_fields()) > 0


@isolate_apps("tests.encryption.sample")
def test_a_label_taken_twice_is_refused(monkeypatch):
    class Twin(Abstract):
        id = models.UUIDField(primary_key=True)
        again = SealedField(label="sample_person.last_name", access_class="B")

    monkeypatch.setattr("encryption.fields.apps.get_models", lambda **_: [Person, Twin])

    assert [error.id for error in check_labels()] == ["encryption.E001"]


@isolate_apps("tests.encryption.sample")
def test_a_row_needs_a_uuid():
    class Numbered(Abstract):
        text = SealedField(label="numbered.text", access_class="B")

    assert "encryption.E002" in [error.id for error in Numbered.check()]


@isolate_apps("tests.encryption.sample")
def test_a_row_may_have_the_uuid_of_another():
    class Main(Abstract):
        id = models.UUIDField(primary_key=True)

    class Part(Abstract):
        main = models.OneToOneField(Main, models.CASCADE, primary_key=True)
        text = SealedField(label="part.text", access_class="B")

    assert Part.check() == []


def test_the_labels_check_runs_at_every_start():
    assert check_labels in registry.registered_checks


@pytest.mark.parametrize(
    "wrong",
    [
        {"label": "last_name"}, {"label": "Child.name"}, {"label": "a.b.c"}, {"kind": "float"},
        {"key": "draft"}, {"security_class": "P2"},
    ],
)  # fmt: skip
def test_a_declaration_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"label|unknown"):
        SealedField(**{"label": "child.name", "access_class": "B"} | wrong)


@pytest.mark.parametrize("field", Person._meta.local_fields[2:], ids=lambda field: field.name)
def test_a_migration_writes_the_declaration_again(field):
    _, path, args, options = field.deconstruct()
    again = field.clone()

    assert (path, args) == ("encryption.fields.SealedField", [])
    for name in ("label", "access_class", "kind", "security_class", "key", "indexed", "max_length"):
        assert getattr(again, name) == getattr(field, name)
    assert options["label"] == field.label
    assert "SealedField(" in MigrationWriter.serialize(field)[0]


def test_the_class_says_how_it_is_guarded():
    """SEC-DC2: one declaration that other parts read."""
    by_label = {field.label: field for field in sealed_fields()}

    filed_by = by_label["sample_person.filed_by"]
    assert (filed_by.security_class, filed_by.access_class, filed_by.key) == ("P4", "F", "filer")
    assert by_label["sample_person.last_name"].security_class == "P3"
