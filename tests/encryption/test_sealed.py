"""A sealed value shows nothing, goes nowhere in the clear, and opens within a scope only."""

import copy
import json
import pickle
from uuid import uuid4

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.core.serializers.base import DeserializationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce
from django.forms.models import model_to_dict, modelform_factory
from django.template import Context, Engine
from django.views.debug import ExceptionReporter
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import CharField, ModelSerializer, Serializer

from encryption.errors import ScopeClosed
from encryption.sealed import OpenScope, Sealed
from tests.encryption.sample.models import Note, Person
from tests.encryption.test_values import VALUES

pytestmark = [
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.both_databases("sealed columns"),
]

NAME = "Quenneville-Abrantès"
COLUMN_OF = {
    "text": "narrative", "date": "born_on", "datetime": "seen_at", "code": "status",
    "json": "signs", "bool": "in_danger", "int": "siblings",
}  # fmt: skip


@pytest.fixture
def person(case):
    case.person(last_name="noise")
    return case.person(last_name=NAME)


@pytest.mark.slow("thirty examples of each type")
@pytest.mark.parametrize("kind", COLUMN_OF)
@given(st.data())
@hypothesis_settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_what_opens_is_what_was_sealed(case, scope, kind, data):
    value = data.draw(VALUES[kind])

    person = case.person(**{COLUMN_OF[kind]: value})

    opened = getattr(person, COLUMN_OF[kind]).open(scope)
    assert opened == value
    assert type(opened) is type(value)


@pytest.mark.sec("SEC-CR1")
def test_no_way_of_reading_a_column_gives_anything_but_sealed(person):
    people = Person.objects.filter(pk=person.pk)
    found = [
        people.get().last_name,
        people.only("id").get().last_name,
        people.defer("last_name").get().last_name,
        people.values("last_name").get()["last_name"],
        people.values_list("last_name", flat=True).get(),
        people.values_list("last_name", named=True).get().last_name,
        people.annotate(other=F("last_name")).get().other,
        people.values(other=Coalesce("last_name", "first_name")).get()["other"],
        people.union(people).get().last_name,
        Person.objects.raw("SELECT * FROM sealed_sample_person WHERE id = %s", [_raw_id(person)])[
            0
        ].last_name,
        people.aggregate(one=models.Max("last_name"))["one"] if _has_max() else person.last_name,
    ]

    assert {type(value) for value in found} == {Sealed}


def _raw_id(person):
    return Person._meta.pk.get_db_prep_value(person.pk, models.query.connections["default"])


def _has_max():
    return models.query.connections["default"].vendor == "sqlite"  # PostgreSQL compares no bytea before 18


@pytest.mark.sec("SEC-CR1")
def test_every_text_of_it_is_the_same_word(person):
    sealed = person.last_name
    texts = [
        str(sealed), repr(sealed), f"{sealed}", f"{sealed!r}", "".join(map(str, [sealed])),
        json.loads(json.dumps({"x": sealed}, cls=DjangoJSONEncoder))["x"],
        json.loads(JSONRenderer().render({"x": sealed}))["x"],
        Engine().from_string("{{ x }}").render(Context({"x": sealed})),
    ]  # fmt: skip

    assert set(texts) == {"[sealed]"}
    assert f"{sealed:>10}" == "  [sealed]"


@pytest.mark.sec("SEC-CR1")
def test_an_encoder_that_does_not_know_it_refuses(person):
    with pytest.raises(TypeError):
        json.dumps({"x": person.last_name})


@pytest.mark.sec("SEC-CR1")
def test_serializers_show_the_word(person):
    class ByModel(ModelSerializer):
        class Meta:
            model = Person
            fields = ["last_name", "first_name"]

    class ByHand(Serializer):
        last_name = CharField()

    assert ByModel(person).data == {"last_name": "[sealed]", "first_name": None}
    assert ByHand(person).data == {"last_name": "[sealed]"}


@pytest.mark.sec("SEC-CR1")
@pytest.mark.parametrize("form", ["json", "jsonl", "python"])
def test_a_fixture_holds_the_word_and_does_not_load(person, form):
    made = serializers.serialize(form, [person])

    assert "[sealed]" in str(made)
    with pytest.raises((DeserializationError, ValidationError)):
        list(serializers.deserialize(form, made))


@pytest.mark.sec("SEC-CR1")
def test_a_pickle_or_copy_is_still_sealed(person, scope):
    carried = pickle.dumps(person)
    again = pickle.loads(carried)  # noqa: S301 - our own bytes

    assert NAME.encode() not in carried
    assert str(again.last_name) == "[sealed]"
    assert again.last_name.open(scope) == NAME
    assert copy.deepcopy(person).last_name == copy.copy(person.last_name) == person.last_name


@pytest.mark.sec("SEC-CR1")
def test_forms_and_dictionaries_leave_it_out(person):
    assert not any(isinstance(value, Sealed) for value in model_to_dict(person).values())
    assert "last_name" not in modelform_factory(Person, fields="__all__").base_fields


@pytest.mark.sec("SEC-CR1")
def test_a_debug_page_shows_no_plaintext(person):
    def fails(person):
        return person.last_name.missing

    with pytest.raises(AttributeError) as failed:
        fails(person)

    page = ExceptionReporter(None, failed.type, failed.value, failed.tb.tb_next)
    assert NAME not in page.get_traceback_text() + page.get_traceback_html()


def test_a_sealed_value_does_not_change(person):
    with pytest.raises(AttributeError):
        person.last_name._state = person.last_name._state
    with pytest.raises(AttributeError):
        del person.last_name._state


@pytest.mark.sec("SEC-CR1")
@pytest.mark.parametrize("plaintext", [NAME, b"x", NAME.encode(), 5, ["x"], memoryview(b"x")])
def test_plaintext_is_never_assigned(person, plaintext):
    with pytest.raises(TypeError):
        person.last_name = plaintext
    with pytest.raises(TypeError):
        Person(last_name=plaintext)
    with pytest.raises(TypeError):
        Person.objects.filter(pk=person.pk).update(last_name=plaintext)


@pytest.mark.sec("SEC-CR3")
def test_a_value_of_another_column_or_row_is_not_stored(case, person):
    other = case.person(last_name="x", first_name="y")

    with pytest.raises(ValueError, match="another column"):
        person.last_name = other.first_name
    person.last_name = other.last_name
    with pytest.raises(ValueError, match="another row"):
        person.save()
    with pytest.raises(ValueError, match="another row"):
        Person.objects.bulk_create([Person(case_id=case.id, last_name=other.last_name)])


@pytest.mark.sec("SEC-CR3")
def test_the_filers_identity_is_not_sealed_with_the_case_key(case):
    with pytest.raises(ValueError, match="filer key"):
        case.keys["case"].seal(Person._meta.get_field("filed_by"), uuid4(), NAME)
    with pytest.raises(ValueError, match="case key"):
        case.keys["filer"].seal(Person._meta.get_field("last_name"), uuid4(), NAME)


@pytest.mark.parametrize("lookup", ["last_name", "last_name__contains", "last_name__gt", "last_name__in"])
def test_a_ciphertext_is_not_searched(lookup, person):
    with pytest.raises(FieldError):
        Person.objects.filter(**{lookup: person.last_name}).exists()


def test_absence_can_be_asked(person):
    assert Person.objects.filter(pk=person.pk, last_name__isnull=False, first_name__isnull=True).exists()
    assert person.first_name is None


# --- the scope


@pytest.mark.sec("SEC-CR2")
def test_the_scope_is_told_before_the_value_comes_out(case, person, scope):
    person.last_name.open(scope)

    assert scope.noted == [("sample_person.last_name", person.pk, case.keys["case"].id)]


@pytest.mark.sec("SEC-CR2")
def test_a_closed_scope_opens_nothing(person, scope):
    scope.is_open = False

    with pytest.raises(ScopeClosed):
        person.last_name.open(scope)


@pytest.mark.sec("SEC-CR2")
def test_only_a_real_scope_opens(person):
    class Impostor:
        def note(self, label, row, key_id):
            pass

    OpenScope.register(Impostor)

    for scope in (None, object(), Impostor()):
        with pytest.raises(TypeError):
            person.last_name.open(scope)


def test_a_value_without_its_row_is_bound_first(person, scope):
    loose = Person.objects.values("last_name").get(pk=person.pk)["last_name"]

    with pytest.raises(ValueError, match="bound"):
        loose.open(scope)
    assert loose.bound(person.pk).open(scope) == NAME
    with pytest.raises(ValueError, match="another row"):
        loose.bound(person.pk).bound(uuid4())


def test_a_table_that_names_no_owner_works_too(case, scope):
    pk = uuid4()
    Note.objects.create(pk=pk, text=case.keys["case"].seal(Note._meta.get_field("text"), pk, NAME))

    assert Note.objects.get(pk=pk).text.open(scope) == NAME
