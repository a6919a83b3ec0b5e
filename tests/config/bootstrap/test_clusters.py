"""Roles, logins and databases on a server: least rights in both databases, nothing of others touched, sentences."""

import os
import secrets
from contextlib import suppress

import psycopg
import pytest
from django.db import connections
from psycopg import sql

from config.bootstrap import plan, running, stages
from config.bootstrap.clusters import Cluster
from config.bootstrap.environments import Places
from config.bootstrap.errors import BootstrapError
from config.bootstrap.running import Done
from tests.config.bootstrap.plans import said

pytestmark = [pytest.mark.only_on("postgresql", "roles and databases of a server")]
NAMES = ("service", "auditor", "sequencer", "owner_login", "web_login", "log_login")


@pytest.fixture
def server():
    """The administrator's parameters of the server on which the tests run."""
    found = connections["default"].get_connection_params()
    kept = {key: found[key] for key in ("host", "port", "user", "password") if found.get(key)}
    return {**kept, "dbname": "postgres"}


@pytest.fixture
def admin(server):
    with psycopg.connect(autocommit=True, **server) as connection:
        yield connection


@pytest.fixture
def make(tmp_path, server, admin, monkeypatch):
    """Make installations on the server, under names that nobody else has; all of it goes at the end."""
    mark = f"b{secrets.token_hex(4)}"
    where = {key: value for key, value in server.items() if key != "password"}
    tables = {"cases": "audit_journalmark", "keys": "encryption_wrappedkey"}

    def run(places, process, *words):
        """Stand for commands that take half a minute; the two migrations leave one table each."""
        if words[:2] == ("migrate", "--no-input"):
            part = "keys" if "keys" in words else "cases"
            url = (
                places.secret(process, "keys-database.url" if part == "keys" else "database.url")
                .read_text()
                .strip()
            )
            with psycopg.connect(url, autocommit=True) as owner:
                owner.execute(f"CREATE TABLE {tables[part]} (id int)")
                if part == "cases":
                    owner.execute("CREATE TABLE accounts_authority (code text)")
        return Done(True, "")

    monkeypatch.setattr(running, "run", run)

    def installation(user="", **changed):
        as_whom = {**where, "user": user} if user else where
        address = " ".join(f"{key}={value}" for key, value in as_whom.items())
        document = said(
            state=str(tmp_path / "state"), service__authorities=[], databases__one_cluster=True,
            databases__cases={"admin": address, "name": f"{mark}_cases"},
            databases__keys={"admin": address, "name": f"{mark}_keys"},
            roles={name: f"{mark}_{name}" for name in NAMES},
        )  # fmt: skip
        for path, value in changed.items():
            *sections, key = path.split("__")
            place = document
            for section in sections:
                place = place.setdefault(section, {})
            place[key] = value
        chosen = plan.of(document)
        clusters = {part: Cluster(part, one, server.get("password", "")) for part, one in
                    (("cases", chosen.databases.cases), ("keys", chosen.databases.keys))}  # fmt: skip
        on = stages.Installation(chosen, Places(tmp_path / "etc", tmp_path / "state"), clusters)
        opened.append(on)
        return on

    opened = []
    yield installation
    for on in opened:
        for cluster in on.clusters.values():
            cluster.close()
    for part in ("cases", "keys", "foreign"):
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(f"{mark}_{part}"))
        )
    for (name,) in admin.execute(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [f"{mark}%"]
    ).fetchall():
        with suppress(psycopg.Error):
            admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def run(on):
    lines = []
    return stages.made(on, dry=False, say=lines.append), lines


@pytest.mark.sec("SEC-CF8")
def test_each_login_is_a_member_of_its_roles_alone_owns_nothing_and_comes_into_both_databases(make, admin):
    on = make()
    run(on)
    roles = on.plan.roles

    members = admin.execute(
        "SELECT l.rolname, r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
        " JOIN pg_roles l ON l.oid = m.member WHERE l.rolname = ANY (%s)", [list(roles.names())],
    ).fetchall()  # fmt: skip
    mighty = admin.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)"
        " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)", [list(roles.names())],
    ).fetchall()  # fmt: skip

    assert set(members) == {
        (roles.web_login, roles.service), (roles.web_login, roles.auditor), (roles.log_login, roles.sequencer),
    }  # fmt: skip
    assert mighty == []
    for name in (on.plan.databases.cases.name, on.plan.databases.keys.name):
        asked = "SELECT has_database_privilege(%s, %s, %s)"
        for login in (roles.web_login, roles.log_login):
            assert admin.execute(asked, [login, name, "CONNECT"]).fetchone() == (True,)
            assert admin.execute(asked, [login, name, "CREATE, TEMPORARY"]).fetchone() == (False,)
        assert admin.execute(asked, ["public", name, "CONNECT, TEMPORARY, CREATE"]).fetchone() == (False,)


def test_the_server_knows_passwords_as_verifiers_alone(make, admin):
    on = make()
    run(on)

    stored = admin.execute(
        "SELECT rolpassword FROM pg_authid WHERE rolname = %s", [on.plan.roles.web_login]
    ).fetchone()

    assert stored[0].startswith("SCRAM-SHA-256$")


def test_broken_off_after_any_statement_it_goes_on(make, monkeypatch, admin):
    """A run that is killed after each statement in turn; the last one finds all in place."""
    counted = 0
    for last in range(60):
        done = 0

        def stop(last=last):
            nonlocal done
            done += 1
            if done > last % 3 + 1:
                raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            for name in ("do", "make_login"):
                real = getattr(Cluster, name)
                broken.setattr(Cluster, name, lambda *a, real=real: (real(*a), stop())[0])
            try:
                run(make())
            except KeyboardInterrupt:
                counted += 1
                continue
        break
    count, lines = run(make())

    assert counted > 4
    assert count == 0
    assert not any(line.strip().startswith("fait") for line in lines)


def test_a_login_of_somebody_else_is_not_taken_over(make, admin):
    on = make()
    login = on.plan.roles.web_login
    admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'theirs'").format(sql.Identifier(login)))
    before = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [login]).fetchone()

    with suppress(BootstrapError):  # where the server trusts everybody, its password isn't asked for
        run(on)

    assert admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [login]).fetchone() == before


@pytest.mark.parametrize(
    ("prepared", "sentence"),
    [
        ("CREATE DATABASE {cases}", "appartient à"),
        (
            "CREATE ROLE {owner} LOGIN; CREATE DATABASE {cases} OWNER {owner}; TABLE",
            "contient des tables d'autrui",
        ),
    ],
    ids=["another's database", "a database with tables of others"],
)
def test_a_database_of_others_is_left_alone(make, admin, server, prepared, sentence):
    on = make()
    name, owner = on.plan.databases.cases.name, on.plan.roles.owner_login
    for statement in prepared.split("; "):
        if statement == "TABLE":
            address = {**server, "dbname": name}
            with psycopg.connect(autocommit=True, **address) as theirs:
                theirs.execute("CREATE TABLE invoices (id int)")
        else:
            admin.execute(statement.format(cases=name, owner=owner))

    with pytest.raises(BootstrapError, match=sentence):
        run(on)


@pytest.mark.parametrize(("rights", "missing"), [("", "CREATEROLE"), ("CREATEROLE", "CREATEDB")])
def test_an_administrator_without_a_right_is_told_which(make, admin, server, rights, missing):
    on = make()
    weak = f"{on.plan.roles.service}_weak"
    admin.execute(sql.SQL("CREATE ROLE {} LOGIN " + rights).format(sql.Identifier(weak)))
    for cluster in on.clusters.values():
        connection = cluster._connection("")
        connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(weak)))

    with pytest.raises(BootstrapError, match=rf"\({missing}\)"):
        run(on)


def test_an_administrator_who_is_no_superuser_is_enough(make, admin):
    on = make()
    some = f"{on.plan.roles.service}_some"
    admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB").format(sql.Identifier(some)))
    real = Cluster._connection

    def as_some(cluster, within):
        connection = real(cluster, within)
        connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(some)))
        return connection

    for cluster in on.clusters.values():
        cluster._connection = as_some.__get__(cluster)

    run(on)

    assert run(on)[0] == 0


def test_a_server_that_is_not_there_is_a_sentence(make):
    on = make(databases__keys__admin="postgres://postgres@127.0.0.1:1/postgres")

    with pytest.raises(BootstrapError, match=r"La grappe 127\.0\.0\.1:1 ne répond pas"):
        run(on)


def test_no_password_is_in_an_argument_or_a_line(make):
    on = make()
    _, lines = run(on)
    url = on.places.secret(stages.WEB, "database.url").read_text()
    password = url.partition("@")[0].rpartition(":")[2]

    assert password
    assert not any(password in line for line in lines)
    assert password not in " ".join(os.environ.values())
