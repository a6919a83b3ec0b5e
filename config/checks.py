"""System checks: configurations the service refuses to run with, and what to set instead (SEC-CF1).

Checks of settings run with every command. Checks that query a database run with ``manage.py check --deploy`` and when a
server loads the application, not with ``migrate``: the migrator owns the tables, and rightly so. On a developer's
machine only what would be wrong there too is an error.
"""

import os
import re
import resource
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.utils.module_loading import import_string

from audit import sequencing
from audit.appendonly import ENTRY_TABLES
from config import clocks, drawn, env, exposure
from config.database import APP_ROLE, AUDITOR_ROLE
from config.local import host_of, hosts_of, is_local_name, is_near
from config.routers import KEY_STORE
from config.servers import place_of, roles_of
from encryption import assertions
from outbox import maintenance_gate
from referrals.attachments import scanning
from referrals.vocabulary.attachments import KEPT_AS

FILE_PROVIDER: Final = "encryption.provider.FileProvider"
VAULT_PROVIDER: Final = "encryption.vault.VaultProvider"
KMS_PROVIDER: Final = "encryption.awskms.KmsProvider"
HSM_PROVIDER: Final = "encryption.hsm.HsmProvider"
FILE_SIGNER: Final = "encryption.signing.FileSigner"
KEY_BACKUP_DAYS_MAX: Final = 7
SIGNED_IN: Final = ["accounts.signin.SignedIn"]
SESSIONS: Final = "accounts.sessions"
#: Tables that an act can't do without adding to.
WRITTEN_TABLES: Final = ("audit_entry", "audit_entrysubject")
#: The databases, and where each one's address is set.
PLACES: Final = {DEFAULT_DB_ALIAS: "DATABASE_URL", "keys": "KEYS_DATABASE_URL"}
ROLE_REVIEW_DAYS: Final = range(90, 366)
#: What one person may take within an hour (SEC-AZ14), and how much that is where nothing is set.
CAPS: Final = {
    "OPENINGS_PER_HOUR": 60,
    "LINES_PER_HOUR": 300,
    "FILINGS_PER_HOUR": 20,
    "FILINGS_PER_HOUR_OF_PROGRAM": 200,
}
CAP_TIMES, CAP_TIMES_WARNED = 10, 3
LAG_MINUTES, LAG_MINUTES_WARNED = 60, 15
MEBIBYTE: Final = 1024 * 1024
ATTACHMENT_MEBIBYTES, ATTACHMENT_MEBIBYTES_WARNED = 100, 20
#: Methods of a provider that are a second factor (RFC 8176 §2); ``mfa`` says that there were two.
SECOND_FACTORS: Final = frozenset({"mfa", "otp", "hwk", "swk", "sc"})
PROVIDER_SECRET_LENGTH, PROVIDER_SECRET_LENGTH_WARNED = 16, 32
PROVIDER_CHOICES: Final = {
    "client_auth": ("post", "basic"),
    "userinfo": ("jwt", "json", "no"),
    "prompt": ("", "login", "select_account", "consent"),
}
_PROXY_PREFIX: Final = {4: 16, 6: 48}  # the widest network that may hold a site's proxies
_PROXY_PREFIX_WARNED: Final = {4: 24, 6: 56}
_SCANNER: Final = re.compile(
    r"unix:/.+|tcp:(?P<host>\[[0-9a-f:]+\]|[^:\[\]]+):(?P<port>[0-9]{1,5})", re.ASCII
)
_PORTS: Final = range(1, 65_536)
_ROW_UPDATE_DELETE_TRUNCATE: Final = (16, 8, 32)  # bits of pg_trigger.tgtype
_log = structlog.get_logger(__name__)
#: The id of what couldn't be asked.
UNASKED: Final = "repere.I001"
_was_fit = False
"""Whether each database has answered this server all that a start asks, and as it must."""


def require_fit() -> None:
    """Refuse to serve when a check fails; called by the server's entry points.

    A database that doesn't answer is no reason: the server starts, and is closed until it has asked it
    (``why_closed``). Nor is a clock that the kernel doesn't call kept, while it agrees with the databases': an outage
    of NTP must keep nobody from filing.

    Raises:
        ImproperlyConfigured: with the sentence of each check that failed.
    """
    global _was_fit
    for message in the_clock_is_kept():
        _log.warning("check:warned", check=message.id)
    databases = _of_databases()
    told = [
        *people_can_be_called(),
        *the_ledger_is_kept(),
        *settings_are_fit(),
        *nothing_else_is_served(),
        *databases,
        *keys_are_apart(),
        *the_root_key_is_own(),
        *files_are_scanned(),
    ]
    for message in told:
        if not message.is_serious():
            _log.warning("check:warned", check=message.id)
    found = [message for message in told if message.is_serious()]
    for message in found:
        _log.error("check:failed", check=message.id)
    if found:
        sentences = "\n".join(message.msg for message in found)
        sys.stderr.write(f"{sentences}\n")  # the log of a server keeps no message of an exception
        raise ImproperlyConfigured(sentences)
    _was_fit = _are_asked(databases)
    maintenance_gate.closed_by(why_closed)


def why_closed() -> str:
    """Return why a server stays closed, as a code: what a start asks of a database has no answer yet, or a bad one.

    Asked before each request, until all databases have answered and are fit: then never again (SEC-CF11).
    """
    global _was_fit
    if _was_fit:
        return ""
    told = _of_databases()
    found = [message for message in told if message.is_serious()]
    for message in found:
        _log.error("check:failed", check=message.id)
    if found:
        return "databases-unfit"
    if not _are_asked(told):
        return "databases-unasked"
    _was_fit = True
    return ""


def _of_databases() -> list[CheckMessage]:
    return [*databases_are_fit(), *databases_are_apart(), *clocks_agree()]


def _are_asked(told: Iterable[CheckMessage]) -> bool:
    return not any(message.id == UNASKED for message in told)


@register
def settings_are_fit(**_: Any) -> list[CheckMessage]:
    """Return an error for each setting that production mustn't run with, a warning for each that it had better not."""
    if not settings.PRODUCTION:
        return []
    return [
        *_process(),
        *_secret(),
        *_names(),
        *_parts(),
        *_key_provider(),
        *_backups(),
        *_addresses(),
        *_proxies(),
        *_outward(),
        *_log_key(),
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
                return [_unasked(DEFAULT_DB_ALIAS)]
            found = list(_triggers(cursor))
            if settings.PRODUCTION and connection.vendor == "postgresql":
                found += _role(cursor)
    except OperationalError:
        found = [_unasked(DEFAULT_DB_ALIAS)]
    return [*found, *_each_database(_login)]


@register(deploy=True)
def databases_are_apart(**_: Any) -> list[CheckMessage]:
    """Return an error where the keys lie in the database of the cases, and where they share a cluster unaccepted."""
    if not settings.PRODUCTION or any(connections[alias].vendor != "postgresql" for alias in PLACES):
        return []
    try:
        cases, keys = (place_of(alias) for alias in PLACES)
    except OperationalError:
        return [_unasked(KEY_STORE)]
    near = cases.shares_cluster(keys)
    if keys.holds_cases or (near and keys.database == cases.database):
        return [
            _error(
                60,
                "KEYS_DATABASE_URL leads to the database of the cases, or a copy of it: a backup would hold both. Name "
                "another one, and migrate it with `manage.py migrate --database keys`.",
            )
        ]
    if not near:
        return []
    if settings.ALLOW_ONE_CLUSTER:
        return [
            _warning(
                14,
                "Cases and keys lie in one cluster (REPERE_ALLOW_ONE_CLUSTER): keep its base backups for days, not "
                "years, or what is destroyed comes back.",
            )
        ]
    return [
        _error(
            61,
            "KEYS_DATABASE_URL leads to the cluster of DATABASE_URL, whose base backups would hold both: use another "
            "one, or set REPERE_ALLOW_ONE_CLUSTER=yes to accept it.",
        )
    ]


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
        return [_warning(3, sentence)]
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
    return [_warning(1, sentence)]


@register
def the_ledger_is_kept(**_: Any) -> list[CheckMessage]:
    """Return a warning where the list of what was shredded would go with the machine (SEC-CR12)."""
    if not settings.PRODUCTION or not _is_in_state(settings.SHRED_FILE):
        return []
    sentence = (
        "The list of what was shredded lies in the state folder: set REPERE_SHRED_FILE to a place that outlives the "
        "machine, or a restore will have to ask the auditors for an export of the journal."
    )
    return [_warning(2, sentence)]


@register(deploy=True)
def the_root_key_is_own(**_: Any) -> list[CheckMessage]:
    """Return a warning where the root key is a file, and an error where others than the service could read it.

    Asked where the service runs, not by each command: the sequencer's and the owner's accounts mustn't read it.
    """
    providers = (settings.KEY_PROVIDER, settings.KEY_PROVIDER_BEFORE)
    accepted = settings.PRODUCTION and settings.ALLOW_FILE_KEYS and FILE_PROVIDER in providers
    if not accepted or _is_the_sequencers():
        return []
    if not _is_own(settings.KEY_FILE):
        return [_not_own(46, "REPERE_KEY_FILE")]
    sentence = (
        "The root key is a file (REPERE_KEY_FILE, accepted by REPERE_ALLOW_FILE_KEYS): whoever copies this machine "
        "has it. A key service hasn't this weakness."
    )
    return [_warning(4, sentence)]


@register(deploy=True)
def files_are_scanned(**_: Any) -> list[CheckMessage]:
    """Return a warning where the antivirus doesn't answer: files are taken, and wait (SEC-FI6)."""
    if not settings.PRODUCTION or not _is_scanner(settings.SCANNER) or scanning.answers():
        return []
    sentence = "The antivirus in REPERE_SCANNER doesn't answer: files are taken, and wait until it does."
    return [_warning(6, sentence)]


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


def _warning(number: int, sentence: str) -> CheckMessage:
    return Warning(sentence, id=f"repere.W{number:03}")


def _each_database(ask: Callable[[str], Iterator[CheckMessage]]) -> list[CheckMessage]:
    """Return what is wrong with either database in production; one that doesn't answer isn't asked."""
    found: list[CheckMessage] = []
    for alias in PLACES:
        if not settings.PRODUCTION or connections[alias].vendor != "postgresql":
            continue
        try:
            found += ask(alias)
        except OperationalError:
            found.append(_unasked(alias))
    return found


def _unasked(alias: str) -> CheckMessage:
    """Return that a database couldn't be asked; it keeps a server from opening, not from starting."""
    _log.warning("check:skipped", database=alias)
    sentence = f"The database in {PLACES[alias]} doesn't answer or isn't migrated: it is asked once it is."
    return Info(sentence, id=UNASKED)


def _process() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield _error(1, "DEBUG is on: set DEBUG = False, error pages would show values.")
    if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        yield _error(2, "Core dumps are on and would hold keys: start the service with `ulimit -c 0`.")
    if not settings.SECURE_HSTS_SECONDS:
        yield _error(3, "SECURE_HSTS_SECONDS is 0: set a year, the service is reached over TLS only.")
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield _error(4, "Cookies would travel in clear: set SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE.")


def _secret() -> Iterator[CheckMessage]:
    if not drawn.is_drawn(settings.SECRET_KEY):
        yield _error(
            6,
            f"REPERE_SECRET_KEY must be {drawn.LENGTH} random characters or more (`openssl rand -base64 48`).",
        )
    if settings.SECRET_KEY in _other_secrets():
        yield _error(
            25,
            "REPERE_SECRET_KEY is also the password of a database, the mail server or the gateway: draw its own.",
        )


def _names() -> Iterator[CheckMessage]:
    """Look at the names under which the service is reached, and at the page to which it leads away."""
    hosts, public = settings.ALLOWED_HOSTS, _https_host(settings.PUBLIC_ADDRESS)
    named = [
        host for host in hosts if "*" not in host and not host.startswith(".") and not is_local_name(host)
    ]
    if not hosts or named != hosts:
        yield _error(
            5,
            "REPERE_ALLOWED_HOSTS must name each host of the service, without a wildcard, a leading dot or this "
            "machine itself.",
        )
    elif public and public not in hosts:
        yield _error(
            45, "REPERE_PUBLIC_ADDRESS, to which links in mails lead, must be among REPERE_ALLOWED_HOSTS."
        )
    if not public:
        yield _error(32, "REPERE_PUBLIC_ADDRESS, to which links in mails lead, must be https://….")
    away = _https_host(settings.QUICK_EXIT_URL)
    if not away or away in hosts:
        yield _error(
            55,
            "REPERE_QUICK_EXIT_URL must be https://… and a site of others: who leaves in haste must be gone.",
        )


def _other_secrets() -> set[str]:
    """Return the secrets of others that the service knows: one that leaks there must open nothing here."""
    return {
        settings.SMS_GATEWAY_TOKEN,
        *(str(said["secret"]) for said in settings.OIDC_PROVIDERS),
        *(str(found.get("PASSWORD", "")) for found in settings.DATABASES.values()),
        *(str(options.get("password", "")) for options in _mail_options()),
    } - {""}


def _parts() -> Iterator[CheckMessage]:
    """Look whether each part that is named by its class can be loaded; only a former key service may be none."""
    before = ["KEY_PROVIDER_BEFORE"] if settings.KEY_PROVIDER_BEFORE else []
    for name in ("KEY_PROVIDER", *before, "OBJECT_STORE", "LOG_SIGNER"):
        try:
            import_string(getattr(settings, name))
        except ImportError:
            yield _error(
                20,
                f"REPERE_{name} names nothing that can be loaded: docs/runbook.md says what it may name, and what has "
                "to be installed for it.",
            )


def _key_provider() -> Iterator[CheckMessage]:
    if settings.KEY_PROVIDER == FILE_PROVIDER and not settings.ALLOW_FILE_KEYS:
        yield _error(
            7,
            "The root key would lie in a file beside the service: set REPERE_KEY_PROVIDER to a key service, "
            "or REPERE_ALLOW_FILE_KEYS=yes to accept the file.",
        )
    yield from _one_provider(settings.KEY_PROVIDER)
    if settings.KEY_PROVIDER_BEFORE:
        yield from _one_provider(settings.KEY_PROVIDER_BEFORE)


def _one_provider(path: str) -> Iterator[CheckMessage]:
    """Look at the settings of one key service; it isn't called, for it may be out when the service starts."""
    address, name = {
        VAULT_PROVIDER: (settings.VAULT_ADDR, "REPERE_VAULT_ADDR"),
        KMS_PROVIDER: (settings.KMS_ENDPOINT, "REPERE_KMS_ENDPOINT"),
    }.get(path, ("", ""))
    if _in_clear(address):
        yield _error(21, f"{name} crosses the network in clear: its address must be https://….")
    if path == VAULT_PROVIDER and not (address and settings.VAULT_TOKEN_FILE):
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
        elif not all(map(is_near, hosts_of(found))) and found["OPTIONS"].get("sslmode") != "verify-full":
            yield _error(9, f"{variable} crosses the network in clear: add ?sslmode=verify-full to it.")
    if places[0] == places[1]:
        yield _error(
            10, "KEYS_DATABASE_URL must be another database than DATABASE_URL: a backup would hold both."
        )


def _proxies() -> Iterator[CheckMessage]:
    if _wider_than(_PROXY_PREFIX):
        yield _error(
            15,
            "REPERE_TRUSTED_PROXIES trusts so wide a network that callers could write their own address: "
            "name the proxies.",
        )
    elif _wider_than(_PROXY_PREFIX_WARNED):
        yield _warning(
            11, "REPERE_TRUSTED_PROXIES trusts a whole network: callers in it could write their own address."
        )


def _wider_than(prefixes: Mapping[int, int]) -> bool:
    return any(network.prefixlen < prefixes[network.version] for network in settings.TRUSTED_PROXIES)


def _outward() -> Iterator[CheckMessage]:
    """Look at what the service calls, and at the log, which leaves the machine too."""
    if _in_clear(settings.SMS_GATEWAY_URL):
        yield _error(
            16, "REPERE_SMS_GATEWAY_URL crosses the network in clear: its address must be https://…."
        )
    if not all(map(_is_public_name, settings.WEBHOOK_HOSTS)):
        yield _error(
            54,
            "REPERE_WEBHOOK_HOSTS must be full host names (partner.example.fr), no address and not this machine.",
        )
    if settings.LOG_LEVEL == "DEBUG":
        yield _error(53, "REPERE_LOG_LEVEL is DEBUG: set INFO, libraries would tell what they work on.")


def _is_public_name(host: str) -> bool:
    """Tell whether a host is a name with a domain; what ends in a number is an address, however it is written."""
    return "." in host and host.rpartition(".")[2][:1].isalpha() and not is_local_name(host)


def _log_key() -> Iterator[CheckMessage]:
    """Look at the signing key where it belongs, in the sequencer; the server mustn't have it (``keys_are_apart``)."""
    if not env.is_sequencer() or settings.LOG_SIGNER != FILE_SIGNER:
        return
    if not _is_own(settings.LOG_KEY_FILE):
        yield _not_own(47, "REPERE_LOG_KEY_FILE")
    else:
        yield _warning(
            15,
            "The key that signs the journal is a file (REPERE_LOG_KEY_FILE): whoever copies this machine can sign a "
            "rewritten one.",
        )


def _is_own(path: str | Path) -> bool:
    """Tell whether a file is there, belongs to this process's account and is closed to all others (0600)."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return False
    return found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o177


def _not_own(number: int, variable: str) -> CheckMessage:
    sentence = f"{variable} must be a file that the account of this process owns, with mode 0600 or less."
    return Error(sentence, id=f"repere.E{number:03}")


def _witnesses() -> Iterator[CheckMessage]:
    """Look at who would notice a rewritten journal: its witnesses, and the feed of what each process commits."""
    if any(_in_clear(one.partition(" ")[0]) for one in settings.LOG_WITNESSES):
        yield _error(18, "REPERE_LOG_WITNESSES names a witness in clear: its address must be https://….")
    watching = [bool(one) for one in (settings.LOG_WITNESS_FILE, settings.LOG_WITNESSES, settings.LEAF_FEED)]
    if not any(watching):
        yield _error(
            52,
            "Nobody would notice a rewritten journal: set REPERE_LOG_WITNESS_FILE, REPERE_LOG_WITNESSES or "
            "REPERE_LEAF_FEED.",
        )
    elif sum(watching) == 1 or (settings.LOG_WITNESS_FILE and _is_in_state(settings.LOG_WITNESS_FILE)):
        yield _warning(
            10,
            "A rewritten journal might go unnoticed: keep REPERE_LOG_WITNESS_FILE out of the state folder, and have "
            "one of REPERE_LOG_WITNESSES and REPERE_LEAF_FEED beside it.",
        )
    if not 0 < settings.LOG_LAG_MINUTES <= LAG_MINUTES:
        yield _error(
            51, f"REPERE_LOG_LAG_MINUTES must be 1 to {LAG_MINUTES}: files would be read that no tree proves."
        )
    elif settings.LOG_LAG_MINUTES > LAG_MINUTES_WARNED:
        yield _warning(
            9, f"REPERE_LOG_LAG_MINUTES is more than {LAG_MINUTES_WARNED}: a dead sequencer is noticed late."
        )


def _is_in_state(path: str) -> bool:
    return Path(path).is_relative_to(env.state_dir())


def _attachments() -> Iterator[CheckMessage]:
    if not settings.SCANNER:
        yield _error(
            31,
            "Set REPERE_SCANNER to the antivirus (unix:/run/clamav/clamd.ctl): without one no file is ever served.",
        )
    elif not _is_scanner(settings.SCANNER):
        yield _error(
            26,
            "REPERE_SCANNER must be the antivirus of this machine, unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310: "
            "every file would cross the network in clear.",
        )
    if _in_clear(settings.OBJECT_ENDPOINT):
        yield _error(
            24, "REPERE_OBJECT_ENDPOINT crosses the network in clear: its address must be https://…."
        )
    if not settings.ATTACHMENT_TYPES or not KEPT_AS.keys() >= {*settings.ATTACHMENT_TYPES}:
        yield _error(48, f"REPERE_ATTACHMENT_TYPES must be some of {', '.join(KEPT_AS)}.")
    if not 0 < settings.ATTACHMENT_BYTES <= ATTACHMENT_MEBIBYTES * MEBIBYTE:
        yield _error(49, f"REPERE_ATTACHMENT_BYTES must be 1 to {ATTACHMENT_MEBIBYTES * MEBIBYTE}.")
    elif settings.ATTACHMENT_BYTES > ATTACHMENT_MEBIBYTES_WARNED * MEBIBYTE:
        yield _warning(
            7,
            f"REPERE_ATTACHMENT_BYTES is more than {ATTACHMENT_MEBIBYTES_WARNED} MiB: an upload holds a thread for as "
            "long as it takes.",
        )
    if not 0 < settings.UPLOADS_AT_ONCE < settings.THREADS:
        yield _error(
            50,
            "REPERE_UPLOADS_AT_ONCE must be 1 or more and less than REPERE_THREADS, the threads of a process: uploads "
            "would leave none for anything else.",
        )


def _is_scanner(said: str) -> bool:
    """Tell whether an antivirus is said to be on this machine, by a socket or a port."""
    found = _SCANNER.fullmatch(said)
    return found is not None and is_near(found["host"] or "") and int(found["port"] or 1) in _PORTS


def _files() -> Iterator[CheckMessage]:
    """Refuse files on the host of the service: what a file did there, it would do beside the session."""
    files, public = _https_host(settings.FILES_ORIGIN), host_of(settings.PUBLIC_ADDRESS)
    # ``config/settings.py`` adds the host of files to those that are answered; named twice, it is the service's too.
    if not files or settings.ALLOWED_HOSTS.count(files) > 1 or files == public:
        yield _error(
            30,
            "Set REPERE_FILES_ORIGIN to https:// and a host name that only serves files (https://files.example.fr), "
            "and lead it to the service: browsers read attachments there, away from cookies and pages.",
        )
    elif any(files.endswith(f".{host}") for host in settings.ALLOWED_HOSTS):
        yield _warning(
            5,
            "REPERE_FILES_ORIGIN lies under the name of the service: a name of its own keeps files farther from its "
            "cookies.",
        )


def _https_host(address: str) -> str:
    """Return the host of an address that begins with https://; empty where it is another one, or none."""
    parts = env.address(address)
    return (parts.hostname or "") if parts.scheme == "https" else ""


def _in_clear(address: str) -> bool:
    """Tell whether what is said to an address could be read on its way, or whether it is none; nothing set is fine."""
    near = env.address(address).scheme == "http" and is_near(host_of(address))
    return bool(address) and not near and not _https_host(address)


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
    for name, usual in CAPS.items():
        if not 0 < getattr(settings, name) <= CAP_TIMES * usual:
            yield _error(
                28, f"REPERE_{name} must be 1 to {CAP_TIMES * usual}: beyond it there is no cap at all."
            )
        elif getattr(settings, name) > CAP_TIMES_WARNED * usual:
            yield _warning(8, f"REPERE_{name} is more than {CAP_TIMES_WARNED} times what is usual, {usual}.")
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
    if found := exposure.of_others():
        yield _error(
            40,
            f"Other packages answer at {', '.join(found)}: take them out of the addresses (ROOT_URLCONF). "
            "Documentation is for who has signed in, and figures are for nobody outside.",
        )


def _counted_apart() -> Iterator[CheckMessage]:
    """Refuse what would be counted in Django's cache, which is one process's own: so many times the cap, then.

    Every limit of the service counts in the database (SEC-CF4, SEC-FT16), so that nothing here needs a cache at all.
    """
    if found := exposure.throttled():
        yield _error(
            41,
            f"A throttle bounds {', '.join(found)} by a count that each process has for itself: take it out of "
            "DEFAULT_THROTTLE_CLASSES of REST_FRAMEWORK, and count in the database: referrals/access/volume_limits.py.",
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
        parts = env.address(one["issuer"])
        if not _https_host(one["issuer"]) or parts.query or parts.fragment or "@" in parts.netloc:
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
        yield from _second_factor(name, one)
        if 0 < len(one["secret"]) < PROVIDER_SECRET_LENGTH:
            yield _error(
                58,
                f"{name}_CLIENT_SECRET has less than {PROVIDER_SECRET_LENGTH} characters: ask for another.",
            )
        elif 0 < len(one["secret"]) < PROVIDER_SECRET_LENGTH_WARNED:
            yield _warning(
                12, f"{name}_CLIENT_SECRET has less than {PROVIDER_SECRET_LENGTH_WARNED} characters."
            )
        if not one["pkce"]:
            yield _warning(
                13, f"{name}_PKCE is no: right for ProConnect alone, which refuses what it doesn't know."
            )


def _second_factor(name: str, one: Mapping[str, Any]) -> Iterator[CheckMessage]:
    """Refuse to take for a second factor what is none, or what may have been shown hours ago, on a shared machine."""
    if not SECOND_FACTORS.issuperset(one["second_factor_amr"]):
        yield _error(56, f"{name}_SECOND_FACTOR_AMR must be among {', '.join(sorted(SECOND_FACTORS))}.")
    counts = one["second_factor_acr"] or one["second_factor_amr"]
    if counts and one["prompt"] != "login" and not one["auth_time"]:
        yield _error(
            57,
            f"A second factor of {name} might be hours old: set {name}_PROMPT=login or {name}_AUTH_TIME=yes.",
        )


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
    """Look at the login itself, and at all that it may become: taking a role mends nothing, for it can be put off."""
    roles, ours = roles_of(alias), _roles_of_service()
    mighty = ", ".join(role.name for role in roles if role.is_mighty)
    owners = ", ".join(role.name for role in roles if role.owns)
    others = ", ".join(role.name for role in roles if not role.is_login and role.name not in ours)
    right = f"give it a login that is a member of {' and '.join(ours)}, and nothing else."
    if mighty:
        yield _error(
            12,
            f"The login in {PLACES[alias]} may act as a superuser, read past row-level security, make roles or "
            f"databases, or replicate (as {mighty}): {right}",
        )
    if owners:
        yield _error(
            13,
            f"The login in {PLACES[alias]} owns something (as {owners}), and could switch the triggers of its tables "
            f"off: migrate with MIGRATION_{PLACES[alias]}, and {right}",
        )
    if others:
        yield _error(59, f"The login in {PLACES[alias]} may act as {others}: {right}")


def _roles_of_service() -> list[str]:
    """Return the roles of which the login is a member: the two of the service, or the sequencer's own."""
    if _is_the_sequencers():
        return [sequencing.ROLE]
    return [settings.DATABASE_ROLE or APP_ROLE, AUDITOR_ROLE]


def _is_the_sequencers() -> bool:
    """Tell whether this is the environment of the sequencer."""
    return bool(settings.DATABASE_ROLE == sequencing.ROLE)


def _clock(alias: str) -> Iterator[CheckMessage]:
    apart = clocks.seconds_apart(alias)
    if apart > clocks.APART_SECONDS:
        yield _error(
            42,
            f"The clocks of this machine and of the server in {PLACES[alias]} are {apart:.0f} seconds apart: keep "
            "both in time, with chrony or systemd-timesyncd and `timedatectl set-ntp true`.",
        )


def _role(cursor: Any) -> Iterator[CheckMessage]:
    if not _is_the_sequencers():
        yield from _adds(cursor)
    for table in ENTRY_TABLES:
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'UPDATE, DELETE, TRUNCATE')", [table])
        if cursor.fetchone()[0]:
            yield _error(
                14, f"The role of the service may change {table}: revoke UPDATE, DELETE and TRUNCATE."
            )


def _adds(cursor: Any) -> Iterator[CheckMessage]:
    """Look at what the service may add: all that an act needs, and nothing to the tree, which is the sequencer's."""
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
