"""Empty the training instance now, and people it anew; each night the tick does it."""

from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.errors import LogContradicted, WitnessFileFaulty
from config.training import reset


class Command(BaseCommand):
    """Reset, and say what it took."""

    help = "Vide l'instance d'entraînement et y remet ses personnages ; le journal signé reste."

    def handle(self, *_: object, **__: Any) -> None:
        """Reset.

        Raises:
            CommandError: this is no training instance, or its journal isn't what was signed.
        """
        if not settings.TRAINING:
            raise CommandError("Cette commande vide une instance d'entraînement : REPERE_MODE=training.")
        began = monotonic()
        try:
            gone = reset.reset(at=timezone.now())
        except (LogContradicted, WitnessFileFaulty) as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{gone} lignes effacées, personnages en place : {monotonic() - began:.0f} s.")
