"""Each command that the pages give to operators runs in the environment that they name, and gets to its work.

The environments are those that ``manage.py bootstrap`` writes. By day the commands run in forks of the test
(``tests/forked.py``), some of them by ``deploy/repere``; at night all of them do. What would destroy or wait runs in a
harmless form, or is refused by a condition of its own, which it finds out after settings, role and database.
"""

import os
import re
import secrets
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.urls import get_resolver
from psycopg import sql

from config.bootstrap import asking, lines, running
from config.env import BASE_DIR
from tests import forked
from tests.audit import logs
from tests.config.bootstrap import documented
from tests.config.bootstrap.documented import ALONE, ANY, LOCAL, TRAINING, Command
from tests.config.bootstrap.plans import said
from tests.deploy.nginx import free_port
from tests.directory.exchange import samples
from tests.night import NIGHT, some
from tests.shared import plain_environment

pytestmark = pytest.mark.both_databases("roles and logins")

ROLES: Final = ("service", "auditor", "sequencer", "owner_login", "web_login", "log_login")
CHIEF: Final = "chef@departement.example"
PEOPLE: Final = f"{CHIEF}\nAnne Un\nb.deux@departement.example\nBéatrice Deux\n"


@dataclass(frozen=True)
class Case:
    """A command of a page: how it is run here, how it ends, and what it says then.

    ``run``: its words here, if they differ; ``{…}`` are places of the installation. ``says``: an expression. ``again``:
    like one before it, by day left out.
    """

    process: str
    page: str
    run: str = ""
    status: tuple[int, ...] = (0,)
    says: str = ""
    typed: str = ""
    again: bool = False

    @property
    def command(self) -> Command:
        """As the page has it."""
        return Command(self.process, tuple(self.page.split()))


def refused(process: str, page: str, says: str, run: str = "") -> Case:
    """A command that stops at a condition of its own."""
    return Case(process, page, run, (1,), f"CommandError: .*{says}")


#: In the order in which they run: what one needs another one made.
CASES: Final = (
    # The service
    Case("web", "check --deploy"),
    Case("worker", "check --deploy"),
    Case("sequencer", "check --deploy"),
    Case("web", "load_territories --only 93", says="1 autorités"),
    Case("web", "first_people 93", says=r"Administrateur 2 : .*Code", typed=PEOPLE),
    Case("web", "invite ADDRESS", f"invite {CHIEF}", says="Code"),
    Case("web", "invite ADRESSE", f"invite {CHIEF}", says="Code", again=True),
    Case("web", "health", status=(1, 2), says="bases|séquenceur"),
    Case("web", "health --json", status=(1, 2), says="{"),
    Case("web", "sign_rows", says="accounts_membership"),
    Case("web", "sign_rows --again", says="accounts_membership", again=True),
    Case("web", "seed_resources --authority 93 --national"),
    Case("web", "seed_resources --authority 93", again=True),
    Case("web", "import_resources FILE --authority 93 --source finess --whole",
         "import_resources {finess} --authority 93 --source finess --whole", again=True),
    Case("web", "import_resources FILE --authority 93 --source finess --whole --do",
         "import_resources {finess} --authority 93 --source finess --whole --do"),
    Case("web", "export_resources /srv/exports/resources.zip --authority 93",
         "export_resources {folder}/resources.zip --authority 93", says="octets"),
    Case("web", "export_resources /srv/exports/resources.json --authority 93 --form hsds",
         "export_resources {folder}/resources.json --authority 93 --form hsds", says="octets", again=True),
    refused("web", "decoy", "Aucun dossier", "decoy 93-2026-000001"),
    refused("web", "grant", "compte", "grant nobody@departement.example auditor 93"),
    refused("web", "settle_alarm KEY mended", "Aucune alarme"),
    refused("web", "accept_witness lost STATE", "Aucune alarme"),
    refused("web", "reseal REFERENCE", "Introuvable", "reseal 93-2026-000001"),
    Case("web", "reseal --authority 93 --keys-before 2027-01-01T00:00+01:00", again=True),
    Case("web", f"reset_factors {CHIEF} --how in_person"),
    Case("web", f"close_account {CHIEF}"),
    # Keys
    Case("web", "keys status", says="racine 1"),
    Case("web", "keys rotate root"),
    Case("web", "keys rotate authority --authority 93", again=True),
    Case("web", "keys rotate intake --authority 93", again=True),
    Case("web", "keys rotate drafts", again=True),
    Case("web", "keys rotate likeness"),
    Case("web", "keys destroy"),
    Case(ALONE, "escrow.py ceremony FOLDER", "escrow.py ceremony {folder}/escrow"),
    Case("web", "keys escrow /srv/escrow/escrow.pub /srv/escrow/bundle-2026-11-25",
         "keys escrow {folder}/escrow/escrow.pub {folder}/bundle"),
    Case("web", "keys escrow /srv/escrow/escrow.pub BUNDLE",
         "keys escrow {folder}/escrow/escrow.pub {folder}/bundle-2", again=True),
    Case(ALONE, "escrow.py drill BUNDLE SHARE SHARE SHARE", "escrow.py drill {folder}/bundle {shares}"),
    Case(ALONE, "escrow.py open BUNDLE OUT SHARE SHARE SHARE", "escrow.py open {folder}/bundle {folder}/opened {shares}"),
    Case("web", "keys recover OUT", "keys recover {folder}/opened"),
    # The worker and the journal
    Case("worker", "tick", says="Fait"),
    Case("worker", "tick --forever", "tick", says="Fait", again=True),
    Case("worker", "tick --revive", says="Repris"),
    Case("sequencer", "sequence --keys", says=r"\Arepere\.example/journal\+\S+\nrepere\.example/journal\+\S+\n\Z"),
    Case("sequencer", "sequence --forever", "sequence", says="placées"),
    Case("sequencer", "sequence --forever --pause 10", "sequence --pause 10", says="placées", again=True),
    Case("sequencer", "export_journal /srv/journal", "export_journal {folder}/journal", says="entrées"),
    Case(ALONE, "verifier.py verify journal-*.zip --key log.vkey --witness w1.vkey --earlier last-month.txt --strict",
         "verifier.py verify {folder}/journal --key {folder}/log.vkey --witness {folder}/w1.vkey --need 0 "
         "--earlier {folder}/journal/checkpoint --strict"),
    Case(ALONE, "verifier.py since last-month.txt journal-*.zip --key log.vkey",
         "verifier.py since {folder}/journal/checkpoint {folder}/journal --key {folder}/log.vkey"),
    *(
        Case(ALONE, f"verifier.py {page}", run=f"verifier.py {page.split()[0]} {{folder}}/empty.json --key {{folder}}/log.vkey",
             status=(10, 12), says="Non conforme")
        for page in (
            "receipt receipt.html --key log.vkey",
            "attestation attestation.json --key log.vkey",
            "readers consultations.json --key log.vkey",
            "readers consultations.json --key log.vkey --lines",
        )
    ),
    Case(ALONE, "-m audit.witness --name witness.example/w1 --key w1.key --store w1.db --log <key>",
         "-m audit.witness --name witness.example/w1 --key {folder}/w1.key --store {folder}/w1.db --log {folder}/log.vkey "
         "--port {port}", status=(-15,), says=r"\Awitness\.example/w1\+\S+\n\Z"),
    # The owner
    Case("owner", "migrate --plan", again=True),
    Case("owner", "migrate"),
    Case("owner", "migrate --database keys"),
    Case("owner", "migrate <app> <migration before>", "migrate outbox", again=True),
    Case("owner", "backup --cases /backup/cases --keys /backup/keys", "backup --cases {folder}/copies --keys {folder}/copies-of-keys"),
    Case("owner", "backup --compact"),
    refused("owner", "backup --note", "dépôt|pgBackRest manque"),  # the second where it isn't installed
    refused("owner", "rehearse", "compte repere-rehearsal|dépôt"),
    refused("owner", "rehearse --at 2026-11-24T03:00+01:00", "compte repere-rehearsal|dépôt"),
    refused("owner", "rehearse --cases /backup/cases --keys /backup/keys", "compte repere-rehearsal|copie",
            "rehearse --cases {folder}/none --keys {folder}/none"),
    refused("owner", "rehearse --witnessed /srv/copies/witness.txt", "compte repere-rehearsal|dépôt",
            "rehearse --witnessed {witness}"),
    Case("owner", "recall --feed /srv/copies/filings.log --feed /srv/copies/leaves-2026-11-24.log",
         "recall --feed {folder}/empty.log --feed {folder}/empty.log", says="confirmées"),
    Case("owner", "recall --feed /srv/copies/filings.log --references /srv/copies/named.txt",
         "recall --feed {folder}/empty.log --references {folder}/empty.log", says="confirmées", again=True),
    # A restore
    refused("owner", "restore cases /backup/cases/cases-….dump", "vide|base", "restore cases {cases_copy}"),
    refused("owner", "restore keys /backup/keys/keys-….dump", "vide|base", "restore keys {keys_copy}"),
    Case("owner", "restore cases --done", says="relu"),
    Case("sequencer", "sequence --new-origin --witnessed /srv/copies/checkpoint.txt",
         "sequence --new-origin --witnessed {folder}/journal/checkpoint", says="/journal/2"),
    Case("sequencer", "sequence --new-origin", says="/journal/3"),
    Case("owner", "replay --witnessed /srv/copies/witness.txt",
         "replay --ledger {folder}/empty.log --witnessed {witness}", says="est ouvert"),
)  # fmt: skip
_README: Final = "tests/config/test_demo.py::test_what_the_readme_lets_one_check_is_so"
_TRAINING: Final = (
    f"{Path(__file__).relative_to(BASE_DIR)}::test_each_command_of_a_training_instance_runs_there"
)
#: What other tests run as the pages say, beside the demonstration or a training instance.
ELSEWHERE: Final = {
    Command(LOCAL, ("demo_code", "filer.93")):
        "tests/config/test_demo.py::test_the_printed_command_tells_a_code_and_in_production_none",
    Command(LOCAL, ("export_journal", "var/journal")): _README,
    Command(ALONE, ("verifier.py", "verify", "var/journal", "--key", "var/log.vkey", "--earlier", "var/earlier.txt",
                    "--feed", "var/leaves.log", "--strict", "--complete")): _README,
    Command(TRAINING, ("sequence", "--keys")): _TRAINING,
    Command(TRAINING, ("reset_training",)): _TRAINING,
}  # fmt: skip
#: Commands of developers, which need no installation.
OF_DEVELOPERS: Final = {"build_resource_seed", "judge_rules"}
#: The fixture below runs it.
BOOTSTRAP: Final = "bootstrap"


def is_covered(command: Command) -> bool:
    known = {case.command for case in CASES} | set(ELSEWHERE)
    if command.words[0] in {BOOTSTRAP, *OF_DEVELOPERS} and command.process in (LOCAL, ANY):
        return True
    if command.process == ANY or len(command.words) == 1:
        # Mentioned: by the same words, or by its name alone.
        same = [one for one in known if command.process in (ANY, one.process)]
        return any(command.words in (one.words, one.words[:1]) for one in same)
    return command in known


def test_each_command_of_a_page_is_run_here():
    assert sorted(map(str, filter(lambda one: not is_covered(one), documented.all_of_them()))) == []


def test_each_command_that_is_run_here_stands_in_a_page():
    there = documented.all_of_them()
    mentioned = {one.words for one in there if one.process == ANY}

    stale = [
        case.command for case in CASES if case.command not in there and case.command.words not in mentioned
    ]
    assert [str(one) for one in stale if Command(one.process, one.words[:1]) not in there] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`deploy/repere owner migrate` and\n`deploy/repere\nweb invite ADDRESS`", "owner migrate, web invite ADDRESS"),
        ("```sh\ndeploy/repere web keys status  # it answers\n```", "web keys status"),
        ("```sh\nx && deploy/repere owner replay; deploy/repere web health > f\n```", "owner replay, web health"),
        ("`docker compose -f c.yaml run --rm --no-TTY owner python manage.py backup --note`", "owner backup --note"),
        ("`docker compose -f c.yaml exec web-1 python manage.py first_people 93`", "web first_people 93"),
        ("`manage.py export_journal folder`", " export_journal folder"),
        ("`python manage.py migrate`; `sequence --keys`; `tick`", " migrate,  sequence --keys"),
        ("description: Lancez « deploy/repere web health ».", "web health"),
        ("`python3 verifier.py receipt r.html`", "alone verifier.py receipt r.html"),
    ],
)  # fmt: skip
def test_commands_are_recognised(text, found):
    assert ", ".join(f"{one.process} {' '.join(one.words)}" for one in documented.of_text(text)) == found


def test_a_command_without_its_environment_is_noticed():
    """As the export of the journal was given: it ran in none."""
    (found,) = documented.of_text("by `manage.py export_journal folder`")

    assert not is_covered(found)
    assert not is_covered(Command("web", ("export_journal", "/srv/journal")))


def test_a_file_is_named_by_its_whole_path():
    """``deploy/repere`` runs in the folder of the code, where no account may write."""
    name = re.compile(r"(?![^@]*@)[\w./-]*[\w-]*[./][a-z]\w*")
    relative = [
        str(one)
        for one in documented.all_of_them()
        if one.process not in (LOCAL, TRAINING, ALONE, ANY)
        and any(name.fullmatch(word) and word[0] != "/" for word in one.words[1:])
    ]

    assert relative == []


@pytest.mark.parametrize("test", sorted(set(ELSEWHERE.values())))
def test_what_another_test_runs_is_there(test):
    path, name = test.split("::")

    assert f"def {name}(" in (BASE_DIR / path).read_text(encoding="utf-8")


# --- On an installation ---------------------------------------------------------------------------------


@dataclass
class Installed:
    """What bootstrap made, and how a command runs there."""

    folder: Path
    out: Path
    state: Path
    environments: dict[str, dict[str, str]]
    at: dict[str, str] = field(default_factory=dict)

    def run(self, case: Case, *, really: bool) -> subprocess.CompletedProcess[str]:
        words = (case.run or case.page).format(**self._places()).split()
        options: dict[str, Any] = {"capture_output": True, "text": True, "check": False, "input": case.typed}
        if words[0] == "-m":
            return _begun([sys.executable, *words])
        if case.process == ALONE:
            places = {"escrow.py": "encryption/escrow.py", "verifier.py": "audit/verifier.py"}
            script = [sys.executable, str(BASE_DIR / places[words[0]]), *words[1:]]
            return subprocess.run(script, cwd=self.folder, **options)  # noqa: S603 - our own words
        if really:
            environment = {"PATH": os.environ["PATH"], "REPERE_CONFIG": str(self.out)}
            shipped = [str(BASE_DIR / "deploy/repere"), case.process, *words]
            return subprocess.run(shipped, env=environment, **options)  # noqa: S603
        environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "PATH": os.environ["PATH"]}
        environment |= self.environments[case.process]
        return forked.run(["manage.py", *words], env=environment, cwd=BASE_DIR, input=case.typed)

    def _places(self) -> dict[str, str]:
        """Name what a command of the table needs; some of it an earlier one made."""
        shares = sorted((self.folder / "escrow").glob("*share*")) or sorted(
            (self.folder / "escrow").glob("*.txt")
        )
        copies = {
            part: next(iter(sorted(self.folder.glob(f"copies*/{part}-*.dump"))), "")
            for part in ("cases", "keys")
        }
        return {
            "folder": str(self.folder),
            "finess": str(self.folder / "finess.csv"),
            "shares": " ".join(map(str, shares[:3])),
            "port": str(free_port()),
            "witness": str(self.state / "repere-log/witness.txt"),
            "cases_copy": str(copies["cases"]),
            "keys_copy": str(copies["keys"]),
        }  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory, django_db_blocker):
    """An installation by ``manage.py bootstrap`` on the server of the tests, under names that nobody else has."""
    found = connections["default"].get_connection_params()
    server = {key: found[key] for key in ("host", "port", "user", "password") if found.get(key)}
    address = " ".join(f"{key}={value}" for key, value in server.items() if key != "password")
    mark, folder = f"d{secrets.token_hex(4)}", tmp_path_factory.mktemp("installed")
    out, state = folder / "etc", folder / "state"
    document = said(
        state=str(state), databases__one_cluster=True, roles={name: f"{mark}_{name}" for name in ROLES},
        databases__cases={"admin": address, "name": f"{mark}_cases"},
        databases__keys={"admin": address, "name": f"{mark}_keys"},
    )  # fmt: skip
    if server.get("password"):
        (folder / "password").write_text(server["password"])
        for part in ("cases", "keys"):
            document["databases"][part]["password_file"] = str(folder / "password")
    (folder / "plan.toml").write_text(asking.as_toml(document))
    for name, text in (("empty.log", ""), ("empty.json", "{}"), ("w1.vkey", f"{logs.witness_vkey()}\n")):
        (folder / name).write_text(text)
    (folder / "finess.csv").write_bytes(samples.finess_file(samples.finess_line()))
    (folder / "copies").mkdir()
    (folder / "copies-of-keys").mkdir()
    assert get_resolver().url_patterns  # loads the views before processes are forked
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        if not NIGHT:
            patch.setattr(running.subprocess, "run", _forked)
        try:
            call_command(
                BOOTSTRAP, plan=folder / "plan.toml", out=out, one_account=True, secrets=folder / "sheet"
            )
            patch.undo()
            environments = {file.stem: lines.read(file.read_text()) for file in out.glob("*.env")}
            yield Installed(folder, out, state, environments)
        finally:
            with psycopg.connect(autocommit=True, dbname="postgres", **server) as admin:
                _remove(admin, mark)


def _forked(words, *, env, **options):
    return forked.run(words, env={**env, "DJANGO_SETTINGS_MODULE": "config.settings"}, **options)


def _begun(words):
    """Let a server say its first line, and end it as its supervisor does."""
    with subprocess.Popen(words, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            first = server.stdout.readline()
        finally:
            server.terminate()
    return subprocess.CompletedProcess(words, server.returncode, first, "")


def _remove(admin, mark):
    for part in ("cases", "keys"):
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(f"{mark}_{part}"))
        )
    for (name,) in admin.execute(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [f"{mark}%"]
    ).fetchall():
        with suppress(psycopg.Error):
            admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


#: What buries a code or a key among what a command prints: leaf hashes, the log; and a log that nobody reads so.
_NOISE: Final = re.compile(r'^(leaf [0-9a-f]|\{"at"|\w+: [a-z]+:)', re.MULTILINE)
_JSON: Final = re.compile(r'^\{"at"', re.MULTILINE)


@pytest.mark.only_on("postgresql", "roles and logins of a server")
@pytest.mark.needs("pg_dump")
@pytest.mark.real_clock("commands in processes of their own")
@pytest.mark.slow("each command that the pages give, one after the other")
def test_each_command_runs_where_the_pages_say(installed):
    by_day = [case for case in CASES if not (case.again or case.process == ALONE)]
    really = set(map(id, CASES if NIGHT else some(by_day, "by deploy/repere", 2)))
    wrong = []
    for case in CASES:
        if case.again and not NIGHT:
            continue
        done = installed.run(case, really=id(case) in really)
        told = f"{done.stdout}{done.stderr}"
        if case.page == "sequence --keys":
            told = done.stdout
            (installed.folder / "log.vkey").write_text(told)
        fits = done.returncode in case.status and re.search(case.says, told, re.DOTALL)
        if not fits or _NOISE.search(done.stdout) or _JSON.search(done.stderr):
            wrong.append(f"{case.command} ended with {done.returncode}:\n{told[-1_500:]}")

    assert not wrong, "\n\n".join(wrong)


if NIGHT:  # a quarter of a minute

    @pytest.mark.only_on("sqlite", "a training instance has no other")
    @pytest.mark.real_clock("commands in processes of their own")
    @pytest.mark.slow("a training instance is peopled twice")
    def test_each_command_of_a_training_instance_runs_there(tmp_path, django_db_blocker):
        environment = plain_environment() | {
            "REPERE_MODE": "training",
            "REPERE_STATE_DIR": str(tmp_path / "state"),
        }
        environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
        commands = [command.words for command, test in ELSEWHERE.items() if test == _TRAINING]
        with django_db_blocker.unblock():
            for words in [("training", "--no-serve"), *commands]:
                done = forked.run(["manage.py", *words], env=environment, cwd=BASE_DIR)

                assert done.returncode == 0, (words, done.stderr[-1_500:])
