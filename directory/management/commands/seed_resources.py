"""Load the first entries of a directory: associations and numbers kept by hand, and the registers that are at hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.actor import SYSTEM
from accounts.models import Authority
from directory.actions.seeds import seed


class Command(BaseCommand):
    """Load what is missing of ``directory/data/``; running it twice changes nothing."""

    help = "Charge les premières fiches d'une autorité : associations, numéros nationaux, registres publics."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whose they are."""
        parser.add_argument("--authority", required=True, help="code de l'autorité qui tient les fiches")
        parser.add_argument(
            "--national", action="store_true", help="tient aussi les fiches nationales, une autorité suffit"
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Load, and say how many.

        Raises:
            CommandError: there is no such authority.
        """
        authority = Authority.objects.filter(code=options["authority"]).first()
        if authority is None:
            raise CommandError("Autorité inconnue.")
        with transaction.atomic():
            runs = seed(authority, national=options["national"], actor=SYSTEM, at=timezone.now())
        for run in runs:
            self.stdout.write(
                f"{run.source} : {run.created} créées, {run.changed} modifiées, {run.refused} refusées."
            )
