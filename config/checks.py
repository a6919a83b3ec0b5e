"""Start-up checks: what the service refuses to run with, and the sentence that says what to set (SEC-CF1).

Those on settings run with every command. Those that ask a database run with ``manage.py check --deploy`` and
when a server loads the application, not with ``migrate``: the migrator owns the tables, and rightly so. On a
developer's machine only what would be wrong there too is an error.
"""

import os
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.utils.module_loading import import_string

from audit.appendonly import ENTRY_TABLES
from config import clocks, env, surface
from config.local import hosts_of, is_local_name, is_near, scanner_host
from encryption import assertions

SECRET_LENGTH: Final = 50
FILE_PROVIDER: Final = "encryption.provider.FileProvider"
VAULT_PROVIDER: Final = "encryption.vault.VaultProvider"
KMS_PROVIDER: Final = "encryption.awskms.KmsProvider"
HSM_PROVIDER: Final = "encryption.hsm.HsmProvider"
KEY_BACKUP_DAYS_MAX: Final = 7
SIGNED_IN: Final = ["accounts.signin.SignedIn"]
SESSIONS: Final = "accounts.sessions"
#: Tables that an act can't do without adding to.
WRITTEN_TABLES: Final = ("audit_entry", "audit_entrysubject")
#: The databases, and where each one's address is set.
PLACES: Final = {DEFAULT_DB_ALIAS: "DATABASE_URL", "keys": "KEYS_DATABASE_URL"}
ROLE_REVIEW_DAYS: Final = range(90, 366)
CAPS: Final = ("OPENINGS_PER_HOUR", "LINES_PER_HOUR", "FILINGS_PER_HOUR", "FILINGS_PER_HOUR_OF_PROGRAM")
PROVIDER_CHOICES: Final = {
    "client_auth": ("post", "basic"),
    "userinfo": ("jwt", "json", "no"),
    "prompt": ("", "login", "select_account", "consent"),
}
_TLS: Final = frozenset({"verify-ca", "verify-full"})
_PROXY_PREFIX: Final = {4: 16, 6: 48}  # the widest network that may hold a site's proxies
_ROW_UPDATE_DELETE_TRUNCATE: Final = (16, 8, 32)  # bits of pg_trigger.tgtype
_log = structlog.get_logger(__name__)


def require_fit() -> None:
    """Refuse to serve when a check fails; called by the server's entry points.

    A database that doesn't answer is no reason: the server starts, and isn't ready until it does. Nor is a clock that
    the kernel doesn't call kept, while it agrees with the databases': an outage of NTP must keep nobody from filing.

    Raises:
        ImproperlyConfigured: with the sentence of each check that failed.
    """
    for message in [*people_can_be_called(), *the_ledger_is_kept(), *the_clock_is_kept()]:
        _log.warning("check:warned", check=message.id)
    found = [
        *settings_are_fit(),
        *nothing_else_is_served(),
        *databases_are_fit(),
        *clocks_agree(),
        *keys_are_apart(),
    ]
    for message in found:
        _log.error("check:failed", check=message.id)
    if found:
        sentences = "\n".join(message.msg for message in found)
        sys.stderr.write(f"{sentences}\n")  # the log of a server keeps no message of an exception
        raise ImproperlyConfigured(sentences)


@register
def settings_are_fit(**_: Any) -> list[CheckMessage]:
    """Return an error for each setting that production mustn't run with."""
    if not settings.PRODUCTION:
        return []
    return [
        *_process(),
        *_hosts_and_secrets(),
        *_key_provider(),
        *_backups(),
        *_addresses(),
        *_proxies(),
        *_gateway(),
        *_witnesses(),
        *_attachments(),
        *_files(),
        *_mail(),
        *_limits(),
        *_strangers(),
        *_identity_providers(),
    ]


@register(deploy=True)
def databases_are_fit(**_: Any) -> list[CheckMessage]:
    """Return an error for each way in which the database would let the service do what it mustn't."""
    try:
        with connection.cursor() as cursor:
            if ENTRY_TABLES[0] not in connection.introspection.table_names(cursor):
                return []  # not migrated yet: /readyz says so
            found = list(_triggers(cursor))
            if settings.PRODUCTION and connection.vendor == "postgresql":
                found += _role(cursor)
    except OperationalError:
        _log.warning("check:skipped", database=DEFAULT_DB_ALIAS)
        found = []
    return [*found, *_each_database(_login)]


@register(deploy=True)
def clocks_agree(**_: Any) -> list[CheckMessage]:
    """Return an error for each database whose clock and this machine's aren't the same."""
    return _each_database(_clock)


@register(deploy=True)
def the_clock_is_kept(**_: Any) -> list[CheckMessage]:
    """Return an error where the kernel says that nothing keeps its clock, a warning where it can't be asked."""
    if not settings.PRODUCTION or settings.CLOCK_KEPT_BY_HOST:
        return []
    kept = clocks.kept_in_time()
    if kept is None:
        sentence = (
            "The kernel doesn't tell whether its clock is kept in time: see to it on the machine below, then "
            "set REPERE_CLOCK_KEPT_BY_HOST=yes."
        )
        return [Warning(sentence, id="repere.W003")]
    if kept:
        return []
    return [
        _error(
            34,
            "Nothing keeps this machine's clock in time: run chrony (with `rtcsync`) or systemd-timesyncd on it, or "
            "set REPERE_CLOCK_KEPT_BY_HOST=yes where it is a virtual machine whose host sets its clock.",
        )
    ]


@register(deploy=True)
def nothing_else_is_served(**_: Any) -> list[CheckMessage]:
    """Return an error for what the addresses open in production, or bound by a count of each process alone."""
    return [*_other_addresses(), *_counted_apart()] if settings.PRODUCTION else []


@register
def people_can_be_called(**_: Any) -> list[CheckMessage]:
    """Return a warning where nobody can be called at night; the service runs, and tells people to phone."""
    if not settings.PRODUCTION or settings.SMS_GATEWAY_URL:
        return []
    sentence = (
        "No gateway for SMS and calls (REPERE_SMS_GATEWAY_URL): on-call officers get mail only, and whoever files "
        "urgently is told to phone."
    )
    return [Warning(sentence, id="repere.W001")]


@register
def the_ledger_is_kept(**_: Any) -> list[CheckMessage]:
    """Return a warning where the list of what was shredded would go with the machine (SEC-CR12)."""
    if not settings.PRODUCTION or not Path(settings.SHRED_FILE).is_relative_to(env.state_dir()):
        return []
    sentence = (
        "The list of what was shredded lies in the state folder: set REPERE_SHRED_FILE to a place that outlives the "
        "machine, or a restore will have to ask the auditors for an export of the journal."
    )
    return [Warning(sentence, id="repere.W002")]


def keys_are_apart() -> list[CheckMessage]:
    """Return an error where the server could sign the journal itself; asked when a server loads the application.

    The commands of the sequencer don't ask it: they are the ones that sign (SEC-AL10).
    """
    if not settings.PRODUCTION or not os.access(settings.LOG_KEY_FILE, os.R_OK):
        return []
    return [
        _error(
            17,
            "The server could read the key that signs the journal: let REPERE_LOG_KEY_FILE be readable by the "
            "account of `manage.py sequence` alone.",
        )
    ]


def _error(number: int, sentence: str) -> CheckMessage:
    return Error(sentence, id=f"repere.E{number:03}")


def _each_database(ask: Callable[[str], Iterator[CheckMessage]]) -> list[CheckMessage]:
    """Return what is wrong with either database in production; one that doesn't answer isn't asked."""
    found: list[CheckMessage] = []
    for alias in PLACES:
        if not settings.PRODUCTION or connections[alias].vendor != "postgresql":
            continue
        try:
            found += ask(alias)
        except OperationalError:
            _log.warning("check:skipped", database=alias)
    return found


def _process() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield _error(1, "DEBUG is on: set DEBUG = False, error pages would show values.")
    if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        yield _error(2, "Core dumps are on and would hold keys: start the service with `ulimit -c 0`.")
    if not settings.SECURE_HSTS_SECONDS:
        yield _error(3, "SECURE_HSTS_SECONDS is 0: set a year, the service is reached over TLS only.")
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield _error(4, "Cookies would travel in clear: set SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE.")


def _hosts_and_secrets() -> Iterator[CheckMessage]:
    hosts = settings.ALLOWED_HOSTS
    if not hosts or any("*" in host or host.startswith(".") or is_local_name(host) for host in hosts):
        yield _error(
            5,
            "REPERE_ALLOWED_HOSTS must name each host of the service, without a wildcard, a leading dot or this "
            "machine itself.",
        )
    if len(settings.SECRET_KEY) < SECRET_LENGTH or len(set(settings.SECRET_KEY)) < 10:
        yield _error(6, f"REPERE_SECRET_KEY must be {SECRET_LENGTH} random characters or more.")
    if settings.SECRET_KEY in _other_secrets():
        yield _error(
            25,
            "REPERE_SECRET_KEY is also the password of a database, the mail server or the gateway: draw its own.",
        )


def _other_secrets() -> set[str]:
    """Return the secrets of others that the service knows: one that leaks there must open nothing here."""
    return {
        settings.SMS_GATEWAY_TOKEN,
        *(str(said["secret"]) for said in settings.OIDC_PROVIDERS),
        *(str(found.get("PASSWORD", "")) for found in settings.DATABASES.values()),
        *(str(options.get("password", "")) for options in _mail_options()),
    } - {""}


def _key_provider() -> Iterator[CheckMessage]:
    if settings.KEY_PROVIDER == FILE_PROVIDER and not settings.ALLOW_FILE_KEYS:
        yield _error(
            7,
            "The root key would lie in a file beside the service: set REPERE_KEY_PROVIDER to a key service, "
            "or REPERE_ALLOW_FILE_KEYS=yes to accept the file.",
        )
    for variable, path in (
        ("REPERE_KEY_PROVIDER", settings.KEY_PROVIDER),
        ("REPERE_KEY_PROVIDER_BEFORE", settings.KEY_PROVIDER_BEFORE),
    ):
        yield from _one_provider(variable, path)


def _one_provider(variable: str, path: str) -> Iterator[CheckMessage]:
    """Look at the settings of one key service; it isn't called, for it may be out when the service starts."""
    if not path:
        return
    try:
        import_string(path)
    except ImportError:
        yield _error(
            20,
            f"{variable} names nothing that can be loaded: encryption.vault.VaultProvider, "
            "encryption.awskms.KmsProvider (which needs the extra kms), encryption.hsm.HsmProvider (the extra pkcs11) "
            "or encryption.provider.FileProvider.",
        )
        return
    address, name = {
        VAULT_PROVIDER: (settings.VAULT_ADDR, "REPERE_VAULT_ADDR"),
        KMS_PROVIDER: (settings.KMS_ENDPOINT, "REPERE_KMS_ENDPOINT"),
    }.get(path, ("", ""))
    if address and urlsplit(address).scheme != "https" and not is_near(urlsplit(address).hostname or ""):
        yield _error(21, f"{name} crosses the network in clear: its address must be https://….")
    if path == VAULT_PROVIDER and not (urlsplit(address).hostname and settings.VAULT_TOKEN_FILE):
        yield _error(
            22,
            "Vault can't be asked: set REPERE_VAULT_ADDR (https://…) and REPERE_VAULT_TOKEN_FILE (a path).",
        )
    if path == KMS_PROVIDER and not settings.KMS_KEYS:
        yield _error(22, "KMS can't be asked: set REPERE_KMS_KEYS to numbered keys, 1=arn:….")
    if path == HSM_PROVIDER and not (settings.PKCS11_MODULE and settings.PKCS11_PIN_FILE):
        yield _error(
            22, "The HSM can't be asked: set REPERE_PKCS11_MODULE and REPERE_PKCS11_PIN_FILE (two paths)."
        )


def _backups() -> Iterator[CheckMessage]:
    if settings.KEY_BACKUP_DAYS > KEY_BACKUP_DAYS_MAX:
        yield _error(
            23,
            f"What is shredded would come back from a backup for too long: REPERE_KEY_BACKUP_DAYS is at most "
            f"{KEY_BACKUP_DAYS_MAX} (SEC-CR11).",
        )


def _addresses() -> Iterator[CheckMessage]:
    """Look at where the two databases are said to be; nothing is connected to."""
    places = []
    for alias, variable in PLACES.items():
        found = settings.DATABASES[alias]
        places.append((hosts_of(found), found.get("PORT"), found["NAME"]))
        if not found["ENGINE"].endswith("postgresql"):
            yield _error(8, f"{variable} must be the address of a PostgreSQL database (postgres://…).")
        elif not all(map(is_near, hosts_of(found))) and found.get("OPTIONS", {}).get("sslmode") not in _TLS:
            yield _error(9, f"{variable} crosses the network in clear: add ?sslmode=verify-full to it.")
    if places[0] == places[1]:
        yield _error(
            10, "KEYS_DATABASE_URL must be another database than DATABASE_URL: a backup would hold both."
        )


def _proxies() -> Iterator[CheckMessage]:
    if any(network.prefixlen < _PROXY_PREFIX[network.version] for network in settings.TRUSTED_PROXIES):
        yield _error(
            15,
            "REPERE_TRUSTED_PROXIES trusts so wide a network that callers could write their own address: "
            "name the proxies.",
        )


def _gateway() -> Iterator[CheckMessage]:
    parts = urlsplit(settings.SMS_GATEWAY_URL)
    if parts.scheme != "https" and not is_near(parts.hostname or ""):
        yield _error(
            16, "REPERE_SMS_GATEWAY_URL crosses the network in clear: its address must be https://…."
        )


def _witnesses() -> Iterator[CheckMessage]:
    for one in settings.LOG_WITNESSES:
        parts = urlsplit(one.partition(" ")[0])
        if parts.scheme != "https" and not is_near(parts.hostname or ""):
            yield _error(18, "REPERE_LOG_WITNESSES names a witness in clear: its address must be https://….")


def _attachments() -> Iterator[CheckMessage]:
    if not settings.SCANNER:
        yield _error(
            31,
            "Set REPERE_SCANNER to the antivirus (unix:/run/clamav/clamd.ctl): without one no file is ever served.",
        )
    if not is_near(scanner_host(settings.SCANNER)):
        yield _error(
            26,
            "REPERE_SCANNER would send every file across the network in clear: let the antivirus run on this machine.",
        )
    parts = urlsplit(settings.OBJECT_ENDPOINT)
    if parts.scheme not in ("", "https") and not is_near(parts.hostname or ""):
        yield _error(
            24, "REPERE_OBJECT_ENDPOINT crosses the network in clear: its address must be https://…."
        )


def _files() -> Iterator[CheckMessage]:
    """Refuse files on the host of the service: what a file did there, it would do beside the session."""
    if urlsplit(settings.PUBLIC_ADDRESS).scheme != "https":
        yield _error(32, "REPERE_PUBLIC_ADDRESS, to which links in mails lead, must be https://….")
    origin = urlsplit(settings.FILES_ORIGIN)
    ours = [urlsplit(settings.PUBLIC_ADDRESS).hostname, *settings.ALLOWED_HOSTS]
    # ``config/settings.py`` adds the host of files to those that are answered; named twice, it is the service's too.
    if origin.scheme != "https" or ours.count(origin.hostname) > 1 or origin.hostname == ours[0]:
        yield _error(
            30,
            "Set REPERE_FILES_ORIGIN to https:// and a host name that only serves files (https://files.example.fr), "
            "and lead it to the service: browsers read attachments there, away from cookies and pages.",
        )


def _mail_options() -> list[dict[str, Any]]:
    mailers: dict[str, Any] = settings.MAILERS
    return [found.get("OPTIONS", {}) for found in mailers.values()]


def _mail() -> Iterator[CheckMessage]:
    for options in _mail_options():
        if not is_near(options.get("host", "")) and not (options.get("use_ssl") or options.get("use_tls")):
            yield _error(
                27, "REPERE_SMTP_URL crosses the network in clear: write smtp:// (STARTTLS) or smtps://."
            )


def _limits() -> Iterator[CheckMessage]:
    """Refuse a cap that is none: what a stolen account can take would have no end (SEC-AZ14)."""
    for name in CAPS:
        if getattr(settings, name) < 1:
            yield _error(28, f"REPERE_{name} is 0, which is no cap at all: set a number.")
    if settings.ROLE_REVIEW_DAYS not in ROLE_REVIEW_DAYS:
        yield _error(
            44, "REPERE_ROLE_REVIEW_DAYS must be 90 to 365: each role is looked at once a year at least."
        )


def _strangers() -> Iterator[CheckMessage]:
    """Refuse a description of the API that strangers read, and an API that is open where nothing says otherwise."""
    if settings.SPECTACULAR_SETTINGS["SERVE_PERMISSIONS"] != SIGNED_IN:
        yield _error(
            29,
            "Strangers would read the description of the API: set SERVE_PERMISSIONS of SPECTACULAR_SETTINGS to "
            "accounts.signin.SignedIn.",
        )
    if settings.REST_FRAMEWORK["DEFAULT_PERMISSION_CLASSES"] != SIGNED_IN:
        yield _error(
            33,
            "Strangers would be let in where an address doesn't say who may: set DEFAULT_PERMISSION_CLASSES of "
            "REST_FRAMEWORK to accounts.signin.SignedIn.",
        )


def _other_addresses() -> Iterator[CheckMessage]:
    """Refuse addresses of other packages: pages of documentation, metrics, a debugger, an admin."""
    if found := surface.of_others():
        yield _error(
            40,
            f"Other packages answer at {', '.join(found)}: take them out of the addresses (ROOT_URLCONF). "
            "Documentation is for who has signed in, and figures are for nobody outside.",
        )


def _counted_apart() -> Iterator[CheckMessage]:
    """Refuse what would be counted in Django's cache, which is one process's own: so many times the cap, then.

    Every limit of the service counts in the database (SEC-CF4, SEC-FT16), so that nothing here needs a cache at all.
    """
    if found := surface.throttled():
        yield _error(
            41,
            f"A throttle bounds {', '.join(found)} by a count that each process has for itself: take it out of "
            "DEFAULT_THROTTLE_CLASSES of REST_FRAMEWORK, and count in the database as referrals/caps.py does.",
        )
    if settings.SESSION_ENGINE != SESSIONS:
        yield _error(
            41,
            "Sessions would lie in a cache, or in clear: set SESSION_ENGINE to accounts.sessions.",
        )


def _identity_providers() -> Iterator[CheckMessage]:
    """Look at what is set of identity providers; none is called, for one may be out when the service starts."""
    said: list[dict[str, Any]] = settings.OIDC_PROVIDERS
    if len({one["issuer"] for one in said}) != len(said):
        yield _error(35, "Two identity providers have one REPERE_OIDC_…_ISSUER: name each once.")
    for one in said:
        name = f"REPERE_OIDC_{one['code'].upper()}"
        parts = urlsplit(one["issuer"])
        if (
            parts.scheme != "https"
            or not parts.hostname
            or parts.query
            or parts.fragment
            or "@" in parts.netloc
        ):
            yield _error(
                35, f"{name}_ISSUER must be the issuer as the provider spells it, https://… without a query."
            )
        if not (one["client_id"] and one["secret"] and one["name"]):
            yield _error(36, f"Set {name}_CLIENT_ID, {name}_CLIENT_SECRET (or …_FILE) and {name}_NAME.")
        if not one["algorithms"] or not assertions.ALGORITHMS.issuperset(one["algorithms"]):
            yield _error(37, f"{name}_ALGORITHMS must be among {', '.join(sorted(assertions.ALGORITHMS))}.")
        if "openid" not in one["scopes"]:
            yield _error(38, f"{name}_SCOPES must hold openid.")
        for what, allowed in PROVIDER_CHOICES.items():
            if one[what] not in allowed:
                yield _error(38, f"{name}_{what.upper()} must be one of {', '.join(map(repr, allowed))}.")
        if one["acr"] and not set(one["acr"]).issuperset(one["second_factor_acr"]):
            yield _error(39, f"{name}_SECOND_FACTOR_ACR names a level that {name}_ACR doesn't accept.")


def _triggers(cursor: Any) -> Iterator[CheckMessage]:
    missing = _without_triggers_on_postgresql if connection.vendor == "postgresql" else _without_triggers
    if tables := missing(cursor):
        yield _error(
            11,
            f"The journal could be rewritten: append-only triggers are missing on {', '.join(tables)}. "
            "Run `manage.py migrate`; if they were removed, find out by whom first.",
        )


def _without_triggers_on_postgresql(cursor: Any) -> Sequence[str]:
    """Return the tables on which UPDATE, DELETE or TRUNCATE fires no trigger, or one that can be skipped."""
    missing = []
    for table in ENTRY_TABLES:
        cursor.execute(
            "SELECT COALESCE(bit_or(tgtype), 0) FROM pg_trigger"
            " WHERE tgrelid = %s::regclass AND tgenabled = 'A' AND NOT tgisinternal",
            [table],
        )
        fires = cursor.fetchone()[0]
        if not all(fires & bit for bit in _ROW_UPDATE_DELETE_TRUNCATE):
            missing.append(table)
    return missing


def _without_triggers(cursor: Any) -> Sequence[str]:
    missing = []
    for table in ENTRY_TABLES:
        cursor.execute(
            "SELECT upper(sql) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
        )
        made = " ".join(sql for (sql,) in cursor.fetchall())
        if not all(f"BEFORE {verb}" in made for verb in ("UPDATE", "DELETE", "INSERT")):
            missing.append(table)
    return missing


def _login(alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            yield _error(
                12,
                f"The service connects as a superuser or past row-level security: give {PLACES[alias]} a login "
                "that owns nothing and is a member of repere_app and repere_auditor, or set "
                "REPERE_DATABASE_ROLE=repere_app.",
            )
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = current_schema()::regnamespace AND pg_get_userbyid(relowner) = current_user"
        )
        if cursor.fetchone()[0]:
            yield _error(
                13,
                "The service connects as the owner of its tables and could switch the triggers off: migrate "
                f"with MIGRATION_{PLACES[alias]}, and set REPERE_DATABASE_ROLE=repere_app.",
            )


def _clock(alias: str) -> Iterator[CheckMessage]:
    apart = clocks.seconds_apart(alias)
    if apart > clocks.APART_SECONDS:
        yield _error(
            42,
            f"The clocks of this machine and of the server in {PLACES[alias]} are {apart:.0f} seconds apart: keep "
            "both in time, with chrony or systemd-timesyncd and `timedatectl set-ntp true`.",
        )


def _role(cursor: Any) -> Iterator[CheckMessage]:
    for table in WRITTEN_TABLES:
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'INSERT')", [table])
        if not cursor.fetchone()[0]:
            yield _error(
                43,
                f"The role of the service can't add to {table}, and no act could be done: make the roles of "
                "docs/runbook.md, run `manage.py migrate` as the owner, and set REPERE_DATABASE_ROLE=repere_app.",
            )
    cursor.execute("SELECT has_table_privilege(current_user, 'audit_leaf', 'INSERT')")
    if cursor.fetchone()[0]:
        yield _error(
            19, "The role of the service may extend the journal's tree: revoke INSERT on audit_leaf."
        )
    for table in ENTRY_TABLES:
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'UPDATE, DELETE, TRUNCATE')", [table])
        if cursor.fetchone()[0]:
            yield _error(
                14, f"The role of the service may change {table}: revoke UPDATE, DELETE and TRUNCATE."
            )
