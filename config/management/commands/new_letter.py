"""Write a new letter: its kind, occasion, text and expected rows (CONTRIBUTING.md, "How to add")."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.roles import Role
from config.scaffold import ADDRESSEES, NewLetter, Refused, add_letter
from referrals.vocabulary.letters import Audience


class Command(BaseCommand):
    """Write the files of a letter."""

    help = "Écrit une lettre du dossier : nature, occasion, texte, tests. Pour qui développe."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what a letter needs."""
        parser.add_argument("module", choices=list(ADDRESSEES), help="à qui elle s'adresse")
        parser.add_argument("name", help="nom de la lettre, par exemple partner_notice")
        parser.add_argument("--step", required=True, help="étape du dossier qui y donne lieu")
        parser.add_argument("--audience", required=True, choices=Audience.values)
        parser.add_argument("--signers", required=True, nargs="+", metavar="RÔLE", choices=Role.values)
        parser.add_argument("--label", required=True, help="titre en français")
        parser.add_argument("--english", required=True, help="titre en anglais")
        parser.add_argument("--law", required=True, help="article, par exemple « CASF L223-1 »")

    def handle(self, *_: object, **options: Any) -> None:
        """Write them.

        Raises:
            CommandError: the name is taken, or a place isn't found; nothing is written then.
        """
        given = ("module", "name", "step", "audience", "label", "english", "law")
        signers = tuple(map(Role, options["signers"]))
        try:
            letter = NewLetter(**{name: options[name] for name in given}, signers=signers)
            files = add_letter(settings.BASE_DIR, letter)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write("\n".join(files))
