"""SEC-CF9: the keys lie in another database than the cases, and in another cluster, whatever the addresses say."""

import os

import pytest
from django.db import connection, connections

from config import servers
from config.checks import databases
from config.servers import Place
from tests.audit.owner import as_owner
from tests.config.test_logins import SERVICE, be
from tests.conftest import BOTH

pytestmark = [pytest.mark.sec("SEC-CF9"), pytest.mark.both_databases("which database it is")]
LOGIN = f"repere_try_{os.getpid()}"


@pytest.fixture(autouse=True)
def production(settings):
    settings.PRODUCTION = True
    return settings


def found():
    return [message.id for message in databases.databases_are_apart()]


@pytest.fixture
def keys_by(monkeypatch):
    """Let ``KEYS_DATABASE_URL`` lead to the database of the cases, by what differs in its address."""
    opened = []

    def lead(**differs):
        other = connection.copy(alias="keys")
        other.settings_dict |= differs
        opened.append(other)
        monkeypatch.setattr(servers, "connections", {"default": connection, "keys": other})

    yield lead
    for one in opened:
        one.close()


def by_socket(monkeypatch, tmp_path):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT split_part(current_setting('unix_socket_directories'), ',', 1)")
        return {"HOST": cursor.fetchone()[0]}


def by_port(monkeypatch, tmp_path):
    monkeypatch.setenv("PGPORT", str(connection.settings_dict["PORT"] or 5432))
    return {"PORT": ""}


def by_alias(monkeypatch, tmp_path):
    said = connection.settings_dict
    file = tmp_path / "services"
    file.write_text(f"[keys]\nhost={said['HOST']}\nport={said['PORT'] or 5432}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    return {"HOST": "", "PORT": "", "OPTIONS": said["OPTIONS"] | {"service": "keys"}}


SPELLINGS = {
    "the same": lambda *_: {},
    "by name": lambda *_: {"HOST": "localhost"},
    "by socket": by_socket,
    "by port": by_port,
    "by alias": by_alias,
}


@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "SQLite's databases are files")
@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
@pytest.mark.parametrize("accepted", [False, True])
def test_the_database_of_the_cases_is_known_however_it_is_called(
    production, keys_by, monkeypatch, tmp_path, spelling, accepted
):
    production.ALLOW_ONE_CLUSTER = accepted
    keys_by(**spelling(monkeypatch, tmp_path))

    assert found() == ["repere.E060"]


@pytest.fixture
def another_login(db):
    """A login that is there for others than the test's transaction."""
    aside = connection.copy()
    with aside.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute(f"CREATE ROLE {LOGIN} LOGIN")
        cursor.execute(f"GRANT repere_app TO {LOGIN}")
        yield LOGIN
        cursor.execute(f"DROP ROLE {LOGIN}")
    aside.close()


@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "SQLite's databases are files")
def test_it_is_known_by_another_login(another_login, keys_by):
    keys_by(USER=another_login)

    assert found() == ["repere.E060"]


@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "SQLite's databases are files")
@pytest.mark.parametrize("asks", [True, False], ids=["its number is told", "its number is not told"])
def test_one_cluster_is_refused_unless_it_is_accepted_and_then_warned_of(production, asks):
    """The tests' two databases lie in one."""
    for alias in BOTH:
        be(
            alias,
            "",
            *([] if asks else ["REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC"]),
            SERVICE,
        )
    (refused,) = databases.databases_are_apart()
    production.ALLOW_ONE_CLUSTER = True
    (warned,) = databases.databases_are_apart()

    assert (refused.id, warned.id) == ("repere.E061", "repere.W014")
    assert "REPERE_ALLOW_ONE_CLUSTER=yes" in refused.msg
    assert not warned.is_serious()


HERE = Place("7", "2026-11-24 12:00:00.000001+00", 1, holds_cases=True)
THERE = Place("8", "2026-11-24 12:00:00.000002+00", 1, holds_cases=False)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (THERE, []),
        (Place("7", THERE.began, 2, holds_cases=False), ["repere.E061"]),  # on a standby
        (Place("", HERE.began, 2, holds_cases=False), ["repere.E061"]),
        (Place("", THERE.began, 2, holds_cases=False), []),
        (Place("7", HERE.began, 1, holds_cases=False), ["repere.E060"]),  # not migrated yet
        (Place("8", THERE.began, 1, holds_cases=True), ["repere.E060"]),  # a copy of the cases
    ],
)
def test_what_the_servers_say_decides(monkeypatch, keys, expected):
    monkeypatch.setattr(databases, "place_of", {"default": HERE, "keys": keys}.__getitem__)
    monkeypatch.setattr(databases, "connections", dict.fromkeys(BOTH, connections["default"]))
    monkeypatch.setattr(connections["default"], "vendor", "postgresql")

    assert found() == expected


def test_on_a_developers_machine_nobody_is_asked(production, monkeypatch):
    production.PRODUCTION = False
    monkeypatch.setattr(databases, "place_of", None)

    assert found() == []
