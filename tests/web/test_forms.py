"""A page asks for what the input declares, and sends what the API would be sent."""

from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.http import QueryDict
from django.template import Context, Template
from django.test import Client
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.inputs import SignInInput
from referrals.attachments.inputs import Upload
from referrals.filing.form import ConcernForm, form_fields
from referrals.messages.inputs import Complementing
from referrals.models import PARTS, Concern
from tests.night import NIGHT
from tests.web.browsing import HTML
from web import forms
from web.credentials import SIGN_IN
from web.filing import words
from web.filing.sections import sections
from web.filing.topics import part_input
from web.page import sent_pairs
from web.uploads import ASKS
from web.views.filing.progress import lines_of
from web.views.filing.sent import ADDITION

TOPICS = [topic for section in sections() for topic in section.topics]


def sent(**said):
    found = QueryDict(mutable=True)
    for name, value in said.items():
        found.setlist(name, value if isinstance(value, list) else [value])
    return forms.Sent(found)


def test_every_item_that_the_form_can_lack_is_asked_for_on_some_page():
    """Nobody is stopped at the end by a question that no page puts (domain.md §4)."""
    asked = {(one.part, ask.name) for one in TOPICS for ask in forms.every(one.asks)}
    asked |= {("children", "commune_insee"), ("", "good_faith_notice")}
    needed = {("", f.name) for f in form_fields(Concern) if f.need != "O"}
    for part, model in PARTS.items():
        if part != "health_signs":
            needed |= {(part, f.name) for f in form_fields(model) if getattr(f, "need", "O") != "O"}

    assert needed - asked - {("children", "residence_department")} == set()


def test_every_question_is_one_that_its_input_declares():
    for one in TOPICS:
        declared = part_input(one.part)().fields if one.part else ConcernForm().fields
        assert {ask.name for ask in forms.every(one.asks)} <= set(declared), one.slug


def test_an_empty_page_takes_every_answer_back():
    body = forms.body_of(ConcernForm, words.PARENTS, sent())

    assert body["parents_informed"] == ""
    assert body["parents_informed_on"] is None
    assert ConcernForm(data=body).is_valid()


def test_an_answer_that_is_not_called_for_any_more_is_taken_back():
    typed = sent(
        parents_informed="no", parents_informed_by="La directrice", parents_informed_on="2026-11-20",
        not_informed_reason="reprisals",
    )  # fmt: skip
    body = forms.body_of(ConcernForm, words.PARENTS, typed)

    assert (body["parents_informed_by"], body["parents_informed_on"]) == ("", None)
    assert body["not_informed_reason"] == "reprisals"


def test_a_box_that_says_not_known_counts_only_without_an_answer():
    both = sent(**{"prior_actions": "Un entretien", "prior_actions-unknown": "on"})
    neither = sent(**{"prior_actions-unknown": "on"})

    assert forms.body_of(ConcernForm, words.DONE, both)["not_known"] == []
    assert forms.body_of(ConcernForm, words.DONE, neither)["not_known"] == ["prior_actions"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2011-03-02", "2011-03-02"),
        ("02/03/2011", "2011-03-02"),
        ("2/3/2011", "2011-03-02"),
        ("hier", "hier"),
    ],
)
def test_a_day_may_be_typed_as_people_write_it(typed, read):
    body = forms.body_of(part_input("children"), words.IDENTITY, sent(birth_date=typed))

    assert body["birth_date"] == read


@pytest.mark.sec("SEC-IN4")
def test_what_browsers_do_to_a_text_is_undone():
    body = forms.body_of(Complementing, ADDITION, sent(text=" un\r\ndeux e\u0301 "))

    assert body["text"] == "un\ndeux \u00e9"
    assert Complementing(data=body).is_valid()


@pytest.mark.slow("properties of forms")
@pytest.mark.sec("SEC-IN9")
@settings(deadline=None, max_examples=30 if NIGHT else 10)
@given(st.dictionaries(st.sampled_from([f.name for f in form_fields(Concern)]), st.text(max_size=80)))
def test_whatever_is_sent_the_input_decides_and_nothing_fails(said):
    typed = sent(**said)
    for one in TOPICS:
        if one.part or not one.asks:
            continue
        body = forms.body_of(one.takes, one.asks, typed)
        one.takes(data=body).is_valid()
        assert set(body) <= {ask.name for ask in forms.every(one.asks)} | {"not_known"}
        for field in forms.all_of(forms.fields_of(one.takes, one.asks, body)):
            assert field.anchor


def test_coded_answers_have_their_words_in_both_languages():
    for one in TOPICS:
        with translation.override("en"):
            fields = list(forms.all_of(forms.fields_of(one.takes, one.asks, {})))
        with translation.override("fr"):
            french = list(forms.all_of(forms.fields_of(one.takes, one.asks, {})))
        for there, here in zip(fields, french, strict=True):
            assert [o.value for o in there.options] == [o.value for o in here.options]
            assert all(o.label for o in there.options if there.kind != "flag")
    with translation.override("en"):
        (danger, *_) = forms.fields_of(ConcernForm, words.DANGER, {})
    assert [o.label for o in danger.options] == ["Yes", "No", "Doesn't know"]


@pytest.mark.sec("SEC-IN1", "SEC-CF4")
def test_a_form_has_so_many_fields_and_bytes_and_no_more(db_both):
    """At n and n + 1: what is beyond is refused before anything of it is looked at."""
    browser = Client(headers=HTML, raise_request_exception=False)
    most, bytes_most = configured.DATA_UPLOAD_MAX_NUMBER_FIELDS, configured.DATA_UPLOAD_MAX_MEMORY_SIZE
    form = "application/x-www-form-urlencoded"

    fields = [
        browser.post("/langue", "&".join(["language=en"] * n), content_type=form) for n in (most, most + 1)
    ]
    begun = "language=en&more="
    bodies = [
        browser.post("/langue", begun.ljust(n, "x"), content_type=form) for n in (bytes_most, bytes_most + 1)
    ]

    assert [answer.status_code for answer in fields] == [303, 400]
    assert [answer.status_code for answer in bodies] == [303, 400]


def test_what_was_sent_comes_back_as_it_was_typed():
    typed = sent(
        children=["a", "b"],
        notice_read="true",
        kind="letter",
        rows_kept="x",
        **{"rows-team": "12", "version": "7"},
    )

    assert forms.typed(Upload, ASKS, typed) == {
        "notice_read": True, "kind": "letter", "children": ["a", "b"], "evidence": False,
    }  # fmt: skip
    assert (typed.count("team"), typed.count("kept"), typed.version) == (12, None, 7)


@pytest.mark.parametrize(
    ("typed", "read"), [("", None), ("12", 12), ("x", -1), ("-3", -1), ("1234567890", -1)]
)
def test_a_version_that_none_has_stands_for_a_malformed_one(typed, read):
    assert sent(version=typed).version == read


def test_a_password_is_read_as_it_was_typed_and_never_shown_again():
    typed = sent(email=" a@b.example ", password=" Mot e\u0301 ")
    fields = forms.fields_of(SignInInput, SIGN_IN, forms.typed(SignInInput, SIGN_IN, typed))

    assert forms.body_of(SignInInput, SIGN_IN, typed) == {
        "email": "a@b.example", "password": " Mot e\u0301 ",
    }  # fmt: skip
    assert [(one.kind, one.value) for one in fields] == [("email", " a@b.example "), ("password", "")]


def test_what_cannot_be_saved_comes_back_without_its_token():
    long = "Une phrase plus longue que ce qu'un identifiant peut avoir."
    again = sent_pairs(sent(csrfmiddlewaretoken="x" * 64, once="abc", text=long, note="un\ndeux"))

    assert [(one.name, one.value) for one in again["texts"]] == [("text", long), ("note", "un\ndeux")]
    assert again["hidden"] == [("once", "abc")]


def test_a_table_has_one_head_and_an_empty_list_its_words():
    head = Template('{% load tables %}{% table_head _("Jour") hours _("Total") %}')
    empty = Template('{% include "web/components/empty.html" with words=words tag="li" soft=True only %}')

    assert head.render(Context({"hours": ["0 h", "1 h"]})).strip() == (
        '<thead><tr><th scope="col">Jour</th><th scope="col">0 h</th><th scope="col">1 h</th>'
        '<th scope="col">Total</th></tr></thead>'
    )
    assert empty.render(Context({"words": "L'<b>"})).strip() == '<li class="soft">L&#x27;&lt;b&gt;</li>'


def test_what_is_missing_says_of_which_of_several_it_is():
    missing = [{"field": f"children.{n}.last_name"} for n in (0, 1)]
    with translation.override("fr"):
        titles = [line["title"] for line in lines_of(None, uuid4(), missing, has_child=True)]

    assert titles[1] == f"{titles[0]} (n° 2)"
