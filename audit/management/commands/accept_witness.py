"""Give the reason why the witness file is wrong; the sequencer then rewrites it and signs again (SEC-AL26)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from audit import journal, witnessfile
from audit.errors import AuditError
from audit.events import Purpose
from audit.models import Alarm
from core.clock import instant


class Command(BaseCommand):
    """Write the entry that the sequencer waits for. Run as the service: the sequencer's own login writes none."""

    help = "Dit pourquoi le fichier témoin n'est pas ce qu'il devrait être ; le séquenceur signe alors à nouveau."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the reason, and the state that is accepted."""
        parser.add_argument("reason", choices=witnessfile.REASONS)
        parser.add_argument(
            "state", help="les 64 chiffres de l'alarme witness:… (journal du séquenceur, état du journal)"
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Write it.

        Raises:
            CommandError: no alarm told of this state, or the entry can't be written.
        """
        state = options["state"]
        # Only a state that an alarm has named: a reason given in advance would accept what nobody has looked at.
        if not Alarm.objects.filter(key__startswith="witness:", key__endswith=f":{state}").exists():
            raise CommandError("Aucune alarme ne nomme cet état.")
        try:
            with transaction.atomic():
                journal.record(
                    witnessfile.ACCEPTED,
                    actor=None,
                    at=instant(),
                    purpose=Purpose.MAINTENANCE,
                    rule=options["reason"],
                    to_state=state,
                )
        except AuditError as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write("Noté. Le séquenceur écrit le fichier à nouveau dès que cette entrée a sa place.")
