"""Which process needs which variables: the one table from which the environment files are written.

A name may end in ``_FILE`` in a file (``config/env.py``). ``tests/config/bootstrap/test_processes.py`` compares the
table with what ``config/settings.py`` reads, and starts each process with its own variables alone.
"""

import re
from dataclasses import dataclass
from typing import Final

_ANY: Final = (
    "REPERE_MODE",
    "REPERE_STATE_DIR",
    "REPERE_LOG_LEVEL",
    "REPERE_CLOCK_KEPT_BY_HOST",
    "REPERE_SENTRY_DSN",
    "REPERE_OTLP_ENDPOINT",
)
_ROLES: Final = ("REPERE_DATABASE_ROLE", "REPERE_AUDITOR_ROLE", "REPERE_SEQUENCER_ROLE")
_DATABASES: Final = ("DATABASE_URL", "KEYS_DATABASE_URL", "REPERE_ALLOW_ONE_CLUSTER", *_ROLES)
_KEY_SERVICE: Final = (
    "REPERE_KEY_PROVIDER",
    "REPERE_KEY_PROVIDER_BEFORE",
    "REPERE_KEY_FILE",
    "REPERE_ALLOW_FILE_KEYS",
    "REPERE_VAULT_ADDR",
    "REPERE_VAULT_MOUNT",
    "REPERE_VAULT_KEY",
    "REPERE_VAULT_NAMESPACE",
    "REPERE_VAULT_TOKEN_FILE",
    "REPERE_KMS_KEYS",
    "REPERE_KMS_REGION",
    "REPERE_KMS_ENDPOINT",
    "REPERE_PKCS11_MODULE",
    "REPERE_PKCS11_TOKEN",
    "REPERE_PKCS11_KEY",
    "REPERE_PKCS11_PIN_FILE",
    "REPERE_OUTBOUND_CA_FILE",
)
_JOURNAL: Final = ("REPERE_LOG_ORIGIN", "REPERE_LOG_WITNESS_FILE", "REPERE_LOG_WITNESSES")
_ERASURE: Final = ("REPERE_SHRED_FILE", "REPERE_KEY_BACKUP_DAYS")
_SERVICE: Final = (
    *_ANY,
    *_DATABASES,
    *_KEY_SERVICE,
    *_JOURNAL,
    *_ERASURE,
    "REPERE_SECRET_KEY",
    "REPERE_ALLOWED_HOSTS",
    "REPERE_PUBLIC_ADDRESS",
    "REPERE_FILES_ORIGIN",
    "REPERE_SMTP_URL",
    "REPERE_MAIL_FROM",
    "REPERE_SMS_GATEWAY_URL",
    "REPERE_SMS_GATEWAY_TOKEN",
    "REPERE_WEBHOOK_HOSTS",
    "REPERE_SCANNER",
    "REPERE_OBJECT_STORE",
    "REPERE_OBJECT_FOLDER",
    "REPERE_OBJECT_BUCKET",
    "REPERE_OBJECT_ENDPOINT",
    "REPERE_OBJECT_REGION",
    "REPERE_ATTACHMENT_BYTES",
    "REPERE_ATTACHMENT_TYPES",
    "REPERE_LOG_LAG_MINUTES",
    "REPERE_LEAF_FEED",
    "REPERE_ROLE_REVIEW_DAYS",
    "REPERE_SECOND_PERSON_DAYS",
    "REPERE_OPENINGS_PER_HOUR",
    "REPERE_LINES_PER_HOUR",
    "REPERE_FILINGS_PER_HOUR",
    "REPERE_FILINGS_PER_HOUR_OF_PROGRAM",
    "REPERE_GUIDANCE_FOLDER",
    "REPERE_METRICS_DIR",
)
#: What only an answer to a browser needs.
_WEB: Final = (
    "REPERE_METRICS_TOKEN",
    "REPERE_REQUEST_LOG",
    "REPERE_FILING_FEED",
    "REPERE_TRUSTED_PROXIES",
    "REPERE_OIDC_PROVIDERS",
    "REPERE_QUICK_EXIT_URL",
    "REPERE_TRAINING_URL",
    "REPERE_THREADS",
    "REPERE_UPLOADS_AT_ONCE",
)
#: What is set of an identity provider; each has its own code (``env.providers``).
OF_A_PROVIDER: Final = (
    "ISSUER",
    "NAME",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "CLIENT_AUTH",
    "SCOPES",
    "ALGORITHMS",
    "PKCE",
    "PROMPT",
    "AUTH_TIME",
    "USERINFO",
    "ACR",
    "SECOND_FACTOR_ACR",
    "SECOND_FACTOR_AMR",
    "SIRET_CLAIM",
    "HOSTS",
    "LOGOUT",
)
_OF_A_PROVIDER: Final = re.compile(rf"REPERE_OIDC_[A-Z][A-Z0-9]{{0,19}}_({'|'.join(OF_A_PROVIDER)})")


@dataclass(frozen=True, slots=True)
class Process:
    """A kind of process.

    ``account``: the Unix account that runs it, whose name its state folder bears too. ``secrets``: the folder of its
    secrets, shared by processes of one account. ``variables``: all that it may be given, by name.
    """

    name: str
    account: str
    secrets: str
    variables: tuple[str, ...]

    def takes(self, variable: str) -> bool:
        """Tell whether a variable, or the file that holds it, belongs into this process's environment."""
        name = variable.removesuffix("_FILE")
        of_provider = "REPERE_OIDC_PROVIDERS" in self.variables and _OF_A_PROVIDER.fullmatch(name)
        return variable in self.variables or name in self.variables or bool(of_provider)


WEB: Final = Process("web", "repere", "service", (*_SERVICE, *_WEB))
WORKER: Final = Process("worker", "repere", "service", _SERVICE)
SEQUENCER: Final = Process(
    "sequencer",
    "repere-log",
    "sequencer",
    (
        *_ANY,
        *_DATABASES,
        *_KEY_SERVICE,
        *_JOURNAL,
        "REPERE_LOG_STANDBY",
        "REPERE_LOG_KEY_FILE",
        "REPERE_LOG_SIGNER",
    ),
)
WITNESS: Final = Process(
    "witness",
    "repere-witness",
    "witness",
    (
        "REPERE_WITNESS_NAME",
        "REPERE_WITNESS_KEY_FILE",
        "REPERE_WITNESS_STORE",
        "REPERE_WITNESS_LOG",
        "REPERE_WITNESS_PORT",
    ),
)
OWNER: Final = Process(
    "owner",
    "repere-owner",
    "owner",
    (
        *_ANY,
        "MIGRATION_DATABASE_URL",
        "MIGRATION_KEYS_DATABASE_URL",
        "REPERE_ALLOW_ONE_CLUSTER",
        *_ROLES,
        *_KEY_SERVICE,
        *_JOURNAL,
        *_ERASURE,
        "REPERE_LEAF_FEED",
        "REPERE_PGBACKREST_DIR",
    ),
)
PROCESSES: Final = (WEB, WORKER, SEQUENCER, WITNESS, OWNER)
