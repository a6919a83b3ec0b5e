"""Settle an alarm of the journal with a reason; the log's health then no longer shows it (SEC-AL21, SEC-AL22)."""

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.errors import AuditError
from core.clock import instant
from referrals.retention import journal_retention

REASONS: Final = ("mended", "restored", "attack", "explained", "other", journal_retention.PERMANENT)


class Command(BaseCommand):
    """Write the entry that says so, which the auditors of each authority find."""

    help = "Dit ce qu'était une alarme du journal ; l'état du journal ne la montre plus, l'entrée reste."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the alarm and the reason."""
        parser.add_argument("key", help="l'alarme, telle que l'état du journal la nomme")
        parser.add_argument("reason", choices=REASONS)

    def handle(self, *_: object, **options: Any) -> None:
        """Write it.

        Raises:
            CommandError: no such alarm is open, or the entry can't be written.
        """
        try:
            settled = journal_retention.settle(options["key"], reason=options["reason"], at=instant())
        except AuditError as refused:
            raise CommandError(str(refused)) from None
        if not settled:
            raise CommandError("Aucune alarme ouverte ne porte ce nom.")
        self.stdout.write(
            "Noté. L'entrée alarm:settled dit quand et pourquoi, aux auditeurs de chaque autorité."
        )
