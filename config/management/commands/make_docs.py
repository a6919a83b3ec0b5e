"""Generate the pages of ``docs/`` that are made from the code, or report which are stale."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.documents import PAGES
from referrals import proofs


class Command(BaseCommand):
    """Write each page, or with ``--check`` compare it with what would be written."""

    help = "Écrit les pages de docs/ tirées du code ; --check dit lesquelles ne sont plus à jour."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare ``--check``."""
        parser.add_argument(
            "--check", action="store_true", help="ne rien écrire ; échouer si une page a vieilli"
        )

    def handle(self, *_: object, **options: object) -> None:
        """Write or compare.

        Raises:
            CommandError: the procedure fails one of its proofs, or with ``--check`` a page isn't what the code says.
        """
        if faults := proofs.faults():
            raise CommandError("\n".join(["La procédure déclarée ne tient pas :", *faults]))
        stale = []
        for path, page in PAGES.items():
            file = settings.BASE_DIR / path
            before = file.read_text(encoding="utf-8") if file.exists() else ""
            after = page(before)
            if after == before:
                continue
            stale.append(path)
            if not options["check"]:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(after, encoding="utf-8")
        if stale and options["check"]:
            raise CommandError(
                f"Plus à jour : {', '.join(stale)}. Lancez `make docs` et relisez la différence."
            )
        self.stdout.write(f"Écrit : {', '.join(stale)}." if stale else "Tout est à jour.")
