"""Restore a backup into an empty database. The service then stays closed until ``manage.py replay``."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.models import JournalMark
from config import backups
from config.backups import CopyError
from encryption import marks
from encryption.models import StoreMark


class Command(BaseCommand):
    """One database at a time."""

    help = "Relit une copie dans une base vide ; le service reste fermé jusqu'à `manage.py replay`."
    requires_system_checks: list[str] = []  # the database is empty

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which database, and from what."""
        parser.add_argument("part", choices=[backups.CASES, backups.KEYS])
        parser.add_argument("file", type=Path, nargs="?", help="copie de `manage.py backup`")
        parser.add_argument(
            "--done",
            action="store_true",
            help="la base vient d'être restaurée par pgBackRest : fermer le service jusqu'au rejeu",
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Read it back, and take its mark away.

        Raises:
            CommandError: the copy isn't whole, or the place isn't empty.
        """
        part, alias = options["part"], backups.ALIASES[options["part"]]
        if options["done"] == bool(options["file"]):
            raise CommandError("Nommez une copie, ou dites --done après une restauration par pgBackRest.")
        try:
            if options["file"]:
                backups.read_back(part, options["file"])
        except CopyError as refused:
            raise CommandError(str(refused)) from None
        # A restore of the files has the database's own numbers, and so its mark (docs/decisions/0021).
        marks.take_away(StoreMark if part == backups.KEYS else JournalMark, alias)
        self.stdout.write(
            f"{part} : relu. Ensuite : `manage.py migrate` sur les deux bases, puis `manage.py replay`."
        )
