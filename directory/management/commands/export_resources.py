"""Write the entries of an authority into a file: data.inclusion with its side file, or HSDS."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.actor import SYSTEM
from accounts.models import Authority
from directory.actions import exports
from directory.codes import Visibility

FORMS = {"data-inclusion": exports.export_data_inclusion, "hsds": exports.export_hsds}


class Command(BaseCommand):
    """Export what an authority keeps; never a secret address, and the export is an entry of the journal."""

    help = "Exporte les fiches d'une autorité : data.inclusion (ZIP) ou HSDS 3.0 (JSON)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what is exported, for whom, and where to."""
        parser.add_argument("output", type=Path)
        parser.add_argument("--authority", required=True, help="code de l'autorité qui tient les fiches")
        parser.add_argument("--form", choices=list(FORMS), default="data-inclusion")
        parser.add_argument(
            "--professionals",
            action="store_true",
            help="avec les adresses réservées aux professionnels, pour une autre autorité",
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Export.

        Raises:
            CommandError: there is no such authority, or the file can't be written.
        """
        authority = Authority.objects.filter(code=options["authority"]).first()
        if authority is None:
            raise CommandError("Autorité inconnue.")
        audience = Visibility.PROFESSIONAL if options["professionals"] else Visibility.PUBLIC
        body = {"authority": authority.pk, "audience": audience.value}
        with transaction.atomic():
            content = FORMS[options["form"]](body, actor=SYSTEM, at=timezone.now())
        try:
            options["output"].write_bytes(content)
        except OSError as error:
            raise CommandError(f"{options['output']} : {error.strerror}.") from None
        self.stdout.write(f"{options['output']} : {len(content)} octets.")
