"""Trim the FINESS extraction to what a directory takes of it, one file an authority."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.imports.faults import FileFault
from accounts.imports.table import Source
from accounts.models import Authority
from accounts.territory import covering
from directory.actions.seeds import REGISTERS
from directory.exchange import finess


class Command(BaseCommand):
    """Write ``finess-<authority>.csv``: the lines of its territory and of our categories, as they are."""

    help = "Réduit l'extraction FINESS aux lignes utiles de chaque autorité (directory/data/seeds/)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the extraction, for whom, and where to."""
        parser.add_argument("file", type=Path, help="etalab-cs1100502-stock-….csv, de data.gouv.fr")
        parser.add_argument("--authorities", default="75,93,59")
        parser.add_argument("--output", type=Path, default=REGISTERS)

    def handle(self, *_: object, **options: Any) -> None:
        """Trim, and say how many lines are left.

        Raises:
            CommandError: the file or an authority isn't there, or it is no extraction.
        """
        try:
            raw = options["file"].read_bytes()
            options["output"].mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"{options['file']} : {error.strerror}.") from None
        for code in options["authorities"].split(","):
            authority = Authority.objects.filter(code=code.strip()).first()
            if authority is None:
                raise CommandError(f"Autorité inconnue : {code}.")
            covers = covering(authority, on=timezone.localdate())
            try:
                lines = finess.trimmed(Source.of(raw), covers)
            except FileFault as refused:
                raise CommandError(str(refused.fault.label)) from None
            target = options["output"] / f"finess-{authority.code}.csv"
            target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            self.stdout.write(f"{target} : {len(lines) - 1} lignes.")
