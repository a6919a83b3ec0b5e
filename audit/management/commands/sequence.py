"""Run the sequencer: places, signed checkpoints, witnesses. It runs apart from the web processes."""

import json
import signal
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import checkpoints, notes, sequencer, tree
from audit.errors import AuditError
from audit.verifier import Checkpoint
from core.clock import instant
from encryption.errors import EncryptionError


class Command(BaseCommand):
    """Pass once, or with ``--forever`` until stopped; as many processes as one likes, of which one leads."""

    help = (
        "Place les entrées du journal dans l'arbre et signe les points de contrôle ; une fois, ou sans fin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the ways to run."""
        parser.add_argument("--forever", action="store_true", help="recommencer jusqu'à l'arrêt du processus")
        parser.add_argument(
            "--pause", type=float, default=sequencer.PAUSE_SECONDS, help="secondes entre deux passages"
        )
        parser.add_argument("--keys", action="store_true", help="afficher les clés publiques de vérification")
        parser.add_argument(
            "--new-origin",
            action="store_true",
            help="après une restauration : commencer une nouvelle origine",
        )
        parser.add_argument(
            "--witnessed", type=Path, help="avec --new-origin : fichier du dernier point de contrôle attesté"
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Work.

        Raises:
            CommandError: nothing could be signed; the sentence says why.
        """
        if options["forever"]:
            self._forever(options["pause"])
            return
        try:
            by = checkpoints.signer()
            if options["new_origin"]:
                # By a command alone: whoever can write to the database must not be able to begin a log anew (SEC-AL25).
                begun = sequencer.begin_new_origin(by=by, at=instant(), witnessed=options["witnessed"])
                self.stdout.write(f"Nouvelle origine : {begun.name}")
                seen, present = Checkpoint.of(bytes(begun.after)).size, json.loads(bytes(begun.carried))["n"]
                # Told at once: what is lost can be looked for in exports as long as somebody has them.
                if present < seen:
                    self.stdout.write(
                        f"Des {seen} places attestées, la base n'en a plus que {present} : les autres sont perdues."
                    )
            # With a new origin too: nothing is signed, and the service stays closed, until what it holds has places.
            if not options["keys"]:
                self.stdout.write(f"Entrées placées : {sequencer.Sequencer(by).once()}.")
            else:
                origin = tree.newest()
                name = origin.name if origin else settings.LOG_ORIGIN  # the one that its first pass begins
                self.stdout.write("\n".join(notes.vkeys(name, by)))
        # A sentence for the operator: what is to be done about it stands in the runbook.
        except (AuditError, EncryptionError) as refused:
            raise CommandError(str(refused)) from None

    def _forever(self, pause: float) -> None:
        """Work until SIGTERM or Ctrl-C; what is under way is finished first."""
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        sequencer.forever(stop, pause_seconds=pause)
