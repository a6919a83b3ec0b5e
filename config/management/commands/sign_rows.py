"""Sign existing rows of rights, and sealed cells, that were written before signatures (SEC-AZ22, SEC-CR21)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import instant
from encryption.errors import EncryptionError
from referrals.composition import row_signatures
from referrals.duplicates import reaching


class Command(BaseCommand):
    """Sign each table that has no signed row yet; what fails is never signed. Doing it again does no harm."""

    help = "Signe les lignes qui donnent des droits et datent d'avant les signatures."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what the operator answers for."""
        parser.add_argument(
            "--again",
            action="store_true",
            help="signer aussi dans les tables qui ont déjà des lignes signées : ce que la version d'avant y a écrit",
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Sign table by table, and say how many rows of each.

        Raises:
            CommandError: a table has signed rows beside some that aren't, or the keys can't be reached.
        """
        for model, column in row_signatures.signed_tables():
            table = model._meta.db_table
            try:
                count = row_signatures.sign((model, column), at=instant(), again=options["again"])
            except row_signatures.AlreadySigned:
                raise CommandError(
                    f"{table} : des lignes y sont signées et d'autres non. Si la version d'avant les a écrites depuis, "
                    "relancez avec --again ; sinon quelqu'un d'autre les a écrites (docs/runbook.md)."
                ) from None
            except EncryptionError as refused:
                raise CommandError(str(refused)) from None
            self.stdout.write(f"{table} ({column}) : {count}")
        # Who reads a restricted file is known now: what was joined to it before is theirs too.
        restricted = reaching.restrict_joined(instant())
        self.stdout.write(f"transmissions restreintes comme leur dossier : {restricted}")
