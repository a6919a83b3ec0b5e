"""SEC-CF1: in production a server refuses to start in a dangerous shape, and says what to set."""

import re
import resource
import sys
from ipaddress import ip_network
from pathlib import Path
from time import time

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from audit.appendonly import ENTRY_TABLES, lifted
from config import clocks, env, exposure
from config.checks import databases, limits, machine, outward, start, strangers
from config.checks import keys as checks_keys
from config.checks import production as checks_production
from outbox import maintenance_gate
from referrals.attachments import scanning
from tests.audit.owner import as_owner
from tests.config.environments import SECRET
from tests.config.test_logins import SERVICE, be
from tests.conftest import BOTH

pytestmark = pytest.mark.both_databases("what a start asks of each database")


def postgresql(name, host="db.internal", **options):
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "HOST": host,
        "PORT": "",
        "OPTIONS": options,
    }


@pytest.fixture
def addresses(monkeypatch):
    """Say where the two databases are; nothing is connected to."""

    def say(default, keys):
        monkeypatch.setattr(django_settings, "DATABASES", {"default": default, "keys": keys})

    return say


@pytest.fixture
def production(settings, addresses):
    """Settings that production may run with; each test spoils one."""
    settings.PRODUCTION = True
    settings.DEBUG = False
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.ALLOWED_HOSTS = ["repere.example", "files.example"]
    settings.PUBLIC_ADDRESS = "https://repere.example"
    settings.FILES_ORIGIN = "https://files.example"
    settings.SECRET_KEY = SECRET
    settings.SPECTACULAR_SETTINGS = {"SERVE_PERMISSIONS": ["accounts.signin.SignedIn"]}
    settings.KEY_PROVIDER = "encryption.vault.VaultProvider"
    settings.SCANNER = "unix:/run/clamav/clamd.ctl"
    settings.VAULT_ADDR, settings.VAULT_TOKEN_FILE = "https://vault.internal:8200", "/run/vault/token"
    settings.ALLOW_FILE_KEYS = False
    settings.LOG_WITNESS_FILE, settings.LEAF_FEED, settings.LOG_LAG_MINUTES = "/srv/checkpoints", "stdout", 15
    for name, usual in limits.CAPS.items():
        setattr(settings, name, usual)
    addresses(postgresql("repere", sslmode="verify-full"), postgresql("keys", sslmode="verify-full"))
    return settings


@pytest.fixture
def owner(db):
    """Act as the login that owns the tables, as a careless set-up would."""
    with as_owner():
        yield


def source_of_checks():
    return "".join(file.read_text() for file in sorted((env.BASE_DIR / "config" / "checks").glob("*.py")))


def found():
    return {message.id for message in checks_production.settings_are_fit()}


def test_a_developers_machine_has_nothing_to_set():
    assert checks_production.settings_are_fit() == []


@pytest.mark.django_db
def test_a_migrated_database_is_fit_on_a_developers_machine():
    assert databases.databases_are_fit() == []


@pytest.mark.sec("SEC-CF1")
def test_good_production_settings_pass(production):
    assert found() == set()


SPOILED = {
    "debug": ("DEBUG", True, "repere.E001"),
    "no promise of TLS": ("SECURE_HSTS_SECONDS", 0, "repere.E003"),
    "cookies in clear": ("CSRF_COOKIE_SECURE", False, "repere.E004"),
    "any host": ("ALLOWED_HOSTS", ["*"], "repere.E005"),
    "any host of a domain": ("ALLOWED_HOSTS", [".example"], "repere.E005"),
    "no host": ("ALLOWED_HOSTS", [], "repere.E005"),
    "a short token of the monitoring": ("METRICS_TOKEN", "7d1fe0a94c2b58d36e", "repere.E065"),
    "a dull token of the monitoring": ("METRICS_TOKEN", "a" * 64, "repere.E065"),
    "a short secret": ("SECRET_KEY", "short", "repere.E006"),
    "a dull secret": ("SECRET_KEY", "a" * 64, "repere.E006"),
    "a wide net of proxies": ("TRUSTED_PROXIES", [ip_network("10.0.0.0/8")], "repere.E015"),
    "the whole Internet as proxies": ("TRUSTED_PROXIES", [ip_network("::/0")], "repere.E015"),
    "keys in a file": ("KEY_PROVIDER", "encryption.provider.FileProvider", "repere.E007"),
    "a key service that isn't there": ("KEY_PROVIDER", "encryption.vault.Valut", "repere.E020"),
    "a former key service that isn't there": ("KEY_PROVIDER_BEFORE", "encryption.nothing", "repere.E020"),
    "a key service in clear": ("VAULT_ADDR", "http://vault.internal:8200", "repere.E021"),
    "a key service without an address": ("VAULT_ADDR", "", "repere.E022"),
    "a key service without a token": ("VAULT_TOKEN_FILE", "", "repere.E022"),
    "KMS in clear": ("KMS_ENDPOINT", "http://kms.internal:4566", "repere.E021"),
    "links of mails in clear": ("PUBLIC_ADDRESS", "http://repere.example", "repere.E032"),
    "no antivirus": ("SCANNER", "", "repere.E031"),
    "files on the host of the service": ("FILES_ORIGIN", "https://repere.example", "repere.E030"),
    "files beside the service on another port": (
        "PUBLIC_ADDRESS",
        "https://files.example:8443",
        "repere.E030",
    ),
    "no host of files": ("FILES_ORIGIN", "", "repere.E030"),
    "files in clear": ("FILES_ORIGIN", "http://files.example", "repere.E030"),
    "a store of attachments in clear": ("OBJECT_ENDPOINT", "http://store.example", "repere.E024"),
    "KMS without keys": ("KEY_PROVIDER", "encryption.awskms.KmsProvider", "repere.E022"),
    "an HSM without a module": ("KEY_PROVIDER", "encryption.hsm.HsmProvider", "repere.E022"),
    "mail in clear": ("MAILERS", {"default": {"OPTIONS": {"host": "mail.example"}}}, "repere.E027"),
    "an antivirus across the network": ("SCANNER", "tcp:scan.example:3310", "repere.E026"),
    "a secret that the gateway knows": ("SMS_GATEWAY_TOKEN", SECRET, "repere.E025"),
    "a secret that the mail server knows": (
        "MAILERS",
        {"default": {"OPTIONS": {"host": "m", "use_ssl": True, "password": SECRET}}},
        "repere.E025",
    ),
    "no cap on openings": ("OPENINGS_PER_HOUR", 0, "repere.E028"),
    "no cap on lines": ("LINES_PER_HOUR", 0, "repere.E028"),
    "no cap on filings": ("FILINGS_PER_HOUR", 0, "repere.E028"),
    "no cap on the filings of programs": ("FILINGS_PER_HOUR_OF_PROGRAM", 0, "repere.E028"),
    "a description for strangers": (
        "SPECTACULAR_SETTINGS",
        {"SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"]},
        "repere.E029",
    ),
    "an API that is open by default": (
        "REST_FRAMEWORK",
        {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"]},
        "repere.E033",
    ),
    "roles that nobody looks at for longer than a year": ("ROLE_REVIEW_DAYS", 366, "repere.E044"),
    "reviews that are always due": ("ROLE_REVIEW_DAYS", 89, "repere.E044"),
    "roles confirmed by who made the account a week ago": ("SECOND_PERSON_DAYS", 29, "repere.E067"),
    "copies of keys that live too long": ("KEY_BACKUP_DAYS", 8, "repere.E023"),
}


@pytest.mark.sec("SEC-CF1")
@pytest.mark.parametrize(("name", "value", "expected"), SPOILED.values(), ids=SPOILED.keys())
def test_a_dangerous_setting_is_refused(production, name, value, expected):
    if name.startswith("KMS"):
        production.KEY_PROVIDER, production.KMS_KEYS = "encryption.awskms.KmsProvider", {1: "arn:example"}
    setattr(production, name, value)

    assert found() == {expected}


@pytest.mark.sec("SEC-CF1")
def test_a_secret_that_a_database_knows_is_refused(production, addresses):
    known = postgresql("repere", sslmode="verify-full") | {"PASSWORD": SECRET}
    addresses(known, postgresql("keys", sslmode="verify-full"))

    assert found() == {"repere.E025"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_an_antivirus_and_a_mail_server_of_this_machine_are_fit(production, host):
    production.SCANNER = f"tcp:{host}:3310"
    production.MAILERS = {"default": {"OPTIONS": {"host": host.strip("[]")}}}

    assert found() == set()


@pytest.mark.sec("SEC-CF1")
def test_each_number_of_a_check_is_said_with_what_to_set():
    """A sentence names a setting, a variable or a command."""
    source = source_of_checks()
    said = re.findall(r"\berror\(\s*(\d+),\s*((?:f?\"[^\"]*\"\s*)+)", source)

    assert len(said) == len(re.findall(r"(?<![.\w])error\(", source)) - 1
    for number, sentence in said:
        assert re.search(r"[A-Z_]{5,}|\{variable\}|\{name\}|`|revoke|let the", sentence), number


def test_named_proxies_and_their_own_network_are_fit(production):
    production.TRUSTED_PROXIES = [
        ip_network("192.0.2.4"),
        ip_network("10.20.0.0/24"),
        ip_network("2001:db8::/56"),
    ]

    assert found() == set()


@pytest.mark.sec("SEC-CF1")
@pytest.mark.parametrize(
    "said", ["proxy.internal", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.1; 10.0.0.2", "*", "1"]
)
def test_proxies_that_are_no_addresses_stop_the_service(monkeypatch, said):
    monkeypatch.setenv("REPERE_TRUSTED_PROXIES", said)

    with pytest.raises(ImproperlyConfigured, match="REPERE_TRUSTED_PROXIES"):
        env.networks("REPERE_TRUSTED_PROXIES")


def test_proxies_are_addresses_and_networks(monkeypatch):
    monkeypatch.setenv("REPERE_TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/24,2001:db8::/64")

    found = env.networks("REPERE_TRUSTED_PROXIES")

    assert [str(network) for network in found] == ["10.0.0.5/32", "10.1.0.0/24", "2001:db8::/64"]


@pytest.mark.sec("SEC-CF1")
def test_core_dumps_are_refused(production, monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (0, resource.RLIM_INFINITY))

    assert found() == {"repere.E002"}


@pytest.mark.sec("SEC-CF1")
def test_keys_in_a_file_can_be_accepted_by_name(production):
    production.KEY_PROVIDER = "encryption.provider.FileProvider"
    production.ALLOW_FILE_KEYS = True

    assert found() == set()


TLS, CLEAR, NEAR = {"sslmode": "verify-full"}, {"sslmode": "prefer"}, "/var/run/postgresql"
PLACES = {
    "an embedded database": (
        {"ENGINE": "django.db.backends.sqlite3", "NAME": "a"},
        postgresql("keys", **TLS),
        "repere.E008",
    ),
    "a network in clear": (postgresql("repere", **CLEAR), postgresql("keys", **TLS), "repere.E009"),
    "keys over a network in clear": (postgresql("repere", **TLS), postgresql("keys"), "repere.E009"),
    "keys beside the cases": (postgresql("repere", **TLS), postgresql("repere", **TLS), "repere.E010"),
    "a host behind the question mark": (
        postgresql("repere", "") | {"OPTIONS": {"host": "db.internal"}},
        postgresql("keys", **TLS),
        "repere.E009",
    ),
    "an address behind it": (
        postgresql("repere", NEAR, hostaddr="192.0.2.7"),
        postgresql("keys", **TLS),
        "repere.E009",
    ),
    "a service of libpq": (
        postgresql("repere", "", service="repere"),
        postgresql("keys", **TLS),
        "repere.E009",
    ),
}


@pytest.mark.sec("SEC-CF1")
@pytest.mark.parametrize(("default", "keys", "expected"), PLACES.values(), ids=PLACES.keys())
def test_a_dangerous_place_for_data_is_refused(production, addresses, default, keys, expected):
    addresses(default, keys)

    assert found() == {expected}


def test_a_database_on_the_same_machine_needs_no_tls(production, addresses):
    addresses(postgresql("repere", NEAR), postgresql("keys", "127.0.0.1"))

    assert found() == set()


@pytest.mark.sec("SEC-CF1")
@pytest.mark.parametrize(("host", "expected"), [("db.internal", {"repere.E009"}), (NEAR, set())])
def test_where_no_database_is_named_it_is_where_libpq_looks(
    production, addresses, monkeypatch, host, expected
):
    monkeypatch.setenv("PGHOST", host)
    addresses(postgresql("repere", ""), postgresql("keys", **TLS))

    assert found() == expected


@pytest.mark.sec("SEC-CF1")
@pytest.mark.django_db
@pytest.mark.parametrize("table", ENTRY_TABLES)
def test_a_journal_without_its_triggers_is_refused(owner, table):
    with connection.cursor() as cursor, lifted():
        drop_triggers(cursor, table)

    (message,) = databases.databases_are_fit()
    assert message.id == "repere.E011"
    assert table in message.msg


def drop_triggers(cursor, table):
    """Take the triggers of ``table`` away until the test's transaction rolls back."""
    if connection.vendor == "postgresql":
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {name}")


@pytest.mark.sec("SEC-CF1")
@pytest.mark.django_db
@pytest.mark.only_on("postgresql", "only PostgreSQL switches triggers off")
def test_a_trigger_that_a_replica_would_skip_is_refused(owner):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")

    assert [message.id for message in databases.databases_are_fit()] == ["repere.E011"]


@pytest.mark.sec("SEC-CF1")
@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "roles are PostgreSQL's")
def test_a_superuser_is_refused_in_production(owner, production):
    """Of other logins, and of what they own: test_logins.py, E013 and E059."""
    assert {message.id for message in databases.databases_are_fit()} == {
        "repere.E012",
        "repere.E014",
        "repere.E019",
    }


@pytest.fixture
def weak(db):
    """Act in both databases as a login that is a member of the two roles of the service and nothing else."""
    for alias in BOTH:
        be(alias, "repere_app", SERVICE)


@pytest.mark.sec("SEC-CF1")
@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "roles are PostgreSQL's")
def test_the_role_of_the_service_is_fit(production, weak):
    assert databases.databases_are_fit() == []


@pytest.mark.sec("SEC-CF1")
@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "roles are PostgreSQL's")
@pytest.mark.parametrize("table", databases.WRITTEN_TABLES)
def test_a_role_that_may_not_add_to_the_journal_is_refused(owner, production, table):
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE INSERT ON {table} FROM repere_app")
    for alias in BOTH:
        be(alias, "repere_app", SERVICE)

    (message,) = databases.databases_are_fit()

    assert message.id == "repere.E043"
    assert table in message.msg


# --- Clocks -----------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-CF1")
@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "SQLite has no clock of its own")
@pytest.mark.real_clock("the machine's is compared with the database's")
@pytest.mark.parametrize("ahead", [-7, -4, 0, 4, 7])
def test_a_clock_that_is_not_the_databases_is_refused(production, monkeypatch, ahead):
    monkeypatch.setattr(clocks, "time", lambda: time() + ahead)

    found = databases.clocks_agree()

    apart = databases.PLACES.values() if abs(ahead) > 5 else ()
    assert [message.id for message in found] == ["repere.E042" for _ in apart]
    assert all(f"in {place} are" in one.msg for place, one in zip(apart, found, strict=True))


@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "SQLite has no clock of its own")
@pytest.mark.real_clock("the machine's is compared with the database's")
def test_a_database_that_is_out_is_not_asked_for_its_clock(production, monkeypatch):
    def refuse(_):
        raise OperationalError

    monkeypatch.setattr(clocks, "seconds_apart", refuse)

    assert {message.id for message in databases.clocks_agree()} == {databases.UNASKED}


@pytest.mark.parametrize(
    "call", [databases.clocks_agree, machine.the_clock_is_synchronised, strangers.nothing_else_is_served]
)
def test_on_a_developers_machine_neither_clock_nor_addresses_are_looked_at(call, monkeypatch):
    monkeypatch.setattr(clocks, "is_synchronised", lambda: False)
    monkeypatch.setattr(exposure, "of_others", lambda: ["/metrics"])

    assert call() == []


@pytest.mark.sec("SEC-CF1")
@pytest.mark.parametrize(
    ("kept", "accepted", "expected"),
    [
        (True, False, []),
        (False, False, ["repere.E034"]),
        (None, False, ["repere.W003"]),
        (False, True, []),
        (None, True, []),
    ],
)
def test_a_clock_that_nothing_keeps_fails_the_check_and_warns_at_start(
    production, monkeypatch, caplog, kept, accepted, expected
):
    """An outage of NTP keeps nobody from filing: the server starts while its clock agrees with the databases'."""
    monkeypatch.setattr(clocks, "is_synchronised", lambda: kept)
    monkeypatch.setattr(scanning, "answers", lambda: True)
    for name in ("databases_are_fit", "databases_are_apart", "clocks_agree"):
        monkeypatch.setattr(start, name, list)
    production.CLOCK_KEPT_BY_HOST = accepted
    production.SMS_GATEWAY_URL, production.SHRED_FILE = "https://gateway.example", "/srv/shreds.log"
    production.LOG_KEY_FILE = "/nowhere"

    assert [message.id for message in machine.the_clock_is_synchronised()] == expected
    start.require_fit()
    assert [record.fields["check"] for record in caplog.records] == expected


@pytest.mark.sec("SEC-CF1")
@pytest.mark.parametrize(("answer", "kept"), [(0, True), (1, True), (4, True), (5, False), (-1, None)])
def test_what_the_kernel_says_of_its_clock(monkeypatch, answer, kept):
    """adjtimex(2): 5 is TIME_ERROR, 0 to 4 a clock that is kept, a leap second ahead or not; -1 a call refused."""

    class Library:
        @staticmethod
        def adjtimex(asked):
            assert not any(asked.raw), "nothing is set"
            return answer

    monkeypatch.setattr(clocks.ctypes, "CDLL", lambda _: Library)

    assert clocks.is_synchronised() is kept


def test_where_there_is_no_such_call_the_kernel_is_not_asked(monkeypatch):
    monkeypatch.setattr(clocks.ctypes, "CDLL", lambda _: object())

    assert clocks.is_synchronised() is None


@pytest.mark.skipif(sys.platform != "linux", reason="the call is Linux's")
def test_this_machines_kernel_is_asked_without_harm():
    assert clocks.is_synchronised() in (True, False, None)


# --- What is served ---------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-CF1")
def test_the_services_own_addresses_are_fit(production):
    assert strangers.nothing_else_is_served() == []
    assert len(list(exposure.views())) > 200


def metrics(request):
    """As a package of metrics answers."""


metrics.__module__ = "django_prometheus.exports"
FOREIGN = {
    "pages of documentation": (SpectacularSwaggerView.as_view(url_name="schema"), "repere.E040"),
    "metrics": (metrics, "repere.E040"),
    "a limit in a cache": (
        type(
            "Bounded",
            (APIView,),
            {"throttle_classes": [AnonRateThrottle], "__module__": "accounts.api.views.session"},
        ).as_view(),
        "repere.E041",
    ),
}


@pytest.mark.sec("SEC-CF1")
@pytest.mark.parametrize(("view", "expected"), FOREIGN.values(), ids=FOREIGN.keys())
def test_an_address_of_others_and_a_limit_that_each_process_counts_for_itself_are_refused(
    production, view, expected
):
    production.ROOT_URLCONF = (path("inside/", include([path("new", view)])), path("healthz", lambda _: None))
    production.ROOT_URLCONF[1].callback.__module__ = "config.health"

    (message,) = strangers.nothing_else_is_served()

    assert message.id == expected
    assert "/inside/new" in message.msg
    assert "healthz" not in message.msg


@pytest.mark.sec("SEC-CF1")
@pytest.mark.parametrize("engine", ["cache", "cached_db", "db"])
def test_sessions_in_a_cache_or_in_clear_are_refused(production, engine):
    production.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"

    assert [message.id for message in strangers.nothing_else_is_served()] == ["repere.E041"]


#: What is promised under SEC-CF1 and SEC-CF10, and the numbers of the checks that refuse it.
PROMISED = {
    "DEBUG": {1},
    "weak or shared keys": {6, 25, 36, 58},
    "file KEK": {7},
    "keys that others can read": {46, 47},
    "missing TLS to any dependency": {3, 4, 9, 16, 18, 21, 24, 26, 27, 30, 32, 35, 64, 66},
    "wildcard hosts": {5, 15, 45, 54},
    "missing audit grants or triggers": {11, 43},
    "wrong database role": {12, 13, 14, 17, 19, 59},
    "open documentation or metrics": {29, 33, 40, 65},
    "what leaves unseen": {52, 53, 55},
    "a second factor that is none": {56, 57},
    "a second person who is none": {67},
    "clock unsynchronised": {34, 42},
    "core dumps on": {2},
    "counted by process, without an end": {28, 41, 44, 49, 50, 51},
    "cannot work, or not as promised": {8, 10, 20, 22, 23, 31, 37, 38, 39, 48},
    "keys beside the cases": {60, 61},
}


@pytest.mark.sec("SEC-CF1")
def test_each_number_has_one_meaning_a_place_in_the_list_and_a_test():
    source = source_of_checks()
    numbers = {int(found) for found in re.findall(r"\b(?:error|_not_own)\(\s*(\d+)", source)}
    tests = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    tested = {int(found) for found in re.findall(r"\bE0(\d\d)\b", tests)}

    assert numbers == set().union(*PROMISED.values())
    assert sum(map(len, PROMISED.values())) == len(numbers)
    assert numbers - tested == set()
    runbook = (env.BASE_DIR / "docs" / "runbook.md").read_text()
    told = re.findall(r"\bE0(\d\d)(?:(?:–|, )E0(\d\d))?", runbook)
    assert numbers <= {one for first, last in told for one in range(int(first), int(last or first) + 1)}


@pytest.mark.sec("SEC-CF1")
def test_a_server_does_not_start_and_says_every_sentence(production, monkeypatch, capsys):
    for name in ("databases_are_fit", "databases_are_apart", "clocks_agree"):
        monkeypatch.setattr(start, name, list)
    production.DEBUG = True
    production.ALLOWED_HOSTS = ["*"]

    with pytest.raises(SystemExit) as refused, env.refusals_reported(3):
        start.require_fit()

    said = capsys.readouterr().err
    assert refused.value.code == 3
    assert "DEBUG" in said
    assert "REPERE_ALLOWED_HOSTS" in said


# --- What couldn't be asked -------------------------------------------------------------------------------


def out(*_, **__):
    raise OperationalError


@pytest.fixture
def client(client, monkeypatch):
    """A caller of a server that hasn't started yet, whose gate was never open."""
    monkeypatch.setattr(start, "_was_fit", False)
    maintenance_gate.forget()
    yield client
    maintenance_gate.forget()


def ready(client):
    """What the supervisor is told, and whoever asks for anything else."""
    return client.get("/readyz").status_code, client.get("/api/v1/me").status_code


@pytest.mark.sec("SEC-CF11")
@pytest.mark.django_db(databases=BOTH)
def test_a_server_starts_without_a_database_and_opens_once_it_has_asked_it(client, monkeypatch):
    with monkeypatch.context() as absent:
        absent.setattr(connection, "cursor", out)
        start.require_fit()
        assert ready(client) == (503, 503)

    assert ready(client) == (200, 401)
    monkeypatch.setattr(start, "databases_are_fit", None)
    assert ready(client) == (200, 401), "asked once"


@pytest.mark.sec("SEC-CF11")
@pytest.mark.django_db(databases=BOTH)
def test_a_server_stays_closed_while_the_database_that_came_late_is_not_fit(client, monkeypatch, owner):
    """Here the triggers of the journal are missing; whoever mends it needs no restart."""
    with monkeypatch.context() as absent:
        absent.setattr(connection, "cursor", out)
        start.require_fit()
    missing = "_without_triggers_on_postgresql" if connection.vendor == "postgresql" else "_without_triggers"
    with monkeypatch.context() as removed:
        removed.setattr(databases, missing, lambda _: ENTRY_TABLES)
        assert ready(client) == (503, 503)

    assert ready(client) == (200, 401)


@pytest.mark.sec("SEC-CF11")
@pytest.mark.django_db(databases=BOTH)
@pytest.mark.parametrize("ask", ["databases_are_fit", "databases_are_apart", "clocks_agree"])
def test_whatever_was_not_asked_keeps_it_closed(client, monkeypatch, ask):
    """One of the questions alone has no answer: the keys' database is out, say, when its clock is read."""
    with monkeypatch.context() as absent:
        absent.setattr(start, ask, lambda: [databases._unasked("keys")])
        start.require_fit()
        assert ready(client) == (503, 503)

    assert ready(client) == (200, 401)


@pytest.mark.sec("SEC-CF11")
@pytest.mark.django_db(databases=BOTH)
def test_a_server_whose_databases_answered_is_open_at_once(client):
    start.require_fit()

    assert ready(client) == (200, 401)


def test_a_service_that_can_call_nobody_at_night_warns_and_runs(production):
    production.SMS_GATEWAY_URL = ""
    warned = {message.id for message in outward.people_can_be_called()}
    production.SMS_GATEWAY_URL = "https://gateway.example/messages"

    assert warned == {"repere.W001"}
    assert outward.people_can_be_called() == []
    assert found() == set()


@pytest.mark.sec("SEC-CR12")
def test_a_list_of_shreds_that_goes_with_the_machine_is_warned_of(production, tmp_path):
    warned = {message.id for message in checks_keys.the_ledger_outlives_the_machine()}
    production.SHRED_FILE = str(tmp_path / "shreds.log")

    assert warned == {"repere.W002"}
    assert checks_keys.the_ledger_outlives_the_machine() == []
    assert found() == set()


def test_numbers_of_people_cross_no_network_in_clear(production):
    production.SMS_GATEWAY_URL = "http://gateway.example/messages"

    assert found() == {"repere.E016"}


@pytest.mark.sec("SEC-CF1", "SEC-AL10")
def test_a_server_that_could_sign_the_journal_does_not_start(production, tmp_path):
    production.LOG_KEY_FILE = tmp_path / "log.key"
    assert checks_keys.keys_are_apart() == []

    production.LOG_KEY_FILE.write_text("a key")

    assert {message.id for message in checks_keys.keys_are_apart()} == {"repere.E017"}
    production.PRODUCTION = False
    assert checks_keys.keys_are_apart() == []


@pytest.mark.sec("SEC-CF1")
def test_witnesses_are_asked_over_tls_or_on_this_machine(production):
    production.LOG_WITNESSES = ["https://witness.example/a key", "http://127.0.0.1:8100 key"]
    assert found() == set()

    production.LOG_WITNESSES = ["http://witness.example/a key"]

    assert found() == {"repere.E018"}


PROVIDER = {
    "code": "proconnect", "issuer": "https://auth.example/api/v2", "name": "ProConnect", "client_id": "repere",
    "secret": "a secret of 32 characters or more", "client_auth": "post", "scopes": ["openid", "siret"], "algorithms": ["RS256"],
    "pkce": True, "prompt": "login", "auth_time": False, "userinfo": "jwt", "acr": ["eidas1", "eidas2"],
    "second_factor_acr": ["eidas2"], "second_factor_amr": [], "siret": "siret", "hosts": [], "logout": True,
}  # fmt: skip


@pytest.mark.sec("SEC-CF1")
@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({}, ""),
        ({"issuer": "http://auth.example"}, "E035"),
        ({"issuer": "http://127.0.0.1:9000"}, "E035"),
        ({"issuer": "https://"}, "E035"),
        ({"issuer": "https://auth.example?tenant=1"}, "E035"),
        ({"issuer": "https://user@auth.example"}, "E035"),
        ({"client_id": ""}, "E036"),
        ({"secret": ""}, "E036"),
        ({"name": ""}, "E036"),
        ({"algorithms": []}, "E037"),
        ({"algorithms": ["RS256", "none"]}, "E037"),
        ({"algorithms": ["HS256"]}, "E037"),
        ({"scopes": ["siret"]}, "E038"),
        ({"client_auth": "none"}, "E038"),
        ({"userinfo": "xml"}, "E038"),
        ({"prompt": "none", "auth_time": True}, "E038"),
        ({"second_factor_acr": ["eidas3"]}, "E039"),
        ({"acr": [], "second_factor_acr": ["eidas3"]}, ""),
        ({"secret": SECRET}, "E025"),
    ],
    ids=str,
)
def test_an_identity_provider_is_set_whole_and_safe(production, changed, number):
    production.OIDC_PROVIDERS = [PROVIDER | changed]

    assert [message.id for message in checks_production.settings_are_fit()] == (
        [f"repere.{number}"] if number else []
    )


def test_two_identity_providers_are_two(production):
    production.OIDC_PROVIDERS = [PROVIDER, PROVIDER | {"code": "other"}]

    assert [message.id for message in checks_production.settings_are_fit()] == ["repere.E035"]


def test_identity_providers_come_from_the_environment(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("a secret\n")
    for name, value in {
        "REPERE_OIDC_PROVIDERS": "proconnect, academie",
        "REPERE_OIDC_PROCONNECT_ISSUER": "https://auth.example/api/v2",
        "REPERE_OIDC_PROCONNECT_NAME": "ProConnect",
        "REPERE_OIDC_PROCONNECT_CLIENT_ID": "repere",
        "REPERE_OIDC_PROCONNECT_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
        "REPERE_OIDC_PROCONNECT_SCOPES": "openid siret",
        "REPERE_OIDC_PROCONNECT_PKCE": "no",
        "REPERE_OIDC_PROCONNECT_ACR": "eidas1,eidas2",
        "REPERE_OIDC_PROCONNECT_SIRET_CLAIM": "siret",
        "REPERE_OIDC_ACADEMIE_ISSUER": "https://id.example",
        "REPERE_OIDC_ACADEMIE_NAME": "Académie",
        "REPERE_OIDC_ACADEMIE_CLIENT_ID": "repere",
        "REPERE_OIDC_ACADEMIE_CLIENT_SECRET": "another",
    }.items():
        monkeypatch.setenv(name, value)

    one, other = env.providers()

    assert (one["code"], one["secret"], one["scopes"], one["pkce"]) == (
        "proconnect",
        "a secret",
        ["openid", "siret"],
        False,
    )
    assert (one["acr"], one["siret"], one["algorithms"]) == (
        ["eidas1", "eidas2"],
        "siret",
        ["RS256", "ES256"],
    )
    assert (other["code"], other["pkce"], other["prompt"], other["userinfo"]) == (
        "academie",
        True,
        "login",
        "jwt",
    )
    for wrong in ("Pro", "a,a", "a-b"):
        monkeypatch.setenv("REPERE_OIDC_PROVIDERS", wrong)
        with pytest.raises(ImproperlyConfigured):
            env.providers()
    monkeypatch.setenv("REPERE_OIDC_PROVIDERS", "third")
    with pytest.raises(ImproperlyConfigured, match="REPERE_OIDC_THIRD_ISSUER"):
        env.providers()
