"""Plan of an installation: what bootstrap can't guess, read from a TOML file (``deploy/repere.toml``).

It holds no secret. Each section is a dataclass, each key a field of it; a field without a default has to be said. Every
fault is a sentence.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_origin, get_type_hints
from urllib.parse import quote, urlencode, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from config import env
from config.bootstrap.errors import BootstrapError
from config.bootstrap.lines import NOT_PLAIN, is_name, is_plain
from config.bootstrap.processes import PROCESSES
from config.env import is_role_name
from config.local import is_near

FILE: Final = "encryption.provider.FileProvider"
#: The folder above the state folders of a machine.
STATE: Final = "/var/lib"
PROVIDERS: Final = {
    "file": FILE,
    "vault": "encryption.vault.VaultProvider",
    "kms": "encryption.awskms.KmsProvider",
    "hsm": "encryption.hsm.HsmProvider",
}
STORES: Final = {
    "folder": "referrals.attachments.folder.FolderStore",
    "s3": "referrals.attachments.s3.S3Store",
}
_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_DATABASE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SECRET: Final = re.compile(r"(SECRET|SECRET_KEY|TOKEN|PASSWORD|SMTP_URL|DATABASE_URL)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Names under which the service is reached, and the authorities that it serves, by code."""

    hosts: tuple[str, ...]
    files_origin: str
    authorities: tuple[str, ...] = ()
    public_address: str = ""
    clock_kept_by_host: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database: the address of its cluster, as an administrator's without a password, and its name to be."""

    admin: str
    name: str
    password_file: str = ""

    def parameters(self) -> dict[str, str]:
        """Return what the address says, as libpq names it.

        Raises:
            psycopg.ProgrammingError: it is none.
        """
        return {key: str(value) for key, value in conninfo_to_dict(self.admin).items() if value is not None}

    def address(self, login: str, password: str) -> str:
        """Return the address of the database for a login of the service."""
        parts = self.parameters()
        host, port = parts.pop("host", ""), parts.pop("port", "")
        options = {key: value for key, value in parts.items() if key not in ("user", "password", "dbname")}
        place = f"{host}:{port}" if port else host
        if (
            not host or host.startswith("/") or "," in host
        ):  # a socket, or several hosts: no name of a machine
            place = ""
            options |= {key: value for key, value in (("host", host), ("port", port)) if value}
        query = f"?{urlencode(options, safe='/,:')}" if options else ""
        return f"postgres://{quote(login)}:{quote(password, safe='')}@{place}/{self.name}{query}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """Both databases, each in a cluster of its own unless ``one_cluster`` accepts another wish."""

    cases: Database
    keys: Database
    one_cluster: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Database roles without login, and the three logins."""

    service: str = "repere_app"
    auditor: str = "repere_auditor"
    sequencer: str = "repere_sequencer"
    owner_login: str = "repere_owner"
    web_login: str = "repere_web"
    log_login: str = "repere_log"

    def names(self) -> tuple[str, ...]:
        """Return all six."""
        return tuple(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Key service: ``file``, ``vault``, ``kms`` or ``hsm``, and where it is."""

    provider: str
    vault_address: str = ""
    vault_key: str = "repere"
    vault_mount: str = "transit"
    vault_namespace: str = ""
    vault_token_file: str = ""
    kms_keys: tuple[str, ...] = ()
    kms_region: str = ""
    kms_endpoint: str = ""
    hsm_module: str = ""
    hsm_token: str = "repere"  # noqa: S105 - a label
    hsm_key: str = "repere"
    hsm_pin_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Mail server, ``smtps://user@host:465`` without the password, and the sender. Empty: this machine's own."""

    server: str = ""
    password_file: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Proxies whose word on a caller's address counts; the gateway for SMS and calls, and the file of its token."""

    trusted_proxies: tuple[str, ...] = ("127.0.0.1",)
    sms_gateway: str = ""
    sms_token_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """Antivirus, and the store: ``folder`` or ``s3``."""

    scanner: str = "unix:/run/clamav/clamd.ctl"
    store: str = "folder"
    folder: str = ""
    bucket: str = ""
    endpoint: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Name of the journal's tree, its witness, the ledger of erasures. An empty witness address: no witness here.

    ``standby``: another sequencer signs too, with a witness file of its own (docs/decisions/0060).
    """

    origin: str = ""
    witness_name: str = ""
    witness_address: str = "http://127.0.0.1:8100"
    ledger: str = ""
    standby: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole plan. ``state``: the folder above the state folders. ``settings``: further variables, by name."""

    service: Service
    databases: Databases
    keys: Keys
    roles: Roles = field(default_factory=Roles)
    mail: Mail = field(default_factory=Mail)
    network: Network = field(default_factory=Network)
    attachments: Attachments = field(default_factory=Attachments)
    journal: Journal = field(default_factory=Journal)
    state: str = STATE
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The name of the journal's tree."""
        return self.journal.origin or f"{self.service.hosts[0]}/journal"


def read(path: Path) -> Plan:
    """Return the plan in a TOML file.

    Raises:
        BootstrapError: it can't be read, isn't TOML, or says what can't be; with all sentences.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BootstrapError(f"Le plan {path} ne peut pas être lu : {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BootstrapError(f"Le plan {path} n'est pas du TOML : {error}.") from None
    return of(document)


def of(document: Mapping[str, Any]) -> Plan:
    """Return the plan that a TOML document says.

    Raises:
        BootstrapError: with a sentence for each thing that can't be.
    """
    faults: list[str] = []
    plan = _section(Plan, document, "", faults)
    if not faults and isinstance(plan, Plan):
        faults += _faults(plan)
        if not faults:
            return plan
    raise BootstrapError("\n".join(faults))


def _section(kind: type[Any], section: Mapping[str, Any], where: str, faults: list[str]) -> object | None:
    expected, kinds = {one.name: one for one in fields(kind)}, get_type_hints(kind)
    for key in section.keys() - expected.keys():
        near = get_close_matches(key, expected, 1)
        meant = f" ; vouliez-vous dire {where}{near[0]} ?" if near else f" ; connues : {', '.join(expected)}."
        faults.append(f"Clé inconnue dans le plan : {where}{key}{meant}")
    values = {}
    for name, one in expected.items():
        if name in section:
            values[name] = _value(kinds[name], section[name], f"{where}{name}", faults)
        elif is_dataclass(kinds[name]) and _is_required(one):
            values[name] = _section(
                kinds[name], {}, f"{where}{name}.", faults
            )  # names each key that is missing
        elif _is_required(one):
            faults.append(f"Le plan ne dit pas {where}{name}.")
    return None if faults else kind(**values)


def _is_required(one: "Field[Any]") -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _value(kind: Any, said: object, where: str, faults: list[str]) -> object:
    """Return one value as its field wants it; where it can't be, add a sentence."""
    if is_dataclass(kind) and isinstance(kind, type):
        if isinstance(said, dict):
            return _section(kind, said, f"{where}.", faults)
        faults.append(f"{where} doit être une section, [{where}].")
    elif get_origin(kind) is tuple:
        if isinstance(said, list) and all(isinstance(part, str) for part in said):
            return tuple(_text(part, where, faults) for part in said)
        faults.append(f'{where} doit être une liste de textes, ["…", "…"].')
    elif get_origin(kind) is dict:
        if isinstance(said, dict) and all(isinstance(part, str | int) for part in said.values()):
            return {name: _text(str(part), f"{where}.{_shown(name)}", faults) for name, part in said.items()}
        faults.append(f"{where} doit être une section de textes.")
    elif kind is bool:
        if isinstance(said, bool):
            return said
        faults.append(f"{where} doit être true ou false.")
    elif isinstance(said, str):
        return _text(said, where, faults)
    else:
        faults.append(f"{where} doit être un texte.")
    return None


def _text(said: str, where: str, faults: list[str]) -> str:
    if not is_plain(said):
        faults.append(f"{where} contient {NOT_PLAIN}.")
    return said


def _shown(name: str) -> str:
    """Return a key of the plan for a sentence: one line, whatever it holds."""
    return name if is_name(name) else repr(name)


def _faults(plan: Plan) -> Iterator[str]:
    """Yield a sentence for each value that is of its kind and can't be all the same."""
    for host in plan.service.hosts:
        if not _HOST.fullmatch(host):
            yield f"service.hosts : {host} n'est pas un nom de machine complet, en minuscules."
    if not plan.service.hosts:
        yield "service.hosts ne nomme aucune machine."
    if urlsplit(plan.service.files_origin).scheme != "https":
        yield "service.files_origin doit être https:// et un second nom."
    if len(set(plan.roles.names())) != len(plan.roles.names()) or not all(
        map(is_role_name, plan.roles.names())
    ):
        yield "roles : six noms différents, en minuscules, chiffres et _, sans pg_ au début."
    if plan.keys.provider not in PROVIDERS:
        yield f"keys.provider doit être {', '.join(PROVIDERS)}."
    if plan.attachments.store not in STORES:
        yield f"attachments.store doit être {', '.join(STORES)}."
    witness = plan.journal.witness_address
    if witness and env.address(witness).scheme not in ("http", "https"):
        yield "journal.witness_address doit être une adresse https://, ou http:// sur cette machine."
    if not Path(plan.state).is_absolute():
        yield "state doit être un chemin absolu."
    yield from _faults_of_databases(plan)
    yield from _faults_of_secrets(plan)


def _faults_of_databases(plan: Plan) -> Iterator[str]:
    for part, database in (("cases", plan.databases.cases), ("keys", plan.databases.keys)):
        where = f"databases.{part}"
        if not _DATABASE.fullmatch(database.name):
            yield f"{where}.name : minuscules, chiffres et _ seulement."
        try:
            parameters = database.parameters()
        except (ProgrammingError, UnicodeError):
            yield f"{where}.admin n'est pas une adresse, postgres://postgres@machine:5432/postgres?sslmode=verify-full."
            continue
        if "password" in parameters:
            yield f"{where}.admin contient un mot de passe : mettez-le dans un fichier, {where}.password_file."
        hosts = (parameters.get("host", "") + "," + parameters.get("hostaddr", "")).split(",")
        if not all(map(is_near, hosts)) and parameters.get("sslmode") != "verify-full":
            yield f"{where}.admin passe en clair sur le réseau : ajoutez ?sslmode=verify-full."
    if plan.databases.cases.name == plan.databases.keys.name and plan.databases.one_cluster:
        yield "databases : dans une seule grappe, les deux bases ont deux noms."


def _faults_of_secrets(plan: Plan) -> Iterator[str]:
    server = urlsplit(plan.mail.server)
    if server.password:
        yield "mail.server contient un mot de passe : mettez-le dans un fichier, mail.password_file."
    if plan.mail.server and (server.scheme not in ("smtp", "smtps") or not server.hostname):
        yield "mail.server doit être smtp://utilisateur@machine:587 ou smtps://…."
    for name in plan.settings:
        if not is_name(name):
            yield f"settings : {_shown(name)} n'est pas un nom de variable (majuscules, chiffres et _)."
        elif not any(process.takes(name) for process in PROCESSES):
            variables = {variable for process in PROCESSES for variable in process.variables}
            near = get_close_matches(name, variables, 1)
            meant = f" ; vouliez-vous dire {near[0]} ?" if near else "."
            yield f"settings : aucun processus ne lit {name}{meant}"
        elif _SECRET.search(name):
            yield f"settings : {name} est un secret ; nommez le fichier qui le contient, {name}_FILE."
