"""What holds on every address there is, known or not: asked by walking the addresses, not by listing them."""

import pytest
from django.urls import get_resolver
from django.urls.converters import UUIDConverter

from tests.night import one_in

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NOTHING = "00000000-0000-4000-8000-00000000dead"


def addresses(resolver=None, before=""):
    """Yield each address with an id of nothing in the place of its parameters."""
    for pattern in (resolver or get_resolver("config.urls")).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, before + str(pattern.pattern))
            continue
        address = before + str(pattern.pattern)
        for name, converter in pattern.pattern.converters.items():
            value = NOTHING if isinstance(converter, UUIDConverter) else "nothing"
            kind = "uuid" if isinstance(converter, UUIDConverter) else "str"
            address = address.replace(f"<{kind}:{name}>", value).replace(f"<{name}>", value)
        yield "/" + address


EVERY = [*sorted(set(addresses())), "/", "/nowhere", "/api/v1/nowhere"]


@pytest.mark.sec("SEC-AU8")
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "TRACE"])
def test_every_answer_of_every_address_to_a_stranger_is_protected_and_no_fault(client, method):
    for address in EVERY if method == "GET" else one_in(6, EVERY):
        response = client.generic(method, address, "{}", content_type="application/json")

        assert response.status_code < 500, address
        assert response["Cache-Control"] == "no-store", address
        assert response["X-Content-Type-Options"] == "nosniff", address
        assert response["Referrer-Policy"] == "no-referrer", address
        assert "default-src 'none'" in response["Content-Security-Policy"], address
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json", address
            assert response.json()["status"] == response.status_code, address
        if method == "GET" and address.startswith("/api/v1/") and address != "/api/v1/session":
            assert response.status_code in {401, 404, 405}, f"a stranger reads nothing of the API: {address}"


@pytest.mark.sec("SEC-IN3")
def test_every_id_in_an_address_is_a_uuid():
    """A looser converter would hand text to the database."""
    loose = [address for address in EVERY if address.endswith("/nothing") or "/nothing/" in address]

    assert loose == []


def test_the_schema_is_openapi_3_1(client):
    document = client.get("/api/schema/").json()

    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "Repère"
