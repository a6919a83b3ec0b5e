"""Write the whole journal as static files that anyone can verify; for the operator, entries of all authorities."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import exporting, sequencing, tree
from audit.errors import AuditError, NotInTree


class Command(BaseCommand):
    """Write into a folder; doing it again adds what is new."""

    help = "Écrit le journal en fichiers statiques (C2SP tlog-tiles), à vérifier par audit/verifier.py."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the folder."""
        parser.add_argument("folder", type=Path, help="dossier où écrire")

    def handle(self, *_: Any, **options: Any) -> None:
        """Write, under the role that may read entries.

        Raises:
            CommandError: nothing is signed yet.
        """
        try:
            with sequencing.reading():
                origin = tree.newest()
                if origin is None:
                    raise NotInTree
                log = exporting.latest(exporting.everything, origin=origin)
                count = exporting.to_folder(log, options["folder"])
        except AuditError as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{log.checkpoint.size} entrées, {count} fichiers dans {options['folder']}.")
