"""SEC-IN11: an error is fixed sentences, codes, field names and a request id, whoever raised it and where."""

import json
import re

import pytest
from django.test import Client

from config.closed import DOCUMENT
from config.error_messages import FAULTS, STATUSES, TITLES
from config.errors import STATUS, status_of
from core.languages import in_both, in_language
from tests.config.sample_urls import CANARY, RAISED

STATUS_OF = {
    "unreadable": 409,
    "query": 400,
    "ruled": 403,
    "absent": 404,
    "hidden": 404,
    "http404": 404,
    "drf404": 404,
    "denied": 403,
    "drf403": 403,
    "anonymous": 401,
    "token": 401,
    "throttled": 429,
    "suspicious": 400,
    "bad": 400,
    "fault": 500,
    "parse": 400,
    "validation": 400,
}


def masked(response):
    return re.sub(rb'"request_id":"[^"]+"', b'"request_id":"-"', response.content)


@pytest.mark.sec("SEC-IN11")
@pytest.mark.parametrize("name", STATUS_OF)
def test_an_error_of_the_api_is_a_problem_document_without_values(http, name):
    response = http.get(f"/in/{name}")
    document = response.json()

    assert response.status_code == STATUS_OF[name]
    assert response["Content-Type"] == "application/problem+json"
    assert document["status"] == STATUS_OF[name]
    assert document["type"] == f"urn:repere:problem:{document['code']}"
    assert document["title"] in {in_language(title, "fr") for title in (*TITLES.values(), *STATUSES.values())}
    assert document["request_id"]
    assert CANARY not in response.content.decode()


@pytest.mark.sec("SEC-IN11")
@pytest.mark.parametrize("name", ["absent", "hidden", "http404", "denied", "suspicious", "bad", "fault"])
def test_an_error_outside_the_api_looks_the_same(http, name):
    inside, outside = http.get(f"/in/{name}"), http.get(f"/out/{name}")

    assert outside.status_code == inside.status_code
    assert masked(outside) == masked(inside)
    assert outside["Content-Type"] == inside["Content-Type"]


@pytest.mark.sec("SEC-AZ5")
def test_absent_hidden_and_nowhere_are_the_same_bytes(http):
    answers = [http.get(f"/in/{name}") for name in ("absent", "hidden", "http404", "drf404")]
    answers += [http.get("/nowhere"), http.get("/out/absent"), http.get("/out/http404")]

    assert {masked(answer) for answer in answers} == {masked(answers[0])}
    assert {answer.status_code for answer in answers} == {404}
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}


@pytest.mark.sec("SEC-AL4")
@pytest.mark.sec("SEC-FT17")
@pytest.mark.parametrize("name", ["journal", "journal-too-large", "keys", "database"])
@pytest.mark.parametrize("side", ["in", "out"])
def test_a_part_that_is_out_is_answered_by_the_same_bytes_whatever_was_asked(http, name, side):
    """An act that can't be journaled too: 503 and nothing else. None of it tells what was asked, or what is out."""
    response = http.get(f"/{side}/{name}", headers={"accept-language": "en"})

    assert (response.status_code, response.content) == (503, DOCUMENT)
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() | {"title": ""} == {
        "type": "urn:repere:problem:unavailable", "title": "", "status": 503, "code": "unavailable",
    }  # fmt: skip
    assert all(words in response.json()["title"] for words in in_both(TITLES["unavailable"]).values())


def test_a_401_says_how_to_sign_in(http):
    assert http.get("/in/anonymous")["WWW-Authenticate"] == 'Bearer realm="repere"'
    assert http.get("/in/token")["WWW-Authenticate"] == 'Bearer realm="repere"'


def test_what_may_be_tried_again_says_when(http):
    assert http.get("/in/keys")["Retry-After"] == "5"
    assert http.get("/in/throttled")["Retry-After"] == "8"


def test_a_rule_its_law_and_the_version_reach_the_program(http):
    document = http.get("/in/ruled").json()

    assert document["rule"] == "only_coordination"
    assert document["law"] == "CASF"
    assert document["version"] == 3
    assert document["detail"] == "Seule la coordination peut faire cela."
    assert document["code"] == "not-allowed"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en-GB,en;q=0.9", "en"), ("fr", "fr"), ("de", "fr"), ("", "fr"), ("*" * 5_000, "fr")],
)
def test_the_title_is_in_the_callers_language_french_by_default(http, accepted, language):
    response = http.get("/nowhere", headers={"accept-language": accepted})

    assert response.json()["title"] == in_language(TITLES["not-found"], language)
    assert response["Content-Language"] == language


@pytest.mark.parametrize(
    ("language", "detail"), [("fr", "Cette valeur est illisible."), ("en", "This value can't be read.")]
)
def test_what_an_app_says_is_in_the_callers_language_too(http, language, detail):
    assert http.get("/in/unreadable", headers={"accept-language": language}).json()["detail"] == detail


@pytest.mark.sec("SEC-IN11")
def test_every_wrong_field_is_named_once_with_a_code_and_a_bound(http):
    sent = {"name": f"{CANARY}", "count": 12, "nmae": CANARY, CANARY: 1}
    response = http.post("/take", json.dumps(sent), content_type="application/json")

    assert response.status_code == 400
    assert CANARY not in response.content.decode()
    assert {(e["field"], e["code"], e.get("bound")) for e in response.json()["errors"]} == {
        ("name", "too-long", "5"),
        ("count", "too-large", "9"),
        ("nmae", "unknown", None),
        ("?", "unknown", None),
    }
    assert all(e["detail"] == in_language(FAULTS[e["code"]], "fr") for e in response.json()["errors"])


@pytest.mark.sec("SEC-IN2")
def test_wrong_parameters_are_named(http):
    errors = http.get("/in/query").json()["errors"]

    assert {(e["field"], e["code"]) for e in errors} == {("limit", "malformed"), ("page", "unknown")}


@pytest.mark.sec("SEC-IN1")
@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (b'{"a":1,"a":2}', "application/json", 400, "body-duplicate-key"),
        (b"{}", "application/json; charset=latin-1", 400, "body-not-utf8"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b"[" * 3_000, "application/json", 400, "body-too-deep"),
        (b'["' + b"a" * 300_000 + b'"]', "application/json", 400, "body-too-large"),
    ],
)
def test_a_body_that_is_not_read_says_why(http, body, media_type, status, code):
    response = http.post("/take", body, content_type=media_type)

    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.sec("SEC-IN8")
def test_an_address_of_the_api_names_the_methods_that_it_takes(http):
    response = http.delete("/take")

    assert response.status_code == 405
    assert "POST" in response["Allow"]


def test_a_missing_csrf_token_is_a_problem_document(settings, db):
    settings.ROOT_URLCONF = "tests.config.sample_urls"
    response = Client(enforce_csrf_checks=True).post("/plain")

    assert response.status_code == 403
    assert response.json()["code"] == "csrf"


def test_a_refusal_is_left_on_the_request_for_the_journal(http):
    refusal = http.get("/in/ruled").wsgi_request.refusal

    assert (refusal.status, refusal.code, refusal.rule) == (403, "not-allowed", "only_coordination")


@pytest.mark.sec("SEC-IN11")
def test_a_fault_of_ours_fails_the_suite(settings, db):
    """The last resort answers callers; the test client of every other test raises instead."""
    settings.ROOT_URLCONF = "tests.config.sample_urls"

    with pytest.raises(type(RAISED["fault"])):
        Client().get("/in/fault")


def test_the_sentences_are_complete_and_have_both_languages():
    for sentences in (TITLES, FAULTS, STATUSES):
        for french, english in (in_both(sentence).values() for sentence in sentences.values()):
            assert french
            assert english
            assert french != english
    assert set(STATUS.values()) <= set(STATUSES)


def test_a_subclass_has_its_parents_status():
    assert status_of(type(RAISED["ruled"])) == 403
    assert status_of(ValueError) is None
