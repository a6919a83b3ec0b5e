"""Stages of an installation, in their order. Each step looks first whether it is done.

None overwrites a key or a secret.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from config.bootstrap import environments, files, lines, running
from config.bootstrap.clusters import Cluster, password_of, require_free, require_login
from config.bootstrap.environments import Places
from config.bootstrap.errors import BootstrapError
from config.bootstrap.files import Files
from config.bootstrap.plan import Database, Plan
from config.bootstrap.processes import OWNER, PROCESSES, SEQUENCER, WEB, WITNESS, WORKER, Process
from config.checks.findings import SETTINGS
from encryption import digest

CASES, KEYS = "cases", "keys"
#: A table of ours in each database, by which it is known.
_OURS: Final = {CASES: "audit_journalmark", KEYS: "encryption_wrappedkey"}
_ADDRESSES: Final = {CASES: "database.url", KEYS: "keys-database.url"}


@dataclass
class Installation:
    """What the stages work on: the plan, where things lie, and the two clusters.

    ``warnings``: of the checks. ``changed``: processes whose environment was there and is another now.
    """

    plan: Plan
    places: Places
    clusters: dict[str, Cluster]
    files: Files = field(default_factory=Files)
    warnings: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def database(self, part: str) -> Database:
        """Return one of the two databases."""
        return self.plan.databases.cases if part == CASES else self.plan.databases.keys

    def logins(self) -> dict[str, Process]:
        """Return the logins, each with a process that uses it."""
        roles = self.plan.roles
        return {roles.owner_login: OWNER, roles.web_login: WEB, roles.log_login: SEQUENCER}

    def memberships(self, part: str) -> list[tuple[str, str]]:
        """Return who is a member of what in a cluster: no more than its checks accept (E059)."""
        roles = self.plan.roles
        of_cases = [(roles.auditor, roles.web_login)] if part == CASES else []
        return [(roles.service, roles.web_login), *of_cases, (roles.sequencer, roles.log_login)]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to make: ``what`` for a sentence, whether it is there, and how it is made.

    ``show``: lines that say what would change.
    """

    what: str
    done: Callable[[], bool]
    do: Callable[[], None]
    show: Callable[[], list[str]] = list


type Stage = Callable[[Installation], Iterator[Step]]


def settings(on: Installation) -> Iterator[Step]:
    """Each process would accept what its file will say: asked before anything is written, and not of what is there."""
    for process in (WEB, WORKER, SEQUENCER):
        yield Step(f"{process.name} : les réglages", partial(_is_acceptable, on, process), _nothing)


def _is_acceptable(on: Installation, process: Process) -> bool:
    """Tell whether the checks of settings pass with the file to be, beside keys and folders that are there meanwhile.

    Raises:
        BootstrapError: one fails; or the plan changes what never does.
    """
    written = files.exists(on.places.environment(process))
    keys = (on.places.log_key, on.places.witness_key)
    if written and (not all(map(files.exists, keys)) or _is_written(on, process)):
        return True  # a lost key is a sentence of the next stages
    old = lines.read(files.text_of(on.places.environment(process))) if written else {}
    with TemporaryDirectory(prefix="repere-") as folder:
        Path(folder).chmod(files.OPEN_FOLDER)
        places = Places(Path(folder, "etc"), Path(folder, "state"), one_account=on.places.one_account)
        trial = Installation(on.plan, places, {})
        for step in (*folders(trial), *keys_and_secrets(trial)):
            step.do()
        values = environments.variables(process, on.plan, places)
        # What somebody added by hand stays, and counts too.
        values |= {name: value for name, value in old.items() if name not in values}
        path = places.environment(process)
        trial.files.replace(
            path, environments.text_of(process, values), account=process.account, mode=files.SHARED
        )
        _warnings_of(on, places, process, "--tag", SETTINGS)
    return True


def folders(on: Installation) -> Iterator[Step]:
    """Folders of configuration, of secrets, and of each account's state."""
    places = on.places
    yield _folder(on, places.out, "root")
    yield _folder(on, places.out / "secrets", "root")
    for process in PROCESSES:
        if process is not WORKER:
            yield _folder(on, places.out / "secrets" / process.secrets, process.account)
            yield _folder(on, places.home(process), process.account, own=True)
    if not on.plan.journal.ledger:
        yield _folder(on, places.ledger, WORKER.account, own=True, readers=OWNER.account)


def _folder(on: Installation, path: Path, account: str, *, own: bool = False, readers: str = "") -> Step:
    return Step(
        f"le dossier {path}",
        lambda: on.files.is_given(path, account=account, own=own, readers=readers),
        lambda: on.files.folder(path, account=account, own=own, readers=readers),
    )


def keys_and_secrets(on: Installation) -> Iterator[Step]:
    """Keys and passwords, drawn at random; a file that is there stays."""
    places = on.places
    secret = places.secret(WEB, "secret.key")
    yield _secret(on, WEB, secret, lambda: f"{digest.token()}{digest.token()}\n", "le secret des sessions")
    token = places.secret(WEB, "metrics.token")
    yield _secret(
        on, WEB, token, lambda: f"{digest.token()}{digest.token()}\n", "le jeton de la surveillance"
    )
    for process in (SEQUENCER, WITNESS):
        path = places.log_key if process is SEQUENCER else places.witness_key
        name = "la clé du journal" if process is SEQUENCER else "la clé du témoin"
        yield _secret(on, process, path, _signing_keys, name, mode=files.OWN)
    if on.plan.keys.provider == "file":
        yield from _root_keys(on)
    for login, process in on.logins().items():
        for part, name in _ADDRESSES.items():
            path = places.secret(process, name)
            yield _secret(
                on, process, path, partial(_address, on, part, login), f"l'adresse de {login} ({part})"
            )
    if on.plan.mail.password_file:
        path = places.secret(WEB, "smtp.url")
        yield _secret(on, WEB, path, partial(_mail_address, on.plan), "l'adresse du serveur de courriel")


def _secret(
    on: Installation,
    process: Process,
    path: Path,
    text: Callable[[], str],
    name: str,
    mode: int = files.SHARED,
) -> Step:
    def make() -> None:
        # An environment is written after the keys: where it is there, a key that isn't was lost, and a new one would
        # open nothing and sign for nobody.
        if files.exists(path):
            on.files.give(path, account=process.account, own=mode == files.OWN)
            return
        if mode == files.OWN and files.exists(on.places.environment(process)):
            raise BootstrapError(
                f"{path} manque ({name}) dans une installation faite : remettez la copie du coffre. Aucune autre clé "
                "n'est tirée à sa place."
            )
        on.files.place(path, text(), account=process.account, mode=mode)

    given = partial(on.files.is_given, path, account=process.account, own=mode == files.OWN)
    return Step(f"{name}, {path}", given, make)


def _root_keys(on: Installation) -> Iterator[Step]:
    """One root key, in one file for each account that wraps or unwraps: a key file has to be its account's own."""
    paths = [on.places.secret(process, "root.key") for process in (WEB, SEQUENCER, OWNER)]

    def text() -> str:
        there = next((path for path in paths if files.exists(path)), None)
        return files.text_of(there) if there else f"1 {digest.random_bytes(32).hex()}\n"

    for process, path in zip((WEB, SEQUENCER, OWNER), paths, strict=True):
        name = "la clé racine" if process is WEB else f"la clé racine pour {process.account}"
        yield _secret(on, process, path, text, name, mode=files.OWN)


def _signing_keys() -> str:
    return "".join(f"{name} {digest.random_bytes(32).hex()}\n" for name in ("ed25519", "ml-dsa-44"))


def _address(on: Installation, part: str, login: str) -> str:
    """Return the address of a database for a login, whose password is the same in both clusters."""
    process = on.logins()[login]
    there = (files.text_of(on.places.secret(process, name)) for name in _ADDRESSES.values())
    password = next((existing for existing in map(password_of, there) if existing), "") or digest.token()
    return f"{on.database(part).address(login, password)}\n"


def _mail_address(plan: Plan) -> str:
    password = files.text_of(Path(plan.mail.password_file)).strip()
    if not password:
        raise BootstrapError(f"{plan.mail.password_file} (mail.password_file) est vide ou n'existe pas.")
    parts = urlsplit(plan.mail.server)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}")) + "\n"


def environment_files(on: Installation) -> Iterator[Step]:
    """One file a process; what the plan says anew is shown and replaced, what somebody added by hand stays."""
    for process in PROCESSES:
        path = on.places.environment(process)
        yield Step(
            f"l'environnement de {process.name}, {path}",
            partial(_is_written, on, process),
            partial(_write, on, process),
            partial(_differences, on, process),
        )


def _wanted(on: Installation, process: Process) -> tuple[dict[str, str], dict[str, str]]:
    old = files.text_of(on.places.environment(process))
    values = environments.variables(process, on.plan, on.places)
    return lines.read(old), environments.merged(process, values, old)


def _is_written(on: Installation, process: Process) -> bool:
    if not on.files.is_given(on.places.environment(process), account=process.account, own=False):
        return False
    old, new = _wanted(on, process)
    return old == new


def _write(on: Installation, process: Process) -> None:
    old, new = _wanted(on, process)
    if old and old != new:
        on.changed.append(process.name)
    text = environments.text_of(process, new)
    on.files.replace(on.places.environment(process), text, account=process.account, mode=files.SHARED)


def _differences(on: Installation, process: Process) -> list[str]:
    if not files.exists(on.places.environment(process)):
        return []
    old, new = _wanted(on, process)
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [f"{name} : {old.get(name, 'absent')} → {new.get(name, 'absent')}" for name in names]


def addresses(on: Installation) -> Iterator[Step]:
    """What the plan says of a database has to be what the address files say: these aren't rewritten."""
    for login, process in on.logins().items():
        for part, name in _ADDRESSES.items():
            path = on.places.secret(process, name)
            yield Step(f"{path} suit le plan", partial(_follows, on, part, login, path), _nothing)


def _nothing() -> None:
    """Do nothing: there is only something to look at."""


def _follows(on: Installation, part: str, login: str, path: Path) -> bool:
    there = files.text_of(path).strip()
    if there and there != on.database(part).address(login, password_of(there)):
        raise BootstrapError(
            f"{path} mène ailleurs que le plan (databases.{part}) et n'est pas réécrit : corrigez l'un des deux."
        )
    return bool(there)


def roles(on: Installation) -> Iterator[Step]:
    """Roles, logins and memberships in both clusters."""
    for part, cluster in on.clusters.items():
        named = on.plan.roles
        of_cases = [named.auditor] if part == CASES else []
        for role in (named.service, *of_cases, named.sequencer):
            make = partial(cluster.do, "CREATEROLE", "CREATE ROLE {} NOLOGIN", role)
            yield Step(f"{part} : le rôle {role}", partial(_has_role, cluster, role), make)
        for login, process in on.logins().items():
            path = on.places.secret(process, _ADDRESSES[part])
            make = partial(_make_login, cluster, login, path)
            yield Step(f"{part} : le compte {login}", partial(_has_role, cluster, login), make)
        for role, login in on.memberships(part):
            make = partial(cluster.do, "CREATEROLE", "GRANT {} TO {}", role, login)
            yield Step(f"{part} : {login} membre de {role}", partial(_is_member, cluster, role, login), make)


def _has_role(cluster: Cluster, name: str) -> bool:
    return bool(cluster.ask("SELECT FROM pg_roles WHERE rolname = %s", name))


def _make_login(cluster: Cluster, login: str, path: Path) -> None:
    cluster.make_login(login, password_of(files.text_of(path)))


def _is_member(cluster: Cluster, role: str, login: str) -> bool:
    query = (
        "SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles l ON l.oid = m.member"
        " WHERE r.rolname = %s AND l.rolname = %s"
    )
    return bool(cluster.ask(query, role, login))


def databases(on: Installation) -> Iterator[Step]:
    """Both databases, into which nobody but the three logins may come; then each login comes in once."""
    for part, cluster in on.clusters.items():
        name, owner = on.database(part).name, on.plan.roles.owner_login
        yield Step(
            f"{part} : la base {name}",
            partial(_has_database, on, part),
            partial(_make_database, cluster, name, owner),
        )
        yield Step(
            f"{part} : personne d'autre n'entre dans {name}",
            partial(_is_closed, cluster, name),
            partial(cluster.do, f"propriétaire de {name}", "REVOKE ALL ON DATABASE {} FROM PUBLIC", name),
        )
        for login in (on.plan.roles.web_login, on.plan.roles.log_login):
            yield Step(
                f"{part} : {login} entre dans {name}",
                partial(_may_connect, cluster, name, login),
                partial(
                    cluster.do, f"propriétaire de {name}", "GRANT CONNECT ON DATABASE {} TO {}", name, login
                ),
            )
    yield Step("les trois comptes entrent dans les deux bases", partial(_logins_enter, on), _nothing)


def _has_database(on: Installation, part: str) -> bool:
    cluster, name = on.clusters[part], on.database(part).name
    require_free(cluster, name, owner=on.plan.roles.owner_login, ours=_OURS[part])
    return bool(cluster.ask("SELECT FROM pg_database WHERE datname = %s", name))


def _make_database(cluster: Cluster, name: str, owner: str) -> None:
    """Make a database of the owner's; who isn't a superuser has to be its member meanwhile."""
    (mighty,) = cluster.ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")[0]
    if not mighty:
        cluster.do("CREATEROLE", "GRANT {} TO CURRENT_USER", owner)
    cluster.do("CREATEDB", "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'", name, owner)


def _is_closed(cluster: Cluster, name: str) -> bool:
    query = "SELECT has_database_privilege('public', oid, 'CONNECT, TEMPORARY') FROM pg_database WHERE datname = %s"
    rows = cluster.ask(query, name)
    return bool(rows) and not rows[0][0]


def _may_connect(cluster: Cluster, name: str, login: str) -> bool:
    query = (
        "SELECT has_database_privilege(r.oid, d.oid, 'CONNECT') FROM pg_database d, pg_roles r"
        " WHERE datname = %s AND rolname = %s"
    )
    rows = cluster.ask(query, name, login)
    # Asked of the login alone: what PUBLIC may is taken away above.
    return bool(rows) and bool(rows[0][0]) and _is_closed(cluster, name)


def _logins_enter(on: Installation) -> bool:
    for process in on.logins().values():
        for part, name in _ADDRESSES.items():
            path = on.places.secret(process, name)
            if not files.exists(path) or not _has_database(on, part):
                return False
            require_login(on.clusters[part].place, files.text_of(path), file=str(path))
    return True


def migrations(on: Installation) -> Iterator[Step]:
    """Tables of both databases, made by their owner, who grants the roles their rights."""
    for part, words in ((CASES, ()), (KEYS, ("--database", "keys"))):
        yield Step(
            f"{part} : les tables",
            partial(_is_migrated, on, part, words),
            partial(_run_command, on, OWNER, "migrate", "--no-input", *words),
        )


def _is_migrated(on: Installation, part: str, words: tuple[str, ...]) -> bool:
    if not files.exists(on.places.environment(OWNER)) or not _has_database(on, part):
        return False
    if _OURS[part] not in on.clusters[part].tables_of(on.database(part).name):
        return False
    return running.run(on.places, OWNER, "migrate", "--check", *words).succeeded


def _run_command(on: Installation, process: Process, *words: str) -> None:
    running.must(on.places, process, *words)


def authorities(on: Installation) -> Iterator[Step]:
    """The key service answers, and each authority has its territory and its keys."""
    codes = on.plan.service.authorities
    yield Step("le service des clés répond", partial(_keys_answer, on), _nothing)
    if codes:
        yield Step(
            f"les autorités {', '.join(codes)}",
            partial(_has_authorities, on),
            lambda: _run_command(on, WEB, "load_territories", "--only", ",".join(codes)),
        )


def _keys_answer(on: Installation) -> bool:
    if _has_tables(on):
        _run_command(on, WEB, "keys", "status")
        return True
    return False


def _has_tables(on: Installation) -> bool:
    return all(
        bool(cluster.ask("SELECT FROM pg_database WHERE datname = %s", on.database(part).name))
        and _OURS[part] in cluster.tables_of(on.database(part).name)
        for part, cluster in on.clusters.items()
    )


def _has_authorities(on: Installation) -> bool:
    if not _has_tables(on):
        return False
    cluster, name = on.clusters[CASES], on.plan.databases.cases.name
    rows = cluster.ask("SELECT code FROM accounts_authority", within=name)
    return set(on.plan.service.authorities) <= {code for (code,) in rows}


def checks(on: Installation) -> Iterator[Step]:
    """Each process would start: ``check --deploy`` with its own file."""
    for process in (WEB, WORKER, SEQUENCER):
        yield Step(f"{process.name} : tous les contrôles", partial(_is_fit, on, process), _nothing)


def _is_fit(on: Installation, process: Process) -> bool:
    if not _has_tables(on):
        return False
    on.warnings += [line for line in _warnings_of(on, on.places, process) if line not in on.warnings]
    return True


def _warnings_of(on: Installation, places: Places, process: Process, *words: str) -> list[str]:
    """Run the checks as a process; return what they warn of.

    Raises:
        BootstrapError: one fails; each sentence names the keys of the plan that set what it is about.
    """
    done = running.run(places, process, "check", "--deploy", *words)
    messages = [line.removeprefix("?: ").strip() for line in done.output.splitlines() if "(repere." in line]
    serious = [line for line in messages if "(repere.E" in line or "(repere.I001)" in line]
    if serious or not done.succeeded:
        failed = serious or [line for line in done.output.splitlines()[-12:] if line.strip()]
        sentences = (f"{line}{_in_plan(line, on.plan)}" for line in failed)
        raise BootstrapError(f"{process.name} ne démarrerait pas :\n" + "\n".join(sentences))
    return messages


def _in_plan(sentence: str, plan: Plan) -> str:
    keys = environments.plan_keys(sentence, plan)
    return f" → plan : {', '.join(keys)}" if keys else ""


STAGES: Final[dict[str, Stage]] = {
    "Réglages": settings,
    "Dossiers": folders,
    "Clés et secrets": keys_and_secrets,
    "Adresses": addresses,
    "Environnements": environment_files,
    "Rôles et comptes": roles,
    "Bases": databases,
    "Tables": migrations,
    "Service des clés et autorités": authorities,
    "Contrôles": checks,
}


def made(on: Installation, *, dry: bool, say: Callable[[str], None]) -> int:
    """Do what isn't done, saying each step; return how many were done, or would be.

    Raises:
        BootstrapError: a step can't be done; the next run goes on there.
    """
    count = 0
    for name, stage in STAGES.items():
        say(f"{name}")
        for step in stage(on):
            if step.done():
                say(f"  déjà fait : {step.what}")
                continue
            count += step.do is not _nothing
            shown = step.show()
            if not dry:
                step.do()
            verb = "à vérifier" if step.do is _nothing else "à faire" if dry else "fait"
            say(f"  {verb} : {step.what}")
            for line in shown:
                say(f"    {line}")
    return count
