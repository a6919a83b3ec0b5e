"""What a person reads beside a wrong field says what to do; none is told of JSON, of a list, or of a code."""

import pytest
from django.utils import translation
from rest_framework import serializers

from core.inputs import Code, Codes, Day, Flag, Id, Instant, Items, StrictSerializer, Text, Whole, many
from web import faults

JARGON = ("JSON", "UUID", "liste", "champ", "valeur", "attendu", "list", "field", "value", "expected")


class Member(StrictSerializer):
    user = Id()


class Body(StrictSerializer):
    """One member of each kind."""

    danger_categories = Codes([("a", "A")], min_length=1)
    people = Items(child=Id(), min_length=1)
    team = many(Member, allow_empty=False)
    answer = Code([("a", "A")])
    person = Id()
    agreed = Flag()
    on = Day()
    at = Instant()
    number = Whole(min_value=2, max_value=5)
    text = Text(min_length=10, max_length=20)


WRONG = [
    ({"danger_categories": []}, "danger_categories", "Choisissez au moins un danger."),
    ({"people": []}, "people", "Cochez au moins une réponse."),
    ({"team": []}, "team", "Désignez au moins une personne."),
    ({"team": [{}]}, "team.0.user", "Choisissez une personne."),
    ({"answer": "b"}, "answer", "Choisissez une réponse."),
    ({"person": "x"}, "person", "Choisissez une réponse."),
    ({"on": "demain"}, "on", "Indiquez une date, par exemple 02/03/2026."),
    ({"on": "0202-03-02"}, "on", "Cette date est trop ancienne : vérifiez l'année."),
    ({"at": "demain"}, "at", "Indiquez le jour et l'heure, par exemple 02/03/2026 14:05."),
    ({"number": 1}, "number", "Écrivez 2 au moins."),
    ({"number": 9}, "number", "Écrivez 5 au plus."),
    ({"text": "court"}, "text", "Écrivez au moins 10 caractères."),
    ({"text": "x" * 21}, "text", "Écrivez 20 caractères au plus."),
    ({"text": ""}, "text", "Écrivez une réponse."),
]


def refused(body):
    """Return the faults of a body as the problem document has them, by their fields."""
    from config.errors import _faults

    try:
        Body.read(body)
    except serializers.ValidationError as error:
        problem = {"status": 400, "errors": [fault.document() for fault in _faults(error.detail)]}
    return {item["field"]: item["detail"] for item in faults.worded(problem, Body)["errors"]}


@pytest.mark.parametrize(("body", "field", "words"), WRONG)
def test_a_fault_says_what_to_do(body, field, words):
    with translation.override("fr"):
        assert refused(body)[field] == words


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_form_sent_empty_is_told_in_plain_words(language):
    with translation.override(language):
        told = refused({})

    assert set(told) == set(Body().fields)
    assert [words for words in told.values() if any(word in words.split() for word in JARGON)] == []


def test_what_is_none_of_the_form_keeps_its_sentence():
    problem = {"errors": [{"field": "version", "code": "unknown", "detail": "Ce champ n'existe pas ici."}]}

    assert faults.worded(problem, Body)["errors"] == problem["errors"]
