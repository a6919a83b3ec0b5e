"""What the environment of a process says: that of a newcomer, and one in which production starts."""

import os
from functools import cache
from types import CodeType
from typing import Any

from config.env import BASE_DIR

SECRET = "kq3vX9_tB2mZ7wLcR4yN8aHd6uJfE1sGpQoViTlYbWxCzMnK5A"
PRODUCTION = {
    "REPERE_MODE": "production", "REPERE_SECRET_KEY": SECRET,
    "REPERE_ALLOWED_HOSTS": "repere.example", "REPERE_FILES_ORIGIN": "https://files.example",
    "DATABASE_URL": "postgres://web:secret@db.internal/repere?sslmode=verify-full",
    "KEYS_DATABASE_URL": "postgres://web:secret@keys.internal/repere_keys?sslmode=verify-full",
    "REPERE_DATABASE_ROLE": "repere_app",
    "REPERE_KEY_PROVIDER": "encryption.vault.VaultProvider", "REPERE_KEY_FILE": "/nowhere/root.key",
    "REPERE_VAULT_ADDR": "https://vault.internal:8200", "REPERE_VAULT_TOKEN_FILE": "/run/vault/token",
    "REPERE_SCANNER": "unix:/run/clamav/clamd.ctl", "REPERE_SMS_GATEWAY_URL": "https://gateway.example/messages",
    "REPERE_SHRED_FILE": "/srv/repere/shreds.log", "REPERE_LOG_WITNESS_FILE": "/srv/witness/checkpoints",
    "REPERE_LOG_KEY_FILE": "/nowhere/log.key",
}  # fmt: skip


@cache
def _page() -> CodeType:
    path = BASE_DIR / "config" / "settings.py"
    return compile(path.read_text(encoding="utf-8"), path, "exec")


def settings_as_read() -> dict[str, Any]:
    """Return what the page of settings says in the environment of this moment, by name."""
    values: dict[str, Any] = {"__name__": "read_anew", "__file__": str(BASE_DIR / "config" / "settings.py")}
    exec(_page(), values)  # noqa: S102 - our own page
    return values


def is_of_the_service(name):
    """Tell whether a variable is one that the service, Django or PostgreSQL's library reads."""
    return name.startswith(("REPERE_", "DJANGO_", "PG")) or name.endswith("DATABASE_URL")


def environment(state, **said):
    """The environment of this process without any setting of the service, then what is said."""
    bare = {name: value for name, value in os.environ.items() if not is_of_the_service(name)}
    return bare | {"REPERE_STATE_DIR": str(state)} | said
