"""Refusals at start: what a training instance's settings may not say, and a real one's neither.

A training instance reaches nobody and shares nothing: no address of another service, no key, file or database outside
its own state folder. It may be reached from elsewhere, through a proxy.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

from config import env, state_mark

#: What the name of a training instance's log ends in, and that of no other.
ENDING: Final = "-formation"
#: Settings that name another service, or how one is reached: all of them stay empty.
_REACHING: Final = (
    "KEY_PROVIDER_BEFORE",
    "VAULT_ADDR",
    "VAULT_NAMESPACE",
    "VAULT_TOKEN_FILE",
    "KMS_KEYS",
    "KMS_REGION",
    "KMS_ENDPOINT",
    "PKCS11_MODULE",
    "PKCS11_PIN_FILE",
    "OBJECT_BUCKET",
    "OBJECT_ENDPOINT",
    "OBJECT_REGION",
    "SCANNER",
    "LOG_WITNESSES",
    "OIDC_PROVIDERS",
    "SMS_GATEWAY_URL",
    "SMS_GATEWAY_TOKEN",
    "WEBHOOK_HOSTS",
    "OUTBOUND_CA_FILE",
    "SENTRY_DSN",
    "OTLP_ENDPOINT",
)
#: Parts that work within the state folder; no other may be named.
_PARTS: Final = {
    "KEY_PROVIDER": "encryption.provider.FileProvider",
    "OBJECT_STORE": "referrals.attachments.folder.FolderStore",
    "LOG_SIGNER": "encryption.signing.FileSigner",
}
#: Files and folders that lie in the state folder.
_FILES: Final = (
    "KEY_FILE",
    "LOG_KEY_FILE",
    "LOG_WITNESS_FILE",
    "SHRED_FILE",
    "OBJECT_FOLDER",
    "LEAF_FEED",
    "FILING_FEED",
)
#: Read by no setting under its own name; a secret that a real instance may have too is made here instead.
_ELSEWHERE: Final = ("REPERE_SMTP_URL", "REPERE_SECRET_KEY")


def require_apart(values: Mapping[str, Any]) -> None:
    """Refuse settings by which training and real instances would touch; ``values``: those of ``config/settings.py``.

    Raises:
        ImproperlyConfigured: names the variables, and no value.
    """
    if not values["TRAINING"]:
        if values["LOG_ORIGIN"].endswith(ENDING):
            raise ImproperlyConfigured(
                f"REPERE_LOG_ORIGIN ends in {ENDING}, as the log of a training instance alone does: name another."
            )
        if within := sorted(_within_training(values)):
            raise ImproperlyConfigured(
                f"{', '.join(within)}: in the folder of a training instance, which empties it each night. Name another."
            )
        return
    if named := sorted({*_reaching(values), *_outside(values)}):
        raise ImproperlyConfigured(
            f"A training instance reaches nobody and shares nothing: unset {', '.join(named)}. "
            "All that it has lies in REPERE_STATE_DIR."
        )
    if not values["LOG_ORIGIN"].endswith(ENDING):
        raise ImproperlyConfigured(f"REPERE_LOG_ORIGIN of a training instance ends in {ENDING}.")


def _reaching(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield each variable that leads to another service, or brings a secret along."""
    for name in _REACHING:
        if values[name]:
            yield f"REPERE_{name}"
    for name, only in _PARTS.items():
        if values[name] != only:
            yield f"REPERE_{name}"
    for variable in _ELSEWHERE:
        if os.environ.get(variable) or os.environ.get(f"{variable}_FILE"):
            yield variable


def _outside(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield each variable whose file or database isn't one of the state folder's."""
    for name in _FILES:
        if values[name] and not is_own(values[name]):
            yield f"REPERE_{name}"
    for alias, variable in (("default", "DATABASE_URL"), ("keys", "KEYS_DATABASE_URL")):
        database = values["DATABASES"][alias]
        if not database["ENGINE"].endswith("sqlite3") or not is_own(database["NAME"]):
            yield variable


def _within_training(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield each variable of another instance whose file or folder lies in one that training empties."""
    for name in _FILES:
        if (
            values[name]
            and values[name] not in ("stdout", "stderr")
            and state_mark.marked_above(Path(values[name]))
        ):
            yield f"REPERE_{name}"


def is_own(path: str | Path) -> bool:
    """Tell whether a file or folder lies in the state folder, links followed; that folder itself doesn't."""
    own = env.state_dir().resolve()
    whole = Path(path).resolve()
    return whole != own and whole.is_relative_to(own)
