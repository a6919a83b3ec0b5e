"""Install: databases, roles, keys, one environment file a process, and every check; again without harm."""

import sys
from contextlib import suppress
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.bootstrap import asking, files, plan, sheet, stages
from config.bootstrap.clusters import Cluster
from config.bootstrap.environments import Places
from config.bootstrap.errors import BootstrapError
from config.bootstrap.files import Files
from config.bootstrap.plan import Database, Plan
from config.bootstrap.stages import CASES, KEYS, Installation
from encryption.process import forbid_core_dumps

_WRITTEN_PLAN: Final = "repere.toml"


class Command(BaseCommand):
    """Read or ask the plan, do each step that isn't done, and print the ceremony sheet and what is left."""

    help = "Installe le service d'après un plan ; relancée, ne refait rien et n'écrase ni clé ni secret."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare where the plan is and where files go."""
        parser.add_argument(
            "--plan", type=Path, help="plan TOML (deploy/repere.toml) ; sans lui, des questions"
        )
        parser.add_argument("--out", type=Path, default=Path("/etc/repere"), help="dossier de configuration")
        parser.add_argument("--dry-run", action="store_true", help="dire ce qui serait fait, sans rien faire")
        parser.add_argument(
            "--one-account",
            action="store_true",
            help="pour un essai, sans les comptes repere… : tout tourne sous le compte qui lance la commande",
        )
        parser.add_argument(
            "--secrets",
            type=Path,
            help="écrire le procès-verbal avec les clés à sceller dans ce fichier (0600)",
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Install.

        Raises:
            CommandError: something prevents a step; the sentence says what to do, and the next run goes on there.
        """
        forbid_core_dumps()
        try:
            self._install(options["plan"], options["out"].absolute(), options)
        except BootstrapError as refused:
            raise CommandError(str(refused)) from None

    def _install(self, path: Path | None, out: Path, options: dict[str, Any]) -> None:
        chosen = plan.read(path) if path else self._prompted_plan(out, dry=options["dry_run"])
        places = Places(out, Path(chosen.state), one_account=options["one_account"])
        clusters = {
            part: Cluster(part, database, _password(part, database))
            for part, database in ((CASES, chosen.databases.cases), (KEYS, chosen.databases.keys))
        }
        on = Installation(chosen, places, clusters)
        try:
            count = stages.made(on, dry=options["dry_run"], say=self.stdout.write)
        finally:
            for cluster in clusters.values():
                cluster.close()
        if options["dry_run"]:
            self.stdout.write(f"Rien n'a été fait. À faire : {count}.")
            return
        self.stdout.write(f"Fait : {count}." if count else "Rien à faire : tout est en place.")
        self._tell(chosen, on, options["secrets"])

    def _tell(self, chosen: Plan, on: Installation, secret_sheet: Path | None) -> None:
        at = datetime.now(UTC)
        if on.changed:
            self.stdout.write(
                f"Environnement changé : relancez {', '.join(on.changed)} (restart ; un rechargement garde l'ancien)."
            )
        for warning in on.warnings:
            self.stdout.write(f"Avertissement : {warning}")
        self.stdout.write("")
        for line in sheet.lines(chosen, on.places, at=at):
            self.stdout.write(line)
        if secret_sheet:
            sheet.with_secrets(chosen, on.places, secret_sheet, at=at)
            self.stdout.write(
                f"Clés à sceller : {secret_sheet} (0600). Imprimez, scellez, détruisez ce fichier."
            )
        self.stdout.write("\nReste à faire, par des personnes :")
        for number, line in enumerate(sheet.left(chosen, on.places, on.files.foreign), 1):
            self.stdout.write(f"{number}. {line}")

    def _prompted_plan(self, out: Path, *, dry: bool) -> Plan:
        """Return the plan that an earlier run wrote, or ask for it and keep it.

        Raises:
            BootstrapError: nobody is there to answer, or an answer can't be.
        """
        stored = out / _WRITTEN_PLAN
        if files.exists(stored):
            return plan.read(stored)
        if not sys.stdin.isatty():
            raise BootstrapError(
                "Sans terminal il faut un plan : --plan FICHIER (modèle : deploy/repere.toml)."
            )
        document = asking.answers(input)
        chosen = plan.of(document)
        if not dry:
            writer = Files()
            writer.folder(out, account="root", own=False)
            writer.place(stored, asking.as_toml(document), account="root", mode=files.SHARED)
            self.stdout.write(f"Plan écrit : {stored}")
        return chosen


def _password(part: str, database: Database) -> str:
    """Return the administrator's password of a cluster: from its file, or typed where somebody is there.

    Empty where neither is: libpq then asks its own environment (``PGPASSFILE``), or the server asks for none.

    Raises:
        BootstrapError: the file can't be read.
    """
    if database.password_file:
        if not files.exists(Path(database.password_file)):
            raise BootstrapError(f"{database.password_file} (databases.{part}.password_file) n'existe pas.")
        return files.text_of(Path(database.password_file)).strip()
    if database.parameters().get("host", "").startswith("/") or not sys.stdin.isatty():
        return ""
    with suppress(EOFError):
        return getpass(f"Mot de passe d'administration de la grappe {part} (vide : aucun) : ")
    return ""
