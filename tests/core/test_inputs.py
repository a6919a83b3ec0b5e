"""SEC-IN4, SEC-IN5: a field takes what it can give back unchanged, and refuses the rest by a code."""

import unicodedata
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from core.inputs import Code, Codes, Day, Flag, Id, Instant, Items, StrictSerializer, Text, Whole, text_fault

UUID_TEXT = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"


def codes_of(field, value):
    with pytest.raises(ValidationError) as refused:
        field.run_validation(value)
    return refused.value.get_codes()


def fault(value, **options):
    return text_fault(value, **{"max_length": 200, "max_bytes": 600, **options})


TEXTS = {
    "a control": ("a\x07b", "control-character"),
    "NUL": ("a\x00b", "control-character"),
    "a C1 control": ("a\x85b", "control-character"),
    "a line feed in one line": ("a\nb", "control-character"),
    "a right-to-left override": ("a\u202eb", "control-character"),
    "a directional isolate": ("\u2066a\u2069", "control-character"),
    "a zero-width space": ("a\u200bb", "control-character"),
    "a zero-width joiner": ("a\u200db", "control-character"),
    "a byte order mark inside": ("a\ufeffb", "control-character"),
    "a soft hyphen": ("a\u00adb", "control-character"),
    "a line separator": ("a\u2028b", "control-character"),
    "a private character": ("a\ue000b", "control-character"),
    "a noncharacter": ("a\uffffb", "control-character"),
    "a Hangul filler": ("a\u3164b", "control-character"),
    "five marks on a letter": ("z" + "\u0335" * 5, "combining-run"),
    "a decomposed letter": (unicodedata.normalize("NFD", "é"), "not-nfc"),
    "nothing": ("", "blank"),
    "spaces": ("   ", "blank"),
    "no-break spaces": ("\u00a0\u2003", "blank"),
}


@pytest.mark.sec("SEC-IN4")
@pytest.mark.parametrize(("value", "code"), TEXTS.values(), ids=TEXTS.keys())
def test_a_text_that_deceives_or_shows_nothing_is_refused(value, code):
    assert codes_of(Text(), value) == [code]


@pytest.mark.sec("SEC-IN4")
@pytest.mark.parametrize(
    "value",
    [
        "Zoé N'Diaye-Lefèvre",
        " a space before",
        "Nguyễn Thị Ánh",
        "محمد",
        "👍🏽",
        "z" + "\u0335" * 4,
        "1\ufe0f\u20e3",
    ],
)
def test_an_honest_text_is_given_back_to_the_letter(value):
    assert Text().run_validation(value) == value


@pytest.mark.sec("SEC-IN4")
def test_lines_and_tabs_pass_where_the_field_has_lines():
    assert Text(multiline=True).run_validation("a\n\tb é") == "a\n\tb é"
    assert codes_of(Text(multiline=True), "a\rb é") == ["control-character"]
    assert codes_of(Text(multiline=True), "a\rb") == ["control-character"]


@pytest.mark.sec("SEC-IN4")
def test_length_is_bounded_in_code_points_and_in_bytes():
    assert fault("é" * 200) is None
    assert fault("é" * 201) == "too-long"
    assert fault("\U0001f600" * 150) is None
    assert fault("\U0001f600" * 151) == "too-many-bytes"


@pytest.mark.sec("SEC-IN4")
@given(st.text(st.characters()))
def test_what_passes_is_composed_storable_and_passes_again(value):
    if fault(value) is None:
        assert unicodedata.is_normalized("NFC", value)
        assert value.encode().decode() == value
        assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"} for c in value)
        assert Text().run_validation(value) == value


@pytest.mark.sec("SEC-IN4")
@pytest.mark.parametrize("value", [1, 1.5, True, ["a"], {"a": 1}])
def test_only_a_text_is_a_text(value):
    assert codes_of(Text(), value) == ["not-text"]


def test_a_text_may_be_allowed_blank_or_need_a_length():
    assert Text(allow_blank=True).run_validation("") == ""
    assert codes_of(Text(min_length=3), "ab") == ["too-short"]


@pytest.mark.sec("SEC-IN4")
@pytest.mark.parametrize("value", ["1", "01", "1_000", "١٢", 1.0, True, "0x1"])
def test_only_a_json_number_is_a_whole_number(value):
    assert codes_of(Whole(), value) == ["not-integer"]


@pytest.mark.sec("SEC-IN4")
@pytest.mark.parametrize("value", ["1_000", "١٢", "01", "+1", " 1", "1.0", "9" * 400, "", "-0x1"])
def test_a_number_in_a_query_is_plain_ascii_digits(value):
    assert Whole(in_query=True).run_validation("12") == 12
    assert codes_of(Whole(in_query=True), value) == ["not-integer"]


def test_a_whole_number_keeps_its_bounds():
    field = Whole(min_value=1, max_value=3)

    assert [field.run_validation(n) for n in (1, 3)] == [1, 3]
    assert codes_of(field, 0) == ["too-small"]
    assert codes_of(field, 4) == ["too-large"]


@pytest.mark.sec("SEC-IN5")
@pytest.mark.parametrize(
    "value", ["2026-2-1", "2026-02-30", "20260201", "2026-W05-1", "٢٠٢٦-٠١-٠١", "2026-01-01T00:00", 20260101]
)
def test_only_a_day_of_the_calendar_is_a_date(value):
    assert codes_of(Day(), value) == ["not-date"]


@pytest.mark.sec("SEC-IN5")
def test_a_date_keeps_the_range_of_its_field():
    field = Day(earliest=date(2008, 1, 1), latest=date(2026, 11, 24))

    assert field.run_validation("2008-01-01") == date(2008, 1, 1)
    assert field.run_validation("2024-02-29") == date(2024, 2, 29)
    assert codes_of(field, "2007-12-31") == ["too-early"]
    assert codes_of(field, "2026-11-25") == ["too-late"]
    assert codes_of(Day(), "0001-01-01") == ["too-early"]
    assert codes_of(Day(), "9999-12-31") == ["too-late"]


@pytest.mark.sec("SEC-IN5")
@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01T00:00:00",
        "2026-01-01",
        "2026-01-01 00:00:00Z",
        "2026-01-01T25:00:00Z",
        "2026-01-01T00:00:00+2",
    ],
)
def test_an_instant_without_its_offset_is_no_instant(value):
    assert codes_of(Instant(), value) == ["not-instant"]


@pytest.mark.sec("SEC-IN5")
def test_an_instant_is_kept_in_utc_and_overflows_at_no_end_of_the_calendar():
    found = Instant().run_validation("2026-03-29T02:30:00+02:00")

    assert found == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert found.tzinfo is UTC
    assert Instant().to_representation(found) == "2026-03-29T00:30:00Z"
    assert codes_of(Instant(), "0001-01-01T00:00:00+14:00") == ["too-early"]
    assert codes_of(Instant(), "9999-12-31T23:59:59-14:00") == ["too-late"]


@pytest.mark.sec("SEC-IN3")
@pytest.mark.parametrize(
    "value",
    [UUID_TEXT.replace("-", ""), f"{{{UUID_TEXT}}}", f"urn:uuid:{UUID_TEXT}", UUID_TEXT.replace("6", "٦"), 1],
)
def test_an_id_is_a_uuid_in_its_one_form(value):
    assert Id().run_validation(UUID_TEXT) == UUID(UUID_TEXT)
    assert codes_of(Id(), value) == ["not-id"]


@pytest.mark.parametrize("value", ["x", "A", 1, True, ["a"], {"a": 1}, "a "])
def test_a_code_is_one_of_its_list_letter_for_letter(value):
    assert Code(["a", "b"]).run_validation("a") == "a"
    assert codes_of(Code(["a", "b"]), value) == ["not-a-choice"]


def test_a_code_may_be_allowed_blank():
    assert Code(["a"], allow_blank=True).run_validation("") == ""
    assert codes_of(Code(["a"]), "") == ["not-a-choice"]


def test_a_list_of_codes_names_the_wrong_one_and_takes_none_twice():
    assert Codes(["a", "b"]).run_validation(["b", "a"]) == ["b", "a"]
    assert codes_of(Codes(["a", "b"]), ["a", "a"]) == ["duplicate"]
    assert codes_of(Codes(["a", "b"]), ["a", "c"]) == {1: ["not-a-choice"]}
    assert codes_of(Codes(["a", "b"]), "a") == ["not-list"]


def test_no_list_is_unbounded():
    assert codes_of(Items(child=Whole()), [1] * 51) == ["too-many-items"]
    assert codes_of(Items(child=Whole()), {"0": 1}) == ["not-list"]


@pytest.mark.parametrize("value", [1, 0, "true", "on", "yes", "True"])
def test_a_flag_is_a_json_boolean(value):
    assert Flag().run_validation(True) is True
    assert Flag(in_query=True).run_validation("false") is False
    assert codes_of(Flag(), value) == ["not-boolean"]


class Person(StrictSerializer):
    last_name = Text(max_length=50)
    born_on = Day(required=False)
    id = Id(read_only=True)


class Household(StrictSerializer):
    people = Person(many=True)


@pytest.mark.sec("SEC-IN6")
def test_each_undeclared_and_read_only_member_is_named_beside_the_other_faults():
    found = Person(data={"last_name": 3, "borne_on": "2020-01-01", "id": UUID_TEXT, "state": "closed"})

    assert not found.is_valid()
    assert {name: [e.code for e in errors] for name, errors in found.errors.items()} == {
        "last_name": ["not-text"],
        "borne_on": ["unknown"],
        "id": ["unknown"],
        "state": ["unknown"],
    }


@pytest.mark.sec("SEC-IN11")
def test_a_name_that_looks_like_a_value_is_not_repeated():
    found = Person(data={"last_name": "a", "Marie Dupont": 1, "marie@dupont.example": 1})

    assert not found.is_valid()
    assert list(found.errors) == ["?"]


def test_a_body_of_another_shape_is_refused():
    assert codes_of(Person(), ["a"]) == ["not-object"]


def test_nested_lists_are_bounded_and_their_faults_have_a_place():
    many = Household(data={"people": [{"last_name": "a"}] * 51})
    wrong = Household(data={"people": [{"last_name": "a"}, {"nom": "b"}]})

    assert not many.is_valid()
    assert not wrong.is_valid()
    assert set(wrong.errors["people"][1]) == {"last_name", "nom"}


@pytest.mark.sec("SEC-IN11")
def test_a_refusal_carries_a_bound_and_nothing_that_was_sent():
    with pytest.raises(ValidationError) as refused:
        Text(max_length=3).run_validation("canary")

    assert [str(item) for item in refused.value.detail] == ["3"]
