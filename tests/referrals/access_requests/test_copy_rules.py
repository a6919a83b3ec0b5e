"""Every field of every model says whose data it holds (domain.md §7.5: an undeclared one fails the system check)."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core import checks
from django.db import models

from referrals.access_requests import wording
from referrals.access_requests.collection import SHOWN
from referrals.models import Fact
from referrals.models.copy_rules import ELSEWHERE, check_copy_rules, field_rules, row_rule, undeclared
from referrals.models.fields import clear, sealed
from referrals.vocabulary.access_requests import Subject

MODELS = list(apps.get_app_config("referrals").get_models(include_auto_created=True))
COPIED = [model for model in MODELS if row_rule(model) is not None]
RULES = [(model, name, rule) for model in COPIED for name, rule in field_rules(model).items()]


@pytest.fixture
def novelty(request):
    """A model of an app that is there for one test."""

    def make(app, **members):
        members |= {"__module__": __name__, "Meta": type("Meta", (), {"app_label": app, "managed": False})}
        request.addfinalizer(lambda: (apps.all_models[app].pop("novelty"), apps.clear_cache()))
        return type("Novelty", (models.Model,), members)

    return make


def test_every_field_of_every_model_is_declared():
    assert check_copy_rules in checks.registry.registry.registered_checks
    assert check_copy_rules() == []
    assert {model.__name__ for model in COPIED} == set(SHOWN), "declared, and in no copy"
    for model in MODELS:
        assert (row_rule(model) is None) == bool(vars(model).get("not_copied") or model._meta.auto_created), (
            model
        )


def test_other_apps_say_why_they_hold_nothing_of_a_case():
    others = {
        model._meta.app_label for model in apps.get_models() if not model.__module__.startswith("tests.")
    }

    assert others - {"referrals"} == set(ELSEWHERE)


def test_a_field_that_nobody_declared_is_named_and_in_no_copy():
    for name, field in {
        "afterthought": models.TextField(null=True),
        "clear_thought": clear(models.TextField(null=True), "A"),
        "sealed_thought": sealed("fact.sealed_thought", "D", withhold=()),
    }.items():
        field.contribute_to_class(Fact, name)
        try:
            assert undeclared(Fact) == [f"referrals.Fact.{name}"]
            assert [error.id for error in check_copy_rules()] == ["referrals.E001"]
            assert name not in field_rules(Fact)
        finally:
            Fact._meta.local_fields.remove(field)
            Fact._meta._expire_cache()


def test_a_model_that_nobody_declared_is_named(novelty):
    assert undeclared(novelty("referrals")) == ["referrals.Novelty"]


def test_a_model_does_not_inherit_a_declaration(novelty):
    """Rows of a new table aren't those of the table whose class it was made from."""
    parent = type("Mixin", (), {"copied": row_rule(Fact), "not_copied": "a reason"})
    model = novelty("referrals")
    model.__bases__ = (parent, models.Model)

    assert undeclared(model) == ["referrals.Novelty"]


def test_no_other_app_relates_to_a_case(novelty):
    model = novelty("outbox", fact=models.ForeignKey(Fact, models.CASCADE, related_name="+"))

    assert undeclared(model) == ["outbox.Novelty"]


def test_an_unknown_option_of_a_field_is_refused():
    with pytest.raises(TypeError):
        clear(models.TextField(), "A", subjects=Subject.CHILD)
    with pytest.raises(TypeError):
        sealed("fact.afterthought", "D", subjects=Subject.CHILD)


def test_no_migration_knows_whose_data_a_field_holds():
    options = {"subject", "withhold", "alone", "copied"}

    assert not any(options & set(model._meta.get_field(name).deconstruct()[3]) for model, name, _ in RULES)
    migrations = Path(apps.get_app_config("referrals").path, "migrations").glob("*.py")
    assert not any(re.search("Withholding|FieldRule", path.read_text()) for path in migrations)


def test_every_field_of_a_copy_has_words():
    """A person reads no column's name."""
    copied = [(name, model.__name__) for model, name, rule in RULES if rule.subjects != {Subject.NOBODY}]

    assert [one for one in copied if wording.label(*one) == one[0]] == []


def test_what_may_be_hidden_at_once_is_among_the_reasons():
    for model, name, rule in RULES:
        assert rule.subjects, f"{model}.{name}"
        assert {rule.from_child, rule.from_holder} - {None} <= rule.withhold, f"{model}.{name}"


def test_a_filers_identity_is_the_filers_alone_and_a_protected_place_is_nobodys():
    """§2.8 no. 15: no declaration lets class C or K into the copy of anybody else."""
    for model, name, rule in RULES:
        access_class = getattr(model._meta.get_field(name), "access_class", "")
        if access_class == "C":
            assert rule.subjects <= {Subject.FILER, Subject.NOBODY}, f"{model}.{name}"
        if access_class == "K":
            assert rule.subjects == {Subject.NOBODY}, f"{model}.{name}"
