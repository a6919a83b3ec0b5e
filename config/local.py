"""Local mode: what may run without production's checks, reachable from this machine alone (SEC-CF7).

A forgotten ``REPERE_MODE`` would start a real service as a developer's: tokens for people, cookies over plain http, no
antivirus, keys made on the spot. So the settings, which every command and every server reads first, refuse whatever
names another machine.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

from config import env

#: Names under which the service may be asked without being anybody's: Django's own of its test client.
_TESTS: Final = "testserver"
#: Where a test database on another host is named once more.
TEST_DATABASE_HOST: Final = "REPERE_TEST_DATABASE_HOST"
#: Parts that work on this machine, or where the setting beside them says; any other is taken to lead away.
_WORKS_AT: Final = {
    "": "",
    "encryption.provider.FileProvider": "",
    "encryption.vault.VaultProvider": "VAULT_ADDR",
    "encryption.awskms.KmsProvider": "KMS_ENDPOINT",
    "referrals.attachments.folder.FolderStore": "",
    "referrals.attachments.s3.S3Store": "OBJECT_ENDPOINT",
}
_PARTS: Final = ("KEY_PROVIDER", "KEY_PROVIDER_BEFORE", "OBJECT_STORE")
#: By what address the service is reached, and what it reaches.
_OWN: Final = ("PUBLIC_ADDRESS", "FILES_ORIGIN")
_OTHERS: Final = (
    "VAULT_ADDR",
    "KMS_ENDPOINT",
    "OBJECT_ENDPOINT",
    "SMS_GATEWAY_URL",
    "SENTRY_DSN",
    "OTLP_ENDPOINT",
)


def require_here(values: Mapping[str, Any]) -> None:
    """Refuse settings that lead beyond this machine; ``said`` are those of ``config/settings.py`` by name.

    Raises:
        ImproperlyConfigured: names the variables, and ``REPERE_MODE=production``.
    """
    away = sorted(_away(values))
    if not away:
        return
    sentence = f"This service leads beyond this machine ({', '.join(away)}): set REPERE_MODE=production."
    if any(variable.endswith("DATABASE_URL") for variable in away):
        sentence += f" If it is a test database, set REPERE_MODE=local and {TEST_DATABASE_HOST} to its host."
    raise ImproperlyConfigured(sentence)


def is_near(host: str) -> bool:
    """Tell whether a connection to ``host`` stays on this machine: a socket, a loopback address, or none at all."""
    if host in ("", "localhost") or host.startswith("/"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_local_name(host: str) -> bool:
    """Tell whether a service that is reached as ``host`` is reached from this machine alone, or from a test."""
    return host == _TESTS or (host != "" and is_near(host)) or host.endswith(".localhost")


def host_of(address: str) -> str:
    """Return the host in an address; where none can be found, the whole of it, which is near only if it is empty."""
    return env.address(address).hostname or address


def hosts_of(database: Mapping[str, Any]) -> list[str]:
    """Return where a database is: by its address, by what may follow the ``?`` of it, or as libpq assumes.

    For each part that the address leaves open libpq asks its environment. A service is an entry in a file, which may
    name any host. Source: PostgreSQL's manual, "Parameter Key Words", "Environment Variables".
    """
    if database["ENGINE"].endswith("sqlite3"):
        return []
    options = database.get("OPTIONS", {})
    named = [one for one in (database.get("HOST"), options.get("host")) if one] or [
        os.environ.get("PGHOST", "")
    ]
    named += [
        options.get(name) or os.environ.get(f"PG{name.upper()}", "") for name in ("hostaddr", "service")
    ]
    return [host for one in named for host in str(one).split(",")]


def scanner_host(setting: str) -> str:
    """Return the host of an antivirus that is reached by ``tcp:host:port``; empty for a socket."""
    how, _, where = setting.partition(":")
    return where.rpartition(":")[0].strip("[]") if how == "tcp" else ""


def _away(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield each variable that names another machine."""
    files = host_of(values["FILES_ORIGIN"])  # among the hosts too, by config/settings.py
    # A training instance may be reached from elsewhere: nothing of it is real (config/training/refusals.py).
    own = () if values["TRAINING"] else _OWN
    if own and not all(map(is_local_name, {*values["ALLOWED_HOSTS"]} - {files})):
        yield "REPERE_ALLOWED_HOSTS"
    for names, judged in ((own, is_local_name), (_OTHERS, is_near)):
        for name in names:
            if values[name] and not judged(host_of(values[name])):
                yield f"REPERE_{name}"
    yield from _services_away(values)


def _services_away(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield each variable by which a part of the service works on another machine."""
    for name in _PARTS:
        at = _WORKS_AT.get(values[name])
        if at is None or (at and not values[at]):
            yield f"REPERE_{name}"
    for alias, variable in (("default", "DATABASE_URL"), ("keys", "KEYS_DATABASE_URL")):
        if not _all_near(hosts_of(values["DATABASES"][alias]), but=_test_database()):
            yield variable
    if not is_near(scanner_host(values["SCANNER"])):
        yield "REPERE_SCANNER"
    if not _all_near(one["OPTIONS"].get("host", "") for one in values["MAILERS"].values()):
        yield "REPERE_SMTP_URL"


def _test_database() -> str:
    """Return the host of a test database elsewhere, which counts only where the mode is written out."""
    return os.environ.get(TEST_DATABASE_HOST, "") if os.environ.get("REPERE_MODE") == env.LOCAL else ""


def _all_near(hosts: Iterable[str], *, but: str = "") -> bool:
    return all(is_near(host) or host == but for host in hosts)
