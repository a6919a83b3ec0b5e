"""SEC-AU8, SEC-IN8: what every answer carries, and what no header of a request can change."""

import pytest
from django.test import Client

ADDRESSES = [
    "/healthz",
    "/readyz",
    "/nowhere",
    "/in/fault",
    "/out/fault",
    "/in/journal",
    "/in/absent",
    "/in/anonymous",
    "/healthz?a=%00",
    "/plain",
]


@pytest.mark.sec("SEC-AU8")
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_protective_headers(http, address):
    response = http.get(address)

    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "no-referrer"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.sec("SEC-AU8")
def test_production_promises_tls(http, settings):
    assert "Strict-Transport-Security" not in http.get("/nowhere")

    settings.SECURE_HSTS_SECONDS = 31_536_000

    assert http.get("/nowhere")["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.sec("SEC-IN8")
@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "BREW", "G\u00c9T"])
@pytest.mark.parametrize("address", ["/plain", "/take", "/nowhere", "/healthz"])
def test_an_unknown_method_is_refused_at_the_door(http, method, address):
    response = http.generic(method, address)

    assert response.status_code == 405
    assert response.json()["code"] == "method-not-allowed"
    assert "GET" in response["Allow"]


@pytest.mark.sec("SEC-IN8")
@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_changes_the_method(http, name):
    response = http.get("/take", headers={name: "POST"})

    assert response.status_code == 405


@pytest.mark.sec("SEC-IN8")
def test_no_header_changes_host_scheme_or_address(http):
    spoofed = {
        "X-Forwarded-Host": "attacker.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": "1",
        "X-Original-URL": "/take",
        "X-Rewrite-URL": "/take",
        "Forwarded": "host=attacker.example;proto=https",
    }
    response = http.get("/plain", headers=spoofed)

    assert response.content == b"ok"
    assert response.wsgi_request.get_host() == "testserver"
    assert response.wsgi_request.scheme == "http"


@pytest.mark.sec("SEC-IN8")
def test_an_unknown_host_is_refused_without_being_repeated(http):
    response = http.get("/plain", headers={"host": "attacker.example"})

    assert response.status_code == 400
    assert b"attacker" not in response.content


@pytest.mark.sec("SEC-IN2")
@pytest.mark.parametrize("query", ["a=%00", "a=b%00c", "%00=1", "a=%ff", "a=%c3%28", "a=%ed%a0%80"])
def test_a_query_that_is_no_text_is_refused(http, query):
    response = http.get(f"/plain?{query}")

    assert response.status_code == 400
    assert response.json()["code"] == "query-malformed"


def test_an_honest_query_passes(http):
    assert http.get("/plain?a=%C3%A9&b=1+2").status_code == 200


@pytest.mark.sec("SEC-IN8")
def test_sixty_four_kilobytes_of_header_have_no_effect(http):
    response = http.get("/plain", headers={"X-Anything": "a" * 65_536, "Accept-Language": "é" * 65_536})

    assert response.status_code == 200


def test_options_tells_nothing_of_the_code(settings, db):
    settings.ROOT_URLCONF = "tests.config.sample_urls"
    response = Client().options("/take")

    assert response.status_code == 405
    assert b"Take" not in response.content
