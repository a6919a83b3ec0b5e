"""SEC-AZ2, SEC-AZ16: every address is in the schema, and empty to the roles that open no case."""

import pytest

from referrals.access.matrix import BLIND
from tests.factories.concerns import concern
from tests.night import NIGHT, some
from tests.referrals.api.routes import ask, of_a_case, routes
from tests.schema import document
from tests.security.procedure import Case, filed, play, version_of
from tests.shared_fixtures import shared_fixture

BLIND_ROLES = ("auditor", "statistician", "territory_admin", "platform_admin", "directory_editor")


@pytest.mark.sec("SEC-AZ2")
def test_the_schema_has_the_routes_and_no_other(db_both):
    described = {
        (path.removeprefix("/api/v1/"), verb)
        for path, one in document()["paths"].items()
        for verb in one
        if verb in ("get", "post", "put", "patch", "delete")
    }
    served = {(route.path, route.verb) for route in routes()}

    plain = {
        (path.replace("<uuid:pk>", "{id}").replace("<uuid:", "{").replace(">", "}"), v) for path, v in served
    }
    assert described == plain


@pytest.mark.sec("SEC-AZ16")
def test_the_blind_roles_are_those_of_the_matrix():
    assert {str(role) for role in BLIND} == set(BLIND_ROLES)


@shared_fixture
def telling(world):
    """A case of which every value, its reference included, can be told in an answer."""
    case = Case(world, "Secretqwzx {}".format)
    form = concern(filer_name="Secretqwzx", strengths="Secretqwzx")
    form["children"][0] |= {"last_name": "Secretqwzx", "address": "Secretqwzx"}
    play(world, filed(case, form))
    reference = world.as_("filer").get(f"referrals/{case.pk}").json()["reference"]
    return case, ("Secretqwzx", reference, case.pk, case.children[0])


def asking(route):
    """Return who asks an address: by day a list two of them, what is read by its id one."""
    return some(BLIND_ROLES, route.path, 1 if "<" in route.path else 2)


@pytest.mark.slow("every address")
@pytest.mark.sec("SEC-AZ16")
@pytest.mark.parametrize("role", BLIND_ROLES)
def test_a_blind_role_finds_nothing_at_any_address(world, telling, role):
    case, secrets = telling
    caller, version = world.as_(role), version_of(case.pk)
    for route in of_a_case() if NIGHT else of_a_case()[BLIND_ROLES.index(role) :: len(BLIND_ROLES)]:
        answer = ask(caller, route, route.at(case.pk), version=version)
        assert answer.status_code == 404, (route.name, answer.status_code)
    for route in [one for one in routes(verbs=("get",)) if role in asking(one)]:
        answer = ask(caller, route, route.at(world.authorities["93"].pk))
        asked_too_little = (400,) if route.path.startswith(("audit/proofs/", "audit/questions/")) else ()
        content = b"".join(answer)  # a table is a file: read, and so closed
        assert answer.status_code in (200, 403, 404, *asked_too_little), (route.name, answer.status_code)
        assert not [s for s in secrets if s.encode() in content], route.name
    for path in ("referrals", "clocks", "referrals?names=true"):
        assert caller.get(path).json()["results"] == []
    assert caller.post("referrals", concern(), key="a-blind-one").status_code == 403
    assert version_of(case.pk) == version


@pytest.mark.sec("SEC-AZ16")
def test_an_auditor_reads_of_a_case_its_pseudonym_and_states_alone(world, telling):
    case, secrets = telling
    world.as_("crip_coordinator").get(f"referrals/{case.pk}")

    answer = world.as_("auditor").get("audit/entries")

    opened = [line for line in answer.json()["results"] if line["act"] == "field:opened"]
    assert opened
    assert all(line["subjects"] for line in opened)
    assert not [secret for secret in secrets if secret.encode() in answer.content]
    assert world.user("crip_coordinator").email.encode() not in answer.content
    assert str(world.user("crip_coordinator").pk).encode() not in answer.content
    elsewhere = world.as_("auditor", "59").get("audit/entries", subject=opened[0]["subjects"][0])
    assert elsewhere.json()["results"] == []


@pytest.mark.sec("SEC-AZ2")
def test_a_program_that_may_only_read_writes_nothing(world, case):
    token = world.memberships["93", "crip_coordinator"].tokens.get()
    token.scopes = ["read"]
    token.save()
    caller, version = world.as_("crip_coordinator"), version_of(case.pk)

    for route in of_a_case("post", "patch")[:: 1 if NIGHT else 4]:
        answer = ask(caller, route, route.at(case.pk), version=version)
        assert answer.status_code == 403, (route.name, answer.status_code, answer.content)
    assert version_of(case.pk) == version
