"""SEC-CF8: the login of the service is weak itself; taking a role mends nothing, for it can be put off."""

import pytest
from django.db import DatabaseError, connections, transaction

from config.checks import databases
from tests.conftest import BOTH

pytestmark = [
    pytest.mark.sec("SEC-CF8"),
    pytest.mark.django_db(databases=BOTH),
    pytest.mark.only_on("postgresql", "roles are PostgreSQL's"),
    pytest.mark.both_databases("roles"),
]
SERVICE = "GRANT repere_app, repere_auditor TO {login}"
#: What is wrong with a login, and the numbers of the checks that say so. A role above it is one that it may become.
ABOVE = "CREATE ROLE {login}_above; CREATE ROLE {login}_top; GRANT {login}_above TO {login};"
ABOVE += " GRANT {login}_top TO {login}_above"
MIGHT = ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION")
FAULTS = {
    **{f"it has {one}": (f"ALTER ROLE {{login}} {one}", {12}) for one in MIGHT},
    **{f"it may have {one}": (f"{ABOVE}; ALTER ROLE {{login}}_top {one}", {12, 59}) for one in MIGHT},
    "it owns a table": ("CREATE TABLE owned (); ALTER TABLE owned OWNER TO {login}", {13}),
    "it owns a schema": ("CREATE SCHEMA owned AUTHORIZATION {login}", {13}),
    "it owns a function": (
        "CREATE FUNCTION owned() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION owned OWNER TO {login}",
        {13},
    ),
    "it may own a table": (f"{ABOVE}; CREATE TABLE owned (); ALTER TABLE owned OWNER TO {{login}}_top", {13, 59}),
    "it is another's member": (ABOVE, {59}),
    "it reads everything": ("GRANT pg_read_all_data TO {login}", {59}),
    "it is the sequencer too": ("GRANT repere_sequencer TO {login}", {59}),
}  # fmt: skip
#: They say what the role of the moment may do; as itself some of these logins may do that too.
OF_THE_ROLE = {"repere.E014", "repere.E019"}


@pytest.fixture(autouse=True)
def production(settings):
    settings.PRODUCTION = True
    return settings


@pytest.fixture(params=["", "repere_app"], ids=["as itself", "as repere_app"])
def role(request, production):
    """What the connection acts as once it is made."""
    production.DATABASE_ROLE = request.param
    return request.param


def be(alias, role, *statements):
    """Let a connection be that of a login made for this test; all of it goes with the test's transaction."""
    login = f"repere_try_{alias}"
    with connections[alias].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        for statement in (
            f"CREATE ROLE {login} LOGIN",
            *statements,
            "SET LOCAL SESSION AUTHORIZATION {login}",
        ):
            cursor.execute(statement.format(login=login))
        if role:
            cursor.execute(f"SET LOCAL ROLE {role}")
    return login


def test_a_login_of_the_two_roles_is_fit(role):
    for alias in BOTH:
        be(alias, role, SERVICE)

    assert databases.databases_are_fit() == []


@pytest.mark.parametrize("alias", BOTH)
@pytest.mark.parametrize(("fault", "numbers"), FAULTS.values(), ids=FAULTS.keys())
def test_a_login_that_may_do_more_is_refused_whatever_it_acts_as(role, alias, fault, numbers):
    for one in BOTH:
        be(one, role, SERVICE, *([fault] if one == alias else []))

    found = [message for message in databases.databases_are_fit() if message.id not in OF_THE_ROLE]

    assert {message.id for message in found} == {f"repere.E{number:03}" for number in numbers}
    assert all(f" {databases.PLACES[alias]} " in message.msg for message in found)


@pytest.mark.parametrize("alias", BOTH)
def test_no_role_wins_more_than_the_two(role, alias):
    login = be(alias, role, SERVICE)
    with connections[alias].cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT current_user")
        (itself,) = cursor.fetchone()
        cursor.execute("SELECT rolname FROM pg_roles")
        won = {name for (name,) in cursor.fetchall() if may_become(alias, name)}

    assert itself == login
    assert won == {login, "repere_app", "repere_auditor"}


def may_become(alias, name):
    try:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [name])
    except DatabaseError:
        return False
    return True


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        ("GRANT repere_sequencer TO {login}", []),
        (f"GRANT repere_sequencer TO {{login}}; {SERVICE}", ["repere.E059"]),
    ],
)
def test_the_sequencers_login_has_its_own_role_and_no_other(production, granted, expected):
    production.DATABASE_ROLE = "repere_sequencer"
    be("default", "repere_sequencer", granted)
    be("keys", "", "GRANT repere_sequencer TO {login}")

    assert [message.id for message in databases.databases_are_fit()] == expected
