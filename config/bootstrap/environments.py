"""Environment files: the variables of each process, from the plan and from where its secrets lie.

No secret is in such a file: a variable that ends in ``_FILE`` names the file that holds it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audit import notes, verifier
from config import env
from config.bootstrap import lines
from config.bootstrap.errors import BootstrapError
from config.bootstrap.plan import FILE, PROVIDERS, STATE, STORES, Journal, Plan, Roles
from config.bootstrap.processes import OWNER, SEQUENCER, WEB, WITNESS, Process
from encryption.errors import KeysUnavailable
from encryption.signing import FileSigner

#: Where web processes count, in memory: systemd makes it (deploy/systemd/repere-web@.service), or the container engine.
COUNTS: Final = "/run/repere-metrics"
#: What may not change once a journal and keys are there; who means it edits the file.
FIXED: Final = (
    "REPERE_LOG_ORIGIN",
    "REPERE_KEY_PROVIDER",
    "REPERE_DATABASE_ROLE",
    "REPERE_AUDITOR_ROLE",
    "REPERE_SEQUENCER_ROLE",
    # In another place the service would begin with an empty ledger of erasures, and other keys and marks.
    "REPERE_STATE_DIR",
    "REPERE_SHRED_FILE",
)

#: The key of the plan that says what a variable holds; another one is set under ``[settings]``.
PLAN_KEYS: Final = {
    "REPERE_STATE_DIR": "state",
    "REPERE_ALLOWED_HOSTS": "service.hosts",
    "REPERE_PUBLIC_ADDRESS": "service.public_address",
    "REPERE_FILES_ORIGIN": "service.files_origin",
    "REPERE_CLOCK_KEPT_BY_HOST": "service.clock_kept_by_host",
    "DATABASE_URL": "databases.cases",
    "KEYS_DATABASE_URL": "databases.keys",
    "REPERE_ALLOW_ONE_CLUSTER": "databases.one_cluster",
    "REPERE_DATABASE_ROLE": "roles.service",
    "REPERE_AUDITOR_ROLE": "roles.auditor",
    "REPERE_SEQUENCER_ROLE": "roles.sequencer",
    "REPERE_KEY_PROVIDER": "keys.provider",
    "REPERE_KEY_FILE": "keys.provider",
    "REPERE_ALLOW_FILE_KEYS": "keys.provider",
    "REPERE_VAULT_ADDR": "keys.vault_address",
    "REPERE_VAULT_MOUNT": "keys.vault_mount",
    "REPERE_VAULT_KEY": "keys.vault_key",
    "REPERE_VAULT_NAMESPACE": "keys.vault_namespace",
    "REPERE_VAULT_TOKEN_FILE": "keys.vault_token_file",
    "REPERE_KMS_KEYS": "keys.kms_keys",
    "REPERE_KMS_REGION": "keys.kms_region",
    "REPERE_KMS_ENDPOINT": "keys.kms_endpoint",
    "REPERE_PKCS11_MODULE": "keys.hsm_module",
    "REPERE_PKCS11_TOKEN": "keys.hsm_token",
    "REPERE_PKCS11_KEY": "keys.hsm_key",
    "REPERE_PKCS11_PIN_FILE": "keys.hsm_pin_file",
    "REPERE_SMTP_URL": "mail.server",
    "REPERE_MAIL_FROM": "mail.sender",
    "REPERE_SMS_GATEWAY_URL": "network.sms_gateway",
    "REPERE_SMS_GATEWAY_TOKEN": "network.sms_token_file",
    "REPERE_TRUSTED_PROXIES": "network.trusted_proxies",
    "REPERE_SCANNER": "attachments.scanner",
    "REPERE_OBJECT_STORE": "attachments.store",
    "REPERE_OBJECT_FOLDER": "attachments.folder",
    "REPERE_OBJECT_BUCKET": "attachments.bucket",
    "REPERE_OBJECT_ENDPOINT": "attachments.endpoint",
    "REPERE_OBJECT_REGION": "attachments.region",
    "REPERE_LOG_ORIGIN": "journal.origin",
    "REPERE_LOG_WITNESSES": "journal.witness_address",
    "REPERE_LOG_STANDBY": "journal.standby",
    "REPERE_SHRED_FILE": "journal.ledger",
}
#: What the plan says only under ``[settings]``: bootstrap itself makes it.
MADE: Final = (
    "REPERE_MODE",
    "REPERE_SECRET_KEY",
    "REPERE_METRICS_TOKEN",
    "REPERE_METRICS_DIR",
    "REPERE_FILING_FEED",
    "REPERE_LEAF_FEED",
    "REPERE_LOG_KEY_FILE",
    "REPERE_LOG_WITNESS_FILE",
)
_VARIABLE: Final = re.compile(r"\b(?:REPERE_[A-Z0-9_]+|(?:KEYS_)?DATABASE_URL)\b")


def plan_keys(sentence: str, plan: Plan) -> list[str]:
    """Return the keys of the plan that set what a sentence names, in its order."""
    names = [
        one.removesuffix("_FILE") if one not in PLAN_KEYS else one for one in _VARIABLE.findall(sentence)
    ]
    overrides = {name.removesuffix("_FILE"): f"settings.{name}" for name in plan.settings}
    keys = (overrides.get(name) or PLAN_KEYS.get(name) or f"settings.{name}" for name in names)
    return list(dict.fromkeys(keys))


@dataclass(frozen=True, slots=True)
class Places:
    """Where things lie: the folder of configuration, and that above the state folders.

    ``one_account``: a trial, in which each process runs under the account that installs.
    """

    out: Path
    state: Path
    one_account: bool = False

    def environment(self, process: Process) -> Path:
        """Return the environment file of a process."""
        return self.out / f"{process.name}.env"

    def secret(self, process: Process, name: str) -> Path:
        """Return a secret's file of a process; processes of one account share it."""
        return self.out / "secrets" / process.secrets / name

    def home(self, process: Process) -> Path:
        """Return the state folder of a process."""
        return self.state / process.account

    @property
    def ledger(self) -> Path:
        """The folder of the erasure ledger: the worker's to write, the owner's to read."""
        return self.state / "repere-ledger"

    @property
    def log_key(self) -> Path:
        """The key that signs the journal."""
        return self.secret(SEQUENCER, "log.key")

    @property
    def witness_key(self) -> Path:
        """The key of the witness."""
        return self.secret(WITNESS, "witness.key")


def witness_name(plan: Plan) -> str:
    """Return the name of the witness, as it signs."""
    return plan.journal.witness_name or f"{plan.service.hosts[0]}/witness"


def log_keys(plan: Plan, places: Places) -> list[str]:
    """Return the public keys of the log, as auditors and witnesses are given them.

    Raises:
        BootstrapError: the key file can't be used.
    """
    return notes.vkeys(plan.origin, _signer(places.log_key))


def witness_key(plan: Plan, places: Places) -> str:
    """Return the public key of the witness.

    Raises:
        BootstrapError: the key file can't be used.
    """
    public = _signer(places.witness_key).ed25519_public()
    return notes.vkey(witness_name(plan), verifier.COSIGNATURE, public)


def _signer(path: Path) -> FileSigner:
    try:
        return FileSigner(path, make=False)
    except KeysUnavailable:
        raise BootstrapError(
            f"{path} n'est pas un fichier de clés lisible de son compte seul (0600) ; il n'est pas remplacé."
        ) from None


def variables(process: Process, plan: Plan, places: Places) -> dict[str, str]:
    """Return what the environment file of a process says, in the order of the table.

    Raises:
        BootstrapError: a key file can't be used.
    """
    values = _own(process, plan, places) if process is WITNESS else _all(process, plan, places)
    values |= {name: value for name, value in plan.settings.items() if process.takes(name)}
    order = {name: place for place, name in enumerate(process.variables)}
    accepted = {name: value for name, value in values.items() if process.takes(name)}
    return dict(sorted(accepted.items(), key=lambda one: order.get(one[0].removesuffix("_FILE"), len(order))))


def _own(process: Process, plan: Plan, places: Places) -> dict[str, str]:
    return {
        "REPERE_WITNESS_NAME": witness_name(plan),
        "REPERE_WITNESS_KEY_FILE": str(places.witness_key),
        "REPERE_WITNESS_STORE": str(places.home(process) / "witness.db"),
        "REPERE_WITNESS_LOG": log_keys(plan, places)[0],
        "REPERE_WITNESS_PORT": str(_witness_port(plan)),
    }


def _witness_port(plan: Plan) -> int:
    """Return the port on which the witness of this machine listens: that of its address, unless TLS is in front."""
    address, usual = (env.address(one.witness_address) for one in (plan.journal, Journal()))
    return (address if address.scheme == "http" else usual).port or 80


def _all(process: Process, plan: Plan, places: Places) -> dict[str, str]:
    """Return the variables of the whole installation as this process sees them; a value that is empty is left out."""
    home = places.home(process)
    cases, keys = ("DATABASE_URL", "KEYS_DATABASE_URL")
    prefix = "MIGRATION_" if process is OWNER else ""
    seen = {
        "REPERE_MODE": "production",
        "REPERE_STATE_DIR": str(home),
        "REPERE_CLOCK_KEPT_BY_HOST": _yes(plan.service.clock_kept_by_host),
        f"{prefix}{cases}_FILE": str(places.secret(process, "database.url")),
        f"{prefix}{keys}_FILE": str(places.secret(process, "keys-database.url")),
        "REPERE_ALLOW_ONE_CLUSTER": _yes(plan.databases.one_cluster),
        "REPERE_DATABASE_ROLE": plan.roles.sequencer if process is SEQUENCER else plan.roles.service,
        "REPERE_AUDITOR_ROLE": _unless_usual(plan.roles.auditor, Roles().auditor),
        "REPERE_SEQUENCER_ROLE": _unless_usual(plan.roles.sequencer, Roles().sequencer),
        **_key_service(process, plan, places),
        **_seen_by_people(process, plan, places),
        "REPERE_LOG_ORIGIN": plan.origin,
        "REPERE_LOG_KEY_FILE": str(places.log_key),
        "REPERE_LOG_STANDBY": _yes(plan.journal.standby),
        "REPERE_SHRED_FILE": plan.journal.ledger or str(places.ledger / "shreds.log"),
    }
    if plan.journal.witness_address and process.takes("REPERE_LOG_WITNESSES"):
        seen["REPERE_LOG_WITNESSES"] = f"{plan.journal.witness_address} {witness_key(plan, places)}"
    values = {name: value for name, value in seen.items() if value}
    # The file witness is the sequencer's own; to the others it is none, rather than one that isn't there. The owner
    # compares a restored journal with a copy of it, which an operator may name in its file.
    if process is OWNER:
        values["REPERE_LEAF_FEED"] = "stderr"  # what its commands print may be data
    else:
        values["REPERE_LOG_WITNESS_FILE"] = str(home / "witness.txt") if process is SEQUENCER else ""
    return values


def _key_service(process: Process, plan: Plan, places: Places) -> dict[str, str]:
    keys = plan.keys
    values = {"REPERE_KEY_PROVIDER": PROVIDERS[keys.provider]}
    if values["REPERE_KEY_PROVIDER"] == FILE:
        values |= {
            "REPERE_KEY_FILE": str(places.secret(process, "root.key")),
            "REPERE_ALLOW_FILE_KEYS": "yes",
        }
    if keys.provider == "vault":
        values |= {
            "REPERE_VAULT_ADDR": keys.vault_address,
            "REPERE_VAULT_MOUNT": keys.vault_mount,
            "REPERE_VAULT_KEY": keys.vault_key,
            "REPERE_VAULT_NAMESPACE": keys.vault_namespace,
            "REPERE_VAULT_TOKEN_FILE": keys.vault_token_file,
        }
    if keys.provider == "kms":
        values |= {
            "REPERE_KMS_KEYS": ",".join(keys.kms_keys),
            "REPERE_KMS_REGION": keys.kms_region,
            "REPERE_KMS_ENDPOINT": keys.kms_endpoint,
        }
    if keys.provider == "hsm":
        values |= {
            "REPERE_PKCS11_MODULE": keys.hsm_module,
            "REPERE_PKCS11_TOKEN": keys.hsm_token,
            "REPERE_PKCS11_KEY": keys.hsm_key,
            "REPERE_PKCS11_PIN_FILE": keys.hsm_pin_file,
        }
    return values


def _seen_by_people(process: Process, plan: Plan, places: Places) -> dict[str, str]:
    service, mail, network, files = plan.service, plan.mail, plan.network, plan.attachments
    mail_file = "REPERE_SMTP_URL_FILE" if mail.password_file else "REPERE_SMTP_URL"
    folder = files.folder or str(places.home(WEB) / "objects")
    return {
        "REPERE_FILING_FEED": str(places.home(WEB) / "filings.log"),
        "REPERE_SECRET_KEY_FILE": str(places.secret(process, "secret.key")),
        "REPERE_ALLOWED_HOSTS": ",".join(service.hosts),
        "REPERE_PUBLIC_ADDRESS": service.public_address,
        "REPERE_FILES_ORIGIN": service.files_origin,
        mail_file: str(places.secret(process, "smtp.url")) if mail.password_file else mail.server,
        "REPERE_MAIL_FROM": mail.sender,
        "REPERE_SMS_GATEWAY_URL": network.sms_gateway,
        "REPERE_SMS_GATEWAY_TOKEN_FILE": network.sms_token_file,
        "REPERE_METRICS_DIR": COUNTS if process is WEB and plan.state == STATE else "",
        "REPERE_METRICS_TOKEN_FILE": str(places.secret(process, "metrics.token")),
        "REPERE_TRUSTED_PROXIES": ",".join(network.trusted_proxies),
        "REPERE_SCANNER": files.scanner,
        "REPERE_OBJECT_STORE": STORES[files.store],
        "REPERE_OBJECT_FOLDER": folder if files.store == "folder" else "",
        "REPERE_OBJECT_BUCKET": files.bucket,
        "REPERE_OBJECT_ENDPOINT": files.endpoint,
        "REPERE_OBJECT_REGION": files.region,
    }


def _unless_usual(value: str, usual: str) -> str:
    return "" if value == usual else value


def _yes(value: bool) -> str:
    return "yes" if value else ""


def text_of(process: Process, said: Mapping[str, str]) -> str:
    """Return an environment file.

    Raises:
        BootstrapError: a name or a value can't be written so that each reader takes the same from it.
    """
    head = f"# Environment of {process.name}, written by manage.py bootstrap. Secrets are in the files that it names.\n"
    return head + lines.written(said)


def merged(process: Process, said: Mapping[str, str], text: str) -> dict[str, str]:
    """Return the new variables of a file: those of the plan, then those that somebody added by hand.

    Raises:
        BootstrapError: one that must never change would.
    """
    old = lines.read(text)
    for name in FIXED:
        if name in old and name in said and old[name] != said[name]:
            raise BootstrapError(
                f"{name} vaut {old[name]} pour {process.name}, et {said[name]} dans le plan : cette valeur ne change "
                "pas après l'installation. Corrigez le plan."
            )
    return {**said, **{name: value for name, value in old.items() if name not in said}}
