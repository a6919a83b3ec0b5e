"""Every field of every model says whose data it holds (domain.md §7.5: an undeclared one fails the build)."""

import pytest
from django.apps import apps
from django.db import models

from referrals.access_requests import wording
from referrals.access_requests.declarations import DECLARED, label_of, undeclared
from referrals.access_requests.declarations.kinds import Whose
from referrals.vocabulary.access_requests import Subject

pytestmark = pytest.mark.both_databases(
    "what is copied past row-level security, and the role that reads entries"
)

MODELS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if not model.__module__.startswith("tests.") and model._meta.app_label != "sealed_sample"
]


def test_every_field_of_every_model_is_declared():
    assert undeclared(MODELS) == [], "say in declarations/ whose data it holds, and why it may be withheld"
    assert {label_of(model) for model in MODELS} == set(DECLARED), "declared, and not there"


def test_a_field_that_nobody_declared_is_named():
    class Novelty(models.Model):
        class Meta:
            app_label = "referrals"
            managed = False

        def __str__(self):
            return "novelty"

    try:
        assert undeclared([Novelty]) == ["referrals.Novelty"]
    finally:
        del apps.all_models["referrals"]["novelty"]
        apps.clear_cache()
    fact = apps.get_model("referrals", "Fact")
    models.TextField(null=True).contribute_to_class(fact, "afterthought")
    try:
        assert undeclared([fact]) == ["referrals.Fact.afterthought"]
    finally:
        field = fact._meta.get_field("afterthought")
        fact._meta.local_fields.remove(field)
        fact._meta._expire_cache()


def test_every_field_of_a_copy_has_words():
    """A person reads no column's name."""
    copied = [
        (name, label.partition(".")[2])
        for label, declared in DECLARED.items()
        for name, held in declared.fields.items()
        if held.subjects != {Subject.NOBODY}
    ]

    assert [one for one in copied if wording.label(*one) == one[0]] == []


def test_what_is_declared_whole_says_why_and_the_rest_says_of_whom():
    for label, declared in DECLARED.items():
        assert bool(declared.reason) == (declared.whose is Whose.NOBODY), label
        assert all(held.subjects for held in declared.fields.values()), label


def test_a_filers_identity_is_the_filers_alone_and_a_protected_place_is_nobodys():
    """§2.8 no. 15: no declaration lets class C or K into the copy of anybody else."""
    for label, declared in DECLARED.items():
        model = apps.get_model(label)
        for name, held in declared.fields.items():
            access_class = getattr(model._meta.get_field(name), "access_class", "")
            if access_class == "C":
                assert held.subjects <= {Subject.FILER, Subject.NOBODY}, f"{label}.{name}"
            if access_class == "K":
                assert held.subjects == {Subject.NOBODY}, f"{label}.{name}"
