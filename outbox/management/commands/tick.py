"""Run the worker: do recurring work, and deliver notices and webhooks."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import instant
from encryption.errors import KeysUnavailable
from outbox import delivery, worker
from outbox.errors import ServiceClosed

PAUSE_SECONDS = 5.0


class Command(BaseCommand):
    """Run once, or with ``--forever`` until it is stopped; as many at a time as one likes."""

    help = "Exécute les travaux récurrents échus et envoie les notifications ; une fois, ou sans fin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="recommencer jusqu'à l'arrêt du processus")
        parser.add_argument("--pause", type=float, default=PAUSE_SECONDS, help="secondes entre deux passages")
        parser.add_argument("--revive", action="store_true", help="reprendre aussi les envois abandonnés")

    def handle(self, *_: object, **options: Any) -> None:
        if options["revive"]:
            self.stdout.write(f"Repris : {delivery.revive(at=instant())}.")
        if options["forever"]:
            self._forever(options["pause"])
            return
        try:
            done = worker.once()
        except (ServiceClosed, KeysUnavailable) as waits:
            raise CommandError(str(waits)) from None
        summary = ", ".join(f"{name} {count}" for name, count in done.items())
        self.stdout.write(f"Fait : {summary}.")
        if failed := [name for name, count in done.items() if count < 0]:
            raise CommandError(f"En échec : {', '.join(failed)}.")

    def _forever(self, pause: float) -> None:
        """Work until SIGTERM or Ctrl-C; what is under way is finished first."""
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        worker.forever(stop, pause_seconds=pause)
