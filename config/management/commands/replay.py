"""Replay erasures after a restore: shred again what was shredded since the backup, then open (SEC-FT12)."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, transaction

from accounts.actor import SYSTEM
from audit import erasure_ledger, erasures, journal
from audit.errors import AuditError
from audit.events import Purpose
from audit.models import JournalMark, LogOrigin
from audit.witnessing import FileWitness
from config.acts import RESTORE_OPENED
from core.clock import instant
from encryption import marks
from encryption.errors import EncryptionError
from encryption.models import StoreMark
from referrals.retention import replay

_NEW_ORIGIN: Final = (
    "Le journal a été ramené en arrière. Commencez une nouvelle origine, avec le compte et les réglages du séquenceur "
    "(`manage.py sequence --new-origin`), puis relancez cette commande."
)


def _all_of(missing: Sequence[str]) -> str:
    """Return sentences as one refusal; numbered where there are several."""
    if len(missing) == 1:
        return missing[0]
    return "\n".join(f"{number}. {one}" for number, one in enumerate(missing, start=1))


def unread(named: Sequence[Path]) -> list[str]:
    """Return a sentence for each file that an operator names and that this account can't read."""
    return [f"{one} n'existe pas, ou ce compte ne peut pas le lire." for one in named if not _can_read(one)]


def _can_read(path: Path) -> bool:
    return os.access(path, os.R_OK, effective_ids=True)


class Command(BaseCommand):
    """Doing it again does no harm; broken off, the same command goes on, and the service stays closed meanwhile."""

    help = "Après une restauration : rejoue les destructions faites depuis la copie, puis rouvre le service."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the lists, and what the operator answers for."""
        parser.add_argument(
            "--ledger", type=Path, action="append", default=[], help="autre liste des destructions"
        )
        parser.add_argument(
            "--journal", action="append", default=[], help="export du journal, dossier ou ZIP"
        )
        parser.add_argument("--key", action="append", default=[], help="clé de vérification du journal")
        parser.add_argument("--witnessed", type=Path, help="dernier point de contrôle attesté du journal")
        parser.add_argument(
            "--sweep",
            action="store_true",
            help="la base des dossiers n'a pas été restaurée : détruire les clés qu'aucun dossier ne nomme",
        )
        parser.add_argument(
            "--despite-damage", action="store_true", help="passer les lignes abîmées d'une liste"
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Say what is missing, all at once; else replay, look whether the journal has its new origin, open.

        Raises:
            CommandError: no list is there, one is damaged, or the journal must begin a new origin first.
        """
        try:
            origin = self._origin_missing(options["witnessed"])
            ledgers = self._ledgers(options["ledger"])
            if missing := self._list_missing(ledgers, options):
                raise CommandError(_all_of([*missing, *origin]))
            done = replay.replay(self._named(ledgers, options), sweep=options["sweep"], at=instant())
            self.stdout.write(
                f"{done.known} destructions connues, {done.cases} dossiers détruits à nouveau, "
                f"{done.files} fichiers détruits à nouveau, {done.keys} clés revenues détruites."
            )
            if done.unnamed:
                self.stdout.write(
                    f"{done.unnamed} clés ne sont nommées par aucun dossier et restent (voir --sweep, docs/keys.md)."
                )
            if origin:
                raise CommandError(_all_of(origin))
            self._open()
        except (AuditError, EncryptionError) as refused:
            raise CommandError(str(refused)) from None
        except ProgrammingError as refused:
            raise CommandError(
                "La base refuse : lancez cette commande comme propriétaire des tables (MIGRATION_DATABASE_URL, "
                "MIGRATION_KEYS_DATABASE_URL), une fois les migrations faites."
            ) from refused

    def _list_missing(self, ledgers: Sequence[Path], options: dict[str, Any]) -> list[str]:
        """Return what is missing to know what was destroyed since the copy."""
        missing = unread(options["ledger"])
        if not ledgers and not options["journal"]:
            missing.append(
                "Aucune liste des destructions n'a été trouvée. Nommez sa copie (--ledger), ou un export du journal "
                "plus récent que la copie (--journal et --key). Si rien n'a jamais été détruit ici, "
                "nommez un fichier vide."
            )
        if options["journal"] and not options["key"]:
            missing.append("Nommez la clé de vérification du journal (--key).")
        return missing

    def _ledgers(self, named: Sequence[Path]) -> list[Path]:
        """Return the lists that can be read; that of the settings may be another account's, and its copy be named."""
        own = Path(settings.SHRED_FILE)
        if erasure_ledger.is_barred(own):
            self.stderr.write(
                f"{own} ne peut pas être lu par ce compte : seules les listes nommées comptent."
            )
        return [one for one in (own, *named) if _can_read(one)]

    def _named(self, ledgers: Sequence[Path], options: dict[str, Any]) -> set[UUID]:
        named = set[UUID]().union(
            *(erasures.in_ledger(one, despite_damage=options["despite_damage"]) for one in ledgers)
        )
        return named | (
            erasures.in_exports(options["journal"], options["key"]) if options["journal"] else set()
        )

    def _origin_missing(self, witnessed: Path | None) -> list[str]:
        """Return what is missing while witnesses know more of the journal than this database (SEC-AL10)."""
        path = witnessed or (Path(settings.LOG_WITNESS_FILE) if settings.LOG_WITNESS_FILE else None)
        if path is not None and path.exists():
            return [_NEW_ORIGIN] if erasures.journal_set_back(FileWitness(path)) else []
        if not marks.is_valid(JournalMark, "default") and LogOrigin.objects.exists():
            return [
                "Nommez le dernier point de contrôle attesté du journal (--witnessed) : celui du fichier témoin, "
                "d'un témoin ou d'un auditeur."
            ]
        return []

    def _open(self) -> None:
        with transaction.atomic():
            journal.record(RESTORE_OPENED, actor=SYSTEM, at=instant(), purpose=Purpose.MAINTENANCE)
            marks.put(JournalMark, "default")
        marks.put(StoreMark, "keys")
        if code := erasures.why_closed():
            raise CommandError(f"Le service reste fermé : {code}.")
        self.stdout.write("Le service est ouvert.")
