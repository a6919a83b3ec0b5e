"""Checks of keys and secrets: the key services, the root key, the key that signs the journal, their backups."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from config import drawn, env
from config.checks.addresses import in_clear
from config.checks.databases import is_the_sequencers
from config.checks.findings import error, warning
from config.checks.outward import mail_options

FILE_PROVIDER: Final = "encryption.provider.FileProvider"
VAULT_PROVIDER: Final = "encryption.vault.VaultProvider"
KMS_PROVIDER: Final = "encryption.awskms.KmsProvider"
HSM_PROVIDER: Final = "encryption.hsm.HsmProvider"
FILE_SIGNER: Final = "encryption.signing.FileSigner"
KEY_BACKUP_DAYS_MAX: Final = 7


@register
def the_ledger_outlives_the_machine(**_: object) -> list[CheckMessage]:
    """Return a warning where the list of what was shredded would go with the machine (SEC-CR12)."""
    if not settings.PRODUCTION or env.is_sequencer() or not env.is_in_state(settings.SHRED_FILE):
        return []
    sentence = (
        "The list of what was shredded lies in the state folder: set REPERE_SHRED_FILE to a place that outlives the "
        "machine, or a restore will have to ask the auditors for an export of the journal."
    )
    return [warning(2, sentence)]


@register(deploy=True)
def the_root_key_is_own(**_: object) -> list[CheckMessage]:
    """Return a warning where the root key is a file, and an error where others than the service could read it.

    Asked where the service runs, not by each command: the sequencer's and the owner's accounts mustn't read it.
    """
    providers = (settings.KEY_PROVIDER, settings.KEY_PROVIDER_BEFORE)
    accepted = settings.PRODUCTION and settings.ALLOW_FILE_KEYS and FILE_PROVIDER in providers
    if not accepted or is_the_sequencers():
        return []
    if not _is_own(settings.KEY_FILE):
        return [_not_own(46, "REPERE_KEY_FILE")]
    sentence = (
        "The root key is a file (REPERE_KEY_FILE, accepted by REPERE_ALLOW_FILE_KEYS): whoever copies this machine "
        "has it. A key service hasn't this weakness."
    )
    return [warning(4, sentence)]


def keys_are_apart() -> list[CheckMessage]:
    """Return an error where the server could sign the journal itself; asked when a server loads the application.

    The commands of the sequencer don't ask it: they are the ones that sign (SEC-AL10).
    """
    if not settings.PRODUCTION or not os.access(settings.LOG_KEY_FILE, os.R_OK):
        return []
    return [
        error(
            17,
            "The server could read the key that signs the journal: let REPERE_LOG_KEY_FILE be readable by the "
            "account of `manage.py sequence` alone.",
        )
    ]


def secret() -> Iterator[CheckMessage]:
    """Look at the secret that signs links: drawn at random, and nobody else's."""
    if not drawn.is_drawn(settings.SECRET_KEY):
        yield error(
            6,
            f"REPERE_SECRET_KEY must be {drawn.LENGTH} random characters or more (`openssl rand -base64 48`).",
        )
    if settings.SECRET_KEY in _other_secrets():
        yield error(
            25,
            "REPERE_SECRET_KEY is also the password of a database, the mail server or the gateway, or the token of "
            "the monitoring: draw its own.",
        )


def _other_secrets() -> set[str]:
    """Return the secrets of others that the service knows: one that leaks there must open nothing here."""
    return {
        settings.SMS_GATEWAY_TOKEN,
        settings.METRICS_TOKEN,
        *(str(provider["secret"]) for provider in settings.OIDC_PROVIDERS),
        *(str(database.get("PASSWORD", "")) for database in settings.DATABASES.values()),
        *(str(options.get("password", "")) for options in mail_options()),
    } - {""}


def parts() -> Iterator[CheckMessage]:
    """Look whether each part that is named by its class can be loaded; only a former key service may be none."""
    before = ["KEY_PROVIDER_BEFORE"] if settings.KEY_PROVIDER_BEFORE else []
    for name in ("KEY_PROVIDER", *before, "OBJECT_STORE", "LOG_SIGNER"):
        try:
            import_string(getattr(settings, name))
        except ImportError:
            yield error(
                20,
                f"REPERE_{name} names nothing that can be loaded: docs/runbook.md says what it may name, and what has "
                "to be installed for it.",
            )


def key_provider() -> Iterator[CheckMessage]:
    """Look at the key service, and at the former one while keys move from it."""
    if settings.KEY_PROVIDER == FILE_PROVIDER and not settings.ALLOW_FILE_KEYS:
        yield error(
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
    if in_clear(address):
        yield error(21, f"{name} crosses the network in clear: its address must be https://….")
    if path == VAULT_PROVIDER and not (address and settings.VAULT_TOKEN_FILE):
        yield error(
            22,
            "Vault can't be asked: set REPERE_VAULT_ADDR (https://…) and REPERE_VAULT_TOKEN_FILE (a path).",
        )
    if path == KMS_PROVIDER and not settings.KMS_KEYS:
        yield error(22, "KMS can't be asked: set REPERE_KMS_KEYS to numbered keys, 1=arn:….")
    if path == HSM_PROVIDER and not (settings.PKCS11_MODULE and settings.PKCS11_PIN_FILE):
        yield error(
            22, "The HSM can't be asked: set REPERE_PKCS11_MODULE and REPERE_PKCS11_PIN_FILE (two paths)."
        )


def backups() -> Iterator[CheckMessage]:
    """Look at how long a backup of the keys is kept: what is shredded would come back from it."""
    if settings.KEY_BACKUP_DAYS > KEY_BACKUP_DAYS_MAX:
        yield error(
            23,
            f"What is shredded would come back from a backup for too long: REPERE_KEY_BACKUP_DAYS is at most "
            f"{KEY_BACKUP_DAYS_MAX} (SEC-CR11).",
        )


def log_key() -> Iterator[CheckMessage]:
    """Look at the signing key where it belongs, in the sequencer; the server mustn't have it (``keys_are_apart``)."""
    if not env.is_sequencer() or settings.LOG_SIGNER != FILE_SIGNER:
        return
    if not _is_own(settings.LOG_KEY_FILE):
        yield _not_own(47, "REPERE_LOG_KEY_FILE")
    else:
        yield warning(
            15,
            "The key that signs the journal is a file (REPERE_LOG_KEY_FILE): whoever copies this machine can sign a "
            "rewritten one.",
        )


def _is_own(path: str | Path) -> bool:
    """Tell whether a file is there, belongs to this process's account and is closed to all others (0600)."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return False
    return status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & 0o177


def _not_own(number: int, variable: str) -> CheckMessage:
    sentence = f"{variable} must be a file that the account of this process owns, with mode 0600 or less."
    return Error(sentence, id=f"repere.E{number:03}")
