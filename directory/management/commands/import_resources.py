"""Try a file of resources from the command line, and do it with --do."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.actor import SYSTEM
from accounts.errors import InvalidInput
from accounts.models import Authority
from directory.actions import imports
from directory.codes import ResourceKind
from directory.exchange.files import FILES
from directory.exchange.plan import Plan
from directory.models import DirectoryImport

#: So many refused lines are shown.
SHOWN = 20


class Command(BaseCommand):
    """Say what a file would do; with --do, do it."""

    help = "Essaie un fichier de ressources, et l'importe avec --do."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file, whose entries they are, and how it counts."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--authority", required=True, help="code de l'autorité qui tient les fiches")
        parser.add_argument("--source", required=True, choices=[one.value for one in FILES])
        parser.add_argument("--whole", action="store_true", help="archive ce qui n'y est plus")
        parser.add_argument("--kind", default="", choices=["", *ResourceKind.values])
        parser.add_argument("--licence", default="")
        parser.add_argument("--stated-on", default=None, type=date.fromisoformat, help="AAAA-MM-JJ")
        parser.add_argument("--do", action="store_true", help="écrit ce qui a été essayé")

    def handle(self, *_: object, **options: Any) -> None:
        """Try, tell, and do.

        Raises:
            CommandError: there is no such file or authority, or nothing of the file is taken.
        """
        authority = Authority.objects.filter(code=options["authority"]).first()
        if authority is None:
            raise CommandError("Autorité inconnue.")
        try:
            raw = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} : {error.strerror}.") from None
        body = {name: options[name] for name in ("source", "whole", "kind", "licence", "stated_on")}
        try:
            with transaction.atomic():
                at = timezone.now()
                run, plan = imports.try_import(body | {"authority": authority.pk}, raw, actor=SYSTEM, at=at)
                if options["do"]:
                    run, plan = imports.do_import(run.pk, raw, actor=SYSTEM, at=at)
        except InvalidInput as refused:
            raise CommandError(f"{refused} {refused.extra['fields']}") from None
        self._tell(run, plan)

    def _tell(self, run: DirectoryImport, plan: Plan) -> None:
        for name, count in plan.counts().items():
            self.stdout.write(f"{name:<10} {count}")
        for one in plan.refused[:SHOWN]:
            self.stdout.write(f"  ligne {one.line} {one.field} : {one.fault.label}")
        self.stdout.write("Importé." if run.done_at else "Essayé seulement : rien n'est écrit (--do).")
