"""SEC-IN2, SEC-IN8: what a parameter, a header or an odd verb may not do, on every address."""

import json
import re
from datetime import UTC, datetime

import pytest

from referrals.models import RetentionBatch
from tests.night import NIGHT, some
from tests.referrals.api.routes import ask, masked, of_a_case, routes
from tests.schema import document
from tests.security.procedure import version_of
from tests.security.test_routes import an_import

HOSTILE = {
    "NUL": "%00",
    "5,000 digits": "9" * 5_000,
    "bad UTF-8": "%ff%fe",
    "direction mark": "%e2%80%ae",
    "line": "a%0d%0ab",
}
#: Parameters that no address has.
UNKNOWN = ("nowhere=1", "state__in=x", "pk=1", "format=json", "%00=1")
#: May be a text that matches nothing; never a pattern that matches everything.
WILD = ("%25", "_", "*", "'", "%25%25", "1_000", "%d9%a1")


def taken():
    """Return the parameters that the schema declares, by path of a GET."""
    paths = document()["paths"]
    return {
        path.removeprefix("/api/v1/"): [
            p["name"] for p in one["get"].get("parameters", []) if p["in"] == "query"
        ]
        for path, one in paths.items()
        if "get" in one
    }


def _as_urlconf(found):
    return f"<uuid:{'pk' if found[1] == 'id' else found[1]}>"


READERS = {
    "audit/": "auditor",
    "emergency-sheets": "on_call",
    "users": "territory_admin",
    "memberships": "territory_admin",
    "membership-requests": "territory_admin",
    "account-requests": "territory_admin",
    "imports": "territory_admin",
    "factor-resets": "territory_admin",
    "retention-batches": "dpo",
    "data-breaches": "dpo",
    "resource": "directory_editor",
    "structures": "directory_editor",
    "secret-openings": "supervisor",
}


def reader_of(world, route):
    """Return who may read an address."""
    role = next((role for start, role in READERS.items() if route.path.startswith(start)), "crip_coordinator")
    return world.as_(role)


@pytest.mark.slow("every address")
@pytest.mark.sec("SEC-IN2")
def test_every_address_refuses_what_it_does_not_take(world, case):
    units = world.authorities["93"].pk
    batch = RetentionBatch.objects.create(
        authority_id=units, month="2026-11-01", proposed_at=datetime.now(UTC)
    )
    ids = {
        "authorities": units,
        "retention-batches": batch.pk,
        "imports": an_import(world).pk,
        "memberships": world.memberships["93", "measure_service"].pk,
    }
    declared = {re.sub(r"\{(\w+)\}", _as_urlconf, path): names for path, names in taken().items()}
    asked = 0
    for route in routes(verbs=("get",)):
        start = route.path.partition("/")[0]
        at = route.at(ids.get(start, case.pk))
        caller = reader_of(world, route)
        names = declared[route.path]
        refused = [f"{at}?{said}" for said in some(UNKNOWN, at)]
        hostile, doubled, wild = ({n for n in names if kind in some("hdw", at + n)} for kind in "hdw")
        refused += [f"{at}?{n}={h}" for n in names if n in hostile for h in some([*HOSTILE.values()], at + n)]
        refused += [f"{at}?{n}=x&{n}=x" for n in names if n in doubled]
        for address in refused:
            if route.path in ("session", "me", "workflow") and not names:
                continue
            answer = caller.client.get(f"/api/v1/{address}")
            assert answer.status_code == 400, (address[:120], answer.status_code, answer.content[:200])
            asked += 1
        if route.path in ("sessions", "sign-ins-to-check"):
            continue  # of whoever came with a token it asks nothing more: there is no session to list
        for address in [f"{at}?{n}={w}" for n in names if n in wild for w in some(WILD, at + n)]:
            answer = caller.client.get(f"/api/v1/{address}")
            assert answer.status_code in (200, 400), (address, answer.status_code)
            assert answer.status_code == 400 or answer.json()["results"] == [], address

    assert asked > 150


@pytest.mark.sec("SEC-IN2")
def test_every_write_of_a_case_refuses_parameters(world, case):
    cell, version = world.as_("crip_coordinator"), version_of(case.pk)

    for route in of_a_case("post", "patch")[:: 1 if NIGHT else 2]:
        answer = ask(cell, route, route.at(case.pk) + "?dry_run=true", {}, version=version)
        assert answer.status_code == 400, (route.name, answer.content)
    assert cell.post("referrals?submit=true", {}).status_code == 400


@pytest.mark.sec("SEC-IN8")
@pytest.mark.parametrize(
    "headers",
    [
        {"x-http-method-override": "DELETE"},
        {"x-method-override": "PATCH"},
        {"x-forwarded-for": "10.0.0.1", "x-forwarded-host": "evil.invalid", "x-forwarded-proto": "http"},
        {"x-original-url": "/api/v1/audit/entries", "x-rewrite-url": "/api/v1/audit/entries"},
        {"x-user": "1", "remote-user": "root", "x-actor": "root", "x-role": "crip_coordinator"},
        {"accept": "text/html"},
        {"content-type": "application/xml"},
        {"range": "bytes=0-10", "if-none-match": '"1"', "expect": ""},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_no_header_changes_what_is_read(world, case, headers):
    cell = world.as_("crip_coordinator")
    path = f"/api/v1/referrals/{case.pk}"
    cell.client.get(path)
    plain = cell.client.get(path)

    answer = cell.client.get(path, headers=headers)

    if "accept" in headers:
        assert answer.status_code in (200, 406)
    else:
        assert masked(answer)[:2] == masked(plain)[:2]


@pytest.mark.slow("every address")
@pytest.mark.sec("SEC-IN8")
def test_an_address_takes_no_other_verb(world, case):
    cell = world.as_("crip_coordinator")
    verbs = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "LOCK"}
    allowed = {}
    for route in routes():
        allowed.setdefault(route.path, set()).add(route.verb.upper())
    for path, known in [*allowed.items()][:: 1 if NIGHT else 4]:
        at = next(route for route in routes() if route.path == path).at(case.pk)
        for verb in some(sorted(verbs - known), path):
            answer = cell.client.generic(verb, f"/api/v1/{at}", "{}", content_type="application/json")
            assert answer.status_code == 405, (verb, path, answer.status_code)
            assert "class" not in answer.content.decode().lower()


@pytest.mark.sec("SEC-IN8")
def test_a_member_sent_twice_is_refused_and_a_form_is_no_json(world, case):
    cell, version = world.as_("crip_coordinator"), version_of(case.pk)
    path = f"/api/v1/referrals/{case.pk}/acknowledge"
    headers = {"if-match": f'"{version}"'}

    twice = cell.client.post(
        path, '{"note": "a", "note": "b"}', content_type="application/json", headers=headers
    )
    form = cell.client.post(path, {"note": "a"}, headers=headers)
    plain = cell.client.post(path, json.dumps({"note": "a"}), content_type="text/plain", headers=headers)

    assert [one.status_code for one in (twice, form, plain)] == [400, 415, 415]
    assert version_of(case.pk) == version
