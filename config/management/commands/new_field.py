"""Write a new field of the concern form: column, question, expected row, migration (CONTRIBUTING.md, "How to add")."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.scaffold import NewField, Refused, add_field


class Command(BaseCommand):
    """Write the files of a field."""

    help = "Écrit un champ du formulaire de transmission : colonne, question, migration. Pour qui développe."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what a field needs."""
        parser.add_argument("part", choices=["child", "concern"])
        parser.add_argument("name", help="nom du champ, par exemple meeting_place")
        parser.add_argument(
            "--after", required=True, help="champ voisin, dont il reprend les règles de copie"
        )
        parser.add_argument("--asks", required=True, help="groupe de questions de web/filing/words.py")
        parser.add_argument("--access", required=True, choices=list("BCDEFGI"), help="classe d'accès")
        parser.add_argument("--label", required=True, help="question en français")
        parser.add_argument("--english", required=True, help="question en anglais")

    def handle(self, *_: object, **options: Any) -> None:
        """Write them.

        Raises:
            CommandError: the name is taken, or a place isn't found; nothing is written then.
        """
        given = ("part", "name", "after", "asks", "access", "label", "english")
        try:
            files = add_field(settings.BASE_DIR, NewField(**{name: options[name] for name in given}))
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write("\n".join(files))
