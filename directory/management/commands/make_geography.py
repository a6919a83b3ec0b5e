"""Build the committed table of EPCI and middles of communes; see ``directory/data/geography.md``."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from directory import geography


class Command(BaseCommand):
    """Trim public files to what matching uses: which EPCI a commune belongs to, and where its middle is."""

    help = "Fait la table des intercommunalités et des centres de communes à partir de fichiers publics."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the paths of the sources."""
        parser.add_argument("epci", type=Path, help="chemin de epci.json")
        parser.add_argument("ept", type=Path, help="chemin de ept.json")
        parser.add_argument("contours", type=Path, help="dossier des fichiers communes-*.geojson")

    def handle(self, *_: object, **options: Any) -> None:
        """Write the table and say how many communes it holds."""
        count, placed = geography.write_communes(options["epci"], options["ept"], options["contours"])
        self.stdout.write(
            f"{count} communes écrites dans {geography.COMMUNES.name}, dont {placed} avec un centre."
        )
