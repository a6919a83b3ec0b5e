"""Write a new step of the case: declaration, words, expected row, failing test (CONTRIBUTING.md, "How to add")."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.roles import Role
from config.scaffold import RELATIONS, NewStep, Refused, add_step
from referrals.vocabulary.states import State


class Command(BaseCommand):
    """Write the files of a step."""

    help = "Écrit une étape du dossier : déclaration, textes, tests. Pour qui développe."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what a step needs."""
        parser.add_argument("feature", help="dossier de referrals/, par exemple triage")
        parser.add_argument("name", help="nom de l'étape, par exemple call_back")
        parser.add_argument("--number", required=True, help="numéro, par exemple X20")
        parser.add_argument("--label", required=True, help="libellé en français")
        parser.add_argument("--english", required=True, help="libellé en anglais")
        parser.add_argument("--law", required=True, help="article, par exemple « CASF L226-3 »")
        parser.add_argument("--guide", required=True, help="page du guide, par exemple droit/protection")
        parser.add_argument(
            "--roles", required=True, nargs="+", metavar="RÔLE", choices=[str(role) for role in RELATIONS]
        )
        parser.add_argument(
            "--source",
            default=["triage"],
            nargs="+",
            metavar="ÉTAT",
            choices=State.values,
            help="états de départ",
        )
        parser.add_argument("--deadline", nargs=4, metavar=("CODE", "JOURS", "LIBELLÉ", "ANGLAIS"))
        parser.add_argument("--notice", nargs=2, metavar=("PHRASE", "ANGLAIS"), help="avis à l'équipe")

    def handle(self, *_: object, **options: Any) -> None:
        """Write them.

        Raises:
            CommandError: the name is taken, or a place isn't found; nothing is written then.
        """
        given = ("feature", "name", "number", "label", "english", "law", "guide")
        deadline, notice = options["deadline"], options["notice"]
        if deadline and not deadline[1].isdecimal():
            raise CommandError(f"--deadline : {deadline[1]} n'est pas un nombre de jours.")
        try:
            files = add_step(
                settings.BASE_DIR,
                NewStep(
                    **{name: options[name] for name in given},
                    roles=tuple(map(Role, options["roles"])),
                    source=tuple(map(State, options["source"])),
                    deadline=(deadline[0], int(deadline[1]), *deadline[2:]) if deadline else None,
                    notice=tuple(notice) if notice else None,
                ),
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write("\n".join(files))
