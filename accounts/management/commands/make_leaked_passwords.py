"""Build the committed table of leaked passwords from public lists; see ``accounts/data/README.md``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import leaked


class Command(BaseCommand):
    """Read lists of passwords, one a line, and keep digests of those that are long enough."""

    help = "Fait la table des mots de passe connus à partir de listes publiques, un mot de passe par ligne."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sources", nargs="+", type=Path, help="chemins des listes")

    def handle(self, *_: object, **options: Any) -> None:
        count = leaked.write(_lines(options["sources"]))
        self.stdout.write(f"{count} mots de passe écrits dans {leaked.TABLE.name}.")


def _lines(sources: Sequence[Path]) -> Iterator[str]:
    for source in sources:
        with source.open(encoding="utf-8", errors="replace", newline="\n") as file:
            for line in file:
                yield line.rstrip("\r\n")
