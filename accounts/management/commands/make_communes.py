"""Build the committed table of communes from the public data set; see ``accounts/data/README.md``."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import territory


class Command(BaseCommand):
    """Trim ``communes.json`` to the codes and names that the service uses."""

    help = "Fait la table des communes à partir du fichier communes.json du jeu de données public."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="chemin de communes.json")

    def handle(self, *_: object, **options: Any) -> None:
        entries = json.loads(options["source"].read_text(encoding="utf-8"))
        count = territory.write_communes(entries)
        self.stdout.write(f"{count} communes écrites dans {territory.COMMUNES.name}.")
