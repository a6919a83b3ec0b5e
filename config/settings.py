"""Django settings of the service. Values come from the environment (``config/env.py``).

Read from top to bottom: what runs, where data lie, who signs in, how the API speaks, every limit. Code reads
``django.conf.settings``, never this module.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.csp import CSP

from config import env, local
from config.training import refusals

BASE_DIR = env.BASE_DIR
MODE = env.mode()
PRODUCTION = env.PRODUCTION == MODE
# An instance of its own to learn in, of which nothing is real and nothing leaves (docs/decisions/0056).
TRAINING = env.TRAINING == MODE
DEBUG = False  # nobody reads a stack trace here, a developer neither: the log has it

SECRET_KEY = env.secret("REPERE_SECRET_KEY", "secret_key")
LOCAL_HOSTS = "localhost,127.0.0.1,[::1],testserver"
ALLOWED_HOSTS = env.listed(
    "REPERE_ALLOWED_HOSTS", local=LOCAL_HOSTS, default="" if PRODUCTION and not env.serves() else None
)
HOST = ALLOWED_HOSTS[0] if PRODUCTION and ALLOWED_HOSTS else "localhost"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "encryption",
    "outbox",
    "audit",
    "accounts",
    "directory",
    "referrals",
    "web",
    "config.apps.EdgeConfig",
]

#: What answers may load that name no policy of their own: nothing. Pages for people name their style sheet and script.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
}
MIDDLEWARE = [
    # Around all others: what is refused on its way in is an answer too.
    "config.request_log.Answered",
    "config.reporting.middleware.Reported",
    "config.metrics.requests.Counted",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "config.training.marking.Marked",
    "config.headers.SafeAnswers",
    "django.middleware.security.SecurityMiddleware",
    "config.pipeline.Arrival",
    "config.pipeline.Gate",
    "django.middleware.common.CommonMiddleware",
    "config.files.HostOfFiles",
    "config.headers.OwnOrigin",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.pipeline.OneTransaction",
    # Within the transaction: a session's row and the entry that says so are there together or not at all.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.pipeline.Caller",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
TEMPLATES: list[dict[str, Any]] = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
]

# --- Where data lie -------------------------------------------------------------------------------
# ``default`` holds the cases, ``keys`` the wrapped keys. They are two databases so that a backup of
# one is worth nothing without the other (docs/decisions/0003-key-hierarchy.md).


def _database(name: str, file: str) -> dict[str, Any]:
    options: dict[str, Any] = env.database(name, local=f"sqlite:///{env.state_dir() / file}")
    options["ATOMIC_REQUESTS"] = False  # config/pipeline.py opens the transaction: a refusal must outlive it
    # Each thread keeps its connection, and asks before a request whether it is still one (docs/decisions/0059).
    options["CONN_MAX_AGE"] = None
    options["CONN_HEALTH_CHECKS"] = options["ENGINE"].endswith("postgresql")
    if options["ENGINE"].endswith("sqlite3"):
        options["OPTIONS"] = {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; "
                "PRAGMA recursive_triggers=ON; PRAGMA synchronous=FULL;"
            ),
        }
        # A file, because threads of the tests share it; memory databases can't.
        options["TEST"] = {"NAME": str(env.state_dir() / f"test_{file}")}
    else:
        options["OPTIONS"] = {
            # Compiling a plan costs more than any of our queries takes.
            # Whoever asks for a table stands behind a migration that waits for it: that one gives up soon.
            "options": "-c jit=off -c lock_timeout=3s" if env.is_migrating() else "-c jit=off",
            # Row-level security makes planning the larger part of a small query: plans are kept by connection.
            # A pooler in between must keep sessions apart (docs/scale.md).
            "server_side_binding": True,
            "prepare_threshold": 3,
            # A host that drops packets instead of refusing them would keep people waiting for minutes (SEC-FT17).
            "connect_timeout": 2,
            # Of several hosts the one that writes; after a failover a standby isn't taken for the primary.
            "target_session_attrs": "read-write",
            **options.get("OPTIONS", {}),
        }
    return options


DATABASES = {
    "default": _database("DATABASE_URL", "repere.sqlite3"),
    "keys": _database("KEYS_DATABASE_URL", "keys.sqlite3"),
}
# A base backup of a cluster holds all of its databases: production accepts one for both only in so many words.
ALLOW_ONE_CLUSTER = env.yes("REPERE_ALLOW_ONE_CLUSTER")
DATABASE_ROUTERS = ["config.routers.KeyStoreRouter"]
# PostgreSQL only: the role that the application takes after it has connected, so that row-level
# security and the append-only grants bind it even where the login owns the tables. Empty: the login itself.
# Migrations run as the owner, with MIGRATION_DATABASE_URL and MIGRATION_KEYS_DATABASE_URL where they are set.
ROLES = env.roles()  # the service's, its auditors' and the sequencer's, by their names in the database
DATABASE_ROLE = "" if env.is_owner() else env.text("REPERE_DATABASE_ROLE", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Nothing is kept in a cache: each process has its own, and what counts here counts for all
# (config/checks/strangers.py).
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# The clock that this process goes by (config/checks/machine.py): yes where a host sets it, of which the kernel knows
# nothing.
CLOCK_KEPT_BY_HOST = env.yes("REPERE_CLOCK_KEPT_BY_HOST")
# How many threads the server gives each process, as its command line says; it tells nobody.
THREADS = env.number("REPERE_THREADS", default=4)

# --- Keys -----------------------------------------------------------------------------------------
KEY_PROVIDER = env.text("REPERE_KEY_PROVIDER", default="encryption.provider.FileProvider")
# While keys move from one key service to another: the one that still unwraps what it wrapped.
KEY_PROVIDER_BEFORE = env.text("REPERE_KEY_PROVIDER_BEFORE", default="")
IN_A_FILE = "encryption.provider.FileProvider" in (KEY_PROVIDER, KEY_PROVIDER_BEFORE)
KEY_FILE = Path(
    env.text(
        "REPERE_KEY_FILE", local=str(env.state_dir() / "root.key"), default=None if IN_A_FILE else "root.key"
    )
)
ALLOW_FILE_KEYS = env.yes("REPERE_ALLOW_FILE_KEYS")
VAULT_ADDR = env.text("REPERE_VAULT_ADDR", default="")
VAULT_MOUNT = env.text("REPERE_VAULT_MOUNT", default="transit")
VAULT_KEY = env.text("REPERE_VAULT_KEY", default="repere")
VAULT_NAMESPACE = env.text("REPERE_VAULT_NAMESPACE", default="")
VAULT_TOKEN_FILE = os.environ.get("REPERE_VAULT_TOKEN_FILE", "")  # the path itself: read at each call
KMS_KEYS = env.numbered("REPERE_KMS_KEYS")  # version → KMS key
KMS_REGION = env.text("REPERE_KMS_REGION", default="")  # empty: as AWS's own kit finds it
KMS_ENDPOINT = env.text("REPERE_KMS_ENDPOINT", default="")
PKCS11_MODULE = env.text("REPERE_PKCS11_MODULE", default="")  # path of the module's shared library
PKCS11_TOKEN = env.text("REPERE_PKCS11_TOKEN", default="repere")
PKCS11_KEY = env.text("REPERE_PKCS11_KEY", default="repere")  # keys are labelled repere-1, repere-2, …
PKCS11_PIN_FILE = os.environ.get(
    "REPERE_PKCS11_PIN_FILE", ""
)  # the path itself: read when a session is opened
KEY_CACHE_SECONDS = 60  # SEC-CR9: at most 60
KEY_CACHE_SIZE = 1_000  # SEC-CR9: at most 1,000

# What was shredded, outside both databases (audit/erasure_ledger.py), and how long the longest-lived backup of the
# key store lives: until then a destruction isn't complete (SEC-CR11: at most 7 days).
SHRED_FILE = env.text("REPERE_SHRED_FILE", default=str(env.state_dir() / "shreds.log"))
KEY_BACKUP_DAYS = env.number("REPERE_KEY_BACKUP_DAYS", default=7)
# Where pgBackRest is configured for both databases, on the machine of the owner's commands (config/recovery/).
PGBACKREST_DIR = env.text("REPERE_PGBACKREST_DIR", default="/etc/pgbackrest")
# --- Attachments ----------------------------------------------------------------------------------
# Sealed objects in a folder, or in an S3-compatible store (``referrals.attachments.s3.S3Store``, extra ``s3``).
OBJECT_STORE = env.text("REPERE_OBJECT_STORE", default="referrals.attachments.folder.FolderStore")
OBJECT_FOLDER = Path(env.text("REPERE_OBJECT_FOLDER", default=str(env.state_dir() / "objects")))
OBJECT_BUCKET = env.text("REPERE_OBJECT_BUCKET", default="")
OBJECT_ENDPOINT = env.text("REPERE_OBJECT_ENDPOINT", default="")  # empty: as AWS's own kit finds it
OBJECT_REGION = env.text("REPERE_OBJECT_REGION", default="")
# The antivirus: unix:/run/clamav/clamd.ctl or tcp:host:3310. Without one, production serves no attachment at all.
SCANNER = env.text("REPERE_SCANNER", default="")
SERVE_UNSCANNED = not PRODUCTION and not SCANNER

# --- The journal's tree ---------------------------------------------------------------------------
# Its name, on every checkpoint; and, for the sequencer's process alone, the keys that sign them
# (docs/decisions/0010-tree-and-checkpoints.md).
LOG_ORIGIN = env.text(
    "REPERE_LOG_ORIGIN",
    # Without a host there is no name that it could have had all along.
    default=None
    if PRODUCTION and not ALLOWED_HOSTS
    else f"{HOST}/journal{refusals.ENDING if TRAINING else ''}",
)
LOG_SIGNER = env.text("REPERE_LOG_SIGNER", default="encryption.signing.FileSigner")
LOG_KEY_FILE = Path(env.text("REPERE_LOG_KEY_FILE", default=str(env.state_dir() / "log.key")))
# The first witness is a file that the sequencer adds each checkpoint to; empty: none. Others: url, blank, key.
LOG_WITNESS_FILE = env.text("REPERE_LOG_WITNESS_FILE", default=str(env.state_dir() / "witness.txt"))
LOG_WITNESSES = env.listed("REPERE_LOG_WITNESSES", default="")
# Another sequencer signs too, with a witness file of its own (docs/decisions/0060).
LOG_STANDBY = env.yes("REPERE_LOG_STANDBY")
# For how many minutes an entry may wait for its place before files can't be read any more (SEC-AL8); 0: for ever, but
# not in production.
LOG_LAG_MINUTES = env.number("REPERE_LOG_LAG_MINUTES", default=15)
# Where each process tells the leaf hashes of what it commits: ``stdout``, ``stderr``, ``syslog``, a file, or nowhere
# (SEC-AL14).
LEAF_FEED = env.text(
    "REPERE_LEAF_FEED", default="stdout" if PRODUCTION else str(env.state_dir() / "leaves.log")
)
if env.by_hand() and LEAF_FEED in ("stdout", "stderr"):
    LEAF_FEED = (
        "syslog"  # a terminal is collected by nobody, and its lines would bury what the command prints
    )
# Where web servers name each filing, sealed, for ``manage.py recall``: a file, or nowhere (docs/backup.md).
FILING_FEED = env.text("REPERE_FILING_FEED", default="")

# --- Who signs in ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.LeakedPasswords"},
    {"NAME": "accounts.passwords.ContextWords"},
]
ANONYMOUS_USER_NAME = None  # guardian: no anonymous account
# Guardian's rows are asked in SQL by referrals/access/visibility.py, with our expiry; its backend would ignore that.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
# People sign in; tokens are for programs such as 119. Outside production people may have some too, to try.
TOKENS_FOR_PEOPLE = not PRODUCTION
SESSION_ENGINE = "accounts.sessions"
# A training instance may stand behind a proxy that speaks TLS. Its cookies have names of their own: it runs beside a
# real one on the same host.
OVER_TLS = PRODUCTION or (TRAINING and env.text("REPERE_PUBLIC_ADDRESS", default="").startswith("https://"))
COOKIES = ("__Host-" if OVER_TLS else "") + ("training-" if TRAINING else "")
SESSION_COOKIE_NAME = f"{COOKIES}session"
SESSION_COOKIE_SECURE = OVER_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
# Where people may sign in beside: accounts/oidc/, docs/decisions/0033-identity-providers.md. None by default.
OIDC_PROVIDERS = env.providers()
# What binds a way to a provider and back to one browser. Unlike the session's it must come along from there.
OIDC_COOKIE_NAME = f"{COOKIES}provider"
# SEC-AU5: absolute; the cookie itself ends with the browser (accounts/sessions.py). When idle: see the limits.
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = f"{COOKIES}csrftoken"
CSRF_COOKIE_SECURE = OVER_TLS
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_AGE = None  # ends with the browser, as the session's
# The proxy ends TLS, so to Django a request is http; its Origin, https, is trusted for our own hosts alone.
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if OVER_TLS else []
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
# SEC-FI4: where browsers read attachments, a host of its own on which no cookie and no page is (config/files.py).
FILES_ORIGIN = env.origin("REPERE_FILES_ORIGIN")
if FILES_ORIGIN:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, str(urlsplit(FILES_ORIGIN).hostname)]
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_SSL_REDIRECT = False  # the proxy in front speaks TLS; see docs/runbook.md
X_FRAME_OPTIONS = "DENY"
# The proxies whose word on a caller's address counts, as networks; by default none (accounts/origin.py).
TRUSTED_PROXIES = env.networks("REPERE_TRUSTED_PROXIES")

# --- What leaves the house ------------------------------------------------------------------------
# Notices hold a reference and a link, nothing else. Outside production mails are files in var/mail.
MAILERS = env.mailers()
DEFAULT_FROM_EMAIL = env.text("REPERE_MAIL_FROM", default=f"repere@{HOST}")
PUBLIC_ADDRESS = env.text(
    "REPERE_PUBLIC_ADDRESS",
    default=f"https://{HOST}" if PRODUCTION else f"http://127.0.0.1:{8100 if TRAINING else 8000}",
)
SMS_GATEWAY_URL = env.text("REPERE_SMS_GATEWAY_URL", default="")  # without one, people have to phone
SMS_GATEWAY_TOKEN = env.text("REPERE_SMS_GATEWAY_TOKEN", default="")
WEBHOOK_HOSTS = env.listed("REPERE_WEBHOOK_HOSTS", default="")  # SEC-IN10: nothing else is called
OUTBOUND_CA_FILE = env.text("REPERE_OUTBOUND_CA_FILE", default="")  # beside the system's authorities
NOTICE_DAYS = 90  # how long a delivered notice is kept

# --- Language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LANGUAGE_COOKIE_NAME = f"{COOKIES}language"
USE_TZ = True
TIME_ZONE = "UTC"  # stored; shown and counted in the authority's own zone

# --- How the API speaks ---------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.signin.DoorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.signin.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS would tell class names; the schema says what there is
    "EXCEPTION_HANDLER": "config.errors.problem",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Repère – Entraînement" if TRAINING else "Repère",
    "DESCRIPTION": "Referral of children at risk: from a professional's concern to a protection measure.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [
        "accounts.signin.SignedIn" if PRODUCTION else "rest_framework.permissions.AllowAny"
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "referrals.duplicates.links_api.what_follows",
    ],
    "ENUM_NAME_OVERRIDES": {
        "UrgencyCode": "referrals.vocabulary.states.Urgency",
        "AccessRefusalCode": "referrals.vocabulary.access_requests.AccessRefusal",
        "ExploitationCode": "referrals.vocabulary.states.Exploitation",
        "YesNoCode": "referrals.vocabulary.states.YesNo",
        "ChannelCode": "referrals.vocabulary.filing_answers.Channel",
        "ChildKindCode": "referrals.vocabulary.states.ChildKind",
        "FeedbackChannelCode": "referrals.vocabulary.filing_answers.FeedbackChannel",
        "ContactKindCode": "referrals.vocabulary.case_answers.ContactKind",
        "VisitKindCode": "referrals.vocabulary.assessment_answers.VisitKind",
        "DeferralReasonCode": "referrals.vocabulary.people.DeferralReason",
        "SignatoryCode": "referrals.policy.settings.decisions.SIGNATORIES",
        "TransferGroundCode": "referrals.vocabulary.between_authorities.Ground",
        "TransferChannelCode": "referrals.vocabulary.between_authorities.Channel",
        "CloseGroundCode": "referrals.vocabulary.decision_answers.CloseGround",
        "SituationCode": "directory.codes.Situation",
        "ConcernNotKnownCode": "referrals.vocabulary.required_items.CONCERN_MAY_NOT_KNOW",
        "AssignedRoleCode": "referrals.staffing.inputs.ROLES",
        "DocumentCode": "referrals.vocabulary.between_authorities.Document",
        "PaperCode": "referrals.inquiries.inputs.PAPER_CHOICES",
        "NotSentCode": "referrals.vocabulary.between_authorities.NotSent",
        "DimensionCode": "referrals.vocabulary.assessment_answers.Dimension",
        "NotExecutedCode": "referrals.vocabulary.decision_answers.NotExecutedReason",
        "FactorKindCode": "accounts.models.factor.FactorKind",
        "IdentifiedCode": "accounts.models.factor.Identified",
        "OrganisationKindCode": "accounts.models.organisation.OrganisationKind",
        "RequestRefusedCode": "accounts.models.accountrequest.Refused",
        "AccountStateCode": "accounts.people.AccountState",
        "ImportSourceCode": "accounts.models.importrun.ImportSource",
        "SafeChannelCode": "directory.codes.SafeChannel",
        "OrientationRefusalCode": "referrals.vocabulary.decision_answers.RefusalReason",
        "ResourceKindCode": "directory.codes.ResourceKind",
        "ResourceSourceCode": "directory.codes.Source",
        "ResourceNeedCode": "directory.codes.Need",
        "ResourceMeansCode": "directory.inputs.BY_PERSONS",
        "ResourceMeansOrNoneCode": "directory.inputs.BY_PERSONS_OR_NONE",
        "ServiceKindCode": "directory.standard.KINDS",
    },
}

# --- What pages need beside -------------------------------------------------------------------------
# Where the quick exit leads: a page that anybody might be reading.
# Guidance pages of the authorities' own, beside those of the project: a folder with fr/local/*.md and en/local/*.md.
GUIDANCE_FOLDER = env.text("REPERE_GUIDANCE_FOLDER", default="")
QUICK_EXIT_URL = env.text("REPERE_QUICK_EXIT_URL", default="https://meteofrance.com/")
# The training instance to which the demonstration and real instances lead ("S'entraîner"); empty: none.
TRAINING_URL = env.origin("REPERE_TRAINING_URL")

# --- What is logged -------------------------------------------------------------------------------
LOGGING_CONFIG = "config.logs.configure"
LOG_LEVEL = env.chosen("REPERE_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), default="INFO")
LOGGING = {"level": LOG_LEVEL, "whole": PRODUCTION, "plain": env.by_hand()}
# One line for each answer, by the name of its route (config/request_log.py); the demonstration does without.
REQUEST_LOG = env.yes("REPERE_REQUEST_LOG", default="yes" if PRODUCTION else "no")
# Where faults go that speaks Sentry's protocol, and traces that speaks OpenTelemetry's; empty: nowhere
# (config/reporting/, docs/decisions/0061-reports-are-built-from-a-list.md).
SENTRY_DSN = env.text("REPERE_SENTRY_DSN", default="")
OTLP_ENDPOINT = env.text("REPERE_OTLP_ENDPOINT", default="")

# --- What is measured -----------------------------------------------------------------------------
# The monitoring's token for /metrics; without one the address is absent, and nothing is counted (docs/monitoring.md).
METRICS_TOKEN = env.text("REPERE_METRICS_TOKEN", default="")
# Where each process counts: a folder of this machine, best in memory.
METRICS_DIR = env.metrics_dir()

# --- Limits (each has a test) ---------------------------------------------------------------------
# What anybody may ask of the service, how often and how much. Bounds of a format, of a piece of recurring work or of a
# call to others stand with the code that they belong to (tests/repository/test_limits.py lists them).
MAX_BODY_BYTES = 256 * 1024  # SEC-IN1
MAX_JSON_DEPTH = 20
MAX_JSON_NODES = 5_000
PAGE_SIZE = 50
PAGE_SIZE_MAX = 100  # SEC-IN3
PASSWORD_LENGTH_MAX = 256  # SEC-AU3: refused before it is hashed
TOKEN_DAYS_MAX = 365
SECOND_PERSON_DAYS = env.number("REPERE_SECOND_PERSON_DAYS", default=90)  # accounts/second_person.py
ROLE_REVIEW_DAYS = env.number("REPERE_ROLE_REVIEW_DAYS", default=365)  # accounts/reviews.py
# SEC-AZ14, referrals/access/volume_limits.py: of one person within sixty minutes, each case once. Searches by name: a
# setting of the authority (searches_per_day, docs/settings.md). 0 is no cap, which production refuses.
OPENINGS_PER_HOUR = env.number("REPERE_OPENINGS_PER_HOUR", default=60)
LINES_PER_HOUR = env.number("REPERE_LINES_PER_HOUR", default=300)
FILINGS_PER_HOUR = env.number("REPERE_FILINGS_PER_HOUR", default=20)
FILINGS_PER_HOUR_OF_PROGRAM = env.number("REPERE_FILINGS_PER_HOUR_OF_PROGRAM", default=200)  # as of 119
# SEC-AZ23, referrals/access/refusal_limits.py: so many answers "not there" or "not allowed" about cases are free to
# one account within so many minutes; then its addresses of cases wait, after each refusal twice as long as after the
# last.
CASE_REFUSALS_FREE = 30
CASE_REFUSALS_MINUTES = 10
CASE_REFUSALS_DELAY_MAX_SECONDS = 60
# Ties that one person declares, referrals/conflicts_of_interest/declarations.py: who declares to learn of an absence
# can't try many.
TIES_PER_DAY = 20
TIES_PER_PERSON = 60
# Calendar feeds, referrals/calendar_feeds/: how many addresses one person has at once, how often all of them together
# are read within sixty minutes (0 is no cap), and how many days with something due one shows.
CALENDAR_FEEDS_PER_PERSON = 5
CALENDAR_FETCHES_PER_HOUR = 30
CALENDAR_FEED_EVENTS = 200
# SEC-AZ14, referrals/exports/: how many cases leave with names in one export, and how many of one person's in a day.
EXPORT_CASES = 50
EXPORTS_PER_DAY = 1
# accounts/actions/training.py: how many visitors of a training instance get a filer of their own until its next reset.
TRAINING_VISITORS = 500
# referrals/journal_lookups/: how many names of a complaint one person may ask to look up in a day.
LOOKUPS_PER_DAY = 5
# Failed sign-ins, accounts/throttling.py: so many are free within an hour, then each waits twice as long as the last.
SIGNIN_FREE_FAILURES = 5  # of one address from one network
SIGNIN_FREE_FAILURES_OF_NETWORK = 50
SIGNIN_FREE_FAILURES_OF_ADDRESS = 50
SIGNIN_DELAY_MAX_SECONDS = 900
# Of an address from one network: a neighbour's guesses mustn't keep its owner out. The same for all, or the delay would
# tell who signs in here; elsewhere the counts of network and address wait for longer.
SIGNIN_DELAY_MAX_SECONDS_OF_PAIR = 30
# SEC-AU4, accounts/factors.py: so many wrong codes cost nothing, for everybody mistypes; so many in a row, and none is
# looked at any more until the account has rested for thirty days or its factors are reset.
FACTOR_TRIES_FREE = 4
FACTOR_DELAY_MAX_SECONDS = 3600
FACTOR_TRIES_MAX = 100
FACTORS_PER_PERSON = 10
# SEC-AU6, accounts/stepup.py. Who trains enters by a click and has no factor to prove again: a session's length.
PROOF_FRESH_MINUTES = 12 * 60 if TRAINING else 5
# Links by which somebody sets their own password, accounts/links.py. The first is also the longest wait between two:
# whoever is made to wait by somebody else's asking has a link in the mailbox that still counts.
PASSWORD_LINK_MINUTES = 30
PASSWORD_ASKS_FREE = 3  # of one address within an hour; of one network as many as failed sign-ins
INVITATION_DAYS = 7
# Requests for accounts, accounts/accountrequests.py. As many are free as links; then one for the same address waits,
# for nearly as long as the count is remembered: a mailbox gets one mail an hour, whoever asks.
ACCOUNT_REQUEST_HOURS = 48  # for how long its link confirms the address
ACCOUNT_ASKS_APART_SECONDS = 3540
# Links by which services confirm their entries, directory/links.py: for how many days one counts, and how many services
# are asked in an hour at most.
DIRECTORY_LINK_DAYS = 14
DIRECTORY_ASKS_PER_HOUR = 50
PROVIDER_MINUTES = 10  # for how long a way to an identity provider and back may take
PROVIDER_SKEW_SECONDS = 60  # by how much its clock may differ from ours
PROVIDER_CALLS_AT_ONCE = 3  # in one process; fewer than its threads: a slow provider mustn't hold all of them
SESSION_IDLE_MINUTES = 15  # SEC-AU5: of whoever works on files, reads the journal or administers
SESSION_IDLE_MINUTES_FILERS = 30  # of whoever files and nothing else
SESSION_NOTED_SECONDS = 60  # the use of a session is written at most so often
ATTACHMENT_BYTES = env.number("REPERE_ATTACHMENT_BYTES", default=20 * 1024 * 1024)  # SEC-FI1
ATTACHMENT_PIXELS = 40_000_000  # SEC-FI1
ATTACHMENT_TYPES = env.listed("REPERE_ATTACHMENT_TYPES", default="pdf,jpeg,png,heic,text")
ATTACHMENTS_PER_CASE = 50
ATTACHMENT_BYTES_PER_CASE = 10 * ATTACHMENT_BYTES
ATTACHMENTS_PER_DAY = 100  # of one person, over all cases
ATTACHMENT_BYTES_PER_DAY = 20 * ATTACHMENT_BYTES
IMPORT_BYTES = 48 * 1024 * 1024  # accounts/imports/: the whole country's FINESS extraction has 36 MB
UPLOADS_AT_ONCE_OF_ONE = 2  # person, in all processes together
UPLOADS_AT_ONCE = env.number("REPERE_UPLOADS_AT_ONCE", default=3)  # in one process; fewer than its threads
# A body may take so many seconds, and one more for each so many bytes.
ATTACHMENT_PATIENCE_SECONDS = 60
ATTACHMENT_BYTES_A_SECOND = 64 * 1024
ATTACHMENT_ORPHAN_HOURS = 12  # SEC-FT7: what came to nothing is gone within a day
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300
# Nothing that a stranger sends to a page is written to a disk in clear; files come by the API, sealed as they arrive.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

if not PRODUCTION:
    local.require_here(globals())
refusals.require_apart(globals())

TEST_RUNNER = "django.test.runner.DiscoverRunner"
