"""SEC-CF10: each setting of production on both sides of what is weak, by the variable that an administrator sets."""

import os
import re
import sys
from base64 import urlsafe_b64encode
from hashlib import sha384
from types import SimpleNamespace

import pytest
from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured

from config import checks, drawn
from config.checks import attachments, keys, limits, outward, production
from config.env import BASE_DIR
from referrals.attachments import scanning
from tests.config.environments import PRODUCTION, SECRET
from tests.config.test_local_mode import S3, run

FILE, VAULT = "encryption.provider.FileProvider", "encryption.vault.VaultProvider"
KMS, HSM = "encryption.awskms.KmsProvider", "encryption.hsm.HsmProvider"
IN_FILE = {"REPERE_KEY_PROVIDER": FILE, "REPERE_ALLOW_FILE_KEYS": "yes"}
IN_KMS = {"REPERE_KEY_PROVIDER": KMS, "REPERE_KMS_KEYS": "1=arn:example"}
IN_HSM = {
    "REPERE_KEY_PROVIDER": HSM,
    "REPERE_PKCS11_MODULE": "/usr/lib/hsm.so",
    "REPERE_PKCS11_PIN_FILE": "/run/pin",
}
OIDC = "REPERE_OIDC_PROCONNECT"
PROVIDER = {
    "REPERE_OIDC_PROVIDERS": "proconnect", f"{OIDC}_ISSUER": "https://auth.example", f"{OIDC}_NAME": "ProConnect",
    f"{OIDC}_CLIENT_ID": "repere", f"{OIDC}_CLIENT_SECRET": SECRET[:32][::-1],
}  # fmt: skip
MFA = {f"{OIDC}_SECOND_FACTOR_AMR": "mfa"}
READ = "refused where it is read"
FIT = "fit"


def caps(usual):
    return {
        "E028": ["0", str(10 * usual + 1)],
        "W008": [str(3 * usual + 1), str(10 * usual)],
        FIT: ["1", str(usual), str(3 * usual)],
        READ: ["many", "9" * 5000],
    }


def keys_of(state):
    """Files as keys lie in them, by name."""
    for name, mode in (("own.key", 0o600), ("kept.key", 0o400), ("group.key", 0o640), ("run.key", 0o700)):
        path = state / name
        path.write_text("a key")
        path.chmod(mode)


#: By variable and outcome: values, or a value with what else is set. ``{state}`` is the state folder.
ROWS = {
    "REPERE_SECRET_KEY": {
        "E006": [
            SECRET[:49],
            "kq3vX9_tB" * 6,
            SECRET[:40] + SECRET[:10],
            *(f"{SECRET[:44]}{row}" for row in ("abcdefgh", "hgfedcba", "12345678", "AZERTYUI", "lkjhgfds", "========")),
        ],
        "E025": [(SECRET, {"REPERE_SMS_GATEWAY_TOKEN": SECRET})],
        READ: [""],
        FIT: [SECRET, f"{SECRET[:44]}abcdefg", f"{SECRET[:44]}2345678"],
    },
    "REPERE_ALLOWED_HOSTS": {
        READ: ["", " , "],
        "E005": ["*", "repere.example,*.example", ".example", "localhost", "repere.example,127.0.0.1", "[::1]"],
        FIT: ["repere.example", "repere.example, www.repere.example"],
    },
    "REPERE_PUBLIC_ADDRESS": {
        "E032": ["", "http://repere.example", "repere.example", "https://[repere", "https://"],
        "E045": ["https://other.example", "https://files.repere.example"],
        FIT: ["https://repere.example", "https://repere.example:8443"],
    },
    "DATABASE_URL": {
        READ: ["", "repere", "mysql://db.internal/repere", "postgres://db.internal", "postgres://db.internal:a/b"],
        "E008": ["sqlite:///{state}/cases"],
        "E009": [f"postgres://db.internal/repere{mode}" for mode in ("", "?sslmode=require", "?sslmode=verify-ca")],
        FIT: ["postgres://db.internal/repere?sslmode=verify-full", "postgres:///repere"],
    },
    "KEYS_DATABASE_URL": {
        READ: ["", "keys"],
        "E008": ["sqlite:///{state}/keys"],
        "E009": ["postgres://keys.internal/keys?sslmode=verify-ca"],
        "E010": [PRODUCTION["DATABASE_URL"]],
        FIT: ["postgres://keys.internal/keys?sslmode=verify-full", "postgres://127.0.0.1/keys"],
    },
    "REPERE_ALLOW_ONE_CLUSTER": {READ: ["true", "1"], FIT: ["yes", "no"]},
    "REPERE_STATE_DIR": {READ: ["/dev/null/state"], FIT: ["{state}/inner"]},
    "REPERE_CLOCK_KEPT_BY_HOST": {READ: ["true", ""], FIT: ["yes", "no"]},
    # Keys
    "REPERE_KEY_PROVIDER": {"E007": [FILE], "E020": ["encryption.nothing", "nothing", ""], FIT: [VAULT, (KMS, IN_KMS)]},
    "REPERE_KEY_PROVIDER_BEFORE": {"E020": ["encryption.nothing"], FIT: ["", (KMS, {"REPERE_KMS_KEYS": "1=a"})]},
    "REPERE_ALLOW_FILE_KEYS": {
        READ: ["true", "1"],
        "E007": [("no", {"REPERE_KEY_PROVIDER": FILE})],
        "W004": [("yes", IN_FILE | {"REPERE_KEY_FILE": "{state}/own.key"})],
        FIT: ["no", "yes"],
    },
    "REPERE_KEY_FILE": {
        READ: [("", IN_FILE)],
        "E046": [(f"{{state}}/{name}", IN_FILE) for name in ("absent.key", "group.key", "run.key")],
        "W004": [(f"{{state}}/{name}", IN_FILE) for name in ("own.key", "kept.key")],
        FIT: ["/nowhere"],
    },
    "REPERE_KEY_BACKUP_DAYS": {READ: ["a week"], "E023": ["8"], FIT: ["7", "0"]},
    "REPERE_VAULT_ADDR": {
        "E021": ["http://vault.internal:8200", "vault.internal", "https://[vault"],
        "E022": [""],
        FIT: ["https://vault.internal", "http://127.0.0.1:8200"],
    },
    "REPERE_VAULT_TOKEN_FILE": {"E022": [""], FIT: ["/run/vault/token"]},
    "REPERE_KMS_KEYS": {READ: [("arn:example", IN_KMS)], "E022": [("", IN_KMS)], FIT: [("1=arn:example", IN_KMS)]},
    "REPERE_KMS_ENDPOINT": {
        "E021": [("http://kms.internal", IN_KMS)],
        FIT: [("", IN_KMS), ("https://kms.internal", IN_KMS), ("http://127.0.0.1:4566", IN_KMS)],
    },
    "REPERE_PKCS11_MODULE": {"E022": [("", IN_HSM)], FIT: [("/usr/lib/hsm.so", IN_HSM)]},
    "REPERE_PKCS11_PIN_FILE": {"E022": [("", IN_HSM)], FIT: [("/run/pin", IN_HSM)]},
    "REPERE_SHRED_FILE": {"W002": ["{state}/shreds.log", "{state}/inner/shreds"], FIT: ["/srv/shreds.log"]},
    # Attachments
    "REPERE_FILES_ORIGIN": {
        READ: ["https://files.example/inner", "files.example", "https://[files", "https://files.example:port"],
        "E030": ["", "http://files.example", "https://repere.example"],
        "W005": ["https://files.repere.example"],
        FIT: ["https://files.example"],
    },
    "REPERE_SCANNER": {
        "E031": [""],
        "E026": ["clamd", "unix:clamd.ctl", "tcp:scan.internal:3310", "tcp:127.0.0.1", "tcp:127.0.0.1:99999",
                 "http://127.0.0.1:3310"],
        FIT: ["unix:/run/clamd.ctl", "tcp:127.0.0.1:3310", "tcp:localhost:3310", "tcp:[::1]:3310"],
    },
    "REPERE_ATTACHMENT_TYPES": {"E048": ["", ",", "pdf,docx"], FIT: ["pdf", "pdf,jpeg,png,heic,text"]},
    "REPERE_ATTACHMENT_BYTES": {
        READ: ["20 MB"],
        "E049": ["0", "104857601"],
        "W007": ["20971521", "104857600"],
        FIT: ["1", "20971520"],
    },
    "REPERE_UPLOADS_AT_ONCE": {"E050": ["0", "4", ("8", {"REPERE_THREADS": "8"})], FIT: ["3", ("7", {"REPERE_THREADS": "8"})]},
    "REPERE_THREADS": {READ: ["four"], "E050": ["3", "0"], FIT: ["4"]},
    "REPERE_OBJECT_STORE": {"E020": ["", "referrals.objects.nothing"], FIT: [S3, "referrals.attachments.folder.FolderStore"]},
    "REPERE_OBJECT_ENDPOINT": {"E024": ["http://store.example", "store.example"], FIT: ["", "https://store.example", "http://127.0.0.1:9000"]},
    # Limits
    "REPERE_OPENINGS_PER_HOUR": caps(60),
    "REPERE_LINES_PER_HOUR": caps(300),
    "REPERE_FILINGS_PER_HOUR": caps(20),
    "REPERE_FILINGS_PER_HOUR_OF_PROGRAM": caps(200),
    "REPERE_ROLE_REVIEW_DAYS": {READ: ["a year"], "E044": ["89", "366", "0"], FIT: ["90", "365"]},
    "REPERE_SECOND_PERSON_DAYS": {READ: ["a year"], "E067": ["29", "3651", "0"], FIT: ["30", "90", "3650"]},
    # The journal
    "REPERE_LOG_LAG_MINUTES": {READ: ["-1"], "E051": ["0", "61"], "W009": ["16", "60"], FIT: ["1", "15"]},
    "REPERE_LOG_WITNESS_FILE": {
        "E052": [("", {"REPERE_LEAF_FEED": ""})],
        "W010": ["", "{state}/witness.txt"],
        FIT: ["/srv/witness", ("", {"REPERE_LOG_WITNESSES": "https://witness.example key"})],
    },
    "REPERE_LOG_WITNESSES": {
        "E018": ["http://witness.example key", "witness.example key"],
        "W010": [("https://witness.example key", {"REPERE_LOG_WITNESS_FILE": "", "REPERE_LEAF_FEED": ""})],
        FIT: ["", "https://witness.example key", "http://127.0.0.1:8100 key"],
    },
    "REPERE_LEAF_FEED": {"W010": [""], FIT: ["stdout", "stderr", "/srv/leaves"]},
    "REPERE_LOG_SIGNER": {"E020": ["", "encryption.nothing"], FIT: ["encryption.signing.FileSigner"]},
    "REPERE_REQUEST_LOG": {READ: ["true", ""], FIT: ["yes", "no"]},
    "REPERE_METRICS_TOKEN": {
        "E065": ["short", "a" * 64, SECRET[:31], "azertyuiop" * 4],
        FIT: ["", SECRET[:32], "4f9c1be27a06d853e9b1fa0472c6d81957b3e0aa"],
    },
    "REPERE_LOG_LEVEL": {READ: ["LOUD", "debug", ""], "E053": ["DEBUG"], FIT: ["INFO", "WARNING"]},
    # What is called, and by whom
    "REPERE_TRUSTED_PROXIES": {
        READ: ["proxy.internal"],
        "E015": ["10.0.0.0/15", "2001:db8::/47", "10.0.0.5, 0.0.0.0/0"],
        "W011": ["10.0.0.0/16", "10.0.0.0/23", "2001:db8::/48", "2001:db8::/55"],
        FIT: ["", "10.0.0.5", "10.0.0.0/24", "2001:db8::/56"],
    },
    "REPERE_SMTP_URL": {
        READ: ["mail.example", "smtp://", "smtp://[mail", "smtp://mail.example:port"],
        FIT: ["smtp://mail.example:587", "smtps://mail.example", "smtp://localhost:25"],
    },
    "REPERE_SMS_GATEWAY_URL": {
        "W001": [""],
        "E016": ["http://gateway.example", "gateway.example", "https://[gateway"],
        FIT: ["https://gateway.example/messages", "http://127.0.0.1:9100"],
    },
    "REPERE_WEBHOOK_HOSTS": {
        "E054": ["192.0.2.7", "localhost", "hooks.localhost", "partner", "127.1", "[2001:db8::1]", "a.example,intranet"],
        FIT: ["", "partner.example, hooks.example.fr"],
    },
    "REPERE_QUICK_EXIT_URL": {
        "E055": ["", "http://meteofrance.com", "meteofrance.com", "https://repere.example/", "https://files.example"],
        FIT: ["https://meteofrance.com/"],
    },
    "REPERE_SENTRY_DSN": {
        "E064": ["http://key@sentry.example/1", "sentry.example", "https://key@192.0.2.7/1", "https://key@sentry/1", "https://[sentry"],
        FIT: ["", "https://key@sentry.example/1", "http://key@127.0.0.1:9000/1"],
    },
    "REPERE_OTLP_ENDPOINT": {
        "E066": ["http://traces.example/v1/traces", "traces.example", "https://192.0.2.7:4318", "https://collector/v1/traces"],
        FIT: ["", "https://traces.example/v1/traces", "http://localhost:4318/v1/traces"],
    },
    # Identity providers
    "REPERE_OIDC_PROVIDERS": {READ: ["Pro", "proconnect,proconnect"], FIT: ["", "proconnect"]},
    f"{OIDC}_ISSUER": {READ: [""], "E035": ["http://auth.example", "https://auth.example?a=1", "https://[auth"], FIT: ["https://auth.example/"]},
    f"{OIDC}_NAME": {READ: [""], FIT: ["ProConnect"]},
    f"{OIDC}_CLIENT_ID": {READ: [""], FIT: ["repere"]},
    f"{OIDC}_CLIENT_SECRET": {READ: [""], "E058": [SECRET[:15]], "W012": [SECRET[:16], SECRET[:31]], FIT: [SECRET[:32]]},
    f"{OIDC}_CLIENT_AUTH": {"E038": ["none", ""], FIT: ["post", "basic"]},
    f"{OIDC}_SCOPES": {"E038": ["siret", ""], FIT: ["openid siret"]},
    f"{OIDC}_ALGORITHMS": {"E037": ["none", "HS256", ""], FIT: ["RS256"]},
    f"{OIDC}_PKCE": {READ: ["true"], "W013": ["no"], FIT: ["yes"]},
    f"{OIDC}_PROMPT": {
        "E038": ["none"],
        "E057": [(prompt, MFA) for prompt in ("", "select_account", "consent")],
        FIT: ["", "consent", ("login", MFA), ("", MFA | {f"{OIDC}_AUTH_TIME": "yes"})],
    },
    f"{OIDC}_AUTH_TIME": {READ: ["true"], "E057": [("no", MFA | {f"{OIDC}_PROMPT": ""})], FIT: ["yes", "no"]},
    f"{OIDC}_USERINFO": {"E038": ["xml", ""], FIT: ["jwt", "json", "no"]},
    f"{OIDC}_ACR": {"E039": [("eidas1", {f"{OIDC}_SECOND_FACTOR_ACR": "eidas2"})], FIT: ["", "eidas1,eidas2"]},
    f"{OIDC}_SECOND_FACTOR_ACR": {"E039": [("eidas3", {f"{OIDC}_ACR": "eidas2"})], FIT: ["", "eidas2"]},
    f"{OIDC}_SECOND_FACTOR_AMR": {"E056": ["pwd", "mfa,fpt", "pop"], FIT: ["", "mfa", "otp,hwk,swk,sc"]},
    f"{OIDC}_LOGOUT": {READ: ["1"], FIT: ["yes", "no"]},
}  # fmt: skip
OF_A_SERVICE = "a name within another service, which refuses what it doesn't know"
#: Why a variable has no row.
WITHOUT = {
    "REPERE_GUIDANCE_FOLDER": "checked where the pages are read: web/guidance/test_local.py",
    "REPERE_METRICS_DIR": "a folder that can't be written keeps nobody from filing: metrics/test_requests.py",
    "REPERE_MODE": "test_local.py tries each mode",
    "REPERE_TRAINING_URL": "a link that somebody follows; more than an origin is refused as for REPERE_FILES_ORIGIN",
    "REPERE_TEST_DATABASE_HOST": "counts outside production alone: test_local.py",
    "REPERE_LOG_KEY_FILE": "depends on the process: below, and keys_are_apart in test_checks.py",
    "REPERE_DATABASE_ROLE": "the database is asked what the role may do: test_checks.py",
    "REPERE_AUDITOR_ROLE": "likewise; a name that is none is refused: audit/test_role_names.py",
    "REPERE_SEQUENCER_ROLE": "likewise",
    "REPERE_FILING_FEED": "a file that can't be written keeps nobody from filing: faults/test_lost_filings.py",
    "REPERE_LOG_STANDBY": "what it gives up is harmless, and tried: audit/test_two_sequencers.py",
    "REPERE_PGBACKREST_DIR": "where pgBackRest's own configuration lies: recovery/test_tools.py",
    "MIGRATION_DATABASE_URL": "the owner's alone, whom nothing but migrations runs as",
    "MIGRATION_KEYS_DATABASE_URL": "the owner's alone, whom nothing but migrations runs as",
    "REPERE_VAULT_MOUNT": OF_A_SERVICE,
    "REPERE_VAULT_KEY": OF_A_SERVICE,
    "REPERE_VAULT_NAMESPACE": OF_A_SERVICE,
    "REPERE_KMS_REGION": OF_A_SERVICE,
    "REPERE_PKCS11_TOKEN": OF_A_SERVICE,
    "REPERE_PKCS11_KEY": OF_A_SERVICE,
    "REPERE_OBJECT_BUCKET": OF_A_SERVICE,
    "REPERE_OBJECT_REGION": OF_A_SERVICE,
    "REPERE_OBJECT_FOLDER": "what it holds is sealed; a folder that isn't there takes no file",
    "REPERE_LOG_ORIGIN": "a name: another one begins another tree, which verifiers refuse",
    "REPERE_MAIL_FROM": "the mail server refuses a sender that isn't its own",
    "REPERE_SMS_GATEWAY_TOKEN": "the gateway's to draw; test_checks.py: it isn't the service's own secret",
    "REPERE_OUTBOUND_CA_FILE": "adds to whom calls believe; one that can't be read fails each call",
    f"{OIDC}_SIRET_CLAIM": "the name of a claim; what it holds is compared with an institution's number",
    f"{OIDC}_HOSTS": "hosts beside the issuer's, each reached over TLS only (accounts/oidc/)",
}
CASES = [
    (variable, outcome, *((value, {}) if isinstance(value, str) else value))
    for variable, outcomes in ROWS.items()
    for outcome, values in outcomes.items()
    for value in values
]


@pytest.fixture
def told(read, monkeypatch, tmp_path):
    """All that a start of production says of an environment."""
    keys_of(tmp_path)
    monkeypatch.setattr(scanning, "answers", lambda: True)

    def messages(**said):
        said = {name: value.replace("{state}", str(tmp_path)) for name, value in said.items()}
        try:
            page = read(**PRODUCTION | said)
        except ImproperlyConfigured as refused:
            return [Error(str(refused), id=READ)]
        for module in vars(checks).values():
            if hasattr(module, "settings"):
                monkeypatch.setattr(module, "settings", SimpleNamespace(**page))
        asked = (
            production.settings_are_fit,
            outward.people_can_be_called,
            keys.the_ledger_outlives_the_machine,
            keys.the_root_key_is_own,
            attachments.files_are_scanned,
        )
        return [message for ask in asked for message in ask()]

    return messages


@pytest.mark.sec("SEC-CF10")
@pytest.mark.parametrize(("variable", "outcome", "value", "more"), CASES)
def test_a_value_is_refused_warned_of_or_fit(told, variable, outcome, value, more):
    around = PROVIDER if variable.startswith("REPERE_OIDC") else {}

    messages = told(**around | more | {variable: value})

    assert [message.id.removeprefix("repere.") for message in messages] == [outcome][: outcome != FIT]
    for message in messages:
        assert variable in message.msg
        assert message.is_serious() is not message.id.startswith("repere.W")
        assert "SECRET" not in variable or not value or value not in message.msg


def read_by_the_settings():
    """Every variable that the page of settings reads, by its name in the code."""
    source = "".join(
        (BASE_DIR / "config" / f"{name}.py").read_text() for name in ("settings", "env", "local")
    )
    named = set(re.findall(r'"(REPERE_[A-Z0-9_]+|(?:KEYS_)?DATABASE_URL)"', source))
    of_providers = {
        f"{OIDC}_{name}" for name in re.findall(r'(?:text|yes|listed)\(f"\{name\}_([A-Z_]+)"', source)
    }
    return named | of_providers | {f"MIGRATION_{name}" for name in named if not name.startswith("REPERE_")}


@pytest.mark.sec("SEC-CF10")
def test_every_variable_has_a_row_or_a_reason_for_none():
    assert {*ROWS} | {*WITHOUT} == read_by_the_settings()
    assert not {*ROWS} & {*WITHOUT}
    assert all(FIT in outcomes and len(outcomes) > 1 for outcomes in ROWS.values())


@pytest.mark.sec("SEC-CF10")
def test_each_number_of_a_warning_has_a_row_or_a_test():
    source = "".join(file.read_text() for file in (BASE_DIR / "config" / "checks").glob("*.py"))
    numbers = {f"W{int(found):03}" for found in re.findall(r"\bwarning\(\s*(\d+)", source)}

    # W003: test_checks.py; W006, W015: below; W014: test_separate_key_database.py.
    assert numbers - {"W003", "W006", "W015", "W014"} == {
        name for row in ROWS.values() for name in row if name[0] == "W"
    }


@pytest.mark.sec("SEC-CF10")
def test_ten_thousand_drawn_secrets_pass():
    """As ``openssl rand -base64 48`` and ``env.secret`` draw them: 64 characters out of 64."""
    secrets = (urlsafe_b64encode(sha384(n.to_bytes(4)).digest()).decode() for n in range(10_000))

    assert all(map(drawn.is_drawn, secrets))


@pytest.mark.sec("SEC-CF10")
def test_the_caps_are_judged_by_what_the_settings_say_where_nothing_is_set(read):
    page = read()

    assert {name: page[name] for name in limits.CAPS} == limits.CAPS


@pytest.mark.sec("SEC-CF10")
def test_keys_of_another_account_are_refused(told, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    monkeypatch.setattr(sys, "argv", ["manage.py", "sequence"])

    said = told(REPERE_KEY_FILE="{state}/own.key", REPERE_LOG_KEY_FILE="{state}/own.key", **IN_FILE)

    assert [message.id for message in said] == ["repere.E047", "repere.E046"]


@pytest.mark.sec("SEC-CF10")
@pytest.mark.parametrize(
    ("command", "name", "expected"),
    [
        ("sequence", "absent.key", ["repere.E047"]),
        ("sequence", "group.key", ["repere.E047"]),
        ("sequence", "own.key", ["repere.W015"]),
        ("tick", "absent.key", []),
    ],
)
def test_the_sequencer_has_a_key_of_its_own(told, monkeypatch, command, name, expected):
    monkeypatch.setattr(sys, "argv", ["manage.py", command])

    said = told(REPERE_LOG_KEY_FILE=f"{{state}}/{name}")

    assert [message.id for message in said] == expected
    assert all("REPERE_LOG_KEY_FILE" in message.msg for message in said)


@pytest.mark.sec("SEC-CF10")
def test_an_antivirus_that_does_not_answer_is_warned_of(told, monkeypatch):
    monkeypatch.setattr(scanning, "answers", lambda: False)

    (message,) = told()

    assert message.id == "repere.W006"
    assert "REPERE_SCANNER" in message.msg
    assert not message.is_serious()


@pytest.mark.sec("SEC-CF10")
def test_a_secret_may_stand_in_a_file(told, tmp_path):
    kept = {"REPERE_SECRET_KEY_FILE": "{state}/secret"}
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    assert told(**kept) == []

    (tmp_path / "secret").write_text("\n")
    (empty,) = told(**kept)
    (tmp_path / "secret").unlink()
    (absent,) = told(**kept)

    assert "Set REPERE_SECRET_KEY" in empty.msg
    assert "REPERE_SECRET_KEY_FILE" in absent.msg


ENTRIES = {
    "a command": (1, "manage.py", "check"),
    "a server": (3, "-m", "gunicorn", "config.wsgi", "-b", "127.0.0.1:0"),
}


@pytest.mark.slow("each in a process of its own")
@pytest.mark.sec("SEC-CF10")
@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_no_host_is_a_sentence_and_no_traceback(tmp_path, entry):
    status, *command = entry

    ended = run(tmp_path, *command, **PRODUCTION | {"REPERE_ALLOWED_HOSTS": ""})

    assert ended.returncode == status
    assert "Set REPERE_ALLOWED_HOSTS" in ended.stderr
    assert "Traceback" not in ended.stderr
