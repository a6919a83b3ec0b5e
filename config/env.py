"""Reads the environment. Its one class of errors names the variable to set, and to what.

Nothing here knows Django's settings; ``config/settings.py`` asks for each value by name. A secret may also be in a file
whose path is in ``<NAME>_FILE``.
"""

import ipaddress
import os
import re
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError

from config import state_mark

BASE_DIR: Final = Path(__file__).resolve().parent.parent
PRODUCTION: Final = "production"
LOCAL: Final = "local"
TRAINING: Final = "training"
#: Commands of ``manage.py`` that work as the owner of the tables.
OWNER_COMMANDS: Final = (
    "migrate",
    "makemigrations",
    "showmigrations",
    "sqlmigrate",
    "backup",
    "restore",
    "replay",
    "rehearse",
    "recall",
)
#: Commands that work as the sequencer, where the environment is its own.
SEQUENCER_COMMANDS: Final = ("sequence", "check", "export_journal")
#: Commands that serve until they are stopped, beside those with ``--forever``.
SERVING_COMMANDS: Final = ("demo", "training", "runserver")


#: Source: PostgreSQL's manual, "PostgreSQL Error Codes".
_INSUFFICIENT_PRIVILEGE: Final = "42501"
_SET_ROLE: Final = "permission denied to set role"
_UNDEFINED_TABLE: Final = "42P01"


@contextmanager
def refusals_reported(status: int) -> Iterator[None]:
    """End the process with a sentence on standard error where the machine or a setting is at fault, not the code.

    A setting that can't be, a file that can't be read or written, a database that doesn't answer, a missing right.

    Raises:
        SystemExit: with ``status``.
    """
    try:
        yield
    except (ImproperlyConfigured, OSError, DatabaseError) as refused:
        sentence = str(refused) if isinstance(refused, ImproperlyConfigured) else _sentence_of(refused)
        if not sentence:
            raise
        sys.stderr.write(f"{sentence}\n")
        raise SystemExit(status) from None


def _sentence_of(error: OSError | DatabaseError) -> str:
    """Return what an operator can do about it; empty for what isn't theirs to mend. No row and no value is in it."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}." if error.filename and error.strerror else ""
    # What the server says first names a table, a role or an address; what follows may quote a row.
    message, state = str(error).partition("\n")[0], getattr(error.__cause__, "sqlstate", None)
    if state == _INSUFFICIENT_PRIVILEGE and message.startswith(_SET_ROLE):
        return (
            f"A database refuses: {message}. This command runs in another process's environment: the sequencer's for "
            "export_journal (docs/runbook.md)."
        )
    if state == _INSUFFICIENT_PRIVILEGE:
        return (
            f"A database refuses: {message}. Commands of the owner need MIGRATION_DATABASE_URL and "
            "MIGRATION_KEYS_DATABASE_URL; the service's own rights come with `manage.py migrate` (docs/install.md)."
        )
    if state == _UNDEFINED_TABLE:
        return (
            "A database isn't migrated: run `manage.py migrate` and `manage.py migrate --database keys` "
            f"as the owner ({message})."
        )
    return f"A database doesn't answer: {message}" if isinstance(error, OperationalError) else ""


def mode() -> str:
    """Return ``local`` (embedded databases, keys made on the first run), ``training`` (the same, apart) or production.

    Raises:
        ImproperlyConfigured: it is none of them.
    """
    value = os.environ.get("REPERE_MODE", LOCAL)
    if value not in (LOCAL, PRODUCTION, TRAINING):
        raise ImproperlyConfigured(f"REPERE_MODE must be '{LOCAL}', '{TRAINING}' or '{PRODUCTION}'.")
    return value


def state_dir() -> Path:
    """Return the folder of the embedded databases and the local keys, made with mode 0700; training has its own.

    Whoever asks for anything in it asks here first, so that nothing is read, made or deleted in one of the other kind.

    Raises:
        ImproperlyConfigured: it can't be made; it is a training instance's and this is none, or the reverse.
    """
    path = _state_path()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (state_mark.begin if mode() == TRAINING else state_mark.require_none)(path)
    except OSError:
        raise ImproperlyConfigured("REPERE_STATE_DIR must be a folder that the service may write.") from None
    return path


def _state_path() -> Path:
    usual = BASE_DIR / "var" / TRAINING if mode() == TRAINING else BASE_DIR / "var"
    return Path(os.environ.get("REPERE_STATE_DIR") or usual)


def is_in_state(path: str) -> bool:
    """Tell whether a file lies in the state folder, and would go with the machine."""
    return Path(path).is_relative_to(_state_path())


def metrics_dir() -> Path:
    """Return where the processes of this machine count; the server's hooks ask it too (``config/gunicorn.py``)."""
    return Path(os.environ.get("REPERE_METRICS_DIR") or _state_path() / "metrics")


def text(name: str, *, default: str | None = None, local: str | None = None) -> str:
    """Return a setting; ``local`` is its value when it is absent outside production.

    One that has no ``default`` is absent where it is empty, too.

    Raises:
        ImproperlyConfigured: the setting has no value and none may be assumed, or its file can't be read.
    """
    file = os.environ.get(f"{name}_FILE")
    try:
        value = Path(file).read_text(encoding="utf-8").strip() if file else os.environ.get(name, default)
    except (OSError, ValueError):
        raise ImproperlyConfigured(f"{name}_FILE must be the path of a file that can be read.") from None
    if not value and default is None:
        value = None if mode() == PRODUCTION else local
    if value is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE, the path of a file that holds it).")
    return value


def chosen(name: str, choices: Sequence[str], *, default: str) -> str:
    """Return one of so many words.

    Raises:
        ImproperlyConfigured: the setting says another.
    """
    value = text(name, default=default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be {', '.join(choices[:-1])} or {choices[-1]}.")
    return value


def yes(name: str, *, default: str = "no") -> bool:
    """Tell whether a setting says ``yes``; it may say ``no`` and nothing else."""
    return chosen(name, ("yes", "no"), default=default) == "yes"


def address(value: str) -> SplitResult:
    """Return the parts of an address; those of an empty one where it can't be one."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # read here, for it is only looked at when it is asked for
    except ValueError:
        return urlsplit("")
    return parts


def origin(name: str) -> str:
    """Return an origin, ``https://host`` or with a port, as a browser spells it; empty where none is set.

    Raises:
        ImproperlyConfigured: there is more or less in it than a scheme and a host.
    """
    value = text(name, default="").lower().rstrip("/")
    parts = address(value)
    if value and (
        parts.scheme not in ("http", "https") or f"{parts.scheme}://{parts.netloc}" != value or "@" in value
    ):
        raise ImproperlyConfigured(f"{name} must be an origin, as https://files.example.fr.")
    return value


def listed(name: str, *, default: str | None = None, local: str | None = None) -> list[str]:
    """Return a comma-separated setting as a list without blanks.

    Raises:
        ImproperlyConfigured: nothing is listed, and no default says that this may be.
    """
    values = [part.strip() for part in text(name, default=default, local=local).split(",") if part.strip()]
    if not values and default is None:
        raise ImproperlyConfigured(f"{name} names nothing: set it, comma-separated.")
    return values


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return a comma-separated setting of addresses and networks (``10.0.0.5, 10.1.0.0/24``); empty if unset.

    Raises:
        ImproperlyConfigured: one of them is neither, or a network with bits of a host in it.
    """
    try:
        return [ipaddress.ip_network(part) for part in listed(name, default="")]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must be addresses or networks, comma-separated: 10.0.0.5, 10.1.0.0/24."
        ) from error


def numbered(name: str) -> dict[int, str]:
    """Return a comma-separated setting of numbered texts (``1=first,2=second``); empty if unset.

    Raises:
        ImproperlyConfigured: one of them has no number or no text, or a number comes twice.
    """
    values: dict[int, str] = {}
    for part in listed(name, default=""):
        digits, _, value = part.partition("=")
        if (
            not (digits.isascii() and digits.isdigit() and 0 < int(digits) < 2**32 and value)
            or int(digits) in values
        ):
            raise ImproperlyConfigured(f"{name} must be numbered, comma-separated: 1=first,2=second.")
        values[int(digits)] = value
    return values


_DIGITS_MAX: Final = 16  # no setting counts so far, and Python refuses to read some thousands of them


def number(name: str, *, default: int) -> int:
    """Return a whole number.

    Raises:
        ImproperlyConfigured: the value isn't one.
    """
    value = text(name, default=str(default))
    if not (value.isascii() and value.isdigit() and len(value) < _DIGITS_MAX):
        raise ImproperlyConfigured(f"{name} must be a whole number.")
    return int(value)


def mailers() -> dict[str, dict[str, object]]:
    """Return how mail leaves: by the server in ``REPERE_SMTP_URL``, else as files in the state folder.

    ``smtp://user:password@host:587`` speaks STARTTLS unless the host is this machine, ``smtps://`` TLS from the start.
    In production without the variable: the mail server of this machine. In training each says that nothing is real.

    Raises:
        ImproperlyConfigured: the address isn't one.
    """
    url = text("REPERE_SMTP_URL", default="smtp://localhost:25" if mode() == PRODUCTION else "")
    if not url:
        apart = mode() == TRAINING
        files = "outbox.training.Mailbox" if apart else "django.core.mail.backends.filebased.EmailBackend"
        return {"default": {"BACKEND": files, "OPTIONS": {"file_path": str(state_dir() / "mail")}}}
    parts = address(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured("REPERE_SMTP_URL reads smtp://user:password@host:587, or smtps://….")
    options: dict[str, object] = {
        "host": parts.hostname,
        "port": parts.port or (465 if parts.scheme == "smtps" else 587),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp" and parts.hostname not in ("localhost", "127.0.0.1", "::1"),
        "timeout": 20,
    }
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}


_PROVIDER_CODE: Final = re.compile(r"[a-z][a-z0-9]{0,19}", re.ASCII)


def providers() -> list[dict[str, object]]:
    """Return the identity providers of the site, in the order of ``REPERE_OIDC_PROVIDERS`` (``proconnect,academie``).

    What is set of each begins with ``REPERE_OIDC_<CODE>_``; docs/runbook.md lists it, ``accounts/oidc/providers.py``
    says what it means, and ``config/checks/`` what of it can't be.

    Raises:
        ImproperlyConfigured: a code isn't small letters and digits or comes twice, or something has no value.
    """
    codes = listed("REPERE_OIDC_PROVIDERS", default="")
    if len(set(codes)) != len(codes) or not all(_PROVIDER_CODE.fullmatch(code) for code in codes):
        raise ImproperlyConfigured(
            "REPERE_OIDC_PROVIDERS must be short codes of small letters and digits, each once: proconnect,academie."
        )
    return [_provider(code) for code in codes]


def _provider(code: str) -> dict[str, object]:
    name = f"REPERE_OIDC_{code.upper()}"
    return {
        "code": code,
        "issuer": text(f"{name}_ISSUER"),
        "name": text(f"{name}_NAME"),
        "client_id": text(f"{name}_CLIENT_ID"),
        "secret": text(f"{name}_CLIENT_SECRET"),
        "client_auth": text(f"{name}_CLIENT_AUTH", default="post"),
        "scopes": text(f"{name}_SCOPES", default="openid").split(),
        "algorithms": listed(f"{name}_ALGORITHMS", default="RS256,ES256"),
        "pkce": yes(f"{name}_PKCE", default="yes"),
        "prompt": text(f"{name}_PROMPT", default="login"),
        "auth_time": yes(f"{name}_AUTH_TIME"),
        "userinfo": text(f"{name}_USERINFO", default="jwt"),
        "acr": listed(f"{name}_ACR", default=""),
        "second_factor_acr": listed(f"{name}_SECOND_FACTOR_ACR", default=""),
        "second_factor_amr": listed(f"{name}_SECOND_FACTOR_AMR", default=""),
        "siret": text(f"{name}_SIRET_CLAIM", default=""),
        "hosts": listed(f"{name}_HOSTS", default=""),
        "logout": yes(f"{name}_LOGOUT", default="yes"),
    }


_ROLE: Final = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}", re.ASCII)
_NO_ROLES: Final = ("none", "public", "session_user", "current_user", "current_role", "user")


@dataclass(frozen=True, slots=True)
class Roles:
    """Names of the database roles without login: the service's, its auditors', the sequencer's."""

    service: str
    auditor: str
    sequencer: str


def roles() -> Roles:
    """Return the names of the database roles; each is one that SQL may hold unquoted.

    In the sequencer's environment ``REPERE_DATABASE_ROLE`` is its own role, and the service's isn't known.

    Raises:
        ImproperlyConfigured: one is no name of a role, or two are the same.
    """
    sequencer = _role("REPERE_SEQUENCER_ROLE", "repere_sequencer")
    auditor = _role("REPERE_AUDITOR_ROLE", "repere_auditor")
    service = _role("REPERE_DATABASE_ROLE", "repere_app")
    if auditor in (service, sequencer) or (is_owner() and service == sequencer):
        raise ImproperlyConfigured(
            "REPERE_DATABASE_ROLE, REPERE_AUDITOR_ROLE and REPERE_SEQUENCER_ROLE must be three different roles."
        )
    return Roles(service, auditor, sequencer)


def is_role_name(name: str) -> bool:
    """Tell whether a database role may be called so: SQL holds it unquoted."""
    return bool(_ROLE.fullmatch(name)) and name not in _NO_ROLES


def _role(name: str, default: str) -> str:
    value = text(name, default=default) or default
    if not is_role_name(value):
        raise ImproperlyConfigured(
            f"{name} must be the name of a database role: small letters, digits and _, no digit first, no pg_."
        )
    return value


def is_owner() -> bool:
    """Tell whether this process is a command that changes or reads the shape of the databases."""
    return sys.argv[1:2] != [] and sys.argv[1] in OWNER_COMMANDS


def is_migrating() -> bool:
    """Tell whether this process is the command that changes the tables."""
    return sys.argv[1:2] == ["migrate"]


def is_sequencer() -> bool:
    """Tell whether this process is the command that signs the journal, or another one in that command's environment."""
    # By the role alone only where nothing is served: a server in the sequencer's environment is refused as ever.
    return sys.argv[1:2] == ["sequence"] or (
        sys.argv[1:2] != [] and sys.argv[1] in SEQUENCER_COMMANDS and _has_role_of_sequencer()
    )


def _has_role_of_sequencer() -> bool:
    names = (("REPERE_DATABASE_ROLE", ""), ("REPERE_SEQUENCER_ROLE", "repere_sequencer"))
    service, sequencer = (text(name, default=default) for name, default in names)
    return service == sequencer


def by_hand() -> bool:
    """Tell whether somebody runs this command and reads what it says: no server, no worker, no unit of systemd."""
    command = sys.argv[1] if sys.argv[1:] and Path(sys.argv[0]).name == "manage.py" else ""
    return bool(command) and not (
        command in SERVING_COMMANDS or "--forever" in sys.argv or _is_read_by_systemd()
    )


def _is_read_by_systemd() -> bool:
    # Shells within a unit inherit the variable: it counts where standard error is that very stream (systemd.exec(5)).
    try:
        stream = os.fstat(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stream.st_dev}:{stream.st_ino}"


def serves() -> bool:
    """Tell whether this process works for people: one of the service, and none of the owner's or the sequencer's.

    The others need no setting of what people see: secret, hosts, antivirus, host of files.
    """
    return not (is_owner() or is_sequencer())


def database(name: str, *, local: str) -> dict[str, object]:
    """Return Django's description of the database whose address is in ``name``.

    To the commands of the owner it is the one in ``MIGRATION_<NAME>``, where that is set (SEC-CF2).

    Raises:
        ImproperlyConfigured: the address isn't one, or names no database.
    """
    owners = f"MIGRATION_{name}"
    if is_owner() and (owners in os.environ or f"{owners}_FILE" in os.environ):
        name = owners
    url, options = text(name, local=local), {}
    if url.startswith(("postgres://", "postgresql://", "sqlite:///")):
        with suppress(ValueError):
            options = dict(environ.Env.db_url_config(url))
    if not options.get("NAME"):
        raise ImproperlyConfigured(
            f"{name} must be the address of a database, postgres://login:password@host/name."
        )
    return options


def secret(name: str, file: str) -> str:
    """Return a secret; outside production it is made on the first run and kept in ``file`` (0600).

    A process that works for nobody (``serves``) signs nothing: without the setting it draws one that it forgets.
    """
    if mode() == PRODUCTION and not serves() and not text(name, default=""):
        return secrets.token_urlsafe(48)
    if name in os.environ or f"{name}_FILE" in os.environ or mode() == PRODUCTION:
        return text(name)
    path = state_dir() / file
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
            target.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8")
