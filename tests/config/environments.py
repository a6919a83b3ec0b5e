"""What the environment of a process says: that of a newcomer, and one in which production starts."""

import os

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


def is_of_the_service(name):
    """Tell whether a variable is one that the service, Django or PostgreSQL's library reads."""
    return name.startswith(("REPERE_", "DJANGO_", "PG")) or name.endswith("DATABASE_URL")


def environment(state, **said):
    """The environment of this process without any setting of the service, then what is said."""
    bare = {name: value for name, value in os.environ.items() if not is_of_the_service(name)}
    return bare | {"REPERE_STATE_DIR": str(state)} | said
