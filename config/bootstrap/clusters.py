"""Clusters of PostgreSQL: roles, logins, memberships and databases, made as an administrator.

The password of a login goes to the server as a SCRAM verifier alone (RFC 5803): its log may hold the statement.
Source: PostgreSQL's manual, "CREATE ROLE", "GRANT", ``PQencryptPasswordConn``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from config.bootstrap.errors import BootstrapError
from config.bootstrap.plan import Database

CONNECT_SECONDS: Final = 10
_PASSWORD_REFUSED: Final = ("28P01", "28000")


@dataclass
class Cluster:
    """One cluster, as its administrator sees it; it connects at its first question.

    ``part`` is ``cases`` or ``keys``. ``password``: the administrator's; empty where the server asks for none, or libpq
    finds it (``PGPASSFILE``).
    """

    part: str
    database: Database
    password: str = field(default="", repr=False)
    _open: dict[str, "psycopg.Connection[Any]"] = field(default_factory=dict, repr=False)

    @property
    def place(self) -> str:
        """Return where it is, for a sentence."""
        parameters = self.database.parameters()
        return f"{parameters.get('host') or 'localhost'}:{parameters.get('port', '5432')}"

    def ask(self, statement: str, *values: object, within: str = "") -> list[tuple[Any, ...]]:
        """Return the rows of a question, in the administrator's own database or ``within`` another.

        Raises:
            BootstrapError: the server doesn't answer, or refuses.
        """
        with refusals(self.place, "lire le catalogue"):
            return self._connection(within).execute(statement, values).fetchall()

    def do(self, right: str, statement: str, *names: str, within: str = "") -> None:
        """Run a statement whose ``{}`` are the names of roles or databases. ``right``: the right that it needs.

        Raises:
            BootstrapError: the server doesn't answer, or refuses.
        """
        composed = sql.SQL(statement).format(*map(sql.Identifier, names))
        with refusals(self.place, right):
            self._connection(within).execute(composed)

    def make_login(self, login: str, password: str) -> None:
        """Make a login.

        Raises:
            BootstrapError: the server doesn't answer, or refuses.
        """
        with refusals(self.place, "CREATEROLE"):
            connection = self._connection("")
            verifier = connection.pgconn.encrypt_password(
                password.encode(), login.encode(), b"scram-sha-256"
            ).decode()
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(login), sql.Literal(verifier)
                )
            )

    def tables_of(self, database: str) -> set[str]:
        """Return the names of the tables in a database."""
        rows = self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", within=database)
        return {name for (name,) in rows}

    def close(self) -> None:
        """End the connections."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _connection(self, within: str) -> "psycopg.Connection[Any]":
        if within not in self._open:
            parameters: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, **self.database.parameters()}
            parameters |= {"dbname": within} if within else {"dbname": parameters.get("dbname", "postgres")}
            parameters |= {"password": self.password} if self.password else {}
            self._open[within] = psycopg.connect(autocommit=True, **parameters)
        return self._open[within]


@contextmanager
def refusals(place: str, right: str) -> Iterator[None]:
    """Turn what a server refuses into a sentence.

    Raises:
        BootstrapError: with that sentence.
    """
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise BootstrapError(
            f"La grappe {place} refuse ({_first(error)}) : le compte d'administration du plan n'a pas le droit requis "
            f"({right}). Prenez un superutilisateur, ou donnez-lui CREATEROLE et CREATEDB."
        ) from None
    except psycopg.OperationalError as error:
        raise BootstrapError(f"La grappe {place} ne répond pas : {_first(error)}.") from None
    except psycopg.Error as error:
        raise BootstrapError(f"La grappe {place} refuse : {_first(error)}.") from None


def _first(error: psycopg.Error) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")


def password_of(address: str) -> str:
    """Return the password in the address of a database."""
    return unquote(urlsplit(address.strip()).password or "")


def require_login(place: str, address: str, *, file: str) -> None:
    """Sign in once as a login of the service.

    Raises:
        BootstrapError: the server refuses it or doesn't answer.
    """
    try:
        psycopg.connect(address.strip(), connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError as error:
        state = error.sqlstate or ("28P01" if "authentication failed" in str(error) else "")
        if state in _PASSWORD_REFUSED:
            raise BootstrapError(
                f"La grappe {place} refuse le compte de {file} : il existait déjà avec un autre mot de passe, ou "
                "pg_hba.conf ne l'admet pas. Écrivez la bonne adresse dans ce fichier ou donnez un autre nom au compte "
                "([roles])."
            ) from None
        raise BootstrapError(
            f"La grappe {place} n'admet pas le compte de {file} : {_first(error)}."
        ) from None


def require_free(cluster: Cluster, name: str, *, owner: str, ours: str) -> None:
    """Refuse a database of others: another owner's, or one that holds tables and none of ours.

    Raises:
        BootstrapError: it is one.
    """
    rows = cluster.ask("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", name)
    if rows and rows[0][0] != owner:
        raise BootstrapError(
            f"La base {name} de {cluster.place} existe et appartient à {rows[0][0]}, non à {owner} : donnez un autre "
            "nom."
        )
    tables = cluster.tables_of(name) if rows else set()
    if tables and ours not in tables:
        shown: Sequence[str] = sorted(tables)[:3]
        raise BootstrapError(
            f"La base {name} de {cluster.place} contient des tables d'autrui ({', '.join(shown)}…) : donnez un "
            "autre nom."
        )
