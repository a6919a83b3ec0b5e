"""Back up both databases, each to a place of its own, and delete old backups. The owner of the tables runs it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.actor import SYSTEM
from audit import journal
from audit.errors import AuditError
from audit.events import Purpose
from config import backups
from config.acts import BACKUP_MADE
from config.backups import CopyError
from core.clock import instant


class Command(BaseCommand):
    """The cases first, then the keys: a key without a case is harmless, a case without its keys is unreadable."""

    help = "Copie les deux bases, chacune à sa place, et efface les copies trop vieilles."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the two places."""
        parser.add_argument(
            "--cases", type=Path, required=True, help="dossier des copies des dossiers et du journal"
        )
        parser.add_argument(
            "--keys", type=Path, required=True, help="dossier des copies des clés, sur un autre disque"
        )
        parser.add_argument(
            "--days", type=int, default=35, help="durée de vie des copies des dossiers (35 jours)"
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Copy.

        Raises:
            CommandError: both places are one, or a copy failed.
        """
        cases, keys = options["cases"], options["keys"]
        if cases.resolve() == keys.resolve():
            raise CommandError("Les copies des clés et des dossiers ne doivent pas être au même endroit.")
        lives = {backups.CASES: (cases, options["days"]), backups.KEYS: (keys, settings.KEY_BACKUP_DAYS)}
        try:
            # The entry first: a copy that isn't in the journal may not exist.
            with transaction.atomic():
                journal.record(BACKUP_MADE, actor=SYSTEM, at=instant(), purpose=Purpose.MAINTENANCE)
            for part, (folder, days) in lives.items():
                copy = backups.make(part, folder, at=instant())
                gone = backups.expire(part, folder, days=days, at=instant())
                self.stdout.write(f"{copy.path} ; {len(gone)} copies expirées effacées.")
        except (CopyError, AuditError) as refused:
            raise CommandError(str(refused)) from None
