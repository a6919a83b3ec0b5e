"""Export the whole journal as static files that anyone can verify; for the operator, entries of all authorities."""

import time
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import exporting, sequencing, tree
from audit.errors import AuditError, NotInTree

#: How long an export waits for the place of the entry that tells of a pruning.
WAIT_SECONDS: Final = 30


class Command(BaseCommand):
    """Write into a folder; doing it again adds what is new."""

    help = "Écrit le journal en fichiers statiques (C2SP tlog-tiles), à vérifier par audit/verifier.py."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="dossier où écrire")

    def handle(self, *_: object, **options: Any) -> None:
        """Write, under the role that may read entries.

        Raises:
            CommandError: nothing is signed yet.
        """
        try:
            waited = 0
            while (done := _written(options["folder"], anyway=waited == WAIT_SECONDS)) is None:
                time.sleep(1)
                waited += 1
        except AuditError as refused:
            raise CommandError(str(refused)) from None
        size, count, untold = done
        self.stdout.write(f"{size} entrées, {count} fichiers dans {options['folder']}.")
        if untold:
            self.stderr.write(
                "Un élagage n'a pas encore sa place : avec --complete, ses entrées paraissent retenues. Recommencez."
            )


def _written(folder: Path, *, anyway: bool) -> tuple[int, int, bool] | None:
    """Write what one snapshot of the database shows; nothing where it doesn't say yet what was pruned.

    Return how many entries and files, and whether it doesn't say.

    Raises:
        NotInTree: nothing is signed yet.
    """
    # One snapshot: a pruning that commits meanwhile would empty entries whose list isn't in the export (0038).
    with sequencing.reading(steady=True):
        origin = tree.newest()
        if origin is None:
            raise NotInTree
        log = exporting.latest(exporting.everything, origin=origin)
        untold = exporting.has_untold(log)
        if untold and not anyway:
            return None
        return log.checkpoint.size, exporting.to_folder(log, folder), untold
