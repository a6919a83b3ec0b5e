"""Run a training instance on this machine: nothing in it is real, nothing leaves it (docs/decisions/0056)."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from audit.errors import LogContradicted, WitnessFileFaulty
from config import env
from config.demo.serving import HOST
from config.management.commands.demo import require_free, serve
from config.training import reset
from outbox.models import Work

PORT = 8100


class Command(BaseCommand):
    """Migrate, people the instance where nobody is there yet, and serve."""

    help = "Lance une instance d'entraînement : rien n'y est réel, rien n'en sort."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the port, and how to stop before serving."""
        parser.add_argument("--port", type=int, default=PORT, help=f"port local ({PORT} par défaut)")
        parser.add_argument("--no-serve", action="store_true", help="préparer, sans servir")

    def handle(self, *_: object, **options: Any) -> None:
        """Prepare, tell, serve; doing it again changes nothing until the night.

        Raises:
            CommandError: the mode is another one, the port is taken, or the state folder is only half of what it was.
        """
        if not settings.TRAINING:
            raise CommandError("L'entraînement demande REPERE_MODE=training : lancez « make training ».")
        port: int = options["port"]
        if not options["no_serve"]:
            require_free(port, "make training TRAINING_PORT=")
        for alias in connections:
            call_command("migrate", database=alias, interactive=False, verbosity=0)
        connections.close_all()
        if not Work.objects.filter(pk=reset.NAME).exists():
            self.stdout.write("Préparation : autorités et personnages…")
            try:
                reset.reset(at=timezone.now())
            except (LogContradicted, WitnessFileFaulty) as refused:
                raise CommandError(f"{refused} Supprimez {env.state_dir()} pour repartir de rien.") from None
        self.stdout.write(_welcome(f"http://{HOST}:{port}"))
        if not options["no_serve"]:
            self.stdout.flush()
            serve(port)


def _welcome(address: str) -> str:
    lines = (
        f"S'entraîner (training) : {address}/entrainement/entrer",
        "  On entre d'un clic, sans mot de passe, comme une personne de l'histoire.",
        f"  Courriels (mails), qui ne partent pas : {address}/entrainement/courriels",
        "  Chaque nuit à 3 h tout est effacé ; tout de suite : REPERE_MODE=training "
        ".venv/bin/python manage.py reset_training",
        f"  Ailleurs, un lien y mène : REPERE_TRAINING_URL={address}",
    )
    return "\n".join(lines) + "\n"
